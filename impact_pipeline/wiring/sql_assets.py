"""A file of ``dbt_like_sql/`` becomes an asset, a file of ``dbt_like_sql/tests/`` one of its checks."""

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any, cast

import dagster as dg
import duckdb
from dagster._core.definitions.asset_checks.asset_check_evaluation import (  # noqa: TID251 - exported nowhere
    AssetCheckEvaluationTargetMaterializationData,
)

from impact_pipeline.partitions import MONTHLY, Window, window
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import SqlModel, SqlTest, load_tests
from impact_pipeline.warehouse.runner import run_model, run_test
from impact_pipeline.wiring.headlines import Numbers, monthly_numbers
from impact_pipeline.wiring.metadata import asset_key, table_metadata
from impact_pipeline.wiring.months import report_rows, windows_for
from impact_pipeline.wiring.resources import Installation, told

#: One writer at a time for runs started by the UI; the store's own lock covers every other way in.
POOL = "duckdb"
#: How every writing step runs: month by month in the UI, a range of months in one go for a backfill.
WRITING_STEP: dict[str, Any] = {
    "backfill_policy": dg.BackfillPolicy.single_run(),
    "pool": POOL,
}


@functools.cache
def _shipped_tests() -> list[SqlTest]:
    """Every file of ``dbt_like_sql/tests``, parsed once for all tables: parsing is most of the start-up."""
    return load_tests(SQL_MODELS / "tests")


def tests_of(name: str) -> list[SqlTest]:
    """The shipped checks of a table."""
    return [test for test in _shipped_tests() if test.model == name]


@dataclass
class Checks:
    """The checks of one table in one step: what they ask, and what they found in the months asked about."""

    tests: list[SqlTest]
    bad_rows: dict[str, dict[dt.date, int]] = field(default_factory=dict)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def specs(self) -> list[dg.AssetCheckSpec]:
        """The checks as the UI shows them; an ``error`` check that fails stops what is downstream."""
        return [
            dg.AssetCheckSpec(
                test.claim,
                asset=asset_key(test.model),
                description=_with_sql(test),
                blocking=test.severity == "error",
                partitions_def=MONTHLY,
            )
            for test in self.tests
        ]

    def asked(self, connection: duckdb.DuckDBPyConnection, months: Window) -> None:
        """Run the checks on the months."""
        for test in self.tests:
            found = run_test(connection, test, months.start, months.end)
            self.bad_rows[test.claim] = self.bad_rows.get(test.claim, {}) | found.bad_rows
            self.samples[test.claim] = self.samples.get(test.claim, []) + found.sample

    def results(self, context: dg.AssetExecutionContext, unfiled: list[dt.date]) -> Iterator[dg.AssetCheckResult]:
        """File the result of each month that Dagster does not file by itself, then yield those of the step."""
        targets = _targets(context, asset_key(self.tests[0].model), unfiled) if self.tests else {}
        for test in self.tests:
            bad_rows = self.bad_rows[test.claim]
            for day, target in targets.items():
                context.log_event(month_result(test, day, bad_rows.get(day, 0), target))
            yield check_result(test, bad_rows, self.samples[test.claim])


