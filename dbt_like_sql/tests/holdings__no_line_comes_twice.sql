-- check:       no_line_comes_twice
-- model:       core.holdings
-- severity:    warn
-- description: No two lines give the same portfolio the same security with the same quantity and value, in one file or in two:
--              a row copied, or the same list sent twice in another format or with other line ids, counts everything twice.
--              Two lots of the same size are listed too. Lines below 1,000 EUR are left out. (The same line id twice, or the
--              same bytes under two names, are refused at the door.)

select distinct lines.as_of_date, lines.portfolio_id, lines.line_id
from core.holdings as lines
inner join core.holdings as others
    on lines.as_of_date = others.as_of_date
    and lines.portfolio_id = others.portfolio_id
    and lines.instrument_id = others.instrument_id
    and lines.market_value_eur = others.market_value_eur
    and lines.currency = others.currency
where lines.line_id <> others.line_id
    and (lines.quantity = others.quantity or (lines.quantity is null and others.quantity is null))
    and (lines.nominal_eur = others.nominal_eur or (lines.nominal_eur is null and others.nominal_eur is null))
    and abs(lines.market_value_eur) >= 1000
    and lines.asset_class not in ('cash', 'derivative')
