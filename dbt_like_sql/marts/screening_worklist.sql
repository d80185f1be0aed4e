-- model:       marts.screening_worklist
-- grain:       as_of_date, work, issuer_id, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: What analysts have to look at, by kind of work and exposure: verdicts that lack evidence, sources that
--              disagree, values near a threshold, evidence too old. A verdict can be in several lists. Issuers nobody
--              holds come last, without exposure: they may be bought tomorrow.

with work as (
    select as_of_date, 'unknown' as work, issuer_id, rule_id, outcome, text_fr
    from core.issuer_verdicts
    where outcome = 'UNKNOWN'
        or truth = 'U'
    union all
    select as_of_date, 'conflict' as work, issuer_id, rule_id, outcome, text_fr
    from core.issuer_verdicts
    where has_conflict
    union all
    select as_of_date, 'near' as work, issuer_id, rule_id, outcome, text_fr
    from core.issuer_verdicts
    where is_near
    union all
    select as_of_date, 'stale' as work, issuer_id, rule_id, outcome, text_fr
    from core.issuer_verdicts
    where is_stale
)

select
    work.as_of_date,
    work.work,
    work.issuer_id,
    work.rule_id,
    headlines.issuer_name,
    work.outcome,
    headlines.exposure_eur,
    row_number() over (
        partition by work.as_of_date, work.work
        order by headlines.exposure_eur desc nulls last, work.issuer_id, work.rule_id
    ) as work_rank, -- within the kind of work
    work.text_fr
from work
left join marts.issuer_headlines as headlines
    on work.as_of_date = headlines.as_of_date
    and work.issuer_id = headlines.issuer_id
