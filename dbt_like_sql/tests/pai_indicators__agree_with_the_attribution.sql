-- check:       agree_with_the_attribution
-- model:       marts.pai_indicators
-- severity:    error
-- description: Valued the PCAF way, the total of PAI 1 is the financed emissions of all scopes of core.attribution, as
--              in marts.portfolio_carbon (perimeter corporate, scopes 1_2_3): two computations of the same thing.

with lines as (
    select
        attribution.as_of_date,
        attribution.portfolio_id,
        portfolios.is_root,
        case
            -- SFDR knows no pool of labelled bonds: the issuer's own scopes 1+2 for every holder
            when attribution.use_of_proceeds_basis in ('allocated_pool', 'beside_pool') then cast(
                attribution.attribution_factor * cast(attribution.scope_1_2_tco2e as double) as decimal(24, 6)
            )
            else attribution.financed_scope_1_2_tco2e
        end + attribution.financed_scope_3_tco2e as tonnes
    from core.attribution as attribution
    inner join core.portfolios as portfolios
        on attribution.as_of_date = portfolios.as_of_date
        and attribution.portfolio_id = portfolios.portfolio_id
    where attribution.is_corporate
),

sums as (
    select as_of_date, portfolio_id, cast(sum(tonnes) as double) as tonnes
    from lines
    group by as_of_date, portfolio_id
    union all
    select as_of_date, 'ALL' as portfolio_id, cast(sum(tonnes) as double) as tonnes
    from lines
    where is_root
    group by as_of_date
)

select
    indicators.as_of_date, indicators.portfolio_id, indicators.indicator, indicators.valuation_convention,
    indicators.period
from marts.pai_indicators as indicators
left join sums
    on indicators.as_of_date = sums.as_of_date
    and indicators.portfolio_id = sums.portfolio_id
where indicators.indicator = 'pai_1_total'
    and indicators.valuation_convention = 'PCAF_YEAR_END'
    and indicators.period = 'month_end'
    -- no company at all is a known 0 there and no line here; a line's tonnes are rounded to the gram before they add up
    and abs(
        case when indicators.value is null then 0 else indicators.value end
        - case when sums.tonnes is null then 0 else sums.tonnes end
    ) > 0.01 + 0.000000001 * case when sums.tonnes is null then 0 else sums.tonnes end
