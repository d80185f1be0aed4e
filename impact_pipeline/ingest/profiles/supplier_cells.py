"""The cells of a supplier's table, read as its profile states; a cell that is not so written is refused by name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile, nearest
from impact_pipeline.ingest.files.spellings import heading_key, number_fault, numbers, scaled
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.profiles.columns import ColumnsProfile, Source

_AMBIGUOUS = r"^[+-]?\d{1,3}\.\d{3}$"
_LOOKS_TYPED = r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Cells:
    """The cells of a supplier's table, by heading, with unknown ones empty."""

    profile: ColumnsProfile
    table: TextTable

    @property
    def file(self) -> SourceFile:
        """The file they are from."""
        return self.table.file

    @property
    def is_typed(self) -> bool:
        """Whether the container says itself what is a number and a date (CSV does not)."""
        return self.file.extension != "csv"

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return {heading_key(heading): heading for heading in reversed(self.table.frame.columns)}

    def heading_of(self, source: Source) -> str | None:
        """The heading that the file has for a source."""
        return next(
            (found for name in (*source.header, *source.join) if (found := self._by_key.get(heading_key(name)))), None
        )

    def of(self, heading: str) -> pl.Series:
        """Cells under a heading; refused when the file has no such column."""
        written = self._by_key.get(heading_key(heading))
        if written is None:
            expected = f"a column {heading!r}"
            raise SourceFileError(
                self.file.name,
                "no such column",
                expected,
                column=heading,
                hint=nearest(heading, self.table.frame.columns),
            )
        texts = self.table.frame.get_column(written).str.strip_chars(" \t\u00a0\u202f")
        return texts.set(texts.is_in(["", *self.profile.unknown]), None)

    def texts(self, source: Source) -> pl.Series | None:
        """What a source says in each row, as written; nothing for a column that files may lack."""
        height = self.table.frame.height
        if source.constant is not None:
            return pl.repeat(source.constant, height, dtype=pl.String, eager=True)
        if source.row_number:
            return self.table.rows.cast(pl.String)
        if source.heading_line is not None or source.file_name is not None:
            said = self._above(source.heading_line)[1] if source.heading_line else self._in_name(source)
            return pl.repeat(said, height, dtype=pl.String, eager=True)
        if source.join:
            columns = [self.of(heading).alias(str(place)) for place, heading in enumerate(source.join)]
            return (
                pl.DataFrame(columns)
                .select(
                    pl.when(pl.any_horizontal(pl.all().is_not_null())).then(
                        pl.concat_str(pl.all(), separator="-", ignore_nulls=True)
                    )
                )
                .to_series()
            )
        if self.heading_of(source) is None and source.optional:
            return None
        return self.of(self.heading_of(source) or source.header[0])

    def said_elsewhere(self, source: Source, error: SourceFileError) -> SourceFileError:
        """The same refusal at the place where the text stands: above the header, in the file's name, in the profile."""
        if source.heading_line is not None:
            row, column = self._above(source.heading_line)[0], source.heading_line
            return SourceFileError(error.file, error.found, error.expected, row=row, column=column, hint=error.hint)
        if source.file_name is not None or source.constant is not None:
            where = "the file's name" if source.file_name is not None else f"the profile {self.profile.id}"
            hint = f"It is said by {where}. {error.hint}".strip()
            return SourceFileError(error.file, error.found, error.expected, column=error.column, hint=hint)
        return error

    def _above(self, label: str) -> tuple[int, str]:
        """Row of the label's line above the header, and what stands behind it."""
        for row, cells in enumerate(self.table.above, start=1):
            for place, cell in enumerate(cells):
                head, _, behind = cell.partition(":")
                if heading_key(head) == heading_key(label):
                    said = behind.strip() or next((text.strip() for text in cells[place + 1 :] if text.strip()), "")
                    if said:
                        return row, said
        lines = ["|".join(filled) for cells in self.table.above if (filled := [c.strip() for c in cells if c.strip()])]
        raise SourceFileError(
            self.file.name,
            f"no line {label!r} above the header",
            f"'{label}: value' in one cell, or {label} alone in a cell and its value in the next",
            hint="Above the header: " + ("; ".join(lines)[:200] or "nothing"),
        )

    def _in_name(self, source: Source) -> str:
        name = self.file.name.rsplit("/", 1)[-1]
        match = re.search(source.file_name or "", name)
        if match is not None:
            return str(match[1])
        if source.default is not None:
            return source.default
        expected = f"a name like {source.file_name}"
        raise SourceFileError(self.file.name, f"the name {name}", expected, hint="Rename the file")

    def refuse(self, bad: pl.Series, texts: pl.Series, expected: str, heading: str, hint: str = "") -> None:
        """Refuse the first of the bad cells."""
        if bad.any():
            place = bad.arg_true()[0]
            raise SourceFileError(
                self.file.name, repr(texts[place]), expected, row=self.table.rows[place], column=heading, hint=hint
            )

    def read(self, texts: pl.Series, reader: Callable[[str], str | None], expected: str, heading: str) -> pl.Series:
        """Each distinct text read once; one that cannot be read is refused."""
        distinct = texts.drop_nulls().unique()
        made = [reader(text) for text in distinct.to_list()]
        strange = [text for text, result in zip(distinct.to_list(), made, strict=True) if result is None]
        if strange:
            self.refuse(texts.is_in(strange).fill_null(value=False), texts, expected, heading)
        return (
            texts.replace_strict(distinct, pl.Series(made, dtype=pl.String), return_dtype=pl.String) if made else texts
        )

    def translated(self, texts: pl.Series, source: Source, heading: str) -> pl.Series:
        """Words of the supplier in ours."""
        default = source.other_values
        strange = texts.is_not_null() & ~texts.is_in(list(source.values))
        if default is None:
            known = list(source.values)
            hint = "Add it to the values of the profile"
            self.refuse(strange, texts, "one of " + ", ".join(known), heading, hint)
        translated = texts.replace_strict(source.values, default=default, return_dtype=pl.String)
        return translated.set(texts.is_null() | (translated == ""), None)

    def numbers(self, texts: pl.Series, source: Source, heading: str) -> pl.Series:
        """Numbers with a point and without marks, in our unit."""
        for suffix in source.suffix:
            texts = texts.str.strip_suffix(suffix).str.strip_chars(" \u00a0\u202f")
        filled = texts.drop_nulls()
        percents = filled.str.ends_with("%")
        if percents.any() and not percents.all():
            odd = texts.str.ends_with("%").fill_null(value=False) != percents[0]
            self.refuse(odd & texts.is_not_null(), texts, "a percent sign in every cell or in none", heading)
        bare = texts.str.strip_suffix("%").str.strip_chars(" \u00a0\u202f")
        factors = self._factors(source)
        pairs = pl.DataFrame({"text": bare, "factor": factors})
        distinct = pairs.drop_nulls().unique(maintain_order=True)
        plain = self._plain_numbers(distinct.get_column("text"))
        strange = distinct.get_column("text").filter(plain.is_null())
        if strange.len():
            expected, hint = number_fault(strange[0], self.profile.decimal, self.profile.thousands)
            if self.is_typed and self.profile.thousands == "." and re.match(_AMBIGUOUS, strange[0]):
                hint = "It has two readings in a workbook: ask for a number cell, or for CSV"
            self.refuse(bare.is_in(strange.implode()).fill_null(value=False), texts, expected, heading, hint)
        factored = zip(plain, distinct.get_column("factor"), strict=True)
        made = [scaled(text, Fraction(factor)) for text, factor in factored]
        result = distinct.with_columns(pl.Series("number", made, dtype=pl.String))
        return pairs.join(result, on=["text", "factor"], how="left", maintain_order="left").get_column("number")

    def _plain_numbers(self, texts: pl.Series) -> pl.Series:
        read = numbers(texts, self.profile.decimal, self.profile.thousands)
        if not self.is_typed:
            return read
        # the container wrote it; only a text of the supplier could mean thousands by its point
        read = read.zip_with(~texts.str.contains(_LOOKS_TYPED), texts)
        return read.set(texts.str.contains(_AMBIGUOUS), None) if self.profile.thousands == "." else read

    def _factors(self, source: Source) -> pl.Series:
        height = self.table.frame.height
        if source.factor_by is None:
            return pl.repeat(source.factor, height, dtype=pl.String, eager=True)
        units = self.of(source.factor_by.header)
        known = source.factor_by.values
        strange = units.is_not_null() & ~units.is_in(list(known))
        hint = "Add the unit to factor_by of the profile"
        self.refuse(strange, units, "one of " + ", ".join(known), source.factor_by.header, hint)
        factors = units.replace_strict(known, return_dtype=pl.String) if units.drop_nulls().len() else units
        return factors.set(factors == "", None)
