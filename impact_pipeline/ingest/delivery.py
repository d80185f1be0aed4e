"""The door: an inputs folder in, checked frames of every ``raw`` table out; ``archive`` alone writes."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.corrections import Mending, months_alike
from impact_pipeline.ingest.datasets import tables_of, typed_rows
from impact_pipeline.ingest.delivery_rules import (
    check_fund_cycles,
    check_keys,
    note_future,
    note_issuer_differences,
    note_unknown_issuers,
    note_waiting,
)
from impact_pipeline.ingest.file_records import source_file_row, with_inventories
from impact_pipeline.ingest.files.archiving import Blob
from impact_pipeline.ingest.files.sources import DATASETS, CorrectedFile, SourceFile, check_distinct
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.files.versions import Versions, versions
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.fx import reference_rates
from impact_pipeline.ingest.holdings import Holdings, months_held, read_holdings
from impact_pipeline.ingest.identifiers.rules import check_identifier_map
from impact_pipeline.ingest.manifest import Entry, check_listed, check_manifest, load_manifest
from impact_pipeline.ingest.policy.corrections import PlacedCorrection
from impact_pipeline.ingest.profiles.recognition import Profile, load_profiles
from impact_pipeline.ingest.row_rules import ALWAYS
from impact_pipeline.schemas import TABLES


@dataclass(frozen=True)
class Delivery:
    """What one inputs folder says for the months of a run, checked as a whole.

    ``by_group``: file (sha256) and row of the lines whose issuer is named by the LEI of its group.
    """

    frames: dict[str, pl.DataFrame]
    source_files: pl.DataFrame
    rejected_rows: pl.DataFrame
    corrections: pl.DataFrame
    known_as_of: dt.date | None
    blobs: list[Blob]
    by_group: pl.DataFrame

    def of_months(self, months: Sequence[dt.date]) -> "Delivery":
        """What some months see of it: their lines, and rows of their files only."""
        files = self.source_files.filter(pl.col("as_of_date").is_in(list(months)))
        frames = {}
        for name, frame in self.frames.items():
            column = "as_of_date" if name == "raw.holdings" else "source_file_id"
            frames[name] = frame.filter(pl.col(column).is_in(files.get_column(column).unique().to_list()))
        return replace(self, frames=frames, source_files=files)


def read_delivery(
    inputs: Path,
    profiles: Path | None,
    months: Sequence[dt.date],
    today: dt.date,
    corrections: Sequence[PlacedCorrection] = (),
    max_inventory_age_days: int = 0,
    known_as_of: dt.date | None = None,
) -> Delivery:
    """Read and check everything that the months (calendar month ends) need; write nothing.

    ``max_inventory_age_days``: up to this age an earlier inventory stands in for that of a fund held.
    ``known_as_of``: files received later are not read, nor do they replace others; nothing given: all received.

    Raises:
        SourceFileError: an input file that cannot be trusted as a whole.
        PolicyFileError: a supplier profile that is not valid, a correction that fits no cell.
    """
    shapes = load_profiles(profiles)
    there = versions(inputs, today, known_as_of)
    if not there.current["holdings"]:
        raise SourceFileError(
            "holdings/", "no files", "at least one file of lines", hint="Put the month's holdings there"
        )
    # a file that serves every month is read twice when one of its corrections expires within the run
    groups = months_alike(corrections, sorted(set(months)))
    manifest = load_manifest(inputs)
    read = partial(_read, there, shapes, today, manifest, max_inventory_age_days)
    parts = [read(group, Mending(corrections, group)) for group in groups]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _read(
    there: Versions,
    shapes: Sequence[Profile],
    today: dt.date,
    manifest: dict[str, Entry] | None,
    max_inventory_age_days: int,
    months: Sequence[dt.date],
    mending: Mending,
) -> Delivery:
    """The delivery of months that have the same corrections in force."""
    findings, folders = Findings(), there.current
    replaced = there.note_replaced(months, findings)
    holdings = read_holdings(folders["holdings"], shapes, months, findings, mending, max_inventory_age_days)
    frames, rows, used = {"holdings": holdings.frame}, list(holdings.source_files), list(holdings.files)
    shared = [file for dataset in DATASETS if dataset != "holdings" for file in folders[dataset]]
    check_distinct(shared)
    tables = [table for file in shared for table in tables_of(file, shapes, mending)]
    read = [file for file, _, _ in _files_seen(tables)]
    for dataset in DATASETS:
        if dataset == "holdings":
            continue
        frames[dataset] = typed_rows(dataset, [table for table in tables if table.dataset == dataset], findings)
        names = {file.sha256: file.name for file in read}
        check_keys(dataset, frames[dataset], names)
        note_future(dataset, frames[dataset], names, today, findings)
    mending.check_found(folders, there.not_read)
    note_waiting(mending.waiting, findings)
    used += read
    rows += [source_file_row(*seen, month) for seen in _files_seen(tables) for month in months]
    rates = reference_rates()
    frames["fx_rates"] = pl.concat([frames["fx_rates"], rates.frame])
    used.append(rates.file)
    rows += [source_file_row(rates.file, rates.frame.height, "reference", month) for month in months]
    present = {file.name for files in there.delivered.values() for file in files}
    check_manifest(manifest, mending.as_delivered(rows), present, mending.corrected)
    check_listed(manifest, holdings.inventories)
    _whole_delivery(frames, holdings, {file.sha256: file.name for file in used}, findings)
    return Delivery(
        frames={f"raw.{name}": _validated(f"raw.{name}", frames[name]) for name in DATASETS},
        source_files=_source_files(with_inventories(rows, holdings.inventories)),
        rejected_rows=_validated("audit.rejected_rows", findings.frame(months)),
        corrections=_validated("audit.corrections", mending.frame()),
        known_as_of=_known_as_of(frames, used, today),
        blobs=_blobs([*used, *replaced]),
        by_group=holdings.by_group,
    )


def _joined(parts: Sequence[Delivery]) -> Delivery:
    """Deliveries of different months as one; a file that several of them read the same way is there once."""
    frames: dict[str, pl.DataFrame] = {}
    for name in parts[0].frames:
        frames[name] = parts[0].frames[name]
        for part in parts[1:]:
            ids = frames[name].get_column("source_file_id").unique().to_list()
            is_new = ~pl.col("source_file_id").is_in(ids) if name != "raw.holdings" else pl.lit(value=True)
            frames[name] = pl.concat([frames[name], part.frames[name].filter(is_new)])
    return Delivery(
        frames=frames,
        source_files=pl.concat([part.source_files for part in parts]),
        rejected_rows=pl.concat([part.rejected_rows for part in parts]),
        corrections=pl.concat([part.corrections for part in parts]),
        known_as_of=max((part.known_as_of for part in parts if part.known_as_of), default=None),
        blobs=list({blob.sha256: blob for part in parts for blob in part.blobs}.values()),
        by_group=pl.concat([part.by_group for part in parts]),
    )


def _blobs(files: Sequence[SourceFile]) -> list[Blob]:
    """What the archive keeps: the bytes of each file and, for one that was corrected, the note about it too."""
    originals = [file.original for file in files if isinstance(file, CorrectedFile)]
    by_id = {file.sha256: file for file in (*files, *originals)}
    return [Blob(sha256, file.path, file.archived) for sha256, file in by_id.items()]


def holdings_months(
    inputs: Path,
    profiles: Path | None,
    today: dt.date,
    known_as_of: dt.date | None = None,
    wanted: Collection[dt.date] = (),
) -> set[dt.date]:
    """Month ends that the inputs folder has holdings for; of ``wanted`` ones only, when some are given."""
    files = versions(inputs, today, known_as_of).current["holdings"]
    held = months_held(files, load_profiles(profiles), wanted)
    return held & set(wanted) if wanted else held


def _files_seen(tables: Sequence[TextTable]) -> list[tuple[SourceFile, int, str]]:
    """Each file once: how many of its rows were read, and by which profile."""
    by_file: dict[str, list[TextTable]] = {}
    for table in tables:
        by_file.setdefault(table.file.name, []).append(table)
    return [
        (parts[0].file, pl.concat([part.rows for part in parts]).n_unique(), parts[0].profile_id)
        for parts in by_file.values()
    ]


def _whole_delivery(
    frames: dict[str, pl.DataFrame], holdings: Holdings, files: dict[str, str], findings: Findings
) -> None:
    """Rules across datasets; then the rows that Tripartite Templates add to other datasets are put there."""
    lines = frames["holdings"]
    check_keys("holdings", lines, files)
    check_fund_cycles(lines, files, holdings.fund_columns)
    records = (*holdings.inventories, *holdings.source_files)
    months = {row["source_file_id"]: row["as_of_date"] for row in records}
    note_issuer_differences(frames["issuers"], holdings.others["issuers"], months, files, findings)
    for name, added in holdings.others.items():
        frames[name] = pl.concat([frames[name], added])
    check_identifier_map(frames["identifiers"], files)
    # an id that stands for another one is not the issuer's own: the other is described
    named = lines.filter(~pl.col("issuer_id").is_in(frames["identifiers"].get_column("identifier").implode()))
    note_unknown_issuers(named, frames["issuers"], months, files, findings)


def _validated(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return TABLES[name].validate(frame)


def _source_files(rows: list[dict[str, Any]]) -> pl.DataFrame:
    table = TABLES["audit.source_files"]
    return _validated(table.name, table.frame(rows).sort("as_of_date", "file"))


def _known_as_of(frames: dict[str, pl.DataFrame], files: Sequence[SourceFile], today: dt.date) -> dt.date | None:
    """The latest day a fact or a file of the delivery was received, not after today; nothing when none says."""
    latest: list[object] = [
        frame.get_column("known_from")
        .filter(frame.get_column("known_from").is_between(ALWAYS, today, closed="right"))
        .max()
        for frame in frames.values()
        if "known_from" in frame.columns
    ]
    latest += [file.received_on for file in files]
    return max((day for day in latest if isinstance(day, dt.date)), default=None)
