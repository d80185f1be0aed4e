-- check:       no_column_went_empty
-- model:       core.issuer_financials
-- severity:    warn
-- description: A column that most rows of a source had a month before is not empty on all of them now: its heading changed, or
--              the vendor stopped filling it. Denominators would fall back on the next one without a word. The month
--              before has to be in the store.

with counted as (
    select
        as_of_date,
        source,
        count(*) as row_count,
        count(period_end) as period_end_count,
        count(currency) as currency_count,
        count(revenue) as revenue_count,
        count(market_cap) as market_cap_count,
        count(total_debt) as total_debt_count,
        count(minority_interest) as minority_interest_count,
        count(deposits) as deposits_count,
        count(total_equity) as total_equity_count,
        count(total_assets) as total_assets_count,
        count(evic) as evic_count
    from staging.issuer_financials
    group by as_of_date, source
),

columns as (
    select column_name
    from (
        values
            ('period_end'), ('currency'), ('revenue'), ('market_cap'), ('total_debt'), ('minority_interest'),
            ('deposits'), ('total_equity'), ('total_assets'), ('evic')
    ) as named (column_name)
),

filled as (
    select
        counted.as_of_date,
        counted.source,
        columns.column_name,
        counted.row_count,
        case columns.column_name
            when 'period_end' then counted.period_end_count
            when 'currency' then counted.currency_count
            when 'revenue' then counted.revenue_count
            when 'market_cap' then counted.market_cap_count
            when 'total_debt' then counted.total_debt_count
            when 'minority_interest' then counted.minority_interest_count
            when 'deposits' then counted.deposits_count
            when 'total_equity' then counted.total_equity_count
            when 'total_assets' then counted.total_assets_count
            when 'evic' then counted.evic_count
        end as filled_count
    from counted
    cross join columns
)

select filled.as_of_date, filled.source, filled.column_name
from filled
inner join filled as before
    on last_day(filled.as_of_date - interval 1 month) = before.as_of_date
    and filled.source is not distinct from before.source
    and filled.column_name = before.column_name
where filled.filled_count = 0
    and before.filled_count * 2 >= before.row_count
