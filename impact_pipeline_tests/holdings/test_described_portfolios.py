"""Portfolios against the month's list, units against their funds: a slip in an id neither makes nor loses one."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.builders import Computed, compute, line, write_inputs

ROOTS, MISSING = "portfolios__roots_are_described", "portfolios__described_ones_have_lines"
HELD, NAMED = "portfolios__funds_are_held", "portfolios__units_name_their_fund"


def month(path: Path, *lines: dict[str, Any], **datasets: list[dict[str, Any]]) -> Computed:
    return compute(write_inputs(path / "inputs", holdings=list(lines), **datasets), path / "home")


def share(name: str, **given: Any) -> dict[str, Any]:
    return line(name, **{"asset_class": "listed_equity", "market_value": 100, **given})


def units(**given: Any) -> dict[str, Any]:
    return line("U", **{"asset_class": "fund", "market_value": 50, **given})


def told(*names: str, kind: str = "mandate") -> list[dict[str, Any]]:
    return [{"portfolio_id": name, "kind": kind} for name in names]


BOOK = [share("L1"), share("L2", portfolio_id="PP")]


def test_a_portfolio_that_the_list_does_not_have_is_named(tmp_path: Path) -> None:
    assert month(tmp_path, *BOOK, portfolios=told("P")).flagged(ROOTS, "portfolio_id") == ["PP"]


def test_a_fund_that_a_line_refers_to_needs_no_description(tmp_path: Path) -> None:
    done = month(tmp_path, *BOOK, units(fund_id="PP"), portfolios=told("P"))
    assert done.flagged(ROOTS, "portfolio_id") == []


def test_without_a_list_every_portfolio_is_its_own_description(tmp_path: Path) -> None:
    done = month(tmp_path, *BOOK)
    assert [done.flagged(check, "portfolio_id") for check in (ROOTS, MISSING, HELD)] == [[], [], []]


def test_a_portfolio_of_the_list_without_lines_is_missed(tmp_path: Path) -> None:
    datasets = told("P", "PP", "GONE") + told("SOLD", kind="open_fund")
    assert month(tmp_path, *BOOK, portfolios=datasets).flagged(MISSING, "portfolio_id") == ["GONE"]


@pytest.mark.parametrize(
    ("fund_id", "held", "named"),
    [("FUND", [], []), ("FUNDD", ["FUND"], ["U"]), ("", ["FUND"], ["U"])],
)
def test_a_fund_nobody_names_is_listed_with_its_units(
    tmp_path: Path, fund_id: str, held: list[str], named: list[str]
) -> None:
    """The units say by their code which fund they are of."""
    lines = [share("L1"), share("L2", portfolio_id="FUND"), units(fund_id=fund_id, instrument_id="FUND")]
    done = month(tmp_path, *lines, portfolios=told("P") + told("FUND", kind="dedicated_fund"))
    assert (done.flagged(HELD, "portfolio_id"), done.flagged(NAMED)) == (held, named)


def test_funds_alone_are_nobodys_units(tmp_path: Path) -> None:
    lines = [share("L1"), share("L2", portfolio_id="Q")]
    assert month(tmp_path, *lines, portfolios=told("P", "Q", kind="open_fund")).flagged(HELD, "portfolio_id") == []
