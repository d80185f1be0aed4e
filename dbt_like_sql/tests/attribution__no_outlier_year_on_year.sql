-- check:       no_outlier_year_on_year
-- model:       core.attribution
-- severity:    warn
-- description: Lists the lines whose company's scope 1 + 2 emissions, or own denominator, are more than 3 times or less
--              than a third of those a year before, whatever the source: true (a merger, a disposal) or an error of the
--              file, it moves the footprint by itself. Threshold of ours. The same month of the year before has to be
--              in the store.

with lines as (
    select
        attribution.as_of_date,
        attribution.portfolio_id,
        attribution.line_id,
        attribution.lookthrough_path,
        positions.issuer_id,
        attribution.is_listed,
        cast(attribution.scope_1_tco2e + attribution.scope_2_tco2e as double) as tonnes,
        cast(attribution.denominator_eur as double) as denominator
    from core.attribution as attribution
    inner join core.positions as positions
        on attribution.as_of_date = positions.as_of_date
        and attribution.portfolio_id = positions.portfolio_id
        and attribution.line_id = positions.line_id
        and attribution.lookthrough_path = positions.lookthrough_path
    where attribution.carbon_status = 'covered'
),

compared as (
    select
        lines.*,
        cast(emissions.scope_1_tco2e + emissions.scope_2_tco2e as double) as tonnes_before,
        cast(
            case when lines.is_listed then financials.evic_eur else financials.equity_plus_debt_eur end as double
        ) as denominator_before
    from lines
    left join core.issuer_emissions as emissions
        on last_day(lines.as_of_date - interval 12 month) = emissions.as_of_date
        and lines.issuer_id = emissions.issuer_id
        and emissions.emissions_status = 'covered'
    left join core.issuer_financials as financials
        on last_day(lines.as_of_date - interval 12 month) = financials.as_of_date
        and lines.issuer_id = financials.issuer_id
)

select as_of_date, portfolio_id, line_id, lookthrough_path
from compared
where tonnes > 3 * tonnes_before
    or tonnes_before > 3 * tonnes
    or denominator > 3 * denominator_before
    or denominator_before > 3 * denominator
