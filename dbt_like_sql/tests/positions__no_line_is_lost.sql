-- check:       no_line_is_lost
-- model:       marts.positions
-- severity:    error
-- description: Every expanded line reaches the mart once, with a carbon status and a screening outcome or a reason.

select lines.as_of_date, lines.portfolio_id, lines.line_id, lines.lookthrough_path
from core.positions as lines
left join marts.positions as positions
    on lines.as_of_date = positions.as_of_date
    and lines.portfolio_id = positions.portfolio_id
    and lines.line_id = positions.line_id
    and lines.lookthrough_path = positions.lookthrough_path
where positions.line_id is null
