"""Parquet inputs of a large owner: millions of positions of one month on thousands of issuers, all fictional.

Every value comes from a hash of its row's number: the same on every machine, however many threads write it.
"""

from pathlib import Path

import duckdb
import polars as pl
from stdnum import isin
from stdnum.iso7064 import mod_97_10

MONTH = "2024-12-31"
PORTFOLIOS = 40
INSTRUMENTS_PER_ISSUER = 3
SOVEREIGN_BONDS = 2_000
COUNTRIES = ("FR", "DE", "IT", "ES", "NL", "BE", "AT", "PT", "US", "GB")

#: ``draw(n, salt)`` is a whole number from 0 to 999,999; ``part(n, salt)`` a number from 0 to 1.
MACROS = """
create macro draw(n, salt) as (hash(n, salt) % 1000000)::bigint;
create macro part(n, salt) as draw(n, salt) / 1e6;
"""

ISSUERS = """
select lei as issuer_id, 'Fictional issuer ' || n as name, {countries}[1 + draw(n, 'country') % 10] as country,
    'nace_2' as sector_scheme,
    case when is_financial then '64.19' else lpad((10 + draw(n, 'sector') % 23)::varchar, 2, '0') || '.10' end
        as sector_code,
    case when draw(n, 'told') % 10 < 7 then is_financial end as is_financial, is_listed
from issuer
union all
select country, 'State of ' || country, country, null, null, null, null
from (select unnest({countries}) as country) as countries
"""

#: A tenth of the figures is restated later; parts, vendor's EVIC and balance sheet are each missing for some issuers.
FINANCIALS = """
with years as (
    select *, unnest([2022, 2023, 2024]) as fiscal_year from issuer where draw(n, 'silent') % 100 >= 5
),
told as (
    select *, 1 as edition from years
    union all
    select *, 2 as edition from years where draw(n * 10 + fiscal_year, 'restated') % 10 = 0
)
select lei as issuer_id, fiscal_year::bigint as fiscal_year,
    -- some close in March: their year 2024 is still open at the end of December
    case when draw(n, 'march') % 10 = 0 then make_date(fiscal_year + 1, 3, 31) else make_date(fiscal_year, 12, 31) end
        as period_end,
    ['EUR', 'EUR', 'EUR', 'USD', 'GBP'][1 + draw(n, 'currency') % 5] as currency,
    case when draw(n, 'revenue') % 20 > 0 then (size * (0.4 + part(n + fiscal_year, 'turnover')))::decimal(24, 6) end
        as revenue,
    case when is_listed and draw(n, 'cap') % 12 > 0
        then (size * (0.5 + part(n + fiscal_year * edition, 'price')))::decimal(24, 6) end as market_cap,
    case when draw(n, 'debt') % 12 > 0 then (size * (0.2 + part(n + fiscal_year, 'debts')))::decimal(24, 6) end
        as total_debt,
    case when draw(n, 'minority') % 3 = 0 then (size / 50)::decimal(24, 6) end as minority_interest,
    case when is_financial and draw(n, 'deposits') % 10 > 0 then (size * 3)::decimal(24, 6) end as deposits,
    case when draw(n, 'equity') % 10 > 0 then (size * (part(n, 'equity') - 0.05))::decimal(24, 6) end as total_equity,
    case when draw(n, 'assets') % 10 > 0 then (size * (1.5 + part(n, 'assets')))::decimal(24, 6) end as total_assets,
    case when draw(n, 'evic') % 2 = 0 and is_listed then (size * (1 + part(n, 'evic')))::decimal(24, 6) end as evic,
    'vendor' as source, make_date(fiscal_year + 1, 4, 15) as published_on,
    make_date(fiscal_year + 1, 4 + edition, 1) as known_from
from told
"""

EMISSIONS = """
with years as (
    select *, unnest([2021, 2022, 2023]) as fiscal_year from issuer where draw(n, 'no emissions') % 100 >= 10
),
scopes as (select *, unnest(['1', '2_market', '2_location', '3', '3_upstream', '3_downstream']) as scope from years),
sources as (select *, unnest(['report', 'vendor']) as source from scopes)
select lei as issuer_id, fiscal_year::bigint as fiscal_year, scope,
    (size / 1e4 * part(n, scope || source) * (1 + part(n + fiscal_year, scope)))::decimal(24, 6) as tco2e,
    case when source = 'vendor' then 'revenue_estimate'
        else ['reported', 'reported_verified'][1 + draw(n, 'verified') % 2] end as basis,
    source, make_date(fiscal_year + 1, 5, 15) as published_on, make_date(fiscal_year + 1, 6, 1) as known_from
from sources
where (source = 'report' and draw(n + fiscal_year, 'reports' || scope) % 100 < 60)
    or (source = 'vendor' and draw(n, 'covers' || scope) % 100 < 30)
"""

