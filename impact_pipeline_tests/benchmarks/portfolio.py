"""Ten million positions on 50,000 issuers: Parquet files to ``marts.portfolio_carbon``, beside a bare DuckDB script.

Both run in processes of their own on two processors, so that the peak memory is their own; writing the input files is
not timed. The figures must be the same to the last bit: otherwise this stops.

The script keeps only the figures; we keep every line thrice (as delivered, looked through, attributed), or nobody could
walk back. So the time DuckDB takes to copy just these tables into an empty file is measured too: no way of computing
them is faster than that.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from impact_pipeline.partitions import Window
from impact_pipeline.schemas.table import month_end
from impact_pipeline.settings import REPOSITORY, SQL_MODELS, Settings
from impact_pipeline.warehouse.connections import PLAIN_DECIMALS, STORAGE_VERSION
from impact_pipeline.warehouse.models import SqlModel, load_models, load_tests, topological_order
from impact_pipeline.warehouse.runner import run_model, run_test
from impact_pipeline.warehouse.store import Store
from impact_pipeline.wiring.delivery import store_delivery
from impact_pipeline.wiring.months import month_window
from impact_pipeline_tests.benchmarks import portfolio_world as world
from impact_pipeline_tests.builders import TODAY

POSITIONS, ISSUERS, PROCESSORS = 10_000_000, 50_000, 2
TARGET = "marts.portfolio_carbon"
#: Tables of lines that are kept on the way.
KEPT = ("raw.holdings", "core.positions", "core.attribution")
POLICY = REPOSITORY / "data" / "demo" / "policy"
BARE = Path(__file__).with_name("portfolio_bare.sql")


def bare(inputs: Path, home: Path) -> dict[str, tuple[float, float]]:
    """The script written by hand."""
    home.mkdir()
    with duckdb.connect(str(home / "bare.duckdb"), config={"threads": PROCESSORS}) as con:
        return {"script": _seconds(lambda: con.execute(BARE.read_text(encoding="utf-8").format(inputs=inputs)))}


def ours(inputs: Path, home: Path) -> dict[str, tuple[float, float]]:
    """The shipped path: the ingest step, then the models the target needs, each with its checks. Seconds by step."""
    settings = Settings(inputs, POLICY, home)
    store, covered = Store(settings.warehouse), month_window(month_end(2024, 12))
    steps = {"ingest": _seconds(lambda: store_delivery(settings, store, covered, today=TODAY))}
    tests = load_tests(SQL_MODELS / "tests")
    models = needed(load_models(SQL_MODELS))
    for model in models:
        steps[model.name] = _seconds(lambda model=model: _model(store, model, covered))
    names = {model.name for model in models} | {name for model in models for name in model.depends_on}
    for test in tests:
        if test.model in names and set(test.depends_on) <= names:
            steps[f"check {test.name}"] = _seconds(lambda test=test: _check(store, test, covered))
    return steps


def needed(models: dict[str, SqlModel]) -> list[SqlModel]:
    """The target and all it reads, in order."""
    wanted, waiting = set(), [TARGET]
    while waiting:
        name = waiting.pop()
        if name in models and name not in wanted:
            wanted.add(name)
            waiting.extend(models[name].depends_on)
    return topological_order({name: models[name] for name in wanted})


def _model(store: Store, model: SqlModel, covered: Window) -> None:
    with store.write() as connection:
        run_model(connection, model, covered.start, covered.end)


def _check(store, test, covered):
    with store.read() as connection:
        found = run_test(connection, test, covered.start, covered.end)
    assert test.severity == "warn" or not found.bad_rows, f"{test.name}: {found.sample}"


def _seconds(action) -> tuple[float, float]:
    """Wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - processor


