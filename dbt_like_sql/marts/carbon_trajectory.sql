-- model:       marts.carbon_trajectory
-- kind:        view
-- grain:       as_of_date, portfolio_id, metric
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Carbon metrics of the committee's perimeter and scopes against the baseline in force and a target path.
--              Raw figures first; the adjusted ones are rows of their own with the factor beside them. The baseline
--              first computed and the one restated with what is known now are both shown, with the change against each
--              (core.carbon_baselines says which is in force). Target of the policy (whole entity, raw metric):
--              geometric from the baseline to target_value in the month of target_date, that value afterwards; without
--              one the benchmark path of art. 7(2) of Reg. (EU) 2020/1818, baseline x 0.93 ^ whole years. Before the
--              first anniversary of the baseline the 7 % path is the baseline. A view: a month is compared with its
--              baseline month, in whatever order they were run.

-- a target on the change of the footprint is one on the footprint: baseline x (1 + change)
with goals as (
    select as_of_date, 'economic_intensity' as metric, 'level' as goal_kind, target_value, target_date, 1 as place
    from policy.targets
    where indicator_id = 'portfolio_footprint'
    union all
    select as_of_date, 'economic_intensity' as metric, 'change' as goal_kind, target_value, target_date, 2 as place
    from policy.targets
    where indicator_id = 'portfolio_footprint_change'
    union all
    select as_of_date, 'financed_emissions' as metric, 'level' as goal_kind, target_value, target_date, 1 as place
    from policy.targets
    where indicator_id = 'financed_emissions'
),

chosen_goals as (
    select
        as_of_date,
        metric,
        goal_kind,
        target_value,
        target_date,
        row_number() over (partition by as_of_date, metric order by place) as preference
    from goals
    where target_value is not null
),

aimed as (
    select
        baselines.*,
        case
            when goals.goal_kind = 'change' then baselines.baseline_value * (1 + goals.target_value)
            else goals.target_value
        end as goal_value,
        goals.metric is not null as has_goal,
        (year(goals.target_date) - year(baselines.baseline_date)) * 12
            + month(goals.target_date) - month(baselines.baseline_date) as months_to_goal
    from core.carbon_baselines as baselines
    left join chosen_goals as goals
        on baselines.as_of_date = goals.as_of_date
        and baselines.metric = goals.metric
        and baselines.portfolio_id = 'ALL'
        and goals.preference = 1
),

targeted as (
    select
        aimed.*,
        case
            when baseline_value is null or months_since < 0 then null
            when has_goal and months_since >= months_to_goal then goal_value
            when has_goal and baseline_value > 0 and goal_value > 0
                then baseline_value * power(
                    goal_value / baseline_value, cast(months_since as double) / nullif(months_to_goal, 0)
                )
            when has_goal then null
            else baseline_value * power(cast(0.93 as double), floor(cast(months_since as double) / 12))
        end as target_value
    from aimed
)

select
    as_of_date,
    portfolio_id,
    metric,
    perimeter,
    scopes,
    unit,
    baseline_date,
    baseline_value, -- restated when is_recalculation_due, else original
    value, -- art_7_3: with each EVIC divided by adjustment_factor
    value / nullif(baseline_value, 0) - 1 as change_ratio, -- value / baseline_value - 1
    target_value, -- of this month: a point of the path
    case when has_goal then 'policy_geometric' else 'minus_7_pct_a_year' end as target_rule,
    value <= target_value as on_track, -- value <= target_value
    coverage_ratio,
    baseline_coverage_ratio, -- of baseline_value
    adjustment_factor,
    adjustment_coverage_ratio,
    raw_baseline_value,
    raw_value,
    case when metric = 'economic_intensity_pcaf_adjusted' then raw_value / nullif(adjustment_factor, 0) end
        as value_at_baseline_prices, -- raw_value / adjustment_factor
    original_baseline_value, -- pcaf_adjusted: raw_baseline_value x adjustment_factor
    restated_baseline_value, -- the same on the baseline month computed again
    original_baseline_coverage_ratio,
    restated_baseline_coverage_ratio,
    restatement_ratio, -- restated / original - 1, of the raw figures
    restatement_cause,
    baseline_recalculation_threshold_ratio,
    is_recalculation_due, -- abs(restatement_ratio) >= threshold
    value / nullif(original_baseline_value, 0) - 1 as original_change_ratio,
    value / nullif(restated_baseline_value, 0) - 1 as restated_change_ratio,
    case
        when value is null then 'no_data'
        when baseline_value is null then 'no_baseline'
        else 'measured'
    end as status
from targeted
