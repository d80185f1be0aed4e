"""A file of ``dbt_like_sql/`` becomes an asset, a file of ``dbt_like_sql/tests/`` one of its checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from impact_pipeline.partitions import MONTHLY, window
from impact_pipeline.warehouse.models import SqlModel, SqlTest
from impact_pipeline.warehouse.runner import run_model, run_test
from impact_pipeline.wiring.headlines import Numbers, monthly_numbers
from impact_pipeline.wiring.metadata import asset_key, table_metadata
from impact_pipeline.wiring.months import report_months, windows_for
from impact_pipeline.wiring.resources import Installation, told

#: One writer at a time for runs started by the UI; the store's own lock covers every other way in.
POOL = "duckdb"
#: How every computing step runs: month by month in the UI, a range of months in one go for a backfill.
MONTHLY_RUN: dict[str, Any] = {
    "partitions_def": MONTHLY,
    "backfill_policy": dg.BackfillPolicy.single_run(),
    "pool": POOL,
}


def sql_asset(model: SqlModel, tests: list[SqlTest]) -> dg.AssetsDefinition:
    """The asset of one SQL model with its checks; an ``error`` check that fails stops what is downstream."""
    by_name = {test.name: test for test in tests}

    @dg.asset(
        **_spec_of(model),
        check_specs=[
            dg.AssetCheckSpec(
                test.name,
                asset=asset_key(model.name),
                description=f"{test.description}\n\n```sql\n{test.sql.strip()}\n```",
                blocking=test.severity == "error",
                partitions_def=MONTHLY,
            )
            for test in tests
        ],
        **MONTHLY_RUN,
    )
    def compute(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        covered = window(context)
        bad_rows: dict[str, dict[Any, int]] = {name: {} for name in by_name}
        samples: dict[str, list[dict[str, Any]]] = {name: [] for name in by_name}
        numbers: Numbers = {}
        with told(), installation.store(context).write(f"{model.name} {covered.label}") as connection:
            for months in windows_for(connection, model.table, covered):
                run_model(connection, model, months.start, months.end)
                for name, test in by_name.items():
                    found = run_test(connection, test, months.start, months.end)
                    bad_rows[name] |= found.bad_rows
                    samples[name] += found.sample
                numbers |= monthly_numbers(connection, model.table, months)
        report_months(context, asset_key(model.name), covered, numbers)
        yield dg.MaterializeResult()
        for name, test in by_name.items():
            yield check_result(test, bad_rows[name], samples[name])

    return compute


def view_assets(models: list[SqlModel], name: str) -> dg.AssetsDefinition:
    """Views that only rename: one asset each, one step for all of them, since nothing is computed."""

    @dg.multi_asset(
        name=name,
        specs=[dg.AssetSpec(partitions_def=MONTHLY, **_spec_of(model)) for model in models],
        **MONTHLY_RUN,
    )
    def define(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        """Define the views and count what each month sees through them."""
        covered = window(context)
        with told(), installation.store(context).write(f"{name} {covered.label}") as connection:
            for model in models:
                run_model(connection, model, covered.start, covered.end)
                numbers = monthly_numbers(connection, model.table, covered)
                report_months(context, asset_key(model.name), covered, numbers)
        for model in models:
            yield dg.MaterializeResult(asset_key=asset_key(model.name))

    return define


def _spec_of(model: SqlModel) -> dict[str, Any]:
    return {
        "key": asset_key(model.name),
        "deps": [asset_key(name) for name in model.depends_on],
        "description": f"{model.description}\n\n```sql\n{model.sql.strip()}\n```",
        "group_name": model.group,
        "owners": [model.owner],
        "kinds": {"sql", "duckdb", *(["view"] if model.kind == "view" else [])},
        "code_version": model.code_version,
        "metadata": table_metadata(model.table, model),
    }


def check_result(test: SqlTest, bad_rows: dict[Any, int], sample: list[dict[str, Any]]) -> dg.AssetCheckResult:
    """What one SQL test found, with the months and the keys of some bad rows (never suppliers' values)."""
    months = ", ".join(f"{day:%Y-%m}" for day in sorted(bad_rows))
    metadata: dict[str, Any] = {"failing_rows": sum(bad_rows.values())}
    if bad_rows:
        metadata["months"] = months
        metadata["sample"] = dg.MetadataValue.md("\n".join(f"- `{row}`" for row in sample))
    return dg.AssetCheckResult(
        check_name=test.name,
        asset_key=asset_key(test.model),
        passed=not bad_rows,
        severity=dg.AssetCheckSeverity.ERROR if test.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=f"{sum(bad_rows.values())} rows in {months}" if bad_rows else None,
        metadata=metadata,
    )
