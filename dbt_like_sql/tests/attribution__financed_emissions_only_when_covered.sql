-- check:       financed_emissions_only_when_covered
-- model:       core.attribution
-- severity:    error
-- description: A line has financed emissions if and only if its status is covered, with a score and a factor between 0
--              and 1. Options 3b and 3c of a sector factor set take the amount itself: there the factor may be unknown.
--              What a fund declares of itself has neither: PCAF knows no score for it.

select as_of_date, portfolio_id, line_id, lookthrough_path, carbon_status
from core.attribution
where (carbon_status = 'covered') <> (financed_scope_1_2_tco2e is not null)
    or (carbon_status = 'covered' and not (attribution_factor >= 0 and attribution_factor <= 1))
    or (
        carbon_status = 'covered'
        and attribution_factor is null
        and (factor_set is null or emissions_option not in ('3b', '3c'))
        and fund_declared_eur is null
    )
    or (
        carbon_status = 'covered'
        and fund_declared_eur is null
        and (data_quality_score is null or emissions_option is null)
    )
    or (fund_declared_eur is not null and (data_quality_score is not null or attribution_factor is not null))
