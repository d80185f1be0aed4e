-- check:       values_have_the_sign_of_their_quantities
-- model:       core.holdings
-- severity:    warn
-- description: What is held is worth something and what is owed costs something: a value has the sign of its quantity, else of
--              its nominal. A negative value counts as a short position and leaves the carbon figures. Derivatives and
--              accounts are left out.

select as_of_date, portfolio_id, line_id
from core.holdings
where asset_class not in ('cash', 'derivative')
    and sign(market_value_eur) * sign(coalesce(quantity, nominal_eur)) < 0
