"""The write gate asked in SQL, and in one Polars expression, refuses exactly what pandera refuses."""

from collections.abc import Callable
from types import SimpleNamespace

import polars as pl
import pytest
from pandera.errors import SchemaErrors
from polars.testing import assert_frame_equal

from impact_pipeline.errors import SchemaViolationError
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import RATIO, Column, Table
from impact_pipeline.warehouse.selected import replace_window_by_query
from impact_pipeline.warehouse.store import Store

STORED = [table for table in TABLES.values() if not table.is_view and table.partition == "as_of_date"]


BREAKS: dict[str, tuple[Callable[[Table, Column], bool], Callable[[Column], object]]] = {
    "an empty cell": (lambda t, c: c.name not in t.nullable and c.name != "as_of_date", lambda c: None),
    "below the minimum": (lambda t, c: c.minimum is not None, lambda c: c.minimum - 1),  # type: ignore[operator]
    "above the maximum": (lambda t, c: c.maximum is not None, lambda c: c.maximum + 1),  # type: ignore[operator]
    "not a number": (lambda t, c: c.dtype == RATIO, lambda c: float("nan")),
    "infinity": (lambda t, c: c.dtype == RATIO, lambda c: float("inf")),
    "minus infinity": (lambda t, c: c.dtype == RATIO, lambda c: float("-inf")),
    "an unknown word": (lambda t, c: c.allowed is not None, lambda c: "no such word"),
}
#: Each fault of each column of the dictionary, in the first table that has the column.
CASES = {
    f"{column.name} {name}": (table, column, value(column))
    for table in reversed(STORED)
    for column in table.columns
    for name, (concerns, value) in BREAKS.items()
    if concerns(table, column)
}


def write(store: Store, table: Table, frame: pl.DataFrame, kit: SimpleNamespace) -> None:
    """The rows through a query: laid down in a table of their own first."""
    with store.write() as connection:
        connection.register("made_up", frame)
        connection.execute("create temp table laid_down as select * from made_up")
        columns = ", ".join(f'"{name}"' for name in table.column_names)
        replace_window_by_query(connection, table, f"select {columns} from laid_down", *kit.window("2024-01"))


@pytest.mark.parametrize(("table", "column", "value"), CASES.values(), ids=CASES)
def test_pandera_and_the_one_pass_gate_refuse_the_same(
    table: Table, column: Column, value: object, kit: SimpleNamespace
) -> None:
    good = kit.fake(table.name, kit.months("2024-01"), rows=1)
    bad = good.with_columns(pl.lit(value).cast(column.dtype).alias(column.name))
    assert table.pandera.validate(good, lazy=True).height == good.height
    assert table.validate(good) is good
    with pytest.raises(SchemaErrors):
        table.pandera.validate(bad, lazy=True)
    with pytest.raises(SchemaViolationError, match=column.name):
        table.validate(bad)


@pytest.mark.parametrize("again", [False, True], ids=["first time", "over stored rows"])
@pytest.mark.parametrize("fault", BREAKS)
def test_the_gate_in_sql_refuses_the_same(
    fault: str, again: bool, store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    """On three tables that have between them every kind of limit."""
    concerns, value = BREAKS[fault]
    table, column = next(
        (table, column)
        for name in ("core.positions", "marts.screening_exposures", "core.attribution")
        for table in [TABLES[name]]
        for column in table.columns
        if concerns(table, column)
    )
    if again:
        put(table.name, "2024-01", seed=1)
    before = kit.rows(store, table.name)
    bad = kit.fake(table.name, kit.months("2024-01"), rows=1)
    bad = bad.with_columns(pl.lit(value(column)).cast(column.dtype).alias(column.name))
    with pytest.raises(SchemaViolationError, match=column.name):
        write(store, table, bad, kit)
    assert_frame_equal(kit.rows(store, table.name), before)


@pytest.mark.parametrize("again", [False, True], ids=["first time", "over stored rows"])
def test_a_key_that_comes_twice_is_refused_wherever_it_stands(
    again: bool, store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    table = TABLES["core.positions"]
    if again:
        put(table.name, "2024-01", seed=1)
    rows = kit.fake(table.name, kit.months("2024-01"), rows=50)
    with pytest.raises(SchemaViolationError, match="uniqueness"):
        write(store, table, pl.concat([rows, rows[17]]), kit)


def test_rows_are_stored_in_the_order_of_the_grain(store: Store, kit: SimpleNamespace) -> None:
    table = TABLES["core.positions"]
    rows = kit.fake(table.name, kit.months("2024-01"), rows=500)
    write(store, table, rows.sample(fraction=1, shuffle=True, seed=3), kit)
    assert_frame_equal(store.query("select * from core.positions"), rows)
    stamp = kit.stamp(store.path)
    write(store, table, rows.reverse(), kit)
    assert kit.stamp(store.path) == stamp


def test_order_is_told_for_every_place_of_the_key(kit: SimpleNamespace) -> None:
    table = TABLES["core.positions"]
    rows = kit.fake(table.name, kit.months("2024-01", 2), rows=5)
    assert table.is_in_order(rows)
    assert not table.is_in_order(rows.reverse())
    assert not table.is_in_order(pl.concat([rows, rows.tail(1)]))
    assert not table.is_in_order(rows.sort("lookthrough_path", "as_of_date"))
