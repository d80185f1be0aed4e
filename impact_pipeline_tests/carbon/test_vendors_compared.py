"""What two sources say of one thing: listed when they differ, whichever of them counts."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.builders import Computed, compute, emissions, financials, line, write_inputs

EMISSIONS = "issuer_emissions__vendors_tell_the_same"
SHEETS = "issuer_financials__vendors_tell_the_same"
DECLARED = "portfolio_carbon__funds_follow_what_they_declare"
SHARES = line("L", asset_class="listed_equity", issuer_id="X", market_value=100)
SHEET = {"market_cap": 600, "total_debt": 400, "revenue": 1_000}


def told(tmp_path: Path, *rows: dict[str, Any], sheets: Any = (), **more: Any) -> Computed:
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[SHARES],
        issuer_emissions=rows,
        issuer_financials=sheets or [financials("X", **SHEET)],
        **more,
    )
    return compute(inputs, tmp_path / "home")


@pytest.mark.parametrize(
    ("other", "listed"),
    [
        # 1,000 t against 1,100 t is 10 %, and 1,101 t more than that
        ({"scope_1": 1_100}, []),
        ({"scope_1": 1_101}, ["X"]),
        ({"scope_1": 899, "basis": "reported_verified"}, ["X"]),
        # an estimate is another figure, an earlier year does not count, nor does what comes later
        ({"scope_1": 5_000, "basis": "revenue_estimate"}, []),
        ({"scope_1": 5_000, "fiscal_year": 2023}, []),
        ({"scope_1": 5_000, "known_from": "2026-12-01"}, []),
        # the vendor corrects itself
        ({"scope_1": 5_000, "source": "report", "known_from": "2025-06-01"}, []),
        # a scope taken back is no figure
        ({"scope_1": "", "known_from": "2025-06-01"}, []),
    ],
)
def test_reported_emissions_that_two_sources_tell_differently_are_listed(
    tmp_path: Path, other: dict[str, Any], listed: list[str]
) -> None:
    done = told(tmp_path, *emissions("X", 1_000), *emissions("X", **{"source": "vendor", **other}))
    assert done.flagged(EMISSIONS, "issuer_id") == listed


def test_differences_of_a_few_tonnes_are_left_aside(tmp_path: Path) -> None:
    assert (
        told(tmp_path, *emissions("X", 10), *emissions("X", 109, source="vendor")).flagged(EMISSIONS, "issuer_id") == []
    )


@pytest.mark.parametrize(
    ("other", "listed"),
    [
        ({"revenue": 1_100}, []),
        ({"revenue": 1_101}, ["X"]),
        ({"total_debt": 300}, ["X"]),
        # market values are of a day; another currency is not compared; nobody is named
        ({"market_cap": 900}, []),
        ({"revenue": 9_000, "currency": "USD"}, []),
        ({"revenue": 9_000, "source": ""}, []),
        # the source corrects itself
        ({"revenue": 9_000, "source": "vendor A"}, []),
        ({"revenue": 9_000, "fiscal_year": 2023, "period_end": "2023-12-31"}, []),
    ],
)
def test_balance_sheets_that_two_sources_tell_differently_are_listed(
    tmp_path: Path, other: dict[str, Any], listed: list[str]
) -> None:
    first = financials("X", **SHEET, source="vendor A")
    second = financials("X", **SHEET, source="vendor B") | {"known_from": "2025-05-01"} | other
    assert told(tmp_path, *emissions("X", 1_000), sheets=[first, second]).flagged(SHEETS, "issuer_id") == listed


@pytest.mark.parametrize(
    ("footprint", "coverage", "listed"),
    [
        # lines of the fund: 80 of X at 1,000 t over 1,000 EUR = 1 t per EUR, over 100 of assets 0.8: 400,000 to
        # 2,000,000 t per million EUR are within a factor of 2 of one of the two
        (400_000, 0.9, []),
        (399_999, 0.9, ["FR0010000018"]),
        (1_999_999, 0.9, []),
        (2_000_001, 0.9, ["FR0010000018"]),
        (2_000_001, 0.49, []),
    ],
)
def test_a_fund_whose_lines_say_another_footprint_than_its_declaration_is_listed(
    tmp_path: Path, footprint: int, coverage: float, listed: list[str]
) -> None:
    fund = "FR0010000018"
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[
            line("UNITS", asset_class="fund", instrument_id=fund, fund_id=fund, market_value=50),
            line("A", portfolio_id=fund, asset_class="listed_equity", issuer_id="X", market_value=80),
            line("B", portfolio_id=fund, asset_class="listed_equity", issuer_id="UNKNOWN", market_value=20),
        ],
        issuer_emissions=emissions("X", 1_000),
        issuer_financials=[financials("X", **SHEET)],
        fund_declarations=[
            {
                "instrument_id": fund, "reference_date": "2024-12-31", "known_from": "2025-01-15",
                "carbon_footprint_scope_1_2_tco2e_per_meur": footprint,
                "carbon_footprint_scope_1_2_coverage_ratio": coverage,
            }
        ],
    )  # fmt: skip
    done = compute(inputs, tmp_path / "home")
    computed = done.carbon(portfolio=fund)
    assert computed["economic_intensity_tco2e_per_meur"] == pytest.approx(1_000_000)
    assert computed["pai_2_footprint_tco2e_per_meur"] == pytest.approx(800_000)
    assert done.flagged(DECLARED, "portfolio_id") == listed
