-- check:       use_of_proceeds_fit_the_issuer
-- model:       core.attribution
-- severity:    warn
-- description: What methodology.yaml says of an issuer's labelled bonds fits: the amount allocated is below the
--              denominator and its emissions are within those of the issuer (else nobody's figure is adjusted), and the
--              labelled lines of the whole entity are no more than what was allocated (else a part of them has not
--              been, or the figure is of another year). Both tell of a unit slip too.

with lines as (
    select
        attribution.as_of_date,
        attribution.portfolio_id,
        attribution.line_id,
        attribution.lookthrough_path,
        attribution.use_of_proceeds_basis,
        attribution.denominator_eur,
        attribution.scope_1_2_tco2e,
        pools.allocated_eur,
        pools.allocated_scope_1_2_tco2e,
        sum(
            case
                when portfolios.is_root and attribution.use_of_proceeds_basis in ('allocated_pool', 'issuer_level')
                    then attribution.outstanding_eur
            end
        ) over (partition by attribution.as_of_date, positions.issuer_id) as labelled_eur
    from core.attribution as attribution
    inner join core.positions as positions
        on attribution.as_of_date = positions.as_of_date
        and attribution.portfolio_id = positions.portfolio_id
        and attribution.line_id = positions.line_id
        and attribution.lookthrough_path = positions.lookthrough_path
    inner join core.portfolios as portfolios
        on attribution.as_of_date = portfolios.as_of_date
        and attribution.portfolio_id = portfolios.portfolio_id
    inner join policy.use_of_proceeds_allocations as pools
        on attribution.as_of_date = pools.as_of_date
        and positions.issuer_id = pools.issuer_id
        and attribution.emissions_fiscal_year = pools.fiscal_year
)

select as_of_date, portfolio_id, line_id, lookthrough_path
from lines
where allocated_eur >= denominator_eur
    or allocated_scope_1_2_tco2e > scope_1_2_tco2e
    or (labelled_eur > allocated_eur and use_of_proceeds_basis in ('allocated_pool', 'issuer_level'))
