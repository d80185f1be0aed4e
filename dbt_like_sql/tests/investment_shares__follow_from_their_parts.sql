-- check:       follow_from_their_parts
-- model:       marts.investment_shares
-- severity:    error
-- description: A share is its numerator over its denominator, to 1e-9: not a figure of another year or perimeter.

select as_of_date, portfolio_id, indicator, code
from marts.investment_shares
where abs(share_ratio * cast(denominator_eur as double) - cast(numerator_eur as double))
    > 0.000000001 * abs(cast(denominator_eur as double))
