-- model:       marts.fund_screens
-- grain:       as_of_date, portfolio_id, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Each fund against each rule as an interval: what is excluded, and what would be if everything unknown
--              were. Shares are over the whole value of the fund, cash and derivatives included, so the part nobody
--              looked through weighs in full. Unknown: outcome UNKNOWN, funds without lines, value the lines do not
--              explain. Exempt bonds are not excluded, shorts offset nothing, derivatives stay outside both bounds.
--              Dedicated funds, and funds nobody called open, are tolerated nothing. Rule ALL: a line counts once over
--              all rules that can exclude, against the strictest tolerance.

with funds as (
    select
        as_of_date,
        portfolio_id,
        kind,
        net_asset_value_eur
    from core.portfolios
    where kind in ('dedicated_fund', 'open_fund')
        or not is_root
),

-- by rule, so that cash, which no rule looks at, is part of the value in each of them
lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        rules.rule_id,
        rules.can_exclude,
        positions.market_value_eur,
        case when positions.market_value_eur < 0 then 0 else positions.market_value_eur end as held_eur,
        case
            when positions.asset_class = 'derivative' then false
            when outcomes.exemption is not null then false
            when outcomes.outcome = 'EXCLUDED' then true
            else false
        end as is_excluded,
        case
            when positions.value_status = 'unallocated_fund_value' then true
            when positions.asset_class = 'derivative' then false
            when outcomes.outcome = 'UNKNOWN' then true
            -- a fund without lines: what is said of its manager says nothing of what it holds
            when positions.asset_class = 'fund' then true
            else false
        end as is_unknown
    from core.positions as positions
    inner join policy.rules as rules on positions.as_of_date = rules.as_of_date
    left join core.position_outcomes as outcomes
        on positions.as_of_date = outcomes.as_of_date
        and positions.portfolio_id = outcomes.portfolio_id
        and positions.line_id = outcomes.line_id
        and positions.lookthrough_path = outcomes.lookthrough_path
        and rules.rule_id = outcomes.rule_id
),

-- over all rules that can exclude: a line counts once, and the strictest tolerance holds
by_rule as (
    select
        as_of_date, portfolio_id, rule_id, line_id, lookthrough_path, market_value_eur, held_eur, is_excluded,
        is_unknown
    from lines
    union all
    select
        as_of_date,
        portfolio_id,
        'ALL' as rule_id,
        line_id,
        lookthrough_path,
        max(market_value_eur) as market_value_eur,
        max(held_eur) as held_eur,
        bool_or(is_excluded) as is_excluded,
        bool_or(is_unknown) as is_unknown
    from lines
    where can_exclude
    group by as_of_date, portfolio_id, line_id, lookthrough_path
),

tolerances as (
    select as_of_date, rule_id, open_fund_tolerance_ratio
    from policy.rules
    union all
    select as_of_date, 'ALL' as rule_id, min(open_fund_tolerance_ratio) as open_fund_tolerance_ratio
    from policy.rules
    where can_exclude
    group by as_of_date
),

added as (
    select
        as_of_date,
        portfolio_id,
        rule_id,
        sum(market_value_eur) as lines_eur,
        sum(case when is_excluded then held_eur else 0 end) as excluded_eur,
        sum(case when is_unknown and not is_excluded then held_eur else 0 end) as unknown_eur
    from by_rule
    group by as_of_date, portfolio_id, rule_id
),

weighed as (
    select
        funds.as_of_date,
        funds.portfolio_id,
        added.rule_id,
        funds.kind,
        funds.net_asset_value_eur as fund_eur,
        case when funds.kind = 'open_fund' then tolerances.open_fund_tolerance_ratio else 0 end as tolerance_ratio,
        added.excluded_eur,
        -- of a delivered value, what the fund's own lines leave unexplained was not looked through either
        added.unknown_eur + case
            when funds.net_asset_value_eur > added.lines_eur then funds.net_asset_value_eur - added.lines_eur
            else 0
        end as unknown_eur
    from funds
    inner join added
        on funds.as_of_date = added.as_of_date
        and funds.portfolio_id = added.portfolio_id
    inner join tolerances
        on added.as_of_date = tolerances.as_of_date
        and added.rule_id = tolerances.rule_id
),

-- a fund with debts holds more than its value: a share above 1 says no more than 1 does
bounded as (
    select
        weighed.*,
        case
            when fund_eur > 0 then least(cast(excluded_eur as double) / cast(fund_eur as double), cast(1 as double))
        end as excluded_ratio,
        case
            when fund_eur > 0
                then least(cast(excluded_eur + unknown_eur as double) / cast(fund_eur as double), cast(1 as double))
        end as excluded_upper_ratio
    from weighed
)

select
    as_of_date,
    portfolio_id,
    rule_id,
    kind,
    cast(fund_eur as decimal(24, 6)) as market_value_eur,
    excluded_ratio, -- excluded and not exempt, over the fund's whole value, cash included
    excluded_upper_ratio, -- excluded plus unknown, over the same
    1 - (excluded_upper_ratio - excluded_ratio) as coverage_ratio,
    cast(tolerance_ratio as double) as tolerance_ratio,
    -- as decimals: a share of exactly the tolerance is tolerated
    case
        when cast(excluded_ratio as decimal(24, 12)) > cast(tolerance_ratio as decimal(24, 12)) then 'FAIL'
        when cast(excluded_upper_ratio as decimal(24, 12)) <= cast(tolerance_ratio as decimal(24, 12)) then 'PASS'
        else 'UNKNOWN'
    end as result
from bounded
