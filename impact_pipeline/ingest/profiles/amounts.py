"""What the amounts of an unknown file tell: which rows add others up, and which unit is said beside them."""

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from impact_pipeline.ingest.canonical import columns_of
from impact_pipeline.ingest.files.spellings import numbers
from impact_pipeline.ingest.profiles.columns import FILL_IN, TotalRow
from impact_pipeline.schemas.table import AMOUNT

_ADDED_UP = r"(((sous|sub|grand)[- ]?)?total|zwischensumme|gesamtsumme|summe|suma|totale|totaal)\b"
#: k€, TEUR, MEUR, thousands, milliers, Tsd., Mio.; kt and Mt of emissions.
_SCALED = re.compile(
    r"(?<!\w)(?:(?i:[ktm] ?(?:€|eur|usd|\$)|€ ?[km]|eur ?[km]|thousands?|millions?|milliers?|tausend|tsd|mio|mln"
    r"|['’]?000s?|kilotonn\w*|megatonn\w*)|[kM]t(?:co2e?)?)(?!\w)"
)
#: Difference between a total and its sum that rounding explains, in the file's unit.
_TOLERANCE = Fraction(TotalRow.model_fields["tolerance"].default)


def is_added_up(label: str) -> bool:
    """Whether a text begins with a word for total."""
    return re.match(_ADDED_UP, label, re.IGNORECASE) is not None


def sums_of(
    cells: Mapping[str, Sequence[str]], marks: tuple[str, str], remarks: list[str], *, is_whole: bool
) -> dict[str, Any]:
    """``totals`` of a profile when the file proves them right, else ``skip``; nothing without such rows.

    ``marks`` of decimals and thousands; ``is_whole``: the cells are all there are, not only the first.
    """
    labels = {
        heading: found
        for heading, texts in cells.items()
        if (found := {place: text for place, text in enumerate(texts) if is_added_up(text)})
    }
    if not labels:
        return {}
    count = len(set().union(*labels.values()))
    if len(labels) == 1 and is_whole:
        [(heading, texts)] = labels.items()
        totals = _proven(cells, heading, texts, marks)
        if totals:
            remarks.append(f"rows that add others up: {count}, found right, and checked in every file (`totals`)")
            return {"totals": totals}
    remarks.append(
        f"rows with a word for total: {count}, skipped, since nothing here proves them right; "
        "`totals` would check them (docs/profiles.md)"
    )
    return {"skip": [{"header": heading, "starts_with": _words(texts.values())} for heading, texts in labels.items()]}


def _words(texts: Collection[str]) -> list[str]:
    return sorted({text.split()[0] for text in texts})


def _proven(
    cells: Mapping[str, Sequence[str]], heading: str, texts: Mapping[int, str], marks: tuple[str, str]
) -> list[dict[str, Any]]:
    """Rules for a last row that adds up all others, or for sums of groups only; nothing when the sums do not fit."""
    amounts = {
        name: numbers(pl.Series(column, dtype=pl.String), *marks).to_list()
        for name, column in cells.items()
        if name != heading
    }
    last = max(texts)
    groups = {place: text for place, text in texts.items() if place != last}
    behind = len(cells[heading]) - 1 - last
    if behind == 0 and texts[last] not in groups.values():
        right = [name for name, column in amounts.items() if _adds_up(column, groups, last)]
        if right:
            rule = {"header": heading, "starts_with": [texts[last]], "sums": right, "required": True}
            if not groups:
                return [rule]
            is_beginning = any(text.startswith(texts[last]) for text in groups.values())
            words = sorted(set(groups.values())) if is_beginning else _words(groups.values())
            other = {"header": heading, "starts_with": words, "sums": right, "subtotal": True}
            return [other, rule] if is_beginning else [rule, other]
    right = [name for name, column in amounts.items() if _adds_up(column, texts, None)]
    words = _words(texts.values())
    return [{"header": heading, "starts_with": words, "sums": right, "subtotal": True}] if right else []


def _adds_up(column: Sequence[str | None], groups: Collection[int], last: int | None) -> bool:
    """Whether each filled sum of a group, and the last one of all, is what stands above it; one at least is filled."""
    of_group, of_all, is_filled = Fraction(0), Fraction(0), False
    for place, text in enumerate(column):
        is_sum = place in groups or place == last
        expected = of_all if place == last else of_group
        if is_sum and text is not None:
            is_filled = True
            if abs(Fraction(text) - expected) > _TOLERANCE:
                return False
        elif place == last:
            return False
        elif text is not None:
            of_all += Fraction(text)
            of_group += Fraction(text)
        if is_sum:
            of_group = Fraction(0)
    return is_filled


def ask_units(dataset: str, columns: dict[str, Any], above: Sequence[Sequence[str]], remarks: list[str]) -> None:
    """Have a factor filled in where a heading, or a line above the header, names thousands or millions."""
    lines = " ".join(cell for row in above for cell in row)
    for column in columns_of(dataset):
        heading = columns.get(column.name)
        if column.dtype != AMOUNT or column.unit == "units" or not isinstance(heading, str):
            continue
        said = _SCALED.search(heading) or _SCALED.search(lines)
        if said is not None:
            columns[column.name] = {"header": heading, "factor": FILL_IN}
            remarks.append(f"{column.name}: the file says {said[0]!r}; say by which factor its cells are multiplied")
