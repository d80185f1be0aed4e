"""How a DuckDB file is opened: limits fitted to the machine, no way out of the file from SQL."""

import datetime as dt
import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from impact_pipeline.errors import SettingsError, WarehouseBusyError

#: Files in this format open in every DuckDB from 1.4 on, so BI tools and older shells can read them.
STORAGE_VERSION = "v1.4.0"
MEMORY_SHARE = 0.6
#: DuckDB 1.5.6 stops with "INTERNAL Error: Failed to cast expression to type" when it rewrites a filter on
#: ``row_number()`` over rows already filtered on another ``row_number()``; without the rewrite it is right.
FAULTY_OPTIMIZER = "top_n_window_elimination"
#: DECIMAL(24, 6) is a 128-bit number to DuckDB, and its bit packing of those is slow to read. Without it the
#: demo's ``marts.positions`` is read whole in a third of the time, and the file is a quarter larger.
PLAIN_DECIMALS = "set disabled_compression_methods = 'bitpacking'"
#: SQL cannot read files, reach the network, load code or see Python variables, and cannot undo any of this.
SANDBOX = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
LOCK_SETTINGS = "set lock_configuration = true"
#: Disk full, memory used up, a commit that could not be written, an engine that refuses to go on: not the
#: fault of a query or of its data.
ENGINE_FAILURES = (
    duckdb.FatalException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a file with the limits and the sandbox; DuckDB spills into ``<path>.tmp``, beside the file.

    ``preserve_insertion_order`` keeps its default (true): the order of the stored rows is part of being
    reproducible.
    """
    config: dict[str, Any] = {**limits(path.parent), **SANDBOX}
    if read_only:
        config["lock_configuration"] = "true"
    else:
        config["storage_compatibility_version"] = STORAGE_VERSION
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise _readable(path, error) from error
    if not read_only:
        connection.execute(PLAIN_DECIMALS)  # DuckDB ignores it in ``config``
        connection.execute(LOCK_SETTINGS)
    return connection


@contextmanager
def attached(folder: Path, files: dict[str, tuple[Path, str]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh engine with several files attached under names of ours, then shut in the same sandbox.

    The first file is the default database. Unlike ``duckdb.connect``, which shows a file as this process last
    opened it, attaching shows the file that has the name now.
    """
    connection = duckdb.connect(":memory:", config={**limits(folder), "temp_directory": f"{folder}/readers.tmp"})
    try:
        for name, (path, options) in files.items():
            try:
                connection.execute(f"attach {literal(str(path))} as {quoted(name)} ({options})")
            except duckdb.Error as error:
                raise _readable(path, error) from error
        connection.execute(f"use {quoted(next(iter(files)))}")
        connection.execute(PLAIN_DECIMALS)
        for setting, value in SANDBOX.items():
            connection.execute(f"set {setting} = {value}")
        connection.execute(LOCK_SETTINGS)
        yield connection
    finally:
        connection.close()


@contextmanager
def scratch(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory with the same limits and sandbox, for what must not touch the store."""
    connection = duckdb.connect(
        ":memory:", config={**limits(folder), **SANDBOX, "temp_directory": f"{folder}/scratch.tmp"}
    )
    try:
        connection.execute(LOCK_SETTINGS)
        yield connection
    finally:
        connection.close()


def limits(folder: Path) -> dict[str, Any]:
    """Threads, memory and spill space; the same dictionary for the whole life of the process.

    DuckDB refuses a second connection to a file with other settings, hence the cache.
    """
    return dict(_limits(os.path.realpath(folder)))


@functools.cache
def _limits(folder: str) -> dict[str, Any]:
    spill = shutil.disk_usage(folder).free // 2
    return {
        "threads": len(os.sched_getaffinity(0)),
        "memory_limit": f"{int(memory_bytes() * MEMORY_SHARE) // 2**20}MiB",
        "max_temp_directory_size": f"{max(spill // 2**20, 64)}MiB",
        "disabled_optimizers": FAULTY_OPTIMIZER,
    }


@functools.cache
def memory_bytes() -> int:
    """Memory this process may use: the machine's or its control group's, whichever is smaller."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _memory_files():
        with suppress(OSError, ValueError):  # absent, or "max"
            found.append(int(file.read_text(encoding="ascii")))
    return min(found)


def _memory_files() -> Iterator[Path]:
    root = Path("/sys/fs/cgroup")
    yield from (root / "memory.max", root / "memory" / "memory.limit_in_bytes")
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield root / group.lstrip("/") / "memory.max"
            elif "memory" in controllers.split(","):
                yield root / "memory" / group.lstrip("/") / "memory.limit_in_bytes"


def _readable(path: Path, error: duckdb.Error) -> Exception:
    first_line = str(error).splitlines()[0]
    if "lock" in first_line.lower():
        return WarehouseBusyError(
            f"{path} is open in a program that does not wait its turn (a shell, a BI tool?): {first_line}; "
            "close it, and open readers.duckdb there instead"
        )
    return SettingsError(f"cannot open {path}: {first_line}; if it is damaged, move it away and run the months again")


def quoted(name: str) -> str:
    """A table or column name for SQL; names only ever come from the schemas."""
    return ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in name.split("."))


def literal(value: str | dt.date) -> str:
    """A text or date written into SQL: for statements that take no parameters, and for big results.

    ``con.sql(query, params=...).pl()`` turns every value of the result into a Python object first, which
    makes it ten times slower than the same query without parameters.
    """
    if isinstance(value, dt.date):
        return f"date '{value:%Y-%m-%d}'"
    return "'" + value.replace("'", "''") + "'"


def in_window(month: str, start: dt.date, end: dt.date) -> str:
    """The condition ``start <= month < end``."""
    return f"{quoted(month)} >= {literal(start)} and {quoted(month)} < {literal(end)}"
