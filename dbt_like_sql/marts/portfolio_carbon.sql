-- model:       marts.portfolio_carbon
-- grain:       as_of_date, portfolio_id, perimeter, scopes
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Carbon of each portfolio and of the whole entity (ALL = root portfolios, so no fund counts twice), by
--              perimeter and scopes. The PCAF intensity divides covered by covered; SFDR PAI 2 divides by all
--              investments of the portfolio (the market values of its pockets add up to it). Opaque funds are in the
--              corporate perimeter, eligible and not covered, but for the part of which the fund declares a footprint
--              itself (fund_declared_value_eur): that part has no PCAF score and stays out of the weighted score. Property and securitisations are eligible in their own
--              perimeters, never in the corporate one. The pocket 'other' and the asset class 'other' are two
--              perimeters: other and other_asset_class.

with positions as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        positions.line_id,
        positions.lookthrough_path,
        positions.asset_class,
        positions.pocket,
        positions.market_value_eur,
        coalesce(attribution.outstanding_eur, positions.market_value_eur) as amount_eur,
        attribution.fund_declared_eur,
        -- all of the amount, or the part of a fund that its own declaration covers
        coalesce(attribution.fund_declared_eur, attribution.outstanding_eur, positions.market_value_eur) as coverable_eur,
        attribution.is_eligible,
        attribution.is_corporate,
        attribution.is_listed,
        coalesce(declared.waci_declared_eur, positions.market_value_eur) as waci_coverable_eur,
        -- a declared intensity is the emissions of companies per million EUR of their revenue
        case when attribution.fund_declared_eur is not null then 1000000 else attribution.revenue_eur end as revenue_eur,
        -- never those of whoever runs the fund
        case
            when attribution.fund_declared_eur is null then attribution.scope_1_2_tco2e
            else declared.intensity_scope_1_2_tco2e_per_meur
        end as emissions_1_2,
        case
            when attribution.fund_declared_eur is null then attribution.scope_3_tco2e
            else declared.intensity_scope_3_tco2e_per_meur
        end as emissions_3,
        case
            when attribution.fund_declared_eur is null then attribution.scope_1_2_tco2e + attribution.scope_3_tco2e
            else declared.intensity_scope_1_2_tco2e_per_meur + declared.intensity_scope_3_tco2e_per_meur
        end as emissions_1_2_3,
        attribution.financed_scope_1_2_tco2e as financed_1_2,
        attribution.financed_scope_3_tco2e as financed_3,
        attribution.financed_scope_1_2_tco2e + attribution.financed_scope_3_tco2e as financed_1_2_3,
        attribution.data_quality_score as score_1_2,
        cast(attribution.score_3 as double) as score_3,
        case
            when attribution.data_quality_score >= attribution.score_3 then attribution.data_quality_score
            else cast(attribution.score_3 as double)
        end as score_1_2_3
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    left join core.fund_declared_positions as declared
        on positions.as_of_date = declared.as_of_date
        and positions.portfolio_id = declared.portfolio_id
        and positions.line_id = declared.line_id
        and positions.lookthrough_path = declared.lookthrough_path
),

-- line by line
weighed as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        line_id,
        lookthrough_path,
        asset_class,
        pocket,
        is_eligible,
        is_corporate,
        is_listed,
        market_value_eur,
        case when is_eligible then amount_eur end as eligible_eur,
        -- a building has no revenue to speak of, and options 3b and 3c no emissions of the company
        case when is_corporate then market_value_eur end as waci_eligible_eur,
        financed_1_2,
        financed_3,
        financed_1_2_3,
        -- waci: tonnes per million EUR of revenue, times the weight
        case when is_eligible and financed_1_2 is not null then coverable_eur end as covered_1_2,
        case when is_eligible and financed_1_2 is not null then fund_declared_eur end as declared_1_2,
        case
            when financed_1_2 is not null
                then cast(amount_eur * cast(score_1_2 as decimal(1, 0)) as decimal(24, 6))
        end as amount_x_score_1_2,
        case when financed_1_2 is not null then score_1_2 end as covered_score_1_2,
        case
            when is_corporate and revenue_eur > 0 and financed_1_2 is not null and emissions_1_2 is not null
                then waci_coverable_eur
        end as waci_weight_1_2,
        case
            when is_corporate and revenue_eur > 0 and financed_1_2 is not null and emissions_1_2 is not null
                then cast(
                    cast(waci_coverable_eur as double)
                    * (cast(emissions_1_2 as double) / (cast(revenue_eur as double) / 1000000)) as decimal(38, 6)
                )
        end as waci_term_1_2,
        case when is_eligible and financed_3 is not null then coverable_eur end as covered_3,
        case when is_eligible and financed_3 is not null then fund_declared_eur end as declared_3,
        case
            when financed_3 is not null
                then cast(amount_eur * cast(score_3 as decimal(1, 0)) as decimal(24, 6))
        end as amount_x_score_3,
        case when financed_3 is not null then score_3 end as covered_score_3,
        case
            when is_corporate and revenue_eur > 0 and financed_3 is not null and emissions_3 is not null
                then waci_coverable_eur
        end as waci_weight_3,
        case
            when is_corporate and revenue_eur > 0 and financed_3 is not null and emissions_3 is not null
                then cast(
                    cast(waci_coverable_eur as double)
                    * (cast(emissions_3 as double) / (cast(revenue_eur as double) / 1000000)) as decimal(38, 6)
                )
        end as waci_term_3,
        case when is_eligible and financed_1_2_3 is not null then coverable_eur end as covered_1_2_3,
        case when is_eligible and financed_1_2_3 is not null then fund_declared_eur end as declared_1_2_3,
        case
            when financed_1_2_3 is not null
                then cast(amount_eur * cast(score_1_2_3 as decimal(1, 0)) as decimal(24, 6))
        end as amount_x_score_1_2_3,
        case when financed_1_2_3 is not null then score_1_2_3 end as covered_score_1_2_3,
        case
            when is_corporate and revenue_eur > 0 and financed_1_2_3 is not null and emissions_1_2_3 is not null
                then waci_coverable_eur
        end as waci_weight_1_2_3,
        case
            when is_corporate and revenue_eur > 0 and financed_1_2_3 is not null and emissions_1_2_3 is not null
                then cast(
                    cast(waci_coverable_eur as double)
                    * (cast(emissions_1_2_3 as double) / (cast(revenue_eur as double) / 1000000)) as decimal(38, 6)
                )
        end as waci_term_1_2_3
    from positions
),

