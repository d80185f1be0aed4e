-- check:       no_value_was_refused
-- model:       audit.rejected_rows
-- severity:    warn
-- description: No cell of the month's files was refused at the door: a code that fails its check digit, a value that cannot be.
--              Its row is kept and the value counts as unknown. File, row, reason: impact show rejected.

select as_of_date, file, "row", "column", rule
from audit.rejected_rows
where severity = 'error'
