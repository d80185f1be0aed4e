-- check:       coverage_has_not_dropped
-- model:       marts.portfolio_carbon
-- severity:    warn
-- description: Carbon coverage of the companies is at most 2 points below the month before (threshold of ours). A file
--              that came without its emissions or an identifier that changed shows here first. The month before has to
--              be in the store.

select carbon.as_of_date, carbon.portfolio_id, carbon.perimeter, carbon.scopes
from marts.portfolio_carbon as carbon
inner join marts.portfolio_carbon as before
    on last_day(carbon.as_of_date - interval 1 month) = before.as_of_date
    and carbon.portfolio_id = before.portfolio_id
    and carbon.perimeter = before.perimeter
    and carbon.scopes = before.scopes
where carbon.perimeter = 'corporate'
    and carbon.coverage_ratio < before.coverage_ratio - 0.02
