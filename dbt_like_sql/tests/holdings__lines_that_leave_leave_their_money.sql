-- check:       lines_that_leave_leave_their_money
-- model:       core.holdings
-- severity:    warn
-- description: When lines of the month before are gone and were worth moved_value_threshold_ratio of their portfolio,
--              their money is still in it (cash, other lines): else at least half of it left with them, as in a file
--              that was cut. Sold for a redemption is true and is listed all the same. A portfolio that is gone as a
--              whole is listed with all its lines. The keys are those of the lines lost.

with totals as (
    select as_of_date, portfolio_id, sum(market_value_eur) as total_eur
    from core.holdings
    group by as_of_date, portfolio_id
),

lost as (
    select
        months.as_of_date,
        before.portfolio_id,
        before.line_id,
        cast(sum(before.market_value_eur) over (
            partition by months.as_of_date, before.portfolio_id
        ) as double) as moved_eur
    from core.holdings as before
    inner join audit.months as months on before.as_of_date = last_day(months.as_of_date - interval 1 month)
    left join core.holdings as now
        on months.as_of_date = now.as_of_date
        and before.portfolio_id = now.portfolio_id
        and before.line_id = now.line_id
    where now.line_id is null
)

select lost.as_of_date, lost.portfolio_id, lost.line_id
from lost
inner join policy.methodology as methodology on lost.as_of_date = methodology.as_of_date
inner join totals as before
    on before.as_of_date = last_day(lost.as_of_date - interval 1 month)
    and lost.portfolio_id = before.portfolio_id
left join totals as now
    on lost.as_of_date = now.as_of_date
    and lost.portfolio_id = now.portfolio_id
where lost.moved_eur >= methodology.moved_value_threshold_ratio * cast(before.total_eur as double)
    and cast(before.total_eur - coalesce(now.total_eur, 0) as double) >= lost.moved_eur / 2
