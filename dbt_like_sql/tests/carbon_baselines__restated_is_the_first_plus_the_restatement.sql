-- check:       restated_is_the_first_plus_the_restatement
-- model:       core.carbon_baselines
-- severity:    error
-- description: The restated baseline is the one first computed plus the restatement of its lines
--              (core.carbon_change_lines, where an effect of 0 has no row), to the sixth decimal; and the one in force is
--              one of the two.

with effects as (
    select as_of_date, from_date, portfolio_id, metric, sum(value) as restatement
    from core.carbon_change_lines
    where effect = 'restatement'
    group by as_of_date, from_date, portfolio_id, metric
)

select baselines.as_of_date, baselines.portfolio_id, baselines.metric
from core.carbon_baselines as baselines
left join effects
    on baselines.as_of_date = effects.as_of_date
    and baselines.baseline_date = effects.from_date
    and baselines.portfolio_id = effects.portfolio_id
    and baselines.metric = effects.metric
where (
        baselines.metric in ('economic_intensity', 'financed_emissions', 'waci')
        and baselines.restated_baseline_value is not null
        and abs(
            baselines.restated_baseline_value - coalesce(baselines.raw_baseline_value, 0)
            - coalesce(cast(effects.restatement as double), 0)
        ) > 0.000001
    )
    or (
        baselines.baseline_value is distinct from baselines.original_baseline_value
        and baselines.baseline_value is distinct from baselines.restated_baseline_value
    )
