-- check:       effects_add_up
-- model:       marts.carbon_changes
-- severity:    error
-- description: The nine effects of each figure add up to the difference of marts.portfolio_carbon between the two months
--              (headline perimeter and scopes of the later month), to the sixth decimal. Nothing covered counts as none.

with figures as (
    select
        as_of_date, portfolio_id, perimeter, scopes, 'financed_emissions' as metric,
        cast(financed_emissions_tco2e as double) as figure
    from marts.portfolio_carbon
    union all
    select
        as_of_date, portfolio_id, perimeter, scopes, 'economic_intensity' as metric,
        economic_intensity_tco2e_per_meur as figure
    from marts.portfolio_carbon
    union all
    select
        as_of_date, portfolio_id, perimeter, scopes, 'waci' as metric,
        waci_tco2e_per_meur as figure
    from marts.portfolio_carbon
),

summed as (
    select
        as_of_date,
        from_date,
        portfolio_id,
        metric,
        count(*) as effect_count,
        count(value) as known_count,
        sum(value) as change
    from marts.carbon_changes
    group by as_of_date, from_date, portfolio_id, metric
),

compared as (
    select
        summed.as_of_date,
        summed.from_date,
        summed.portfolio_id,
        summed.metric,
        summed.effect_count,
        summed.known_count,
        cast(summed.change as double) as change,
        earlier.figure as from_figure,
        later.figure as to_figure
    from summed
    inner join policy.methodology as methodology on summed.as_of_date = methodology.as_of_date
    left join figures as earlier
        on summed.from_date = earlier.as_of_date
        and summed.portfolio_id = earlier.portfolio_id
        and summed.metric = earlier.metric
        and methodology.headline_perimeter = earlier.perimeter
        and methodology.headline_scopes = earlier.scopes
    left join figures as later
        on summed.as_of_date = later.as_of_date
        and summed.portfolio_id = later.portfolio_id
        and summed.metric = later.metric
        and methodology.headline_perimeter = later.perimeter
        and methodology.headline_scopes = later.scopes
)

select as_of_date, from_date, portfolio_id, metric
from compared
where effect_count <> 9
    or known_count not in (0, 9)
    or (known_count = 0 and (from_figure is not null or to_figure is not null))
    or abs(change - (coalesce(to_figure, 0) - coalesce(from_figure, 0))) > 0.000001
