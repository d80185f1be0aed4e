"""Rows of a supplier's table that are no data: left out as its profile says, totals once they are found to be right."""

from dataclasses import replace
from fractions import Fraction

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.profiles.columns import ColumnsProfile, Source, TotalRow
from impact_pipeline.ingest.profiles.supplier_cells import Cells


def kept(table: TextTable, mask: pl.Series) -> TextTable:
    """The rows where ``mask`` holds."""
    return replace(table, frame=table.frame.filter(mask), rows=table.rows.filter(mask))


def data_rows(profile: ColumnsProfile, table: TextTable) -> TextTable:
    """The rows of data.

    Raises:
        SourceFileError: a row of totals that is not the sum of the rows above it.
    """
    if profile.footer:
        first = table.frame.select(pl.coalesce(pl.all().str.strip_chars().replace("", None))).to_series()
        table = kept(table, ~_starts(first, profile.footer))
    for rule in profile.skip:
        cells = Cells(profile, table).of(rule.header)
        mask = cells.is_null() if rule.empty else _starts(cells, rule.starts_with)
        table = kept(table, ~mask)
    cells_of = Cells(profile, table)
    is_total = pl.repeat(value=False, n=table.frame.height, dtype=pl.Boolean, eager=True)
    found: list[tuple[TotalRow, pl.Series]] = []
    for total in profile.totals:
        mask = _starts(cells_of.of(total.header), total.starts_with) & ~is_total
        found.append((total, mask))
        is_total = is_total | mask
    for total, mask in found:
        if total.required and not mask.any():
            expected = f"a row whose {total.header} starts with {total.starts_with[0]!r}"
            hint = "The file was cut: ask for it again"
            raise SourceFileError(table.file.name, "no row of totals", expected, column=total.header, hint=hint)
        for heading in total.sums:
            _check_sums(cells_of, total, heading, mask, is_total)
    return kept(table, ~is_total)


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
