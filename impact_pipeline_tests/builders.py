"""Small input folders written by hand, and the whole month computed from them without Dagster.

``write_inputs`` takes rows as dictionaries: what a test leaves out stays unknown, as in a supplier's file.
"""

import csv
import datetime as dt
import functools
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from impact_pipeline.partitions import Window
from impact_pipeline.schemas.table import month_end
from impact_pipeline.settings import REPOSITORY, SQL_MODELS, Settings
from impact_pipeline.warehouse.models import SqlModel, SqlTest, load_models, load_tests, topological_order
from impact_pipeline.warehouse.runner import run_model, run_test
from impact_pipeline.warehouse.store import Store
from impact_pipeline.wiring.carbon_changes import compare_months
from impact_pipeline.wiring.delivery import store_delivery
from impact_pipeline.wiring.screening import VERDICT_TABLES, screen_months

DEMO_POLICY = REPOSITORY / "data" / "demo" / "policy"
Rows = Sequence[Mapping[str, Any]]

#: Facts of the hand-written months are received well before this day.
TODAY = dt.date(2026, 11, 22)

#: A company without surprises; tests override what they are about.
EMISSIONS = {"fiscal_year": 2024, "basis": "reported", "source": "report", "known_from": "2025-04-01"}
FINANCIALS = {"fiscal_year": 2024, "period_end": "2024-12-31", "currency": "EUR", "known_from": "2025-04-01"}
LINE = {"as_of_date": "2024-12-31", "portfolio_id": "P", "pocket": "return", "currency": "EUR"}


def line(line_id: str, **given: Any) -> dict[str, Any]:
    """A holdings line of portfolio P at 2024-12-31, in EUR, pocket return."""
    return {**LINE, "line_id": line_id, "instrument_name": line_id, **given}


def emissions(
    issuer_id: str, scope_1: Any, scope_2: Any = 0, scope_3: Any = None, **given: Any
) -> list[dict[str, Any]]:
    """Reported scopes 1, 2 (market) and, when given, 3 of an issuer."""
    scopes = {"1": scope_1, "2_market": scope_2, "3": scope_3}
    return [
        {**EMISSIONS, "issuer_id": issuer_id, "scope": scope, "tco2e": tonnes, **given}
        for scope, tonnes in scopes.items()
        if tonnes is not None
    ]


def financials(issuer_id: str, **given: Any) -> dict[str, Any]:
    """A balance sheet of fiscal year 2024 in EUR."""
    return {**FINANCIALS, "issuer_id": issuer_id, **given}


def claim(issuer_id: str, measure: str, lo: Any, hi: Any = None, **given: Any) -> dict[str, Any]:
    """Evidence of grade B, fiscal year 2023, out and received on 2024-09-01; ``hi`` = ``lo`` when left out."""
    published_on = given.get("published_on", "2024-09-01")
    row = {
        "issuer_id": issuer_id, "measure": measure, "lo": lo, "hi": lo if hi is None else hi, "unit": "pct",
        "coverage_status": "researched_involved", "grade": "B", "fiscal_year": 2023, "source": "report",
        "published_on": published_on, "known_from": published_on, **given,
    }  # fmt: skip
    return {"evidence_id": "/".join(str(row[key]) for key in ("issuer_id", "measure", "lo", "source")), **row}


def soda(issuer_id: str, share: Any, **given: Any) -> dict[str, Any]:
    """Share of revenue from sugary drinks of a maker: SODA-01 excludes from 20 %."""
    made = {"role": "brand_owner", "model": ">=5g/100ml"}
    return claim(issuer_id, "revenue_share.added_sugar_drinks", share, **{**made, **given})


