"""A month written by ``insert into ... select``: the rows never leave the engine, the write gate is asked in SQL.

The gate stays the schema's: SQL looks for rows that break it, and pandera says what is wrong with those it finds.
"""

import datetime as dt

import duckdb

from impact_pipeline.errors import SchemaViolationError
from impact_pipeline.schemas import Column, Table
from impact_pipeline.warehouse.connections import in_window, literal, quoted

#: Temporary table in which rows wait that may be the stored ones.
_ARRIVED = "arrived_rows"
#: Bad rows shown to pandera: enough for an example of each fault.
_SHOWN = 1000


def replace_window_by_query(
    con: duckdb.DuckDBPyConnection, table: Table, query: str, start: dt.date, end: dt.date
) -> None:
    """Make the rows of ``query`` the table's rows for ``start <= as_of_date < end``.

    The same contract as ``tables.replace_window``: stored in the order of the grain, and left alone when all of them,
    and no others, are there already. ``query`` gives the columns of the table in order and no row outside the window.

    Raises:
        SchemaViolationError: a row breaks the schema; the caller's transaction must be rolled back then.
    """
    name, where = quoted(table.name), in_window(table.partition, start, end)
    query = f"{query} order by {', '.join(map(quoted, table.grain))}"
    if not _count(con, name, where):
        _insert(con, table, query)
        _require(con, table, name, where)
        return
    con.execute(f"create or replace temp table {_ARRIVED} as {query}")
    _require(con, table, _ARRIVED, "true")
    if _count(con, name, where) != _count(con, _ARRIVED, "true") or _differs(con, name, where):
        con.execute(f"delete from {name} where {where}")
        _insert(con, table, f"select * from {_ARRIVED}")
    con.execute(f"drop table {_ARRIVED}")


def _count(con: duckdb.DuckDBPyConnection, name: str, where: str) -> int:
    return int(con.execute(f"select count(*) from {name} where {where}").fetchall()[0][0])


def _differs(con: duckdb.DuckDBPyConnection, name: str, where: str) -> bool:
    return bool(
        con.execute(f"select 1 from (select * from {name} where {where} except all from {_ARRIVED}) limit 1").fetchall()
    )


def _insert(con: duckdb.DuckDBPyConnection, table: Table, query: str) -> None:
    try:
        con.execute(f"insert into {quoted(table.name)} {query}")
    except duckdb.ConstraintException as error:  # the table itself refuses an empty cell
        raise SchemaViolationError(table.name, [str(error).splitlines()[0]]) from None


def _require(con: duckdb.DuckDBPyConnection, table: Table, name: str, where: str) -> None:
    """Refuse sorted rows that break the schema."""
    faults = [fault for column in table.columns for fault in _faults(table, column)]
    _refuse(con, table, f"select * from {name} where {where} and ({' or '.join(faults)}) limit {_SHOWN}")
    if not _is_increasing(con, table, name, where):
        keys = ", ".join(map(quoted, table.grain))
        doubles = f"select {keys} from {name} where {where} group by {keys} having count(*) > 1 limit 1"
        _refuse(con, table, f"select * from {name} semi join ({doubles}) using ({keys}) where {where} limit {_SHOWN}")


def _faults(table: Table, column: Column) -> list[str]:
    """Conditions that no row may meet. NaN is above every number to DuckDB, so an upper limit refuses it too."""
    name, found = quoted(column.name), []
    if column.name not in table.nullable:
        found.append(f"{name} is null")
    if column.lowest is not None:
        found.append(f"{name} < {column.lowest!r}")
    if column.highest is not None:
        found.append(f"{name} > {column.highest!r}")
    if column.allowed is not None:
        found.append(f"{name} not in ({', '.join(map(literal, column.allowed))})")
    return found


def _refuse(con: duckdb.DuckDBPyConnection, table: Table, bad_rows: str) -> None:
    bad = con.sql(bad_rows).pl()
    if bad.height:
        table.validate(bad)
        raise SchemaViolationError(table.name, [f"{bad.height} rows break the schema"])  # pandera would have said how


def _is_increasing(con: duckdb.DuckDBPyConnection, table: Table, name: str, where: str) -> bool:
    """Whether each row's key is above the one before: of sorted rows, that no key is there twice."""
    before = ", ".join(f"lag({quoted(column)}) over () as {quoted(f'{column} before')}" for column in table.grain)
    above = "false"
    for column in reversed(table.grain):
        here, last = quoted(column), quoted(f"{column} before")
        above = f"({here} > {last} or ({here} = {last} and {above}))"
    last = quoted(f"{table.grain[0]} before")
    keys = ", ".join(map(quoted, table.grain))
    rows = f"select {keys}, {before} from {name} where {where}"
    found = con.execute(f"select 1 from ({rows}) as keys where {last} is not null and not {above} limit 1").fetchall()
    return not found
