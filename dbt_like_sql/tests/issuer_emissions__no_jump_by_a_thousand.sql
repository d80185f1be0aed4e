-- check:       no_jump_by_a_thousand
-- model:       core.issuer_emissions
-- severity:    warn
-- description: No scope of an issuer is 500 times, or a 500th of, what the same source said of the fiscal year it knows
--              before: kilograms, tonnes and kilotonnes mixed up (methodology.md section 7). 500 leaves room for the
--              company's own change on the way from 1 to 1,000.

with stated as (
    select
        as_of_date,
        issuer_id,
        scope,
        source,
        fiscal_year,
        tco2e,
        row_number() over (
            partition by as_of_date, issuer_id, scope, source, fiscal_year
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_emissions
),

followed as (
    select
        as_of_date,
        issuer_id,
        cast(tco2e as double) as tco2e,
        cast(
            lag(tco2e) over (partition by as_of_date, issuer_id, scope, source order by fiscal_year) as double
        ) as before
    from stated
    where recency = 1
        and tco2e > 0
)

select distinct as_of_date, issuer_id
from followed
where tco2e >= 500 * before
    or before >= 500 * tco2e
