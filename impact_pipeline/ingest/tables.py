"""A file as a table of text cells with row numbers, whatever its kind; header rules common to all kinds."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.sources import SourceFile
from impact_pipeline.schemas import TABLES

#: Limits that a workbook must keep once inflated (a small file can claim to hold gigabytes).
LARGEST_WORKBOOK_BYTES = 500_000_000
LARGEST_WORKBOOK_ENTRIES = 1_000
#: First lines of a file among which its header may be.
HEADER_LINES = 15
#: Whole numbers of at most ten digits.
_SMALL_WHOLES = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)


@dataclass(frozen=True)
class TextTable:
    """Cells of one file as text (nothing = null) or as Parquet typed them; ``rows`` holds the row of each."""

    file: SourceFile
    frame: pl.DataFrame
    rows: pl.Series
    encoding_note: str = ""


def check_header(file: SourceFile, header: Sequence[str], row: int | None = 1) -> list[str]:
    """Column names without surrounding blanks; each must have a name and be there once."""
    names = [name.strip() for name in header]
    for position, name in enumerate(names, start=1):
        if not name:
            raise SourceFileError(
                file.name,
                f"column {position} without a name",
                "a name in every column",
                row=row,
                hint="Delete the empty column or name it",
            )
    for name, count in Counter(names).items():
        if count > 1:
            raise SourceFileError(
                file.name,
                f"{count} columns of that name",
                "each column once",
                row=row,
                column=name,
                hint="Keep one of them",
            )
    return names


def check_not_empty(file: SourceFile) -> None:
    """Refuse a file without any content."""
    if not file.data.strip():
        raise SourceFileError(
            file.name,
            "an empty file",
            "a header and at least one row",
            hint="Ask for the file again, or delete it",
        )


def no_rows(file: SourceFile) -> SourceFileError:
    """The error for a file that holds a header and nothing else."""
    return SourceFileError(
        file.name, "a header and no rows", "at least one row", hint="Ask for the file again, or delete it"
    )


def read_parquet(file: SourceFile) -> TextTable:
    """A Parquet file, records counted from 1.

    Columns that fit the type of ours without rounding keep theirs; others are spelled as text, and read like any text.
    """
    check_not_empty(file)
    try:
        frame = pl.read_parquet(io.BytesIO(file.data))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise _unreadable(file, "Parquet", error) from None
    check_header(file, frame.columns, row=None)
    if frame.height == 0:
        raise no_rows(file)
    for name, kind in frame.schema.items():
        if kind.is_nested() or isinstance(kind, pl.Binary | pl.Object):
            found = "nested values" if kind.is_nested() else "bytes"
            raise SourceFileError(file.name, found, "text, numbers, dates or true and false", column=name)
    wanted = TABLES[f"raw.{file.dataset}"].polars_schema
    cells = frame.select(
        pl.col(name) if fits(kind, wanted.get(name)) else as_text(name, kind) for name, kind in frame.schema.items()
    )
    return check_cells(TextTable(file, cells, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)))


def fits(kind: pl.DataType, wanted: object) -> bool:
    """Whether every value of a Parquet type is a value of ours: then a cast does what reading its text would do."""
    if isinstance(wanted, pl.Decimal):
        if isinstance(kind, pl.Decimal):
            return kind.scale <= wanted.scale and kind.precision - kind.scale <= wanted.precision - wanted.scale
        return kind in _SMALL_WHOLES
    if wanted == pl.Int64:
        return kind in (*_SMALL_WHOLES, pl.Int64)
    return wanted in (pl.Date, pl.Boolean) and kind == wanted


def check_cells(table: TextTable) -> TextTable:
    """Refuse a NUL inside a cell: invisible, it makes two codes that look alike different."""
    for name, kind in table.frame.schema.items():
        if kind != pl.String:
            continue
        bad = table.frame.get_column(name).str.contains("\0", literal=True).fill_null(value=False)
        if bad.any():
            row = table.rows.filter(bad)[0]
            raise SourceFileError(
                table.file.name, "a NUL inside a cell", "text", row=row, column=name, hint="Ask for the file again"
            )
    return table


def as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column spelled as text; a moment at midnight is a date."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return column.cast(pl.String)


def read_xlsx(file: SourceFile, is_header: Callable[[Sequence[str]], bool] = lambda cells: False) -> TextTable:
    """A workbook: the sheet named as the dataset, or its only sheet; rows numbered as it shows them.

    The header is the first of the first rows that ``is_header``, else the first row.
    """
    check_not_empty(file)
    _check_workbook(file)
    try:
        sheets = pl.read_excel(
            io.BytesIO(file.data),
            sheet_id=0,
            has_header=False,
            infer_schema_length=0,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
        )
    except Exception as error:  # the reader's own error classes differ by engine
        raise _unreadable(file, "XLSX", error) from None
    sheets = {name: sheet for name, sheet in sheets.items() if sheet.height}
    if file.dataset not in sheets and len(sheets) != 1:
        found = f"sheets {', '.join(sheets)}" if sheets else "no sheet with cells"
        raise SourceFileError(file.name, found, f"one sheet, or one named {file.dataset}")
    sheet = sheets[file.dataset] if file.dataset in sheets else next(iter(sheets.values()))
    tops = ([cell or "" for cell in row] for row in sheet.head(HEADER_LINES).iter_rows())
    skipped = next((place for place, cells in enumerate(tops) if is_header(cells)), 0)
    sheet = sheet.slice(skipped)
    sheet = sheet.select(column for column in sheet.columns if sheet.get_column(column).drop_nulls().len())
    header = check_header(file, [cell or "" for cell in sheet.row(0)], skipped + 1)
    body = sheet.slice(1).rename(dict(zip(sheet.columns, header, strict=True)))
    rows = pl.Series(range(skipped + 2, skipped + body.height + 2), dtype=pl.Int64)
    kept = body.select(
        pl.any_horizontal(pl.all().str.strip_chars().str.len_chars() > 0).fill_null(value=False)
    ).to_series()
    body, rows = body.filter(kept), rows.filter(kept)
    if body.height == 0:
        raise no_rows(file)
    return TextTable(file, body.select(pl.all().str.replace(r" 00:00:00(\.0+)?$", "")), rows)


def _check_workbook(file: SourceFile) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(file.data)).infolist()
    except zipfile.BadZipFile as error:
        raise _unreadable(file, "XLSX", error) from None
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_WORKBOOK_BYTES or len(entries) > LARGEST_WORKBOOK_ENTRIES:
        raise SourceFileError(
            file.name,
            f"{len(entries)} parts of {size:,} bytes once inflated",
            f"at most {LARGEST_WORKBOOK_BYTES:,} bytes",
            hint="Send it as CSV or Parquet",
        )


class _RepeatedKeyError(ValueError):
    """A JSON object that names a column twice."""


def read_json(file: SourceFile) -> TextTable:
    """A list of records; numbers keep the digits they were written with, records are counted from 1."""
    check_not_empty(file)
    try:
        content = json.loads(
            file.data.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_record,
        )
    except UnicodeDecodeError as error:
        raise SourceFileError(file.name, f"bytes that are not UTF-8 at position {error.start}", "UTF-8 text") from None
    except _RepeatedKeyError as error:
        raise SourceFileError(file.name, "a record that names a column twice", "each once", column=str(error)) from None
    except json.JSONDecodeError as error:
        raise SourceFileError(
            file.name,
            f"text that is not JSON ({error.msg})",
            "a list of records",
            row=error.lineno,
            hint="The file may be cut: ask for it again",
        ) from None
    except RecursionError as error:
        raise _unreadable(file, "JSON", error) from None
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else None
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise SourceFileError(file.name, "something else than a list of records", "[{column: value, ...}, ...]")
    if not content:
        raise no_rows(file)
    header = check_header(file, list(dict.fromkeys(key for record in content for key in record)), row=None)
    keys = list(dict.fromkeys(key for record in content for key in record))
    columns = {
        name: pl.Series(
            [_json_text(file, number, name, record.get(key)) for number, record in enumerate(content, 1)],
            dtype=pl.String,
        )
        for name, key in zip(header, keys, strict=True)
    }
    return check_cells(TextTable(file, pl.DataFrame(columns), pl.Series(range(1, len(content) + 1), dtype=pl.Int64)))


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _RepeatedKeyError(next(key for key, count in Counter(k for k, _ in pairs).items() if count > 1))
    return record


def _json_text(file: SourceFile, row: int, column: str, value: Any) -> str | None:
    if isinstance(value, str) and any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise SourceFileError(file.name, "half of a character (\\ud8..)", "text", row=row, column=column)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise SourceFileError(file.name, "a nested value", "text, a number, true, false or null", row=row, column=column)


def _unreadable(file: SourceFile, kind: str, error: Exception) -> SourceFileError:
    first = str(error).strip().splitlines()
    return SourceFileError(
        file.name,
        f"a file that cannot be read as {kind} ({first[0][:120] if first else type(error).__name__})",
        f"a whole {kind} file",
        hint="It may be cut or of another kind: ask for it again",
    )
