"""``core.carbon_change_lines`` and ``core.carbon_change_totals``: why carbon figures moved, line by line."""

from collections.abc import Iterator

import dagster as dg

from impact_pipeline.partitions import window
from impact_pipeline.schemas import TABLES
from impact_pipeline.wiring.carbon_changes import CHANGE_TABLES, change_specs, compare_months
from impact_pipeline.wiring.metadata import asset_key
from impact_pipeline.wiring.months import report_rows
from impact_pipeline.wiring.resources import Installation, told
from impact_pipeline.wiring.sql_assets import WRITING_STEP


@dg.multi_asset(specs=change_specs(), **WRITING_STEP)
def carbon_changes(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Compare the month with the month before, the year before and the baseline, as far as the store has them."""
    with told():
        covered = window(context)
        numbers = compare_months(installation.store(context), covered)
    for name in CHANGE_TABLES:
        report_rows(context, TABLES[name], covered, numbers[name])
        yield dg.MaterializeResult(asset_key=asset_key(name))
