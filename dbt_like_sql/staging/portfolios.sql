-- model:       staging.portfolios
-- kind:        view
-- grain:       as_of_date, source_file_id, portfolio_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Rows of the files that belong to the month.

select
    files.as_of_date,
    facts.portfolio_id,
    facts.name,
    facts.currency,
    facts.kind,
    facts.pocket,
    facts.net_asset_value,
    facts.unit_price,
    facts.unit_count,
    facts.source_file_id,
    facts.source_row
from raw.portfolios as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
