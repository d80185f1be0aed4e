-- check:       no_column_went_empty
-- model:       core.holdings
-- severity:    warn
-- description: A column that most lines of a portfolio had a month before is not empty on all of them now: its heading changed,
--              or the supplier stopped filling it, and what is optional is then missed by nobody. (A column that must be
--              there is refused at the door.) The month before has to be in the store.

with counted as (
    select
        as_of_date,
        portfolio_id,
        count(*) as line_count,
        count(instrument_id) as instrument_id_count,
        count(instrument_name) as instrument_name_count,
        count(cic) as cic_count,
        count(issuer_id) as issuer_id_count,
        count(quantity) as quantity_count,
        count(nominal_amount) as nominal_amount_count,
        count(book_value) as book_value_count,
        count(pocket) as pocket_count,
        count(guarantor_id) as guarantor_id_count
    from staging.holdings
    group by as_of_date, portfolio_id
),

filled as (
    select as_of_date, portfolio_id, 'instrument_id' as column_name, instrument_id_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'instrument_name' as column_name, instrument_name_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'cic' as column_name, cic_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'issuer_id' as column_name, issuer_id_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'quantity' as column_name, quantity_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'nominal_amount' as column_name, nominal_amount_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'book_value' as column_name, book_value_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'pocket' as column_name, pocket_count as filled_count, line_count
    from counted
    union all
    select as_of_date, portfolio_id, 'guarantor_id' as column_name, guarantor_id_count as filled_count, line_count
    from counted
)

select filled.as_of_date, filled.portfolio_id, filled.column_name
from filled
inner join filled as before
    on last_day(filled.as_of_date - interval 1 month) = before.as_of_date
    and filled.portfolio_id = before.portfolio_id
    and filled.column_name = before.column_name
where filled.filled_count = 0
    and before.filled_count * 2 >= before.line_count
