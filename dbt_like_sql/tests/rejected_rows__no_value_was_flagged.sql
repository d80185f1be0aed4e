-- check:       no_value_was_flagged
-- model:       audit.rejected_rows
-- severity:    warn
-- description: No cell of the month's files was used as it is though it looks wrong, repaired, or derived from others: totals
--              that miss their net asset value, codes with strange signs, issuers nobody describes. File, row, reason:
--              impact show rejected.

select as_of_date, file, "row", "column", rule
from audit.rejected_rows
where severity = 'warn'
