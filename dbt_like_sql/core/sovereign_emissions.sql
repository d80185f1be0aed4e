-- model:       core.sovereign_emissions
-- grain:       as_of_date, country
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Latest closed year with national emissions and GDP, no older than the methodology allows; revised
--              history is taken as last received (PCAF 5.9: the vintage matters, the World Bank revises). Of each
--              source (a file, where none is stated) the row received last counts as a whole; sources may fill the figures
--              of a country and year together (GDP in one, emissions in another), then each figure is that of the source
--              received last that has it.
--              source_file_id and source_row are those of the emissions.

with by_source as (
    select
        sovereigns.as_of_date,
        sovereigns.country,
        sovereigns.year,
        sovereigns.ghg_excl_lulucf_tco2e,
        sovereigns.ghg_incl_lulucf_tco2e,
        sovereigns.gdp_ppp_intl_usd,
        sovereigns.gdp_nominal_eur,
        sovereigns.known_from,
        sovereigns.source_file_id,
        sovereigns.source_row,
        row_number() over (
            partition by
                sovereigns.as_of_date,
                sovereigns.country,
                sovereigns.year,
                coalesce(sovereigns.source, sovereigns.source_file_id)
            order by sovereigns.known_from desc, sovereigns.source_file_id, sovereigns.source_row
        ) as recency
    from staging.sovereigns as sovereigns
    where make_date(sovereigns.year, 12, 31) <= sovereigns.as_of_date
),

filled as (
    select
        by_source.*,
        row_number() over (
            partition by as_of_date, country, year
            order by
                case when ghg_excl_lulucf_tco2e is null then 1 else 0 end, known_from desc, source_file_id, source_row
        ) as place_excl,
        row_number() over (
            partition by as_of_date, country, year
            order by
                case when ghg_incl_lulucf_tco2e is null then 1 else 0 end, known_from desc, source_file_id, source_row
        ) as place_incl,
        row_number() over (
            partition by as_of_date, country, year
            order by case when gdp_ppp_intl_usd is null then 1 else 0 end, known_from desc, source_file_id, source_row
        ) as place_ppp,
        row_number() over (
            partition by as_of_date, country, year
            order by case when gdp_nominal_eur is null then 1 else 0 end, known_from desc, source_file_id, source_row
        ) as place_nominal,
        row_number() over (
            partition by as_of_date, country, year
            order by
                case when ghg_excl_lulucf_tco2e is null and ghg_incl_lulucf_tco2e is null then 1 else 0 end,
                known_from desc,
                source_file_id,
                source_row
        ) as place_source
    from by_source
    where recency = 1
),

latest as (
    select
        as_of_date,
        country,
        year,
        max(case when place_excl = 1 then ghg_excl_lulucf_tco2e end) as ghg_excl_lulucf_tco2e,
        max(case when place_incl = 1 then ghg_incl_lulucf_tco2e end) as ghg_incl_lulucf_tco2e,
        max(case when place_ppp = 1 then gdp_ppp_intl_usd end) as gdp_ppp_intl_usd,
        max(case when place_nominal = 1 then gdp_nominal_eur end) as gdp_nominal_eur,
        max(case when place_source = 1 then source_file_id end) as source_file_id,
        max(case when place_source = 1 then source_row end) as source_row
    from filled
    group by as_of_date, country, year
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
    where year(latest.as_of_date) - latest.year <= methodology.max_emissions_age_years
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
