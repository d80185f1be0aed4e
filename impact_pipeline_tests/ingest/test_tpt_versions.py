"""Tripartite Templates V4 to V7: the headings and flags of each version give the same raw rows.

V6 and V7 headings are those of the published workbooks. V4 headings carry blanks, as public generators of such files
write them; no V5 file was found, so V5 is tried in both spellings.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, OTHER_ISIN, TPT_HEADERS, Folder, rules, tpt_csv
from impact_pipeline_tests.ingest.xlsx_files import workbook

TABLES = ("raw.holdings", "raw.portfolios", "raw.issuers", "raw.ownership")
INNER = "SE0011337179"
#: Headings that the usual tests do not need, by number: what V4 files already have.
MORE = {
    "2": "2_Type_of_identification_code_for_the_fund_share_or_portfolio",
    "8": "8_Share_price",
    "8b": "8b_Total_number_of_shares",
    "9": "9_Cash_ratio",
    "11": "11_Complete_SCR_delivery",
    "13": "13_Economic_zone_of_the_quotation_place",
    "17b": "17b_Asset_liability",
    "23": "23_Clean_market_valuation_in_quotation_currency_(A)",
    "25": "25_Clean_market_valuation_in_portfolio_currency_(B)",
    "28": "28_Market_exposure_amount_in_portfolio_currency_(B)",
    "30": "30_Market_exposure_in_weight",
    "32": "32_Interest_rate_type",
    "55": "55_Covered_not_covered",
    "57": "57_Explicit_guarantee_by_the_country_of_issue",
    "58b": "58b_Nature_of_the_tranche",
    "69": "69_Type_of_identification_code_for_the_underlying_asset",
    "93": "93_Sensitivity_to_underlying_asset_price_(delta)",
    "94b": "94b_Vega",
    "105b": "105b_SCR_mrkt_FX_down_weight_over_NAV",
    "106": "106_Asset_pledged_as_collateral",
    "115": "115_Fund_issuer_code",
    "118": "118_Fund_issuer_sector",
    "123": "123_Fund_CIC",
    "123a": "123a_Fund_custodian_country",
    "125": "125_Accrued_income_(Security Denominated Currency)",
    "132": "132_Infrastructure_investment",
    "133": "133_custodian_name",
}
#: What each version has beyond the one before it.
ADDED = {
    "V5": {
        "134": "134_type1_private_equity_portfolio_eligibility",
        "135": "135_type1_private_equity_issuer_beta",
        "137": "137_Counterparty_sector",
    },
    "V6": {
        "138": "138_Collateral_eligibility",
        "139": "139_Collateral_Market_valuation_in_portfolio_currency",
    },
    "V7": {
        "140": "140_Custodian_identification_code",
        "141": "141_Type_of_custodian_identification_code",
        "142": "142_Bail-in_Rule",
        "143": "143_Maturity_date_expected",
        "146": "146_PIK",
        "147": "147_Infrastructure_investment_additional_QRT",
    },
}
#: V4 headings that are more than the same words with blanks.
OLDER = {
    "4": "4_Portfolio currency ( B )",
    "9": "9_% cash",
    "14": "14_Identification code of the financial instrument",
    "17b": "17b_Asset / Liability",
    "22": "22_Market valuation in quotation currency  ( A )",
    "24": "24_Market valuation in portfolio currency  (B)",
}
VERSIONS = {
    "V4": "V4.0 (official) dated 13 February 2018",
    "V5": "V5.0 (official) dated 16 January 2020",
    "V6": "V6.0 (official) dated 10 January 2022",
    "V7": "V7.0 (official) dated 25 November 2024",
}

FUND = {
    "1": "SE0011670843", "2": 1, "3": "Fund A", "4": "EUR", "5": 200, "6": "2024-12-31", "7": "2025-01-08", "8": 50,
    "8b": 4, "9": 0.05, "11": "N", "17b": "A", "106": 9, "115": LEI, "118": "K6630", "123": "XL49", "123a": "FR",
    "132": 0, "133": "A bank", "134": "N", "137": 1, "138": 0, "140": LEI, "141": 1, "142": 9, "146": "N", "147": 0,
}  # fmt: skip
#: A share, a bond of an inner fund that is looked through, a put on a share, and money at a bank.
LINES = (
    {"12": "FR31", "14": ISIN, "15": 1, "17": "A share", "18": 3, "24": 90, "46": "Maker", "47": LEI, "48": 1,
     "52": "FR", "sector": "C1107", "131": "3L"},
    {"12": "US21", "14": OTHER_ISIN, "15": 1, "17": "A bond", "19": 60, "24": 60, "32": "Fixed", "46": "Lender",
     "52": "US", "55": "NC", "57": "N", "95": INNER, "131": "2"},
    {"12": "FRC2", "14": "PUT-1", "15": 99, "16": "leg-1", "17": "A put", "18": 1, "24": -10, "46": "A bank",
     "67": "FR31", "68": ISIN, "69": 1, "70": "A share", "80": "Maker", "81": LEI, "82": 1, "93": -0.5, "131": "C"},
    {"12": "XT72", "14": "ACC-1", "15": 99, "17": "An account", "24": 60, "46": "A bank", "95": INNER, "131": "7"},
)  # fmt: skip


def headings(version: str, *, blanks: bool) -> dict[str, str]:
    """Heading of each field number that files of the version have."""
    known = {number: name for number, name in TPT_HEADERS.items() if number != "148"} | MORE
    for each in list(VERSIONS)[: list(VERSIONS).index(version) + 1]:
        known |= ADDED.get(each, {})
    if version == "V7":
        known["148"] = TPT_HEADERS["148"]
    known["1000"] = "1000_TPT_Version"
    if not blanks:
        return known
    return {number: OLDER.get(number, name.replace("_", " ").replace(" ", "_", 1)) for number, name in known.items()}


def positions(version: str, *, blanks: bool) -> list[dict[str, Any]]:
    """The fund as a file of the version has it: all its headings in each row, many of them empty."""
    names = headings(version, blanks=blanks)
    rows = []
    for line in LINES:
        value = line["24"]
        cells = FUND | line | {"21": "EUR", "22": value, "23": value, "25": value, "26": value / 200, "28": value}
        cells["148" if version == "V7" else "54"] = cells.pop("sector", "")
        cells["1000"] = VERSIONS[version]
        rows.append({name: cells.get(number, "") for number, name in names.items()})
    return rows


def written(rows: list[dict[str, Any]], kind: str) -> str | bytes:
    if kind == "json":
        return json.dumps(rows)
    return tpt_csv(rows) if kind == "csv" else workbook({"TPT": [list(rows[0]), *(list(row.values()) for row in rows)]})


def read(path: Path, version: str, kind: str, *, blanks: bool) -> dict[str, pl.DataFrame]:
    """Raw tables of a file of the version, rows counted from the first."""
    first = 1 if kind == "json" else 2
    content = written(positions(version, blanks=blanks), kind)
    name = f"holdings/20241231_TPT{version}_SE0011670843_20250108.{kind}"
    delivery = Folder(path, None).write(name, content).read()
    assert rules(delivery) == []
    frames = {table: delivery.frames[table] for table in TABLES}
    return {
        table: frame.with_columns(pl.col("source_row") - first, source_file_id=pl.lit("x")).sort(pl.all())
        for table, frame in frames.items()
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@pytest.mark.parametrize(("version", "blanks"), [("V4", True), ("V5", True), ("V5", False), ("V7", False)])
def test_every_version_says_the_same(tmp_path: Path, version: str, blanks: bool, kind: str) -> None:
    expected = read(tmp_path / "v6", "V6", "csv", blanks=False)
    found = read(tmp_path / "other", version, kind, blanks=blanks)
    if version == "V7":  # field 148 is of NACE Rev. 2.1, field 54 of Rev. 2: the one thing that is not the same
        schemes = [set(frames["raw.issuers"]["sector_scheme"].drop_nulls()) for frames in (expected, found)]
        assert schemes == [{"nace_2"}, {"nace_2_1"}]
        for frames in (expected, found):
            frames["raw.issuers"] = frames["raw.issuers"].drop("sector_scheme")
    for table in TABLES:
        assert found[table].rows() == expected[table].rows(), table


def test_the_rows_are_those_of_the_file(tmp_path: Path) -> None:
    frames = read(tmp_path, "V6", "json", blanks=False)
    lines = frames["raw.holdings"].sort("source_row")
    assert lines["portfolio_id"].unique().to_list() == ["SE0011670843"]
    assert lines["line_id"].to_list() == [ISIN, OTHER_ISIN, "PUT-1", "ACC-1"]
    assert lines["asset_class"].to_list() == ["listed_equity", "corporate_bond", "derivative", "cash"]
    # field 46 of a derivative is its counterparty, of money its bank
    assert lines["issuer_id"].to_list() == [LEI, "name:LENDER|US", "name:A BANK|", "name:A BANK|"]
    assert lines["market_value"].to_list() == [90, 60, -10, 60]
    assert lines["underlying_issuer_id"].to_list() == [None, None, LEI, None]
    told = frames["raw.portfolios"].select("portfolio_id", "net_asset_value", "unit_price", "unit_count").rows()
    assert told == [("SE0011670843", 200, 50, 4)]


def test_lines_of_an_inner_fund_are_lines_of_the_outer_one(tmp_path: Path) -> None:
    """Field 95: the lines stand in for the inner fund, so no line is units of it and nothing is counted twice."""
    embedded = read(tmp_path / "1", "V6", "csv", blanks=False)
    rows = positions("V6", blanks=False)
    for row in rows:
        row[TPT_HEADERS["95"]] = ""
    direct = Folder(tmp_path / "2", None).write("holdings/direct.csv", written(rows, "csv")).read()
    assert embedded["raw.holdings"]["fund_id"].to_list() == [None] * 4
    assert embedded["raw.portfolios"]["portfolio_id"].to_list() == ["SE0011670843"]
    for table in TABLES:
        unplaced = [frame.drop("source_file_id", "source_row") for frame in (embedded[table], direct.frames[table])]
        assert unplaced[0].sort(pl.all()).rows() == unplaced[1].sort(pl.all()).rows()
