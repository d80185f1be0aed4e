-- model:       marts.positions
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Every position of every portfolio, funds included and looked through, with its carbon and its verdict.
--              Derivatives are screened by their underlying, never by the counterparty; cash and public bodies are not
--              screened; a line whose issuer is not known is UNKNOWN, not clear.

with screened as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        case
            when positions.asset_class = 'cash' then null
            when positions.asset_class = 'derivative' then positions.underlying_issuer_id
            else positions.issuer_id
        end as screened_issuer_id,
        positions.asset_class in (
            'listed_equity', 'corporate_bond', 'covered_bond', 'unlisted_equity', 'private_debt', 'loan',
            'project_finance', 'fund', 'securitisation'
        ) as is_screened
    from core.positions as positions
),

breaches as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        -- one overdue rule is enough
        max(case when position_status = 'OVERDUE' then 1 else 0 end) as is_overdue
    from marts.breaches
    group by as_of_date, portfolio_id, line_id
),

outcomes as (
    select
        screened.as_of_date,
        screened.portfolio_id,
        screened.line_id,
        screened.lookthrough_path,
        screened.is_screened or screened.screened_issuer_id is not null as is_screened,
        case
            when headlines.headline_outcome is not null then headlines.headline_outcome
            when screened.is_screened then 'UNKNOWN'
        end as headline_outcome,
        breaches.is_overdue
    from screened
    left join marts.issuer_headlines as headlines
        on screened.as_of_date = headlines.as_of_date
        and screened.screened_issuer_id = headlines.issuer_id
    left join breaches
        on screened.as_of_date = breaches.as_of_date
        and screened.portfolio_id = breaches.portfolio_id
        and screened.line_id = breaches.line_id
)

select
    positions.as_of_date,
    positions.portfolio_id,
    positions.line_id,
    positions.lookthrough_path,
    positions.instrument_id,
    positions.instrument_name,
    positions.issuer_id,
    issuers.issuer_name,
    issuers.country,
    issuers.sector_code,
    positions.asset_class,
    positions.pocket,
    positions.market_value_eur,
    attribution.outstanding_eur,
    attribution.denominator_eur,
    attribution.denominator_basis,
    attribution.attribution_factor,
    attribution.scope_1_tco2e,
    attribution.scope_2_tco2e,
    attribution.scope_3_tco2e,
    attribution.financed_scope_1_2_tco2e,
    attribution.financed_scope_3_tco2e,
    attribution.data_quality_score,
    attribution.carbon_status,
    outcomes.headline_outcome, -- of the issuer; of the underlying for derivatives
    case
        when outcomes.headline_outcome = 'EXCLUDED' and outcomes.is_overdue = 1 then 'OVERDUE'
        when outcomes.headline_outcome = 'EXCLUDED' then 'TO_DIVEST'
        when outcomes.headline_outcome in ('WATCHLIST', 'UNKNOWN') then 'BUY_BLOCKED'
        when outcomes.headline_outcome in ('ENGAGEMENT', 'CLEARED', 'NOT_APPLICABLE') then 'COMPLIANT'
        else 'NOT_SCREENED'
    end as position_status, -- a buy is blocked until unknowns and watch cases are decided
    positions.source_file_id,
    positions.source_row
from core.positions as positions
inner join core.attribution as attribution
    on positions.as_of_date = attribution.as_of_date
    and positions.portfolio_id = attribution.portfolio_id
    and positions.line_id = attribution.line_id
    and positions.lookthrough_path = attribution.lookthrough_path
inner join outcomes
    on positions.as_of_date = outcomes.as_of_date
    and positions.portfolio_id = outcomes.portfolio_id
    and positions.line_id = outcomes.line_id
    and positions.lookthrough_path = outcomes.lookthrough_path
left join core.issuers as issuers
    on positions.as_of_date = issuers.as_of_date
    and positions.issuer_id = issuers.issuer_id
