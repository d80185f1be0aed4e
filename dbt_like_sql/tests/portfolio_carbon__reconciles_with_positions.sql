-- check:       reconciles_with_positions
-- model:       marts.portfolio_carbon
-- severity:    error
-- description: Financed emissions and covered amounts of every portfolio are the sums of its positions.

with lines as (
    select
        as_of_date,
        portfolio_id,
        sum(financed_scope_1_2_tco2e) as financed_tco2e,
        sum(outstanding_eur) as covered_eur
    from core.attribution
    where carbon_status = 'covered'
    group by as_of_date, portfolio_id
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
