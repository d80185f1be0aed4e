-- check:       vendors_tell_the_same
-- model:       core.issuer_emissions
-- severity:    warn
-- description: Two sources that both say they give the company's own report of the fiscal year that counts (scope 3 may
--              have a year of its own) agree on each scope within 10 % (differences below 100 t aside). One of them may
--              have another perimeter, another year or a slip; which one counts is said in core.issuer_emissions.
--              Estimates are not compared: they differ.

with stated as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        scope,
        source,
        basis,
        cast(tco2e as double) as tco2e,
        row_number() over (
            partition by as_of_date, issuer_id, fiscal_year, scope, source
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_emissions
)

select stated.as_of_date, stated.issuer_id, stated.fiscal_year, stated.scope
from stated
inner join core.issuer_emissions as counting
    on stated.as_of_date = counting.as_of_date
    and stated.issuer_id = counting.issuer_id
where stated.recency = 1
    and stated.fiscal_year = case
        when stated.scope in ('3', '3_upstream', '3_downstream') then counting.scope_3_fiscal_year
        else counting.fiscal_year
    end
    and stated.basis in ('reported_verified', 'reported')
group by stated.as_of_date, stated.issuer_id, stated.fiscal_year, stated.scope
having max(stated.tco2e) > 1.1 * min(stated.tco2e)
    and max(stated.tco2e) >= min(stated.tco2e) + 100
