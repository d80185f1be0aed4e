"""Issuer data against the month before: a column that is optional, and that nobody would miss, is missed."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.builders import Computed, compute, line, write_csv, write_inputs

COMPANIES = ("A", "B", "C")
ISSUERS = [{"issuer_id": name, "name": f"Fictive {name}", "country": "FR", "is_listed": "true"} for name in COMPANIES]
#: Two of three tell their deposits, one of three its minority interests.
YEARS = [
    {
        "issuer_id": name, "fiscal_year": 2023, "currency": "EUR", "market_cap": 100, "total_debt": 50,
        "deposits": "" if name == "A" else 10, "minority_interest": 1 if name == "A" else "", "source": "vendor",
        "known_from": "2024-04-01",
    }
    for name in COMPANIES
]  # fmt: skip
FINANCIALS = "issuer_financials__no_column_went_empty"


def after(path: Path, dataset: str, rows: list[dict[str, Any]]) -> Computed:
    """December with these rows of a dataset, after a November with the good ones."""
    inputs = write_inputs(path / "inputs", holdings=[held("2024-11-30")], issuers=ISSUERS, issuer_financials=YEARS)
    compute(inputs, path / "home", "2024-11")
    write_csv(inputs / "holdings" / "december.csv", [held("2024-12-31")])
    (inputs / dataset / f"{dataset}.csv").unlink()
    write_csv(inputs / dataset / f"{dataset}.csv", rows)
    return compute(inputs, path / "home")


def held(day: str) -> dict[str, Any]:
    return line("L", asset_class="listed_equity", issuer_id="A", market_value=10, as_of_date=day)


def emptied(rows: list[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    return [row | dict.fromkeys(columns, "") for row in rows]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (YEARS, []),
        # what most rows had; few had minority interests, one that still has its debt is enough
        (emptied(YEARS, "deposits", "market_cap", "minority_interest"), ["deposits", "market_cap"]),
        ([YEARS[0], *emptied(YEARS[1:], "total_debt")], []),
        # another vendor: nothing to compare with
        ([row | {"source": "other", "market_cap": ""} for row in YEARS], []),
    ],
)
def test_a_balance_sheet_column_that_went_empty_is_listed(
    tmp_path: Path, rows: list[dict[str, Any]], found: list[str]
) -> None:
    assert after(tmp_path, "issuer_financials", rows).flagged(FINANCIALS, "column_name") == found


def test_an_issuer_column_that_went_empty_is_listed(tmp_path: Path) -> None:
    done = after(tmp_path, "issuers", emptied(ISSUERS, "is_listed", "country"))
    assert done.flagged("issuers__no_column_went_empty", "column_name") == ["country", "is_listed"]
