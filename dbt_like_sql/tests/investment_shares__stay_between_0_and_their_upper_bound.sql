-- check:       stay_between_0_and_their_upper_bound
-- model:       marts.investment_shares
-- severity:    error
-- description: A share lies between 0 and its upper bound, the upper bound at most at 1, and the codes add up to TOTAL.

with codes as (
    select as_of_date, portfolio_id, indicator, sum(numerator_eur) as codes_eur
    from marts.investment_shares
    where code <> 'TOTAL'
    group by as_of_date, portfolio_id, indicator
)

select shares.as_of_date, shares.portfolio_id, shares.indicator, shares.code
from marts.investment_shares as shares
left join codes
    on shares.as_of_date = codes.as_of_date
    and shares.portfolio_id = codes.portfolio_id
    and shares.indicator = codes.indicator
where shares.denominator_eur > 0
    and (
        shares.share_ratio < 0
        or shares.share_ratio > shares.share_upper_ratio + 0.000000001
        or shares.share_upper_ratio > 1.000000001
        or (shares.code = 'TOTAL' and codes.codes_eur is not null and codes.codes_eur <> shares.numerator_eur)
    )
