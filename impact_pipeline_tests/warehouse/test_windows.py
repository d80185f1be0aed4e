"""Month and file writes: idempotent, all or nothing, by name, never outside their window."""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from impact_pipeline.errors import SchemaViolationError, SettingsError
from impact_pipeline.schemas import TABLES
from impact_pipeline.warehouse.store import (
    Store,
    ensure_layout,
    replace_files,
    replace_window,
    replace_window_in_parts,
)

FX = TABLES["core.fx_rates"]


def test_every_table_of_the_schemas_can_be_written_and_read_back_unchanged(store: Store, kit: SimpleNamespace) -> None:
    months, file, expected = kit.months("2024-01", 2), "f" * 64, {}
    with store.write() as connection:
        for name, table in TABLES.items():
            if table.partition == "source_file_id":
                frame = kit.fake(name, months[:1], source_file_id=file)
                written = replace_files(connection, table, frame, [file])
            elif not table.is_view:
                frame = kit.fake(name, months, rows=1 if set(table.grain) == {"as_of_date"} else 3)
                written = replace_window(connection, table, frame, *kit.window("2024-01", 2))
            else:
                continue
            assert written == frame.height
            expected[name] = frame.sort(table.grain)
    assert len(expected) > 20
    with store.read() as connection:
        for name, frame in expected.items():
            found = connection.sql(f"select * from {name}").pl()
            assert_frame_equal(found.sort(TABLES[name].grain), frame)


def test_layout_is_made_once(store: Store, kit: SimpleNamespace) -> None:
    before = kit.stamp(store.path)
    with store.write() as connection:
        ensure_layout(connection)
    assert kit.stamp(store.path) == before
    assert set(store.query("select schema_name from duckdb_schemas() where not internal")["schema_name"]) >= {
        "raw", "audit", "policy", "staging", "core", "marts",
    }  # fmt: skip


def test_not_null_is_kept_by_the_table_too(store: Store) -> None:
    with pytest.raises(duckdb.ConstraintException), store.write() as connection:
        connection.execute("insert into core.fx_rates values (null, 'USD', '2024-01-31', 1)")


def test_a_file_of_another_version_is_refused_with_the_difference(store: Store) -> None:
    with store.write() as connection:
        connection.execute("alter table core.fx_rates drop column rate_date")
        connection.execute("alter table core.fx_rates add column extra integer")
    with pytest.raises(SettingsError, match=r"core\.fx_rates.*missing rate_date; unknown extra.*--home"):  # noqa: SIM117
        with store.write() as connection:
            ensure_layout(connection)


