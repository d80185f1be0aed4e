"""A Tripartite Template in CSV: one month's lines of twenty funds of a large owner, all fictional.

Every value comes from a hash of its line's number. Fields 24 add up to field 5, fields 26 to 1; one line in a thousand
has something to list (an ISIN in lower case, a LEI with a wrong check digit).
"""

from pathlib import Path

import duckdb
import polars as pl

from impact_pipeline_tests.benchmarks.portfolio_world import MACROS, made_isin, made_lei

PORTFOLIOS, ISSUERS, INSTRUMENTS = 20, 10_000, 200_000
FILE = "20241231_TPTV6_20250108.csv"

UNIVERSE = """
create table security as
select n, isin, n % {issuers} as issuer, draw(n, 'kind') % 80 as kind,
    ['FR', 'DE', 'IT', 'ES', 'NL', 'US', 'GB'][1 + draw(n % {issuers}, 'country') % 7] as country,
    ['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD', 'GBP'][1 + draw(n, 'currency') % 8] as currency
from isin
"""

#: The mix of CIC categories, in percent; the last twenty have codes of their own.
LINES = """
create table line as
with drawn as (
    select n, n * {portfolios} // {positions} as fund, draw(n, 'mix') % 100 as mix,
        (draw(n, 'pick') * 1000003 + n) % {instruments} as pick,
        round(5000 + 250000 * pow(part(n, 'size'), 3), 2)::decimal(18, 2) as size
    from range({positions}) as counted(n)
)
select drawn.n, fund, mix, isin, issuer, coalesce(country, 'FR') as country,
    case when mix < 80 then currency else 'EUR' end as currency,
    case
        when mix < 15 then country || '11' when mix < 45 then country || '21' when mix < 50 then country || '26'
        when mix < 70 then country || '31' when mix < 74 then 'LU42' when mix < 78 then 'XL62'
        when mix < 80 then country || '52' when mix < 85 then 'XL71' when mix < 90 then country || 'A1'
        when mix < 93 then 'XLD1' when mix < 96 then 'XLE2' when mix < 98 then 'XL81' else 'XL91'
    end as cic,
    case when mix >= 85 and mix < 96 then (size - 30000) / 10 else size end::decimal(18, 2) as value
from drawn inner join security on drawn.pick = security.n
order by drawn.n
"""

