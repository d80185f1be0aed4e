-- check:       scope_3_parts_make_the_total
-- model:       core.issuer_emissions
-- severity:    warn
-- description: Where a source gives scope 3 and its upstream and downstream parts for a fiscal year, the parts add up to
--              the total, within 0.1 % and a tonne for rounding; where it gives one part, that part is no more than the
--              total. The total is what counts (core.issuer_emissions): ask the source which of the three is wrong.

with stated as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        scope,
        source,
        tco2e,
        row_number() over (
            partition by as_of_date, issuer_id, fiscal_year, scope, source
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_emissions
),

by_source as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        source,
        max(case when scope = '3' then tco2e end) as total,
        max(case when scope = '3_upstream' then tco2e end) as upstream,
        max(case when scope = '3_downstream' then tco2e end) as downstream
    from stated
    where recency = 1
    group by as_of_date, issuer_id, fiscal_year, source
)

select distinct as_of_date, issuer_id
from by_source
where abs(upstream + downstream - total) > 1 + 0.001 * total
    or upstream > 1 + 1.001 * total
    or downstream > 1 + 1.001 * total
