-- check:       emissions_are_recent
-- model:       core.attribution
-- severity:    warn
-- description: Emissions that count are at most two years older than the month (our review limit; beyond the age of
--              methodology.yaml they do not count at all). Ask the issuer or the vendor for the next year.

select as_of_date, portfolio_id, line_id, lookthrough_path, emissions_fiscal_year, emissions_lag_years
from core.attribution
where carbon_status = 'covered'
    and emissions_lag_years > 2
