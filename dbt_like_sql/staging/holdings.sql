-- model:       staging.holdings
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Lines of the month as delivered, with the issuers that their ids stand for at the month end
--              (audit.identifier_map): the issuer's own id first, then its security's. A name is never looked up.

with wrong as (
    select distinct as_of_date, value as code
    from audit.rejected_rows
    where rule = 'lei_check_digit'
)

select
    lines.as_of_date,
    lines.valuation_date,
    lines.portfolio_id,
    lines.line_id,
    lines.instrument_id,
    lines.instrument_name,
    lines.cic,
    lines.asset_class,
    case
        when issuers.issuer_id is not null then issuers.issuer_id
        -- by its security only what no code names: nothing, a name, or a LEI that is none
        when instruments.issuer_id is not null
            and (lines.issuer_id is null or lines.issuer_id like 'name:%' or wrong.code is not null)
            and lines.asset_class in (
                'listed_equity', 'corporate_bond', 'covered_bond', 'sovereign_bond', 'sub_sovereign_bond',
                'supranational_bond', 'unlisted_equity', 'private_debt', 'loan', 'project_finance', 'securitisation'
            ) then instruments.issuer_id
        else lines.issuer_id
    end as issuer_id,
    lines.currency,
    lines.quantity,
    lines.nominal_amount,
    lines.market_value,
    lines.book_value,
    lines.market_value_eur,
    lines.pocket,
    lines.use_of_proceeds,
    lines.fund_id,
    coalesce(guarantors.issuer_id, lines.guarantor_id) as guarantor_id,
    coalesce(underlyings.issuer_id, lines.underlying_issuer_id) as underlying_issuer_id,
    lines.quotation_currency,
    lines.market_value_quotation,
    lines.source_file_id,
    lines.source_row
from raw.holdings as lines
left join audit.identifier_map as issuers
    on lines.as_of_date = issuers.as_of_date
    and issuers.used_as = 'issuer'
    and lines.issuer_id = issuers.identifier
    and lines.as_of_date >= issuers.stated_from
    and lines.as_of_date < issuers.stated_to
    and lines.as_of_date >= issuers.about_from
    and lines.as_of_date < issuers.about_to
left join audit.identifier_map as instruments
    on lines.as_of_date = instruments.as_of_date
    and instruments.used_as = 'instrument'
    and lines.instrument_id = instruments.identifier
    and lines.as_of_date >= instruments.stated_from
    and lines.as_of_date < instruments.stated_to
    and lines.as_of_date >= instruments.about_from
    and lines.as_of_date < instruments.about_to
left join audit.identifier_map as guarantors
    on lines.as_of_date = guarantors.as_of_date
    and guarantors.used_as = 'issuer'
    and lines.guarantor_id = guarantors.identifier
    and lines.as_of_date >= guarantors.stated_from
    and lines.as_of_date < guarantors.stated_to
    and lines.as_of_date >= guarantors.about_from
    and lines.as_of_date < guarantors.about_to
left join audit.identifier_map as underlyings
    on lines.as_of_date = underlyings.as_of_date
    and underlyings.used_as = 'issuer'
    and lines.underlying_issuer_id = underlyings.identifier
    and lines.as_of_date >= underlyings.stated_from
    and lines.as_of_date < underlyings.stated_to
    and lines.as_of_date >= underlyings.about_from
    and lines.as_of_date < underlyings.about_to
left join wrong
    on lines.as_of_date = wrong.as_of_date
    and lines.issuer_id = wrong.code
