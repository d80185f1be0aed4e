-- model:       core.carbon_baselines
-- kind:        view
-- grain:       as_of_date, portfolio_id, metric
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Which baseline a month is measured from, and the other one beside it. Original: the baseline month as
--              first computed. Restated: the same positions and rates with what is known and decided at as_of_date
--              (facts received since, other method choices), computed by the same models. From a difference of
--              baseline_recalculation_threshold_ratio, up or down, the restated one is in force: each portfolio and
--              metric by its own unadjusted figure, always against the original, so small corrections add up. Unknown
--              then and known now: in force as known now. Unknown now: the original stays. Markets and trading restate
--              nothing; the baseline is read in today's headline perimeter and scopes. Where facts and method both
--              differ (restatement_cause) the restatement is not split between them. Adjusted metrics: PCAF box 5.1-3
--              restates the baseline (by the enterprise values first known), art. 7(3) of Reg. (EU) 2020/1818 divides
--              each EVIC by the inflation of EVIC. A view: two months are compared.

with methods as (
    select
        methodology.as_of_date,
        methodology.headline_perimeter,
        methodology.headline_scopes,
        methodology.baseline_recalculation_threshold_ratio as threshold_ratio,
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
        methods.threshold_ratio,
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
        cast(before.eligible_value_eur as double) as eligible_before_eur,
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
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'economic_intensity' as metric,
        'economic_intensity' as compared_metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        cast(1 as double) as baseline_factor,
        economic_intensity_tco2e_per_meur as raw_value,
        economic_intensity_tco2e_per_meur as value,
        coverage_ratio, coverage_before, eligible_before_eur,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'economic_intensity_pcaf_adjusted' as metric,
        'economic_intensity' as compared_metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        pcaf_adjustment_ratio as baseline_factor,
        economic_intensity_tco2e_per_meur as raw_value,
        economic_intensity_tco2e_per_meur as value,
        coverage_ratio, coverage_before, eligible_before_eur,
        pcaf_adjustment_ratio as adjustment_factor,
        pcaf_adjustment_coverage_ratio as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'economic_intensity_art_7_3' as metric,
        'economic_intensity' as compared_metric,
        'tCO2e per million EUR' as unit,
        economic_intensity_before as raw_baseline_value,
        cast(1 as double) as baseline_factor,
        economic_intensity_tco2e_per_meur as raw_value,
        -- each EVIC divided by the factor: what is divided by EVIC grows by it, equity + debt stays
        (cast(listed_financed_tco2e as double) * evic_inflation_ratio + cast(unlisted_financed_tco2e as double))
            / (nullif(cast(covered_value_eur as double), 0) / 1000000) as value,
        coverage_ratio, coverage_before, eligible_before_eur,
        evic_inflation_ratio as adjustment_factor,
        evic_inflation_coverage_ratio as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'financed_emissions' as metric,
        'financed_emissions' as compared_metric,
        'tCO2e' as unit,
        cast(financed_emissions_before as double) as raw_baseline_value,
        cast(1 as double) as baseline_factor,
        cast(financed_emissions_tco2e as double) as raw_value,
        cast(financed_emissions_tco2e as double) as value,
        coverage_ratio, coverage_before, eligible_before_eur,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'pai_2_footprint' as metric,
        'financed_emissions' as compared_metric,
        'tCO2e per million EUR' as unit,
        pai_2_before as raw_baseline_value,
        cast(1 as double) as baseline_factor,
        pai_2_footprint_tco2e_per_meur as raw_value,
        pai_2_footprint_tco2e_per_meur as value,
        coverage_ratio, coverage_before, eligible_before_eur,
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
    union all
    select
        as_of_date, portfolio_id, baseline_date, months_since, threshold_ratio, perimeter, scopes,
        'waci' as metric,
        'waci' as compared_metric,
        'tCO2e per million EUR of revenue' as unit,
        waci_before as raw_baseline_value,
        cast(1 as double) as baseline_factor,
        waci_tco2e_per_meur as raw_value,
        waci_tco2e_per_meur as value,
        waci_coverage_ratio as coverage_ratio,
        waci_coverage_before as coverage_before,
        cast(null as double) as eligible_before_eur, -- not in portfolio_carbon
        cast(null as double) as adjustment_factor,
        cast(null as double) as adjustment_coverage_ratio
    from pairs
),

-- the baseline month computed again at as_of_date, and the same with today's adjustment
restated as (
    select
        metrics.*,
        metrics.raw_baseline_value * metrics.baseline_factor as original_baseline_value,
        case
            when metrics.months_since = 0 or again.restated_value = again.from_value then metrics.raw_baseline_value
            -- all investments of the baseline month are what they were
            when metrics.metric = 'pai_2_footprint'
                then metrics.raw_baseline_value
                    * (cast(again.restated_value as double) / nullif(cast(again.from_value as double), 0))
            else cast(again.restated_value as double)
        end * metrics.baseline_factor as restated_baseline_value,
        case
            when metrics.months_since = 0 then metrics.coverage_before
            -- a line may have come into these perimeters or left them, so what is eligible is not what it was
            when metrics.perimeter in ('corporate_listed', 'corporate_unlisted') then null
            when again.restated_covered_eur = again.from_covered_eur then metrics.coverage_before
            else cast(again.restated_covered_eur as double) / nullif(metrics.eligible_before_eur, 0)
        end as restated_baseline_coverage_ratio,
        case
            when metrics.months_since = 0 and metrics.raw_baseline_value is not null then cast(0 as double)
            -- the difference is one of decimals: a restatement of exactly 5 % is one
            when again.restated_value = again.from_value then cast(0 as double)
            else cast(again.restated_value - again.from_value as double)
                / nullif(abs(cast(again.from_value as double)), 0)
        end as restatement_ratio,
        case when metrics.months_since = 0 then 'none' else again.restatement_cause end as restatement_cause
    from metrics
    left join core.carbon_change_totals as again
        on metrics.as_of_date = again.as_of_date
        and metrics.baseline_date = again.from_date
        and metrics.portfolio_id = again.portfolio_id
        and metrics.compared_metric = again.metric
),

decided as (
    select
        restated.*,
        case
            when restatement_ratio is not null then abs(restatement_ratio) >= threshold_ratio
            -- nothing then, something now: any threshold is reached
            when restated_baseline_value is not null then true
        end as is_recalculation_due
    from restated
)

select
    as_of_date,
    portfolio_id,
    metric,
    perimeter,
    scopes,
    unit,
    baseline_date,
    months_since,
    case
        when is_recalculation_due then restated_baseline_value
        else original_baseline_value
    end as baseline_value, -- restated when is_recalculation_due, else original
    original_baseline_value, -- pcaf_adjusted: raw_baseline_value x adjustment_factor
    restated_baseline_value, -- the same on the baseline month computed again
    coverage_before as original_baseline_coverage_ratio,
    restated_baseline_coverage_ratio, -- eligible lines are those of the original
    restatement_ratio, -- restated / original - 1, of the unadjusted figures
    restatement_cause,
    threshold_ratio as baseline_recalculation_threshold_ratio,
    is_recalculation_due, -- abs(restatement_ratio) >= baseline_recalculation_threshold_ratio
    raw_baseline_value,
    raw_value,
    value, -- art_7_3: with each EVIC divided by adjustment_factor
    coverage_ratio,
    case
        when is_recalculation_due then restated_baseline_coverage_ratio
        else coverage_before
    end as baseline_coverage_ratio, -- of baseline_value
    adjustment_factor,
    adjustment_coverage_ratio
from decided
