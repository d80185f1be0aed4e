-- model:       core.fx_rates
-- grain:       as_of_date, currency
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Last exchange rate on or before the month end, at most 31 days old; an older one counts as unknown.

with ranked as (
    select
        as_of_date,
        currency,
        rate_date,
        units_per_eur,
        row_number() over (
            partition by as_of_date, currency
            order by rate_date desc, source_file_id
        ) as recency
    from staging.fx_rates
    where rate_date <= as_of_date
        and rate_date >= as_of_date - interval 31 day
        and units_per_eur > 0
        and currency <> 'EUR'
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
