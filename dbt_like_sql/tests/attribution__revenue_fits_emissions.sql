-- check:       revenue_fits_emissions
-- model:       core.attribution
-- severity:    warn
-- description: Scopes 1 + 2 over revenue lie within the band of the issuer's sector, held or not, covered or not: a
--              turnover in thousands or millions that says it is in units, or tonnes that are kilograms, is outside. A
--              revenue of 0 beside emissions is outside too. One scope alone that is too much is enough. The bands are
--              ours (NACE sections, two to four orders of magnitude wide, sector unknown: the widest); they are to find
--              a factor of 1,000, not to judge a company. The same slip every year is seen here and in no year-on-year
--              comparison.

with bands as (
    select sections.first_division, sections.last_division, sections.low_tco2e_per_meur, sections.high_tco2e_per_meur
    from (
        values
        (1, 3, 10, 10000), -- agriculture, forestry, fishing
        (5, 9, 5, 20000), -- mining, oil and gas extraction
        (10, 18, 1, 5000), -- food, textiles, wood, paper, printing
        (19, 20, 5, 20000), -- refining, chemicals
        (21, 21, 0.5, 2000), -- pharmaceuticals
        (22, 24, 5, 20000), -- plastics, minerals, metals
        (25, 33, 0.5, 2000), -- metal products, electronics, machines, vehicles
        (35, 35, 10, 20000), -- electricity, gas, steam
        (36, 39, 5, 10000), -- water, waste
        (41, 43, 0.5, 2000), -- construction
        (45, 47, 0.5, 2000), -- trade
        (49, 53, 5, 10000), -- transport
        (55, 56, 1, 2000), -- hotels, restaurants
        (58, 63, 0.05, 1000), -- information, communication
        (64, 66, 0.005, 500), -- finance
        (68, 68, 0.5, 2000), -- real estate
        (69, 99, 0.05, 2000) -- services, public administration, education, health, arts
    ) as sections (first_division, last_division, low_tco2e_per_meur, high_tco2e_per_meur)
),

stated as (
    select
        financials.as_of_date,
        financials.issuer_id,
        cast(financials.revenue_eur as double) / 1000000 as revenue_meur,
        cast(emissions.scope_1_tco2e as double) as scope_1,
        cast(emissions.scope_2_tco2e as double) as scope_2,
        cast(emissions.scope_1_tco2e + emissions.scope_2_tco2e as double) as both_scopes,
        case
            -- a section letter alone has no band: the widest
            when issuers.sector_scheme in ('nace_2', 'nace_2_1') and substr(issuers.sector_code, 1, 1) between '0' and '9'
                then cast(substr(issuers.sector_code, 1, 2) as integer)
        end as division
    from core.issuer_financials as financials
    inner join core.issuer_emissions as emissions
        on financials.as_of_date = emissions.as_of_date
        and financials.issuer_id = emissions.issuer_id
    left join core.issuers as issuers
        on financials.as_of_date = issuers.as_of_date
        and financials.issuer_id = issuers.issuer_id
)

select stated.as_of_date, stated.issuer_id
from stated
left join bands on stated.division between bands.first_division and bands.last_division
where stated.both_scopes < coalesce(bands.low_tco2e_per_meur, 0.005) * stated.revenue_meur
    or stated.both_scopes > coalesce(bands.high_tco2e_per_meur, 20000) * stated.revenue_meur
    or stated.scope_1 > coalesce(bands.high_tco2e_per_meur, 20000) * stated.revenue_meur
    or stated.scope_2 > coalesce(bands.high_tco2e_per_meur, 20000) * stated.revenue_meur
