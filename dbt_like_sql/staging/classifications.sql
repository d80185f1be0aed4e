-- model:       staging.classifications
-- kind:        view
-- grain:       as_of_date, source_file_id, subject_id, kind, code, valid_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       shares
-- description: Rows of the files that belong to the month.

select
    files.as_of_date,
    facts.subject_id,
    facts.kind,
    facts.code,
    facts.share,
    facts.valid_from,
    facts.valid_to,
    facts.classified_by,
    facts.rationale,
    facts.evidence_ref,
    facts.source_file_id,
    facts.source_row
from raw.classifications as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
