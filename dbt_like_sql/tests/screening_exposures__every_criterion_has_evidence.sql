-- check:       every_criterion_has_evidence
-- model:       marts.screening_exposures
-- severity:    warn
-- description: Where there is evidence at all, some of it is about each measure that a rule asks for. Otherwise the
--              measure is misspelt in the rule, or nobody has delivered it yet: the rule can decide nothing.

select distinct exposures.as_of_date, exposures.portfolio_id, exposures.rule_id, exposures.outcome, measures.measure
from marts.screening_exposures as exposures
inner join policy.measures as measures
    on exposures.as_of_date = measures.as_of_date
    and exposures.rule_id = measures.rule_id
inner join (select distinct as_of_date from staging.evidence) as told on measures.as_of_date = told.as_of_date
left join staging.evidence as evidence
    on measures.as_of_date = evidence.as_of_date
    and measures.measure = evidence.measure
where exposures.portfolio_id = 'ALL'
    and measures.is_asked
    and evidence.measure is null
