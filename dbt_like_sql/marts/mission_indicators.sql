-- model:       marts.mission_indicators
-- kind:        view
-- grain:       as_of_date, indicator_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       publication
-- description: The mission committee's table. A view, because a month is compared with its baseline month: whichever of
--              the two was run last, the answer is the same. No baseline yet: the change is empty, status no_baseline. A
--              baseline of the portfolio's carbon is the one in force (core.carbon_baselines): restated, where what is
--              known now moves it by the policy's threshold; its coverage is in marts.carbon_trajectory. footprint_per_person
--              keeps the baseline first computed: nobody restates the mutual's own balance.

with carbon as (
    select
        carbon.as_of_date,
        carbon.market_value_eur,
        carbon.eligible_value_eur,
        carbon.covered_value_eur,
        -- what funds declare of themselves has no score
        carbon.covered_value_eur - carbon.fund_declared_value_eur as scored_value_eur,
        carbon.coverage_ratio,
        carbon.financed_emissions_tco2e,
        carbon.economic_intensity_tco2e_per_meur,
        carbon.data_quality_score
    from marts.portfolio_carbon as carbon
    inner join policy.methodology as methodology
        on carbon.as_of_date = methodology.as_of_date
        and carbon.perimeter = methodology.headline_perimeter
        and carbon.scopes = methodology.headline_scopes
    where carbon.portfolio_id = 'ALL'
),

-- what the exclusion rules could not decide, for lack of evidence; what the committee decided is decided, and so is a
-- line outside the scope of a rule
asked as (
    select
        outcomes.as_of_date,
        outcomes.portfolio_id,
        outcomes.line_id,
        outcomes.lookthrough_path,
        count(
            case
                when outcomes.override_id is null
                    and outcomes.tested_as <> 'out_of_scope'
                    and coalesce(verdicts.truth, 'U') = 'U'
                    then 1
            end
        ) as n_undecided,
        count(case when outcomes.tested_as <> 'out_of_scope' then 1 end) as n_in_scope
    from core.position_outcomes as outcomes
    inner join policy.rules as rules
        on outcomes.as_of_date = rules.as_of_date
        and outcomes.rule_id = rules.rule_id
    left join core.issuer_verdicts as verdicts
        on outcomes.as_of_date = verdicts.as_of_date
        and outcomes.tested_issuer_id = verdicts.issuer_id
        and outcomes.rule_id = verdicts.rule_id
    where rules.can_exclude
    group by outcomes.as_of_date, outcomes.portfolio_id, outcomes.line_id, outcomes.lookthrough_path
),

lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        -- a short position offsets nothing
        case when positions.market_value_eur < 0 then 0 else positions.market_value_eur end as held_eur,
        -- a line counts once even when several rules exclude it; what may be kept by decision is not a breach
        positions.headline_outcome = 'EXCLUDED' and positions.position_status <> 'DEROGATED' as is_excluded,
        asked.n_undecided is null or asked.n_undecided > 0 as is_undecided,
        coalesce(asked.n_in_scope > 0, false) as is_in_scope
    from marts.positions as positions
    inner join core.positions as expanded
        on positions.as_of_date = expanded.as_of_date
        and positions.portfolio_id = expanded.portfolio_id
        and positions.line_id = expanded.line_id
        and positions.lookthrough_path = expanded.lookthrough_path
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    left join asked
        on positions.as_of_date = asked.as_of_date
        and positions.portfolio_id = asked.portfolio_id
        and positions.line_id = asked.line_id
        and positions.lookthrough_path = asked.lookthrough_path
    where portfolios.is_root
        and expanded.is_screened
),

screened as (
    select
        as_of_date,
        sum(held_eur) as screened_eur,
        sum(case when is_excluded then held_eur else 0 end) as excluded_eur,
        sum(case when not is_excluded and is_undecided then held_eur else 0 end) as unknown_eur,
        sum(case when is_excluded or (is_in_scope and not is_undecided) then held_eur else 0 end) as decided_eur
    from lines
    group by as_of_date
),

pfas as (
    select
        as_of_date,
        sum(market_value_eur) as screened_eur,
        sum(
            case when outcome in ('ENGAGEMENT', 'WATCHLIST', 'EXCLUDED') then market_value_eur else 0 end
        ) as pfas_eur,
        sum(case when outcome = 'UNKNOWN' then market_value_eur else 0 end) as unknown_eur
    from marts.screening_exposures
    where portfolio_id = 'ALL'
        and rule_id = 'PFAS-W1'
    group by as_of_date
),

shares as (
    select as_of_date, indicator, numerator_eur, denominator_eur, unknown_eur, share_ratio
    from marts.investment_shares
    where portfolio_id = 'ALL'
        and code = 'TOTAL'
),

-- the mutual's own emissions and what it finances, nothing twice; one category unknown makes the sum unknown
footprints as (
    select as_of_date, max(protected_persons) as protected_persons, sum(tco2e) as tco2e
    from marts.footprint_by_category
    group by as_of_date
    having count(*) = count(tco2e)
        and count(year) > 0
),

