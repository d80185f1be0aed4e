-- model:       marts.breaches
-- grain:       as_of_date, portfolio_id, line_id, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Lines a rule excludes, and lines whose exclusion the committee took back for a time. first_seen is the
--              day since which the issuer is excluded without a break, with what was known then: it depends neither on
--              which months were run nor on fresh evidence of the same exclusion. issuer_id is the excluded company:
--              issuer, guarantor or underlying. A line held in several ways has the status of the one that asks most.

with excluded as (
    select
        outcomes.as_of_date,
        outcomes.portfolio_id,
        outcomes.line_id,
        outcomes.lookthrough_path,
        case
            when outcomes.derogation_id is null then outcomes.tested_issuer_id
            else outcomes.derogated_issuer_id
        end as issuer_id,
        outcomes.rule_id,
        outcomes.market_value_eur,
        outcomes.exemption is not null as is_exempt,
        outcomes.derogation_id is not null as is_taken_back,
        overrides.expires_on,
        positions.is_in_open_fund,
        rules.divest_days,
        rules.run_off_max,
        rules.illiquid = 'run_off'
            and positions.asset_class in ('unlisted_equity', 'private_debt', 'loan', 'project_finance') as may_run_off,
        -- taken back: the exclusion is counted from the decision that keeps it
        coalesce(starts.first_seen, overrides.approved_on) as first_seen
    from core.position_outcomes as outcomes
    inner join core.positions as positions
        on outcomes.as_of_date = positions.as_of_date
        and outcomes.portfolio_id = positions.portfolio_id
        and outcomes.line_id = positions.line_id
        and outcomes.lookthrough_path = positions.lookthrough_path
    inner join policy.rules as rules
        on outcomes.as_of_date = rules.as_of_date
        and outcomes.rule_id = rules.rule_id
    left join policy.overrides as overrides
        on outcomes.as_of_date = overrides.as_of_date
        and outcomes.derogation_id = overrides.override_id
    left join core.exclusion_starts as starts
        on outcomes.as_of_date = starts.as_of_date
        and outcomes.tested_issuer_id = starts.issuer_id
        and outcomes.rule_id = starts.rule_id
    where outcomes.outcome = 'EXCLUDED'
        or outcomes.derogation_id is not null
),

due as (
    select
        excluded.*,
        case
            when is_taken_back then expires_on
            when is_exempt or is_in_open_fund then null
            when may_run_off then run_off_max
            else date_add(first_seen, cast(divest_days as integer))
        end as divest_by
    from excluded
),

judged as (
    select
        due.*,
        case
            when is_taken_back or is_exempt then 1
            when is_in_open_fund then 2
            when divest_by < as_of_date then 5
            when may_run_off then 3
            else 4
        end as urgency
    from due
),

ranked as (
    select
        judged.*,
        sum(market_value_eur) over (partition by as_of_date, portfolio_id, line_id, rule_id) as line_value_eur,
        row_number() over (
            partition by as_of_date, portfolio_id, line_id, rule_id
            order by urgency desc, first_seen, issuer_id, lookthrough_path
        ) as place
    from judged
)

select
    as_of_date,
    portfolio_id,
    line_id,
    issuer_id,
    rule_id,
    case urgency
        when 1 then 'DEROGATED'
        when 2 then 'PASSIVE_BREACH'
        when 3 then 'RUN_OFF'
        when 4 then 'TO_DIVEST'
        when 5 then 'OVERDUE'
    end as position_status, -- derogated: exempt bond or override; passive: only the open fund's manager can sell
    first_seen, -- from core.exclusion_starts; for an override, the day it was approved
    divest_by, -- first_seen + days allowed by the rule; last day of the run-off; day the override expires
    cast(line_value_eur as decimal(24, 6)) as market_value_eur
from ranked
where place = 1
