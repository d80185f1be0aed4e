"""Which months a step computes: those of its run, and a baseline month that its table still lacks.

A change is measured from a baseline month. So that the first run on a new home already shows it, each step also
computes the baseline when the inputs have it and the table does not; later runs leave it alone.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import dagster as dg
import duckdb

from impact_pipeline.partitions import Window
from impact_pipeline.schemas import Table
from impact_pipeline.schemas.table import month_end
from impact_pipeline.settings import FIRST_MONTH
from impact_pipeline.warehouse.snapshot import query_readers
from impact_pipeline.warehouse.store import Store
from impact_pipeline.wiring.headlines import Numbers
from impact_pipeline.wiring.metadata import asset_key

_BASELINES = """
select distinct targets.baseline_date
from policy.targets as targets
inner join audit.months as months on targets.baseline_date = months.as_of_date
where targets.as_of_date >= ? and targets.as_of_date < ?
"""


def month_window(day: dt.date) -> Window:
    """The window of one month."""
    last = month_end(day.year, day.month)
    return Window(last.replace(day=1), last + dt.timedelta(days=1))


def baselines_to_read(wanted: Iterable[dt.date | None], covered: Window, held: set[dt.date]) -> list[dt.date]:
    """Baseline months outside the run that the store does not hold yet and the partitions know."""
    first = dt.date.fromisoformat(f"{FIRST_MONTH}-01")
    days = {day for day in wanted if day is not None and day >= first}
    return sorted(day for day in days if day not in held and day not in covered.month_ends)


def windows_for(connection: duckdb.DuckDBPyConnection, table: Table, covered: Window) -> list[Window]:
    """Baseline months the table lacks, then the months of the run."""
    if table.is_view:
        return [covered]
    wanted = _ingested_baselines(connection, covered)
    present = f"select 1 from {table.name} where as_of_date = ? limit 1"
    held = {day for day in wanted if connection.execute(present, [day]).fetchall()}
    return [*(month_window(day) for day in baselines_to_read(wanted, covered, held)), covered]


def unpublished_baselines(store: Store, readers: Path, covered: Window) -> list[Window]:
    """Baseline months of the run that readers do not see yet."""
    seen: set[dt.date] = set()
    if readers.exists():
        seen = set(query_readers(readers, "select as_of_date from audit.months")["as_of_date"])
    with store.read() as connection:
        wanted = _ingested_baselines(connection, covered)
    return [month_window(day) for day in baselines_to_read(wanted, covered, seen)]


def _ingested_baselines(connection: duckdb.DuckDBPyConnection, covered: Window) -> list[dt.date]:
    """Baseline months of the run's targets whose inputs are in the store."""
    return [day for (day,) in connection.execute(_BASELINES, [covered.start, covered.end]).fetchall()]


def report_months(context: dg.AssetExecutionContext, key: dg.AssetKey, covered: Window, numbers: Numbers) -> None:
    """Give each month its own numbers in the UI; a baseline month computed on the way gets its own event."""
    own = {f"{day:%Y-%m}" for day in covered.month_ends}
    for partition_key, found in numbers.items():
        if partition_key in own:
            context.add_asset_metadata(found, asset_key=key, partition_key=partition_key)
        else:
            context.log_event(dg.AssetMaterialization(key, partition=partition_key, metadata=found))


def report_rows(context: dg.AssetExecutionContext, table: Table, covered: Window, numbers: Numbers) -> None:
    """What a table shows after a step: month by month, or one count for a table without months of its own."""
    key = asset_key(table.name)
    if table.is_monthly:
        report_months(context, key, covered, numbers)
        return
    last = f"{covered.month_ends[-1]:%Y-%m}"
    context.add_asset_metadata(numbers[last], asset_key=key)
