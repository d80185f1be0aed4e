-- check:       coverage_has_not_dropped
-- model:       marts.portfolio_carbon
-- severity:    warn
-- description: Carbon coverage of the companies, scopes 1+2 and scope 3 each, is at most 2 points below the month before
--              (threshold of ours), unless no more is uncovered than then: who sells covered lines loses no data. A file
--              that came without its emissions, an identifier that changed or a year that became too old shows here
--              first. Scopes 1_2_3 say nothing that the two do not. The month before has to be in the store.

select carbon.as_of_date, carbon.portfolio_id, carbon.perimeter, carbon.scopes
from marts.portfolio_carbon as carbon
inner join marts.portfolio_carbon as before
    on last_day(carbon.as_of_date - interval 1 month) = before.as_of_date
    and carbon.portfolio_id = before.portfolio_id
    and carbon.perimeter = before.perimeter
    and carbon.scopes = before.scopes
where carbon.perimeter = 'corporate'
    and carbon.scopes <> '1_2_3'
    and carbon.coverage_ratio < before.coverage_ratio - 0.02
    and carbon.eligible_value_eur - carbon.covered_value_eur > before.eligible_value_eur - before.covered_value_eur
