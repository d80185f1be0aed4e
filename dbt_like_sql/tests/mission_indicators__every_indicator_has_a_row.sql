-- check:       every_indicator_has_a_row
-- model:       marts.mission_indicators
-- severity:    error
-- description: The committee's table has one row per indicator of the policy, with a status even when a value is missing.

select targets.as_of_date, targets.indicator_id
from policy.targets as targets
left join marts.mission_indicators as indicators
    on targets.as_of_date = indicators.as_of_date
    and targets.indicator_id = indicators.indicator_id
where indicators.status is null
