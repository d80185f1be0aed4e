-- check:       carry_the_attribution
-- model:       marts.positions
-- severity:    error
-- description: The published lines are those of core.attribution, value by value: so what reconciles with the one (see
--              portfolio_carbon__reconciles_with_positions) reconciles with the other.

select positions.as_of_date, positions.portfolio_id, positions.line_id, positions.lookthrough_path
from core.attribution as attribution
left join marts.positions as positions
    on attribution.as_of_date = positions.as_of_date
    and attribution.portfolio_id = positions.portfolio_id
    and attribution.line_id = positions.line_id
    and attribution.lookthrough_path = positions.lookthrough_path
where positions.as_of_date is not null
    and (
        attribution.outstanding_eur is distinct from positions.outstanding_eur
        or attribution.denominator_eur is distinct from positions.denominator_eur
        or attribution.financed_scope_1_2_tco2e is distinct from positions.financed_scope_1_2_tco2e
        or attribution.financed_scope_3_tco2e is distinct from positions.financed_scope_3_tco2e
        or attribution.carbon_status is distinct from positions.carbon_status
    )
