"""I7: bounds of funds are ordered, coverage and unknown make 1, and both are what the lines say (screening.md 4.12)."""

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact_pipeline_tests.builders import compute, line, soda, write_inputs
from impact_pipeline_tests.domain.screening.test_invariants import FAST

FUNDS_AT_ONCE = 20
EVIDENCE = [soda("SODA", 62), soda("CLEAN", 3)]
#: What a line is, and which of the bounds its value belongs to.
LINES = {
    "excluded": {"asset_class": "listed_equity", "issuer_id": "SODA"},
    "cleared": {"asset_class": "corporate_bond", "issuer_id": "CLEAN"},
    "unknown": {"asset_class": "listed_equity", "issuer_id": "NOBODY LOOKED"},
    "nobody": {"asset_class": "corporate_bond"},
    "opaque": {"asset_class": "fund", "issuer_id": "CLEAN"},
    "cash": {"asset_class": "cash"},
    "option": {"asset_class": "derivative", "underlying_issuer_id": "SODA"},
}
UNKNOWN = ("unknown", "nobody", "opaque")
funds = st.tuples(
    st.sampled_from(["open_fund", "dedicated_fund"]),
    # a negative value is a short: it lowers the fund's value and no bound
    st.lists(st.tuples(st.sampled_from(sorted(LINES)), st.integers(-300, 1_000)), max_size=8),
)


def holds(drawn: list[tuple[str, list[tuple[str, int]]]]) -> None:
    """One month with all the funds; 3,000 in cash keep each fund's value positive."""
    held, portfolios = [], []
    for number, (kind, lines) in enumerate(drawn):
        name = f"F{number}"
        portfolios.append({"portfolio_id": name, "name": name, "currency": "EUR", "kind": kind})
        for place, (what, value) in enumerate([*lines, ("cash", 3_000)]):
            row = line(f"{name}-{place}", market_value=value, **LINES[what])
            held.append({**row, "portfolio_id": name})
    with tempfile.TemporaryDirectory() as folder:
        inputs = write_inputs(Path(folder) / "inputs", holdings=held, portfolios=portfolios, evidence=EVIDENCE)
        done = compute(inputs, Path(folder) / "home")
        rows = {
            row["portfolio_id"]: row for row in done.rows("select * from marts.fund_screens where rule_id = 'SODA-01'")
        }
    assert len(rows) == len(drawn)
    for number, (_, lines) in enumerate(drawn):
        row, value = rows[f"F{number}"], 3_000 + sum(value for _, value in lines)
        low, high = row["excluded_ratio"], row["excluded_upper_ratio"]
        assert 0 <= low <= high <= 1
        assert row["coverage_ratio"] + (high - low) == pytest.approx(1, abs=1e-12)
        excluded = sum(max(value, 0) for what, value in lines if what == "excluded")
        unknown = sum(max(value, 0) for what, value in lines if what in UNKNOWN)
        assert low == pytest.approx(float(min(Fraction(excluded, value), Fraction(1))), abs=1e-12)
        assert high == pytest.approx(float(min(Fraction(excluded + unknown, value), Fraction(1))), abs=1e-12)


def many(examples: int) -> None:
    batches = st.lists(funds, min_size=FUNDS_AT_ONCE, max_size=FUNDS_AT_ONCE)
    settings(FAST, max_examples=examples)(given(batches)(holds))()


def test_i7_bounds_are_ordered_and_are_what_the_lines_say() -> None:
    many(2)


@pytest.mark.slow
def test_i7_holds_for_two_thousand_funds() -> None:
    many(2_000 // FUNDS_AT_ONCE)
