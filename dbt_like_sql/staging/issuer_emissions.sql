-- model:       staging.issuer_emissions
-- kind:        view
-- grain:       as_of_date, source_file_id, issuer_id, fiscal_year, scope, source, known_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.issuer_id,
    facts.fiscal_year,
    facts.scope,
    facts.tco2e,
    facts.basis,
    facts.source,
    facts.published_on,
    facts.known_from,
    facts.source_file_id,
    facts.source_row
from raw.issuer_emissions as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from <= months.known_as_of
