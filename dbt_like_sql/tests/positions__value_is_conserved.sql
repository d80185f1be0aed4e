-- check:       value_is_conserved
-- model:       core.positions
-- severity:    error
-- description: Looking through funds neither creates nor loses money: each portfolio keeps its value to the cent.

with before as (
    select as_of_date, portfolio_id, sum(market_value_eur) as value_eur
    from core.holdings
    group by as_of_date, portfolio_id
),

after as (
    select as_of_date, portfolio_id, sum(market_value_eur) as value_eur
    from core.positions
    group by as_of_date, portfolio_id
)

select before.as_of_date, before.portfolio_id, before.value_eur, after.value_eur as after_eur
from before
left join after
    on before.as_of_date = after.as_of_date
    and before.portfolio_id = after.portfolio_id
where after.value_eur is null
    or abs(before.value_eur - after.value_eur) >= 0.01
