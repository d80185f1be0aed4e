"""Tripartite Template files written for the test: lines, identifiers, funds, and files to refuse."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.ingest.deliveries import (
    HEADER,
    ISIN,
    LEI,
    LINE,
    NAME,
    OTHER_ISIN,
    Folder,
    found,
    fund,
    only_line,
    position,
    read,
    tpt_csv,
    tpt_json,
)
from impact_pipeline_tests.ingest.xlsx_files import workbook


def test_a_position_becomes_a_line(tmp_path: Path) -> None:
    line = only_line(read(tmp_path, position(f18="12.5", f47=LEI, f46="Maker", f52="FR", f54="C1107")))
    assert (line["portfolio_id"], line["line_id"], line["instrument_id"]) == ("FUND-A", ISIN, ISIN)
    assert (line["instrument_name"], line["cic"], line["asset_class"]) == ("A share", "FR31", "listed_equity")
    assert (line["quantity"], line["market_value"], line["currency"]) == (
        Decimal("12.5"),
        Decimal(100),
        "EUR",
    )
    assert (line["market_value_eur"], line["fund_id"], line["pocket"], line["source_row"]) == (
        None,
        None,
        None,
        1,
    )


@pytest.mark.parametrize(
    ("code", "kind", "instrument", "rule"),
    [
        (ISIN, 1, ISIN, None),
        (ISIN.lower(), 1, ISIN, "identifier_repaired"),
        (ISIN[:-1] + "9", 1, None, "isin_check_digit"),
        ("EZ99S9FBYFN8FIXED", 1, None, "not_an_isin"),
        ("Bank account EUR", 1, None, "not_an_isin"),
        ("Bank account EUR", 99, "Bank account EUR", None),
        ("EZ99S9FBYFN8FIXED", "99", "EZ99S9FBYFN8FIXED", None),
        (ISIN[:-1] + "9", "01", None, "isin_check_digit"),
        (ISIN[:-1] + "9", "1 - ISIN", None, "isin_check_digit"),
        (ISIN[:-1] + "9", "1.0", None, "isin_check_digit"),
        (ISIN[:-1] + "9", "", None, "isin_check_digit"),
        (ISIN[:-1] + "O", "", None, "isin_check_digit"),
        (ISIN[:-1] + "9", "99 - own", ISIN[:-1] + "9", None),
        ("EZ99S9FBYFN8FIXED", "", None, "not_an_isin"),
        ("ZZ0000000001", "", None, "isin_check_digit"),
        (ISIN, "", ISIN, None),
        ("BANKACCOUNTS", "", "BANKACCOUNTS", None),
        ("WW1234567890", "", "WW1234567890", None),
        ("ACCOUNT-12", "", "ACCOUNT-12", None),
    ],
)
def test_instrument_codes(tmp_path: Path, code: str, kind: Any, instrument: str | None, rule: str | None) -> None:
    delivery = read(tmp_path, position(f14=code, f15=kind))
    line = only_line(delivery)
    assert (line["instrument_id"], line["line_id"]) == (instrument, code)
    expected = [(1, "14_Identification_code_of_the_instrument", code, rule)] if rule else []
    assert found(delivery) == expected


def test_a_repeated_code_gets_a_number(tmp_path: Path) -> None:
    legs = [
        position(f24=60, f22=60, f26=0.6),
        position(f24=40, f22=40, f26=0.4),
        position(f1="FUND-B", f3="Fund B"),
    ]
    lines = read(tmp_path, *legs).frames["raw.holdings"]
    assert lines.select("portfolio_id", "line_id").rows() == [
        ("FUND-A", ISIN),
        ("FUND-A", f"{ISIN}#2"),
        ("FUND-B", ISIN),
    ]


def test_a_number_that_the_file_uses_itself_is_left_out(tmp_path: Path) -> None:
    codes = ["A#2", "A", "A", "A"]
    lines = read(tmp_path, *fund(*({"f14": code, "f15": 99, "f24": 25} for code in codes)))
    assert lines.frames["raw.holdings"]["line_id"].to_list() == ["A#2", "A", "A#3", "A#4"]


def test_fund_units_name_the_fund_they_are_of(tmp_path: Path) -> None:
    lines = read(tmp_path, position(f12="LU41", f14=OTHER_ISIN, f24=60, f26=0.6), position(f24=40, f26=0.4))
    assert lines.frames["raw.holdings"]["fund_id"].to_list() == [OTHER_ISIN, None]


@pytest.mark.parametrize(
    ("given", "nominal"),
    [
        ({"f19": 50, "f21": "EUR", "f22": 0, "f24": 100}, "50"),
        ({"f19": 50, "f21": "USD", "f22": 200, "f24": 100}, "25"),
        ({"f19": -50, "f21": "USD", "f22": 300, "f24": 100}, "-16.666667"),
        ({"f19": 50, "f21": "USD", "f22": 0, "f24": 100}, None),
        ({"f19": "", "f21": "USD", "f22": 200, "f24": 100}, None),
    ],
)
def test_the_nominal_is_converted_at_the_rate_of_the_line(
    tmp_path: Path, given: dict[str, Any], nominal: str | None
) -> None:
    assert only_line(read(tmp_path, position(**given)))["nominal_amount"] == (Decimal(nominal) if nominal else None)


@pytest.mark.parametrize(
    ("given", "row", "column", "words"),
    [
        ({"f24": "1,5"}, 1, "24_Market_valuation_in_portfolio_currency_(B)", "'1,5'"),
        ({"f24": "NaN"}, 1, "24_Market_valuation_in_portfolio_currency_(B)", "'NaN'"),
        ({"f5": float("inf")}, 1, None, "'Infinity'"),
        ({"f6": "31/12/2024"}, 1, "6_Valuation_date", "'31/12/2024'"),
        ({"f6": ""}, 1, "6_Valuation_date", "an empty cell"),
        ({"f1": ""}, 1, "1_Portfolio_identifying_data", "an empty cell"),
        ({"f4": "EURO"}, 1, "4_Portfolio_currency_(B)", "'EURO'"),
        ({"f6": "2024-12-15"}, 1, "6_Valuation_date", "in the middle of a month"),
        ({"f24": 102, "f26": 1}, None, "24_Market_valuation_in_portfolio_currency_(B)", "add up to 102.00"),
        ({"f26": 1.03}, None, "26_Valuation_weight", "add up to 1.03"),
        ({"f26": 100}, None, "26_Valuation_weight", "add up to 100"),
    ],
)
def test_files_that_cannot_be_trusted_are_refused(
    tmp_path: Path, given: dict[str, Any], row: int | None, column: str | None, words: str
) -> None:
    refusal = Folder(tmp_path, None).write(NAME, tpt_json(position(**given))).refusal()
    assert (refusal.file, refusal.row) == (NAME, row)
    assert column is None or refusal.column == column
    assert words in refusal.found


@pytest.mark.parametrize("given", [{"f24": 101}, {"f24": 99}, {"f26": 1.02}, {"f26": 0.98}, {"f26": ""}])
def test_small_differences_of_totals_are_accepted(tmp_path: Path, given: dict[str, Any]) -> None:
    assert read(tmp_path, position(**given)).frames["raw.holdings"].height == 1


def test_large_funds_may_be_ten_basis_points_away(tmp_path: Path) -> None:
    assert read(tmp_path, position(f5=1_000_000, f24=1_001_000, f26=1)).frames["raw.holdings"].height == 1
    refusal = Folder(tmp_path / "2", None).write(NAME, tpt_json(position(f5=1_000_000, f24=1_001_001, f26=1))).refusal()
    assert refusal.expected == "the declared net asset value 1,000,000.00"


def test_a_file_of_two_months_is_refused(tmp_path: Path) -> None:
    rows = [position(), position(f1="B", f6="2024-11-29")]
    refusal = Folder(tmp_path, None).write(NAME, tpt_json(*rows)).refusal()
    assert (refusal.row, refusal.found) == (2, "2024-11-29 beside 2024-12-31")


def test_a_cut_csv_is_refused_at_its_line(tmp_path: Path) -> None:
    text = tpt_csv([position(), position(f14="X", f15=99)])
    refusal = Folder(tmp_path, None).write("holdings/fund.csv", text[: len(text) - 20]).refusal()
    assert (refusal.file, refusal.row) == ("holdings/fund.csv", 3)
    assert "cells" in refusal.found


def test_a_csv_with_an_empty_last_column_is_read(tmp_path: Path) -> None:
    text = "".join(f"{line};\n" for line in tpt_csv([position()]).splitlines())
    assert Folder(tmp_path, None).write("holdings/fund.csv", text).read().frames["raw.holdings"].height == 1


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    row = position()
    book = workbook({"TPT": [list(row), list(row.values())]})
    assert Folder(tmp_path, None).write("holdings/fund.xlsx", book).read().source_files["profile_id"][0] == "tpt"


def test_canonical_lines_and_template_lines_live_side_by_side(tmp_path: Path) -> None:
    folder = Folder(tmp_path, f"{HEADER},fund_id\n{LINE},FUND-A\n").write(NAME, tpt_json(position()))
    lines = folder.read().frames["raw.holdings"]
    assert lines.select("portfolio_id", "fund_id").rows() == [("P", "FUND-A"), ("FUND-A", None)]
