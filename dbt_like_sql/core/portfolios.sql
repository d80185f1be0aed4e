-- model:       core.portfolios
-- grain:       as_of_date, portfolio_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Portfolios that hold lines in the month. A fund's value is the delivered net asset value, else the sum of
--              its lines; a portfolio that no line refers to as its fund is a root. A fund without a file of the month has
--              its newest earlier inventory, when the policy allows its age.

with held as (
    select
        as_of_date,
        portfolio_id,
        cast(sum(market_value_eur) as decimal(24, 6)) as lines_value_eur,
        min(valuation_date) as inventory_date
    from core.holdings
    group by as_of_date, portfolio_id
),

referred as (
    select distinct as_of_date, fund_id as portfolio_id
    from core.holdings
    where fund_id is not null
),

described as (
    select
        portfolios.as_of_date,
        portfolios.portfolio_id,
        -- the folder of portfolios wins over what a fund's own file says
        coalesce(
            max(case when files.dataset <> 'holdings' then portfolios.name end),
            max(portfolios.name)
        ) as portfolio_name,
        coalesce(
            max(case when files.dataset <> 'holdings' then portfolios.currency end),
            max(portfolios.currency)
        ) as currency,
        coalesce(
            max(case when files.dataset <> 'holdings' then portfolios.kind end),
            max(portfolios.kind)
        ) as kind,
        max(portfolios.pocket) as pocket
    from staging.portfolios as portfolios
    inner join audit.source_files as files
        on portfolios.as_of_date = files.as_of_date
        and portfolios.source_file_id = files.source_file_id
    group by portfolios.as_of_date, portfolios.portfolio_id
),

net_asset_values as (
    select
        portfolios.as_of_date,
        portfolios.portfolio_id,
        max(
            case
                when portfolios.currency = 'EUR' then portfolios.net_asset_value
                else cast(portfolios.net_asset_value / rates.units_per_eur as decimal(24, 6))
            end
        ) as net_asset_value_eur
    from staging.portfolios as portfolios
    left join core.fx_rates as rates
        on portfolios.as_of_date = rates.as_of_date
        and portfolios.currency = rates.currency
    where portfolios.net_asset_value is not null
    group by portfolios.as_of_date, portfolios.portfolio_id
)

select
    held.as_of_date,
    held.portfolio_id,
    described.portfolio_name,
    described.currency,
    described.kind,
    described.pocket,
    referred.portfolio_id is null as is_root,
    coalesce(net_asset_values.net_asset_value_eur, held.lines_value_eur) as net_asset_value_eur,
    held.inventory_date, -- the oldest valuation date of its lines
    date_diff('day', held.inventory_date, held.as_of_date) as inventory_age_days
from held
left join referred
    on held.as_of_date = referred.as_of_date
    and held.portfolio_id = referred.portfolio_id
left join described
    on held.as_of_date = described.as_of_date
    and held.portfolio_id = described.portfolio_id
left join net_asset_values
    on held.as_of_date = net_asset_values.as_of_date
    and held.portfolio_id = net_asset_values.portfolio_id
