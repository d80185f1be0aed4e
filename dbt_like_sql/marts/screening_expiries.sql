-- model:       marts.screening_expiries
-- grain:       as_of_date, expiry_kind, reference, rule_id, due
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: What falls due within 90 days of the month end, and what is overdue and still open: overrides in force,
--              milestones of open engagements, lines to sell, run-offs. A line is listed under the portfolio that holds
--              it itself, whose manager has to act, not again under those that hold it through a fund.

with issuers as (
    select as_of_date, issuer_id, issuer_name
    from core.issuers
),

overrides as (
    select
        as_of_date,
        'override' as expiry_kind,
        override_id as reference,
        issuer_id,
        rule_id,
        expires_on as due,
        'décision ' || override_id || ' du comité sur la règle ' || rule_id as subject_fr
    from policy.overrides
    where is_in_force
),

engagements as (
    select
        as_of_date,
        'engagement' as expiry_kind,
        engagement_id as reference,
        issuer_id,
        theme as rule_id,
        due,
        'engagement ' || engagement_id || ' (' || theme || '), attendu : '
            || string_agg(milestone_fr, ' ; ' order by milestone) as subject_fr
    from policy.engagements
    where is_open
        and not is_done
    group by as_of_date, engagement_id, issuer_id, theme, due
),

lines as (
    select
        breaches.as_of_date,
        case when breaches.position_status = 'RUN_OFF' then 'run_off' else 'divestment' end as expiry_kind,
        breaches.portfolio_id || '/' || breaches.line_id as reference,
        breaches.issuer_id,
        breaches.rule_id,
        breaches.divest_by as due,
        'ligne ' || breaches.line_id || ' de ' || breaches.portfolio_id
            || case when breaches.position_status = 'RUN_OFF' then ' en extinction' else ' à céder' end
            || ' (règle ' || breaches.rule_id || ')' as subject_fr
    from marts.breaches as breaches
    inner join core.holdings as holdings
        on breaches.as_of_date = holdings.as_of_date
        and breaches.portfolio_id = holdings.portfolio_id
        and breaches.line_id = holdings.line_id
    where breaches.position_status in ('TO_DIVEST', 'OVERDUE', 'RUN_OFF')
),

everything as (
    select as_of_date, expiry_kind, reference, issuer_id, rule_id, due, subject_fr
    from overrides
    union all
    select as_of_date, expiry_kind, reference, issuer_id, rule_id, due, subject_fr
    from engagements
    union all
    select as_of_date, expiry_kind, reference, issuer_id, rule_id, due, subject_fr
    from lines
)

select
    everything.as_of_date,
    everything.expiry_kind,
    everything.reference,
    everything.issuer_id,
    everything.rule_id,
    everything.due,
    date_diff('day', everything.as_of_date, everything.due) as days_left,
    coalesce(issuers.issuer_name, everything.issuer_id) || ' : ' || everything.subject_fr
        || case
            when everything.due < everything.as_of_date then ', échéance dépassée le '
            else ', échéance le '
        end
        || strftime(everything.due, '%d/%m/%Y') || '.' as text_fr
from everything
left join issuers
    on everything.as_of_date = issuers.as_of_date
    and everything.issuer_id = issuers.issuer_id
where date_diff('day', everything.as_of_date, everything.due) <= 90
