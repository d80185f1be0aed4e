-- model:       marts.sovereign_carbon
-- grain:       as_of_date, portfolio_id, lulucf
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Sovereign bonds, apart from companies (PCAF 5.9): exposure in USD / GDP at purchasing power parity x national
--              emissions, with and without land use, never summed. Regions and cities are in
--              marts.sub_sovereign_carbon: what they emit is part of their country's. The intensity over nominal GDP is SFDR PAI 15 over
--              the covered exposure.

with exposures as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        positions.line_id,
        positions.lookthrough_path,
        sovereigns.country,
        attribution.outstanding_eur,
        dollar.units_per_eur as usd_per_eur,
        sovereigns.ghg_excl_lulucf_tco2e,
        sovereigns.ghg_incl_lulucf_tco2e,
        sovereigns.gdp_ppp_intl_usd,
        sovereigns.gdp_nominal_eur
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    left join core.issuers as issuers
        on positions.as_of_date = issuers.as_of_date
        and positions.issuer_id = issuers.issuer_id
    left join core.sovereign_emissions as sovereigns
        on positions.as_of_date = sovereigns.as_of_date
        and coalesce(issuers.country, positions.issuer_id) = sovereigns.country
    left join core.fx_rates as dollar
        on positions.as_of_date = dollar.as_of_date
        and dollar.currency = 'USD'
    where positions.asset_class = 'sovereign_bond'
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
        line_id,
        lookthrough_path,
        country,
        usd_per_eur,
        ghg_tco2e,
        lulucf,
        outstanding_eur,
        case
            when ghg_tco2e is not null and gdp_ppp_intl_usd > 0 and usd_per_eur is not null then outstanding_eur
        end as covered_eur,
        case
            when gdp_ppp_intl_usd > 0
                then cast(
                    cast(outstanding_eur as double) * cast(usd_per_eur as double)
                    / cast(gdp_ppp_intl_usd as double) * cast(ghg_tco2e as double) as decimal(24, 6)
                )
        end as financed_tco2e,
        case when ghg_tco2e is not null and gdp_nominal_eur > 0 then outstanding_eur end as weight_eur,
        case
            when gdp_nominal_eur > 0
                then cast(
                    cast(outstanding_eur as double)
                    * (cast(ghg_tco2e as double) / (cast(gdp_nominal_eur as double) / 1000000)) as decimal(38, 6)
                )
        end as intensity_term
    from by_treatment
),

by_portfolio as (
    select
        as_of_date, portfolio_id, lulucf, outstanding_eur, covered_eur, financed_tco2e, weight_eur, intensity_term
    from measured
    union all
    select
        as_of_date, 'ALL' as portfolio_id, lulucf, outstanding_eur, covered_eur, financed_tco2e, weight_eur,
        intensity_term
    from measured
    where is_root
)

select
    as_of_date,
    portfolio_id,
    lulucf,
    cast(sum(outstanding_eur) as decimal(24, 6)) as exposure_eur,
    cast(sum(case when covered_eur is null then 0 else covered_eur end) as decimal(24, 6)) as covered_exposure_eur,
    cast(sum(financed_tco2e) as decimal(24, 6)) as financed_emissions_tco2e, -- exposure in USD / PPP GDP x emissions
    cast(sum(intensity_term) as double) / nullif(cast(sum(weight_eur) as double), 0) as intensity_tco2e_per_meur_gdp,
    -- exposure to countries with emissions and a nominal GDP / all exposure
    cast(sum(case when weight_eur is null then 0 else weight_eur end) as double)
        / nullif(cast(sum(outstanding_eur) as double), 0) as intensity_coverage_ratio
from by_portfolio
group by as_of_date, portfolio_id, lulucf
