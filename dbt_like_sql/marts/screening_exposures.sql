-- model:       marts.screening_exposures
-- grain:       as_of_date, portfolio_id, rule_id, outcome
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Market value by rule and outcome, over the screened value of the portfolio (companies and opaque funds;
--              not cash, derivatives, property or public bodies). Lines without a known issuer are UNKNOWN for every rule.

with positions as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        positions.issuer_id,
        positions.market_value_eur
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    where positions.asset_class in (
        'listed_equity', 'corporate_bond', 'covered_bond', 'unlisted_equity', 'private_debt', 'loan',
        'project_finance', 'fund', 'securitisation'
    )
),

by_portfolio as (
    select as_of_date, portfolio_id, issuer_id, market_value_eur
    from positions
    union all
    select as_of_date, 'ALL' as portfolio_id, issuer_id, market_value_eur
    from positions
    where is_root
),

judged as (
    select
        by_portfolio.as_of_date,
        by_portfolio.portfolio_id,
        rules.rule_id,
        coalesce(verdicts.outcome, 'UNKNOWN') as outcome,
        by_portfolio.market_value_eur
    from by_portfolio
    inner join policy.rules as rules on by_portfolio.as_of_date = rules.as_of_date
    left join core.issuer_verdicts as verdicts
        on by_portfolio.as_of_date = verdicts.as_of_date
        and by_portfolio.issuer_id = verdicts.issuer_id
        and rules.rule_id = verdicts.rule_id
),

screened as (
    select as_of_date, portfolio_id, sum(market_value_eur) as screened_eur
    from by_portfolio
    group by as_of_date, portfolio_id
)

select
    judged.as_of_date,
    judged.portfolio_id,
    judged.rule_id,
    judged.outcome,
    cast(sum(judged.market_value_eur) as decimal(24, 6)) as market_value_eur,
    cast(sum(judged.market_value_eur) as double) / nullif(cast(max(screened.screened_eur) as double), 0) as share_ratio
from judged
inner join screened
    on judged.as_of_date = screened.as_of_date
    and judged.portfolio_id = screened.portfolio_id
group by judged.as_of_date, judged.portfolio_id, judged.rule_id, judged.outcome
