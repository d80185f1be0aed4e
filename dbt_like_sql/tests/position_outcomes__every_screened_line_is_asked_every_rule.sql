-- check:       every_screened_line_is_asked_every_rule
-- model:       core.position_outcomes
-- severity:    error
-- description: Every company, opaque fund and securitisation has an outcome for every rule in force: a line that drops
--              out would count as clear.

select lines.as_of_date, lines.portfolio_id, lines.line_id, lines.lookthrough_path, rules.rule_id
from core.positions as lines
inner join policy.rules as rules on lines.as_of_date = rules.as_of_date
left join core.position_outcomes as outcomes
    on lines.as_of_date = outcomes.as_of_date
    and lines.portfolio_id = outcomes.portfolio_id
    and lines.line_id = outcomes.line_id
    and lines.lookthrough_path = outcomes.lookthrough_path
    and rules.rule_id = outcomes.rule_id
where lines.is_screened
    and outcomes.rule_id is null
