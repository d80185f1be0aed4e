-- model:       marts.carbon_changes
-- kind:        view
-- grain:       as_of_date, from_date, portfolio_id, metric, effect
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Why a carbon figure moved between two months: nine effects that add up to the change of
--              marts.portfolio_carbon, for every portfolio and for the whole entity (ALL = root portfolios). All nine are
--              there: 0 is a true 0; they are empty where nothing was covered on either date. A view, because a month is
--              compared with other ones: whichever was run last, the answer is the same.

with effects as (
    select 'restatement' as effect
    union all
    select 'entrants' as effect
    union all
    select 'leavers' as effect
    union all
    select 'coverage' as effect
    union all
    select 'quantity' as effect
    union all
    select 'price' as effect
    union all
    select 'enterprise_value' as effect
    union all
    select 'emissions' as effect
    union all
    select 'fx' as effect
),

cells as (
    select
        totals.as_of_date,
        totals.from_date,
        totals.portfolio_id,
        totals.metric,
        effects.effect,
        totals.from_value is not null
            or totals.restated_value is not null
            or totals.to_value is not null as is_measured
    from core.carbon_change_totals as totals
    cross join effects
),

summed as (
    select
        as_of_date,
        from_date,
        portfolio_id,
        metric,
        effect,
        sum(value) as value,
        sum(shapley_value) as shapley_value
    from core.carbon_change_lines
    group by as_of_date, from_date, portfolio_id, metric, effect
)

select
    cells.as_of_date,
    cells.from_date,
    cells.as_of_date as to_date,
    cells.portfolio_id,
    cells.metric,
    cells.effect,
    case
        when cells.is_measured then cast(coalesce(summed.value, 0) as decimal(24, 12))
    end as value, -- sum of core.carbon_change_lines, where an effect of 0 has no row
    case
        when cells.is_measured then cast(coalesce(summed.shapley_value, 0) as decimal(24, 12))
    end as shapley_value -- its difference from value is the risk of the method
from cells
left join summed
    on cells.as_of_date = summed.as_of_date
    and cells.from_date = summed.from_date
    and cells.portfolio_id = summed.portfolio_id
    and cells.metric = summed.metric
    and cells.effect = summed.effect
