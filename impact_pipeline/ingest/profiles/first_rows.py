"""The first rows of a file nobody knows, as text: in which marks, on which sheet, below which header."""

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.csv_bytes import decoded, encoding_of
from impact_pipeline.ingest.files.csv_files import DELIMITERS
from impact_pipeline.ingest.files.json_files import read_json
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.spellings import BLANKS
from impact_pipeline.ingest.files.tables import HEADER_LINES, header_names, read_parquet
from impact_pipeline.ingest.files.workbooks import sheets_of

READ_ROWS = 2_000
_ENCODINGS = ("utf-8", "cp1252")
_NUMERIC = re.compile(rf"^[(+-]*\d[\d.,'{BLANKS[1:-1]}]*[)%-]*$")


@dataclass(frozen=True)
class FirstRows:
    """First rows of a file as text."""

    rows: list[list[str]]
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def header(self) -> tuple[int, int]:
        """Place of the first row that is all names and as wide as the widest, and of how many rows its names are.

        Names that are there twice need those of their groups above them (``header_names``).
        """
        widest = max(sum(bool(cell.strip()) for cell in row) for row in self.rows)
        for place, row in enumerate(self.rows[:HEADER_LINES]):
            cells = [cell.strip() for cell in row if cell.strip()]
            if len(cells) < max(2, 0.6 * widest) or any(map(_NUMERIC.match, cells)):
                continue
            if len(set(cells)) == len(cells):
                return place, 1
            names = list(filter(None, self.names(place, 2)))
            if place and len(set(names)) == len(names):
                return place, 2
        return 0, 1

    def names(self, place: int, header_rows: int) -> list[str]:
        """Headings of a header that ends at a row."""
        return [name.strip() for name in header_names(self.rows[:place], self.rows[place], header_rows)]


def headings_of(file: SourceFile) -> list[str]:
    """Headings of a file, as well as can be told without a profile."""
    grid = first_rows(file)
    return grid.names(*grid.header)


def first_rows(file: SourceFile) -> FirstRows:
    """The first rows of a file, its marks as they seem to be.

    Raises:
        SourceFileError: a file that cannot be read at all.
    """
    if file.extension == "csv":
        encoding = next((name for name in _ENCODINGS if _is_valid(file, name)), "cp1252")
        text = decoded(file, encoding_of(file, [encoding]))
        head = "".join(itertools.islice(io.StringIO(text), READ_ROWS))
        delimiter = max(DELIMITERS, key=lambda mark: (_regular(head, mark), mark == ","))
        return FirstRows(list(csv.reader(io.StringIO(head), delimiter=delimiter)), delimiter, encoding)
    if file.extension in ("json", "parquet"):
        frame = (read_json(file, ()) if file.extension == "json" else read_parquet(file, keep_types=False)).frame.head(
            READ_ROWS
        )
    else:
        sheets = sheets_of(file)
        if not sheets:
            raise SourceFileError(file.name, "no sheet with cells", "a table")
        # of several, the one that says most
        title = max(sheets, key=lambda name: sheets[name].height * sheets[name].width)
        rows = [[cell or "" for cell in row] for row in sheets[title].head(READ_ROWS).iter_rows()]
        return FirstRows(rows, sheet=title if len(sheets) > 1 else None)
    return FirstRows([frame.columns, *([cell or "" for cell in row] for row in frame.iter_rows())])


def _is_valid(file: SourceFile, encoding: str) -> bool:
    try:
        file.data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _regular(text: str, delimiter: str) -> int:
    """Cells of the lines that have the commonest number of them; 0 when that is one."""
    counts = Counter(len(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row)
    [(cells, lines)] = counts.most_common(1) or [(1, 0)]
    return cells * lines if cells > 1 else 0
