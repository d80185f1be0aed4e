"""Controls of lines: the supplier's own exchange rates, and what the month before makes doubtful."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.builders import Computed, compute, line, policy_with, write_csv, write_inputs
from impact_pipeline_tests.ingest.deliveries import (
    DAHLIA,
    ISIN,
    OTHER_ISIN,
    SCILLA,
    fund,
    needs_real_data,
    tpt_json,
)

#: Units per euro at the end of 2024; EUR is 1.
RATES = [
    {"rate_date": "2024-12-31", "currency": currency, "units_per_eur": units}
    for currency, units in (("USD", "1.04"), ("SEK", "11.44"))
]
FX = "holdings__supplier_rates_follow_the_reference"
LEFT = "holdings__lines_that_leave_leave_their_money"
CAME = "holdings__lines_that_come_are_paid_for"


def share(name: str, value: Any, **given: Any) -> dict[str, Any]:
    return line(name, asset_class="listed_equity", market_value=value, **given)


def custodian(name: str, value: Any, value_eur: Any, currency: str = "USD") -> dict[str, Any]:
    return share(name, value, currency=currency, market_value_eur=value_eur)


#: 10,400 USD are 10,000 EUR; 1 % more is 10,100, 1 % less (over 1.01) 9,900.99.
CUSTODIAN = [
    custodian("right", 10_400, 10_000),
    custodian("just inside", 10_400, 10_090),
    custodian("just inside, below", 10_400, 9_910),
    custodian("too dear", 10_400, 10_110),
    custodian("too cheap", 10_400, 9_900),
    custodian("upside down", 10_400, 10_816),  # times 1.04
    custodian("not converted", 10_400, 10_400),
    custodian("too small to tell", 520, 400),
    custodian("short position", -10_400, -5_000),
]


def test_a_custodian_that_converts_otherwise_than_the_ecb_is_listed(tmp_path: Path) -> None:
    done = compute(write_inputs(tmp_path / "inputs", holdings=CUSTODIAN, fx_rates=RATES), tmp_path / "home")
    assert done.flagged(FX) == ["not converted", "short position", "too cheap", "too dear", "upside down"]


def test_the_tolerance_is_the_policys(tmp_path: Path) -> None:
    wide = policy_with(
        tmp_path / "policy", ("methodology.yaml", 'fx_tolerance_ratio: "0.01"', 'fx_tolerance_ratio: "0.03"')
    )
    inputs = write_inputs(tmp_path / "inputs", holdings=CUSTODIAN, fx_rates=RATES)
    found = compute(inputs, tmp_path / "home", policy=wide).flagged(FX)
    assert found == ["not converted", "short position", "upside down"]


def test_a_funds_own_rate_is_compared_across_two_currencies(tmp_path: Path) -> None:
    # 1.04 USD are 11.44 SEK: one dollar is 11 crowns
    positions = fund(
        {"f14": ISIN, "f21": "USD", "f22": 1_000, "f24": 11_000},
        {"f14": OTHER_ISIN, "f21": "USD", "f22": 1_000, "f24": 1_000},
        {"f14": "NO CURRENCY", "f15": 99, "f21": "", "f22": 1_000, "f24": 5_000},
        f4="SEK",
    )
    inputs = write_inputs(tmp_path / "inputs", fx_rates=RATES)
    (inputs / "holdings").mkdir()
    (inputs / "holdings" / "fund.json").write_text(tpt_json(*positions), encoding="utf-8")
    done = compute(inputs, tmp_path / "home")
    assert done.flagged(FX) == [OTHER_ISIN]
    kept = done.one("select * from raw.holdings where line_id = ?", ISIN)
    assert (kept["quotation_currency"], kept["market_value_quotation"], kept["market_value"]) == ("USD", 1_000, 11_000)


def november(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    return [row | {"as_of_date": "2024-11-30"} for row in lines]


def two_months(path: Path, before: list[dict[str, Any]], now: list[dict[str, Any]]) -> Computed:
    """Each month as it is run: November first, December a month later."""
    inputs = write_inputs(path / "inputs", holdings=november(*before))
    compute(inputs, path / "home", "2024-11")
    write_csv(inputs / "holdings" / "december.csv", now)
    return compute(inputs, path / "home")


BOOK = [*(share(f"L{place}", 100) for place in range(1, 10)), line("CASH", asset_class="cash", market_value=100)]


@pytest.mark.parametrize(
    ("now", "lost"),
    [
        (BOOK, []),
        # cut after row 8: 200 of 1,000 are gone
        (BOOK[:8], ["CASH", "L9"]),
        # sold, the money is in the account
        ([*BOOK[1:9], line("CASH", asset_class="cash", market_value=200)], []),
        # 30 % of what L9 was worth stayed: a sale at a loss of 70 % is none
        ([*BOOK[:8], line("CASH", asset_class="cash", market_value=130)], ["L9"]),
        ([*BOOK[:8], line("CASH", asset_class="cash", market_value=160)], []),
        # everything lost another tenth of its price, and L9 was sold
        (
            [*(share(f"L{place}", 90) for place in range(1, 9)), line("CASH", asset_class="cash", market_value=190)],
            ["L9"],
        ),
    ],
)
def test_lines_that_leave_with_their_money_are_listed(
    tmp_path: Path, now: list[dict[str, Any]], lost: list[str]
) -> None:
    assert two_months(tmp_path, BOOK, now).flagged(LEFT) == lost


def test_small_lines_may_leave_and_a_whole_portfolio_may_not(tmp_path: Path) -> None:
    other = {"portfolio_id": "Q"}
    before = [share("BIG", 10_000), share("SMALL", 199), share("IN Q", 5, **other)]
    done = two_months(tmp_path, before, [share("BIG", 10_000)])
    assert done.flagged(LEFT) == ["IN Q"], "199 of 10,199 is less than 2 %"
    assert done.flagged(LEFT, "portfolio_id") == ["Q"]


@pytest.mark.parametrize(
    ("now", "new"),
    [
        # the same nine lines a second time, under other ids
        ([*BOOK, *(share(f"N{place}", 100) for place in range(1, 10))], [f"N{place}" for place in range(1, 10)]),
        # bought with the cash
        ([*BOOK[:9], share("NEW", 100)], []),
        ([*BOOK, share("NEW", 19)], []),
        ([*BOOK, share("NEW", 20)], ["NEW"]),
    ],
)
def test_lines_that_come_without_being_paid_for_are_listed(
    tmp_path: Path, now: list[dict[str, Any]], new: list[str]
) -> None:
    assert two_months(tmp_path, BOOK, now).flagged(CAME) == new


def test_the_first_month_and_a_new_portfolio_have_nothing_to_compare(tmp_path: Path) -> None:
    done = two_months(tmp_path, BOOK, [*BOOK, share("FIRST", 10_000, portfolio_id="NEW")])
    assert [done.flagged(check) for check in (LEFT, CAME)] == [[], []]
    alone = compute(write_inputs(tmp_path / "alone", holdings=BOOK), tmp_path / "other")
    assert [alone.flagged(check) for check in (LEFT, CAME)] == [[], []]


@needs_real_data
def test_two_real_funds_convert_near_the_ecb(tmp_path: Path) -> None:
    """251 lines in 11 currencies of two SEK funds, 2025-08-29: none is listed at 1 %, nearly all would be at 0.01 %."""
    (tmp_path / "inputs" / "holdings").mkdir(parents=True)
    for path in (SCILLA, DAHLIA):
        shutil.copy(path, tmp_path / "inputs" / "holdings")
    assert compute(tmp_path / "inputs", tmp_path / "home", "2025-08").flagged(FX) == []
    narrow = policy_with(
        tmp_path / "policy", ("methodology.yaml", 'fx_tolerance_ratio: "0.01"', 'fx_tolerance_ratio: "0.0001"')
    )
    listed = compute(tmp_path / "inputs", tmp_path / "other", "2025-08", policy=narrow).flagged(FX)
    assert len(listed) > 200, "the rates of the funds are compared at all"
