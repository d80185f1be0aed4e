-- check:       fund_lines_add_up_to_net_asset_value
-- model:       core.portfolios
-- severity:    error
-- description: A delivered net asset value equals the sum of the fund's lines within 0.1 %.

select portfolios.as_of_date, portfolios.portfolio_id, portfolios.net_asset_value_eur, sum(holdings.market_value_eur) as lines_eur
from core.portfolios as portfolios
inner join core.holdings as holdings
    on portfolios.as_of_date = holdings.as_of_date
    and portfolios.portfolio_id = holdings.portfolio_id
group by portfolios.as_of_date, portfolios.portfolio_id, portfolios.net_asset_value_eur
having abs(portfolios.net_asset_value_eur - sum(holdings.market_value_eur)) > 0.001 * abs(portfolios.net_asset_value_eur)
