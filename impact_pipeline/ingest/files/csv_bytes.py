"""The bytes of a text file: which encoding they are in, that nothing is damaged, and its lines in UTF-8."""

import re
from collections.abc import Iterator, Sequence

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import CONTROL, check_not_empty

#: Letters with accents in UTF-8; in cp1252 it would be a capital A with a tilde before a sign no word has.
_UTF_8_ACCENT = re.compile(rb"\xc3[\x80-\xbf]")
_CONTROL = re.compile(CONTROL.encode())
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_LONGEST_LINE_BYTES = 1_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Size of the slices in which a file is read.
_SLICE_BYTES = 32_000_000


def encoding_of(file: SourceFile, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The first of the encodings in which the whole file is valid.

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
    if (place := data.find(_BYTE_ORDER_MARK, 1)) >= 0:
        hint = "Two files put together? Send them apart"
        raise SourceFileError(
            file.name, "a byte order mark inside the file", "one at the start", row=_row_at(data, place), hint=hint
        )
    if match := _LONE_RETURN.search(data):
        raise SourceFileError(
            file.name,
            "a carriage return inside a line",
            "lines ended by LF or CR LF",
            row=_row_at(data, match.start()),
            hint="Save it as CSV again",
        )
    accent = None if "utf-8" in encodings else _UTF_8_ACCENT.search(data)
    if accent is not None and _not_valid(data, "utf-8") is None:
        raise SourceFileError(
            file.name,
            "UTF-8 text",
            f"{' or '.join(encodings)} text, as the profile says",
            row=_row_at(data, accent.start()),
            column=_column_at(data, accent.start()),
            hint=f"Set encoding: [utf-8, {', '.join(encodings)}] in the profile; each accent would become two signs",
        )
    places: list[int] = []
    for encoding in encodings:
        odd = _not_valid(data, encoding)
        # one damaged byte must not turn every accent of a UTF-8 file into two strange letters
        if odd is None and not (places and _UTF_8_ACCENT.search(data)):
            return encoding
        places += [] if odd is None else [odd]
    named, start = " or ".join(encodings).upper(), places[0]
    raise SourceFileError(
        file.name,
        f"bytes that are not {named}{'' if _not_valid(data, 'cp1252') is not None else ' (looks like cp1252)'}",
        f"{named} text",
        row=_row_at(data, start),
        column=_column_at(data, start),
        hint="Save it as CSV UTF-8",
    )


def slices(file: SourceFile, encoding: str) -> Iterator[bytes]:
    """The file in UTF-8, without byte order mark and carriage returns, some megabytes of whole lines at a time."""
    data = file.data
    for start, end in _whole_lines(data):
        part = data[start:end].removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
        yield part if encoding == "utf-8" else part.decode(encoding).encode()


def decoded(file: SourceFile, encoding: str) -> str:
    """Text of the whole file, lines ended by a line feed alone."""
    return b"".join(slices(file, encoding)).decode()


def _whole_lines(data: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + _SLICE_BYTES) + 1 if len(data) - start > _SLICE_BYTES else len(data)
        end = end or data.find(b"\n", start) + 1 or len(data)  # a line longer than a slice
        yield start, end
        start = end


def _not_valid(data: bytes, encoding: str) -> int | None:
    """Place of the first byte that the encoding does not know; nothing when all is text."""
    for start, end in _whole_lines(data):
        try:
            data[start:end].decode(encoding)
        except UnicodeDecodeError as error:
            return start + error.start
    return None


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
