-- check:       every_decision_is_explained
-- model:       marts.issuer_headlines
-- severity:    error
-- description: Every verdict other than NOT_APPLICABLE has at least one row of evidence or of what is missing.

select verdicts.as_of_date, verdicts.issuer_id, verdicts.rule_id, verdicts.outcome
from core.issuer_verdicts as verdicts
left join core.verdict_explanations as explanations
    on verdicts.as_of_date = explanations.as_of_date
    and verdicts.issuer_id = explanations.issuer_id
    and verdicts.rule_id = explanations.rule_id
where verdicts.outcome <> 'NOT_APPLICABLE'
    and explanations.criterion_id is null
