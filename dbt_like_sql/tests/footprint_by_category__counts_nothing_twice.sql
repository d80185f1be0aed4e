-- check:       counts_nothing_twice
-- model:       marts.footprint_by_category
-- severity:    error
-- description: Financed emissions of the mutual's own footprint are those of the committee's perimeter without what the
--              own-use property pocket finances: its buildings are in the organisation's own figures.

with own_use as (
    select as_of_date, sum(financed_tco2e) as tco2e
    from core.headline_positions
    where is_root
        and pocket = 'own_use_property'
    group by as_of_date
)

select footprints.as_of_date, footprints.category
from marts.footprint_by_category as footprints
inner join policy.methodology as methodology on footprints.as_of_date = methodology.as_of_date
inner join marts.portfolio_carbon as carbon
    on footprints.as_of_date = carbon.as_of_date
    and methodology.headline_perimeter = carbon.perimeter
    and methodology.headline_scopes = carbon.scopes
    and carbon.portfolio_id = 'ALL'
left join own_use on footprints.as_of_date = own_use.as_of_date
where footprints.category = 'financed_emissions'
    and footprints.tco2e is distinct from
        carbon.financed_emissions_tco2e - case when own_use.tco2e is null then 0 else own_use.tco2e end