-- the lines are read once; perimeters, scopes and portfolios are then put together from a few cells
cells as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        asset_class,
        pocket,
        is_corporate,
        is_listed,
        sum(market_value_eur) as market_value_eur,
        sum(eligible_eur) as eligible_eur,
        sum(waci_eligible_eur) as waci_eligible_eur,
        sum(covered_1_2) as covered_1_2,
        sum(declared_1_2) as declared_1_2,
        sum(financed_1_2) as financed_1_2,
        sum(amount_x_score_1_2) as amount_x_score_1_2,
        min(covered_score_1_2) as best_1_2,
        max(covered_score_1_2) as weakest_1_2,
        sum(waci_weight_1_2) as waci_weight_1_2,
        sum(waci_term_1_2) as waci_term_1_2,
        sum(covered_3) as covered_3,
        sum(declared_3) as declared_3,
        sum(financed_3) as financed_3,
        sum(amount_x_score_3) as amount_x_score_3,
        min(covered_score_3) as best_3,
        max(covered_score_3) as weakest_3,
        sum(waci_weight_3) as waci_weight_3,
        sum(waci_term_3) as waci_term_3,
        sum(covered_1_2_3) as covered_1_2_3,
        sum(declared_1_2_3) as declared_1_2_3,
        sum(financed_1_2_3) as financed_1_2_3,
        sum(amount_x_score_1_2_3) as amount_x_score_1_2_3,
        min(covered_score_1_2_3) as best_1_2_3,
        max(covered_score_1_2_3) as weakest_1_2_3,
        sum(waci_weight_1_2_3) as waci_weight_1_2_3,
        sum(waci_term_1_2_3) as waci_term_1_2_3
    from weighed
    group by as_of_date, portfolio_id, is_root, asset_class, pocket, is_corporate, is_listed
),

by_scopes as (
    select
        as_of_date, portfolio_id, is_root, asset_class, pocket, is_corporate, is_listed, '1_2' as scopes,
        market_value_eur, eligible_eur, waci_eligible_eur, covered_1_2 as covered_eur, financed_1_2 as financed_tco2e,
        declared_1_2 as declared_eur,
        amount_x_score_1_2 as amount_x_score, best_1_2 as best_score, weakest_1_2 as weakest_score,
        waci_weight_1_2 as waci_weight_eur, waci_term_1_2 as waci_term
    from cells
    union all
    select
        as_of_date, portfolio_id, is_root, asset_class, pocket, is_corporate, is_listed, '3' as scopes,
        market_value_eur, eligible_eur, waci_eligible_eur, covered_3 as covered_eur, financed_3 as financed_tco2e,
        declared_3 as declared_eur,
        amount_x_score_3 as amount_x_score, best_3 as best_score, weakest_3 as weakest_score,
        waci_weight_3 as waci_weight_eur, waci_term_3 as waci_term
    from cells
    union all
    select
        as_of_date, portfolio_id, is_root, asset_class, pocket, is_corporate, is_listed, '1_2_3' as scopes,
        market_value_eur, eligible_eur, waci_eligible_eur, covered_1_2_3 as covered_eur, financed_1_2_3 as financed_tco2e,
        declared_1_2_3 as declared_eur,
        amount_x_score_1_2_3 as amount_x_score, best_1_2_3 as best_score, weakest_1_2_3 as weakest_score,
        waci_weight_1_2_3 as waci_weight_eur, waci_term_1_2_3 as waci_term
    from cells
),

