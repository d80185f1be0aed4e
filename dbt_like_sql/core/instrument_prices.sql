-- model:       core.instrument_prices
-- grain:       as_of_date, instrument_id, currency, price_basis
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: What one unit of an instrument was worth at the month end, from the lines that hold it: market value /
--              quantity for shares, market value / nominal for debt. Supplied prices would be better, holdings are what
--              there is: an instrument nobody held that month has no price.

with lines as (
    select
        holdings.as_of_date,
        holdings.instrument_id,
        holdings.currency,
        holdings.market_value_eur,
        rates.units_per_eur,
        case when holdings.quantity > 0 then 'quantity' else 'nominal' end as price_basis,
        case when holdings.quantity > 0 then holdings.quantity else holdings.nominal_eur end as units
    from core.holdings as holdings
    inner join core.fx_rates as rates
        on holdings.as_of_date = rates.as_of_date
        and holdings.currency = rates.currency
    where holdings.instrument_id is not null
        and holdings.market_value_eur >= 0
        and (holdings.quantity > 0 or (holdings.quantity is null and holdings.nominal_eur > 0))
)

select
    as_of_date,
    instrument_id,
    currency,
    price_basis,
    -- per share in the line's own currency; per EUR of nominal, where the currency cancels
    cast(sum(market_value_eur) as double) / nullif(cast(sum(units) as double), 0)
        * case when price_basis = 'quantity' then cast(units_per_eur as double) else 1 end as price
from lines
group by as_of_date, instrument_id, currency, price_basis, units_per_eur
