-- model:       staging.evidence
-- kind:        view
-- grain:       as_of_date, source_file_id, evidence_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Rows of the files that belong to the month, cut to what its run may know. The issuer is the one that the
--              stated id stands for (audit.identifier_map) on the day of receipt and at the end of the year it is about.

select
    files.as_of_date,
    facts.evidence_id,
    coalesce(ids.issuer_id, facts.issuer_id) as issuer_id,
    facts.measure,
    facts.role,
    facts.substance_set,
    facts.model,
    facts.lo,
    facts.hi,
    facts.hi_open,
    facts.unit,
    facts.basis,
    facts.reported_or_estimated,
    facts.fiscal_year,
    facts.source,
    facts.grade,
    facts.coverage_status,
    facts.locator,
    facts.published_on,
    facts.known_from,
    facts.superseded_by,
    facts.source_file_id,
    facts.source_row
from raw.evidence as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
left join audit.identifier_map as ids
    on files.as_of_date = ids.as_of_date
    and ids.used_as = 'issuer'
    and facts.issuer_id = ids.identifier
    and coalesce(facts.known_from, facts.published_on, make_date(facts.fiscal_year, 12, 31), files.as_of_date) >= ids.stated_from
    and coalesce(facts.known_from, facts.published_on, make_date(facts.fiscal_year, 12, 31), files.as_of_date) < ids.stated_to
    and coalesce(make_date(facts.fiscal_year, 12, 31), facts.published_on, facts.known_from, files.as_of_date) >= ids.about_from
    and coalesce(make_date(facts.fiscal_year, 12, 31), facts.published_on, facts.known_from, files.as_of_date) < ids.about_to
where (facts.known_from is null or facts.known_from <= months.known_as_of)
    -- a later year says nothing about this month, even when it is known by now
    and (facts.fiscal_year is null or facts.fiscal_year <= year(files.as_of_date))
