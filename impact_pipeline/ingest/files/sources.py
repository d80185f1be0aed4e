"""Files of an inputs folder: which there are, their bytes and digest. Knows nothing about what is inside."""

import datetime as dt
import difflib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.containers import check_plain, members, read_member
from impact_pipeline.schemas import RAW

DATASETS = tuple(table.name.removeprefix("raw.") for table in RAW)
MANIFEST = "manifest.csv"
#: Begins the name of a folder of files that came on a day: ``received-2025-02-10``.
RECEIVED = "received-"
#: Also what was meant as one: a file in it would be taken as known from the beginning.
_LIKE_RECEIVED = re.compile(r"received-|received[ _]*\d", re.IGNORECASE)
#: What systems put into folders by themselves.
_LITTER = ("thumbs.db", "desktop.ini")
EXTENSIONS = ("csv", "parquet", "xlsx", "xls", "ods", "json")


@dataclass(frozen=True)
class SourceFile:
    """One input file. The bytes are read once; digest and content come from the same bytes.

    ``member``: its name inside the ZIP archive at ``path``, where it came in one.
    """

    dataset: str
    name: str
    path: Path
    member: str = ""

    @property
    def extension(self) -> str:
        """Lower-case ending without the dot."""
        return Path(self.name).suffix.lower().lstrip(".")

    @cached_property
    def data(self) -> bytes:
        """The bytes of the file."""
        if self.member:
            return read_member(self.path, self.member, self.name)
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise SourceFileError(
                self.name,
                f"a file that cannot be read ({error.strerror})",
                "a readable file",
                hint="Check its rights",
            ) from None

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes: the ``source_file_id``."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def archived(self) -> bytes:
        """What the archive keeps under ``sha256``."""
        return self.data

    @cached_property
    def received_on(self) -> dt.date | None:
        """The day the file came: of the folder ``received-YYYY-MM-DD`` it lies in; nothing when it lies in none."""
        folders = [part for part in self.name.split("/")[:-1] if _LIKE_RECEIVED.match(part)]
        if not folders:
            return None
        try:
            (day,) = (folder.removeprefix(RECEIVED) for folder in folders)
            return dt.date.fromisoformat(day)
        except ValueError:
            raise SourceFileError(
                self.name,
                f"a folder {folders[-1]}",
                f"one folder with the day the file came, such as {RECEIVED}2025-02-10",
                hint="Rename the folder",
            ) from None

    @property
    def container(self) -> str:
        """Name of what lies in the folder: the file, or the archive it came in."""
        return self.name.removesuffix(f"/{self.member}") if self.member else self.name


@dataclass(frozen=True, kw_only=True)
class CorrectedFile(SourceFile):
    """A file that is read with corrections: its rows go by another id than those of the file as delivered.

    Months that were computed before keep the rows they were computed from. The id is the sha256 of ``note``: a small
    text, archived, that names the bytes delivered and every cell corrected.
    """

    original: SourceFile
    note: bytes

    @cached_property
    def data(self) -> bytes:
        """The bytes as delivered."""
        return self.original.data

    @cached_property
    def sha256(self) -> str:
        """Digest of the note."""
        return hashlib.sha256(self.note).hexdigest()

    @property
    def archived(self) -> bytes:
        """The note."""
        return self.note


def without_day(name: str) -> str:
    """A name without the folder of the day it came: versions of one file share it."""
    *folders, last = name.split("/")
    return "/".join([*(part for part in folders if not part.startswith(RECEIVED)), last])


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint naming the closest known word, whatever its letter case, or nothing."""
    known = {known.lower(): known for known in words}
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"Did you mean {known[close[0]]!r}?" if close else ""


def discover(inputs: Path) -> dict[str, list[SourceFile]]:
    """All input files by dataset, sorted by name.

    Raises:
        SourceFileError: no such folder, an unknown sub-folder, or a file of a kind that is not read.
    """
    if not inputs.is_dir():
        raise SourceFileError(
            str(inputs),
            "no such folder",
            "a folder with one sub-folder per dataset",
            hint="Give one with --inputs",
        )
    found: dict[str, list[SourceFile]] = {dataset: [] for dataset in DATASETS}
    for entry in sorted(inputs.iterdir()):
        if _is_ignored(entry):
            continue
        if entry.is_symlink():
            check_plain(entry, entry.name)
        if entry.is_dir():
            if entry.name not in found:
                hint = nearest(entry.name, DATASETS)
                if _LIKE_RECEIVED.match(entry.name):
                    hint = f"Put it into the folder of its dataset: holdings/{entry.name}"
                listing = ", ".join(DATASETS)
                raise SourceFileError(f"{entry.name}/", "an unknown sub-folder", listing, hint=hint)
            found[entry.name] = list(_files(inputs, entry))
        elif entry.name in found:
            raise SourceFileError(entry.name, "a file", "a folder of that name", hint="Put the file into the folder")
        elif entry.suffix.lower().lstrip(".") in EXTENSIONS and entry.name != MANIFEST:
            raise SourceFileError(
                entry.name,
                "a data file outside any dataset",
                "files in sub-folders",
                hint="Move it, e.g. into holdings/",
            )
    return found


def check_distinct(files: Iterable[SourceFile]) -> None:
    """Refuse a file delivered twice under two names."""
    seen: dict[str, str] = {}
    for file in files:
        other = seen.setdefault(file.sha256, file.name)
        if other != file.name:
            raise SourceFileError(
                file.name, f"the same bytes as {other}", "each file once", hint="Delete one of the two"
            )


def _files(inputs: Path, folder: Path) -> Iterable[SourceFile]:
    for path in sorted(folder.rglob("*")):
        name = "/".join(path.relative_to(inputs).parts)
        if any(part.startswith((".", "~$")) for part in path.relative_to(inputs).parts) or _is_ignored(path):
            continue
        if path.is_dir() and not path.is_symlink():
            continue
        check_plain(path, name)
        if path.suffix.lower() == ".zip":
            for member in members(path, name):
                yield _known(SourceFile(folder.name, f"{name}/{member}", path, member))
            continue
        yield _known(SourceFile(folder.name, name, path))


def _known(source: SourceFile) -> SourceFile:
    """The file when its name can be shown and it is of a kind that is read."""
    if not source.name.isprintable():
        raise SourceFileError(
            ascii(source.name)[1:-1],
            "a name with signs that cannot be seen",
            "letters, digits, blanks, dots, hyphens",
            hint="Rename it",
        )
    _ = source.received_on  # refused here, with the file's name
    if source.extension not in EXTENSIONS:
        raise SourceFileError(
            source.name,
            f"a file of kind {Path(source.name).suffix or 'unknown'!r}",
            "a file of kind " + ", ".join((*EXTENSIONS, "zip")),
            hint="Convert it, or move it out of the inputs folder",
        )
    return source


def _is_ignored(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "~$", "readme")) or name in _LITTER