def test_writing_the_same_month_again_changes_nothing(
    store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    put("core.positions", "2024-01", 3, rows=50)
    before, bytes_before, stat = (
        kit.rows(store, "core.positions"),
        store.path.read_bytes(),
        kit.stamp(store.path),
    )
    assert put("core.positions", "2024-01", 3, rows=50) == 150
    assert put("core.positions", "2024-02", rows=50) == 50
    assert_frame_equal(kit.rows(store, "core.positions"), before)
    assert kit.stamp(store.path) == stat, "an identical re-run must not even touch the file"
    assert store.path.read_bytes() == bytes_before


def test_row_order_of_the_frame_does_not_matter(store: Store, kit: SimpleNamespace) -> None:
    frame = kit.fake(FX.name, kit.months("2024-01", 2), rows=20)
    with store.write() as connection:
        replace_window(connection, FX, frame.sample(fraction=1, shuffle=True, seed=1), *kit.window("2024-01", 2))
    stat = kit.stamp(store.path)
    with store.write() as connection:
        replace_window(connection, FX, frame.sample(fraction=1, shuffle=True, seed=2), *kit.window("2024-01", 2))
    assert kit.stamp(store.path) == stat
    assert_frame_equal(store.query("select * from core.fx_rates"), frame.sort(FX.grain))


def test_a_changed_value_is_written(store: Store, put: Callable[..., int], kit: SimpleNamespace) -> None:
    put(FX.name, "2024-01")
    frame = kit.fake(FX.name, kit.months("2024-01")).with_columns(
        units_per_eur=(pl.col("units_per_eur") + Decimal("0.000000000001")).cast(pl.Decimal(24, 12))
    )
    with store.write() as connection:
        replace_window(connection, FX, frame, *kit.window("2024-01"))
    assert_frame_equal(kit.rows(store, FX.name), frame)


def test_a_range_replaces_only_its_months(store: Store, put: Callable[..., int], kit: SimpleNamespace) -> None:
    put(FX.name, "2024-01", 6)
    put(FX.name, "2024-03", 2, rows=5, seed=1)
    found = kit.rows(store, FX.name)
    assert found.group_by("as_of_date").len().sort("as_of_date")["len"].to_list() == [3, 3, 5, 5, 3, 3]
    expected = kit.fake(FX.name, kit.months("2024-01", 2))
    assert_frame_equal(found.head(6), expected)


def test_rows_that_vanished_are_removed(store: Store, put: Callable[..., int], kit: SimpleNamespace) -> None:
    put(FX.name, "2024-01", rows=5)
    put(FX.name, "2024-01", rows=2)
    assert kit.rows(store, FX.name).height == 2


def test_an_empty_month_empties_the_window_and_no_other(store: Store, put: Callable[..., int]) -> None:
    put(FX.name, "2024-01", 2)
    with store.write() as connection:
        assert replace_window(connection, FX, FX.frame(), dt.date(2024, 1, 1), dt.date(2024, 2, 1)) == 0
    left = store.query("select distinct as_of_date from core.fx_rates")["as_of_date"].to_list()
    assert left == [dt.date(2024, 2, 29)]


@pytest.mark.parametrize("shift", [0, 1])
def test_rows_outside_the_window_are_refused(
    store: Store, put: Callable[..., int], kit: SimpleNamespace, shift: int
) -> None:
    put(FX.name, "2024-01", 3)
    before = kit.rows(store, FX.name)
    start, end = kit.window(["2024-02", "2024-01"][shift], 2)
    frame = kit.fake(FX.name, kit.months("2024-01", 3), seed=1)
    outside = ["2024-01-31", "2024-03-31"][shift]
    with (
        pytest.raises(SchemaViolationError, match=f"3 rows outside .*found {outside}"),
        store.write() as connection,
    ):
        replace_window(connection, FX, frame, start, end)
    assert_frame_equal(kit.rows(store, FX.name), before)


def test_rows_that_break_the_schema_are_refused_before_anything_changes(
    store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    put(FX.name, "2024-01")
    before = kit.rows(store, FX.name)
    twice = pl.concat([kit.fake(FX.name, kit.months("2024-01"), seed=1)] * 2)
    with store.write() as connection:
        with pytest.raises(SchemaViolationError, match="unique"):
            replace_window(connection, FX, twice, *kit.window("2024-01"))
        with pytest.raises(SchemaViolationError):
            replace_window(connection, FX, twice.head(3).drop("currency"), *kit.window("2024-01"))
    assert_frame_equal(kit.rows(store, FX.name), before)


def test_columns_are_matched_by_name_not_by_position(store: Store, kit: SimpleNamespace) -> None:
    """A table whose columns stand in another order must not receive swapped values of the same type."""
    with store.write() as connection:
        connection.execute("drop table core.fx_rates")
        connection.execute(
            "create table core.fx_rates"
            " (units_per_eur decimal(24, 12), rate_date date, currency varchar, as_of_date date)"
        )
        frame = kit.fake(FX.name, kit.months("2024-01"), rate_date=dt.date(2024, 1, 15))
        replace_window(connection, FX, frame, *kit.window("2024-01"))
    assert_frame_equal(kit.rows(store, FX.name).select(FX.column_names), frame)


def test_files_are_replaced_one_by_one(store: Store, kit: SimpleNamespace) -> None:
    table, month = TABLES["raw.issuers"], kit.months("2024-01")
    first, second = (kit.fake(table.name, month, rows=4, source_file_id=file) for file in ("a", "b"))
    with store.write() as connection:
        assert replace_files(connection, table, pl.concat([second, first]), ["a", "b"]) == 8
    stat = kit.stamp(store.path)
    with store.write() as connection:
        assert replace_files(connection, table, first, ["a"]) == 4
    assert kit.stamp(store.path) == stat
    shorter = kit.fake(table.name, month, rows=2, seed=1, source_file_id="a")
    with store.write() as connection:
        assert replace_files(connection, table, shorter, ["a"]) == 2
        assert replace_files(connection, table, table.frame(), []) == 0
    assert_frame_equal(kit.rows(store, table.name), pl.concat([shorter, second]))


def test_rows_of_a_file_that_was_not_named_are_refused(store: Store, kit: SimpleNamespace) -> None:
    table = TABLES["raw.issuers"]
    frame = kit.fake(table.name, kit.months("2024-01"), source_file_id="b")
    with (
        pytest.raises(SchemaViolationError, match=r"rows of another file \(found b"),
        store.write() as connection,
    ):
        replace_files(connection, table, frame, ["a"])


def test_months_written_in_any_order_give_the_same_rows(
    store: Store, kit: SimpleNamespace, put: Callable[..., int]
) -> None:
    put(FX.name, "2024-01", 6, rows=10)
    at_once = kit.rows(store, FX.name)
    with store.write() as connection:
        connection.execute("delete from core.fx_rates")
    months = [f"{month:%Y-%m}" for month in kit.months("2024-01", 6)]
    random.Random(3).shuffle(months)
    for month in months:
        put(FX.name, month, rows=10)
    assert_frame_equal(kit.rows(store, FX.name), at_once)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writes=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), max_size=8)
)
def test_any_sequence_of_writes_equals_a_dictionary_of_months(
    kit: SimpleNamespace, writes: list[tuple[int, ...]]
) -> None:
    connection = duckdb.connect()
    ensure_layout(connection)
    expected: dict[dt.date, pl.DataFrame] = {}
    for first, count, rows, seed in writes:
        months = kit.months("2023-06", 16)[first : first + count]
        frame = kit.fake(FX.name, months, rows=rows, seed=seed)
        replace_window(connection, FX, frame, *kit.window(f"{months[0]:%Y-%m}", count))
        expected |= {month: frame.filter(as_of_date=month) for month in months}
    found = connection.sql("select * from core.fx_rates").pl().sort(FX.grain)
    assert_frame_equal(found, pl.concat([FX.frame(), *expected.values()]).sort(FX.grain))
    connection.close()


