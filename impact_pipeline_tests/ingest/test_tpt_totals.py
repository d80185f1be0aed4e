"""Values of a Tripartite Template: what is derived and listed, what is refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.ingest.deliveries import NAME, OTHER_ISIN, Folder, found, fund, position, read, tpt_json

VALUE, NAV = (
    "24_Market_valuation_in_portfolio_currency_(B)",
    "5_Net_asset_valuation_of_the_portfolio_or_the_share_class_in_portfolio_currency",
)
EMPTY = {"f14": OTHER_ISIN, "f24": "", "f22": "", "f26": ""}


@pytest.mark.parametrize(
    ("others", "given", "value"),
    [
        (60, {"f22": 40, "f21": "EUR"}, "40"),
        (60, {"f22": 50, "f21": "USD", "f26": "0.4"}, "40"),  # 0.4 x 100
        (60, {"f22": 40, "f26": "0.39"}, "40"),  # field 22 before field 26
        (99, {}, "0"),
        (100, {"f21": "USD", "f22": 3}, "0"),
    ],
)
def test_a_missing_value_is_derived_and_listed(tmp_path: Path, others: int, given: dict[str, Any], value: str) -> None:
    weight = "0.6" if "f26" in given else ""
    delivery = read(tmp_path, *fund({"f24": others, "f26": weight}, EMPTY | given, f5=100))
    assert delivery.frames["raw.holdings"]["market_value"].to_list() == [Decimal(others), Decimal(value)]
    assert (2, VALUE, None, "market_value_derived") in found(delivery)
    assert delivery.rejected_rows["severity"].unique().to_list() == ["warn"]
    assert delivery.source_files.filter(dataset="holdings")["control_total"].to_list() == [others + Decimal(value)]


def test_legs_worth_0_in_their_own_currency_are_worth_0(tmp_path: Path) -> None:
    legs = [EMPTY | {"f14": leg, "f15": 99, "f21": "USD", "f22": 0} for leg in ("LEG1", "LEG2")]
    lines = read(tmp_path, *fund({"f24": 100}, *legs, f5=100)).frames["raw.holdings"]
    assert lines["market_value"].to_list() == [100, 0, 0]


@pytest.mark.parametrize(
    "lines",
    [
        [{"f24": 60}, EMPTY],
        [{"f24": 60}, EMPTY | {"f21": "USD", "f22": 40}],
        [{"f24": 100}, EMPTY, EMPTY | {"f14": "X", "f15": 99}],  # +5 and -5 would do as well as 0 and 0
        [{"f24": 98}, EMPTY],
    ],
)
def test_a_value_that_nothing_tells_is_refused(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    refusal = Folder(tmp_path, None).write(NAME, tpt_json(*fund(*lines, f5=100))).refusal()
    assert (refusal.file, refusal.row, refusal.column, refusal.found) == (NAME, 2, VALUE, "an empty cell")


def test_a_derived_value_still_has_to_add_up(tmp_path: Path) -> None:
    lines = fund({"f24": 60}, EMPTY | {"f22": 10, "f21": "EUR"}, f5=100)
    assert "add up to 70.00" in Folder(tmp_path, None).write(NAME, tpt_json(*lines)).refusal().found


def test_the_net_asset_value_must_be_on_one_row_at_least(tmp_path: Path) -> None:
    two = fund({"f24": 60, "f5": ""}, {"f24": 40, "f14": OTHER_ISIN}, f5=100)
    assert read(tmp_path / "1", *two).frames["raw.portfolios"]["net_asset_value"].to_list() == [Decimal(100)]
    refusal = Folder(tmp_path / "2", None).write(NAME, tpt_json(position(), position(f1="B", f5=""))).refusal()
    assert (refusal.row, refusal.column, refusal.found) == (2, NAV, "no net asset value for B")


@pytest.mark.parametrize(
    ("given", "column", "words"),
    [
        ({"f6": "2025-01-02"}, "6_Valuation_date", "2025-01-02 beside 2024-12-31 in row 1"),
        ({"f4": "USD"}, "4_Portfolio_currency_(B)", "USD beside EUR in row 1"),
        ({"f1": "fund-a"}, "1_Portfolio_identifying_data", "fund-a beside FUND-A in row 1"),
        ({"f5": 101}, NAV, "two net asset values for FUND-A"),
    ],
)
def test_a_fund_told_in_two_ways_is_refused(tmp_path: Path, given: dict[str, Any], column: str, words: str) -> None:
    lines = fund({"f24": 60}, {"f24": 40, "f14": OTHER_ISIN, **given})
    refusal = Folder(tmp_path, None).write(NAME, tpt_json(*lines)).refusal()
    assert (refusal.file, refusal.row, refusal.column) == (NAME, 2, column)
    assert words in refusal.found


def test_a_day_with_midnight_behind_it_is_the_same_day(tmp_path: Path) -> None:
    lines = fund({"f24": 60}, {"f24": 40, "f14": OTHER_ISIN, "f6": "2024-12-31 00:00:00"})
    assert read(tmp_path, *lines).frames["raw.holdings"].height == 2


def test_share_classes_of_one_file_are_funds_of_their_own(tmp_path: Path) -> None:
    other = position(f1="FUND-A-2", f4="USD", f6="2025-01-02", f5=40, f24=40, f22=40)
    assert read(tmp_path, position(), other).frames["raw.portfolios"].height == 2


def test_weights_that_are_not_value_by_net_asset_value_are_listed(tmp_path: Path) -> None:
    # 60 / 100 and 40 / 100; 0.021 away, then 0.02 away
    lines = fund({"f24": 60, "f26": "0.579"}, {"f24": 40, "f14": OTHER_ISIN, "f26": "0.42"})
    assert found(read(tmp_path, *lines)) == [(1, "26_Valuation_weight", "0.579", "weight_differs")]


def test_a_report_before_the_valuation_is_listed_once(tmp_path: Path) -> None:
    lines = fund({"f24": 60}, {"f24": 40, "f14": OTHER_ISIN}, f7="2024-12-30")
    assert found(read(tmp_path, *lines)) == [(1, "7_Reporting_date", "2024-12-30", "reported_before_valuation")]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        # as stored the values are 61.000000 and 40: 101, which is within one unit of 100
        ({"f24": "61.0000004"}, {}, "add up to 101.00"),
        ({"f26": "1.0200000001"}, {}, "add up to 1.0200000001"),
        ({}, {"f5": "100.0000001"}, "two net asset values"),
    ],
)
def test_every_digit_of_the_file_decides(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], words: str
) -> None:
    common = {"f22": "", "f26": ""}
    lines = position(**{"f24": "60"} | common | first), position(**{"f14": OTHER_ISIN, "f24": "40"} | common | second)
    assert words in Folder(tmp_path, None).write(NAME, tpt_json(*lines)).refusal().found
