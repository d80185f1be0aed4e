-- model:       marts.sub_sovereign_carbon
-- grain:       as_of_date, portfolio_id, lulucf
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Bonds of regions and cities that the sovereigns dataset describes (PCAF Part A, 5.10): exposure in USD /
--              regional GDP at purchasing power parity, at most 1, x regional emissions. Apart from marts.sovereign_carbon:
--              a region's emissions are part of its country's, the two are never added. With and without land use,
--              never summed. Regions that nobody describes are in the exposure and not covered.

with exposures as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        attribution.outstanding_eur,
        regions.ghg_excl_lulucf_tco2e,
        regions.ghg_incl_lulucf_tco2e,
        cast(attribution.outstanding_eur as double) * cast(dollar.units_per_eur as double)
            / cast(regions.gdp_ppp_intl_usd as double) as factor
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    left join core.sub_sovereign_emissions as regions
        on positions.as_of_date = regions.as_of_date
        and positions.issuer_id = regions.issuer_id
        and regions.gdp_ppp_intl_usd > 0
    left join core.fx_rates as dollar
        on positions.as_of_date = dollar.as_of_date
        and dollar.currency = 'USD'
    where positions.asset_class = 'sub_sovereign_bond'
        -- a short position finances nobody
        and attribution.carbon_status <> 'short_position'
),

by_treatment as (
    select exposures.*, 'excl' as lulucf, ghg_excl_lulucf_tco2e as ghg_tco2e
    from exposures
    union all
    select exposures.*, 'incl' as lulucf, ghg_incl_lulucf_tco2e as ghg_tco2e
    from exposures
),

measured as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        lulucf,
        outstanding_eur,
        case when factor is not null and ghg_tco2e is not null then outstanding_eur end as covered_eur,
        case when factor > 1 and ghg_tco2e is not null then outstanding_eur end as capped_eur,
        cast(
            case when factor > 1 then 1 else factor end * cast(ghg_tco2e as double) as decimal(24, 6)
        ) as financed_tco2e
    from by_treatment
),

by_portfolio as (
    select as_of_date, portfolio_id, lulucf, outstanding_eur, covered_eur, capped_eur, financed_tco2e
    from measured
    union all
    select as_of_date, 'ALL' as portfolio_id, lulucf, outstanding_eur, covered_eur, capped_eur, financed_tco2e
    from measured
    where is_root
)

select
    as_of_date,
    portfolio_id,
    lulucf,
    cast(sum(outstanding_eur) as decimal(24, 6)) as exposure_eur,
    cast(sum(case when covered_eur is null then 0 else covered_eur end) as decimal(24, 6)) as covered_exposure_eur,
    cast(sum(case when capped_eur is null then 0 else capped_eur end) as decimal(24, 6)) as capped_exposure_eur,
    cast(sum(financed_tco2e) as decimal(24, 6)) as financed_emissions_tco2e -- at most all the region emits, line by line
from by_portfolio
group by as_of_date, portfolio_id, lulucf
