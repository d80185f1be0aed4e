-- check:       vendors_tell_the_same
-- model:       core.issuer_financials
-- severity:    warn
-- description: Two named sources agree within 10 % on the balance sheet of the fiscal year that counts: revenue, debt,
--              equity, assets and EVIC in one currency. Both are believed in turn (the last word received counts), so a
--              difference moves the attribution factor with nobody deciding it. Market values of shares are of a day
--              and are not compared.

with stated as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        currency,
        source,
        cast(revenue as double) as revenue,
        cast(total_debt as double) as total_debt,
        cast(total_equity as double) as total_equity,
        cast(total_assets as double) as total_assets,
        cast(evic as double) as evic,
        row_number() over (
            -- not by currency: who mends the currency of a balance sheet takes the earlier one back
            partition by as_of_date, issuer_id, fiscal_year, source
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_financials
    where source is not null
)

select stated.as_of_date, stated.issuer_id, stated.fiscal_year, stated.currency
from stated
inner join core.issuer_financials as counting
    on stated.as_of_date = counting.as_of_date
    and stated.issuer_id = counting.issuer_id
    and stated.fiscal_year = counting.fiscal_year
where stated.recency = 1
    and stated.currency is not null
group by stated.as_of_date, stated.issuer_id, stated.fiscal_year, stated.currency
having max(stated.revenue) - min(stated.revenue) > 0.1 * abs(min(stated.revenue))
    or max(stated.total_debt) - min(stated.total_debt) > 0.1 * abs(min(stated.total_debt))
    or max(stated.total_equity) - min(stated.total_equity) > 0.1 * abs(min(stated.total_equity))
    or max(stated.total_assets) - min(stated.total_assets) > 0.1 * abs(min(stated.total_assets))
    or max(stated.evic) - min(stated.evic) > 0.1 * abs(min(stated.evic))
