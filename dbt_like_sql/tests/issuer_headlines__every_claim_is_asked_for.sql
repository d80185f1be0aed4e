-- check:       every_claim_is_asked_for
-- model:       marts.issuer_headlines
-- severity:    warn
-- description: Evidence about an issuer is about a measure that some rule looks at, or about its production
--              (marts.physical_intensity). A measure nobody asks for is a spelling mistake, or evidence kept for a rule to
--              come; what it says has no effect.

select distinct headlines.as_of_date, headlines.issuer_id, evidence.measure
from marts.issuer_headlines as headlines
inner join staging.evidence as evidence
    on headlines.as_of_date = evidence.as_of_date
    and headlines.issuer_id = evidence.issuer_id
left join policy.measures as measures
    on evidence.as_of_date = measures.as_of_date
    and evidence.measure = measures.measure
where measures.measure is null
    and evidence.measure not like 'production.%'
