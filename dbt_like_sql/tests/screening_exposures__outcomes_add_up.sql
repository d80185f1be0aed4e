-- check:       outcomes_add_up
-- model:       marts.screening_exposures
-- severity:    error
-- description: For every rule the outcomes of ALL add up to the same screened value: no line without an outcome.

with totals as (
    select as_of_date, rule_id, sum(market_value_eur) as screened_eur
    from marts.screening_exposures
    where portfolio_id = 'ALL'
    group by as_of_date, rule_id
),

spread as (
    select as_of_date, min(screened_eur) as least_eur, max(screened_eur) as most_eur
    from totals
    group by as_of_date
)

select as_of_date, least_eur, most_eur
from spread
where most_eur - least_eur >= 0.01
