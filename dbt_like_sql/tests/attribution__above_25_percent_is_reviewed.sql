-- check:       above_25_percent_is_reviewed
-- model:       core.attribution
-- severity:    warn
-- description: Lines that finance more than a quarter of their issuer: unusual in a diversified book. Compare the
--              denominator with the accounts, and the holding with the register, then keep the line.

select as_of_date, portfolio_id, line_id, lookthrough_path, attribution_factor
from core.attribution
where carbon_status = 'covered'
    and attribution_factor > 0.25
    -- a building owned alone is attributed whole by definition
    and denominator_basis <> 'full_ownership'
