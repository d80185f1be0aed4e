-- model:       staging.issuers
-- kind:        view
-- grain:       as_of_date, source_file_id, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month.

select
    files.as_of_date,
    facts.issuer_id,
    facts.name,
    facts.country,
    facts.sector_scheme,
    facts.sector_code,
    facts.is_financial,
    facts.is_listed,
    facts.siren,
    facts.enterprise_size,
    facts.source_file_id,
    facts.source_row
from raw.issuers as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
