-- model:       marts.carbon_trajectory
-- kind:        view
-- grain:       as_of_date, portfolio_id, metric
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Carbon metrics of the committee's perimeter and scopes against the baseline month and a target path. Raw
--              figures first; the adjusted ones are rows of their own with the factor beside them: PCAF box 5.1-3
--              restates the baseline, art. 7(3) of Reg. (EU) 2020/1818 divides each EVIC by the inflation of EVIC.
--              Target of the policy (whole entity, raw metric): geometric from the baseline to target_value in the
--              month of target_date, that value afterwards; without one the benchmark path of art. 7(2), baseline x
--              0.93 ^ whole years. Before the first anniversary of the baseline the 7 % path is the baseline. A view: a
--              month is compared with its baseline month, in whatever order they were run.

with methods as (
    select
        methodology.as_of_date,
        methodology.headline_perimeter,
        methodology.headline_scopes,
        targets.baseline_date,
        (year(methodology.as_of_date) - year(targets.baseline_date)) * 12
            + month(methodology.as_of_date) - month(targets.baseline_date) as months_since
    from policy.methodology as methodology
    left join policy.targets as targets
        on methodology.as_of_date = targets.as_of_date
        and targets.indicator_id = 'portfolio_footprint'
),

figures as (
    select
        carbon.as_of_date,
        carbon.portfolio_id,
        methods.baseline_date,
        methods.months_since,
        carbon.perimeter,
        carbon.scopes,
        carbon.economic_intensity_tco2e_per_meur,
        carbon.financed_emissions_tco2e,
        carbon.covered_value_eur,
        carbon.pai_2_footprint_tco2e_per_meur,
        carbon.waci_tco2e_per_meur,
        carbon.coverage_ratio,
        carbon.waci_coverage_ratio
    from marts.portfolio_carbon as carbon
    inner join methods
        on carbon.as_of_date = methods.as_of_date
        and carbon.perimeter = methods.headline_perimeter
        and carbon.scopes = methods.headline_scopes
),

-- the baseline month with the perimeter and scopes of today's policy
pairs as (
    select
        figures.*,
        before.economic_intensity_tco2e_per_meur as economic_intensity_before,
        before.financed_emissions_tco2e as financed_emissions_before,
        before.pai_2_footprint_tco2e_per_meur as pai_2_before,
        before.waci_tco2e_per_meur as waci_before,
        before.coverage_ratio as coverage_before,
        before.waci_coverage_ratio as waci_coverage_before,
        changes.pcaf_adjustment_ratio,
        changes.pcaf_adjustment_coverage_ratio,
        changes.evic_inflation_ratio,
        changes.evic_inflation_coverage_ratio,
        changes.listed_financed_tco2e,
        changes.unlisted_financed_tco2e
    from figures
    left join marts.portfolio_carbon as before
        on figures.baseline_date = before.as_of_date
        and figures.portfolio_id = before.portfolio_id
        and figures.perimeter = before.perimeter
        and figures.scopes = before.scopes
    left join core.enterprise_value_changes as changes
        on figures.as_of_date = changes.as_of_date
        and figures.portfolio_id = changes.portfolio_id
),

metrics as (
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'economic_intensity' as metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        economic_intensity_before as baseline_value,
        economic_intensity_tco2e_per_meur as raw_value,
        economic_intensity_tco2e_per_meur as value,
        coverage_ratio, coverage_before,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'economic_intensity_pcaf_adjusted' as metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        economic_intensity_before * pcaf_adjustment_ratio as baseline_value,
        economic_intensity_tco2e_per_meur as raw_value,
        economic_intensity_tco2e_per_meur as value,
        coverage_ratio, coverage_before,
        pcaf_adjustment_ratio as adjustment_factor,
        pcaf_adjustment_coverage_ratio as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'economic_intensity_art_7_3' as metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        economic_intensity_before as baseline_value,
        economic_intensity_tco2e_per_meur as raw_value,
        -- each EVIC divided by the factor: what is divided by EVIC grows by it, equity + debt stays
        (cast(listed_financed_tco2e as double) * evic_inflation_ratio + cast(unlisted_financed_tco2e as double))
            / (nullif(cast(covered_value_eur as double), 0) / 1000000) as value,
        coverage_ratio, coverage_before,
        evic_inflation_ratio as adjustment_factor,
        evic_inflation_coverage_ratio as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'financed_emissions' as metric,
        'tCO2e' as unit,
        cast(financed_emissions_before as double) as raw_baseline_value,
        cast(financed_emissions_before as double) as baseline_value,
        cast(financed_emissions_tco2e as double) as raw_value,
        cast(financed_emissions_tco2e as double) as value,
        coverage_ratio, coverage_before,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'pai_2_footprint' as metric,
        'tCO2e per million EUR' as unit,
        pai_2_before as raw_baseline_value,
        pai_2_before as baseline_value,
        pai_2_footprint_tco2e_per_meur as raw_value,
        pai_2_footprint_tco2e_per_meur as value,
        coverage_ratio, coverage_before,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, perimeter, scopes,
        'waci' as metric,
        'tCO2e per million EUR of revenue' as unit,
        waci_before as raw_baseline_value,
        waci_before as baseline_value,
        waci_tco2e_per_meur as raw_value,
        waci_tco2e_per_meur as value,
        waci_coverage_ratio as coverage_ratio,
        waci_coverage_before as coverage_before,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
),

-- a target on the change of the footprint is one on the footprint: baseline x (1 + change)
goals as (
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
        metrics.*,
        case
            when goals.goal_kind = 'change' then metrics.baseline_value * (1 + goals.target_value)
            else goals.target_value
        end as goal_value,
        goals.metric is not null as has_goal,
        (year(goals.target_date) - year(metrics.baseline_date)) * 12
            + month(goals.target_date) - month(metrics.baseline_date) as months_to_goal
    from metrics
    left join chosen_goals as goals
        on metrics.as_of_date = goals.as_of_date
        and metrics.metric = goals.metric
        and metrics.portfolio_id = 'ALL'
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
    baseline_value, -- pcaf_adjusted: raw_baseline_value x adjustment_factor
    value, -- art_7_3: with each EVIC divided by adjustment_factor
    value / nullif(baseline_value, 0) - 1 as change_ratio, -- value / baseline_value - 1
    target_value, -- of this month: a point of the path
    case when has_goal then 'policy_geometric' else 'minus_7_pct_a_year' end as target_rule,
    value <= target_value as on_track, -- value <= target_value
    coverage_ratio,
    coverage_before as baseline_coverage_ratio,
    adjustment_factor,
    adjustment_coverage_ratio,
    raw_baseline_value,
    raw_value,
    case when metric = 'economic_intensity_pcaf_adjusted' then raw_value / nullif(adjustment_factor, 0) end
        as value_at_baseline_prices, -- raw_value / adjustment_factor
    case
        when value is null then 'no_data'
        when baseline_value is null then 'no_baseline'
        else 'measured'
    end as status
from targeted
