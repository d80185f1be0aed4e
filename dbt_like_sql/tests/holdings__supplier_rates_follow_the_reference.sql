-- check:       supplier_rates_follow_the_reference
-- model:       core.holdings
-- severity:    warn
-- description: Where a supplier converts a line itself (custodian: value in currency and in EUR; Tripartite Template: fields
--              22 and 24), the rate between the two is within fx_tolerance_ratio of the month-end rate (core.fx_rates, the
--              ECB's unless a file says otherwise; custodians take rates of another hour, up to 0.4 % away on real funds).
--              Further away is another day, another currency, or a value that is not the line's. Values below 1,000 are
--              rounded too much to tell. The supplier's value is used as it is.

with conversions as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        quotation_currency as from_currency,
        currency as to_currency,
        market_value_quotation as from_value,
        market_value as to_value
    from staging.holdings
    where quotation_currency <> currency
    union all
    select
        as_of_date,
        portfolio_id,
        line_id,
        currency as from_currency,
        'EUR' as to_currency,
        market_value as from_value,
        market_value_eur as to_value
    from staging.holdings
    where currency <> 'EUR'
        and market_value_eur is not null
),

compared as (
    select
        conversions.as_of_date,
        conversions.portfolio_id,
        conversions.line_id,
        cast(conversions.from_value as double) / nullif(cast(conversions.to_value as double), 0) as own_rate,
        cast(from_rates.units_per_eur as double) / cast(to_rates.units_per_eur as double) as ecb_rate
    from conversions
    inner join core.fx_rates as from_rates
        on conversions.as_of_date = from_rates.as_of_date
        and conversions.from_currency = from_rates.currency
    inner join core.fx_rates as to_rates
        on conversions.as_of_date = to_rates.as_of_date
        and conversions.to_currency = to_rates.currency
    where abs(conversions.from_value) >= 1000
        or abs(conversions.to_value) >= 1000
)

select compared.as_of_date, compared.portfolio_id, compared.line_id
from compared
inner join policy.methodology as methodology on compared.as_of_date = methodology.as_of_date
where compared.own_rate > compared.ecb_rate * (1 + methodology.fx_tolerance_ratio)
    or compared.own_rate < compared.ecb_rate / (1 + methodology.fx_tolerance_ratio)
