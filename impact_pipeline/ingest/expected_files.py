"""``deliveries.yaml``: the files a month needs before it starts by itself, and whether they are there.

Looks at names, sizes and times only; contents are read once, when all files are there and have come to rest.
"""

import datetime as dt
import fnmatch
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from impact_pipeline.domain.screening.rule_parts import Part, Text
from impact_pipeline.ingest.files.sources import SourceFile, nearest, without_day
from impact_pipeline.ingest.files.versions import versions
from impact_pipeline.ingest.policy.corrections import Dataset
from impact_pipeline.ingest.policy.documents import single
from impact_pipeline.ingest.policy.strict_yaml import parse

FILE = "deliveries.yaml"
HOW_TO = (
    f"no {FILE} in the policy folder, so no month starts by itself; write a list such as"
    ' `- {dataset: holdings, file: "{yyyy-mm}.csv", required: true, due_days: 5}` (docs/dagster_ui.md)'
)
_PLACEHOLDERS = {"{yyyy-mm}": "%Y-%m", "{yyyymm}": "%Y%m", "{yyyy}": "%Y", "{mm}": "%m"}


def _pattern(text: str) -> str:
    for word in re.findall(r"\{[^}]*\}?|\}", re.sub("|".join(map(re.escape, _PLACEHOLDERS)), "", text)):
        raise ValueError(f"{', '.join(_PLACEHOLDERS)} and no other braces. {nearest(word, _PLACEHOLDERS)}".strip())
    if text.startswith("/") or ".." in text:
        raise ValueError("a name or pattern below the dataset's folder")
    return text


class ExpectedFile(Part):
    """One file, or files, of a dataset that each month waits for; ``due_days`` after the month end it is late.

    ``file`` is a name below the dataset's folder, with ``*`` and ``?`` for what varies and ``{yyyy-mm}``, ``{yyyymm}``,
    ``{yyyy}``, ``{mm}`` for the month. What is not ``required`` is waited for by nobody, but starts a new run.
    """

    dataset: Dataset
    file: Annotated[Text, AfterValidator(_pattern)]
    required: StrictBool
    due_days: Annotated[StrictInt, Field(ge=0, le=366)]
    supplier: Text | None = None

    def name(self, month: dt.date) -> str:
        """The name or pattern for a month, below the inputs folder."""
        text = self.file
        for word, spelling in _PLACEHOLDERS.items():
            text = text.replace(word, month.strftime(spelling))
        return f"{self.dataset}/{text}"

    def due(self, month: dt.date) -> dt.date:
        """Last day the file is in time."""
        return month + dt.timedelta(days=self.due_days)


def read_expected(folder: Path) -> tuple[ExpectedFile, ...] | None:
    """The entries of the policy folder's ``deliveries.yaml``; nothing when there is no such file.

    Raises:
        PolicyFileError: not a list, an unknown key or dataset, a placeholder nobody fills.
    """
    if not (folder / FILE).is_file():
        return None
    document = single(folder, FILE)
    if not isinstance(document.value, list) or not document.value:
        document.fail((), "no list", "a list of expected files")
    entries = tuple(parse(ExpectedFile, document.item(place)) for place in range(len(document.value)))
    if not any(entry.required for entry in entries):
        document.fail((), "no required file", "at least one: a month must have something to wait for", key="required")
    return entries


@dataclass(frozen=True)
class Arrivals:
    """What is there of the files a month waits for, and what is not."""

    month: dt.date
    today: dt.date
    present: tuple[SourceFile, ...]
    missing: tuple[ExpectedFile, ...]
    optional: tuple[ExpectedFile, ...]

    @property
    def waits(self) -> str:
        """What the month waits for, each with its day and how late it is; empty when nothing is missing."""
        return ", ".join(map(self._missed, self.missing))

    @property
    def without(self) -> str:
        """What is not there and not required."""
        return ", ".join(map(self._missed, self.optional))

    def _missed(self, entry: ExpectedFile) -> str:
        due = entry.due(self.month)
        days = (self.today - due).days
        late = f", {days} {'day' if days == 1 else 'days'} late" if days > 0 else ""
        supplier = f"from {entry.supplier}, " if entry.supplier else ""
        return f"{entry.name(self.month)} ({supplier}due {due}{late})"


