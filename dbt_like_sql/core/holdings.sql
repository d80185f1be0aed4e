-- model:       core.holdings
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Lines in EUR. A value delivered in EUR is kept to the cent; others are converted at the month-end rate.

with lines as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        valuation_date,
        instrument_id,
        instrument_name,
        cic,
        asset_class,
        pocket,
        issuer_id,
        underlying_issuer_id,
        guarantor_id,
        use_of_proceeds,
        fund_id,
        currency,
        quantity,
        nominal_amount,
        book_value,
        market_value,
        market_value_eur,
        source_file_id,
        source_row
    from staging.holdings
),

rates as (
    select as_of_date, currency, units_per_eur
    from core.fx_rates
),

default_pockets as (
    select as_of_date, portfolio_id, max(pocket) as pocket
    from staging.portfolios
    group by as_of_date, portfolio_id
),

valued as (
    select
        lines.as_of_date,
        lines.portfolio_id,
        lines.line_id,
        lines.valuation_date,
        lines.instrument_id,
        lines.instrument_name,
        lines.cic,
        lines.asset_class,
        coalesce(lines.pocket, default_pockets.pocket, 'other') as pocket,
        lines.issuer_id,
        lines.underlying_issuer_id,
        lines.guarantor_id,
        lines.use_of_proceeds,
        lines.fund_id,
        lines.currency,
        lines.quantity,
        case
            when lines.currency = 'EUR' then lines.nominal_amount
            else cast(lines.nominal_amount / rates.units_per_eur as decimal(24, 6))
        end as nominal_eur,
        case
            when lines.currency = 'EUR' then lines.book_value
            else cast(lines.book_value / rates.units_per_eur as decimal(24, 6))
        end as book_value_eur,
        case
            when lines.market_value_eur is not null then lines.market_value_eur
            when lines.currency = 'EUR' then lines.market_value
            else cast(lines.market_value / rates.units_per_eur as decimal(24, 6))
        end as market_value_eur,
        case
            when lines.market_value_eur is not null then 'ok'
            when lines.market_value is null then 'missing_value'
            when rates.units_per_eur is null then 'missing_fx_rate'
            else 'ok'
        end as value_status,
        lines.source_file_id,
        lines.source_row
    from lines
    left join rates
        on lines.as_of_date = rates.as_of_date
        and lines.currency = rates.currency
    left join default_pockets
        on lines.as_of_date = default_pockets.as_of_date
        and lines.portfolio_id = default_pockets.portfolio_id
)

select
    as_of_date,
    portfolio_id,
    line_id,
    valuation_date,
    instrument_id,
    instrument_name,
    cic,
    asset_class,
    pocket, -- the line's own, else its portfolio's, else other
    issuer_id,
    underlying_issuer_id,
    guarantor_id,
    use_of_proceeds,
    fund_id,
    currency,
    quantity,
    nominal_eur,
    book_value_eur,
    market_value_eur, -- as delivered in EUR, else market value / rate
    value_status,
    source_file_id,
    source_row
from valued
