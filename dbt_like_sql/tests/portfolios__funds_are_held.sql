-- check:       funds_are_held
-- model:       core.portfolios
-- severity:    warn
-- description: A fund whose lines are in the month is held by a line that names it, or its lines count in the whole entity as
--              if they were the mutual's own: the fund was sold, or fund_id of its units is wrong. Not asked where all
--              portfolios of the month are funds.

select funds.as_of_date, funds.portfolio_id
from core.portfolios as funds
where funds.is_root
    and funds.kind in ('dedicated_fund', 'open_fund')
    and exists (
        select 1
        from core.portfolios as others
        where others.as_of_date = funds.as_of_date
            and others.is_root
            and (others.kind is null or others.kind not in ('dedicated_fund', 'open_fund'))
    )
