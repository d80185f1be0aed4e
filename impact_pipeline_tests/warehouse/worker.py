"""A child process of the tests: holds a lock, writes in a loop, or publishes, until it is told or killed.

Usage: worker.py COMMAND PATH [ARGUMENT...]. It prints one line when it has reached the interesting place.
"""

import importlib.util
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from impact_pipeline.warehouse.lock import FileLock

# the rest is imported where it is used: most tests only need a process that holds a lock, and soon
#: Rows by month, and how many writes they come from: one, unless the month is half of two.
SUMS = "select as_of_date, count(*) as n, count(distinct scope_2_basis) as kinds from {} group by as_of_date"


def _helpers() -> Any:
    spec = importlib.util.spec_from_file_location("helpers", Path(__file__).with_name("conftest.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def hold_write(path: Path, label: str) -> None:
    """Delete everything, then wait in the middle of the transaction for a line on standard input."""
    from impact_pipeline.warehouse.store import Store

    with Store(path).write(label) as connection:
        connection.execute("delete from core.fx_rates")
        say("writing")
        sys.stdin.readline()


def hold_lock(path: Path, label: str) -> None:
    """Hold the lock as a writer, or as a reader when there is no label."""
    with FileLock(path, 20).hold(exclusive=bool(label), label=label):
        say("writing" if label else "reading")
        sys.stdin.readline()


def write_months(path: Path, first: str, count: str, rounds: str) -> None:
    """Write the months one by one, ``rounds`` times, each with other values."""
    from impact_pipeline.schemas import TABLES
    from impact_pipeline.warehouse.store import Store, replace_window

    helpers, store, table = _helpers(), Store(path), TABLES["core.fx_rates"]
    say("ready")
    for seed in range(int(rounds)):
        for month in helpers.months_from(first, int(count)):
            name = f"{month:%Y-%m}"
            with store.write(f"round {seed} {name}") as connection:
                frame = helpers.fake(table.name, [month], rows=50, seed=seed)
                replace_window(connection, table, frame, *helpers.window(name))
    say("done")


def commit_and_wait(path: Path, statement: str) -> None:
    """Commit, then wait before the connection is closed: the change is in the write-ahead log only."""
    from impact_pipeline.warehouse.store import Store

    with Store(path).write() as connection:
        connection.execute(statement)
        connection.execute("commit")
        say("committed")
        sys.stdin.readline()


def open_directly(path: Path) -> None:
    """What a DuckDB shell does: no lock of ours."""
    import duckdb

    connection = duckdb.connect(str(path))
    say("open")
    sys.stdin.readline()
    connection.close()


def write_beyond_limit(path: Path, limit: str) -> None:
    from impact_pipeline.schemas import TABLES
    from impact_pipeline.warehouse.store import Store, WarehouseFailedError, replace_window

    helpers, table = _helpers(), TABLES["core.positions"]
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        with Store(path).write() as connection:
            frame = helpers.fake(table.name, helpers.months_from("2024-02", 24), rows=4000, seed=5)
            replace_window(connection, table, frame, *helpers.window("2024-02", 24))
    except WarehouseFailedError as error:
        say("failed clearly" if "Check the free disk space" in str(error) else str(error))


def publish_beyond_limit(path: Path, readers: str, first: str, limit: str) -> None:
    from impact_pipeline.warehouse.store import WarehouseFailedError

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        publish(path, readers, first)
    except WarehouseFailedError as error:
        say("failed clearly" if "readers keep the one they had" in str(error) else str(error))


def publish(path: Path, readers: str, first: str) -> None:
    from impact_pipeline.warehouse import snapshot
    from impact_pipeline.warehouse.store import Store

    snapshot.publish_window(Store(path), Path(readers), *_helpers().window(first))
    say("done")


def publish_slowly(path: Path, readers: str, first: str) -> None:
    """Stop for ever with the draft complete, just before it takes the readers' name."""
    from impact_pipeline.warehouse import snapshot

    def stop(*_: object) -> None:
        say("drafted")
        time.sleep(60)

    snapshot._replace_file = stop
    publish(path, readers, first)


def publish_often(path: Path, readers: str, first: str) -> None:
    """Publish for ever; the readers' file is put aside each time so that there is something to do."""
    from impact_pipeline.warehouse import snapshot
    from impact_pipeline.warehouse.store import Store

    window = _helpers().window(first)
    say("ready")
    while True:
        snapshot.publish_window(Store(path), Path(readers), *window)
        with Store(path).write() as connection:
            connection.execute("update core.issuer_emissions set scope_2_basis = scope_2_basis || 'x'")


def read_readers(readers: Path, table: str) -> None:
    """Read the snapshot until a line comes; stop at once if a month is not whole."""
    from impact_pipeline.warehouse import snapshot

    say("ready")
    os.set_blocking(sys.stdin.fileno(), False)
    reads = 0
    while not sys.stdin.readline():
        sums = snapshot.query_readers(readers, SUMS.format(table))
        if set(sums["n"]) != {200} or set(sums["kinds"]) != {1}:
            say(f"half month: {sums.rows()}")
            return
        reads += 1
    say(f"whole {'often' if reads > 3 else reads}")


if __name__ == "__main__":
    command, path, *arguments = sys.argv[1:]
    globals()[command](Path(path), *arguments)
