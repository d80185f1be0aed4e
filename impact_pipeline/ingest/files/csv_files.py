"""CSV bytes to text cells, strictly: one row per line, as many cells as the header, UTF-8, no surprises."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.csv_bytes import decoded, slices
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable, check_formulas, check_header, header_names, no_rows

DELIMITERS = {",": "','", ";": "';'", "|": "'|'", "\t": "tab"}
#: Stands between cells whose quotes were taken away; a control character, so no file holds it.
_MARK = "\x1f"
#: Name of the column of row numbers while cells are read.
_ROW = "\x1frow"
_DECIMAL_COMMA = re.compile(r"(?:^|,)-?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*,\d{1,2}(?:,|$)")


def records(file: SourceFile, text: str, delimiter: str, skipped: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not blank; quotes must close on their own line."""
    handle = io.StringIO(text, newline="\n")
    for _ in range(skipped):
        handle.readline()
    quotes = 0

    def counted() -> Iterator[str]:
        nonlocal quotes
        for line in handle:
            quotes = line.count('"')
            yield line

    reader = csv.reader(counted(), delimiter=delimiter, strict=True)
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _lone_quote(file, line, f" ({error})") from None
        if reader.line_num + skipped > line:
            raise SourceFileError(
                file.name,
                "a line break inside quotes",
                "one row per line",
                row=line,
                hint="A quote was probably opened and not closed on this row",
            )
        if quotes % 2:  # the reader takes a lone quote inside a cell for text
            raise _lone_quote(file, line)
        if cells:
            yield line, cells
        line = reader.line_num + skipped + 1


def _lone_quote(file: SourceFile, line: int, detail: str = "") -> SourceFileError:
    return SourceFileError(
        file.name,
        f"a quote that is not closed or stands alone{detail}",
        "quotes around a whole cell, in pairs",
        row=line,
        hint="Double a quote that belongs to the text, or remove it",
    )


def read_csv(
    file: SourceFile,
    encoding: str = "utf-8",
    delimiter: str = ",",
    skipped: int = 0,
    keep: Callable[[str], bool] | None = None,
    footer: Sequence[str] = (),
    header_rows: int = 1,
) -> TextTable:
    """Cells of a CSV file whose header is the first line after ``skipped`` lines; an empty cell is null.

    With two ``header_rows``, the line before it groups its columns (``header_names``).

    ``keep`` picks the columns by name where a supplier sends many more than are used; others may be nameless, lines of
    delimiters alone and comments are skipped, and so are lines that start with one of ``footer``. Read in slices: the
    text of a file is many times its cells.
    """
    layout, frames = _slices_of_cells(file, encoding, delimiter, skipped, keep, footer, header_rows)
    if not any(frame.height for frame in frames) or layout is None:
        raise no_rows(file)
    # column by column, each let go where it came from: a second copy of the whole table would be the peak of memory
    whole = {
        name: pl.concat([frame.drop_in_place(name) for frame in frames], rechunk=True) for name in frames[0].columns
    }
    rows = whole.pop(_ROW)
    return TextTable(file, pl.DataFrame(whole), rows, above=layout.above)


def _slices_of_cells(
    file: SourceFile,
    encoding: str,
    delimiter: str,
    skipped: int,
    keep: Callable[[str], bool] | None,
    footer: Sequence[str],
    header_rows: int,
) -> tuple["_Layout | None", list[pl.DataFrame]]:
    layout: _Layout | None = None
    frames: list[pl.DataFrame] = []
    first = 1
    for part in slices(file, encoding):
        lines = pl.read_lines(part, name="line").with_columns(row=first + pl.int_range(pl.len(), dtype=pl.Int64))
        first += part.count(b"\n")
        lines = lines.filter(pl.col("row") > skipped, pl.col("line") != "")
        if layout is None and lines.height:
            layout = _layout(file, encoding, delimiter, skipped, keep, footer, header_rows)
            lines = lines.slice(1)
        if layout is not None and lines.height:
            frames.append(_split(layout, lines))
    return layout, frames


@dataclass(frozen=True)
class _Layout:
    """What the header says. ``picked``: places of the columns that are kept.

    ``footer``: how lines behind the table start; nothing where remarks are not left out.
    """

    file: SourceFile
    encoding: str
    delimiter: str
    width: int
    picked: dict[str, int]
    footer: tuple[str, ...] | None
    above: tuple[tuple[str, ...], ...]


def _layout(
    file: SourceFile,
    encoding: str,
    delimiter: str,
    skipped: int,
    keep: Callable[[str], bool] | None,
    footer: Sequence[str],
    header_rows: int,
) -> _Layout:
    text = next(slices(file, encoding)).decode()
    row, cells = next(records(file, text, delimiter, skipped))
    check_formulas(file, cells, row)
    above = tuple(tuple(line) for line in csv.reader(text.split("\n", skipped)[:skipped], delimiter=delimiter))
    cells = header_names(above, cells, header_rows)
    places = [place for place, name in enumerate(cells) if keep is None or keep(name)]
    names = check_header(file, [cells[place] for place in places], row)
    remarks = None if keep is None else tuple(footer)
    return _Layout(file, encoding, delimiter, len(cells), dict(zip(names, places, strict=True)), remarks, above)


