"""The month's files and policy, read, checked and stored in one step: all of it or nothing."""

from collections.abc import Iterator

import dagster as dg

from impact_pipeline.partitions import window
from impact_pipeline.schemas import TABLES
from impact_pipeline.wiring.delivery import (
    DELIVERED_TABLES,
    IngestConfig,
    delivery_specs,
    folder_specs,
    store_delivery,
)
from impact_pipeline.wiring.metadata import asset_key
from impact_pipeline.wiring.months import report_rows
from impact_pipeline.wiring.resources import Installation, told
from impact_pipeline.wiring.sql_assets import WRITING_STEP, Checks, tests_of, unfiled

folders = folder_specs()
checked = [tests_of(name) for name in DELIVERED_TABLES]


@dg.multi_asset(
    specs=delivery_specs(), check_specs=[spec for tests in checked for spec in Checks(tests).specs()], **WRITING_STEP
)
def ingest(
    context: dg.AssetExecutionContext, config: IngestConfig, installation: Installation
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Read every input file of the months once, check it at the door, archive it, and write raw, audit and policy."""
    with told():
        covered = window(context)
    with told():
        numbers = store_delivery(installation.settings, installation.store(context), covered, config.known_as_of)
    for name in DELIVERED_TABLES:
        report_rows(context, TABLES[name], covered, numbers[name])
        yield dg.MaterializeResult(asset_key=asset_key(name))
    for tests in filter(None, checked):
        checks = Checks(tests)
        with told(), installation.store(context).read() as connection:
            checks.asked(connection, covered)
        yield from checks.results(context, unfiled([covered], covered))