def copies(inputs: Path, home: Path) -> dict[str, tuple[float, float]]:
    """The tables of lines that we keep, copied as they are."""
    home.mkdir()
    ours_file = Settings(inputs, POLICY, home.with_name("ours")).warehouse
    with duckdb.connect(config={"threads": PROCESSORS}) as con:
        con.execute(f"attach '{home / 'copies.duckdb'}' as copies (storage_version '{STORAGE_VERSION}')")
        con.execute(f"attach '{ours_file}' as ours (read_only)")
        con.execute(PLAIN_DECIMALS)
        for layer in {name.split(".")[0] for name in KEPT}:
            con.execute(f"create schema copies.{layer}")
        return {
            name: _seconds(lambda name=name: con.execute(f"create table copies.{name} as from ours.{name}"))
            for name in KEPT
        }


PATHS = {"bare": bare, "ours": ours, "copies": copies}


def measure(kind: str, inputs: Path, home: Path) -> dict[str, object]:
    """Run one of them here; peak resident memory in bytes, seconds by step."""
    steps = PATHS[kind](inputs, home)
    return {"peak": peak_bytes(), "steps": steps}


def peak_bytes() -> int:
    """The most memory that this process has held."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def in_its_own_process(kind: str, inputs: Path, home: Path) -> dict[str, object]:
    command = [sys.executable, "-m", __name__, kind, str(inputs), str(home)]
    settings = {**os.environ, "POLARS_MAX_THREADS": str(PROCESSORS)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=settings)
    return json.loads(done.stdout)


def differences(bare_file: Path, our_file: Path) -> list[tuple[object, ...]]:
    """Rows of the two tables that are not in the other one."""
    with duckdb.connect() as con:
        con.execute(f"attach '{bare_file}' as bare (read_only); attach '{our_file}' as ours (read_only)")
        here, there = "bare.portfolio_carbon", f"ours.{TARGET}"
        rows = con.execute(
            f"select 'bare', * from (from {here} except all from {there})"
            f" union all select 'ours', * from (from {there} except all from {here}) order by all"
        ).fetchall()
        assert con.execute(f"select count(*) from {here}").fetchone() != (0,)
    return rows


def report(positions: int = POSITIONS, issuers: int = ISSUERS, inputs: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if inputs is None:
            inputs = root / "inputs"
            world.write(inputs, positions, issuers)
        found = {kind: in_its_own_process(kind, inputs, root / kind) for kind in PATHS}
        different = differences(root / "bare" / "bare.duckdb", Settings(inputs, POLICY, root / "ours").warehouse)
    assert not different, f"{len(different)} rows differ, e.g. {different[:4]}"
    print(
        f"\nduckdb {duckdb.__version__}, {positions:,} positions, {issuers:,} issuers,"
        f" Parquet to {TARGET}, same figures"
    )
    steps = found["ours"]["steps"]
    unchecked = {name: seconds for name, seconds in steps.items() if not name.startswith("check ")}
    base = _total(found["bare"]["steps"])
    kept = _total(found["copies"]["steps"])
    rows = {
        "bare DuckDB script": (base, found["bare"]["peak"]),
        "bare script and a copy of the lines kept": (
            (base[0] + kept[0], base[1] + kept[1]),
            max(found[kind]["peak"] for kind in ("bare", "copies")),
        ),
        "ours without checks": (_total(unchecked), found["ours"]["peak"]),
        "ours with checks": (_total(steps), found["ours"]["peak"]),
    }
    for name, ((wall, processor), peak) in rows.items():
        print(
            f"{name:60} {wall:7.2f} s {processor:7.2f} s of processor {peak / 1e9:5.2f} GB {wall / base[0]:7.1f} x"
            f" {processor / base[1]:7.1f} x of processor"
        )
    for name, (wall, processor) in steps.items():
        if wall >= rows["ours with checks"][0][0] / 200:
            print(f"    {name:56} {wall:7.2f} s {processor:7.2f} s of processor")


def _total(steps) -> tuple[float, float]:
    wall, processor = zip(*steps.values(), strict=True)
    return sum(wall), sum(processor)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
