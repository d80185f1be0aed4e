-- check:       described_ones_have_lines
-- model:       core.portfolios
-- severity:    warn
-- description: A portfolio in the month's list of portfolios has lines, or its file did not come. Funds are left out: they may
--              be held without an inventory, or not be held yet.

select described.as_of_date, described.portfolio_id
from staging.portfolios as described
inner join audit.source_files as files
    on described.as_of_date = files.as_of_date
    and described.source_file_id = files.source_file_id
    and files.dataset = 'portfolios'
left join core.portfolios as found
    on described.as_of_date = found.as_of_date
    and described.portfolio_id = found.portfolio_id
where found.portfolio_id is null
    and coalesce(described.kind, 'mandate') not in ('dedicated_fund', 'open_fund')
    -- a month nobody delivered lines for has nothing to compare with
    and exists (
        select 1
        from core.portfolios as others
        where others.as_of_date = described.as_of_date
    )