figures as (
    select
        as_of_date,
        'portfolio_footprint' as indicator_id,
        economic_intensity_tco2e_per_meur as value,
        cast(financed_emissions_tco2e as double) as numerator,
        cast(covered_value_eur as double) / 1000000 as denominator,
        coverage_ratio
    from carbon
    union all
    select
        as_of_date,
        'financed_emissions' as indicator_id,
        cast(financed_emissions_tco2e as double) as value,
        cast(financed_emissions_tco2e as double) as numerator,
        cast(null as double) as denominator,
        coverage_ratio
    from carbon
    union all
    select
        as_of_date,
        'carbon_coverage' as indicator_id,
        coverage_ratio as value,
        cast(covered_value_eur as double) as numerator,
        cast(eligible_value_eur as double) as denominator,
        coverage_ratio
    from carbon
    union all
    select
        as_of_date,
        'data_quality' as indicator_id,
        data_quality_score as value,
        data_quality_score * cast(scored_value_eur as double) as numerator,
        cast(scored_value_eur as double) as denominator,
        cast(scored_value_eur as double) / nullif(cast(eligible_value_eur as double), 0) as coverage_ratio
    from carbon
    union all
    select
        as_of_date,
        case indicator when 'strategic_purpose' then 'strategic_share' else 'real_economy_share' end as indicator_id,
        share_ratio as value,
        cast(numerator_eur as double) as numerator,
        cast(denominator_eur as double) as denominator,
        1 - cast(unknown_eur as double) / nullif(cast(denominator_eur as double), 0) as coverage_ratio
    from shares
    union all
    select
        as_of_date,
        'excluded_exposure' as indicator_id,
        -- nothing decided of what the rules ask about is unknown, not "no exposure"
        case
            when decided_eur > 0 or unknown_eur = 0
                then cast(excluded_eur as double) / nullif(cast(screened_eur as double), 0)
        end as value,
        cast(excluded_eur as double) as numerator,
        cast(screened_eur as double) as denominator,
        1 - cast(unknown_eur as double) / nullif(cast(screened_eur as double), 0) as coverage_ratio
    from screened
    union all
    select
        as_of_date,
        'pfas_exposure' as indicator_id,
        case
            when unknown_eur < screened_eur then cast(pfas_eur as double) / cast(screened_eur as double)
        end as value,
        cast(pfas_eur as double) as numerator,
        cast(screened_eur as double) as denominator,
        1 - cast(unknown_eur as double) / nullif(cast(screened_eur as double), 0) as coverage_ratio
    from pfas
    union all
    select
        footprints.as_of_date,
        'footprint_per_person' as indicator_id,
        cast(footprints.tco2e as double) * 1000 / nullif(cast(footprints.protected_persons as double), 0) as value,
        cast(footprints.tco2e as double) * 1000 as numerator,
        cast(footprints.protected_persons as double) as denominator,
        carbon.coverage_ratio
    from footprints
    inner join carbon on footprints.as_of_date = carbon.as_of_date
),

baselines as (
    select
        targets.as_of_date,
        targets.indicator_id,
        case
            when restated.as_of_date is not null then restated.baseline_value
            else figures.value
        end as baseline_value
    from policy.targets as targets
    left join figures
        on targets.baseline_date = figures.as_of_date
        and targets.indicator_id = figures.indicator_id
    left join core.carbon_baselines as restated
        on targets.as_of_date = restated.as_of_date
        and targets.baseline_date = restated.baseline_date
        and restated.portfolio_id = 'ALL'
        and restated.is_recalculation_due
        and (
            (targets.indicator_id = 'portfolio_footprint' and restated.metric = 'economic_intensity')
            or (targets.indicator_id = 'financed_emissions' and restated.metric = 'financed_emissions')
        )
),

-- the change of the footprint is a figure of its own: footprint of the month over footprint of the baseline
with_change as (
    select as_of_date, indicator_id, value, numerator, denominator, coverage_ratio
    from figures
    union all
    select
        figures.as_of_date,
        'portfolio_footprint_change' as indicator_id,
        figures.value / nullif(baselines.baseline_value, 0) - 1 as value,
        figures.value as numerator,
        baselines.baseline_value as denominator,
        figures.coverage_ratio
    from figures
    left join baselines
        on figures.as_of_date = baselines.as_of_date
        and figures.indicator_id = baselines.indicator_id
    where figures.indicator_id = 'portfolio_footprint'
)

select
    targets.as_of_date,
    targets.indicator_id,
    targets.label_fr,
    with_change.value,
    targets.unit,
    with_change.numerator,
    with_change.denominator,
    with_change.coverage_ratio, -- covered, classified or screened part of the denominator
    case
        when targets.indicator_id = 'portfolio_footprint_change' then with_change.denominator
        else baselines.baseline_value
    end as baseline_value,
    case
        when targets.indicator_id = 'portfolio_footprint_change' then with_change.value
        else with_change.value / nullif(baselines.baseline_value, 0) - 1
    end as change_ratio, -- value / baseline - 1
    targets.target_value,
    targets.target_date,
    case
        when targets.indicator_id = 'portfolio_footprint_change'
            and with_change.numerator is not null
            and with_change.denominator is null then 'no_baseline'
        when with_change.value is null then 'no_data'
        when targets.baseline_date is not null
            and targets.indicator_id <> 'portfolio_footprint_change'
            and baselines.baseline_value is null then 'no_baseline'
        else 'measured'
    end as status
from policy.targets as targets
left join with_change
    on targets.as_of_date = with_change.as_of_date
    and targets.indicator_id = with_change.indicator_id
left join baselines
    on targets.as_of_date = baselines.as_of_date
    and targets.indicator_id = baselines.indicator_id
