-- check:       no_column_went_empty
-- model:       core.holdings
-- severity:    warn
-- description: A column that most lines of a portfolio had a month before is not empty on all of them now: its heading changed,
--              or the supplier stopped filling it, and what is optional is then missed by nobody. (A column that must be
--              there is refused at the door.) The month before has to be in the store.

with cells as (
    select as_of_date, portfolio_id, 'instrument_id' as column_name, instrument_id is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'instrument_name' as column_name, instrument_name is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'cic' as column_name, cic is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'issuer_id' as column_name, issuer_id is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'quantity' as column_name, quantity is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'nominal_amount' as column_name, nominal_amount is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'book_value' as column_name, book_value is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'pocket' as column_name, pocket is not null as is_filled
    from staging.holdings
    union all
    select as_of_date, portfolio_id, 'guarantor_id' as column_name, guarantor_id is not null as is_filled
    from staging.holdings
),

filled as (
    select
        as_of_date,
        portfolio_id,
        column_name,
        sum(case when is_filled then 1 else 0 end) as filled_count,
        count(*) as line_count
    from cells
    group by as_of_date, portfolio_id, column_name
)

select filled.as_of_date, filled.portfolio_id, filled.column_name
from filled
inner join filled as before
    on last_day(filled.as_of_date - interval 1 month) = before.as_of_date
    and filled.portfolio_id = before.portfolio_id
    and filled.column_name = before.column_name
where filled.filled_count = 0
    and before.filled_count * 2 >= before.line_count
