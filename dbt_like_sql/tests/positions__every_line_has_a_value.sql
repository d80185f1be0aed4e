-- check:       every_line_has_a_value
-- model:       core.positions
-- severity:    error
-- description: Every line, and every line of a fund looked through, has a value in EUR: a currency without a rate would
--              silently shrink the portfolio.

select as_of_date, portfolio_id, line_id, lookthrough_path, value_status
from core.positions
where market_value_eur is null
