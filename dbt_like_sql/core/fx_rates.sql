-- model:       core.fx_rates
-- grain:       as_of_date, currency
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Last exchange rate on or before the month end, at most 31 days old; an older one counts as unknown. The
--              delivery's own rate wins; the shipped ECB month-end rates fill what it does not have.

with ranked as (
    select
        rates.as_of_date,
        rates.currency,
        rates.rate_date,
        rates.units_per_eur,
        row_number() over (
            partition by rates.as_of_date, rates.currency
            order by
                case when files.profile_id = 'reference' then 1 else 0 end,
                rates.rate_date desc,
                rates.source_file_id
        ) as recency
    from staging.fx_rates as rates
    inner join audit.source_files as files
        on rates.as_of_date = files.as_of_date
        and rates.source_file_id = files.source_file_id
    where rates.rate_date <= rates.as_of_date
        and rates.rate_date >= rates.as_of_date - interval 31 day
        and rates.units_per_eur > 0
        and rates.currency <> 'EUR'
)

select
    as_of_date,
    currency,
    rate_date, -- the day itself or the last business day before
    units_per_eur
from ranked
where recency = 1
union all
select
    as_of_date,
    'EUR' as currency,
    as_of_date as rate_date,
    cast(1 as decimal(24, 12)) as units_per_eur
from audit.months
