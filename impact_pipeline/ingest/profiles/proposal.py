"""A first profile for a file nobody knows: what its header, marks and columns look like, for an analyst to correct.

Nothing here is used by a run: a proposal only counts once somebody has read it and put it into the policy.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import columns_of, required_columns
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.spellings import DATE_SHAPES, heading_key
from impact_pipeline.ingest.profiles.amounts import ask_units, is_added_up, sums_of
from impact_pipeline.ingest.profiles.columns import FILL_IN
from impact_pipeline.ingest.profiles.contents import by_contents, marks
from impact_pipeline.ingest.profiles.first_rows import READ_ROWS, FirstRows, first_rows
from impact_pipeline.ingest.reference import supplier_headings
from impact_pipeline.schemas.table import DATE, FLAG, TEXT

_UNKNOWN = ("n/a", "na", "n/d", "n.d.", "ns", "nc", "#n/a", "-", "--", "null", "none", "not available")


class _OneLine(dict[str, Any]):
    """Written in curly brackets."""


class _Dumper(yaml.SafeDumper):
    """Without anchors, which profiles may not have."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_representer(
    _OneLine, lambda dumper, rule: dumper.represent_mapping("tag:yaml.org,2002:map", rule, flow_style=True)
)


@dataclass(frozen=True)
class Proposal:
    """A profile as plain values, the headings it does not use, and what the analyst should look at."""

    profile: dict[str, Any]
    unmapped: list[str]
    remarks: list[str]

    def to_yaml(self) -> str:
        """The profile file, remarks as comments on top and unused headings at the end."""
        lines = [
            "# Proposed by `impact profile`: read and correct it; it counts once it lies in profiles/ of the policy.\n"
        ]
        lines += [f"# - {remark}\n" for remark in self.remarks]
        rules = (key for key in ("skip", "totals") if key in self.profile)
        short = {key: [_OneLine(rule) for rule in self.profile[key]] for key in rules}
        lines.append(
            yaml.dump(
                self.profile | short,
                Dumper=_Dumper,
                sort_keys=False,
                allow_unicode=True,
                width=110,
                default_flow_style=None,
            )
        )
        lines += [f"# not read: {heading}\n" for heading in self.unmapped]
        return "".join(lines)


def propose(file: SourceFile, dataset: str) -> Proposal:
    """Look at the first rows of a file and write down how it seems to be written.

    Raises:
        SourceFileError: a file without rows, or one that cannot be read at all.
    """
    grid = first_rows(file)
    place, header_rows = grid.header
    header, top = grid.names(place, header_rows), grid.rows[: place + 1 - header_rows]
    body = [row for row in grid.rows[place + 1 :] if any(cell.strip() for cell in row)]
    footer = [] if file.extension in ("json", "parquet") else _cut_footer(body)
    if not body:
        raise SourceFileError(file.name, "a header and no rows", "at least one row")
    cells = {
        heading: [row[at].strip() if at < len(row) else "" for row in body]
        for at, heading in enumerate(header)
        if heading
    }
    unknown = sorted({cell for column in cells.values() for cell in column if cell.lower() in _UNKNOWN})
    remarks: list[str] = []
    decimal, thousands = (".", "") if grid.delimiter is None else marks(cells, remarks)
    mapped = _mapped(dataset, list(cells))
    labels = {name: said for name, said in _labels(dataset, top).items() if name not in mapped}
    lines = _lines(cells)
    by_cells = by_contents(dataset, lines, mapped.values(), _UNKNOWN)
    for name, heading in by_cells.items():
        if name not in mapped and name not in labels:
            mapped[name] = heading
            remarks.append(f"{name}: {heading} by its cells; the heading does not say so")
    dates = _dates(dataset, mapped, labels, lines, remarks)
    profile = _written(file, grid, decimal, thousands, remarks)
    profile |= {"dates": dates, "unknown": unknown, "signature": list(cells)[:5]}
    if header_rows == 2:
        profile["header_rows"] = 2
        remarks.append("headings are those of two rows: of a group of columns, and of the column")
    if footer:
        profile["footer"] = footer
        remarks.append("notes below the table are left out by their first words (`footer`)")
    profile |= sums_of(cells, (decimal, thousands), remarks, is_whole=len(grid.rows) < READ_ROWS)
    groups = _groups(cells)
    if groups:
        profile["group_rows"] = groups
        remarks.append(f"rows with nothing but a text under {groups['header']} are taken for headings of groups")
    columns = _columns(dataset, mapped, labels, lines, remarks, groups)
    ask_units(dataset, columns, top, remarks)
    profile["outputs"] = [{"dataset": dataset, "columns": columns}]
    return Proposal(profile, [heading for heading in cells if heading not in mapped.values()], remarks)


