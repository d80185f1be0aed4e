"""The working DuckDB file: short connections under one lock, one transaction per write."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from impact_pipeline.errors import ImpactPipelineError, NotFoundError
from impact_pipeline.warehouse.connections import ENGINE_FAILURES, connect
from impact_pipeline.warehouse.lock import FileLock
from impact_pipeline.warehouse.tables import (
    ensure_layout,
    replace_files,
    replace_window,
    replace_window_in_parts,
    stored_columns,
)

__all__ = [
    "Store",
    "WarehouseFailedError",
    "ensure_layout",
    "replace_files",
    "replace_window",
    "replace_window_in_parts",
]


class WarehouseFailedError(ImpactPipelineError):
    """The database engine stopped in the middle of a write (usually: the disk is full)."""

    exit_code = 1


class Store:
    """One DuckDB file that many processes use in turn: readers together, a writer alone.

    Args:
        path: the file; ``<path>.lock`` and ``<path>.lock.queue`` stay beside it.
        lock_timeout_s: how long to wait for others before giving up.
        on_wait: called once, after a second of waiting, with a line that says who is being waited for.
    """

    def __init__(self, path: Path, lock_timeout_s: float = 600, on_wait: Callable[[str], None] | None = None) -> None:
        self.path = path
        self.lock = FileLock(Path(f"{path}.lock"), lock_timeout_s, on_wait)

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; writers wait until the block ends, so keep it short."""
        self.require()
        with self.lock.hold(exclusive=False):
            connection = connect(self.path, read_only=True)
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def write(self, label: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing connection inside one transaction: everything in the block is kept, or nothing is.

        Args:
            label: what those who wait are told, e.g. ``impact run 2024-12``; default: this process's command
            line.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.hold(exclusive=True, label=label):
            connection = connect(self.path, read_only=False)
            try:
                connection.execute("begin transaction")
                yield connection
                connection.execute("commit")
            except ENGINE_FAILURES as error:
                # no rollback: a dead engine refuses even that. Closing drops what was not committed
                raise WarehouseFailedError(
                    f"{self.path}: the database engine stopped ({str(error).splitlines()[0]}); the step is "
                    "kept wholly or not at all. Check the free disk space, then run the same months again"
                ) from error
            except BaseException:
                with suppress(duckdb.Error):
                    connection.execute("rollback")
                raise
            finally:
                with suppress(duckdb.Error):
                    connection.close()

    def query(self, sql: str, params: Sequence[Any] = ()) -> pl.DataFrame:
        """Rows of one read-only query. With ``params`` big results are slow (see ``connections.literal``).

        Raises:
            NotFoundError: nothing has been run yet.
        """
        with self.read() as connection:
            return connection.sql(sql, params=list(params)).pl()

    def months(self) -> list[dt.date]:
        """Months the store holds inputs of; none before the first run, or when that run was killed before it wrote."""
        if not self.path.exists():
            return []
        with self.read() as connection:
            if "audit.months" not in stored_columns(connection):
                return []
            found = connection.execute("select as_of_date from audit.months order by as_of_date").fetchall()
        return [day for (day,) in found]

    def require(self) -> None:
        """Raise ``NotFoundError`` when the file does not exist."""
        if not self.path.exists():
            raise NotFoundError(f"{self.path} does not exist; run `impact run` first")
