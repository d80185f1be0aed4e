"""Workbooks (XLSX, XLS, ODS) as tables of text cells."""

import io
import itertools
import zipfile
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.containers import check_entries
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import (
    HEADER_LINES,
    TextTable,
    check_formulas,
    check_header,
    check_not_empty,
    header_names,
    no_rows,
    unreadable,
)


def read_sheet(file: SourceFile) -> TextTable:
    """A workbook (XLSX, XLS, ODS) whose first row is the header; rows numbered as it shows them."""
    return table_below(file, sheet_of(file), 0)


def sheet_of(file: SourceFile) -> pl.DataFrame:
    """Cells of the sheet named as the dataset, or of the only sheet."""
    sheets = sheets_of(file)
    sheet = picked(sheets, file.dataset)
    if sheet is None:
        found = f"sheets {', '.join(sheets)}" if sheets else "no sheet with cells"
        raise SourceFileError(
            file.name,
            found,
            f"one sheet, or one named {file.dataset}",
            hint="A supplier profile may name the sheet (`impact profile`)" if sheets else "",
        )
    return sheet


def sheets_of(file: SourceFile) -> dict[str, pl.DataFrame]:
    """Cells of every sheet that has any, by title."""
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
        raise unreadable(file, file.extension.upper(), error) from None
    return {title: sheet for title, sheet in sheets.items() if sheet.height}


def picked(sheets: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame | None:
    """The sheet of that name, or the only one; nothing when neither is there."""
    only = next(iter(sheets.values())) if len(sheets) == 1 else None
    return sheets.get(name, only)


def header_place(sheet: pl.DataFrame, is_header: Callable[[Sequence[str]], bool], header_rows: int = 1) -> int | None:
    """Which of the first rows is the header; nothing when none is (a title may stand above it)."""
    tops = [[cell or "" for cell in row] for row in sheet.head(HEADER_LINES).iter_rows()]
    names = (header_names(tops[:place], row, header_rows) for place, row in enumerate(tops))
    return next((place for place, cells in enumerate(names) if is_header(cells)), None)


def table_below(
    file: SourceFile,
    sheet: pl.DataFrame,
    place: int,
    keep: Callable[[str], bool] | None = None,
    header_rows: int = 1,
) -> TextTable:
    """The table whose header is the row at ``place``. ``keep`` picks columns by name; others may be nameless.

    With two ``header_rows``, the row before it groups its columns (``header_names``).
    """
    *above, header_row = (tuple(cell or "" for cell in row) for row in sheet.head(place + 1).iter_rows())
    sheet = sheet.slice(place)
    is_filled = [sheet.get_column(column).drop_nulls().len() > 0 for column in sheet.columns]
    names = list(itertools.compress(header_names(above, header_row, header_rows), is_filled))
    sheet = sheet.select(itertools.compress(sheet.columns, is_filled))
    check_formulas(file, names, place + 1)
    picked = [at for at, heading in enumerate(names) if keep is None or keep(heading)]
    sheet, names = sheet[:, picked], [names[at] for at in picked]
    header = check_header(file, names, place + 1)
    body = sheet.slice(1).rename(dict(zip(sheet.columns, header, strict=True)))
    rows = pl.Series(range(place + 2, place + body.height + 2), dtype=pl.Int64)
    filled = body.select(
        pl.any_horizontal(pl.all().str.strip_chars().str.len_chars() > 0).fill_null(value=False)
    ).to_series()
    body, rows = body.filter(filled), rows.filter(filled)
    if body.height == 0:
        raise no_rows(file)
    return TextTable(file, body.select(pl.all().str.replace(r" 00:00:00(\.0+)?$", "")), rows, above=tuple(above))


def _check_workbook(file: SourceFile) -> None:
    """Refuse a workbook that grows beyond measure when it is inflated; the oldest kind (XLS) is not compressed."""
    if file.extension == "xls":
        return
    try:
        entries = zipfile.ZipFile(io.BytesIO(file.data)).infolist()
    except zipfile.BadZipFile as error:
        raise unreadable(file, file.extension.upper(), error) from None
    check_entries(file.name, entries)
