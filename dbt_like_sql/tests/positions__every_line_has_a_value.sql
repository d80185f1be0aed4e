-- check:       every_line_has_a_value
-- model:       core.positions
-- severity:    error
-- description: Every line, and every line of a fund looked through, has a value in EUR: a currency without a rate would
--              silently shrink the portfolio. value_status says why not; missing_fx_rate: put a rate of the line's currency, of
--              the last 31 days of the month, into fx_rates, or deliver market_value_eur.

select as_of_date, portfolio_id, line_id, lookthrough_path, value_status
from core.positions
where market_value_eur is null
