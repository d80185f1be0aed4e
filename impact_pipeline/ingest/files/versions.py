"""Later versions of files: what came when, and which file stands in for which.

``holdings/received-2025-02-10/2024-12.csv`` came on that day. It replaces ``holdings/2024-12.csv``, the same path
without the folder; where there is none it is a late file. A run that may know less reads the version of then. So every
dataset can be corrected or completed as a whole file, also those whose rows carry no ``known_from``.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import RECEIVED, SourceFile, discover, without_day
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.ingest.months import named_month

RULE = "file_replaced"

Folders = dict[str, list[SourceFile]]


@dataclass(frozen=True)
class Versions:
    """The files of an inputs folder.

    Attributes:
        delivered: all of them, by dataset.
        current: those that are read on the day asked for.
        replaced: files that are not read any more, each with one of those that replace it.
    """

    delivered: Folders
    current: Folders
    replaced: tuple[tuple[SourceFile, SourceFile], ...]

    @property
    def not_read(self) -> list[SourceFile]:
        """Files that are there and not read: replaced, or received later."""
        read = {file.name for files in self.current.values() for file in files}
        return [file for files in self.delivered.values() for file in files if file.name not in read]

    def note_replaced(self, months: Sequence[dt.date], findings: Findings) -> list[SourceFile]:
        """List the files of the run's months that are not read any more, and return them: they are archived too."""
        listed = []
        for old, new in self.replaced:
            month = named_month(old.name) if old.dataset == "holdings" else None
            if month is not None and month not in months:
                continue
            reason = f"replaced by {new.container}, received on {new.received_on}: not read, kept in the archive"
            if old.member and old.member != new.member:
                reason += f". The newer archive has no {old.member}: nothing stands in for it"
            # the file as a whole: no row, no column
            findings.add(Finding(old.dataset, old.name, old.sha256, 0, "", None, reason, RULE, WARN, month))
            listed.append(old)
        return listed


def versions(inputs: Path, today: dt.date, known_as_of: dt.date | None = None) -> Versions:
    """What the folder holds and what of it is read by somebody who knows what was received by ``known_as_of``.

    Nothing given: all that has been received.

    Raises:
        SourceFileError: a file received after today, two versions of a file of one day, or what ``discover`` refuses.
    """
    delivered = discover(inputs)
    current: Folders = {}
    replaced: list[tuple[SourceFile, SourceFile]] = []
    for dataset, files in delivered.items():
        # an archive is sent again as a whole: what its newer version leaves out is not there any more
        newest: dict[str, list[SourceFile]] = {}
        for file in sorted(files, key=lambda file: (file.received_on or dt.date.min, file.name)):
            _check_day(file, today)
            if known_as_of is not None and file.received_on is not None and file.received_on > known_as_of:
                continue
            there = newest.setdefault(without_day(file.container), [])
            if there and there[0].path != file.path:
                _check_same_day(there[0], file)
                replaced += [(older, _successor(older, file, files)) for older in there]
                there.clear()
            there.append(file)
        read = {file.name for kept in newest.values() for file in kept}
        current[dataset] = [file for file in files if file.name in read]
    return Versions(delivered, current, tuple(replaced))


def or_newer_version(hint: str, names: Collection[str]) -> str:
    """A hint, and of several files what to do when one was meant to replace another."""
    if len(set(names)) < 2:
        return hint
    if any(".zip/" in name.lower() for name in names):
        advice = "To replace a part of an archive, send the whole archive again"
    else:
        advice = "A newer version of it? Give it the same name"
    return f"{hint}. {advice}, in a folder {RECEIVED}YYYY-MM-DD"


def _successor(older: SourceFile, newer: SourceFile, files: Sequence[SourceFile]) -> SourceFile:
    """The file that stands in for an older one: of an archive, its part of the same name, where it has one."""
    same = (file for file in files if file.path == newer.path and file.member == older.member)
    return next(same, newer)


def _check_day(file: SourceFile, today: dt.date) -> None:
    if file.received_on is not None and file.received_on > today:
        raise SourceFileError(
            file.name,
            f"a file received on {file.received_on}",
            f"a day up to today, {today}",
            hint="Rename the folder to the day the file came",
        )


def _check_same_day(older: SourceFile, file: SourceFile) -> None:
    if older.received_on == file.received_on:
        raise SourceFileError(
            file.name,
            f"a second version of {without_day(file.container)} received on {file.received_on}",
            "one version a day",
            hint=f"The other is {older.container}: remove the one that does not count",
        )
