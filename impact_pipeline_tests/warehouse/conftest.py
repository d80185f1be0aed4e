"""Made-up rows for any table of the schemas, small model files, and child processes."""

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import DATE, FLAG, RATIO, TEXT, WHOLE, Column, Table, month_end
from impact_pipeline.warehouse.store import Store, ensure_layout, replace_window

REPOSITORY = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")


def months_from(first: str, count: int = 1) -> list[dt.date]:
    """``count`` month ends from ``2024-01`` on."""
    year, month = (int(part) for part in first.split("-"))
    return [month_end(year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(count)]


def window(first: str, count: int = 1) -> tuple[dt.date, dt.date]:
    """First day of a month and the day after the last of ``count`` months."""
    ends = months_from(first, count)
    return ends[0].replace(day=1), ends[-1] + dt.timedelta(days=1)


def fake(name: str, months: Sequence[dt.date], rows: int = 3, seed: int = 0, **fixed: Any) -> pl.DataFrame:
    """Valid rows of any table: ``rows`` per month, other values for another ``seed``; ``fixed`` as given."""
    table = TABLES[name]
    numbers = pl.DataFrame({"n": range(rows)}, schema={"n": pl.Int64})
    frames = [
        numbers.with_columns(
            _values(table, column, month, seed, fixed).alias(column.name) for column in table.columns
        ).select(table.column_names)
        for month in months
    ]
    return pl.concat(frames).cast(table.polars_schema) if frames else table.frame()


def _values(table: Table, column: Column, month: dt.date, seed: int, fixed: dict[str, Any]) -> pl.Expr:
    n, name = pl.col("n"), column.name
    if name in fixed:
        return pl.lit(fixed[name], dtype=column.dtype)
    free = [
        c.name
        for c in table.columns
        if c.name in table.grain and c.dtype == TEXT and not c.allowed and c.name not in fixed
    ]
    if free and name == free[-1]:
        return pl.format(f"{name}-{{}}", n.cast(pl.String).str.zfill(6))
    changing = 0 if name in table.grain else seed
    low = column.minimum if column.minimum is not None else 0
    high = min(column.maximum if column.maximum is not None else 1e6, 1e6)
    if column.dtype == DATE:
        return pl.lit(month, dtype=pl.Date)
    if column.dtype == TEXT:
        words = column.allowed or (f"{name} {changing}",)
        return pl.lit(words[changing % len(words)])
    if column.dtype == FLAG:
        return pl.lit(changing % 2 == 0)
    if column.dtype == WHOLE:
        # of a key without a text of its own the number tells rows apart
        step = n if name in table.grain and not free else 0
        return pl.lit(int(min(max(low, 2020), high)), dtype=pl.Int64) + step
    share = ((n * 31 + changing * 7 + month.toordinal()) % 97).cast(pl.Float64) / (97 if column.dtype == RATIO else 128)
    return share * (min(high, 5) - low) + low


def table_rows(store: Store, name: str) -> pl.DataFrame:
    """All rows of a table in the order of its grain."""
    return store.query(f"select * from {name}").sort(TABLES[name].grain)


def stamp(path: Path) -> tuple[int, int, int]:
    """Changes when the file is written or replaced (not when it is read)."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def start_worker(*arguments: object) -> "subprocess.Popen[str]":
    """``worker.py`` in another process; it prints a line when it is where the test wants it."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, str(WORKER), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        env=environment,
    )


def wait_for(process: "subprocess.Popen[str]", line: str, seconds: float = 30) -> None:
    """Wait until the worker prints ``line``."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = process.stdout.readline()
        if found.strip() == line:
            return
        assert found, f"the worker ended ({process.wait()}) before it said {line!r}"
    raise AssertionError(f"the worker did not say {line!r} in {seconds} s")


@pytest.fixture
def kit() -> Iterator[SimpleNamespace]:
    """The helpers of this file (tests are not importable from each other); workers end with the test."""
    workers: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> "subprocess.Popen[str]":
        workers.append(start_worker(*arguments))
        return workers[-1]

    yield SimpleNamespace(
        fake=fake,
        months=months_from,
        window=window,
        rows=table_rows,
        stamp=stamp,
        start=start,
        wait_for=wait_for,
    )
    for worker in workers:
        worker.kill()
        worker.communicate()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working file with its tables, made once."""
    made = Store(tmp_path_factory.mktemp("template") / "warehouse.duckdb")
    with made.write() as connection:
        ensure_layout(connection)
    return made.path


@pytest.fixture
def store(tmp_path: Path, empty_file: Path) -> Store:
    """A working file with its tables, of the test's own."""
    shutil.copyfile(empty_file, tmp_path / "warehouse.duckdb")
    return Store(tmp_path / "warehouse.duckdb", lock_timeout_s=20)


@pytest.fixture
def put(store: Store) -> Callable[..., int]:
    """Write one month (or more) of made-up rows of a table: ``put("core.fx_rates", "2024-01", seed=1)``."""

    def write(name: str, first: str, count: int = 1, **options: Any) -> int:
        with store.write() as connection:
            frame = fake(name, months_from(first, count), **options)
            return replace_window(connection, TABLES[name], frame, *window(first, count))

    return write


MODEL_HEADER = """\
-- model:       core.fx_rates
-- grain:       as_of_date, currency
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Last exchange rate known at the month end.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str, str], Path]:
    """A folder of SQL files: ``folder("core/fx_rates.sql", text)`` writes one and returns the folder."""
    root = tmp_path / "dbt_like_sql"

    def write(name: str, text: str) -> Path:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return root

    return write


@pytest.fixture
def fx_model(folder: Callable[[str, str], Path]) -> Callable[..., Path]:
    """Write ``core/fx_rates.sql`` with the given query (and changed header lines)."""

    def write(query: str, **changes: str | None) -> Path:
        lines = []
        for line in MODEL_HEADER.splitlines():
            key = line.removeprefix("-- ").split(":")[0]
            new = changes.pop(key, line)
            if new is not None:
                lines.append(new if new.startswith("--") else f"-- {key}: {new}")
        lines += [f"-- {key}: {value}" for key, value in changes.items()]
        return folder("core/fx_rates.sql", "\n".join(lines) + "\n\n" + query)

    return write
