-- model:       core.sovereign_emissions
-- grain:       as_of_date, country
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Latest closed year with national emissions and GDP, no older than the methodology allows; revised
--              history is taken as last received (PCAF 5.9: the vintage matters, the World Bank revises).

with latest as (
    select
        sovereigns.as_of_date,
        sovereigns.country,
        sovereigns.year,
        sovereigns.ghg_excl_lulucf_tco2e,
        sovereigns.ghg_incl_lulucf_tco2e,
        sovereigns.gdp_ppp_intl_usd,
        sovereigns.gdp_nominal_eur,
        sovereigns.source_file_id,
        sovereigns.source_row,
        row_number() over (
            partition by sovereigns.as_of_date, sovereigns.country, sovereigns.year
            order by sovereigns.known_from desc, sovereigns.source_file_id, sovereigns.source_row
        ) as recency
    from staging.sovereigns as sovereigns
    where make_date(sovereigns.year, 12, 31) <= sovereigns.as_of_date
),

ranked as (
    select
        latest.*,
        row_number() over (
            partition by latest.as_of_date, latest.country
            order by
                case
                    when latest.gdp_ppp_intl_usd is null then 1
                    when latest.ghg_excl_lulucf_tco2e is null and latest.ghg_incl_lulucf_tco2e is null then 1
                    else 0
                end,
                latest.year desc
        ) as preference
    from latest
    inner join policy.methodology as methodology on latest.as_of_date = methodology.as_of_date
    where latest.recency = 1
        and year(latest.as_of_date) - latest.year <= methodology.max_emissions_age_years
)

select
    as_of_date,
    country,
    year,
    ghg_excl_lulucf_tco2e,
    ghg_incl_lulucf_tco2e,
    gdp_ppp_intl_usd,
    gdp_nominal_eur,
    source_file_id,
    source_row
from ranked
where preference = 1
