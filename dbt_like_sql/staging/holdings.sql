-- model:       staging.holdings
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Lines of the month as delivered; the only dated input, so nothing to resolve.

select
    as_of_date,
    valuation_date,
    portfolio_id,
    line_id,
    instrument_id,
    instrument_name,
    cic,
    asset_class,
    issuer_id,
    currency,
    quantity,
    nominal_amount,
    market_value,
    book_value,
    market_value_eur,
    pocket,
    use_of_proceeds,
    fund_id,
    guarantor_id,
    underlying_issuer_id,
    source_file_id,
    source_row
from raw.holdings
