"""A supplier's table made into canonical text cells, as its profile says; what cannot be read as stated is named.

The result goes the way of every canonical file: same types, same rules, same keys. Nothing is dropped silently: a row
is left out only when the profile names it as no data, and a row that adds others up is checked against them first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import columns_of
from impact_pipeline.ingest.cells import FLAGS
from impact_pipeline.ingest.files.spellings import date
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.profiles.columns import ColumnsProfile, Output, Source, Unpivot
from impact_pipeline.ingest.profiles.supplier_cells import Cells
from impact_pipeline.ingest.profiles.supplier_rows import data_rows, kept
from impact_pipeline.ingest.reference import alpha_2
from impact_pipeline.schemas import TABLES, Column
from impact_pipeline.schemas.table import DATE, FLAG, TEXT

_YES_NO = {
    "y": "true",
    "n": "false",
    "yes": "true",
    "no": "false",
    "oui": "true",
    "non": "false",
    "t": "true",
    "f": "false",
}


def outputs_of(profile: ColumnsProfile, table: TextTable) -> list[TextTable]:
    """Canonical tables, one for each output of the profile that has rows.

    Raises:
        SourceFileError: a cell, a heading or a total that is not as the profile says.
    """
    return mapped(profile, data_rows(profile, table)[0])


def mapped(profile: ColumnsProfile, data: TextTable) -> list[TextTable]:
    """The same of rows that are known to be data."""
    found = []
    for output in profile.outputs:
        made = _Mapping(profile, output, data).made()
        if made.frame.height:
            found.append(made)
    return found


@dataclass(frozen=True)
class _Mapping:
    """One output made of one table."""

    profile: ColumnsProfile
    output: Output
    table: TextTable

    def made(self) -> TextTable:
        """The rows of the output."""
        table = self.table
        for heading, words in self.output.where.items():
            said = Cells(self.profile, table).of(heading)
            table = kept(table, said.is_in(list(words)).fill_null(value=False))
        cells = Cells(self.profile, table)
        columns = {name: self._column(cells, name, source) for name, source in self.output.columns.items()}
        frame = table.frame.select(series.alias(name) for name, series in columns.items() if series is not None)
        made = replace(table, frame=frame, dataset=self.output.dataset, profile_id=self.profile.id)
        if self.output.unpivot is not None:
            made = self._unpivoted(made, cells, self.output.unpivot)
        for name in self.output.needs:
            has_column = name in made.frame.columns  # not when it is optional and the file lacks it
            made = kept(made, made.frame.get_column(name).is_not_null() if has_column else made.rows != made.rows)
        if self.output.distinct:
            made = _distinct(made)
        return _numbered(made, self.output)

    def _column(self, cells: Cells, name: str, source: Source) -> pl.Series | None:
        texts = cells.texts(source)
        if texts is None:
            return None
        heading = cells.heading_of(source) or name
        try:
            return self._typed(cells, _target(self.output.dataset, name), source, texts, heading)
        except SourceFileError as error:
            raise cells.said_elsewhere(source, error) from None

    def _typed(self, cells: Cells, column: Column, source: Source, texts: pl.Series, heading: str) -> pl.Series:
        if source.values:
            texts = cells.translated(texts, source, heading)
        if source.countries is not None:
            texts = texts.replace_strict(alpha_2(), default=None, return_dtype=pl.String)
        if source.default is not None:
            texts = texts.fill_null(source.default)
        if source.prefix is not None:
            texts = source.prefix + texts
        if column.dtype == TEXT:
            return texts
        if column.dtype == DATE:
            shapes = source.dates or self.profile.dates
            return cells.read(
                texts, lambda text: _iso(text, shapes, cells.is_typed), f"a date {' or '.join(shapes)}", heading
            )
        if column.dtype == FLAG:
            return cells.read(texts, _flag, "yes or no (or a word translated by values)", heading)
        found = cells.numbers(texts, source, heading)
        for other in source.add:
            found = _plus(found, cells.numbers(cells.of(other), source, other))
        return found

    def _unpivoted(self, made: TextTable, cells: Cells, unpivot: Unpivot) -> TextTable:
        """Each matching column as rows of its own, behind one another."""
        name_column, value_column = (_target(self.output.dataset, n) for n in (unpivot.names_to, unpivot.values_to))
        pattern, parts = re.compile(unpivot.headings), []
        plain = Source(header=("-",))
        for heading in cells.table.frame.columns:
            match = pattern.fullmatch(heading)
            if match is None:
                continue
            said = match[1] if pattern.groups else heading
            said = unpivot.names.get(said, said)
            names = pl.repeat(said, made.frame.height, dtype=pl.String, eager=True)
            values = self._typed(
                cells, value_column, Source(header=(heading,), factor=unpivot.factor), cells.of(heading), heading
            )
            frame = made.frame.with_columns(
                self._typed(cells, name_column, plain, names, heading).alias(unpivot.names_to),
                values.alias(unpivot.values_to),
            )
            parts.append(kept(replace(made, frame=frame), values.is_not_null()))
        if not parts:
            found = ", ".join(cells.table.frame.columns[:8])
            raise SourceFileError(cells.file.name, f"columns {found}", f"columns like {unpivot.headings}")
        frame = pl.concat([part.frame for part in parts])
        return replace(made, frame=frame, rows=pl.concat([part.rows for part in parts]))


def _target(dataset: str, name: str) -> Column:
    return next(column for column in columns_of(dataset) if column.name == name)


def _iso(text: str, shapes: Sequence[str], is_typed: bool) -> str | None:
    day = date(text, (*shapes, "yyyy-mm-dd") if is_typed else shapes)
    return None if day is None else day.isoformat()


def _plus(numbers: pl.Series, others: pl.Series) -> pl.Series:
    """Exact sums of numbers as text; an empty one of the others adds nothing, what is unknown stays so."""
    with localcontext(prec=60):
        made = [
            number if number is None or other is None else f"{Decimal(number) + Decimal(other):f}"
            for number, other in zip(numbers, others, strict=True)
        ]
    return pl.Series(made, dtype=pl.String)


def _flag(text: str) -> str | None:
    word = text.lower()
    return _YES_NO.get(word, word if word in FLAGS else None)


def _distinct(made: TextTable) -> TextTable:
    """Rows that say the same once, as first said; rows of one key that differ are refused."""
    kept = made.frame.with_columns(made.rows.alias("_row")).unique(
        made.frame.columns, keep="first", maintain_order=True
    )
    keys = [name for name in TABLES[f"raw.{made.dataset}"].grain if name in made.frame.columns]
    doubles = kept.filter(pl.struct(keys).is_duplicated()) if keys else kept.head(0)
    if doubles.height:
        first, second = (
            doubles.join(doubles.head(1).select(keys), on=keys, nulls_equal=True).head(2).iter_rows(named=True)
        )
        column = next(name for name in made.frame.columns if first[name] != second[name])
        key = ", ".join(f"{name} {second[name]}" for name in keys)
        raise SourceFileError(
            made.file.name, f"{column} {second[column]!r} of {key}", f"{first[column]!r} as in row {first['_row']}",
            row=second["_row"], column=column, hint="Take the column from one file only, or correct one of the rows",
        )  # fmt: skip
    return replace(made, frame=kept.drop("_row"), rows=kept.get_column("_row"))


def _numbered(made: TextTable, output: Output) -> TextTable:
    """Keys of rows that would be the same told apart by -2, -3, ... where the profile asks for it."""
    for name, source in output.columns.items():
        if not source.number_repeats:
            continue
        keys = [key for key in TABLES[f"raw.{made.dataset}"].grain if key in made.frame.columns]
        nth = pl.int_range(1, pl.len() + 1).over(keys)
        told = pl.when(nth > 1).then(pl.format("{}-{}", pl.col(name), nth)).otherwise(pl.col(name)).alias(name)
        made = replace(made, frame=made.frame.with_columns(told))
    return made
