-- model:       marts.breaches
-- grain:       as_of_date, portfolio_id, line_id, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Lines of excluded issuers, by rule. first_seen is the day the exclusion took effect (rule in force and
--              deciding evidence public), so it does not depend on which months were run before.

with excluded as (
    select as_of_date, issuer_id, rule_id
    from core.issuer_verdicts
    where outcome = 'EXCLUDED'
),

deciding as (
    select
        explanations.as_of_date,
        explanations.issuer_id,
        explanations.rule_id,
        min(coalesce(explanations.published_on, explanations.retrieved_on)) as decided_on
    from core.verdict_explanations as explanations
    where explanations.truth = 'T'
    group by explanations.as_of_date, explanations.issuer_id, explanations.rule_id
),

held as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        case when asset_class = 'derivative' then underlying_issuer_id else issuer_id end as issuer_id,
        cast(sum(market_value_eur) as decimal(24, 6)) as market_value_eur
    from core.positions
    where asset_class <> 'cash'
    group by
        as_of_date,
        portfolio_id,
        line_id,
        case when asset_class = 'derivative' then underlying_issuer_id else issuer_id end
),

dated as (
    select
        held.as_of_date,
        held.portfolio_id,
        held.line_id,
        held.issuer_id,
        excluded.rule_id,
        held.market_value_eur,
        rules.divest_days,
        case
            when deciding.decided_on > rules.valid_from then deciding.decided_on
            else rules.valid_from
        end as first_seen
    from held
    inner join excluded
        on held.as_of_date = excluded.as_of_date
        and held.issuer_id = excluded.issuer_id
    inner join policy.rules as rules
        on excluded.as_of_date = rules.as_of_date
        and excluded.rule_id = rules.rule_id
    left join deciding
        on excluded.as_of_date = deciding.as_of_date
        and excluded.issuer_id = deciding.issuer_id
        and excluded.rule_id = deciding.rule_id
)

select
    as_of_date,
    portfolio_id,
    line_id,
    issuer_id,
    rule_id,
    case
        when date_add(first_seen, cast(divest_days as integer)) < as_of_date then 'OVERDUE'
        else 'TO_DIVEST'
    end as position_status,
    first_seen, -- the later of: rule in force, deciding evidence published
    date_add(first_seen, cast(divest_days as integer)) as divest_by, -- first_seen + days allowed by the rule
    market_value_eur
from dated