def closed_month(today: dt.date) -> dt.date:
    """End of the month that was over last."""
    return today.replace(day=1) - dt.timedelta(days=1)


def arrivals(inputs: Path, expected: Iterable[ExpectedFile], month: dt.date, today: dt.date) -> Arrivals:
    """Compare the names in the inputs folder with what is expected for a month.

    Raises:
        SourceFileError: a folder or a file that a run would refuse by its name alone.
    """
    folders = versions(inputs, today).current
    present: dict[str, SourceFile] = {}
    missing: dict[bool, list[ExpectedFile]] = {True: [], False: []}
    for entry in expected:
        pattern = entry.name(month)
        found = [file for file in folders[entry.dataset] if fnmatch.fnmatchcase(without_day(file.name), pattern)]
        present |= {file.name: file for file in found}
        if not found:
            missing[entry.required].append(entry)
    files = tuple(present[name] for name in sorted(present))
    return Arrivals(month, today, files, tuple(missing[True]), tuple(missing[False]))


@dataclass(frozen=True)
class Look:
    """What one look at the folder tells: a key to start the month with, or the reason why it does not start.

    ``cursor`` is to be handed to the next look.
    """

    month: dt.date
    run_key: str | None
    sentence: str
    cursor: str


@dataclass
class _Seen:
    """What the look before saw: size, time of change and, once read, digest of each file; what was started."""

    files: dict[str, list[Any]] = field(default_factory=dict)
    started: str | None = None

    @classmethod
    def of(cls, cursor: str | None) -> "_Seen":
        try:
            return cls(**json.loads(cursor or "{}"))
        except (ValueError, TypeError):
            return cls()  # a cursor of another version: look afresh, which takes one look more


def look(
    inputs: Path, expected: Sequence[ExpectedFile], month: dt.date, today: dt.date, cursor: str | None = None
) -> Look:
    """Whether a month can start: every required file is there and none has changed since the look before.

    The key is made of the month and the bytes of its files: the same delivery has the same key, a corrected or late
    file another one.

    Raises:
        SourceFileError: a folder or a file that a run would refuse by its name alone.
    """
    seen = _Seen.of(cursor)
    there = arrivals(inputs, expected, month, today)
    stamps = {file.name: _stamp(file) for file in there.present}
    moving = [name for name, stamp in stamps.items() if not stamp[0] or seen.files.get(name, [])[:2] != stamp]
    files = {name: seen.files[name] if name not in moving else [*stamp, None] for name, stamp in stamps.items()}
    if not there.missing and not moving:
        for file in there.present:
            if files[file.name][2] is None:
                files[file.name][2] = file.sha256
        # read while somebody was writing: what was read is of no use
        moving = [file.name for file in there.present if _stamp(file) != files[file.name][:2]]
        files |= {file.name: [*_stamp(file), None] for file in there.present if file.name in moving}
    label = f"{month:%Y-%m}"
    if there.missing or moving:
        reasons = [f"waits for {there.waits}"] if there.missing else []
        reasons += [f"still being written, or seen for the first time: {', '.join(moving)}"] if moving else []
        return Look(month, None, f"{label} {'; '.join(reasons)}", _cursor(files, seen.started))
    run_key = f"{label}:{_digest({name: entry[2] for name, entry in files.items()})}"
    if run_key == seen.started:
        said = f"{label} is complete and was started; a file that is corrected or comes late starts it again"
        run_key_or_none = None
    else:
        said, run_key_or_none = f"{label} is complete: {len(files)} files", run_key
    return Look(month, run_key_or_none, said, _cursor(files, run_key))


def _stamp(file: SourceFile) -> list[Any]:
    """Size and time of the last change; zeros for a file that has gone since the folder was listed."""
    try:
        found = file.path.stat()
    except FileNotFoundError:
        return [0, 0]
    return [found.st_size, found.st_mtime_ns]


def _digest(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()[:16]


def _cursor(files: dict[str, list[Any]], started: str | None) -> str:
    return json.dumps({"files": files, "started": started}, sort_keys=True)
