"""The file readers open, replaced as a whole after everything else of the month is done and checked."""

import dagster as dg

from impact_pipeline.partitions import MONTHLY, window
from impact_pipeline.schemas import MARTS
from impact_pipeline.warehouse.snapshot import publish_window
from impact_pipeline.wiring.metadata import asset_key
from impact_pipeline.wiring.months import unpublished_baselines
from impact_pipeline.wiring.resources import Installation, told
from impact_pipeline.wiring.sql_assets import WRITING_STEP


@dg.asset(  # type: ignore[untyped-decorator]  # dagster's overloads lose the type behind **
    key=["readers", "snapshot"],
    deps=[asset_key(table.name) for table in MARTS],
    group_name="publication",
    owners=["team:impact-data"],
    kinds={"duckdb"},
    code_version="1",
    partitions_def=MONTHLY,
    **WRITING_STEP,
)
def readers_snapshot(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """`readers.duckdb`: complete months only; a blocking check that failed upstream keeps the old month in place."""
    settings, store = installation.settings, installation.store(context)
    with told():
        covered = window(context)
        also = [(months.start, months.end) for months in unpublished_baselines(store, settings.readers, covered)]
        publish_window(store, settings.readers, covered.start, covered.end, also)
    return dg.MaterializeResult(metadata={"size_bytes": settings.readers.stat().st_size})
