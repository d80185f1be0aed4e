-- check:       nobody_known_never_clears
-- model:       core.position_outcomes
-- severity:    error
-- description: A line that nobody known stands behind is UNKNOWN, and a known party decides everything else.

select as_of_date, portfolio_id, line_id, lookthrough_path, rule_id, tested_as, outcome
from core.position_outcomes
where (tested_issuer_id is null) <> (tested_as = 'none')
    or (tested_as = 'none' and outcome <> 'UNKNOWN')
