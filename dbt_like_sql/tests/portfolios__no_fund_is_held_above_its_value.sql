-- check:       no_fund_is_held_above_its_value
-- model:       core.portfolios
-- severity:    warn
-- description: The lines that hold a fund add up to at most its value (0.1 % for rounding and exchange rates). Otherwise
--              its inventory is partial, or of another date or share class, and what is looked through is scaled up.

with held as (
    select as_of_date, fund_id as portfolio_id, sum(market_value_eur) as held_eur
    from core.holdings
    where fund_id is not null
    group by as_of_date, fund_id
)

select portfolios.as_of_date, portfolios.portfolio_id
from core.portfolios as portfolios
inner join held
    on portfolios.as_of_date = held.as_of_date
    and portfolios.portfolio_id = held.portfolio_id
where portfolios.net_asset_value_eur > 0
    and held.held_eur > portfolios.net_asset_value_eur * 1.001
