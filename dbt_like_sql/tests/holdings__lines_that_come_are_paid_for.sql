-- check:       lines_that_come_are_paid_for
-- model:       core.holdings
-- severity:    warn
-- description: When lines are new and worth moved_value_threshold_ratio of their portfolio, other lines paid for them
--              (cash, sales): else at least half of their value came with them, as when a file is there twice under
--              other line ids. A subscription is true and is listed all the same. New portfolios are not listed.

with totals as (
    select as_of_date, portfolio_id, sum(market_value_eur) as total_eur
    from core.holdings
    group by as_of_date, portfolio_id
),

new_lines as (
    select
        now.as_of_date,
        now.portfolio_id,
        now.line_id,
        cast(sum(now.market_value_eur) over (partition by now.as_of_date, now.portfolio_id) as double) as moved_eur
    from core.holdings as now
    left join core.holdings as before
        on before.as_of_date = last_day(now.as_of_date - interval 1 month)
        and now.portfolio_id = before.portfolio_id
        and now.line_id = before.line_id
    where before.line_id is null
)

select new_lines.as_of_date, new_lines.portfolio_id, new_lines.line_id
from new_lines
inner join policy.methodology as methodology on new_lines.as_of_date = methodology.as_of_date
inner join totals as now
    on new_lines.as_of_date = now.as_of_date
    and new_lines.portfolio_id = now.portfolio_id
inner join totals as before
    on before.as_of_date = last_day(new_lines.as_of_date - interval 1 month)
    and new_lines.portfolio_id = before.portfolio_id
where new_lines.moved_eur >= methodology.moved_value_threshold_ratio * cast(before.total_eur as double)
    and cast(now.total_eur - before.total_eur as double) >= new_lines.moved_eur / 2
