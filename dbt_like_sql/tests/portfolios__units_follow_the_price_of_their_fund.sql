-- check:       units_follow_the_price_of_their_fund
-- model:       core.portfolios
-- severity:    warn
-- description: A line of units is worth its quantity times the unit price in the fund's own file of the month, within 1 %
--              (threshold of ours: days and rates of the two suppliers differ by less). Otherwise the price is another
--              day's, the share class another one, or the exchange rate wrong. Prices of earlier inventories are not compared.

with prices as (
    select
        as_of_date,
        portfolio_id,
        max(currency) as currency,
        max(unit_price) as unit_price
    from staging.portfolios
    where unit_price is not null
    group by as_of_date, portfolio_id
),

compared as (
    select
        lines.as_of_date,
        lines.portfolio_id,
        lines.line_id,
        cast(lines.market_value_eur as double) as value_eur,
        cast(lines.quantity as double) * cast(prices.unit_price as double)
        / case when prices.currency = 'EUR' then 1 else cast(rates.units_per_eur as double) end as expected_eur
    from core.holdings as lines
    inner join core.portfolios as funds
        on lines.as_of_date = funds.as_of_date
        and lines.fund_id = funds.portfolio_id
    inner join prices
        on lines.as_of_date = prices.as_of_date
        and lines.fund_id = prices.portfolio_id
    left join core.fx_rates as rates
        on lines.as_of_date = rates.as_of_date
        and prices.currency = rates.currency
    where funds.inventory_age_days <= 7
        and lines.quantity is not null
        and lines.market_value_eur is not null
)

select as_of_date, portfolio_id, line_id
from compared
where abs(value_eur - expected_eur) > 0.01 * abs(expected_eur)