HOLDINGS = """
with lines as (
    select n, n * {portfolios} // {positions} as portfolio, draw(n, 'kind') % 100 as kind,
        draw(n, 'pick') * 1000003 + n as pick,
        round(5000 + 250000 * pow(part(n, 'size'), 3), 2)::decimal(18, 2) as market_value
    from range({positions}) as counted(n)
),
picked as (
    select *,
        case when kind < 4 then null when kind < 16 then {instruments} + pick % {sovereign_bonds}
            else pick % {instruments} end as bond
    from lines
),
held as (
    select picked.*, isin, coalesce(asset_class, 'cash') as asset_class, lei, name,
        coalesce(currency, 'EUR') as currency
    from picked left join instrument on picked.bond = instrument.n
)
select date '2024-12-31' as as_of_date, 'P' || lpad(portfolio::varchar, 3, '0') as portfolio_id,
    'L' || lpad(n::varchar, 9, '0') as line_id, isin as instrument_id, coalesce(name, 'Cash') as instrument_name,
    asset_class, lei as issuer_id, currency,
    case when asset_class like '%equity' then (market_value / 50)::decimal(18, 4) end as quantity,
    -- debt without a known nominal counts at its book value, then at its market value
    case when asset_class not like '%equity' and draw(n, 'nominal') % 100 >= 3
        then round(market_value * (0.8 + part(n, 'rate') * 0.4), 2)::decimal(18, 2) end as nominal_amount,
    -- a few short positions
    case when draw(n, 'short') % 1000 = 0 then -market_value else market_value end as market_value,
    case when draw(n, 'book') % 10 > 0 then round(market_value * 0.95, 2)::decimal(18, 2) end as book_value,
    case when draw(n, 'pocket') % 4 = 0 then 'strategic' end as pocket
from held
order by n
"""

PORTFOLIOS_FILE = """
select 'P' || lpad(n::varchar, 3, '0') as portfolio_id, 'Portfolio ' || n as name, 'EUR' as currency,
    'mandate' as kind, ['return', 'return', 'treasury', null][1 + n % 4] as pocket
from range({portfolios}) as counted(n)
"""

SOVEREIGNS = """
select country, year, 3e8::decimal(24, 6) as ghg_excl_lulucf_tco2e, 2e12::decimal(24, 6) as gdp_ppp_intl_usd,
    date '2024-06-01' as known_from
from (select unnest({countries}) as country) as countries cross join range(2021, 2024) as years(year)
"""

RATES = """
select unnest([date '2024-12-30', date '2024-12-31']) as rate_date, currency,
    units_per_eur::decimal(24, 12) as units_per_eur
from (values ('USD', 1.0389), ('GBP', 0.82918)) as rates(currency, units_per_eur)
"""


def write(folder: Path, positions: int, issuers: int) -> None:
    """The inputs folder: one Parquet file per dataset."""
    con = duckdb.connect()
    con.execute(MACROS)
    _universe(con, issuers)
    sizes = {
        "positions": positions,
        "instruments": issuers * INSTRUMENTS_PER_ISSUER,
        "portfolios": PORTFOLIOS,
        "sovereign_bonds": SOVEREIGN_BONDS,
        "countries": list(COUNTRIES),
    }
    queries = {
        "holdings": HOLDINGS, "portfolios": PORTFOLIOS_FILE, "issuers": ISSUERS, "issuer_financials": FINANCIALS,
        "issuer_emissions": EMISSIONS, "sovereigns": SOVEREIGNS, "fx_rates": RATES,
    }  # fmt: skip
    for dataset, query in queries.items():
        (folder / dataset).mkdir(parents=True, exist_ok=True)
        path = folder / dataset / ("2024-12.parquet" if dataset == "holdings" else f"{dataset}.parquet")
        con.execute(f"copy ({query.format(**sizes)}) to '{path}' (format parquet, compression zstd)")
    con.close()


def _universe(con: duckdb.DuckDBPyConnection, issuers: int) -> None:
    """Issuers with valid LEIs, instruments with valid ISINs."""
    codes = {
        "lei": pl.Series([made_lei(n) for n in range(issuers)]),
        "isin": pl.Series([made_isin(n) for n in range(issuers * INSTRUMENTS_PER_ISSUER + SOVEREIGN_BONDS)]),
    }
    for name, series in codes.items():
        frame = pl.DataFrame({"n": pl.int_range(series.len(), eager=True), name: series})
        con.register("codes", frame)
        con.execute(f"create table {name} as from codes")
    con.execute("""
        create table issuer as
        select n, lei, draw(n, 'bank') % 12 = 0 as is_financial, draw(n, 'listed') % 5 > 0 as is_listed,
            5e8 * pow(10, 2 * part(n, 'scale')) as size
        from lei
    """)
    con.execute(f"""
        create table instrument as
        select isin.n, isin.isin, issuer.lei, 'Fictional security ' || isin.n as name,
            ['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP'][1 + draw(isin.n, 'currency') % 10]
                as currency,
            case
                when isin.n // {issuers} = 0 and issuer.is_listed then 'listed_equity'
                when isin.n // {issuers} = 0 then ['unlisted_equity', 'loan', 'private_debt'][1 + issuer.n % 3]
                when is_financial and draw(isin.n, 'cover') % 2 = 0 then 'covered_bond'
                else 'corporate_bond'
            end as asset_class
        from isin inner join issuer on isin.n % {issuers} = issuer.n
        where isin.n < {issuers * INSTRUMENTS_PER_ISSUER}
        union all
        select n, isin, {list(COUNTRIES)}[1 + n % 10], 'Fictional state bond ' || n, 'EUR', 'sovereign_bond'
        from isin
        where n >= {issuers * INSTRUMENTS_PER_ISSUER}
    """)


def made_lei(n: int) -> str:
    base = f"969500BENCH{n:07d}"
    return base + mod_97_10.calc_check_digits(base)


def made_isin(n: int) -> str:
    base = f"FR{n:09d}"
    return base + isin.calc_check_digit(base)
