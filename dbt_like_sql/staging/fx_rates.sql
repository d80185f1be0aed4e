-- model:       staging.fx_rates
-- kind:        view
-- grain:       as_of_date, source_file_id, rate_date, currency
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Rows of the files that belong to the month.

select
    files.as_of_date,
    facts.rate_date,
    facts.currency,
    facts.units_per_eur,
    facts.source_file_id,
    facts.source_row
from raw.fx_rates as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
