-- check:       no_factor_above_1
-- model:       core.attribution
-- severity:    warn
-- description: Lines blocked because the amount held is more than the whole company: an input error, or a justification
--              to write.

select as_of_date, portfolio_id, line_id, lookthrough_path, attribution_factor
from core.attribution
where carbon_status = 'attribution_above_1'
