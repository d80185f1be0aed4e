"""Portfolios of lines against the month's list of portfolios: a slip in an id must not make a mandate of its own."""

from pathlib import Path

from impact_pipeline_tests.builders import Computed, compute, line, write_inputs

CHECK = "portfolios__roots_are_described"


def month(path: Path, *lines: dict[str, object], **datasets: list[dict[str, object]]) -> Computed:
    return compute(write_inputs(path / "inputs", holdings=list(lines), **datasets), path / "home")


BOOK = [
    line("L1", asset_class="listed_equity", market_value=100),
    line("L2", asset_class="listed_equity", portfolio_id="PP", market_value=50),
]


def test_a_portfolio_that_the_list_does_not_have_is_named(tmp_path: Path) -> None:
    done = month(tmp_path, *BOOK, portfolios=[{"portfolio_id": "P", "kind": "general_account"}])
    assert done.flagged(CHECK, "portfolio_id") == ["PP"]


def test_a_fund_that_a_line_refers_to_needs_no_description(tmp_path: Path) -> None:
    held = line("L3", asset_class="fund", fund_id="PP", market_value=50)
    done = month(tmp_path, *BOOK, held, portfolios=[{"portfolio_id": "P", "kind": "general_account"}])
    assert done.flagged(CHECK, "portfolio_id") == []


def test_without_a_list_every_portfolio_is_its_own_description(tmp_path: Path) -> None:
    assert month(tmp_path, *BOOK).flagged(CHECK, "portfolio_id") == []
