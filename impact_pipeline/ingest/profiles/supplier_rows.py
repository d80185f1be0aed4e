"""Rows of a supplier's table that are no data: left out as its profile says, totals once they are found to be right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.spellings import heading_key
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.profiles.columns import ColumnsProfile, GroupRows, Source, TotalRow
from impact_pipeline.ingest.profiles.supplier_cells import Cells


def kept(table: TextTable, mask: pl.Series) -> TextTable:
    """The rows where ``mask`` holds."""
    return replace(table, frame=table.frame.filter(mask), rows=table.rows.filter(mask))


@dataclass(frozen=True)
class LeftOut:
    """Rows of a file that are no data, and what in the profile says so."""

    reason: str
    rows: list[int]


def data_rows(profile: ColumnsProfile, table: TextTable) -> tuple[TextTable, list[LeftOut]]:
    """The rows of data, and those left out.

    Raises:
        SourceFileError: a row of totals that is not the sum of the rows above it, or rows of data behind the last one.
    """
    left_out: list[LeftOut] = []

    def without(table: TextTable, mask: pl.Series, reason: str) -> TextTable:
        if mask.any():
            left_out.append(LeftOut(reason, table.rows.filter(mask).to_list()))
        return kept(table, ~mask)

    if profile.footer:
        first = table.frame.select(pl.coalesce(pl.all().str.strip_chars().replace("", None))).to_series()
        table = without(table, _starts(first, profile.footer), "footer")
    for rule in profile.skip:
        cells = Cells(profile, table).of(rule.header)
        mask = cells.is_null() if rule.empty else _starts(cells, rule.starts_with)
        how = "empty" if rule.empty else "starts with " + " or ".join(rule.starts_with)
        # a row to be checked is not skipped, whatever else it looks like
        table = without(table, mask & ~_totals(profile, table)[1], f"skip: {rule.header} {how}")
    if profile.group_rows is not None:
        table, mask = _grouped(profile, profile.group_rows, table)
        table = without(table, mask, "group_rows: their text goes to the rows below")
    return without(table, _checked_totals(profile, table), "totals, found to be right"), left_out


def _grouped(profile: ColumnsProfile, rule: GroupRows, table: TextTable) -> tuple[TextTable, pl.Series]:
    """The table with what rows that stand for groups say of the rows below them; and which rows these are."""
    if rule.name in table.frame.columns:
        expected = "another name for what group_rows say"
        raise SourceFileError(table.file.name, f"a column {rule.name!r}", expected, hint="Change it in the profile")
    cells = Cells(profile, table)
    own = cells.of(rule.header)
    others = [cells.of(name) for name in table.frame.columns if heading_key(name) != heading_key(rule.header)]
    is_bare = pl.DataFrame(others).select(pl.all_horizontal(pl.all().is_null())).to_series()
    is_alone = own.is_not_null() & is_bare & ~_totals(profile, table)[1]
    hint = "A group? Add it to the words of group_rows in the profile. A line? Ask for its value"
    strange = is_alone & ~own.is_in(list(rule.words)).fill_null(value=False)
    cells.refuse(strange, own, "one of " + ", ".join(rule.words), rule.header, hint)
    carried = own.set(~is_alone, None).forward_fill().alias(rule.name)
    return replace(table, frame=table.frame.with_columns(carried)), is_alone


def _totals(profile: ColumnsProfile, table: TextTable) -> tuple[list[tuple[TotalRow, pl.Series]], pl.Series]:
    """The rows that each rule finds, and all of them."""
    cells_of = Cells(profile, table)
    is_total = pl.repeat(value=False, n=table.frame.height, dtype=pl.Boolean, eager=True)
    found: list[tuple[TotalRow, pl.Series]] = []
    for total in profile.totals:
        mask = _starts(cells_of.of(total.header), total.starts_with) & ~is_total
        found.append((total, mask))
        is_total = is_total | mask
    return found, is_total


def _checked_totals(profile: ColumnsProfile, table: TextTable) -> pl.Series:
    """Which rows add others up; refused where one does not."""
    cells_of = Cells(profile, table)
    found, is_total = _totals(profile, table)
    for total, mask in found:
        if total.required and not mask.any():
            expected = f"a row whose {total.header} starts with {total.starts_with[0]!r}"
            hint = "The file was cut: ask for it again"
            raise SourceFileError(table.file.name, "no row of totals", expected, column=total.header, hint=hint)
        for heading in total.sums:
            _check_sums(cells_of, total, heading, mask, is_total)
    _check_nothing_behind(table, [mask for total, mask in found if not total.subtotal], is_total)
    return is_total


def _check_nothing_behind(table: TextTable, grand: Sequence[pl.Series], is_total: pl.Series) -> None:
    """Refuse rows of data behind the last total of all: nothing has added them up."""
    last = max((mask.arg_true()[-1] for mask in grand if mask.any()), default=None)
    if last is None or is_total[last + 1 :].all():
        return
    place = last + 1 + (~is_total[last + 1 :]).arg_true()[0]
    cells = [cell.strip() for cell in table.frame.row(place) if cell and cell.strip()]
    raise SourceFileError(
        table.file.name,
        f"a row behind the total of row {table.rows[last]}, that of {cells[0] if cells else 'nothing'}",
        "no row of data there: no total adds it up",
        row=table.rows[place],
        hint="Ask for the file again; for notes below the table, name their first words under `footer` of the profile",
    )


def _starts(cells: pl.Series, words: tuple[str, ...]) -> pl.Series:
    starts = pl.any_horizontal(*(pl.col("cells").str.starts_with(word) for word in words))
    return pl.DataFrame({"cells": cells}).select(starts.fill_null(value=False)).to_series()


def _check_sums(cells: Cells, rule: TotalRow, heading: str, mask: pl.Series, is_total: pl.Series) -> None:
    """Refuse a row that does not add up the data rows above it."""
    texts = cells.of(heading)
    numbers = cells.numbers(texts, Source(header=(heading,)), heading).to_list()
    total, tolerance = Fraction(0), Fraction(rule.tolerance)
    for place, (text, is_sum, is_other) in enumerate(zip(numbers, mask, is_total, strict=True)):
        if is_sum:
            said = Fraction(text) if text is not None else None
            if said is None and rule.required:
                raise SourceFileError(
                    cells.file.name,
                    "a total without a figure",
                    f"{float(total):.2f}, the sum of the rows above",
                    row=cells.table.rows[place],
                    column=heading,
                    hint="Without it nobody can tell that the file is whole: ask for it again",
                )
            if said is not None and abs(said - total) > tolerance:
                expected = f"{float(total):.2f}, the sum of the rows above"
                hint = "A row is missing or there twice: ask for the file again"
                raise SourceFileError(
                    cells.file.name,
                    f"a total of {texts[place]}",
                    expected,
                    row=cells.table.rows[place],
                    column=heading,
                    hint=hint,
                )
            total = Fraction(0) if rule.subtotal else total
        elif not is_other and text is not None:
            total += Fraction(text)
