"""Text cells to typed columns: decimals, dates, booleans, closed lists. The first bad cell is named."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile, nearest
from impact_pipeline.ingest.files.tables import SPREADSHEET_ERROR
from impact_pipeline.schemas import Column
from impact_pipeline.schemas.table import DATE, FLAG, TEXT, WHOLE

NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?$"
_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_WHOLE = r"^[+-]?[0-9]{1,18}(?:\.0+)?$"
_DECIMAL_COMMA = re.compile(r"^[+-]?[0-9 .\u00a0\u202f']*,[0-9]+$")
_NO_CODE = r"null|nan|n/?a|n/d|-+"
#: Digits of every decimal column: 6 or 12 of them behind the point.
PRECISION = 24
FLAGS = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class Batch:
    """Rows of one dataset from several files; ``_file`` indexes ``files``, ``source_row`` the row there."""

    dataset: str
    files: tuple[SourceFile, ...]
    frame: pl.DataFrame

    def with_frame(self, frame: pl.DataFrame) -> "Batch":
        """The same files with other rows."""
        return replace(self, frame=frame)

    def place(self, row: dict[str, object]) -> tuple[str, int]:
        """File name and row number of a row of the frame."""
        return self.files[int(str(row["_file"]))].name, int(str(row["source_row"]))

    def refuse(
        self,
        bad: pl.Expr,
        column: str,
        expected: str,
        found: Callable[[dict[str, object]], str],
        hint: str = "",
    ) -> None:
        """Raise for the first row where ``bad`` holds."""
        rows = self.frame.filter(bad)
        if rows.height == 0:
            return
        row = rows.sort("_file", "source_row").row(0, named=True)
        file, number = self.place(row)
        raise SourceFileError(file, found(row), expected, row=number, column=column, hint=hint)


def typed(batch: Batch, column: Column, words: Sequence[str] | None) -> Batch:
    """The batch with one text column made into the column's type; empty cells are null.

    Raises:
        SourceFileError: for the first cell that is not of the type, the range or the closed list.
    """
    name = column.name
    if batch.frame.schema[name] != TEXT:  # a Parquet column whose type says the same as ours, only narrower
        result = batch.with_frame(batch.frame.with_columns(pl.col(name).cast(column.dtype)))
        _check_range(result, column)
        return result
    stripped = pl.col(name).str.strip_chars()
    batch = batch.with_frame(batch.frame.with_columns(pl.when(stripped.str.len_bytes() > 0).then(stripped).alias(name)))
    if column.dtype == TEXT:
        _check_errors(batch, name)
        _check_words(batch, name, words)
        return batch
    if column.dtype == DATE:
        parsed = _dates(batch, name)
    elif column.dtype == FLAG:
        parsed = _flags(batch, name)
    elif column.dtype == WHOLE:
        parsed = _wholes(batch, name)
    else:
        parsed = _decimals(batch, column)
    result = batch.with_frame(batch.frame.with_columns(parsed.alias(name)))
    _check_range(result, column)
    return result


def _check_errors(batch: Batch, name: str) -> None:
    """Refuse what a spreadsheet writes for a broken formula, and in codes what stands for a missing one."""
    wrong = SPREADSHEET_ERROR + (f"|{_NO_CODE}" if name.endswith("_id") else "")
    expected = "a code, or an empty cell when it is not known" if name.endswith("_id") else "text"
    bad = pl.col(name).str.contains(f"^(?i:{wrong})$")
    batch.refuse(bad, name, expected, lambda row: repr(row[name]), "Ask for the file with the values themselves")


def _check_words(batch: Batch, name: str, words: Sequence[str] | None) -> None:
    if words is None:
        return
    strange = set(batch.frame.get_column(name).drop_nulls().unique().to_list()) - set(words)
    if not strange:
        return
    batch_row = batch.frame.filter(pl.col(name).is_in(sorted(strange))).sort("_file", "source_row").row(0, named=True)
    file, row = batch.place(batch_row)
    word = str(batch_row[name])
    raise SourceFileError(
        file, repr(word), "one of " + ", ".join(words), row=row, column=name, hint=nearest(word, words)
    )


def _dates(batch: Batch, name: str) -> pl.Series:
    text = batch.frame.get_column(name)
    distinct = text.drop_nulls().unique()
    if distinct.is_empty():  # an empty mapping would leave the column as text
        return pl.repeat(None, text.len(), dtype=pl.Date, eager=True)
    parsed = distinct.set(~distinct.str.contains(_ISO_DATE), None).str.to_date("%Y-%m-%d", strict=False)
    strange = distinct.filter(parsed.is_null())
    if strange.len():
        hint = "Write it as year-month-day, e.g. 2024-12-31"
        batch.refuse(
            pl.col(name).is_in(strange.to_list()),
            name,
            "a date YYYY-MM-DD",
            lambda row: repr(row[name]),
            hint,
        )
    return text.replace_strict(distinct, parsed, return_dtype=pl.Date)


def _flags(batch: Batch, name: str) -> pl.Series:
    text = batch.frame.get_column(name).str.to_lowercase()
    strange = text.is_not_null() & ~text.is_in(list(FLAGS))
    if strange.any():
        batch.refuse(
            ~pl.col(name).str.to_lowercase().is_in(list(FLAGS)),
            name,
            "true, false, 1, 0 or empty",
            lambda row: repr(row[name]),
        )
    return text.replace_strict(list(FLAGS), list(FLAGS.values()), return_dtype=pl.Boolean)


def _wholes(batch: Batch, name: str) -> pl.Series:
    batch.refuse(~pl.col(name).str.contains(_WHOLE), name, "a whole number", lambda row: repr(row[name]))
    return batch.frame.get_column(name).str.replace(r"\.0+$", "").str.strip_prefix("+").cast(pl.Int64)


def _decimals(batch: Batch, column: Column) -> pl.Series:
    """Exact decimals; digits beyond the scale are rounded half to even."""
    name, kind = column.name, column.dtype
    assert isinstance(kind, pl.Decimal)
    batch.refuse(
        ~pl.col(name).str.contains(NUMBER),
        name,
        "a number with a decimal point",
        lambda row: repr(row[name]),
        _number_hint(batch, name),
    )
    text = batch.frame.get_column(name)
    parsed = decimals(text, kind)
    missed = parsed.is_null() & text.is_not_null()
    if missed.any():
        index = missed.arg_true()[0]
        file, row = batch.place(batch.frame.row(index, named=True))
        raise SourceFileError(
            file,
            f"{text[index]!r}, a number too large",
            f"at most {PRECISION - kind.scale} digits before the point",
            row=row,
            column=name,
            hint="Check the unit",
        )
    return parsed


def decimals(numbers: pl.Series, kind: pl.Decimal) -> pl.Series:
    """Exact decimals of texts that are numbers, rounded half to even; null where one is too large."""
    parsed = numbers.cast(kind, strict=False)
    missed = (parsed.is_null() & numbers.is_not_null()).arg_true()
    if missed.is_empty():
        return parsed
    # an exponent or digits that the cast does not take
    made = [decimal_of(text, kind.scale) for text in numbers.gather(missed)]
    return parsed.scatter(missed, pl.Series(made, dtype=kind))


def translated(texts: pl.Series, read: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """What ``read`` makes of each text; each distinct one is read once."""
    distinct = texts.drop_nulls().unique()
    made = pl.Series([read(text) for text in distinct], dtype=dtype)
    return texts.replace_strict(distinct, made, default=None, return_dtype=dtype)


def decimal_of(text: str, scale: int = 6) -> Decimal | None:
    """Exact decimal of a text, rounded half to even; nothing when it is no number or too large."""
    try:
        with localcontext() as context:
            context.prec = 200
            value = Decimal(text)
            if not value.is_finite() or (value and value.adjusted() >= PRECISION - scale):
                return None
            value = value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_EVEN)
    except InvalidOperation:
        return None
    return value if abs(value) < Decimal(10) ** (PRECISION - scale) else None


def _number_hint(batch: Batch, name: str) -> str:
    cells = batch.frame.filter(~pl.col(name).str.contains(NUMBER)).sort("_file", "source_row").get_column(name)
    if cells.is_empty():
        return ""
    cell = str(cells[0])
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", cell):
        return "A thousands or a decimal comma? Write the number without separators, with a point for decimals"
    if _DECIMAL_COMMA.match(cell):
        return "Write it with a decimal point and without separators, e.g. " + re.sub(r"[^0-9,+-]", "", cell).replace(
            ",", "."
        )
    if cell.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "Leave the cell empty when the figure is not known"
    return "Leave the cell empty when the figure is not known; no thousands separators, units or signs after it"


def _check_range(batch: Batch, column: Column) -> None:
    name = column.name
    low, high = column.minimum, column.maximum
    if name == "units_per_eur":
        batch.refuse(pl.col(name) <= 0, name, "a rate above 0", lambda row: str(row[name]))
    if low is not None and column.name not in ("tco2e",):
        batch.refuse(pl.col(name) < low, name, f"at least {low:g}", lambda row: str(row[name]))
    if high is not None:
        hint = 'In percent? Write a fraction, or set factor: "0.01" in a profile' if high == 1 else ""
        batch.refuse(pl.col(name) > high, name, f"at most {high:g}", lambda row: str(row[name]), hint)


def iso_dates(texts: Iterable[str | None]) -> list[dt.date] | None:
    """The date of each text; nothing when one is missing or odd."""
    days = [iso_date((text or "").strip()) for text in texts]
    return None if None in days else [day for day in days if day is not None]


def iso_date(text: str) -> dt.date | None:
    """A date written YYYY-MM-DD, with midnight behind it or not."""
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00:00(?:\.0+)?Z?)?", text)
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
