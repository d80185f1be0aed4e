-- model:       marts.positions
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Every position of every portfolio, funds included and looked through, with its carbon and its verdict.
--              Both are the worst over all rules in force (core.position_outcomes, marts.breaches); cash, and what has
--              no company behind it, is not screened.

-- what one rule asks of one position, from 1 (nothing) to 7
with by_rule as (
    select
        outcomes.as_of_date,
        outcomes.portfolio_id,
        outcomes.line_id,
        outcomes.lookthrough_path,
        outcomes.outcome,
        outcomes.outcome_rank,
        case
            when outcomes.exemption is not null then 3
            when outcomes.derogation_id is not null and breaches.position_status = 'DEROGATED' then 3
            when outcomes.outcome = 'EXCLUDED' and positions.is_in_open_fund then 4
            when outcomes.outcome = 'EXCLUDED' and breaches.position_status = 'RUN_OFF' then 5
            when outcomes.outcome = 'EXCLUDED' and breaches.position_status = 'TO_DIVEST' then 6
            when outcomes.outcome = 'EXCLUDED' and breaches.position_status = 'OVERDUE' then 7
            when outcomes.outcome in ('WATCHLIST', 'UNKNOWN') then 2
            when outcomes.outcome in ('ENGAGEMENT', 'CLEARED', 'NOT_APPLICABLE') then 1
        end as urgency
    from core.position_outcomes as outcomes
    inner join core.positions as positions
        on outcomes.as_of_date = positions.as_of_date
        and outcomes.portfolio_id = positions.portfolio_id
        and outcomes.line_id = positions.line_id
        and outcomes.lookthrough_path = positions.lookthrough_path
    left join marts.breaches as breaches
        on outcomes.as_of_date = breaches.as_of_date
        and outcomes.portfolio_id = breaches.portfolio_id
        and outcomes.line_id = breaches.line_id
        and outcomes.rule_id = breaches.rule_id
),

worst as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        lookthrough_path,
        max_by(outcome, outcome_rank) as headline_outcome,
        max(urgency) as urgency
    from by_rule
    group by as_of_date, portfolio_id, line_id, lookthrough_path
)

select
    positions.as_of_date,
    positions.portfolio_id,
    positions.line_id,
    positions.lookthrough_path,
    positions.instrument_id,
    positions.instrument_name,
    positions.issuer_id,
    issuers.issuer_name,
    issuers.country,
    issuers.sector_code,
    positions.asset_class,
    positions.pocket,
    positions.market_value_eur,
    attribution.outstanding_eur,
    attribution.denominator_eur,
    attribution.denominator_basis,
    attribution.attribution_factor,
    attribution.scope_1_tco2e,
    attribution.scope_2_tco2e,
    attribution.scope_3_tco2e,
    attribution.financed_scope_1_2_tco2e,
    attribution.financed_scope_3_tco2e,
    attribution.data_quality_score,
    attribution.carbon_status,
    attribution.use_of_proceeds_basis,
    case
        -- no rule in force: nobody said it is clear
        when worst.headline_outcome is null and positions.is_screened then 'UNKNOWN'
        else worst.headline_outcome
    end as headline_outcome, -- worst over all rules, of whoever is tested behind the line
    case
        when worst.urgency = 7 then 'OVERDUE'
        when worst.urgency = 6 then 'TO_DIVEST'
        when worst.urgency = 5 then 'RUN_OFF'
        when worst.urgency = 4 then 'PASSIVE_BREACH'
        when worst.urgency = 3 then 'DEROGATED'
        when worst.urgency = 2 then 'BUY_BLOCKED'
        when worst.urgency = 1 then 'COMPLIANT'
        when positions.is_screened then 'BUY_BLOCKED'
        else 'NOT_SCREENED'
    end as position_status, -- worst over all rules; a buy is blocked until unknowns and watch cases are decided
    positions.source_file_id,
    positions.source_row
from core.positions as positions
inner join core.attribution as attribution
    on positions.as_of_date = attribution.as_of_date
    and positions.portfolio_id = attribution.portfolio_id
    and positions.line_id = attribution.line_id
    and positions.lookthrough_path = attribution.lookthrough_path
left join worst
    on positions.as_of_date = worst.as_of_date
    and positions.portfolio_id = worst.portfolio_id
    and positions.line_id = worst.line_id
    and positions.lookthrough_path = worst.lookthrough_path
left join core.issuers as issuers
    on positions.as_of_date = issuers.as_of_date
    and positions.issuer_id = issuers.issuer_id
