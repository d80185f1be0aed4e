"""Compares each month with the month before, the year before and the baseline, and stores why its carbon moved."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
import duckdb
import polars as pl

from impact_pipeline.domain.carbon import line_changes, measured
from impact_pipeline.partitions import Window
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import month_end
from impact_pipeline.warehouse.store import Store, replace_window
from impact_pipeline.wiring.headlines import Numbers, monthly_numbers
from impact_pipeline.wiring.metadata import computed_specs
from impact_pipeline.wiring.months import month_window
from impact_pipeline.wiring.restatement import FACTORS, read_factors, restated_factors

_LINES, _TOTALS = "core.carbon_change_lines", "core.carbon_change_totals"
CHANGE_TABLES = [_LINES, _TOTALS]
_UPSTREAM = [
    *(FACTORS, "marts.portfolio_carbon"),
    *("policy.methodology", "policy.targets", "audit.months", "audit.source_files"),
]
#: Months whose lines are compared at the same time: few enough for memory, enough not to be slow in a long range.
MONTHS_AT_ONCE = 6

#: A month is in the store when its carbon is: its files alone are not enough.
_STORED = "select distinct as_of_date from marts.portfolio_carbon order by as_of_date"
_BASELINES = """
select as_of_date, baseline_date
from policy.targets
where indicator_id = 'portfolio_footprint' and baseline_date is not null
"""
_HAVE = f"select distinct as_of_date, from_date from {_TOTALS}"

Pair = tuple[dt.date, dt.date]


def change_specs() -> list[dg.AssetSpec]:
    """The tables of the explanation of changes."""
    return computed_specs(CHANGE_TABLES, _UPSTREAM, "carbon")


def compare_months(store: Store, covered: Window) -> dict[str, Numbers]:
    """Explain the changes of the run's months, and again those of later months that are compared with one of them."""
    with store.read() as connection:
        wanted = _pairs_to_do(connection, covered)
    numbers: dict[str, Numbers] = {name: {} for name in CHANGE_TABLES}
    days = list(wanted)
    for start in range(0, len(days), MONTHS_AT_ONCE):
        some = days[start : start + MONTHS_AT_ONCE]
        frames = _compared(store, [(day, earlier) for day in some for earlier in wanted[day]])
        with store.write(f"carbon changes {some[0]:%Y-%m}") as connection:
            for day in some:
                month = month_window(day)
                for name, frame in frames.items():
                    rows = frame.filter(pl.col("as_of_date") == day)
                    replace_window(connection, TABLES[name], rows, month.start, month.end)
                    numbers[name] |= monthly_numbers(connection, TABLES[name], month)
    return numbers


def _pairs_to_do(connection: duckdb.DuckDBPyConnection, covered: Window) -> dict[dt.date, list[dt.date]]:
    """Earlier months of each month to compare: months of the run, and those whose pairs the run makes out of date."""
    stored = {day for (day,) in connection.execute(_STORED).fetchall()}
    baselines = dict(connection.execute(_BASELINES).fetchall())
    have = set(connection.execute(_HAVE).fetchall())
    found = {}
    for day in sorted(stored | {day for day, _ in have}):
        pairs = earlier_months(day, baselines.get(day), stored) if day in stored else []
        is_new = {earlier for other, earlier in have if other == day} != set(pairs)
        if is_new or day in covered.month_ends or set(pairs) & set(covered.month_ends):
            found[day] = pairs
    return found


def earlier_months(day: dt.date, baseline: dt.date | None, stored: set[dt.date]) -> list[dt.date]:
    """The month before, the same month a year before and the baseline month, as far as they are in the store."""
    before = day.replace(day=1) - dt.timedelta(days=1)
    wanted = {before, month_end(day.year - 1, day.month), baseline}
    return sorted(other for other in wanted if other is not None and other in stored and other < day)


def _compared(store: Store, pairs: Sequence[Pair]) -> dict[str, pl.DataFrame]:
    """Rows of both tables for some pairs."""
    tables = {name: TABLES[name] for name in CHANGE_TABLES}
    if not pairs:
        return {name: table.frame() for name, table in tables.items()}
    with store.read() as connection:
        lines = read_factors(connection, sorted({day for pair in pairs for day in pair}))
        method = connection.sql("select as_of_date, headline_perimeter, headline_scopes from policy.methodology").pl()
        folder = store.path.parent
        restated = {(day, earlier): restated_factors(connection, folder, earlier, day) for day, earlier in pairs}
    sides: tuple[list[pl.DataFrame], ...] = ([], [], [])
    for day, earlier in pairs:
        perimeter, scopes = method.row(by_predicate=pl.col("as_of_date") == day)[1:]
        then, again = lines.filter(pl.col("as_of_date") == earlier), restated[day, earlier].factors
        now = lines.filter(pl.col("as_of_date") == day)
        for side, rows in zip(sides, (then, then if again is None else again, now), strict=True):
            dates = {"as_of_date": pl.lit(day), "from_date": pl.lit(earlier)}
            side.append(measured(rows, perimeter, scopes).with_columns(**dates))
    changes = line_changes(*(pl.concat(side) for side in sides))
    done_again = pl.DataFrame(
        [(*pair, each.factors is not None, each.cause) for pair, each in restated.items()],
        schema={
            "as_of_date": pl.Date,
            "from_date": pl.Date,
            "is_recomputed": pl.Boolean,
            "restatement_cause": pl.String,
        },
        orient="row",
    )
    totals = changes.totals.join(done_again, on=["as_of_date", "from_date"])
    frames = {_LINES: changes.effects, _TOTALS: totals}
    return {
        name: frames[name]
        .with_columns(to_date=pl.col("as_of_date"))
        .select(pl.col(column.name).cast(column.dtype) for column in table.columns)
        for name, table in tables.items()
    }
