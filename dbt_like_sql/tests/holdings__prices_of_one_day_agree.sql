-- check:       prices_of_one_day_agree
-- model:       core.holdings
-- severity:    warn
-- description: Lines of one security and month have one price: value per share, or value per EUR of nominal, between half and
--              twice the middle one of all its lines (threshold of ours). A supplier that turned to thousands, or to another
--              currency, shows itself in its first month wherever somebody else holds the same security. Two lines alone are
--              both listed when one price is four times the other. Lines below 1,000 EUR are left out.

with priced as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        instrument_id,
        currency,
        case when quantity is not null then 'quantity' else 'nominal' end as price_basis,
        abs(cast(market_value_eur as double) / cast(coalesce(quantity, nominal_eur) as double)) as price_eur
    from core.holdings
    where instrument_id is not null
        and abs(market_value_eur) >= 1000
        and coalesce(quantity, nominal_eur) <> 0
        and asset_class not in ('cash', 'derivative')
),

compared as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        price_eur,
        exp(median(ln(price_eur)) over (partition by as_of_date, instrument_id, currency, price_basis))
            as middle_price_eur
    from priced
)

select as_of_date, portfolio_id, line_id
from compared
where price_eur > 2 * middle_price_eur
    or price_eur * 2 < middle_price_eur
