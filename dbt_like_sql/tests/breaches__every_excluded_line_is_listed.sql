-- check:       every_excluded_line_is_listed
-- model:       marts.breaches
-- severity:    error
-- description: Whatever a rule excludes is a breach with a status, be it one that may be kept.

select outcomes.as_of_date, outcomes.portfolio_id, outcomes.line_id, outcomes.rule_id
from core.position_outcomes as outcomes
left join marts.breaches as breaches
    on outcomes.as_of_date = breaches.as_of_date
    and outcomes.portfolio_id = breaches.portfolio_id
    and outcomes.line_id = breaches.line_id
    and outcomes.rule_id = breaches.rule_id
where outcomes.outcome = 'EXCLUDED'
    and breaches.position_status is null
