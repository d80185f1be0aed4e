"""Corrections put into the text of delivered files, before any cell is typed; each is listed in ``audit.corrections``.

Before typing, because a correction must be able to mend a cell that would otherwise refuse the whole file. A file whose
very shape is broken (encoding, number of cells) cannot be mended this way: ask for it again.
"""

import datetime as dt
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from impact_pipeline.ingest.cells import iso_date
from impact_pipeline.ingest.correction_cells import column_of, is_same, month_of_row, places_of, with_cell
from impact_pipeline.ingest.files.sources import CorrectedFile, SourceFile, nearest
from impact_pipeline.ingest.files.tables import TextTable, as_text
from impact_pipeline.ingest.months import months_in_name, own_month
from impact_pipeline.ingest.policy.corrections import Correction, PlacedCorrection, check_new, text_of
from impact_pipeline.schemas import TABLES

APPLIED, NOT_NEEDED, EXPIRED = "applied", "not_needed", "expired"


@dataclass(frozen=True)
class _Hit:
    """One correction and the cell it is about. ``month``: of a row of holdings; other files serve every month."""

    placed: PlacedCorrection
    file: SourceFile
    source_file_id: str
    row: int
    column: str
    status: str
    month: dt.date | None


@dataclass
class Mending:
    """The corrections of one reading of the inputs: each of its months has the same ones in force."""

    corrections: Sequence[PlacedCorrection] = ()
    months: Sequence[dt.date] = ()
    #: Corrections of files that are not read, each with such a file.
    waiting: list[tuple[PlacedCorrection, SourceFile]] = field(default_factory=list)
    _hits: list[_Hit] = field(default_factory=list)
    _found: set[str] = field(default_factory=set)
    _read: dict[str, str] = field(default_factory=dict)

    def may_mend(self, file: SourceFile) -> bool:
        """Whether any cell of the file may be corrected."""
        return any(placed.correction.fits(file) for placed in self.corrections)

    def mends(self, file: SourceFile, column: str) -> bool:
        """Whether a cell of this column of the file may be corrected."""
        return any(p.correction.column == column and p.correction.fits(file) for p in self.corrections)

    def mend(self, table: TextTable, headers: Mapping[str, str] | None = None) -> TextTable:
        """The table with its corrections.

        ``headers``: for a supplier's table, our names and the headers they stand under (a template's fields), or none.

        Raises:
            PolicyFileError: a cell that holds neither the old nor the new value, a column the file does not have, a key
                of several rows, a cell corrected twice.
        """
        fitting = [placed for placed in self.corrections if placed.correction.fits(table.file)]
        if not fitting:
            return table
        # a file of typed columns is corrected as text, like any other, and typed again afterwards
        as_texts = (as_text(name, kind) for name, kind in table.frame.schema.items())
        table = replace(table, frame=table.frame.select(as_texts))
        is_canonical, headers = headers is None, headers or {}
        dates = "as_of_date" if is_canonical else headers.get("valuation_date")
        dates = dates if table.file.dataset == "holdings" else None
        if self._is_of_other_months(table, dates, headers, fitting):
            return table
        hits: list[_Hit] = []
        mended = table.frame
        for placed in fitting:
            correction = placed.correction
            self._read.setdefault(correction.id, table.file.name)
            for place in places_of(placed, table, headers):
                self._found.add(correction.id)
                column = column_of(placed, table, headers, is_canonical=is_canonical)
                if is_canonical:
                    check_new(placed)
                found = table.frame.item(place, column) if column in table.frame.columns else None
                month = month_of_row(table, place, dates, correction.new if column == dates else None)
                if month is not None and month not in self.months:
                    continue
                status = self._judged(placed, table, place, column, found)
                hit = _Hit(placed, table.file, table.file.sha256, table.rows[place], column, status, month)
                _refuse_twice(hit, hits)
                hits.append(hit)
                if status == APPLIED:
                    mended = with_cell(mended, place, column, correction.new)
        file = _renamed(table.file, hits)
        self._hits += [replace(hit, source_file_id=file.sha256) for hit in hits]
        return replace(table, frame=mended, file=file)

    def _is_of_other_months(
        self, table: TextTable, dates: str | None, headers: Mapping[str, str], fitting: Sequence[PlacedCorrection]
    ) -> bool:
        """Whether every row is dated in a month that is not being run; not asked where a date itself is corrected."""
        if dates is None or dates not in table.frame.columns:
            return False
        if any(headers.get(p.correction.column, p.correction.column) == dates for p in fitting):
            return False
        texts = table.frame.get_column(dates).unique().to_list()
        days = [iso_date((text or "").strip()) for text in texts]
        return None not in days and not {own_month(day) for day in days if day is not None} & set(self.months)

    def _judged(self, placed: PlacedCorrection, table: TextTable, place: int, column: str, found: str | None) -> str:
        correction = placed.correction
        if not all(correction.in_force(month) for month in self.months):
            return EXPIRED
        if is_same(correction, column, found, correction.old):
            return APPLIED
        if not is_same(correction, column, found, correction.new):
            placed.document.fail(
                ("old",),
                f"{_shown(found)} in {table.file.name}, row {table.rows[place]}, column {column}",
                f"{_shown(correction.old)} (or {_shown(correction.new)}, when the supplier has mended it)",
                hint="Look at the cell again, then change the correction or remove it",
            )
        return NOT_NEEDED

    def date(self, file: SourceFile, months: Mapping[int, dt.date | None]) -> None:
        """Say of which month each row of a supplier's file turned out to be; rows that are no line: of the last one."""
        known = max((month for month in months.values() if month is not None), default=None)
        for place, hit in enumerate(self._hits):
            if hit.file.name == file.name and hit.month is None:
                self._hits[place] = replace(hit, month=months.get(hit.row) or known)

    def adopt(self, other: "Mending", rows: Collection[int], month: dt.date) -> None:
        """List the corrections of rows that another reading of a file gave to a month of this one."""
        wanted = set(rows)
        self._hits += [replace(hit, month=month) for hit in other._hits if hit.row in wanted]

    @property
    def corrected(self) -> set[str]:
        """Names of the files with a cell that is read otherwise than delivered."""
        return {hit.file.name for hit in self._hits if hit.status == APPLIED}

    def as_delivered(self, files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Rows of ``audit.source_files`` with the sha256 of the bytes delivered, for comparison with the sender's."""
        delivered = {hit.source_file_id: hit.file.sha256 for hit in self._hits}
        return [{**row, "source_file_id": delivered.get(row["source_file_id"], row["source_file_id"])} for row in files]

    def check_found(self, folders: Mapping[str, Sequence[SourceFile]], not_read: Sequence[SourceFile] = ()) -> None:
        """Refuse corrections that no file of the run's months has a cell for; other months' are not concerned.

        ``not_read``: files that a newer version replaces, or that were not there yet on the day of the run.

        Raises:
            PolicyFileError: no such file, row or key.
        """
        for placed in self.corrections:
            correction = placed.correction
            in_force = all(correction.in_force(month) for month in self.months)
            if not in_force or correction.id in self._found or not self._is_concerned(correction, folders):
                continue
            waiting = [file for file in not_read if correction.file is not None and correction.fits(file)]
            if waiting:
                self.waiting.append((placed, waiting[0]))
                continue
            hint = "Another delivery? Look at the file again, then change the correction or remove it"
            read = self._read.get(correction.id)
            if read is None and correction.file is not None:
                names = [file.name.split("/", 1)[1] for file in folders[correction.dataset]]
                hint = nearest(correction.file, names) or hint
                placed.document.fail(
                    ("file",), f"no file {correction.file} in {correction.dataset}/", "a delivered file", hint=hint
                )
            if correction.key is not None:
                where = correction.file or f"the files of {correction.dataset}/ that this run reads"
                found = f"no row with {text_of(correction.key)} in {where}"
                placed.document.fail(("key",), found, "the key of a row", hint=hint)
            placed.document.fail(("row",), f"no row {correction.row} in {read}", "a row of the file", hint=hint)

    def _is_concerned(self, correction: Correction, folders: Mapping[str, Sequence[SourceFile]]) -> bool:
        """Whether the cell should be among what this run reads: files other than holdings serve every month."""
        if correction.dataset != "holdings":
            return True
        if correction.key is not None:
            day = iso_date(correction.key["as_of_date"] or "")
            return day is None or own_month(day) in self.months
        if correction.id in self._read:
            return True
        if any(correction.fits(file) for file in folders["holdings"]):
            return False  # the file is there, of other months
        named = months_in_name(correction.file or "")
        return not named or bool(named & set(self.months))

    def frame(self) -> pl.DataFrame:
        """Rows of ``audit.corrections``; those of files that serve every month are repeated for each."""
        table = TABLES["audit.corrections"]
        rows = []
        for hit in self._hits:
            # a row of holdings that cannot be dated is of no month: where that matters, the door refuses it
            months = [month for month in self.months if hit.file.dataset != "holdings" or month == hit.month]
            rows += [_row(hit, month) for month in months]
        return table.frame(rows).sort(table.grain)


def months_alike(corrections: Sequence[PlacedCorrection], months: Sequence[dt.date]) -> list[list[dt.date]]:
    """The months in groups with the same corrections in force: one group, unless one expires on the way."""

    def in_force(month: dt.date) -> list[bool]:
        return [placed.correction.in_force(month) for placed in corrections]

    return [list(group) for _, group in itertools.groupby(sorted(months), key=in_force)]


def _refuse_twice(hit: _Hit, others: Sequence[_Hit]) -> None:
    for other in others:
        if (other.row, other.column) == (hit.row, hit.column) and EXPIRED not in (hit.status, other.status):
            ids = f"{other.placed.correction.id} and {hit.placed.correction.id}"
            found = f"{ids} about {hit.file.name}, row {hit.row}, column {hit.column}"
            hit.placed.document.fail(("id",), found, "one correction of a cell", hint="Remove one of them")


def _renamed(file: SourceFile, hits: Sequence[_Hit]) -> SourceFile:
    """A file that serves every month gets another id once it is corrected.

    Its rows are stored once for all months: under the old id, they would change behind months already computed.
    """
    applied = sorted((hit for hit in hits if hit.status == APPLIED), key=lambda hit: (hit.row, hit.column))
    if file.dataset == "holdings" or not applied:
        return file
    cells = [
        {"id": hit.placed.correction.id, "row": hit.row, "column": hit.column, "new": hit.placed.correction.new}
        for hit in applied
    ]
    note = json.dumps({"file_sha256": file.sha256, "corrections": cells}, ensure_ascii=False, indent=1) + "\n"
    return CorrectedFile(file.dataset, file.name, file.path, file.member, original=file, note=note.encode())


def _row(hit: _Hit, month: dt.date) -> dict[str, Any]:
    correction = hit.placed.correction
    return {
        "as_of_date": month,
        "correction_id": correction.id,
        "dataset": correction.dataset,
        "file": hit.file.name,
        "row": hit.row,
        "column": hit.column,
        "old_value": correction.old,
        "new_value": correction.new,
        "status": hit.status,
        **{name: getattr(correction, name) for name in ("reason", "author", "approver", "approved_on", "expires_on")},
        "policy_file": hit.placed.document.file,
        "file_sha256": hit.file.sha256,
        "source_file_id": hit.source_file_id,
    }


def _shown(value: str | None) -> str:
    return "an empty cell" if value is None else repr(value)
