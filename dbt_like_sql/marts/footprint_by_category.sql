-- model:       marts.footprint_by_category
-- grain:       as_of_date, category
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       publication
-- description: The mutual's own footprint by category of its organisation file, and that of its investments. Own-use
--              property is in the mutual's own scopes 1 and 2, so what its pocket finances is not counted again (PCAF
--              p. 78). The year's own balance, or in the course of a year that of the year before. A category without a
--              figure stays unknown, and with it the sum and the shares.

with years as (
    select as_of_date, max(year) as year
    from staging.organisation
    where year <= year(as_of_date)
        and year >= year(as_of_date) - 1
    group by as_of_date
),

own as (
    select
        organisation.as_of_date,
        organisation.category,
        years.year,
        sum(organisation.tco2e) as tco2e,
        count(*) - count(organisation.tco2e) as n_missing,
        max(organisation.protected_persons) as protected_persons
    from staging.organisation as organisation
    inner join years
        on organisation.as_of_date = years.as_of_date
        and organisation.year = years.year
    group by organisation.as_of_date, organisation.category, years.year
),

persons as (
    select as_of_date, max(protected_persons) as protected_persons
    from own
    group by as_of_date
),

financed as (
    select
        as_of_date,
        sum(case when pocket = 'own_use_property' then 0 else financed_tco2e end) as tco2e
    from core.headline_positions
    where is_root
    group by as_of_date
),

headline as (
    select carbon.as_of_date, carbon.coverage_ratio
    from marts.portfolio_carbon as carbon
    inner join policy.methodology as methodology
        on carbon.as_of_date = methodology.as_of_date
        and carbon.perimeter = methodology.headline_perimeter
        and carbon.scopes = methodology.headline_scopes
    where carbon.portfolio_id = 'ALL'
),

categories as (
    select
        as_of_date,
        category,
        cast(year as bigint) as year,
        case when n_missing = 0 then tco2e end as tco2e,
        cast(null as double) as coverage_ratio
    from own
    union all
    select
        headline.as_of_date,
        'financed_emissions' as category,
        cast(null as bigint) as year,
        financed.tco2e,
        headline.coverage_ratio
    from headline
    left join financed on headline.as_of_date = financed.as_of_date
),

totals as (
    select as_of_date, case when count(*) = count(tco2e) then sum(tco2e) end as tco2e
    from categories
    group by as_of_date
)

select
    categories.as_of_date,
    categories.category,
    categories.year,
    persons.protected_persons,
    cast(categories.tco2e as decimal(24, 6)) as tco2e,
    cast(categories.tco2e as double) * 1000 / nullif(cast(persons.protected_persons as double), 0) as kg_per_person,
    cast(categories.tco2e as double) / nullif(cast(totals.tco2e as double), 0) as share_ratio,
    categories.coverage_ratio -- financed_emissions: of the headline perimeter
from categories
inner join totals on categories.as_of_date = totals.as_of_date
left join persons on categories.as_of_date = persons.as_of_date
