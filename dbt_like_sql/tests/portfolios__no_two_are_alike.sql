-- check:       no_two_are_alike
-- model:       core.portfolios
-- severity:    warn
-- description: No two portfolios of different files have at least three lines, and half of the lines of one, with the same
--              instrument and value: one inventory sent under two portfolio ids is counted twice. Lines below 1,000 EUR
--              are left out. A fund that copies another to the cent is true and is listed all the same. (One portfolio in
--              two files: holdings, no_line_comes_twice; the same key or bytes twice are refused at the door.)

with lines as (
    select as_of_date, portfolio_id, instrument_id, market_value_eur, source_file_id
    from core.holdings
    where instrument_id is not null
        and market_value_eur >= 1000
),

sizes as (
    select as_of_date, portfolio_id, source_file_id, count(*) as line_count
    from lines
    group by as_of_date, portfolio_id, source_file_id
),

pairs as (
    select
        one.as_of_date,
        one.portfolio_id,
        one.source_file_id,
        other.portfolio_id as other_portfolio_id,
        other.source_file_id as other_file_id,
        count(*) as same_count
    from lines as one
    inner join lines as other
        on one.as_of_date = other.as_of_date
        and one.instrument_id = other.instrument_id
        and one.market_value_eur = other.market_value_eur
        and one.source_file_id <> other.source_file_id
        and one.portfolio_id <> other.portfolio_id
    group by one.as_of_date, one.portfolio_id, one.source_file_id, other.portfolio_id, other.source_file_id
)

select distinct pairs.as_of_date, pairs.portfolio_id
from pairs
inner join sizes as one
    on pairs.as_of_date = one.as_of_date
    and pairs.portfolio_id = one.portfolio_id
    and pairs.source_file_id = one.source_file_id
inner join sizes as other
    on pairs.as_of_date = other.as_of_date
    and pairs.other_portfolio_id = other.portfolio_id
    and pairs.other_file_id = other.source_file_id
where pairs.same_count >= 3
    and (pairs.same_count * 2 >= one.line_count or pairs.same_count * 2 >= other.line_count)
