-- check:       emissions_have_a_plausible_magnitude
-- model:       core.attribution
-- severity:    warn
-- description: Scopes 1 + 2 are below 20,000 tCO2e per million EUR of the line's denominator: kilograms taken for tonnes,
--              or a denominator in thousands that says it is in units. Emissions over revenue are looked at for every
--              issuer (revenue_fits_emissions).

select as_of_date, portfolio_id, line_id, lookthrough_path
from core.attribution
where carbon_status in ('covered', 'attribution_above_1')
    and cast(scope_1_tco2e + scope_2_tco2e as double) > 20000 * cast(denominator_eur as double) / 1000000
