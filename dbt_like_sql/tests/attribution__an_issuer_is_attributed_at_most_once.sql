-- check:       an_issuer_is_attributed_at_most_once
-- model:       core.attribution
-- severity:    warn
-- description: All shares and bonds of one issuer together cannot finance more than the whole issuer (attribution
--              factors of the root portfolios add up to at most 1). Look at its denominator, or for a line held twice.

with held as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.issuer_id,
        attribution.attribution_factor
    from core.attribution as attribution
    inner join core.positions as positions
        on attribution.as_of_date = positions.as_of_date
        and attribution.portfolio_id = positions.portfolio_id
        and attribution.line_id = positions.line_id
        and attribution.lookthrough_path = positions.lookthrough_path
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    where portfolios.is_root
        -- a line above 1 by itself is blocked and has its own check
        and attribution.attribution_factor <= 1
),

over as (
    select as_of_date, issuer_id
    from held
    group by as_of_date, issuer_id
    having sum(cast(attribution_factor as decimal(24, 12))) > 1
)

select held.as_of_date, held.portfolio_id, held.line_id, held.lookthrough_path
from held
inner join over
    on held.as_of_date = over.as_of_date
    and held.issuer_id = over.issuer_id
