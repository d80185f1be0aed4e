-- model:       core.enterprise_value_changes
-- kind:        view
-- grain:       as_of_date, portfolio_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: How the enterprise values behind a portfolio moved since the baseline month, two ways that are not
--              interchangeable: PCAF box 5.1-3, the sum of current weight x denominator then / denominator now; and
--              Reg. (EU) 2020/1818 art. 7(3), average EVIC now over average EVIC then of the same listed issuers (over
--              several years the product of the yearly factors of these issuers). Covered lines of the committee's
--              perimeter and scopes; a company without a denominator at the baseline is left out of both, and the
--              coverage says so. A view: two months are compared.

with by_portfolio as (
    select as_of_date, portfolio_id, issuer_id, is_listed, outstanding_eur, denominator_eur, financed_tco2e
    from core.headline_positions
    union all
    select as_of_date, 'ALL' as portfolio_id, issuer_id, is_listed, outstanding_eur, denominator_eur, financed_tco2e
    from core.headline_positions
    where is_root
),

by_issuer as (
    select
        by_portfolio.as_of_date,
        by_portfolio.portfolio_id,
        by_portfolio.issuer_id,
        by_portfolio.is_listed,
        targets.baseline_date,
        max(by_portfolio.denominator_eur) as denominator_eur,
        sum(by_portfolio.outstanding_eur) as outstanding_eur,
        sum(by_portfolio.financed_tco2e) as financed_tco2e
    from by_portfolio
    inner join policy.targets as targets
        on by_portfolio.as_of_date = targets.as_of_date
        and targets.indicator_id = 'portfolio_footprint'
    where targets.baseline_date is not null
    group by
        by_portfolio.as_of_date, by_portfolio.portfolio_id, by_portfolio.issuer_id, by_portfolio.is_listed,
        targets.baseline_date
),

compared as (
    select
        by_issuer.as_of_date,
        by_issuer.portfolio_id,
        by_issuer.baseline_date,
        by_issuer.is_listed,
        by_issuer.outstanding_eur,
        by_issuer.financed_tco2e,
        by_issuer.denominator_eur,
        case
            when by_issuer.is_listed then before.evic_eur
            else before.equity_plus_debt_eur
        end as denominator_before_eur
    from by_issuer
    left join core.issuer_financials as before
        on by_issuer.baseline_date = before.as_of_date
        and by_issuer.issuer_id = before.issuer_id
),

weighed as (
    select
        compared.*,
        case when denominator_before_eur is not null then outstanding_eur end as compared_eur,
        cast(
            cast(outstanding_eur as double) * cast(denominator_before_eur as double) / cast(denominator_eur as double)
            as decimal(38, 6)
        ) as outstanding_then_eur,
        case when is_listed then outstanding_eur end as listed_eur,
        case when is_listed and denominator_before_eur is not null then outstanding_eur end as listed_compared_eur,
        case when is_listed and denominator_before_eur is not null then denominator_eur end as evic_now_eur,
        case when is_listed and denominator_before_eur is not null then denominator_before_eur end as evic_then_eur
    from compared
)

select
    as_of_date,
    portfolio_id,
    baseline_date,
    -- weights renormalised over the companies with both denominators
    cast(sum(outstanding_then_eur) as double) / nullif(cast(sum(compared_eur) as double), 0) as pcaf_adjustment_ratio,
    cast(sum(case when compared_eur is null then 0 else compared_eur end) as double)
        / nullif(cast(sum(outstanding_eur) as double), 0) as pcaf_adjustment_coverage_ratio,
    -- the number of issuers is the same on both sides, so the averages' ratio is that of the sums
    cast(sum(evic_now_eur) as double) / nullif(cast(sum(evic_then_eur) as double), 0) as evic_inflation_ratio,
    cast(sum(case when listed_compared_eur is null then 0 else listed_compared_eur end) as double)
        / nullif(cast(sum(listed_eur) as double), 0) as evic_inflation_coverage_ratio,
    cast(sum(case when is_listed then financed_tco2e else 0 end) as decimal(24, 6)) as listed_financed_tco2e,
    cast(sum(case when is_listed then 0 else financed_tco2e end) as decimal(24, 6)) as unlisted_financed_tco2e
from weighed
group by as_of_date, portfolio_id, baseline_date
