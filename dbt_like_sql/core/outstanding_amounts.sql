-- model:       core.outstanding_amounts
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: The amount of each position that is attributed (PCAF Part A, table 1.3): shares at market value, debt at
--              nominal, property at what was paid for it, or as methodology.yaml asks; else the next amount known (0 of
--              something that has a value is not known), which outstanding_basis names. A view, because it only picks among stored amounts.

with positions as (
    select
        positions.*,
        case
            when positions.asset_class in ('listed_equity', 'unlisted_equity') then 'equity'
            when positions.asset_class in ('corporate_bond', 'covered_bond', 'private_debt', 'loan', 'project_finance')
                then 'debt'
            when positions.asset_class in ('real_estate', 'mortgage') then 'property'
        end as attributed_as,
        case
            when positions.asset_class in (
                'corporate_bond', 'covered_bond', 'private_debt', 'loan', 'project_finance', 'mortgage',
                'sovereign_bond', 'sub_sovereign_bond'
            ) then methodology.debt_outstanding
            when positions.asset_class = 'unlisted_equity' then methodology.unlisted_equity_outstanding
            -- the denominator of a property is a value at origination: the price paid is closer to it than today's
            when positions.asset_class = 'real_estate' then 'book_value'
            else 'market_value'
        end as wanted,
        -- nothing outstanding of what is worth something: a column that was not filled
        case when nominal_eur <> 0 or market_value_eur = 0 then nominal_eur end as told_nominal_eur,
        case when book_value_eur <> 0 or market_value_eur = 0 then book_value_eur end as told_book_value_eur
    from core.positions as positions
    inner join policy.methodology as methodology on positions.as_of_date = methodology.as_of_date
),

based as (
    select
        positions.*,
        case
            when wanted = 'nominal' and told_nominal_eur is not null then 'nominal'
            when wanted in ('nominal', 'book_value') and told_book_value_eur is not null then 'book_value'
            when wanted = 'book_value' and told_nominal_eur is not null and asset_class not in (
                'unlisted_equity', 'real_estate'
            ) then 'nominal'
            when market_value_eur is not null then 'market_value'
        end as outstanding_basis
    from positions
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    issuer_id,
    asset_class,
    pocket,
    use_of_proceeds,
    market_value_eur,
    value_status,
    attributed_as,
    case outstanding_basis
        when 'nominal' then nominal_eur
        when 'book_value' then book_value_eur
        when 'market_value' then market_value_eur
    end as outstanding_eur,
    outstanding_basis
from based
