-- check:       debt_is_worth_about_its_nominal
-- model:       core.holdings
-- severity:    warn
-- description: A bond or a loan is worth between a twentieth and five times its nominal, in EUR (threshold of ours: defaulted
--              debt is above, indexed debt below). Debt is attributed by its nominal: one in thousands, or 0, would attribute
--              a thousandth, or nothing, without a word. Lines below 1,000 EUR are left out.

with compared as (
    select
        as_of_date,
        portfolio_id,
        line_id,
        nominal_eur,
        cast(market_value_eur as double) / nullif(cast(nominal_eur as double), 0) as value_ratio
    from core.holdings
    where asset_class in (
            'corporate_bond', 'covered_bond', 'sovereign_bond', 'sub_sovereign_bond', 'supranational_bond', 'private_debt',
            'loan', 'mortgage'
        )
        and abs(market_value_eur) >= 1000
        and nominal_eur is not null
)

select as_of_date, portfolio_id, line_id
from compared
where nominal_eur = 0
    or value_ratio < 0.05
    or value_ratio > 5
