-- model:       marts.pai_indicators
-- kind:        view
-- grain:       as_of_date, portfolio_id, indicator, valuation_convention, period
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: SFDR principal adverse impacts at the month end and as the annual figure: the average of the
--              quarter-ends of the twelve months up to it that are in the store and have a value (Art. 6(3) asks for at
--              least four: n_quarters says how many there were). A view, because months are averaged: in whatever order
--              they were run, the answer is the same. How each value is made: core.pai_month_ends.

with quarter_ends as (
    select
        months.as_of_date,
        quarters.as_of_date as quarter_end
    from audit.months as months
    inner join audit.months as quarters
        on (year(months.as_of_date) - year(quarters.as_of_date)) * 12
            + month(months.as_of_date) - month(quarters.as_of_date) between 0 and 11
    where month(quarters.as_of_date) in (3, 6, 9, 12)
),

averaged as (
    select
        quarter_ends.as_of_date,
        quarters.portfolio_id,
        quarters.indicator,
        quarters.valuation_convention,
        quarters.unit,
        -- summed as decimals: the order of the quarters must not change the last digit
        cast(sum(cast(quarters.value as decimal(38, 12))) as double) as summed_value,
        cast(count(quarters.value) as bigint) as n_quarters,
        cast(sum(cast(quarters.coverage_ratio as decimal(38, 12))) as double) as summed_coverage,
        count(quarters.coverage_ratio) as n_coverage,
        cast(sum(cast(quarters.unknown_ratio as decimal(38, 12))) as double) as summed_unknown,
        count(quarters.unknown_ratio) as n_unknown,
        cast(sum(cast(quarters.fund_declared_ratio as decimal(38, 12))) as double) as summed_declared
    from quarter_ends
    inner join core.pai_month_ends as quarters on quarter_ends.quarter_end = quarters.as_of_date
    group by
        quarter_ends.as_of_date, quarters.portfolio_id, quarters.indicator, quarters.valuation_convention,
        quarters.unit
)

select
    as_of_date,
    portfolio_id,
    indicator,
    valuation_convention,
    'month_end' as period,
    value,
    unit,
    numerator, -- average: sum of the quarter-ends
    denominator, -- average: number of quarter-ends
    coverage_ratio, -- average: mean of the quarter-ends
    unknown_ratio,
    fund_declared_ratio, -- in coverage_ratio
    cast(case when value is null then 0 else 1 end as bigint) as n_quarters
from core.pai_month_ends
union all
select
    as_of_date,
    portfolio_id,
    indicator,
    valuation_convention,
    'quarter_average' as period,
    summed_value / nullif(n_quarters, 0) as value,
    unit,
    summed_value as numerator,
    cast(n_quarters as double) as denominator,
    summed_coverage / nullif(n_coverage, 0) as coverage_ratio,
    summed_unknown / nullif(n_unknown, 0) as unknown_ratio,
    summed_declared / nullif(n_coverage, 0) as fund_declared_ratio,
    n_quarters
from averaged
