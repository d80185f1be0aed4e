-- check:       raw_figures_are_those_of_portfolio_carbon
-- model:       marts.carbon_trajectory
-- severity:    error
-- description: The unadjusted intensity of each portfolio and its baseline are published figures of
--              marts.portfolio_carbon, and the lines behind the adjustments add up to its financed emissions.

select trajectory.as_of_date, trajectory.portfolio_id, trajectory.metric
from marts.carbon_trajectory as trajectory
left join marts.portfolio_carbon as carbon
    on trajectory.as_of_date = carbon.as_of_date
    and trajectory.portfolio_id = carbon.portfolio_id
    and trajectory.perimeter = carbon.perimeter
    and trajectory.scopes = carbon.scopes
left join marts.portfolio_carbon as before
    on trajectory.baseline_date = before.as_of_date
    and trajectory.portfolio_id = before.portfolio_id
    and trajectory.perimeter = before.perimeter
    and trajectory.scopes = before.scopes
left join core.enterprise_value_changes as changes
    on trajectory.as_of_date = changes.as_of_date
    and trajectory.portfolio_id = changes.portfolio_id
where trajectory.metric = 'economic_intensity_pcaf_adjusted'
    and (
        trajectory.raw_value is distinct from carbon.economic_intensity_tco2e_per_meur
        or trajectory.raw_baseline_value is distinct from before.economic_intensity_tco2e_per_meur
        or changes.listed_financed_tco2e + changes.unlisted_financed_tco2e <> carbon.financed_emissions_tco2e
    )
