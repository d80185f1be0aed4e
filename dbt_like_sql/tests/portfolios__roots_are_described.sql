-- check:       roots_are_described
-- model:       core.portfolios
-- severity:    warn
-- description: A portfolio of lines that no fund line refers to counts in the whole entity. When the month has a file of
--              portfolios, each of these is in it: one that is not is a slip in portfolio_id or a mandate nobody told of.

select
    found.as_of_date,
    found.portfolio_id
from core.portfolios as found
where found.is_root
    and exists (
        select 1
        from audit.source_files as files
        where files.as_of_date = found.as_of_date
            and files.dataset = 'portfolios'
    )
    and not exists (
        select 1
        from staging.portfolios as described
        where described.as_of_date = found.as_of_date
            and described.portfolio_id = found.portfolio_id
    )
