-- check:       ratios_follow_from_their_parts
-- model:       marts.portfolio_carbon
-- severity:    error
-- description: The intensity times the covered amount is the financed emissions, to 1e-9; an intensity that repeats the
--              tonnes, or is off by a thousand, has lost its denominator.

select as_of_date, portfolio_id, perimeter, scopes
from marts.portfolio_carbon
where abs(
    economic_intensity_tco2e_per_meur * cast(covered_value_eur as double) / 1000000
    - cast(financed_emissions_tco2e as double)
) > 0.000000001 * abs(cast(financed_emissions_tco2e as double))
