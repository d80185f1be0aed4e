-- model:       staging.organisation
-- kind:        view
-- grain:       as_of_date, source_file_id, year, category
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       publication
-- description: Rows of the files that belong to the month.

select
    files.as_of_date,
    facts.year,
    facts.protected_persons,
    facts.category,
    facts.tco2e,
    facts.source_file_id,
    facts.source_row
from raw.organisation as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
