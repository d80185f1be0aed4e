"""Where the pipeline's tables and the second opinion differ, in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from impact_pipeline_tests.builders import Computed
from impact_pipeline_tests.carbon.second_opinion.numbers import Amount
from impact_pipeline_tests.carbon.second_opinion.tables import Opinion, Table

KEYS = {
    "positions": ("portfolio_id", "line_id", "lookthrough_path"),
    "portfolio_carbon": ("portfolio_id", "perimeter", "scopes"),
    "sovereign_carbon": ("portfolio_id", "lulucf"),
}
#: Relative tolerance of ratios: they are published as doubles.
RATIOS = Decimal("1e-12")


def disagreements(computed: Computed, opinion: Opinion) -> list[str]:
    """One sentence per figure that differs, is missing or is too many, in all three tables."""
    found = []
    for name, key in KEYS.items():
        rows = computed.rows(f"select * from marts.{name}")
        ours = {tuple(row[column] for column in key): row for row in rows}
        found += _differences(name, ours, getattr(opinion, name))
    return found


def _differences(name: str, ours: Mapping[tuple[str, ...], Mapping[str, Any]], second: Table) -> list[str]:
    found = [f"{name} {key}: only in the pipeline" for key in sorted(ours.keys() - second.keys())]
    found += [f"{name} {key}: only in the second opinion" for key in sorted(second.keys() - ours.keys())]
    for key in sorted(ours.keys() & second.keys()):
        for column, expected in second[key].items():
            if not agree(ours[key][column], expected):
                found.append(f"{name} {key} {column}: {ours[key][column]} in the pipeline, {expected} here")
    return found


def agree(ours: Any, expected: Amount | None) -> bool:
    """Both unknown, or the same amount to the last of its 6 decimals, or the same ratio to 1e-12."""
    if ours is None or expected is None:
        return ours is None and expected is None
    apart = abs(Decimal(ours) - expected.value)
    if isinstance(ours, Decimal):
        return apart <= expected.doubt
    return apart <= expected.doubt + RATIOS * abs(expected.value)


def last_digits_in_doubt(opinion: Opinion) -> tuple[int, int]:
    """Positions' amounts whose last digit is excused, and all of them."""
    amounts = [
        amount
        for row in opinion.positions.values()
        for column, amount in row.items()
        if amount is not None and column != "attribution_factor"
    ]
    return sum(1 for amount in amounts if amount.doubt), len(amounts)
