-- check:       supplier_rates_follow_the_reference
-- model:       core.holdings
-- severity:    warn
-- description: Where a supplier gives a line's value in its currency and in EUR, the rate between them is within 1 % of the
--              month-end rate (core.fx_rates, the ECB's unless a file says otherwise; threshold of ours: custodians take
--              rates of another hour, up to 0.4 % away on a real fund). Further away is another day, another currency, or
--              a value that is not the line's. Differences below 1 EUR are left out.

select lines.as_of_date, lines.portfolio_id, lines.line_id
from staging.holdings as lines
inner join core.fx_rates as rates
    on lines.as_of_date = rates.as_of_date
    and lines.currency = rates.currency
where lines.currency <> 'EUR'
    and abs(cast(lines.market_value as double) / cast(rates.units_per_eur as double) - cast(lines.market_value_eur as double))
        > greatest(1, 0.01 * abs(cast(lines.market_value_eur as double)))
