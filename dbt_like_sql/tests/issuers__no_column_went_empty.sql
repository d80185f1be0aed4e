-- check:       no_column_went_empty
-- model:       core.issuers
-- severity:    warn
-- description: A column that most issuers had a month before is not empty on all of them now: its heading changed, or the
--              vendor stopped filling it. Sectors, listings and sizes would be unknown without a word. The month before
--              has to be in the store.

with counted as (
    select
        as_of_date,
        count(*) as row_count,
        count(name) as name_count,
        count(country) as country_count,
        count(sector_code) as sector_code_count,
        count(is_financial) as is_financial_count,
        count(is_listed) as is_listed_count,
        count(siren) as siren_count,
        count(enterprise_size) as enterprise_size_count
    from staging.issuers
    group by as_of_date
),

columns as (
    select column_name
    from (
        values
            ('name'), ('country'), ('sector_code'), ('is_financial'), ('is_listed'), ('siren'), ('enterprise_size')
    ) as named (column_name)
),

filled as (
    select
        counted.as_of_date,
        columns.column_name,
        counted.row_count,
        case columns.column_name
            when 'name' then counted.name_count
            when 'country' then counted.country_count
            when 'sector_code' then counted.sector_code_count
            when 'is_financial' then counted.is_financial_count
            when 'is_listed' then counted.is_listed_count
            when 'siren' then counted.siren_count
            when 'enterprise_size' then counted.enterprise_size_count
        end as filled_count
    from counted
    cross join columns
)

select filled.as_of_date, filled.column_name
from filled
inner join filled as before
    on last_day(filled.as_of_date - interval 1 month) = before.as_of_date
    and filled.column_name = before.column_name
where filled.filled_count = 0
    and before.filled_count * 2 >= before.row_count
