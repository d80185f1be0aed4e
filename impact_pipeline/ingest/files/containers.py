"""Files inside ZIP archives, and what no file of a delivery may be: too large, a link, a device, a bomb."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from impact_pipeline.errors import SourceFileError

#: A file larger than this is no delivery of a month (ten million lines in Parquet are a quarter of it).
LARGEST_FILE_BYTES = 2_000_000_000
#: Limits that an archive or a workbook must keep once inflated: a small file can claim to hold gigabytes.
LARGEST_INFLATED_BYTES = 500_000_000
LARGEST_RATIO = 100
MOST_ENTRIES = 1_000
#: Below this many bytes any ratio is harmless.
_SMALL_BYTES = 20_000_000


def check_plain(path: Path, name: str) -> None:
    """Refuse what is not an ordinary file of a reasonable size.

    A link could show one file now and another one later; a pipe or device has no bytes to archive.
    """
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise SourceFileError(name, "a link to another file", "the file itself", hint="Copy the file here")
    if not stat.S_ISREG(found.st_mode):
        raise SourceFileError(name, "a pipe or a device", "a file", hint="Remove it from the inputs")
    if found.st_size > LARGEST_FILE_BYTES:
        raise SourceFileError(
            name, f"{found.st_size:,} bytes", f"at most {LARGEST_FILE_BYTES:,} bytes", hint="Send it in parts"
        )


def check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive (or a workbook, which is one) that grows beyond measure when it is inflated."""
    inflated = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    is_bomb = inflated > _SMALL_BYTES and inflated > LARGEST_RATIO * packed
    if inflated > LARGEST_INFLATED_BYTES or len(entries) > MOST_ENTRIES or is_bomb:
        raise SourceFileError(
            name,
            f"{len(entries)} parts of {inflated:,} bytes once inflated, {packed:,} bytes as sent",
            f"at most {MOST_ENTRIES:,} parts, {LARGEST_INFLATED_BYTES:,} bytes, {LARGEST_RATIO} times as many",
            hint="Send it as CSV or Parquet",
        )


def members(path: Path, name: str) -> Iterator[str]:
    """Names of the files inside a ZIP archive, sorted; folders and what macOS adds are left out.

    Raises:
        SourceFileError: not an archive, a bomb, an encrypted part, an archive inside, a name that points
            elsewhere or is there twice.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceFileError(
            name, f"a file that cannot be read as ZIP ({error})", "a whole ZIP file", hint="Ask for it again"
        ) from None
    check_entries(name, entries)
    seen: set[str] = set()
    for entry in sorted(entries, key=lambda entry: entry.filename):
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if entry.is_dir() or parts[:1] == ("__MACOSX",) or any(part.startswith(".") and part != ".." for part in parts):
            continue
        leads_out = not parts or ".." in parts or parts[0].startswith("/") or ":" in parts[0]
        if leads_out or stat.S_ISLNK(entry.external_attr >> 16):
            raise SourceFileError(name, f"the part {entry.filename!r}", "parts inside the archive")
        if entry.flag_bits & 0x1:
            raise SourceFileError(name, f"the encrypted part {entry.filename!r}", "parts without a password")
        if entry.filename.lower().endswith(".zip"):
            raise SourceFileError(
                name, f"an archive inside the archive, {entry.filename!r}", "files", hint="Unpack the outer one here"
            )
        if entry.filename in seen:
            raise SourceFileError(name, f"two parts named {entry.filename!r}", "each name once")
        seen.add(entry.filename)
        yield entry.filename
    if not seen:
        raise SourceFileError(
            name, "an archive without files", "at least one file", hint="Ask for it again, or delete it"
        )


def read_member(path: Path, member: str, name: str) -> bytes:
    """Bytes of one file of an archive; never more than it declared."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as handle:
            size = archive.getinfo(member).file_size
            data = handle.read(size + 1)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error) as error:
        raise SourceFileError(
            name, f"a part that cannot be inflated ({error})", "a whole ZIP file", hint="Ask for it again"
        ) from None
    if len(data) != size:
        raise SourceFileError(name, f"a part of {len(data):,} bytes or more", f"{size:,} bytes as it says")
    return data
