"""Tables made from the schemas, written by month or by file inside the caller's transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import polars as pl

from impact_pipeline.errors import SchemaViolationError, SettingsError
from impact_pipeline.schemas import LAYERS, TABLES, Table
from impact_pipeline.warehouse.connections import in_window, literal, quoted

#: Name under which a frame is shown to DuckDB while it is inserted.
_INCOMING = "incoming_rows"
#: Prefix of the temporary table in which parts wait until all of them have come.
_ARRIVED = "arrived"


def ensure_layout(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas and tables that are missing; do nothing when all are there (views: see the runner).

    Raises:
        SettingsError: a table exists with other columns (the file was made by another version).
    """
    have, views = stored_columns(con), _stored_views(con)
    schemas = {row[0] for row in con.execute("select schema_name from duckdb_schemas()").fetchall()}
    for layer in LAYERS:
        if layer not in schemas:
            con.execute(f"create schema {quoted(layer)}")
    for table in TABLES.values():
        stands = table.name in have
        if stands and table.is_view != (table.name in views):
            # the table became a view or the other way round; either is computed again from what it reads
            con.execute(f"drop {'table' if table.is_view else 'view'} {quoted(table.name)}")
            stands = False
        if table.is_view:
            continue
        if not stands:
            _create_table(con, table)
        elif have[table.name] != _declared(table):
            raise SettingsError(
                f"{table.name} in the warehouse does not have the columns of this version: "
                f"{_difference(have[table.name], _declared(table))}. Move the home folder away "
                "(or give another --home) and run the months again"
            )


def _create_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create one table. No primary key: the write gate checks it; an index makes rewrites 3x slower."""
    columns = ", ".join(
        f"{quoted(column.name)} {column.duckdb_type}{'' if column.name in table.nullable else ' not null'}"
        for column in table.columns
    )
    con.execute(f"create table {quoted(table.name)} ({columns})")


def stored_columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns and types, in order, of every table and view of the current database."""
    rows = con.execute(
        "select schema_name || '.' || table_name, column_name, lower(data_type) from duckdb_columns()"
        " where not internal and database_name = current_database()"
        " order by schema_name, table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for name, column, kind in rows:
        found.setdefault(name, {})[column] = kind.replace(",", ", ")
    return found


def _stored_views(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute(
        "select schema_name || '.' || view_name from duckdb_views() where database_name = current_database()"
    ).fetchall()
    return {row[0] for row in rows}


def replace_window(
    con: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame, start: dt.date, end: dt.date
) -> int:
    """Make ``frame`` the table's rows for ``start <= as_of_date < end``; return their number.

    Rows are stored in the order of the grain, so the same rows always give the same table. Rows that are
    already there, all of them and no others, are left alone: a re-run does not touch the file.

    Raises:
        SchemaViolationError: a row breaks the schema or lies outside the window; nothing has changed then.
    """
    return _replace(con, table, _checked(table, frame, start, end), in_window(table.partition, start, end))


def replace_window_in_parts(
    con: duckdb.DuckDBPyConnection, table: Table, parts: Iterable[pl.DataFrame], start: dt.date, end: dt.date
) -> int:
    """The same for rows that come a part at a time, so that memory holds one part. Parts follow the grain's order.

    Raises:
        SchemaViolationError: as ``replace_window``; also for a part that does not follow the one before.
    """
    name, arrived = quoted(table.name), f"{_ARRIVED}_{table.name.replace('.', '_')}"
    con.execute(f"create or replace temp table {arrived} as select * from {name} limit 0")
    last: tuple[Any, ...] | None = None
    for part in parts:
        rows = _in_order(table, _checked(table, part, start, end))
        if rows.is_empty():
            continue
        if last is not None and rows.select(table.grain).row(0) <= last:
            raise SchemaViolationError(table.name, [f"{', '.join(table.grain)}: parts out of order"])
        last = rows.select(table.grain).row(-1)
        _insert(con, arrived, rows)
    where = in_window(table.partition, start, end)
    count = int(con.execute(f"select count(*) from {arrived}").fetchall()[0][0])
    stored = con.execute(f"select count(*) from {name} where {where}").fetchall()[0][0]
    differs = f"select 1 from (select * from {name} where {where} except all from {arrived}) limit 1"
    if stored != count or con.execute(differs).fetchall():
        con.execute(f"delete from {name} where {where}")
        con.execute(f"insert into {name} by name select * from {arrived}")
    con.execute(f"drop table {arrived}")
    return count


def replace_files(con: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame, file_ids: Sequence[str]) -> int:
    """Make ``frame`` the rows of these files; return their number. For tables held once per archived file.

    Raises:
        SchemaViolationError: a row breaks the schema or belongs to another file; nothing has changed then.
    """
    rows = table.validate(frame)
    others = set(rows[table.partition].unique()) - set(file_ids)
    if others:
        raise SchemaViolationError(table.name, [f"{table.partition}: rows of another file (found {min(others)})"])
    files = ", ".join(map(literal, file_ids)) or "null"
    return _replace(con, table, rows, f"{quoted(table.partition)} in ({files})")


def _checked(table: Table, frame: pl.DataFrame, start: dt.date, end: dt.date) -> pl.DataFrame:
    """The rows when they keep the schema and lie inside the window."""
    rows = table.validate(frame)
    inside = (pl.col(table.partition) >= start) & (pl.col(table.partition) < end)
    outside = rows.filter(~inside)
    if outside.height:
        found = ", ".join(str(day) for day in outside[table.partition].unique().sort().head(3))
        raise SchemaViolationError(
            table.name, [f"{table.partition}: {outside.height} rows outside [{start}, {end}) (found {found})"]
        )
    return rows


def _replace(con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame, where: str) -> int:
    rows, name = _in_order(table, rows), quoted(table.name)
    if _is_stored(con, table, rows, where):
        return rows.height
    con.execute(f"delete from {name} where {where}")
    if rows.height:
        _insert(con, name, rows)
    return rows.height


def _in_order(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    # a look is cheaper than sorting wide rows that a supplier's file holds in order already
    return rows if table.is_in_order(rows) else rows.sort(table.grain)


def _insert(con: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    con.register(_INCOMING, rows)
    try:
        con.execute(f"insert into {name} by name select * from {_INCOMING}")
    finally:
        con.unregister(_INCOMING)


def _is_stored(con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame, where: str) -> bool:
    stored = con.execute(f"select count(*) from {quoted(table.name)} where {where}").fetchall()[0][0]
    if stored != rows.height:
        return False
    columns = ", ".join(quoted(column) for column in table.column_names)
    there = con.sql(f"select {columns} from {quoted(table.name)} where {where}").pl()
    return there.sort(table.grain).equals(rows)


def _declared(table: Table) -> dict[str, str]:
    return {column.name: column.duckdb_type for column in table.columns}


def _difference(have: dict[str, str], want: dict[str, str]) -> str:
    missing, extra = [name for name in want if name not in have], [name for name in have if name not in want]
    changed = [
        f"{name} is {have[name]}, not {want[name]}" for name in want if name in have and have[name] != want[name]
    ]
    parts = [f"missing {', '.join(missing)}"] if missing else []
    parts += [f"unknown {', '.join(extra)}"] if extra else []
    return "; ".join(parts + changed) or "another order"