def test_rows_that_come_in_parts_are_one_window(store: Store, kit: SimpleNamespace) -> None:
    table, window = TABLES["core.positions"], kit.window("2024-01", 2)
    rows = kit.fake(table.name, kit.months("2024-01", 2), rows=40).sort(table.grain)

    def write(parts: list[pl.DataFrame]) -> int:
        with store.write() as connection:
            return replace_window_in_parts(connection, table, iter(parts), *window)

    assert write(list(rows.iter_slices(7))) == 80
    assert_frame_equal(kit.rows(store, table.name), rows)
    before = kit.stamp(store.path)
    assert write([rows.head(0), *rows.iter_slices(31)]) == 80
    assert kit.stamp(store.path) == before, "an identical re-run must not even touch the file"
    changed = rows.with_columns(pocket=pl.lit("treasury"))
    assert write(list(changed.iter_slices(9))) == 80
    assert_frame_equal(kit.rows(store, table.name), changed)
    assert write([rows.head(3)]) == 3
    assert_frame_equal(kit.rows(store, table.name), rows.head(3))
    for parts, said in (
        ([rows.tail(5), rows.head(5)], "out of order"),
        ([rows.head(5), rows.slice(4, 5)], "out of order"),
        ([rows.head(5), rows.drop("pocket")], "pocket"),
        ([rows.head(1).with_columns(as_of_date=dt.date(2030, 1, 31))], "outside"),
    ):
        with pytest.raises(SchemaViolationError, match=said):
            write(parts)
        assert_frame_equal(kit.rows(store, table.name), rows.head(3))
    assert write([]) == 0
