-- check:       excluded_lines_ask_for_something
-- model:       marts.positions
-- severity:    error
-- description: A line is compliant only when no rule excludes, watches or fails to decide it, and not screened only
--              when no rule speaks about it.

select as_of_date, portfolio_id, line_id, lookthrough_path, headline_outcome, position_status
from marts.positions
where (headline_outcome = 'EXCLUDED' and position_status in ('COMPLIANT', 'BUY_BLOCKED', 'NOT_SCREENED'))
    or (headline_outcome in ('WATCHLIST', 'UNKNOWN') and position_status in ('COMPLIANT', 'NOT_SCREENED'))
    or (headline_outcome is null) <> (position_status = 'NOT_SCREENED')
