"""``core.issuer_verdicts`` and ``core.verdict_explanations``: the rules applied to the evidence."""

from collections.abc import Iterator

import dagster as dg

from impact_pipeline.partitions import window
from impact_pipeline.schemas import TABLES
from impact_pipeline.wiring.metadata import asset_key
from impact_pipeline.wiring.months import report_rows
from impact_pipeline.wiring.resources import Installation, told
from impact_pipeline.wiring.screening import VERDICT_TABLES, screen_months, verdict_specs
from impact_pipeline.wiring.sql_assets import WRITING_STEP


@dg.multi_asset(specs=verdict_specs(), **WRITING_STEP)
def screening(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
    """Decide every rule for every issuer, three-valued, and keep the evidence behind each decision."""
    with told():
        covered = window(context)
    with told():
        numbers = screen_months(installation.settings, installation.store(context), covered)
    for name in VERDICT_TABLES:
        report_rows(context, TABLES[name], covered, numbers[name])
        yield dg.MaterializeResult(asset_key=asset_key(name))
