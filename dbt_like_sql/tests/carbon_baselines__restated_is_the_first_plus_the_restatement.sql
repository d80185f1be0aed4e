-- check:       restated_is_the_first_plus_the_restatement
-- model:       core.carbon_baselines
-- severity:    error
-- description: The restated baseline is the one first computed plus the restatement effect of marts.carbon_changes, which
--              is the sum of its lines, to the sixth decimal; and the one in force is one of the two.

with effects as (
    select as_of_date, from_date, portfolio_id, metric, cast(value as double) as restatement
    from marts.carbon_changes
    where effect = 'restatement'
)

select baselines.as_of_date, baselines.portfolio_id, baselines.metric
from core.carbon_baselines as baselines
left join effects
    on baselines.as_of_date = effects.as_of_date
    and baselines.baseline_date = effects.from_date
    and baselines.portfolio_id = effects.portfolio_id
    and baselines.metric = effects.metric
where (
        baselines.restated_baseline_value is not null
        and effects.restatement is not null
        and abs(
            baselines.restated_baseline_value - coalesce(baselines.raw_baseline_value, 0) - effects.restatement
        ) > 0.000001
    )
    or (
        baselines.baseline_value is distinct from baselines.original_baseline_value
        and baselines.baseline_value is distinct from baselines.restated_baseline_value
    )