def sql_asset(model: SqlModel, tests: list[SqlTest]) -> dg.AssetsDefinition:
    """The asset of one SQL model with its checks."""

    @dg.asset(  # type: ignore[untyped-decorator]  # dagster's overloads lose the type behind **
        **_spec_of(model),
        check_specs=Checks(tests).specs(),
        partitions_def=MONTHLY,
        **WRITING_STEP,
    )
    def compute(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        with told():
            covered = window(context)
        checks, numbers = Checks(tests), Numbers()
        with told(), installation.store(context).write(f"{model.name} {covered.label}") as connection:
            computed = windows_for(connection, model.table, covered)
            for months in computed:
                run_model(connection, model, months.start, months.end)
                checks.asked(connection, months)
                numbers |= monthly_numbers(connection, model.table, months)
        report_rows(context, model.table, covered, numbers)
        yield dg.MaterializeResult()
        yield from checks.results(context, unfiled(computed, covered))

    return cast(dg.AssetsDefinition, compute)


def view_assets(models: list[SqlModel], name: str) -> dg.AssetsDefinition:
    """Views that only rename: one asset each, one step for all of them, since nothing is computed."""

    @dg.multi_asset(
        name=name,
        specs=[dg.AssetSpec(**_spec_of(model)) for model in models],
        pool=POOL,
    )
    def define(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        """Define the views and count what each month sees through them."""
        with told():
            covered = window(context)
        with told(), installation.store(context).write(f"{name} {covered.label}") as connection:
            for model in models:
                run_model(connection, model, covered.start, covered.end)
                report_rows(context, model.table, covered, monthly_numbers(connection, model.table, covered))
        for model in models:
            yield dg.MaterializeResult(asset_key=asset_key(model.name))

    return define


def _spec_of(model: SqlModel) -> dict[str, Any]:
    return {
        "key": asset_key(model.name),
        "deps": [asset_key(name) for name in model.depends_on],
        "description": _with_sql(model),
        "group_name": model.group,
        "owners": [model.owner],
        "kinds": {"sql", "duckdb", *(["view"] if model.kind == "view" else [])},
        "code_version": model.code_version,
        "metadata": table_metadata(model.table, model),
    }


def _with_sql(file: SqlModel | SqlTest) -> str:
    """The description and the query, without the header: it says the same again."""
    lines = file.sql.strip().splitlines()
    query = "\n".join(dropwhile(lambda line: line.startswith("--"), lines)).strip()
    return f"{file.description}\n\n```sql\n{query}\n```"


def unfiled(computed: list[Window], covered: Window) -> list[dt.date]:
    """Months whose check result Dagster does not file by itself: all of a range, and a baseline on the way.

    Without a result of its own, the check's month bar shows each month of a range in red, as skipped.
    """
    days = [day for months in computed for day in months.month_ends]
    return [day for day in days if len(covered.month_ends) > 1 or day not in covered.month_ends]


def _targets(
    context: dg.AssetExecutionContext, key: dg.AssetKey, days: list[dt.date]
) -> dict[dt.date, AssetCheckEvaluationTargetMaterializationData]:
    """The event each month's result is about: a result without it counts as older than the month's data."""
    by_partition = {f"{day:%Y-%m}": day for day in days}
    if not days:
        return {}
    wanted = dg.AssetRecordsFilter(key, asset_partitions=list(by_partition))
    latest_first = context.instance.fetch_materializations(wanted, limit=len(days)).records
    return {
        by_partition[record.partition_key]: AssetCheckEvaluationTargetMaterializationData(
            storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
        )
        for record in reversed(latest_first)
        if record.partition_key
    }


def month_result(
    test: SqlTest, day: dt.date, bad_rows: int, target: AssetCheckEvaluationTargetMaterializationData
) -> dg.AssetCheckEvaluation:
    """The result of one month; the run itself stands or falls with ``check_result``, over all its months."""
    return dg.AssetCheckEvaluation(
        asset_key=asset_key(test.model),
        check_name=test.claim,
        passed=not bad_rows,
        metadata={"failing_rows": bad_rows},
        target_materialization_data=target,
        severity=_severity(test),
        description=f"{_rows(bad_rows)} in {day:%Y-%m}" if bad_rows else None,
        blocking=test.severity == "error",
        partition=f"{day:%Y-%m}",
    )


def _severity(test: SqlTest) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if test.severity == "error" else dg.AssetCheckSeverity.WARN


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def check_result(test: SqlTest, bad_rows: dict[Any, int], sample: list[dict[str, Any]]) -> dg.AssetCheckResult:
    """What one SQL test found, with the months and the keys of some bad rows (never suppliers' values)."""
    months = ", ".join(f"{day:%Y-%m}" for day in sorted(bad_rows))
    metadata: dict[str, Any] = {"failing_rows": sum(bad_rows.values())}
    if bad_rows:
        metadata["months"] = months
        # plain text: the checks page hides tables and Markdown behind a link
        rows = (", ".join(f"{name} {value}" for name, value in row.items()) for row in sample)
        metadata["sample"] = "; ".join(rows)
    return dg.AssetCheckResult(
        check_name=test.claim,
        asset_key=asset_key(test.model),
        passed=not bad_rows,
        severity=_severity(test),
        description=f"{_rows(sum(bad_rows.values()))} in {months}" if bad_rows else None,
        metadata=metadata,
    )
