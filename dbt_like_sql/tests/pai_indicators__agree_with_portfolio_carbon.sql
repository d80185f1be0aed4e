-- check:       agree_with_portfolio_carbon
-- model:       marts.pai_indicators
-- severity:    error
-- description: Valued the PCAF way, the total of PAI 1 and PAI 2 are the financed emissions of all scopes and their
--              footprint in marts.portfolio_carbon: two computations of the same thing.

select indicators.as_of_date, indicators.portfolio_id, indicators.indicator, indicators.valuation_convention
from marts.pai_indicators as indicators
inner join marts.portfolio_carbon as carbon
    on indicators.as_of_date = carbon.as_of_date
    and indicators.portfolio_id = carbon.portfolio_id
    and carbon.perimeter = 'corporate'
    and carbon.scopes = '1_2_3'
where indicators.valuation_convention = 'PCAF_YEAR_END'
    and indicators.period = 'month_end'
    and (
        (
            indicators.indicator = 'pai_1_total'
            and abs(coalesce(indicators.value, -1) - coalesce(cast(carbon.financed_emissions_tco2e as double), -1))
                > 0.001 + 0.000000001 * coalesce(abs(indicators.value), 0)
        )
        or (
            indicators.indicator = 'pai_2'
            and abs(coalesce(indicators.value, -1) - coalesce(carbon.pai_2_footprint_tco2e_per_meur, -1))
                > 0.000001 + 0.000001 * coalesce(abs(indicators.value), 0)
        )
    )
