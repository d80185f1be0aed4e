-- check:       reconciles_with_positions
-- model:       marts.portfolio_carbon
-- severity:    error
-- description: Financed emissions and covered amounts of every portfolio are the sums of its positions
--              (property is not in the corporate perimeter).

with lines as (
    select
        attribution.as_of_date,
        attribution.portfolio_id,
        sum(attribution.financed_scope_1_2_tco2e) as financed_tco2e,
        sum(attribution.outstanding_eur) as covered_eur
    from core.attribution as attribution
    inner join core.positions as positions
        on attribution.as_of_date = positions.as_of_date
        and attribution.portfolio_id = positions.portfolio_id
        and attribution.line_id = positions.line_id
        and attribution.lookthrough_path = positions.lookthrough_path
    where attribution.carbon_status = 'covered'
        and positions.asset_class not in ('real_estate', 'mortgage')
    group by attribution.as_of_date, attribution.portfolio_id
)

select carbon.as_of_date, carbon.portfolio_id, carbon.financed_emissions_tco2e, lines.financed_tco2e
from marts.portfolio_carbon as carbon
left join lines
    on carbon.as_of_date = lines.as_of_date
    and carbon.portfolio_id = lines.portfolio_id
where carbon.perimeter = 'corporate'
    and carbon.scopes = '1_2'
    and carbon.portfolio_id <> 'ALL'
    and (
        carbon.financed_emissions_tco2e is distinct from lines.financed_tco2e
        or (lines.covered_eur is not null and carbon.covered_value_eur <> lines.covered_eur)
    )
