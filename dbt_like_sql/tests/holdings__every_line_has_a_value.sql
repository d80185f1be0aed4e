-- check:       every_line_has_a_value
-- model:       core.holdings
-- severity:    error
-- description: Every line has a value in EUR: a currency without a rate would silently shrink the portfolio.

select as_of_date, portfolio_id, line_id, value_status
from core.holdings
where market_value_eur is null
