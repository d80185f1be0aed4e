-- model:       core.sub_sovereign_emissions
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Regions and cities that the sovereigns dataset describes under their own issuer id. Their nominal GDP is
--              taken to purchasing power parity with the ratio of their country (PCAF Part A, 5.10); without one of the
--              three figures, the parity GDP delivered for the region itself, if any.

select
    regions.as_of_date,
    regions.country as issuer_id,
    regions.year,
    regions.ghg_excl_lulucf_tco2e,
    regions.ghg_incl_lulucf_tco2e,
    cast(
        case
            when regions.gdp_nominal_eur > 0 and countries.gdp_nominal_eur > 0 and countries.gdp_ppp_intl_usd > 0
                then cast(regions.gdp_nominal_eur as double)
                    * (cast(countries.gdp_ppp_intl_usd as double) / cast(countries.gdp_nominal_eur as double))
            when regions.gdp_ppp_intl_usd > 0 then cast(regions.gdp_ppp_intl_usd as double)
        end as decimal(24, 6)
    ) as gdp_ppp_intl_usd, -- regional nominal GDP x (national GDP at parity / national nominal GDP)
    regions.source_file_id,
    regions.source_row
from core.sovereign_emissions as regions
inner join core.issuers as issuers
    on regions.as_of_date = issuers.as_of_date
    and regions.country = issuers.issuer_id
left join core.sovereign_emissions as countries
    on issuers.as_of_date = countries.as_of_date
    and issuers.country = countries.country
    -- the issuer is the country: no region
    and issuers.country <> issuers.issuer_id
where regions.ghg_excl_lulucf_tco2e is not null
    or regions.ghg_incl_lulucf_tco2e is not null
