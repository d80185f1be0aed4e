"""Funds that hold funds, drawn at random: value is conserved at each level, weights are products to 1e-12.

The expected values are walked here with exact fractions, whatever SQL does.
"""

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impact_pipeline_tests.builders import compute, line, write_inputs

#: From 1 to 100 M EUR, in cents: a stored line is rounded at 1e-6 EUR, which is 1e-12 of the smallest book.
VALUES = st.integers(100_000_000, 10_000_000_000).map(lambda cents: Decimal(cents) / 100)
CENT, WEIGHT = Fraction(1, 100), Fraction(1, 10**12)

Nesting = list[dict[str, Decimal]]


@st.composite
def nestings(draw: st.DrawFn) -> Nesting:
    """A book (place 0) and funds: value of each line by what it is, units only of later places, at any depth."""
    count = draw(st.integers(1, 6))
    made: Nesting = []
    for place in range(count + 1):
        later = st.integers(place + 1, count) if place < count else st.nothing()
        units = draw(st.sets(later, max_size=3)) if place < count else set()
        if place == 0:
            units |= {1}
        lines = {f"S{number}": draw(VALUES) for number in range(draw(st.integers(1, 3)))}
        made.append(lines | {f"U{fund}": draw(VALUES) for fund in sorted(units)})
    return made


def walked(
    nesting: Nesting, place: int = 0, share: Fraction = Fraction(1), path: str = ""
) -> Iterator[tuple[str, str, Fraction]]:
    """Path, line and exact value of what stands at the end of each path."""
    for name, value in nesting[place].items():
        if name.startswith("S"):
            yield path, name, share * Fraction(value)
            continue
        fund = int(name[1:])
        total = Fraction(sum(nesting[fund].values()))
        below = f"{path}>{name}>F{fund}" if path else f"{name}>F{fund}"
        yield from walked(nesting, fund, share * Fraction(value) / total, below)


def rows_of(number: int, nesting: Nesting) -> Iterator[dict[str, Any]]:
    for place, lines in enumerate(nesting):
        portfolio = f"N{number}-F{place}" if place else f"N{number}-BOOK"
        for name, value in lines.items():
            fund = f"N{number}-F{name[1:]}" if name.startswith("U") else None
            kind = {"asset_class": "fund" if fund else "cash", "fund_id": fund}
            yield line(name, market_value=value, **kind) | {"portfolio_id": portfolio}


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(nestings(), min_size=5, max_size=12))
def test_value_and_weights_are_conserved_at_each_level(drawn: list[Nesting]) -> None:
    rows = [row for number, nesting in enumerate(drawn) for row in rows_of(number, nesting)]
    with tempfile.TemporaryDirectory() as folder:
        done = compute(write_inputs(Path(folder) / "inputs", holdings=rows), Path(folder) / "home")
        found = done.rows("select portfolio_id, lookthrough_path, line_id, market_value_eur from core.positions")
    for number, nesting in enumerate(drawn):
        got = {
            (row["lookthrough_path"].replace(f"N{number}-", ""), row["line_id"]): Fraction(row["market_value_eur"])
            for row in found
            if row["portfolio_id"] == f"N{number}-BOOK"
        }
        expected = {(path, name): value for path, name, value in walked(nesting)}
        assert got.keys() == expected.keys()
        book = Fraction(sum(nesting[0].values()))
        # at each level: all that stands below a path is worth the units held there, the book as a whole included
        parts = [path.split(">") for path, _ in expected]
        levels = {">".join(part[:depth]) for part in parts for depth in range(0, len(part) + 1, 2)} | {""}
        for level in levels:
            below = [key for key in expected if key[0] == level or key[0].startswith(f"{level}>") or not level]
            assert abs(sum(got[key] for key in below) - sum(expected[key] for key in below)) < CENT, level
        assert abs(sum(got.values()) - book) < CENT
        total = sum(got.values())
        for key, value in expected.items():
            assert abs(got[key] / total - value / book) < WEIGHT, key