def policy_with(folder: Path, *edits: tuple[str, str, str], **files: str) -> Path:
    """A copy of the demo policy with edits ``(file, old, new)`` and new files: ``rules_x`` is ``rules/x.yaml``."""
    shutil.copytree(DEMO_POLICY, folder)
    for name, old, new in edits:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    for name, text in files.items():
        path = folder / f"{name.replace('_', '/', 1)}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_csv(path: Path, rows: Rows) -> Path:
    """Rows as a canonical CSV; the header is every key in order of first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return path


def write_inputs(folder: Path, **datasets: Rows) -> Path:
    """One file per dataset: ``<folder>/<dataset>/<dataset>.csv``."""
    for dataset, rows in datasets.items():
        if rows:
            write_csv(folder / dataset / f"{dataset}.csv", rows)
    return folder


class Computed:
    """A month computed from an inputs folder, to be asked questions in SQL."""

    def __init__(self, store: Store, covered: Window) -> None:
        self.store = store
        self.covered = covered

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """Rows of a query as dictionaries."""
        return self.store.query(sql, params).to_dicts()

    def one(self, sql: str, *params: Any) -> dict[str, Any]:
        """The only row of a query."""
        found = self.rows(sql, *params)
        assert len(found) == 1, f"{len(found)} rows from {sql}"
        return found[0]

    def table(self, name: str) -> pl.DataFrame:
        """All rows of a table in a fixed order."""
        return self.store.query(f"select * from {name} order by all")

    def carbon(self, perimeter: str = "corporate", scopes: str = "1_2", portfolio: str = "ALL") -> dict[str, Any]:
        """The row of ``marts.portfolio_carbon`` of a portfolio, perimeter and scopes."""
        return self.one(
            "select * from marts.portfolio_carbon where portfolio_id = ? and perimeter = ? and scopes = ?",
            portfolio, perimeter, scopes,
        )  # fmt: skip

    def position(self, line_id: str, portfolio: str = "P") -> dict[str, Any]:
        """The row of ``marts.positions`` of a line."""
        return self.one("select * from marts.positions where line_id = ? and portfolio_id = ?", line_id, portfolio)

    def flagged(self, check: str, key: str = "line_id") -> list[str]:
        """What a check of ``dbt_like_sql/tests`` lists: by default lines, as of ``attribution__no_factor_above_1``."""
        test = next(each for each in _sql_files()[1] if each.name == check)
        found = self.rows(
            f"select {key} from (\n{test.query}\n) where as_of_date >= ? and as_of_date < ?",
            self.covered.start, self.covered.end,
        )  # fmt: skip
        return sorted(row[key.strip('"')] for row in found)


def compute(
    inputs: Path, home: Path, months: str = "2024-12", *, policy: Path = DEMO_POLICY, known_as_of: str = ""
) -> Computed:
    """Run every model of the months on the inputs, in order, and assert that no blocking check finds a bad row."""
    settings = Settings(inputs, policy, home)
    store = Store(settings.warehouse)
    first, _, last = months.partition(":")
    covered = Window(_first_day(first), month_end(*_year_month(last or first)) + dt.timedelta(days=1))
    store_delivery(settings, store, covered, known_as_of, TODAY)
    models, tests = _sql_files()
    after = next(place for place, model in enumerate(models) if set(VERDICT_TABLES) & set(model.depends_on))
    _run_models(store, models[:after], covered)
    screen_months(settings, store, covered)
    _run_models(store, models[after:], covered)
    compare_months(store, covered)
    with store.read() as connection:
        for test in tests:
            found = run_test(connection, test, covered.start, covered.end)
            assert test.severity == "warn" or not found.bad_rows, f"{test.name}: {found.sample}"
    return Computed(store, covered)


def _run_models(store: Store, models: Sequence[SqlModel], covered: Window) -> None:
    with store.write() as connection:
        for model in models:
            run_model(connection, model, covered.start, covered.end)


@functools.cache
def _sql_files() -> tuple[list[SqlModel], list[SqlTest]]:
    """Models in order and tests, parsed once for the whole test run."""
    return topological_order(load_models(SQL_MODELS)), load_tests(SQL_MODELS / "tests")


def _year_month(text: str) -> tuple[int, int]:
    return int(text[:4]), int(text[5:7])


def _first_day(text: str) -> dt.date:
    return dt.date(*_year_month(text), 1)
