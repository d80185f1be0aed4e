-- check:       reconciles_with_positions
-- model:       marts.portfolio_carbon
-- severity:    error
-- description: Every aggregate is the sum of its positions: market value, eligible and covered amount and financed
--              emissions of each portfolio and of ALL, by pocket, asset class and for companies, in all three scopes.
--              Computed again from the lines, by what they are first and by perimeter last.

with lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        positions.pocket,
        case
            when positions.asset_class = 'other' then 'other_asset_class'
            else positions.asset_class
        end as asset_class,
        attribution.is_eligible,
        attribution.is_corporate,
        attribution.is_listed,
        positions.market_value_eur,
        coalesce(attribution.outstanding_eur, positions.market_value_eur) as amount_eur,
        coalesce(attribution.fund_declared_eur, attribution.outstanding_eur, positions.market_value_eur) as coverable_eur,
        attribution.financed_scope_1_2_tco2e as tonnes_1_2,
        attribution.financed_scope_3_tco2e as tonnes_3,
        attribution.financed_scope_1_2_tco2e + attribution.financed_scope_3_tco2e as tonnes_1_2_3
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
),

cells as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        pocket,
        asset_class,
        is_eligible,
        is_corporate,
        is_listed,
        sum(market_value_eur) as market_value_eur,
        sum(case when is_eligible then amount_eur else 0 end) as eligible_eur,
        sum(case when is_eligible and tonnes_1_2 is not null then coverable_eur else 0 end) as covered_1_2,
        sum(case when is_eligible and tonnes_3 is not null then coverable_eur else 0 end) as covered_3,
        sum(case when is_eligible and tonnes_1_2_3 is not null then coverable_eur else 0 end) as covered_1_2_3,
        sum(tonnes_1_2) as tonnes_1_2,
        sum(tonnes_3) as tonnes_3,
        sum(tonnes_1_2_3) as tonnes_1_2_3
    from lines
    group by as_of_date, portfolio_id, is_root, pocket, asset_class, is_eligible, is_corporate, is_listed
),

held as (
    select cells.*, portfolio_id as holder
    from cells
    union all
    select cells.*, 'ALL' as holder
    from cells
    where is_root
),

sums as (
    select
        carbon.as_of_date,
        carbon.portfolio_id,
        carbon.perimeter,
        carbon.scopes,
        carbon.market_value_eur,
        carbon.eligible_value_eur,
        carbon.covered_value_eur,
        carbon.financed_emissions_tco2e,
        sum(held.market_value_eur) as lines_eur,
        sum(held.eligible_eur) as eligible_lines_eur,
        sum(
            case carbon.scopes
                when '1_2' then held.covered_1_2
                when '3' then held.covered_3
                else held.covered_1_2_3
            end
        ) as covered_lines_eur,
        sum(
            case carbon.scopes
                when '1_2' then held.tonnes_1_2
                when '3' then held.tonnes_3
                else held.tonnes_1_2_3
            end
        ) as lines_tco2e
    from marts.portfolio_carbon as carbon
    left join held
        on carbon.as_of_date = held.as_of_date
        and carbon.portfolio_id = held.holder
        and (
            carbon.perimeter in (held.pocket, held.asset_class)
            or (carbon.perimeter = 'corporate' and held.is_corporate)
            or (carbon.perimeter = 'corporate_listed' and held.is_corporate and held.is_listed)
            or (carbon.perimeter = 'corporate_unlisted' and held.is_corporate and not held.is_listed)
        )
    group by
        carbon.as_of_date, carbon.portfolio_id, carbon.perimeter, carbon.scopes, carbon.market_value_eur,
        carbon.eligible_value_eur, carbon.covered_value_eur, carbon.financed_emissions_tco2e
)

select as_of_date, portfolio_id, perimeter, scopes
from sums
where market_value_eur is distinct from lines_eur
    or eligible_value_eur is distinct from eligible_lines_eur
    or covered_value_eur is distinct from covered_lines_eur
    or financed_emissions_tco2e is distinct from lines_tco2e
