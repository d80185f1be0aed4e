-- check:       pockets_add_up_to_the_book
-- model:       marts.portfolio_carbon
-- severity:    error
-- description: The market values of the pockets of ALL add up to the root portfolios' lines: nothing is counted twice.

with book as (
    select holdings.as_of_date, sum(holdings.market_value_eur) as book_eur
    from core.holdings as holdings
    inner join core.portfolios as portfolios
        on holdings.as_of_date = portfolios.as_of_date
        and holdings.portfolio_id = portfolios.portfolio_id
    where portfolios.is_root
    group by holdings.as_of_date
),

pockets as (
    select as_of_date, sum(market_value_eur) as pockets_eur
    from marts.portfolio_carbon
    where portfolio_id = 'ALL'
        and scopes = '1_2'
        and perimeter in ('strategic', 'return', 'own_use_property', 'investment_property', 'treasury', 'other')
    group by as_of_date
)

select book.as_of_date, book.book_eur, pockets.pockets_eur
from book
left join pockets on book.as_of_date = pockets.as_of_date
where pockets.pockets_eur is null
    or abs(book.book_eur - pockets.pockets_eur) >= 1