def _written(file: SourceFile, grid: FirstRows, decimal: str, thousands: str, remarks: list[str]) -> dict[str, Any]:
    """What the file is and how its cells are written."""
    profile: dict[str, Any] = {
        "id": re.sub(r"[^a-z0-9]+", "_", file.path.stem.lower()).strip("_").lstrip("0123456789_")[:40] or "supplier",
        "title": f"Files like {file.path.name}",
        "kind": "columns",
        "dataset": file.dataset,
        "extensions": [file.extension],
    }
    if grid.delimiter is not None:
        profile |= {"encoding": grid.encoding, "delimiters": [grid.delimiter], "decimal": decimal}
        profile |= {"thousands": thousands} if thousands else {}
    if file.extension == "json":
        profile["explode"] = []
    if grid.sheet is not None:
        profile["sheet"] = grid.sheet
        remarks.append(f"the workbook has several sheets: {grid.sheet} is read, which has most cells")
    return profile


def _cut_footer(body: list[list[str]]) -> list[str]:
    """Take away the last rows that hold one cell alone, below a row that holds more; their first two words."""
    counts = [sum(bool(cell.strip()) for cell in row) for row in body]
    last = max((place for place, count in enumerate(counts) if count > 1), default=len(body) - 1)
    notes = [next(cell for cell in row if cell.strip()) for row in body[last + 1 :]]
    del body[last + 1 :]
    return list(dict.fromkeys(" ".join(note.split()[:2]) for note in notes))


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
    """Our column to a label in the lines over the header and what stands behind it.

    ``Date : 31/12/2024`` anywhere; without a colon only a label alone with its value beside it (``Fund | HEALTH-A``):
    more cells are a row of headings for groups of columns.
    """
    said: dict[str, tuple[str, str]] = {}
    for row in above:
        filled = [(place, cell.strip()) for place, cell in enumerate(row) if cell.strip()]
        is_pair = len(filled) == 2 and filled[1][0] == filled[0][0] + 1
        followers = [*filled[1:], (0, "")]
        for (_, cell), (_, beside) in zip(filled, followers, strict=False):
            label, colon, behind = cell.partition(":")
            value = behind.strip() or (beside if colon or is_pair else "")
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


def _lines(cells: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows that neither add others up nor name a group of them."""
    rows = [
        row for row in zip(*cells.values(), strict=True) if sum(map(bool, row)) > 1 and not any(map(is_added_up, row))
    ]
    return {heading: [row[place] for row in rows] for place, heading in enumerate(cells)}


def _groups(cells: dict[str, list[str]]) -> dict[str, Any]:
    """Rows with one cell alone, all in one column, that add nothing up: names of groups of rows."""
    alone = [
        filled[0]
        for row in zip(*cells.values(), strict=True)
        if len(filled := [(heading, cell) for heading, cell in zip(cells, row, strict=True) if cell]) == 1
        and not is_added_up(filled[0][1])
    ]
    headings = {heading for heading, _ in alone}
    if len(headings) != 1 or len(alone) > 50:
        return {}
    return {"header": headings.pop(), "name": "group", "words": list(dict.fromkeys(cell for _, cell in alone))}


def _columns(
    dataset: str,
    mapped: dict[str, str],
    labels: dict[str, tuple[str, str]],
    cells: dict[str, list[str]],
    remarks: list[str],
    groups: dict[str, Any],
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
    if dataset == "holdings" and groups and not made.keys() & {"asset_class", "cic"}:
        made["asset_class"] = {"header": groups["name"], "values": dict.fromkeys(groups["words"], FILL_IN)}
    if dataset == "holdings" and not made.keys() & {"asset_class", "cic"}:
        made["asset_class"] = {"constant": FILL_IN}
        remarks.append(
            "asset_class: nothing says what the lines are; give a heading with `values`, a cic, or a constant"
        )
    return made


def _line_code(mapped: dict[str, str], cells: dict[str, list[str]]) -> dict[str, Any]:
    """What a line goes by: its code; with its name, where some lines (deposits) have no code."""
    code, name = mapped["instrument_id"], mapped.get("instrument_name")
    if name is not None and any(label and not given for given, label in zip(cells[code], cells[name], strict=True)):
        return {"join": [code, name]}
    return {"header": code}
