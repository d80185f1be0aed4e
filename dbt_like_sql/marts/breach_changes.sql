-- model:       marts.breach_changes
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Breaches against the calendar month before: new, still open, or gone (dated in the first month without
--              it). A view, because a month is compared with another one: whichever of the two was run last, the answer
--              is the same. A month whose predecessor was never computed says so instead of calling everything new.

with months as (
    select
        months.as_of_date,
        before.as_of_date as previous_date
    from audit.months as months
    left join audit.months as before
        on last_day(months.as_of_date - interval 1 month) = before.as_of_date
),

present as (
    select
        breaches.as_of_date,
        breaches.portfolio_id,
        breaches.line_id,
        breaches.issuer_id,
        breaches.rule_id,
        case
            when months.previous_date is null then 'no_previous_month'
            when before.rule_id is null then 'new'
            else 'open'
        end as change,
        breaches.position_status,
        breaches.divest_by,
        breaches.market_value_eur
    from marts.breaches as breaches
    inner join months on breaches.as_of_date = months.as_of_date
    left join marts.breaches as before
        on months.previous_date = before.as_of_date
        and breaches.portfolio_id = before.portfolio_id
        and breaches.line_id = before.line_id
        and breaches.rule_id = before.rule_id
),

gone as (
    select
        months.as_of_date,
        before.portfolio_id,
        before.line_id,
        before.issuer_id,
        before.rule_id
    from months
    inner join marts.breaches as before on months.previous_date = before.as_of_date
    left join marts.breaches as breaches
        on months.as_of_date = breaches.as_of_date
        and before.portfolio_id = breaches.portfolio_id
        and before.line_id = breaches.line_id
        and before.rule_id = breaches.rule_id
    where breaches.rule_id is null
)

select
    as_of_date,
    portfolio_id,
    line_id,
    issuer_id,
    rule_id,
    change,
    position_status,
    divest_by,
    market_value_eur
from present
union all
select
    as_of_date,
    portfolio_id,
    line_id,
    issuer_id,
    rule_id,
    'gone' as change,
    cast(null as varchar) as position_status,
    cast(null as date) as divest_by,
    cast(null as decimal(24, 6)) as market_value_eur
from gone
