-- check:       lines_of_last_month_are_still_there
-- model:       core.portfolios
-- severity:    warn
-- description: Of what a portfolio held a month before, by value, at least three quarters is held by lines of the same id
--              (threshold of ours); a portfolio that is not there at all is listed too. A file that was cut, came without a
--              part, or names its lines otherwise shows here. The month before has to be in the store.

with before as (
    select
        last_day(lines.as_of_date + interval 1 month) as as_of_date,
        lines.portfolio_id,
        lines.line_id,
        abs(cast(lines.market_value_eur as double)) as value_eur
    from core.holdings as lines
    where lines.asset_class not in ('cash', 'derivative')
),

-- only months that were delivered can lack something
delivered as (
    select distinct as_of_date
    from core.portfolios
)

select before.as_of_date, before.portfolio_id
from before
inner join delivered on before.as_of_date = delivered.as_of_date
left join core.holdings as lines
    on before.as_of_date = lines.as_of_date
    and before.portfolio_id = lines.portfolio_id
    and before.line_id = lines.line_id
group by before.as_of_date, before.portfolio_id
having sum(case when lines.line_id is null then before.value_eur else 0 end) > 0.25 * sum(before.value_eur)