FIELDS = """
select
    'FUND-' || lpad(fund::varchar, 2, '0') as "1_Portfolio_identifying_data", '99' as "2_Type_of_identification_code",
    'Fictional fund ' || fund as "3_Portfolio_name", 'EUR' as "4_Portfolio_currency_(B)",
    net_asset_value as "5_Net_asset_valuation_of_the_portfolio", '2024-12-31' as "6_Valuation_date",
    '2025-01-08' as "7_Reporting_date", null as "8_Share_price", 'Y' as "11_Complete_SCR_delivery",
    cic as "12_CIC_code_of_the_instrument", '1' as "13_Economic_zone_of_the_quotation_place",
    case when mix >= 80 then 'OWN' || line.n when draw(line.n, 'odd') % 2000 = 0 then lower(isin) else isin end
        as "14_Identification_code_of_the_instrument",
    case when mix >= 80 then '99' else '1' end as "15_Type_of_identification_code_for_the_instrument",
    case when mix >= 90 and mix < 96 then 'LEG' || line.n // 2 end as "16_Grouping_code_for_multiple_leg_instruments",
    'Fictional instrument ' || issuer || ' of line ' || line.n as "17_Instrument_name", 'A' as "17b_Asset_liability",
    case when mix >= 50 and mix < 90 then round(value / 50, 4) end as "18_Quantity",
    case when mix < 50 or mix >= 93 then round(value * (0.9 + part(line.n, 'price') * 0.2), 2)::decimal(18, 2) end
        as "19_Nominal_amount",
    null as "20_Contract_size_for_derivatives", currency as "21_Quotation_currency_(A)",
    (value * rate)::decimal(18, 2) as "22_Market_valuation_in_quotation_currency_(A)",
    (value * rate)::decimal(18, 2) as "23_Clean_market_valuation_in_quotation_currency_(A)",
    value as "24_Market_valuation_in_portfolio_currency_(B)",
    value as "25_Clean_market_valuation_in_portfolio_currency_(B)",
    printf('%.12f', value / net_asset_value) as "26_Valuation_weight",
    (value * rate)::decimal(18, 2) as "27_Market_exposure_amount_in_quotation_currency_(A)",
    value as "28_Market_exposure_amount_in_portfolio_currency_(B)", null as "30_Market_exposure_in_weight",
    case when mix < 50 then 'Fixed' end as "32_Interest_rate_type",
    case when mix < 50 then round(part(line.n, 'coupon') * 5, 3) end as "33_Coupon_rate",
    case when mix < 50 then '2031-03-31' end as "39_Maturity_date",
    case when mix < 15 then 'State of ' || country else 'Fictional issuer ' || issuer end as "46_Issuer_name",
    case when mix < 15 then null when draw(line.n, 'digit') % 2000 = 0 then left(lei.lei, 19) || '0' else lei.lei end
        as "47_Issuer_identification_code",
    case when mix < 15 then '9' else '1' end as "48_Type_of_identification_code_for_issuer",
    case when mix >= 15 then 'Fictional group ' || issuer // 3 end as "49_Name_of_the_group_of_the_issuer",
    case when mix >= 15 then parent.lei end as "50_Identification_of_the_group",
    case when mix >= 15 then '1' end as "51_Type_of_identification_code_for_issuer_group",
    country as "52_Issuer_country", '1' as "53_Issuer_economic_area",
    case when mix < 15 then 'O8411' else ['K6419', 'C1107', 'C2011', 'D3511', 'G4711'][1 + issuer % 5] end
        as "54_Economic_sector",
    case when mix >= 85 and mix < 90 then country || '31' end as "67_CIC_of_the_underlying_asset",
    case when mix >= 85 and mix < 90 then isin end as "68_Identification_code_of_the_underlying_asset",
    case when mix >= 85 and mix < 90 then '1' end as "69_Type_of_identification_code_for_the_underlying_asset",
    case when mix >= 85 and mix < 90 then 'Fictional share ' || issuer end as "70_Name_of_the_underlying_asset",
    case when mix >= 85 and mix < 90 then 'Fictional issuer ' || issuer end
        as "80_Issuer_name_of_the_underlying_asset",
    case when mix >= 85 and mix < 90 and line.n % 4 > 0 then lei.lei end
        as "81_Issuer_identification_code_of_the_underlying_asset",
    case when mix >= 85 and mix < 90 then '1' end as "82_Type_of_issuer_identification_code_of_the_underlying_asset",
    null as "84_Identification_of_the_group_of_the_underlying_asset",
    null as "95_Identification_of_the_original_portfolio_for_positions_embedded_in_a_fund",
    null as "131_Underlying_asset_category", 'Fictional custodian' as "133_custodian_name",
    'V6.0 (official) dated 10 January 2022' as "1000_TPT_Version"
from line
inner join (select fund, sum(value) as net_asset_value from line group by fund) as funds using (fund)
inner join lei on line.issuer = lei.n
inner join lei as parent on line.issuer // 3 = parent.n
inner join (values ('EUR', 1.0), ('USD', 1.0389), ('GBP', 0.82918)) as rates(currency, rate) using (currency)
order by line.n
"""


def write(folder: Path, positions: int) -> Path:
    """The inputs folder, with one file in holdings/."""
    sizes = {"positions": positions, "portfolios": PORTFOLIOS, "issuers": ISSUERS, "instruments": INSTRUMENTS}
    path = folder / "holdings" / FILE
    path.parent.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(MACROS)
        for name, codes in {"lei": map(made_lei, range(ISSUERS)), "isin": map(made_isin, range(INSTRUMENTS))}.items():
            con.register("codes", pl.DataFrame({name: list(codes)}).with_row_index("n"))
            con.execute(f"create table {name} as select n::bigint as n, {name} from codes")
        con.execute(UNIVERSE.format(**sizes))
        con.execute(LINES.format(**sizes))
        con.execute(f"copy ({FIELDS}) to '{path}' (header, delimiter ';')")
    return path
