-- check:       ratios_follow_from_their_parts
-- model:       marts.pai_indicators
-- severity:    error
-- description: PAI 2 times all investments is the total of PAI 1, and every ratio is its numerator over its
--              denominator: a footprint that repeats the tonnes has the unit of PAI 1.

select ratios.as_of_date, ratios.portfolio_id, ratios.indicator, ratios.valuation_convention, ratios.period
from marts.pai_indicators as ratios
left join marts.pai_indicators as tonnes
    on ratios.as_of_date = tonnes.as_of_date
    and ratios.portfolio_id = tonnes.portfolio_id
    and ratios.valuation_convention = tonnes.valuation_convention
    and ratios.period = tonnes.period
    and tonnes.indicator = 'pai_1_total'
    and ratios.indicator = 'pai_2'
where (
        ratios.denominator is not null
        and abs(ratios.value * ratios.denominator - ratios.numerator) > 0.000000001 * abs(ratios.numerator)
    )
    or (
        ratios.indicator = 'pai_2'
        and ratios.period = 'month_end'
        and (
            abs(ratios.numerator - tonnes.value) > 0.000000001 * abs(tonnes.value)
            or ratios.denominator is null
        )
    )
