-- model:       staging.ownership
-- kind:        view
-- grain:       as_of_date, source_file_id, child_id, parent_id, valid_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.child_id,
    facts.parent_id,
    facts.pct_capital,
    facts.is_controlled,
    facts.valid_from,
    facts.valid_to,
    facts.known_from,
    facts.source,
    facts.source_file_id,
    facts.source_row
from raw.ownership as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from is null or facts.known_from <= months.known_as_of
