-- model:       staging.identifiers
-- kind:        view
-- grain:       as_of_date, source_file_id, scheme, identifier, valid_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.scheme,
    facts.identifier,
    facts.country,
    facts.issuer_id,
    facts.valid_from,
    facts.valid_to,
    facts.reason,
    facts.reviewed_by,
    facts.source,
    facts.known_from,
    facts.source_file_id,
    facts.source_row
from raw.identifiers as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from is null or facts.known_from <= months.known_as_of
