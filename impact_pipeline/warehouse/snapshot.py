"""The readers' file: finished months only, replaced as a whole by rename."""

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from impact_pipeline.errors import NotFoundError
from impact_pipeline.warehouse.connections import ENGINE_FAILURES, attached
from impact_pipeline.warehouse.lock import FileLock
from impact_pipeline.warehouse.snapshot_rows import fill, holds_only, months_in
from impact_pipeline.warehouse.store import Store, WarehouseFailedError


@dataclass(frozen=True)
class PublishResult:
    """Tables and views that changed; ``replaced`` is false when readers had it all already."""

    replaced: bool
    changed: list[str]


def publish_window(
    working: Store, readers: Path, start: dt.date, end: dt.date, also: Sequence[tuple[dt.date, dt.date]] = ()
) -> PublishResult:
    """Show the months ``start <= as_of_date < end`` of the working file to readers, all or nothing.

    ``also``: further windows shown in the same stroke (a baseline month that was computed on the way).

    The present readers' file is copied, the window's rows are replaced in the copy, and the copy takes the
    file's name. Other months stay as they were published, whatever state the working file has them in.
    Whoever holds the old file open goes on reading the old file. If there is nothing new the file is left
    alone.

    Two publishers follow each other (``<readers>.publish.lock``), so neither loses the other's month; the
    working file is only read, hence its shared lock.
    """
    readers.parent.mkdir(parents=True, exist_ok=True)
    months = months_in([(start, end), *also])
    publishing = FileLock(
        Path(f"{readers}.publish.lock"), working.lock.timeout_s, working.lock.on_wait, "the readers' snapshot"
    )
    with publishing.hold(exclusive=True):
        _remove_leftovers(readers)
        working.require()
        draft = readers.with_name(f".{readers.name}.{uuid.uuid4().hex}.draft")
        try:
            with working.lock.hold(exclusive=False):
                changed = _write_draft(draft, working.path, readers, months)
            replaced = bool(changed) or not readers.exists()
            if replaced:
                _replace_file(draft, readers)
            return PublishResult(replaced, changed)
        except (OSError, *ENGINE_FAILURES) as error:
            raise WarehouseFailedError(
                f"{readers} could not be renewed ({str(error).splitlines()[0]}); readers keep the one they "
                "had. Check the free disk space, then run the same months again"
            ) from error
        finally:
            _remove_leftovers(readers)


def _write_draft(draft: Path, working: Path, readers: Path, months: str) -> list[str]:
    unsaved = working.with_name(f"{working.name}.wal")
    if readers.exists():
        shutil.copyfile(readers, draft)
    elif not unsaved.exists() and holds_only(working, months):
        # the first publication of all there is: nothing to leave out, so the file itself will do
        shutil.copyfile(working, draft)
    return fill(draft, working, months)


@contextmanager
def open_readers(readers: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the snapshot as it is now. No lock: publications do not wait for readers.

    The file is attached to a fresh engine. A plain ``duckdb.connect`` would show the old file again while the
    same process still holds it open elsewhere.
    """
    if not readers.exists():
        raise NotFoundError(f"{readers} does not exist; run `impact run` first")
    with attached(readers.parent, {"readers": (readers, "read_only")}) as connection:
        yield connection


def query_readers(readers: Path, sql: str, params: Sequence[Any] = ()) -> pl.DataFrame:
    """Rows of one query on the snapshot."""
    with open_readers(readers) as connection:
        return connection.sql(sql, params=list(params)).pl()


def _replace_file(draft: Path, readers: Path) -> None:
    """Give the finished draft the readers' name; a power cut leaves the old file or the new one."""
    draft.chmod(0o444)
    _fsync(draft)
    # left behind by a program that opened the old file for writing; it must not be applied to the new one
    readers.with_name(f"{readers.name}.wal").unlink(missing_ok=True)
    draft.replace(readers)
    _fsync(readers.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(readers: Path) -> None:
    """Delete drafts, one's own and those of killed publishers; only the lock's holder has a living one."""
    for file in readers.parent.glob(f".{readers.name}.*.draft*"):
        file.unlink(missing_ok=True)
