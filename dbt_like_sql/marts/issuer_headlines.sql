-- model:       marts.issuer_headlines
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: Worst outcome of each issuer over all rules: NOT_APPLICABLE < CLEARED < UNKNOWN < ENGAGEMENT < WATCHLIST
--              < EXCLUDED. So CLEARED means that every applicable rule was proved false.

with worst as (
    select
        as_of_date,
        issuer_id,
        max_by(outcome, outcome_rank) as headline_outcome,
        count(case when outcome = 'UNKNOWN' then 1 end) as n_unknown,
        string_agg(case when outcome = 'EXCLUDED' then rule_id end, ',' order by rule_id) as rules_excluding
    from core.issuer_verdicts
    group by as_of_date, issuer_id
),

exposures as (
    select
        positions.as_of_date,
        positions.issuer_id,
        cast(sum(positions.market_value_eur) as decimal(24, 6)) as exposure_eur
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    where portfolios.is_root
        and positions.asset_class not in ('cash', 'derivative')
    group by positions.as_of_date, positions.issuer_id
)

select
    worst.as_of_date,
    worst.issuer_id,
    issuers.issuer_name,
    worst.headline_outcome,
    worst.rules_excluding,
    worst.n_unknown,
    exposures.exposure_eur -- root portfolios, funds looked through; cash and derivatives left out
from worst
left join core.issuers as issuers
    on worst.as_of_date = issuers.as_of_date
    and worst.issuer_id = issuers.issuer_id
left join exposures
    on worst.as_of_date = exposures.as_of_date
    and worst.issuer_id = exposures.issuer_id
