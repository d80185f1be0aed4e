"""A first profile for a file nobody knows: what its header, marks and columns look like, for an analyst to correct.

Nothing here is used by a run: a proposal only counts once somebody has read it and put it into the policy.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import columns_of, required_columns
from impact_pipeline.ingest.files.csv_bytes import decoded, encoding_of
from impact_pipeline.ingest.files.csv_files import DELIMITERS
from impact_pipeline.ingest.files.json_files import read_json
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.spellings import BLANKS, DATE_SHAPES, heading_key
from impact_pipeline.ingest.files.tables import HEADER_LINES, read_parquet
from impact_pipeline.ingest.files.workbooks import sheets_of
from impact_pipeline.ingest.profiles.columns import FILL_IN
from impact_pipeline.ingest.profiles.contents import by_contents, marks
from impact_pipeline.ingest.reference import supplier_headings
from impact_pipeline.schemas.table import DATE, FLAG, TEXT

_ENCODINGS = ("utf-8", "cp1252")
_READ_ROWS = 2_000
_ADDED_UP = r"(((sous|sub|grand)[- ]?)?total|zwischensumme|gesamtsumme|summe|suma|totale|totaal)\b"
_NUMERIC = re.compile(rf"^[(+-]*\d[\d.,'{BLANKS[1:-1]}]*[)%-]*$")
_UNKNOWN = ("n/a", "na", "n/d", "n.d.", "ns", "nc", "#n/a", "-", "--", "null", "none", "not available")


@dataclass(frozen=True)
class Proposal:
    """A profile as plain values, the headings it does not use, and what the analyst should look at."""

    profile: dict[str, Any]
    unmapped: list[str]
    remarks: list[str]

    def to_yaml(self) -> str:
        """The profile file, remarks as comments on top and unused headings at the end."""
        lines = ["# Proposed by `impact profile`: read it, correct it, then move it into profiles/ of the policy.\n"]
        lines += [f"# - {remark}\n" for remark in self.remarks]
        lines.append(
            yaml.safe_dump(self.profile, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
        )
        lines += [f"# not read: {heading}\n" for heading in self.unmapped]
        return "".join(lines)


@dataclass(frozen=True)
class _Grid:
    """First rows of a file as text."""

    rows: list[list[str]]
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def header_place(self) -> int:
        """The first row that is all names and as wide as the widest."""
        widest = max(sum(bool(cell.strip()) for cell in row) for row in self.rows)
        for place, row in enumerate(self.rows[:HEADER_LINES]):
            cells = [cell.strip() for cell in row if cell.strip()]
            if len(cells) >= max(2, 0.6 * widest) and not any(map(_NUMERIC.match, cells)):
                return place
        return 0


def propose(file: SourceFile, dataset: str) -> Proposal:
    """Look at the first rows of a file and write down how it seems to be written.

    Raises:
        SourceFileError: a file without rows, or one that cannot be read at all.
    """
    grid = _grid(file)
    place = grid.header_place
    header = [cell.strip() for cell in grid.rows[place]]
    body = [row for row in grid.rows[place + 1 :] if any(cell.strip() for cell in row)]
    if not body:
        raise SourceFileError(file.name, "a header and no rows", "at least one row")
    cells = {
        heading: [row[at].strip() if at < len(row) else "" for row in body]
        for at, heading in enumerate(header)
        if heading
    }
    unknown = sorted({cell for column in cells.values() for cell in column if cell.lower() in _UNKNOWN})
    remarks: list[str] = []
    is_typed = grid.delimiter is None
    decimal, thousands = (".", "") if is_typed else marks(cells, remarks)
    mapped = _mapped(dataset, list(cells))
    labels = {name: said for name, said in _labels(dataset, grid.rows[:place]).items() if name not in mapped}
    by_cells = by_contents(dataset, cells, mapped.values(), _UNKNOWN)
    for name, heading in by_cells.items():
        if name not in mapped and name not in labels:
            mapped[name] = heading
            remarks.append(f"{name}: {heading} by its cells; the heading does not say so")
    dates = _dates(dataset, mapped, labels, cells, remarks)
    profile: dict[str, Any] = {
        "id": re.sub(r"[^a-z0-9]+", "_", file.path.stem.lower()).strip("_").lstrip("0123456789_")[:40] or "supplier",
        "title": f"Files like {file.path.name}",
        "kind": "columns",
        "dataset": file.dataset,
        "extensions": [file.extension],
    }
    if not is_typed:
        profile |= {"encoding": grid.encoding, "delimiters": [grid.delimiter], "decimal": decimal}
        profile |= {"thousands": thousands} if thousands else {}
    if file.extension == "json":
        profile["explode"] = []
    if grid.sheet is not None:
        profile["sheet"] = grid.sheet
        remarks.append(f"the workbook has several sheets: {grid.sheet} is read, which has most cells")
    profile |= {"dates": dates, "unknown": unknown, "signature": list(cells)[:5]}
    skip = _skipped(cells)
    if skip:
        profile["skip"] = skip
        remarks.append("rows that add others up are skipped; `totals` would check them first (docs/profiles.md)")
    profile["outputs"] = [{"dataset": dataset, "columns": _columns(dataset, mapped, labels, cells, remarks)}]
    return Proposal(profile, [heading for heading in cells if heading not in mapped.values()], remarks)


def headings_of(file: SourceFile) -> list[str]:
    """Headings of a file, as well as can be told without a profile."""
    grid = _grid(file)
    return [cell.strip() for cell in grid.rows[grid.header_place]]


def _grid(file: SourceFile) -> _Grid:
    if file.extension == "csv":
        encoding = next((name for name in _ENCODINGS if _is_valid(file, name)), "cp1252")
        text = decoded(file, encoding_of(file, [encoding]))
        head = "".join(itertools.islice(io.StringIO(text), _READ_ROWS))
        delimiter = max(DELIMITERS, key=lambda mark: (_regular(head, mark), mark == ","))
        return _Grid(list(csv.reader(io.StringIO(head), delimiter=delimiter)), delimiter, encoding)
    if file.extension in ("json", "parquet"):
        frame = (read_json(file, ()) if file.extension == "json" else read_parquet(file, keep_types=False)).frame.head(
            _READ_ROWS
        )
    else:
        sheets = sheets_of(file)
        if not sheets:
            raise SourceFileError(file.name, "no sheet with cells", "a table")
        # of several, the one that says most
        title = max(sheets, key=lambda name: sheets[name].height * sheets[name].width)
        rows = [[cell or "" for cell in row] for row in sheets[title].head(_READ_ROWS).iter_rows()]
        return _Grid(rows, sheet=title if len(sheets) > 1 else None)
    return _Grid([frame.columns, *([cell or "" for cell in row] for row in frame.iter_rows())])


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


def _mapped(dataset: str, headings: Sequence[str]) -> dict[str, str]:
    """Our column to the heading that seems to be it: the same name, or one of the usual ones in their order."""
    by_key = {heading_key(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    for column in columns_of(dataset):
        usual = [column.name, *supplier_headings().get((dataset, column.name), [])]
        heading = next((by_key[key] for name in usual if (key := heading_key(name)) in by_key), None)
        if heading is not None and heading not in found.values():
            found[column.name] = heading
    return found


def _labels(dataset: str, above: Sequence[Sequence[str]]) -> dict[str, tuple[str, str]]:
    """Our column to a label in the lines over the header (``Date : 31/12/2024``) and what stands behind it."""
    said: dict[str, tuple[str, str]] = {}
    for row in above:
        cells = [cell.strip() for cell in row if cell.strip()]
        label, _, behind = cells[0].partition(":") if cells else ("", "", "")
        value = behind.strip() or (cells[1] if len(cells) > 1 else "")
        if value:
            said.setdefault(heading_key(label), (label.strip(), value))
    return {
        column.name: said[key]
        for column in columns_of(dataset)
        for name in reversed([column.name, *supplier_headings().get((dataset, column.name), [])])
        if (key := heading_key(name)) in said
    }


def _dates(
    dataset: str,
    mapped: dict[str, str],
    labels: dict[str, tuple[str, str]],
    cells: dict[str, list[str]],
    remarks: list[str],
) -> list[str]:
    """Shapes that the columns of days show."""
    texts_of = {
        name: cells[mapped[name]] if name in mapped else [labels[name][1]]
        for name in (column.name for column in columns_of(dataset) if column.dtype == DATE)
        if name in mapped or name in labels
    }
    shapes: list[str] = []
    for name, column_cells in texts_of.items():
        texts = {text for text in column_cells if text and text.lower() not in _UNKNOWN}
        fitting = [shape for shape, read in DATE_SHAPES.items() if texts and all(map(read, texts))]
        if {"dd/mm/yyyy", "mm/dd/yyyy"} <= set(fitting):
            fitting.remove("mm/dd/yyyy")
            remarks.append(f"{name}: day or month first? No day above 12 shows it; day first is assumed")
        if fitting:
            shapes.append(fitting[0])
        else:
            remarks.append(f"{name}: no shape of dates fits all its cells")
    return list(dict.fromkeys(shapes)) or ["yyyy-mm-dd"]


def _skipped(cells: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Rows whose text starts with a word for total."""
    found = []
    for heading, texts in cells.items():
        words = {text.split()[0] for text in texts if re.match(_ADDED_UP, text, re.IGNORECASE)}
        if words:
            found.append({"header": heading, "starts_with": sorted(words)})
    return found


