"""Files of suppliers read by profiles of kind ``columns``: canonical rows, or a refusal that names the cell."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline_tests.ingest.deliveries import (
    DECEMBER,
    ISIN,
    LEI,
    OTHER_ISIN,
    OTHER_LEI,
    REAL_DATA,
    Folder,
    needs_real_data,
    without_source,
)

NARROW = "\u202f"
CUSTODIAN = f"""Inventaire;;;;;;;
Code portefeuille;MUT-01;;;;;;
Date d'inventaire : 31/12/2024;;;;;;;

Code ISIN;Libellé;Catégorie;Devise;Quantité;Valorisation EUR;Code LEI émetteur;Notation
{ISIN};Alpha action;Actions;EUR;1\u00a0000;1\u00a0234\u00a0567,89;{LEI};A
{ISIN};Alpha action, second lot;Actions;EUR;10;12\u00a0345,11;{LEI};A
;Total Actions;;;;1\u00a0246\u00a0913,00;;
{OTHER_ISIN};Obligation;Obligations;USD;n/d;(1\u00a0000,50);;
;Total Obligations;;;;-1\u00a0000,50;;
;TOTAL GENERAL;;;;1\u00a0245\u00a0912,50;;
Edité le 08/01/2025
"""


def custodian(text: str = CUSTODIAN) -> bytes:
    return text.encode("cp1252")


def read_custodian(tmp_path: Path, text: str = CUSTODIAN) -> pl.DataFrame:
    folder = Folder(tmp_path, None).write("holdings/inventaire_202412.csv", custodian(text))
    return folder.read().frames["raw.holdings"].sort("line_id")


def test_a_french_inventory_is_read_without_its_headings_and_totals(tmp_path: Path) -> None:
    lines = read_custodian(tmp_path)
    assert lines["line_id"].to_list() == [f"{ISIN}-EUR", f"{ISIN}-EUR-2", f"{OTHER_ISIN}-USD"]
    assert lines["portfolio_id"].unique().to_list() == ["MUT-01"]
    assert lines["as_of_date"].unique().to_list() == [DECEMBER]
    assert lines["asset_class"].to_list() == ["listed_equity", "listed_equity", "corporate_bond"]
    values = [Decimal("1234567.89"), Decimal("12345.11"), Decimal("-1000.50")]
    assert lines["market_value_eur"].to_list() == values
    assert lines["quantity"].to_list() == [Decimal(1000), Decimal(10), None]  # n/d is not known
    assert lines["issuer_id"].to_list() == [LEI, LEI, None]
    assert lines["source_row"].to_list() == [6, 7, 9]  # as a text editor shows them


def test_the_profile_of_the_file_is_on_record(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None).write("holdings/inventaire.csv", custodian())
    [row] = folder.read().source_files.filter(pl.col("dataset") == "holdings").to_dicts()
    assert (row["profile_id"], row["row_count"]) == ("custodian_fr", 3)
    assert row["control_total"] == Decimal("1245912.50")


def test_the_same_inventory_as_a_workbook_gives_the_same_lines(tmp_path: Path) -> None:
    from impact_pipeline_tests.ingest.xlsx_files import workbook

    rows = [line.split(";") for line in CUSTODIAN.splitlines()]
    rows = [row + [""] * (8 - len(row)) for row in rows]
    other = Folder(tmp_path / "xlsx", None).write("holdings/inventaire.xlsx", workbook({"Inventaire": rows}))
    expected = without_source(read_custodian(tmp_path / "csv"))
    assert without_source(other.read().frames["raw.holdings"]).equals(expected)


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "found", "expected"),
    [
        ("1\u00a0234\u00a0567,89", "1.234.567,89", 6, "Valorisation EUR", "'1.234.567,89'", "a number with ','"),
        (
            "Date d'inventaire : 31/12/2024",
            "Date d'inventaire : 2024-12-31",
            3,
            "Date d'inventaire",
            "'2024-12-31'",
            "a date dd/mm/yyyy",
        ),
        (";Actions;", ";Actoins;", 6, "Catégorie", "'Actoins'", "one of Actions"),
        ("12\u00a0345,11", "12\u00a0346,11", 8, "Valorisation EUR", "a total of 1\u00a0246\u00a0913,00", "1246914.00"),
        ("Code portefeuille;MUT-01", "Compte;MUT-01", None, None, "no line 'Code portefeuille' above the header", ""),
    ],
)
def test_what_is_not_as_the_profile_says_is_named(
    tmp_path: Path, old: str, new: str, row: int | None, column: str | None, found: str, expected: str
) -> None:
    assert CUSTODIAN.count(old) >= 1
    text = CUSTODIAN.replace(old, new, 1)
    refusal = Folder(tmp_path, None).write("holdings/inventaire.csv", custodian(text)).refusal()
    assert refusal.file == "holdings/inventaire.csv"
    assert refusal.found == found
    assert expected in refusal.expected
    if row is not None:
        assert (refusal.row, refusal.column) == (row, column)


def test_a_lost_line_is_found_by_the_total(tmp_path: Path) -> None:
    lines = CUSTODIAN.splitlines(keepends=True)
    cut = "".join(line for line in lines if "second lot" not in line)
    refusal = Folder(tmp_path, None).write("holdings/inventaire.csv", custodian(cut)).refusal()
    assert refusal.found == "a total of 1\u00a0246\u00a0913,00"
    assert "missing" in refusal.hint


def test_a_total_without_its_figure_proves_nothing(tmp_path: Path) -> None:
    empty = CUSTODIAN.replace("TOTAL GENERAL;;;;1\u00a0245\u00a0912,50", "TOTAL GENERAL;;;;")
    assert empty != CUSTODIAN
    refusal = Folder(tmp_path, None).write("holdings/inventaire.csv", custodian(empty)).refusal()
    assert (refusal.found, refusal.expected) == ("a total without a figure", "1245912.50, the sum of the rows above")


def test_rows_behind_the_last_total_are_refused(tmp_path: Path) -> None:
    """No total adds them up: a second table pasted below, or a line added by hand."""
    late = CUSTODIAN.replace("Edité le", f"{OTHER_ISIN};Gamma;Actions;EUR;1;99,00;;\nEdité le")
    assert late != CUSTODIAN
    refusal = Folder(tmp_path, None).write("holdings/inventaire.csv", custodian(late)).refusal()
    assert refusal.found == f"a row behind the total of row 11, that of {OTHER_ISIN}"
    assert (refusal.row, "`footer`" in refusal.hint) == (12, True)


MSCI_HEADER = (
    "ISSUERID,ISSUER_NAME,CARBON_EMISSIONS_SCOPE_1,CARBON_EMISSIONS_SCOPE_2,CARBON_EMISSIONS_SCOPE_12_KEY,"
    "CARBON_EMISSIONS_YEAR,SALES_USD_RECENT,SALES_USD_YEAR,EVIC_USD_RECENT\n"
)
MSCI = f"""{MSCI_HEADER}IID000000001,Fictive Foods,1200,300.5,Reported,2023,50,2023,250.25
IID000000002,Fictive Power,N/A,80,Estimated,2022,,2023,10
"""


def test_a_wide_vendor_file_feeds_several_datasets(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("issuer_emissions/msci_2025-01-15.csv", MSCI)
    frames = folder.read().frames
    emissions = frames["raw.issuer_emissions"].sort("issuer_id", "scope")
    # the second company's scope 1 is not known: no row of it
    assert emissions.select("issuer_id", "fiscal_year", "scope", "tco2e", "basis").rows() == [
        ("IID000000001", 2023, "1", Decimal(1200), "reported"),
        ("IID000000001", 2023, "2_location", Decimal("300.5"), "reported"),
        ("IID000000002", 2022, "2_location", Decimal(80), "revenue_estimate"),
    ]
    assert emissions["known_from"].unique().to_list() == [dt.date(2025, 1, 15)]
    sheets = frames["raw.issuer_financials"].sort("issuer_id")
    # millions in the file
    assert sheets.select("issuer_id", "revenue", "evic", "currency").rows() == [
        ("IID000000001", Decimal(50_000_000), Decimal(250_250_000), "USD"),
        ("IID000000002", None, Decimal(10_000_000), "USD"),
    ]


TRUCOST = f"""companyname;isin;fiscalyear;periodenddate;di_319413;di_319414;di_319522;di_319403_text
Fictive Foods;{ISIN};2023;2023-12-31;1200;300;50;Exact Value from CDP
Fictive Foods;{ISIN};2022;2022-12-31;1100;NA;48;Extrapolated from prior year
"""


def test_a_vendor_file_by_fiscal_year(tmp_path: Path) -> None:
    frames = Folder(tmp_path).write("issuer_emissions/trucost_20250201.csv", TRUCOST).read().frames
    found = frames["raw.issuer_emissions"].sort("fiscal_year", "scope").select("fiscal_year", "scope", "tco2e", "basis")
    assert found.rows() == [
        (2022, "1", Decimal(1100), None),  # a wording nobody translated says nothing about the basis
        (2023, "1", Decimal(1200), "reported"),
        (2023, "2_location", Decimal(300), None),
    ]
    assert frames["raw.issuer_financials"]["revenue"].sort().to_list() == [Decimal(48_000_000), Decimal(50_000_000)]


def test_gleif_extracts_give_companies_and_their_parents(tmp_path: Path) -> None:
    level_1 = (
        f"LEI,Entity.LegalName,Entity.LegalAddress.Country,Other\n{LEI},Fictive SE,FR,x\n{OTHER_LEI},Fictive AG,DE,y\n"
    )
    head = "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType"
    level_2 = (
        f"{head},Relationship.RelationshipStatus,Relationship.Period.1.startDate,Relationship.Period.1.endDate\n"
        f"{LEI},{OTHER_LEI},IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2020-01-01T00:00:00Z,\n"
        f"{OTHER_LEI},{LEI},IS_ULTIMATELY_CONSOLIDATED_BY,ACTIVE,2020-01-01,\n"
        f"{OTHER_LEI},{LEI},IS_DIRECTLY_CONSOLIDATED_BY,INACTIVE,2010-01-01,2012-01-01\n"
    )
    frames = Folder(tmp_path).write("issuers/l1.csv", level_1).write("ownership/rr.csv", level_2).read().frames
    assert frames["raw.issuers"].select("issuer_id", "name", "country").sort("name").rows() == [
        (OTHER_LEI, "Fictive AG", "DE"),
        (LEI, "Fictive SE", "FR"),
    ]
    [link] = frames["raw.ownership"].to_dicts()
    assert (link["child_id"], link["parent_id"], link["is_controlled"]) == (LEI, OTHER_LEI, True)
    assert link["valid_from"] == dt.date(2020, 1, 1)


def test_a_list_of_assets_and_the_look_through_of_its_fund(tmp_path: Path) -> None:
    assets = (
        "C0040,C0060,C0130,C0140,C0160,C0170,C0190,C0210,C0280,C0290\n"
        f"{ISIN},Life,10,,90,100,Share,{LEI},EUR,FR31\n"
        f"{OTHER_ISIN},Life,5,,40,50,Fund units,,EUR,LU41\n"
        f"{ISIN},Life,3,,27,30,Share pledged,{LEI},EUR,FR31\n"
    )
    funds = f"C0010,C0020,C0030,C0040,C0050,C0060\n{OTHER_ISIN},1,3L,FR,EUR,30\n{OTHER_ISIN},1,1,FR,EUR,20\n"
    folder = Folder(tmp_path, None).write("holdings/S0602_2024-12-31.csv", assets)
    lines = folder.write("holdings/S0603_2024-12-31.csv", funds).read().frames["raw.holdings"]
    own = lines.filter(pl.col("portfolio_id") == "Life").sort("line_id")
    assert own["line_id"].to_list() == [ISIN, f"{ISIN}-2", OTHER_ISIN]
    assert own["fund_id"].to_list() == [None, None, OTHER_ISIN]  # found because its holdings came too
    inside = lines.filter(pl.col("portfolio_id") == OTHER_ISIN).sort("line_id")
    assert inside.select("asset_class", "market_value_eur").rows() == [
        ("sovereign_bond", Decimal(20)),
        ("listed_equity", Decimal(30)),
    ]


@needs_real_data
def test_the_real_history_of_ecb_rates(tmp_path: Path) -> None:
    text = (REAL_DATA / "eurofxref-hist.csv").read_bytes()
    rates = Folder(tmp_path).write("fx_rates/ecb.csv", text).read().frames["raw.fx_rates"]
    day = rates.filter(pl.col("rate_date") == dt.date(2025, 8, 29), pl.col("currency") == "SEK")
    # SOURCES.md: NAV in EUR at ECB 11.055
    assert Decimal("11.055") in day["units_per_eur"].to_list()
    assert rates.filter(pl.col("source_file_id") == rates["source_file_id"].mode()[0])["rate_date"].n_unique() == 7126


@needs_real_data
def test_the_real_gdp_file_knows_countries_from_groups_of_them(tmp_path: Path) -> None:
    text = (REAL_DATA / "gdp_ppp.csv").read_bytes()
    found = Folder(tmp_path).write("sovereigns/gdp.csv", text).read().frames["raw.sovereigns"]
    france = found.filter(pl.col("country") == "FR", pl.col("year") == 2020)
    assert france["gdp_ppp_intl_usd"].to_list() == [Decimal(3_345_020_000_000)]  # 3,34502E+12 in the file
    assert set(found["country"].str.len_chars().unique()) == {2}


@needs_real_data
def test_the_real_file_of_emitting_sites(tmp_path: Path) -> None:
    text = (REAL_DATA / "emissions-FR-geo.csv").read_bytes()
    found = Folder(tmp_path).write("evidence/ets.csv", text).read().frames["raw.evidence"]
    of_2022 = found.filter(pl.col("fiscal_year") == 2022)
    # SOURCES.md: 2022: 1,014 rows, 83,700,737 t, 171 rows without parent
    assert (of_2022.height, of_2022["lo"].sum()) == (1014, Decimal(83_700_737))
    assert of_2022.filter(pl.col("issuer_id") == "parent not stated").height == 171


@needs_real_data
def test_the_real_file_of_national_co2_is_in_thousand_tonnes_of_carbon(tmp_path: Path) -> None:
    text = (REAL_DATA / "fossil-fuel-co2-emissions-by-nation.csv").read_bytes()
    found = Folder(tmp_path).write("evidence/cdiac.csv", text).read().frames["raw.evidence"]
    nation = "nation FRANCE (INCLUDING MONACO)"
    france = found.filter(pl.col("issuer_id") == nation, pl.col("fiscal_year") == 2020)
    # SOURCES.md: France 2020 = 72,604 kt C = 266 Mt CO2; 72,604,000 x 44 / 12 = 266,214,666.67
    assert france["lo"].to_list() == [Decimal("266214666.666667")]
    assert found["fiscal_year"].min() == 1990


@needs_real_data
def test_the_real_file_of_nordic_companies_is_kept_as_published(tmp_path: Path) -> None:
    text = (REAL_DATA / "companies.json").read_bytes()
    frames = Folder(tmp_path).write("issuer_emissions/companies.json", text).read().frames
    emissions, sheets = frames["raw.issuer_emissions"], frames["raw.issuer_financials"]
    assert frames["raw.issuers"].height == 147
    ssab = frames["raw.issuers"].filter(pl.col("name") == "SSAB")["issuer_id"][0]
    # SOURCES.md: turnover said to be in SEK while it is in thousands; the door does not mend it
    assert Decimal(119_489_000) in sheets.filter(pl.col("issuer_id") == ssab)["revenue"].to_list()
    lundbergs = emissions.filter(pl.col("issuer_id") == "Q126366671", pl.col("fiscal_year") == 2023).sort("scope")
    assert lundbergs.select("scope", "tco2e").rows() == [("1", 30), ("2_market", 6114), ("3", 15787)]
