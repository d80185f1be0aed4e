-- check:       bounds_are_ordered
-- model:       marts.fund_screens
-- severity:    error
-- description: The excluded share of a fund lies between 0 and its upper bound, the upper bound at most at 1; coverage
--              and what is unknown add up to 1; a fund is never passed or failed without bounds.

select as_of_date, portfolio_id, rule_id, excluded_ratio, excluded_upper_ratio, coverage_ratio, result
from marts.fund_screens
where excluded_ratio < 0
    or excluded_ratio > excluded_upper_ratio
    or excluded_upper_ratio > 1
    or abs(coverage_ratio + (excluded_upper_ratio - excluded_ratio) - 1) > 0.000000001
    or (excluded_upper_ratio is null and result <> 'UNKNOWN')
