-- model:       staging.issuer_financials
-- kind:        view
-- grain:       as_of_date, source_file_id, issuer_id, fiscal_year, known_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.issuer_id,
    facts.fiscal_year,
    facts.period_end,
    facts.currency,
    facts.revenue,
    facts.market_cap,
    facts.total_debt,
    facts.minority_interest,
    facts.deposits,
    facts.total_equity,
    facts.total_assets,
    facts.evic,
    facts.source,
    facts.published_on,
    facts.known_from,
    facts.source_file_id,
    facts.source_row
from raw.issuer_financials as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from <= months.known_as_of
