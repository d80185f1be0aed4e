-- check:       values_follow_their_quantities
-- model:       core.holdings
-- severity:    warn
-- description: Where a line holds as much as the month before, its value in EUR is between a third and three times of what it
--              was (threshold of ours: a price rarely moves so far within a month, a slip of units or a shifted decimal
--              always does). As much: the same quantity, else the same nominal; a line with neither may change by ten.
--              Lines below 1,000 EUR at both ends are left out. The month before has to be in the store.

with compared as (
    select
        lines.as_of_date,
        lines.portfolio_id,
        lines.line_id,
        abs(cast(lines.market_value_eur as double)) as value_eur,
        abs(cast(before.market_value_eur as double)) as before_eur,
        case
            when lines.quantity is not null and before.quantity is not null then lines.quantity = before.quantity
            when lines.nominal_eur is not null and before.nominal_eur is not null
                -- in EUR: a nominal in another currency moves with its rate
                then abs(cast(lines.nominal_eur - before.nominal_eur as double)) <= 0.1 * abs(cast(lines.nominal_eur as double))
        end as holds_as_much
    from core.holdings as lines
    inner join core.holdings as before
        on last_day(lines.as_of_date - interval 1 month) = before.as_of_date
        and lines.portfolio_id = before.portfolio_id
        and lines.line_id = before.line_id
    where lines.asset_class not in ('cash', 'derivative')
        and lines.market_value_eur is not null
        and before.market_value_eur is not null
)

select as_of_date, portfolio_id, line_id
from compared
where greatest(value_eur, before_eur) >= 1000
    and (
        (holds_as_much and (value_eur > 3 * before_eur or before_eur > 3 * value_eur))
        or (holds_as_much is null and (value_eur > 10 * before_eur or before_eur > 10 * value_eur))
    )