def _columns(
    dataset: str,
    mapped: dict[str, str],
    labels: dict[str, tuple[str, str]],
    cells: dict[str, list[str]],
    remarks: list[str],
) -> dict[str, Any]:
    """Sources of our columns; what must be there and was not found is to be filled in."""
    needed = required_columns(dataset)
    made: dict[str, Any] = {}
    for column in columns_of(dataset):
        name = column.name
        if name in mapped:
            heading = mapped[name]
            words = sorted({text for text in cells[heading] if text})
            is_word = column.allowed is not None and column.dtype in (TEXT, FLAG)
            strange = [word for word in words if is_word and word not in (column.allowed or ())]
            if strange and len(strange) <= 30:
                made[name] = {"header": heading, "values": dict.fromkeys(words, FILL_IN)}
                remarks.append(f"{name}: say what each word of {heading} means: {', '.join(column.allowed or ())}")
            else:
                made[name] = heading
        elif name in labels:
            made[name] = {"heading_line": labels[name][0]}
        elif name == "line_id" and "instrument_id" in mapped:
            made[name] = {**_line_code(mapped, cells), "number_repeats": True}
        elif name in needed:
            made[name] = {"constant": FILL_IN}
            remarks.append(
                f"{name}: no heading looks like it; give a heading, a constant, a heading_line or a file_name"
            )
    if dataset == "holdings" and not made.keys() & {"asset_class", "cic"}:
        made["asset_class"] = {"constant": FILL_IN}
        remarks.append(
            "asset_class: nothing says what the lines are; give a heading with `values`, a cic, or a constant"
        )
    return made


def _line_code(mapped: dict[str, str], cells: dict[str, list[str]]) -> dict[str, Any]:
    """What a line goes by: its code; with its name, where some lines (deposits) have no code."""
    code, name = mapped["instrument_id"], mapped.get("instrument_name")
    if name is not None and any(
        label and not given and re.match(_ADDED_UP, label, re.IGNORECASE) is None
        for given, label in zip(cells[code], cells[name], strict=True)
    ):
        return {"join": [code, name]}
    return {"header": code}
