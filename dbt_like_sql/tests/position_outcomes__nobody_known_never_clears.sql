-- check:       nobody_known_never_clears
-- model:       core.position_outcomes
-- severity:    error
-- description: A line that nobody known stands behind is UNKNOWN, and a known party decides everything else; only a
--              line outside the rule's scope is NOT_APPLICABLE without anybody.

select as_of_date, portfolio_id, line_id, lookthrough_path, rule_id, tested_as, outcome
from core.position_outcomes
where (tested_issuer_id is null) <> (tested_as in ('none', 'out_of_scope'))
    or (tested_as = 'none' and outcome <> 'UNKNOWN')
    or (tested_as = 'out_of_scope' and outcome <> 'NOT_APPLICABLE')
