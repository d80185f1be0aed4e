"""A file as a table of text cells with row numbers, whatever its kind; header rules common to all kinds."""

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.schemas import TABLES

#: First lines of a file among which its header may be.
HEADER_LINES = 15
#: The widest template in use has some six hundred columns.
MOST_COLUMNS = 2_000
#: Control characters but tab and line ends: never part of a table, and invisible in a code.
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
#: What a spreadsheet writes for a formula that is broken.
SPREADSHEET_ERROR = r"#(?:ref|value|name|div/0|num|null|n/a|spill|calc)[!?]?"
#: Whole numbers of at most ten digits.
_SMALL_WHOLES = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)


@dataclass(frozen=True)
class TextTable:
    """Cells of one file as text (nothing = null) or as Parquet typed them; ``rows`` holds the row or record of each.

    ``above``: the lines over the header. ``dataset``: what the rows are about; the folder's, unless a profile says
    otherwise. ``profile_id``: how the file was read.
    """

    file: SourceFile
    frame: pl.DataFrame
    rows: pl.Series
    above: tuple[tuple[str, ...], ...] = ()
    dataset: str = ""
    profile_id: str = "canonical"

    def __post_init__(self) -> None:
        if not self.dataset:
            object.__setattr__(self, "dataset", self.file.dataset)


def header_names(above: Sequence[Sequence[str]], names: Sequence[str], header_rows: int) -> list[str]:
    """Names of a header below the rows ``above``: its own or, of two ``header_rows``, those of both as one.

    ``Market value | | Cost`` over ``Local | EUR | EUR``: Market value Local, Market value EUR, Cost EUR. A heading of a
    group holds to the next one.
    """
    if header_rows == 1:
        return list(names)
    groups = above[-1] if above else ()
    group, made = "", []
    for place, name in enumerate(names):
        said = groups[place].strip() if place < len(groups) else ""
        group = said or group
        made.append(f"{group} {name.strip()}".strip() if name.strip() else said)
    return made


def check_header(file: SourceFile, header: Sequence[str], row: int | None = 1) -> list[str]:
    """Column names without surrounding blanks; each must have a name and be there once."""
    if len(header) > MOST_COLUMNS:
        raise SourceFileError(file.name, f"{len(header):,} columns", f"at most {MOST_COLUMNS:,} columns", row=row)
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


def check_formulas(file: SourceFile, cells: Sequence[str], row: int) -> None:
    """Refuse a header with a broken formula, also where the column is not read: it may have been one that is."""
    for place, cell in enumerate(cells, start=1):
        if re.fullmatch(SPREADSHEET_ERROR, cell.strip(), re.IGNORECASE):
            raise SourceFileError(
                file.name, f"{cell.strip()} as name of column {place}", "a name", row=row, hint="Ask for the file again"
            )


def check_not_empty(file: SourceFile) -> None:
    """Refuse a file without any content."""
    if not file.data.strip():
        raise SourceFileError(
            file.name,
            "an empty file",
            "a header and at least one row",
            hint="Ask for the file again, or delete it",
        )


#: How files of a kind begin: what it is, the endings it may have, and what to do about another one.
_BEGINNINGS = {
    b"PK\x03\x04": ("a workbook or an archive", ("xlsx", "ods"), "Give it its own ending: xlsx, ods or zip"),
    b"\xd0\xcf\x11\xe0": (
        "a workbook with a password, or of the old kind (XLS)",
        ("xls",),
        "Save it without password; an old one ends in xls",
    ),
    b"PAR1": ("a Parquet file", ("parquet",), "Give it its own ending: parquet"),
    b"%PDF": ("a PDF", (), "Ask for the table itself"),
}


def check_kind(file: SourceFile) -> None:
    """Refuse bytes of another kind than the name says, in words that help more than those of the reader."""
    for beginning, (kind, endings, hint) in _BEGINNINGS.items():
        if file.extension not in endings and file.data.startswith(beginning):
            raise SourceFileError(file.name, kind, f"a file of kind {file.extension}", hint=hint)


def no_rows(file: SourceFile) -> SourceFileError:
    """The error for a file that holds a header and nothing else."""
    return SourceFileError(
        file.name, "a header and no rows", "at least one row", hint="Ask for the file again, or delete it"
    )


def read_parquet(file: SourceFile, *, keep_types: bool = True) -> TextTable:
    """A Parquet file, records counted from 1.

    With ``keep_types``, columns that fit the type of ours without rounding keep theirs; others are spelled as text, and
    read like any text.
    """
    check_not_empty(file)
    try:
        frame = pl.read_parquet(io.BytesIO(file.data))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise unreadable(file, "Parquet", error) from None
    check_header(file, frame.columns, row=None)
    if frame.height == 0:
        raise no_rows(file)
    for name, kind in frame.schema.items():
        if kind.is_nested() or isinstance(kind, pl.Binary | pl.Object):
            found = "nested values" if kind.is_nested() else "bytes"
            raise SourceFileError(file.name, found, "text, numbers, dates or true and false", column=name)
    wanted = TABLES[f"raw.{file.dataset}"].polars_schema if keep_types else {}
    cells = frame.select(
        pl.col(name) if fits(kind, wanted.get(name)) else as_text(name, kind) for name, kind in frame.schema.items()
    )
    return check_cells(TextTable(file, cells, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)))


def peek_dates(file: SourceFile, name: str) -> list[dt.date] | None:
    """Distinct days of one date column of a Parquet file, read without the others; nothing if impossible."""
    try:
        days = pl.read_parquet(io.BytesIO(file.data), columns=[name]).get_column(name).unique()
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return None
    return days.to_list() if days.dtype == pl.Date and days.len() and not days.has_nulls() else None


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
    """Refuse a control character inside a cell: invisible, it makes two codes that look alike different."""
    for name, kind in table.frame.schema.items():
        if kind != pl.String:
            continue
        texts = table.frame.get_column(name)
        bad = texts.str.contains(CONTROL).fill_null(value=False)
        if bad.any():
            row = table.rows.filter(bad)[0]
            what = "a NUL" if "\0" in texts.filter(bad)[0] else "a control character"
            raise SourceFileError(
                table.file.name, f"{what} inside a cell", "text", row=row, column=name, hint="Ask for the file again"
            )
    return table


def as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column spelled as text; a moment at midnight is a date."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return column.cast(pl.String)


def unreadable(file: SourceFile, kind: str, error: Exception) -> SourceFileError:
    """The error for a file that is not of the kind its name says, or cut."""
    first = str(error).strip().splitlines()
    return SourceFileError(
        file.name,
        f"a file that cannot be read as {kind} ({first[0][:120] if first else type(error).__name__})",
        f"a whole {kind} file",
        hint="It may be cut or of another kind: ask for it again",
    )
