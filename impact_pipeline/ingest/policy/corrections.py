"""``corrections/``: cells of delivered files that are known to be wrong, and what two people say they should hold.

A file as delivered is never edited: what is corrected is written down, with the reason, and listed month by month.
"""

import datetime as dt
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import polars as pl
from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, WithJsonSchema, model_validator

from impact_pipeline.domain.screening.decisions import a_year_after
from impact_pipeline.domain.screening.rule_parts import Day, Part, Text
from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import columns_of, convert_column, required_columns
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.files.sources import DATASETS, SourceFile, nearest
from impact_pipeline.ingest.policy.documents import documents
from impact_pipeline.ingest.policy.strict_yaml import Document, parse
from impact_pipeline.schemas import PROVENANCE, TABLES

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _cell(value: object) -> str | None:
    """A cell as the text a file would hold; nothing = an empty cell."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int | dt.date):
        return None if value is None else str(value).strip() or None
    raise ValueError("text, a number between quotes, a day, true, false or null")


def _dataset(name: str) -> str:
    if name not in DATASETS:
        raise ValueError(f"one of {', '.join(DATASETS)}. {nearest(name, DATASETS)}".strip())
    return name


_PLAIN = [{"type": kind} for kind in ("string", "integer", "boolean")]
Cell = Annotated[str | None, BeforeValidator(_cell), WithJsonSchema({"anyOf": [*_PLAIN, {"type": "null"}]})]
Dataset = Annotated[str, AfterValidator(_dataset), WithJsonSchema({"enum": list(DATASETS)})]


class Correction(Part):
    """One cell of a delivered file that is read as ``new`` while the file says ``old``.

    The cell is named by ``file`` (name, pattern of names or sha256) and ``row``, or by ``key``: the columns that tell
    the dataset's rows apart. It holds for months that end by ``expires_on``, at most twelve months after the approval.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9-]{1,40}$")]
    dataset: Dataset
    file: Text | None = None
    row: Annotated[StrictInt, Field(ge=1)] | None = None
    key: Annotated[dict[str, Cell], Field(min_length=1)] | None = None
    column: Text
    old: Cell
    new: Cell
    reason: Text
    author: Text
    approver: Text
    approved_on: Day
    expires_on: Day

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.author.strip().casefold() == self.approver.strip().casefold():
            raise ValueError(f"an approver other than the author {self.author} (four eyes)")
        if (self.row is None) == (self.key is None) or (self.row is not None and self.file is None):
            raise ValueError("'file' and 'row', or 'key' (with or without 'file')")
        if self.old == self.new:
            raise ValueError("'old' and 'new' that differ")
        if self.expires_on <= self.approved_on:
            raise ValueError("'expires_on' after 'approved_on'")
        if self.expires_on > a_year_after(self.approved_on):
            raise ValueError(f"'expires_on' at most twelve months after 'approved_on' ({self.approved_on})")
        for name in ("reason", "author", "approver", "column"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"some text in '{name}'")
        return self

    @property
    def cell(self) -> str:
        """The cell in words."""
        places = [self.file, f"row {self.row}" if self.row else None, text_of(self.key) if self.key else None]
        return ", ".join([self.dataset, *(place for place in places if place), f"column {self.column}"])

    def in_force(self, month: dt.date) -> bool:
        """Whether it holds for the month with this end. There is no first month: a wrong cell was always wrong."""
        return month <= self.expires_on

    def fits(self, file: SourceFile) -> bool:
        """Whether the cell may be in this file."""
        if self.dataset != file.dataset:
            return False
        if self.file is None:
            return True
        if _SHA256.fullmatch(self.file):
            return file.sha256 == self.file
        below = file.name.removeprefix(f"{file.dataset}/")
        return any(self.file == name or fnmatch.fnmatchcase(name, self.file) for name in (file.name, below))


@dataclass(frozen=True)
class PlacedCorrection:
    """A correction and the place in the policy it is written at, for refusals."""

    correction: Correction
    document: Document


def key_columns(dataset: str) -> list[str]:
    """Columns that tell the rows of a delivery apart."""
    return [name for name in TABLES[f"raw.{dataset}"].grain if name not in PROVENANCE]


def read_corrections(folder: Path, files: list[str]) -> tuple[PlacedCorrection, ...]:
    """All corrections of the policy folder.

    Raises:
        PolicyFileError: a wrong or missing key, an id twice, a column the dataset does not have, a value of ``new``
            that the column cannot hold.
    """
    found: dict[str, PlacedCorrection] = {}
    for _, document in documents(folder, files, "corrections"):
        correction = parse(Correction, document)
        if correction.id in found:
            first = found[correction.id].document.file
            document.fail(("id",), f"{correction.id} twice", "each id once", hint=f"The first is in {first}")
        _check_key(correction, document)
        found[correction.id] = PlacedCorrection(correction, document)
        _check_column(found[correction.id])
    return tuple(found.values())


def _check_key(correction: Correction, document: Document) -> None:
    if correction.key is None:
        return
    wanted = key_columns(correction.dataset)
    listed = ", ".join(wanted)
    for name in correction.key:
        if name not in wanted:
            document.fail(("key", name), f"the column {name}", f"the key of {correction.dataset}: {listed}",
                          hint=nearest(name, wanted))  # fmt: skip
    for name in wanted:
        if name not in correction.key:
            document.fail(("key",), f"no {name}", f"the whole key of {correction.dataset}: {listed}")


def _check_column(placed: PlacedCorrection) -> None:
    """The column must be one of the contract, unless the file named may be a supplier's with headers of its own."""
    dataset, name = placed.correction.dataset, placed.correction.column
    if placed.correction.key is None:
        return
    known = [column.name for column in columns_of(dataset)]
    if name in known:
        check_new(placed)
    elif placed.correction.file is None:
        expected = f"one of {', '.join(known)}"
        placed.document.fail(("column",), f"the column {name}", expected, hint=nearest(name, known))


def check_new(placed: PlacedCorrection) -> None:
    """Refuse a new value that a column of the contract cannot hold."""
    correction, document = placed.correction, placed.document
    dataset, name = correction.dataset, correction.column
    if correction.new is None:
        if name in required_columns(dataset):
            document.fail(("new",), "null", f"a value: {name} is never empty")
        return
    cells = pl.DataFrame({name: [correction.new]}, schema={name: pl.String})
    frame = cells.with_columns(_file=0, source_row=1)
    try:
        convert_column(Batch(dataset, (SourceFile(dataset, document.file, Path(document.file)),), frame), name)
    except SourceFileError as error:
        document.fail(("new",), error.found, error.expected, hint=error.hint)


def text_of(key: Mapping[str, Any]) -> str:
    """A key in words: ``portfolio_id P, line_id L1``."""
    return ", ".join(f"{name} {'empty' if value is None else value}" for name, value in key.items())
