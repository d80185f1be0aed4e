"""A file of ``dbt_like_sql/`` becomes an asset, a file of ``dbt_like_sql/tests/`` one of its checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from impact_pipeline.partitions import MONTHLY, window
from impact_pipeline.warehouse.models import SqlModel, SqlTest
from impact_pipeline.warehouse.runner import run_model, run_test
from impact_pipeline.wiring.headlines import add_monthly_metadata, monthly_numbers
from impact_pipeline.wiring.metadata import asset_key, table_metadata
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
        key=asset_key(model.name),
        deps=[asset_key(name) for name in model.depends_on],
        description=f"{model.description}\n\n```sql\n{model.sql.strip()}\n```",
        group_name=model.group,
        owners=[model.owner],
        kinds={"sql", "duckdb", *(["view"] if model.kind == "view" else [])},
        code_version=model.code_version,
        metadata=table_metadata(model.table, model),
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
        with told(), installation.store(context).write(f"{model.name} {covered.label}") as connection:
            run_model(connection, model, covered.start, covered.end)
        with told(), installation.store(context).read() as connection:
            found = {
                name: run_test(connection, test, covered.start, covered.end) for name, test in by_name.items()
            }
            numbers = monthly_numbers(connection, model.table, covered)
        add_monthly_metadata(context, asset_key(model.name), numbers)
        yield dg.MaterializeResult()
        for name, outcome in found.items():
            yield check_result(by_name[name], outcome.bad_rows, outcome.sample)

    return compute


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
