-- model:       marts.screening_exposures
-- grain:       as_of_date, portfolio_id, rule_id, outcome
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Market value by rule and outcome, over the screened value of the portfolio (companies and opaque funds;
--              not cash, derivatives, property or public bodies). A line has the worst outcome of the parties tested
--              behind it; lines without a known issuer are UNKNOWN. A short position never offsets: it counts for 0.

with positions as (
    select
        outcomes.as_of_date,
        outcomes.portfolio_id,
        portfolios.is_root,
        outcomes.line_id,
        outcomes.lookthrough_path,
        outcomes.rule_id,
        outcomes.outcome,
        case when outcomes.market_value_eur < 0 then 0 else outcomes.market_value_eur end as held_eur
    from core.position_outcomes as outcomes
    inner join core.positions as positions
        on outcomes.as_of_date = positions.as_of_date
        and outcomes.portfolio_id = positions.portfolio_id
        and outcomes.line_id = positions.line_id
        and outcomes.lookthrough_path = positions.lookthrough_path
    inner join core.portfolios as portfolios
        on outcomes.as_of_date = portfolios.as_of_date
        and outcomes.portfolio_id = portfolios.portfolio_id
    where positions.is_screened
),

by_portfolio as (
    select as_of_date, portfolio_id, rule_id, outcome, held_eur
    from positions
    union all
    select as_of_date, 'ALL' as portfolio_id, rule_id, outcome, held_eur
    from positions
    where is_root
),

added as (
    select as_of_date, portfolio_id, rule_id, outcome, sum(held_eur) as held_eur
    from by_portfolio
    group by as_of_date, portfolio_id, rule_id, outcome
),

compared as (
    select
        added.*,
        sum(held_eur) over (partition by as_of_date, portfolio_id, rule_id) as screened_eur
    from added
)

select
    as_of_date,
    portfolio_id,
    rule_id,
    outcome,
    cast(held_eur as decimal(24, 6)) as market_value_eur,
    cast(held_eur as double) / nullif(cast(screened_eur as double), 0) as share_ratio
from compared
