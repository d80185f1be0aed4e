-- check:       emissions_have_a_plausible_magnitude
-- model:       core.attribution
-- severity:    warn
-- description: Scopes 1 + 2 over revenue lie within the band of the company's sector, and over its denominator below
--              20,000 tCO2e per million EUR: "100 t per million of debt" for a utility of 10 million tonnes is a unit
--              slip. The bands are ours (NACE sections, two to four orders of magnitude wide, sector unknown: the
--              widest); they are to find a factor of 1,000, not to judge a company.

with bands as (
    select sections.first_division, sections.last_division, sections.low_tco2e_per_meur, sections.high_tco2e_per_meur
    from (
        values
        (1, 3, 10, 10000), -- agriculture, forestry, fishing
        (5, 9, 5, 20000), -- mining, oil and gas extraction
        (10, 18, 1, 5000), -- food, textiles, wood, paper, printing
        (19, 24, 5, 20000), -- refining, chemicals, pharmaceuticals, minerals, metals
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

lines as (
    select
        attribution.as_of_date,
        attribution.portfolio_id,
        attribution.line_id,
        attribution.lookthrough_path,
        cast(attribution.scope_1_tco2e + attribution.scope_2_tco2e as double) as tonnes,
        cast(attribution.revenue_eur as double) / 1000000 as revenue_meur,
        cast(attribution.denominator_eur as double) / 1000000 as denominator_meur,
        case
            -- a section letter alone has no band: the widest
            when issuers.sector_scheme in ('nace_2', 'nace_2_1') and substr(issuers.sector_code, 1, 1) between '0' and '9'
                then cast(substr(issuers.sector_code, 1, 2) as integer)
        end as division
    from core.attribution as attribution
    inner join core.positions as positions
        on attribution.as_of_date = positions.as_of_date
        and attribution.portfolio_id = positions.portfolio_id
        and attribution.line_id = positions.line_id
        and attribution.lookthrough_path = positions.lookthrough_path
    left join core.issuers as issuers
        on positions.as_of_date = issuers.as_of_date
        and positions.issuer_id = issuers.issuer_id
    where attribution.carbon_status in ('covered', 'attribution_above_1')
)

select lines.as_of_date, lines.portfolio_id, lines.line_id, lines.lookthrough_path
from lines
left join bands on lines.division between bands.first_division and bands.last_division
where lines.tonnes > 20000 * lines.denominator_meur
    or lines.tonnes < coalesce(bands.low_tco2e_per_meur, 0.005) * lines.revenue_meur
    or lines.tonnes > coalesce(bands.high_tco2e_per_meur, 20000) * lines.revenue_meur
