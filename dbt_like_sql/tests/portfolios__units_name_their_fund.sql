-- check:       units_name_their_fund
-- model:       core.portfolios
-- severity:    warn
-- description: Units of a fund whose lines are in the month name it in fund_id. Where the instrument is such a portfolio and
--              fund_id is empty or another one, the units stay one opaque line, and the fund's lines count beside them as if
--              nobody held it.

select lines.as_of_date, lines.portfolio_id, lines.line_id
from core.holdings as lines
inner join core.portfolios as funds
    on lines.as_of_date = funds.as_of_date
    and lines.instrument_id = funds.portfolio_id
where lines.portfolio_id <> funds.portfolio_id
    and (lines.fund_id is null or lines.fund_id <> funds.portfolio_id)
