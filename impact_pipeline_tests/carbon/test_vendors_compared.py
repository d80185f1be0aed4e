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
WHOLE = {**SHEET, "total_equity": 500, "total_assets": 900, "evic": 1_000}


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


@pytest.mark.parametrize("parts", [["3"], ["3_upstream", "3_downstream"]])
@pytest.mark.parametrize(
    ("year", "tonnes", "is_listed"),
    [
        # scopes 1 and 2 are of 2024, scope 3 was last told for 2023: 5,000 t against 5,500 t is 10 %
        (2023, 5_500, False),
        (2023, 5_501, True),
        # 2022 counts for nothing any more
        (2022, 9_000, False),
    ],
)
def test_scope_3_is_compared_in_the_year_that_counts_for_it(
    tmp_path: Path, parts: list[str], year: int, tonnes: int, is_listed: bool
) -> None:
    usual = emissions("X", 5_000)[0]
    first = [usual | {"fiscal_year": of, "scope": part} for of in (2022, 2023) for part in parts]
    second = usual | {"fiscal_year": year, "scope": parts[0], "tco2e": tonnes, "source": "vendor"}
    done = told(tmp_path, *emissions("X", 1_000), *first, second)
    counting = done.one("select fiscal_year, scope_3_fiscal_year from core.issuer_emissions")
    assert counting == {"fiscal_year": 2024, "scope_3_fiscal_year": 2023}
    assert done.flagged(EMISSIONS, "scope") == (parts[:1] if is_listed else [])


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
        ({"total_equity": 100}, ["X"]),
        ({"total_assets": 1_000}, ["X"]),
        ({"evic": 1_200}, ["X"]),
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
    first = financials("X", **WHOLE, source="vendor A")
    second = financials("X", **WHOLE, source="vendor B") | {"known_from": "2025-05-01"} | other
    assert told(tmp_path, *emissions("X", 1_000), sheets=[first, second]).flagged(SHEETS, "issuer_id") == listed


@pytest.mark.parametrize(
    ("last", "listed"),
    [
        # 9,000 were euros, or of no currency, and never dollars: nothing to compare with the 1,000 dollars of vendor A
        ({"currency": "EUR"}, []),
        ({"currency": ""}, []),
        ({"currency": "USD"}, ["X"]),
    ],
)
def test_a_source_that_mends_its_currency_takes_its_earlier_word_back(
    tmp_path: Path, last: dict[str, Any], listed: list[str]
) -> None:
    first = financials("X", **SHEET, source="vendor A", currency="USD")
    slip = first | {"source": "vendor B", "revenue": 9_000, "known_from": "2025-05-01"}
    done = told(tmp_path, *emissions("X", 1_000), sheets=[first, slip, slip | {"known_from": "2025-06-01"} | last])
    assert done.flagged(SHEETS, "issuer_id") == listed


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


def test_a_share_class_declares_for_the_fund_that_its_line_names(tmp_path: Path) -> None:
    first, second, opaque = "FR0010000018", "FR0010000026", "FR0010000034"
    declared = {
        "reference_date": "2024-12-31", "known_from": "2025-01-15",
        "carbon_footprint_scope_1_2_coverage_ratio": 1,
    }  # fmt: skip
    figure = "carbon_footprint_scope_1_2_tco2e_per_meur"
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[
            line("C", asset_class="fund", instrument_id=first, fund_id="FUND-A", market_value=50),
            line("D", asset_class="fund", instrument_id=second, fund_id="FUND-A", market_value=50),
            # two lines of one class say the same thing once; a fund without lines has nothing to compare
            line("C2", asset_class="fund", instrument_id=first, fund_id="FUND-A", market_value=10),
            line("O", asset_class="fund", instrument_id=opaque, market_value=50),
            line("A", portfolio_id="FUND-A", asset_class="listed_equity", issuer_id="X", market_value=110),
        ],
        issuer_emissions=emissions("X", 1_000),
        issuer_financials=[financials("X", **SHEET)],
        # 1,000 t over 1,000 EUR = 1,000,000 t per million EUR: 499,999 is less than half of it, 500,000 is not
        fund_declarations=[
            declared | {"instrument_id": first, figure: 499_999},
            declared | {"instrument_id": second, figure: 500_000},
            declared | {"instrument_id": opaque, figure: 1},
        ],
    )
    done = compute(inputs, tmp_path / "home")
    assert done.carbon(portfolio="FUND-A")["economic_intensity_tco2e_per_meur"] == pytest.approx(1_000_000)
    assert done.flagged(DECLARED, "portfolio_id") == ["FUND-A"]
    assert done.flagged(DECLARED, "instrument_id") == [first]


def test_a_vendor_that_tells_less_does_not_take_the_denominator_away(tmp_path: Path) -> None:
    """Of one year another source tells the revenue later, or only the balance sheet total; the parts still count."""
    whole = {"market_cap": 60_000_000, "total_debt": 40_000_000, "source": "report", "known_from": "2025-04-01"}
    later = {"known_from": "2025-06-30", "source": "vendor"}
    parts = {"market_cap": None, "total_debt": None}
    done = compute(
        write_inputs(
            tmp_path / "inputs",
            holdings=[
                line(name, asset_class="listed_equity", issuer_id=name, market_value=1_000_000) for name in "ABC"
            ],
            issuer_financials=[
                *(financials(name, **whole) for name in "ABC"),
                financials("A", **parts | later, revenue=5_000_000),
                financials("B", **parts | later, total_assets=500_000_000),
                # the same source: its last word, as a whole
                financials("C", **parts | later | {"source": "report"}, total_assets=500_000_000),
            ],
            issuer_emissions=[row for name in "ABC" for row in emissions(name, 10_000)],
        ),
        tmp_path / "home",
    )
    found = done.rows(
        "select line_id, denominator_basis, financed_scope_1_2_tco2e from marts.positions order by line_id"
    )
    # 1 M of 100 M: 100 t; of 500 M: 20 t
    assert [(row["line_id"], row["denominator_basis"], int(row["financed_scope_1_2_tco2e"])) for row in found] == [
        ("A", "evic_parts", 100),
        ("B", "evic_parts", 100),
        ("C", "total_assets", 20),
    ]