by_perimeter as (
    select by_scopes.*, pocket as perimeter
    from by_scopes
    union all
    select
        by_scopes.*,
        case when asset_class = 'other' then 'other_asset_class' else asset_class end as perimeter
    from by_scopes
    union all
    select by_scopes.*, 'corporate' as perimeter
    from by_scopes
    where is_corporate
    union all
    select by_scopes.*, 'corporate_listed' as perimeter
    from by_scopes
    where is_corporate and is_listed
    union all
    select by_scopes.*, 'corporate_unlisted' as perimeter
    from by_scopes
    where is_corporate and not is_listed
),

by_portfolio as (
    select
        as_of_date, portfolio_id, perimeter, scopes, market_value_eur, eligible_eur, covered_eur, financed_tco2e,
        amount_x_score, best_score, weakest_score, waci_eligible_eur, waci_weight_eur, waci_term, declared_eur
    from by_perimeter
    union all
    select
        as_of_date, 'ALL' as portfolio_id, perimeter, scopes, market_value_eur, eligible_eur, covered_eur,
        financed_tco2e, amount_x_score, best_score, weakest_score, waci_eligible_eur, waci_weight_eur, waci_term, declared_eur
    from by_perimeter
    where is_root
),

all_investments as (
    select as_of_date, portfolio_id, sum(market_value_eur) as all_investments_eur
    from cells
    group by as_of_date, portfolio_id
    union all
    select as_of_date, 'ALL' as portfolio_id, sum(market_value_eur) as all_investments_eur
    from cells
    where is_root
    group by as_of_date
),

summed as (
    select
        by_portfolio.as_of_date,
        by_portfolio.portfolio_id,
        by_portfolio.perimeter,
        by_portfolio.scopes,
        sum(by_portfolio.market_value_eur) as market_value_eur,
        -- an empty sum is nothing covered, which is a known 0
        sum(case when by_portfolio.eligible_eur is null then 0 else by_portfolio.eligible_eur end) as eligible_eur,
        sum(case when by_portfolio.covered_eur is null then 0 else by_portfolio.covered_eur end) as covered_eur,
        sum(case when by_portfolio.declared_eur is null then 0 else by_portfolio.declared_eur end) as declared_eur,
        sum(by_portfolio.financed_tco2e) as financed_tco2e,
        sum(by_portfolio.amount_x_score) as amount_x_score,
        min(by_portfolio.best_score) as best_score,
        max(by_portfolio.weakest_score) as weakest_score,
        sum(
            case when by_portfolio.waci_eligible_eur is null then 0 else by_portfolio.waci_eligible_eur end
        ) as waci_eligible_eur,
        sum(case when by_portfolio.waci_weight_eur is null then 0 else by_portfolio.waci_weight_eur end)
            as waci_weight_eur,
        sum(by_portfolio.waci_term) as waci_term
    from by_portfolio
    group by by_portfolio.as_of_date, by_portfolio.portfolio_id, by_portfolio.perimeter, by_portfolio.scopes
)

select
    summed.as_of_date,
    summed.portfolio_id,
    summed.perimeter,
    summed.scopes,
    cast(summed.market_value_eur as decimal(24, 6)) as market_value_eur,
    cast(summed.eligible_eur as decimal(24, 6)) as eligible_value_eur,
    cast(summed.covered_eur as decimal(24, 6)) as covered_value_eur,
    cast(summed.covered_eur as double) / nullif(cast(summed.eligible_eur as double), 0) as coverage_ratio,
    cast(summed.financed_tco2e as decimal(24, 6)) as financed_emissions_tco2e, -- covered lines only, never extrapolated
    -- financed emissions / covered_value_eur
    cast(summed.financed_tco2e as double) / (nullif(cast(summed.covered_eur as double), 0) / 1000000)
        as economic_intensity_tco2e_per_meur,
    -- financed emissions / all investments of the portfolio
    cast(summed.financed_tco2e as double) / (nullif(cast(all_investments.all_investments_eur as double), 0) / 1000000)
        as pai_2_footprint_tco2e_per_meur,
    cast(summed.waci_term as double) / nullif(cast(summed.waci_weight_eur as double), 0) as waci_tco2e_per_meur,
    -- market value of the covered lines with a revenue / market value of the eligible ones
    cast(summed.waci_weight_eur as double) / nullif(cast(summed.waci_eligible_eur as double), 0) as waci_coverage_ratio,
    -- a mean lies between its parts; a division of doubles may pass them by its last bit
    least(
        greatest(
            cast(summed.amount_x_score as double)
            / nullif(cast(summed.covered_eur - summed.declared_eur as double), 0),
            summed.best_score
        ),
        summed.weakest_score
    ) as data_quality_score, -- of covered_value_eur less fund_declared_value_eur
    cast(summed.declared_eur as decimal(24, 6)) as fund_declared_value_eur
from summed
inner join all_investments
    on summed.as_of_date = all_investments.as_of_date
    and summed.portfolio_id = all_investments.portfolio_id
