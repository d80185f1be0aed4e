"""A million lines of a Tripartite Template in CSV to the raw tables, beside a bare ``read_csv`` of the same file.

Both run in processes of their own on two processors, so that the peak memory is their own; writing the file is not
timed. Ours archives, parses, checks and writes; DuckDB types the columns by looking at them and writes them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import duckdb

from impact_pipeline.ingest import delivery
from impact_pipeline.schemas.table import Table, month_end
from impact_pipeline.settings import REPOSITORY, Settings
from impact_pipeline.warehouse import tables
from impact_pipeline.warehouse.store import Store
from impact_pipeline.wiring import delivery as wiring
from impact_pipeline.wiring.months import month_window
from impact_pipeline_tests.benchmarks import portfolio
from impact_pipeline_tests.benchmarks import template_world as world
from impact_pipeline_tests.builders import TODAY

POSITIONS, PROCESSORS = 1_000_000, 2
POLICY = REPOSITORY / "data" / "demo" / "policy"
#: Steps that are shown apart: where they are called from.
PARTS = {
    "read and check": (wiring, "read_delivery"),
    "holdings": (delivery, "read_holdings"),
    "write gates": (Table, "validate"),
    "resolve issuers": (wiring, "identifier_frames"),
    "archive": (wiring, "archive"),
    "insert": (tables, "_replace"),
}


def bare(inputs: Path, home: Path) -> dict[str, float]:
    home.mkdir()
    with duckdb.connect(str(home / "bare.duckdb"), config={"threads": PROCESSORS}) as con:
        con.execute(f"create table lines as from read_csv('{inputs}/holdings/*.csv')")
    return {}


def ours(inputs: Path, home: Path) -> dict[str, float]:
    """The shipped ingest step; seconds of its parts."""
    settings, seconds = Settings(inputs, POLICY, home), {}
    for name, (owner, function) in PARTS.items():
        setattr(owner, function, _watched(getattr(owner, function), name, seconds))
    wiring.store_delivery(settings, Store(settings.warehouse), month_window(month_end(2024, 12)), today=TODAY)
    return seconds


def _watched(function, name: str, seconds: dict[str, float]):
    def called(*args, **named):
        started = time.perf_counter()
        try:
            return function(*args, **named)
        finally:
            seconds[name] = seconds.get(name, 0) + time.perf_counter() - started

    return called


PATHS = {"bare": bare, "ours": ours}


def measure(kind: str, inputs: Path, home: Path) -> dict[str, object]:
    wall, processor = time.perf_counter(), time.process_time()
    parts = PATHS[kind](inputs, home)
    found = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor, "parts": parts}
    return found | {"peak": portfolio.peak_bytes()}


def in_its_own_process(kind: str, inputs: Path, home: Path) -> dict[str, object]:
    command = [sys.executable, "-m", __name__, kind, str(inputs), str(home)]
    settings = {**os.environ, "POLARS_MAX_THREADS": str(PROCESSORS)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=settings)
    return json.loads(done.stdout)


@contextmanager
def _inputs(positions: int, given: Path | None):
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        world.write(Path(folder), positions)
        yield Path(folder)


def report(positions: int = POSITIONS, given: Path | None = None) -> None:
    with _inputs(positions, given) as inputs, tempfile.TemporaryDirectory() as homes:
        [file] = (inputs / "holdings").iterdir()
        size = file.stat().st_size
        found = {kind: in_its_own_process(kind, inputs, Path(homes) / kind) for kind in PATHS}
    base = found["bare"]
    print(f"\nduckdb {duckdb.__version__}, {positions:,} lines of a Tripartite Template in CSV, {size / 1e6:,.0f} MB")
    for kind, name in (("bare", "bare DuckDB read_csv"), ("ours", "archive, parse, check, write")):
        one = found[kind]
        print(
            f"{name:60} {one['wall']:7.2f} s {one['processor']:7.2f} s of processor {one['peak'] / 1e9:5.2f} GB"
            f" {positions / one['wall']:9,.0f} lines/s {one['wall'] / base['wall']:7.1f} x"
            f" {one['processor'] / base['processor']:7.1f} x of processor"
        )
    for name, seconds in found["ours"]["parts"].items():
        print(f"    {name:56} {seconds:7.2f} s")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
