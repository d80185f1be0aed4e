-- model:       core.headline_positions
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Covered positions of the committee's perimeter with the financed emissions of its scopes
--              (methodology.yaml): the lines behind the headline row of marts.portfolio_carbon.

with lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        portfolios.is_root,
        positions.issuer_id,
        positions.pocket,
        positions.asset_class,
        attribution.is_listed,
        attribution.is_corporate,
        coalesce(attribution.fund_declared_eur, attribution.outstanding_eur) as outstanding_eur,
        attribution.denominator_eur,
        methodology.headline_perimeter,
        case methodology.headline_scopes
            when '1_2' then attribution.financed_scope_1_2_tco2e
            when '3' then attribution.financed_scope_3_tco2e
            else attribution.financed_scope_1_2_tco2e + attribution.financed_scope_3_tco2e
        end as financed_tco2e
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    inner join policy.methodology as methodology on positions.as_of_date = methodology.as_of_date
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    is_root,
    issuer_id,
    pocket,
    is_listed,
    outstanding_eur, -- of a fund that declares its footprint: the part it covers
    denominator_eur,
    cast(financed_tco2e as decimal(24, 6)) as financed_tco2e -- of the committee's scopes
from lines
where financed_tco2e is not null
    and (
        (headline_perimeter = 'corporate' and is_corporate)
        or (headline_perimeter = 'corporate_listed' and is_corporate and is_listed)
        or (headline_perimeter = 'corporate_unlisted' and is_corporate and not is_listed)
        or headline_perimeter = pocket
        -- the word "other" is a pocket; the asset class has a name of its own
        or (headline_perimeter = asset_class and asset_class <> 'other')
        or (headline_perimeter = 'other_asset_class' and asset_class = 'other')
    )
