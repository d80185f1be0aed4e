"""``manifest.csv`` beside the datasets: what the sender says the files hold, compared with what was read.

No reader sees that a file was cut between two rows, or sent twice under one name; the sender's own count does. Columns:
``file`` (path below the inputs), and any of ``row_count``, ``control_total`` (sum of the market values of a file of
holdings, as ``audit.source_files`` stores it) and ``sha256``; an empty cell is not compared.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import decimal_of
from impact_pipeline.ingest.files.csv_bytes import encoding_of
from impact_pipeline.ingest.files.csv_files import read_csv, wrong_delimiter
from impact_pipeline.ingest.files.sources import MANIFEST, SourceFile, nearest

COLUMNS = ("file", "row_count", "control_total", "sha256")


@dataclass(frozen=True)
class Entry:
    """What the manifest says of one file; nothing where it does not say."""

    row: int
    row_count: int | None
    control_total: Decimal | None
    sha256: str | None


def load_manifest(inputs: Path) -> dict[str, Entry] | None:
    """Entries by file name; nothing when the delivery has no manifest.

    Raises:
        SourceFileError: a column it does not have, a cell that is no number or digest, a file there twice.
    """
    path = inputs / MANIFEST
    if not path.exists():
        return None
    file = SourceFile("", MANIFEST, path)
    table = read_csv(file, encoding_of(file))
    wrong_delimiter(file, table.frame.columns)
    for name in table.frame.columns:
        if name not in COLUMNS:
            expected = "one of " + ", ".join(COLUMNS)
            raise SourceFileError(MANIFEST, "an unknown column", expected, column=name, hint=nearest(name, COLUMNS))
    if "file" not in table.frame.columns:
        raise SourceFileError(MANIFEST, "no such column", "the name of each file", column="file")
    entries: dict[str, Entry] = {}
    for row, cells in zip(table.rows.to_list(), table.frame.iter_rows(named=True), strict=True):
        told = {name: (cell or "").strip() for name, cell in cells.items()}
        name = told["file"]
        if name in entries:
            raise SourceFileError(MANIFEST, f"{name} again", "each file once", row=row, column="file")
        entries[name] = Entry(row, _count(row, told), _total(row, told), told.get("sha256", "").lower() or None)
    return entries


def _count(row: int, told: dict[str, str]) -> int | None:
    text = told.get("row_count", "")
    if text and not text.isdecimal():
        raise SourceFileError(MANIFEST, repr(text), "a whole number", row=row, column="row_count")
    return int(text) if text else None


def _total(row: int, told: dict[str, str]) -> Decimal | None:
    text = told.get("control_total", "")
    total = decimal_of(text) if text else None
    if text and total is None:
        raise SourceFileError(MANIFEST, repr(text), "a number with a decimal point", row=row, column="control_total")
    return total


def check_manifest(
    entries: dict[str, Entry] | None,
    read: list[dict[str, Any]],
    present: set[str],
    corrected: Collection[str] = (),
) -> None:
    """Compare the files of a run (rows of ``audit.source_files``) with the manifest.

    ``present``: names of all files of the inputs folder, of whatever month. ``corrected``: names of files
    that were read with corrections; their total is not the sender's any more and is not compared, bytes and rows are.

    Raises:
        SourceFileError: a file that is listed and not there, read and not listed, or not as listed.
    """
    if entries is None:
        return
    for name, entry in entries.items():
        if name not in present:
            raise SourceFileError(
                MANIFEST,
                f"{name}, which is not in the inputs",
                "files that were sent",
                row=entry.row,
                column="file",
                hint="Ask for the file, or remove the line. " + nearest(name, present),
            )
    totals: dict[str, dict[str, Any]] = {}
    for file in read:
        # a file of several months has a row of each
        known = totals.setdefault(file["file"], {**file, "row_count": 0, "control_total": Decimal(0)})
        is_shared = file.get("control_total") is None
        known["row_count"] = file["row_count"] if is_shared else known["row_count"] + file["row_count"]
        known["control_total"] += file.get("control_total") or 0
    for name, file in totals.items():
        if file["dataset"] == "fx_rates" and name not in present:
            continue  # the rates that come with the program
        found = _entry(entries, name)
        _compare(name, file, replace(found, control_total=None) if name in corrected else found)


def check_listed(entries: dict[str, Entry] | None, inventories: list[dict[str, Any]]) -> None:
    """Files of earlier months that were read in part: listed, with these bytes; their rows are not counted.

    Raises:
        SourceFileError: a file that is not listed, or other bytes than listed.
    """
    if entries is None:
        return
    for file in inventories:
        _compare(file["file"], file, replace(_entry(entries, file["file"]), row_count=None, control_total=None))


def _entry(entries: dict[str, Entry], name: str) -> Entry:
    found = entries.get(name)
    if found is None:
        raise SourceFileError(
            name, "a file that manifest.csv does not list", "listed files only", hint="List it, or remove it"
        )
    return found


def _compare(name: str, file: dict[str, Any], told: Entry) -> None:
    facts = {
        "sha256": (file["source_file_id"], told.sha256),
        "row_count": (file["row_count"], told.row_count),
        "control_total": (file["control_total"], told.control_total),
    }
    for column, (found, expected) in facts.items():
        if expected is not None and found != expected:
            raise SourceFileError(
                name,
                f"{column} {found}",
                f"{expected} as manifest.csv says in row {told.row}",
                hint="The file may be cut, or another version of it: ask for it again",
            )
