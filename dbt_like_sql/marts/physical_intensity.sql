-- model:       marts.physical_intensity
-- grain:       as_of_date, portfolio_id, measure, unit
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Tonnes per tonne, MWh or square metre made, where companies say how much they make: financed emissions
--              (scopes 1 + 2) over attributed production, both the attribution factor times the company's figure. Production
--              is evidence with a measure production.<product>, a single value and a fiscal year. A line counts when its
--              company states one product only, for the year of its emissions: emissions of several products cannot be
--              told apart. Lines of companies that state the product and do not count lower the coverage; who states
--              nothing is not here.

with claims as (
    select
        as_of_date,
        issuer_id,
        measure,
        unit,
        fiscal_year,
        case when lo = hi and not coalesce(hi_open, false) and lo > 0 then lo end as production,
        row_number() over (
            partition by as_of_date, issuer_id, measure, unit, fiscal_year
            order by known_from desc, grade, source_file_id, source_row
        ) as recency
    from staging.evidence
    where measure like 'production.%'
        and unit is not null
        and superseded_by is null
),

stated as (
    select as_of_date, issuer_id, measure, unit, fiscal_year, production
    from claims
    where recency = 1
),

products as (
    select as_of_date, issuer_id, fiscal_year, count(*) as product_count
    from stated
    group by as_of_date, issuer_id, fiscal_year
),

-- every product a held company was ever said to make
makers as (
    select distinct as_of_date, issuer_id, measure, unit
    from stated
),

lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        makers.measure,
        makers.unit,
        coalesce(attribution.outstanding_eur, positions.market_value_eur) as amount_eur,
        -- an estimate from revenue says nothing about a tonne made, nor does the pool of a labelled bond
        case
            when products.product_count = 1
                and attribution.factor_set is null
                and coalesce(attribution.use_of_proceeds_basis, 'issuer_level') = 'issuer_level'
                then attribution.financed_scope_1_2_tco2e
        end as financed_tco2e,
        case
            when products.product_count = 1
                then cast(attribution.attribution_factor * cast(stated.production as double) as decimal(38, 6))
        end as attributed_production
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    inner join makers
        on positions.as_of_date = makers.as_of_date
        and positions.issuer_id = makers.issuer_id
    left join stated
        on makers.as_of_date = stated.as_of_date
        and makers.issuer_id = stated.issuer_id
        and makers.measure = stated.measure
        and makers.unit = stated.unit
        and attribution.emissions_fiscal_year = stated.fiscal_year
    left join products
        on stated.as_of_date = products.as_of_date
        and stated.issuer_id = products.issuer_id
        and stated.fiscal_year = products.fiscal_year
    where attribution.is_eligible
),

counted as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        measure,
        unit,
        amount_eur,
        case when financed_tco2e is not null and attributed_production is not null then amount_eur end as covered_eur,
        case when attributed_production is not null then financed_tco2e end as financed_tco2e,
        case when financed_tco2e is not null then attributed_production end as attributed_production
    from lines
),

by_portfolio as (
    select as_of_date, portfolio_id, measure, unit, amount_eur, covered_eur, financed_tco2e, attributed_production
    from counted
    union all
    select
        as_of_date, 'ALL' as portfolio_id, measure, unit, amount_eur, covered_eur, financed_tco2e, attributed_production
    from counted
    where is_root
),

summed as (
    select
        as_of_date,
        portfolio_id,
        measure,
        unit,
        sum(amount_eur) as eligible_eur,
        sum(covered_eur) as covered_eur,
        sum(financed_tco2e) as financed_tco2e,
        sum(attributed_production) as attributed_production
    from by_portfolio
    group by as_of_date, portfolio_id, measure, unit
)

select
    as_of_date,
    portfolio_id,
    measure,
    unit,
    cast(eligible_eur as decimal(24, 6)) as eligible_value_eur, -- lines of companies that state the product
    cast(coalesce(covered_eur, 0) as decimal(24, 6)) as covered_value_eur, -- an empty sum is nothing covered, a known 0
    cast(coalesce(covered_eur, 0) as double) / nullif(cast(eligible_eur as double), 0) as coverage_ratio,
    cast(financed_tco2e as decimal(24, 6)) as financed_emissions_tco2e, -- covered lines only
    cast(attributed_production as decimal(24, 6)) as attributed_production, -- attribution_factor x production
    cast(financed_tco2e as double) / nullif(cast(attributed_production as double), 0) as physical_intensity_tco2e_per_unit
from summed
