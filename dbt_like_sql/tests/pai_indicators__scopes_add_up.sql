-- check:       scopes_add_up
-- model:       marts.pai_indicators
-- severity:    error
-- description: Scopes 1, 2 and 3 add up to the total where they cover the same companies, and to no less than the total
--              otherwise (a company whose scope 3 is unknown is in the scopes it has and not in the total). A fund
--              that declares its footprint itself is in the total only: not asked where one counts.

with scopes as (
    select
        as_of_date,
        portfolio_id,
        valuation_convention,
        period,
        max(case when indicator = 'pai_1_total' then value end) as total_t,
        sum(case when indicator <> 'pai_1_total' then value end) as parts_t,
        count(distinct coverage_ratio) as n_coverages
    from marts.pai_indicators
    where indicator in ('pai_1_scope_1', 'pai_1_scope_2', 'pai_1_scope_3', 'pai_1_total')
        -- averages may be over different quarters when a scope is unknown in one of them
        and period = 'month_end'
    group by as_of_date, portfolio_id, valuation_convention, period
    having count(value) = 4
        and coalesce(max(case when indicator = 'pai_1_total' then fund_declared_ratio end), 0) = 0
)

select as_of_date, portfolio_id, 'pai_1_total' as indicator, valuation_convention, period
from scopes
-- a line's tonnes are rounded to the gram before they are added
where total_t > parts_t + 0.001 + 0.000000001 * abs(parts_t)
    or (n_coverages = 1 and abs(total_t - parts_t) > 0.001 + 0.000000001 * abs(parts_t))
