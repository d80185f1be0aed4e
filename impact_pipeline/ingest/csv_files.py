"""CSV bytes to text cells, strictly: one row per line, as many cells as the header, UTF-8, no surprises."""

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.sources import SourceFile
from impact_pipeline.ingest.tables import CONTROL, TextTable, check_formulas, check_header, check_not_empty, no_rows

DELIMITERS = {",": "','", ";": "';'", "|": "'|'", "\t": "tab"}
#: Letters with accents in UTF-8; in cp1252 it would be a capital A with a tilde before a sign no word has.
_UTF_8_ACCENT = re.compile(rb"\xc3[\x80-\xbf]")
_CONTROL = re.compile(CONTROL.encode())
_CHUNK = 50_000
_LONGEST_LINE_BYTES = 1_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECIMAL_COMMA = re.compile(r"(?:^|,)-?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*,\d{1,2}(?:,|$)")


def decoded(file: SourceFile, encodings: Sequence[str] = ("utf-8",)) -> str:
    """Text of the file without byte order mark, lines ended by a line feed alone.

    ``encodings``: the first in which the whole file is valid counts.

    Raises:
        SourceFileError: empty, NUL byte, another encoding, or carriage returns alone as line ends.
    """
    check_not_empty(file)
    data = file.data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise SourceFileError(file.name, "UTF-16 text", "UTF-8 text", row=1, hint="Save it as CSV UTF-8")
    if match := _CONTROL.search(data):
        what = "a NUL byte" if match[0] == b"\0" else f"a control character (0x{match[0].hex()})"
        raise SourceFileError(
            file.name,
            what,
            "text",
            row=_row_at(data, match.start()),
            column=_column_at(data, match.start()),
            hint="The file is damaged: ask for it again",
        )
    data = data.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
    if (place := data.find(_BYTE_ORDER_MARK)) >= 0:
        hint = "Two files put together? Send them apart"
        raise SourceFileError(
            file.name, "a byte order mark inside the file", "one at the start", row=_row_at(data, place), hint=hint
        )
    if (place := data.find(b"\r")) >= 0:
        raise SourceFileError(
            file.name,
            "a carriage return inside a line",
            "lines ended by LF or CR LF",
            row=_row_at(data, place),
            hint="Save it as CSV again",
        )
    errors = []
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            errors.append(error)
            continue
        # one damaged byte must not turn every accent of a UTF-8 file into two strange letters
        if not (errors and _UTF_8_ACCENT.search(data)):
            return text
    named, start = " or ".join(encodings).upper(), errors[0].start
    raise SourceFileError(
        file.name,
        f"bytes that are not {named}{_guess(data)}",
        f"{named} text",
        row=_row_at(data, start),
        column=_column_at(data, start),
        hint="Save it as CSV UTF-8",
    )


def check_lines(file: SourceFile) -> None:
    """Refuse a line of more than a megabyte: no table has one, and it would be held in memory many times over."""
    data, place = file.data, 0
    while len(data) - place > _LONGEST_LINE_BYTES:
        end = data.rfind(b"\n", place, place + _LONGEST_LINE_BYTES)
        if end < 0:
            found = f"a line of more than {_LONGEST_LINE_BYTES:,} bytes"
            raise SourceFileError(file.name, found, "one row per line", row=_row_at(data, place))
        place = end + 1


def _row_at(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _column_at(data: bytes, place: int) -> str | None:
    """Name of the column a byte is in, when commas alone tell."""
    header = data.split(b"\n", 1)[0].removeprefix(_BYTE_ORDER_MARK).rstrip(b"\r").split(b",")
    start = data.rfind(b"\n", 0, place) + 1
    position = data.count(b",", start, place)
    if start == 0 or b'"' in data[start:place] or position >= len(header):
        return None
    return header[position].decode("utf-8", "replace").strip()


def _guess(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return " (looks like cp1252)"


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
    text: str,
    delimiter: str = ",",
    skipped: int = 0,
    keep: Callable[[str], bool] | None = None,
    footer: Sequence[str] = (),
) -> TextTable:
    """Cells of a CSV text whose header is the first line after ``skipped`` lines.

    ``keep`` picks the columns by name where a supplier sends many more than are used; others may be nameless, lines of
    delimiters alone and comments are skipped, and so are lines that start with one of ``footer``.
    """
    if delimiter == "," and not skipped and keep is None and (table := _plain(file, text)) is not None:
        return table
    lines = records(file, text, delimiter, skipped)
    first = next(lines, None)
    if first is None:
        raise no_rows(file)
    check_formulas(file, first[1], first[0])
    picked = [index for index, name in enumerate(first[1]) if keep is None or keep(name)]
    header = check_header(file, [first[1][index] for index in picked], first[0])
    frames: list[pl.DataFrame] = []
    rows: list[int] = []
    while chunk := list(itertools.islice(lines, _CHUNK)):
        if keep is not None:
            chunk = [(row, cells) for row, cells in chunk if not _is_remark(cells, footer)]
        for row, cells in chunk:
            if len(cells) != len(first[1]):
                raise _wrong_count(file, row, delimiter.join(cells), len(cells), len(first[1]))
        columns = zip(header, picked, strict=True)
        frames.append(pl.DataFrame([pl.Series(name, [c[i] for _, c in chunk], pl.String) for name, i in columns]))
        rows.extend(row for row, _ in chunk)
    if not frames:
        raise no_rows(file)
    above = tuple(tuple(cells) for cells in csv.reader(text.split("\n", skipped)[:skipped], delimiter=delimiter))
    return TextTable(file, pl.concat(frames), pl.Series(rows, dtype=pl.Int64), above=above)


def _is_remark(cells: Sequence[str], footer: Sequence[str]) -> bool:
    """A line without any text, or whose only text is a comment, or one that stands behind the table."""
    texts = [cell for cell in cells if cell.strip()]
    if not texts or texts[0].strip().startswith(tuple(footer)):
        return True
    return len(texts) == 1 and texts[0] is cells[0] and texts[0].lstrip().startswith("#")


def _plain(file: SourceFile, text: str) -> TextTable | None:
    """The fast way for text without quotes or blank lines: the cells are counted, then Polars splits them."""
    if '"' in text:
        return None
    lines = text.rstrip("\n").split("\n")
    header = check_header(file, lines[0].split(","))
    commas = len(header) - 1
    for row, line in enumerate(lines[1:], start=2):
        if line.count(",") != commas:
            if not line:
                return None
            raise _wrong_count(file, row, line, line.count(",") + 1, commas + 1)
    if len(lines) == 1:
        raise no_rows(file)
    if commas == 0:
        return None
    body = pl.read_csv(
        "\n".join(lines[1:]).encode(),
        has_header=False,
        new_columns=header,
        infer_schema=False,
        quote_char=None,
    )
    if body.height != len(lines) - 1:
        return None
    return TextTable(file, body, pl.Series(range(2, len(lines) + 1), dtype=pl.Int64))


def _wrong_count(file: SourceFile, row: int, line: str, found: int, expected: int) -> SourceFileError:
    hint = "The row looks cut: ask for the file again"
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


def peek(file: SourceFile, column: str) -> list[str | None] | None:
    """Distinct texts of one column, cheaply and without checks; nothing when that cannot be done."""
    try:
        quote = '"' if b'"' in file.data else None
        frame = pl.read_csv(
            file.data, columns=[column], infer_schema=False, quote_char=quote, truncate_ragged_lines=True
        )
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return None
    return frame.get_column(column).unique(maintain_order=True).to_list()
