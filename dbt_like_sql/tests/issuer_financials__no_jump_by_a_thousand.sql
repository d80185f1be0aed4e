-- check:       no_jump_by_a_thousand
-- model:       core.issuer_financials
-- severity:    warn
-- description: No revenue, market capitalisation, debt, equity, balance sheet total or enterprise value of an issuer is
--              500 times, or a 500th of, what the same source said in the same currency of the fiscal year it knows
--              before: units, thousands and millions mixed up. Look at the file before believing the footprint.

with stated as (
    select
        as_of_date,
        issuer_id,
        coalesce(source, '') as source,
        currency,
        fiscal_year,
        revenue,
        market_cap,
        total_debt,
        total_equity,
        total_assets,
        evic,
        row_number() over (
            partition by as_of_date, issuer_id, source, currency, fiscal_year
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_financials
),

figures as (
    select as_of_date, issuer_id, source, currency, fiscal_year, 'revenue' as figure, revenue as amount
    from stated
    where recency = 1
    union all
    select as_of_date, issuer_id, source, currency, fiscal_year, 'market_cap' as figure, market_cap as amount
    from stated
    where recency = 1
    union all
    select as_of_date, issuer_id, source, currency, fiscal_year, 'total_debt' as figure, total_debt as amount
    from stated
    where recency = 1
    union all
    select as_of_date, issuer_id, source, currency, fiscal_year, 'total_equity' as figure, total_equity as amount
    from stated
    where recency = 1
    union all
    select as_of_date, issuer_id, source, currency, fiscal_year, 'total_assets' as figure, total_assets as amount
    from stated
    where recency = 1
    union all
    select as_of_date, issuer_id, source, currency, fiscal_year, 'evic' as figure, evic as amount
    from stated
    where recency = 1
),

followed as (
    select
        as_of_date,
        issuer_id,
        cast(amount as double) as amount,
        cast(
            lag(amount) over (
                partition by as_of_date, issuer_id, source, currency, figure
                order by fiscal_year
            ) as double
        ) as before
    from figures
    where amount > 0
)

select distinct as_of_date, issuer_id
from followed
where amount >= 500 * before
    or before >= 500 * amount