def _split(layout: _Layout, lines: pl.DataFrame) -> pl.DataFrame:
    """Cells of the picked columns and the row of each line, remarks left out."""
    mark = layout.delimiter
    is_quoted = lines.get_column("line").str.contains('"', literal=True)
    if is_quoted.any():
        # no text holds this sign: cells without their quotes can be split at it
        quoted = [_MARK.join(_cells(layout, *row)) for row in lines.filter(is_quoted).select("row", "line").iter_rows()]
        texts = lines.get_column("line").str.replace_all(mark, _MARK, literal=True)
        mark, lines = _MARK, lines.with_columns(texts.scatter(is_quoted.arg_true(), quoted).alias("line"))
    if layout.footer is not None:
        begins = "|".join(["$", "#", *map(re.escape, layout.footer)])
        may_be = lines.get_column("line").str.contains(rf"^[\s{re.escape(mark)}]*(?:{begins})")
        if may_be.any():
            remarks = [_is_remark(line.split(mark), layout.footer) for line in lines.get_column("line").filter(may_be)]
            lines = lines.filter(~may_be.scatter(may_be.arg_true(), remarks))
    counts = lines.get_column("line").str.count_matches(mark, literal=True)
    if (counts != layout.width - 1).any():
        place = (counts != layout.width - 1).arg_true()[0]
        line, row = lines.row(place)
        raise _wrong_count(layout.file, row, line.replace(mark, layout.delimiter), counts[place] + 1, layout.width)
    if lines.is_empty():
        cells = pl.DataFrame(schema=dict.fromkeys(layout.picked, pl.String))
    elif layout.width == 1:
        cells = lines.select(pl.col("line").alias(name) for name in layout.picked)
    else:
        text = io.BytesIO()
        lines.select("line").write_csv(text, include_header=False, quote_style="never")
        cells = pl.read_csv(
            text.getvalue(),
            has_header=False,
            separator=mark,
            quote_char=None,
            infer_schema=False,
            columns=list(layout.picked.values()),
        )
        cells.columns = list(layout.picked)
    return cells.with_columns(lines.get_column("row").alias(_ROW)).rechunk()  # no longer holds the text of the slice


def _cells(layout: _Layout, row: int, line: str) -> list[str]:
    """Cells of a line with quotes."""
    with suppress(csv.Error, ValueError):
        [cells] = csv.reader([line], delimiter=layout.delimiter, strict=True)
        if line.count('"') % 2 == 0:  # the reader takes a lone quote inside a cell for text
            return cells
    # the lines that follow tell what is wrong with this one
    text = decoded(layout.file, layout.encoding)
    for _ in records(layout.file, text, layout.delimiter, row - 1):
        pass
    raise _lone_quote(layout.file, row)


def _is_remark(cells: Sequence[str], footer: tuple[str, ...]) -> bool:
    """A line without any text, or whose only text is a comment, or one that stands behind the table."""
    texts = [cell for cell in cells if cell.strip()]
    if not texts or texts[0].strip().startswith(footer):
        return True
    return len(texts) == 1 and texts[0] is cells[0] and texts[0].lstrip().startswith("#")


def _wrong_count(file: SourceFile, row: int, line: str, found: int, expected: int) -> SourceFileError:
    hint = "The row looks cut: ask for the file again"
    if found == 1:
        hint += ". A note below the table? Name its first words under footer of the profile"
    if found > expected:
        hint = "Put quotes around a text that holds a comma"
        if _DECIMAL_COMMA.search(line):
            hint = "A decimal comma? Numbers need a decimal point"
    return SourceFileError(file.name, f"{found} cells", f"{expected} cells as in the header", row=row, hint=hint)


def wrong_delimiter(file: SourceFile, header: list[str]) -> None:
    """Refuse a header that is one cell because another delimiter was used."""
    if len(header) > 1:
        return
    for delimiter, spelled in DELIMITERS.items():
        if delimiter != "," and delimiter in header[0]:
            raise SourceFileError(
                file.name,
                f"cells separated by {spelled}",
                "cells separated by ','",
                row=1,
                hint="Save it as comma-separated",
            )


def peek(file: SourceFile, column: str | int, delimiter: str = ",", skipped: int = 0) -> list[str | None] | None:
    """Distinct texts of one column, cheaply and without checks; nothing when that cannot be done."""
    try:
        quote = '"' if b'"' in file.data else None
        frame = pl.read_csv(
            file.data,
            columns=[column],  # type: ignore[arg-type]
            separator=delimiter,
            skip_lines=skipped,
            infer_schema=False,
            quote_char=quote,
            truncate_ragged_lines=True,
        )
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return None
    return frame.to_series().unique(maintain_order=True).to_list()
