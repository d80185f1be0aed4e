-- check:       two_issuers_do_not_repeat_each_other
-- model:       core.issuer_emissions
-- severity:    warn
-- description: No two issuers of one source state the same tonnes twice (two of the scopes 1, 2 and 3 of a fiscal year,
--              or one of them in two years): figures of a subsidiary given to its parent, of a group to a part of it, or
--              one company under two codes. Held side by side they count twice. Amounts below 100 t meet by chance and
--              are left aside.

with stated as (
    select
        as_of_date,
        issuer_id,
        source,
        fiscal_year,
        scope,
        substr(scope, 1, 1) as scope_group,
        tco2e,
        row_number() over (
            partition by as_of_date, issuer_id, source, fiscal_year, scope
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_emissions
),

latest as (
    select as_of_date, issuer_id, source, fiscal_year, scope, scope_group, tco2e
    from stated
    where recency = 1
        and tco2e >= 100
),

pairs as (
    select latest.as_of_date, latest.issuer_id
    from latest
    inner join latest as other
        on latest.as_of_date = other.as_of_date
        and latest.source = other.source
        and latest.fiscal_year = other.fiscal_year
        and latest.scope = other.scope
        and latest.tco2e = other.tco2e
    where latest.issuer_id <> other.issuer_id
    group by latest.as_of_date, latest.issuer_id, other.issuer_id, latest.source
    -- location and market are two words on one scope
    having count(distinct concat(cast(latest.fiscal_year as varchar), ' ', latest.scope_group)) >= 2
)

select distinct as_of_date, issuer_id
from pairs
