-- check:       inventories_are_of_the_month
-- model:       core.portfolios
-- severity:    warn
-- description: The lines of every portfolio are valued within 7 days of the month end. A fund listed here is looked through
--              with an earlier inventory: weights of then, value of now (inventory_age_days says how old, impact show rejected
--              which file). Ask for the file of the month. max_inventory_age_days of the methodology is the limit.

select as_of_date, portfolio_id, inventory_date, inventory_age_days
from core.portfolios
where inventory_age_days > 7
