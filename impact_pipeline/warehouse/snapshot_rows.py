"""What goes into a draft of the readers' file: layout, months, files and views of the working file."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb

from impact_pipeline.errors import SettingsError
from impact_pipeline.schemas import LAYERS, TABLES, Table
from impact_pipeline.warehouse.connections import STORAGE_VERSION, attached, in_window, literal, quoted

_MONTH = "as_of_date"
_FILE = "source_file_id"
_EARLIER = "from_date"


def months_in(windows: Sequence[tuple[dt.date, dt.date]]) -> str:
    """SQL condition on the month column: one of the windows."""
    return " or ".join(f"({in_window(_MONTH, start, end)})" for start, end in windows)


def holds_only(working: Path, months: str) -> bool:
    """Whether the working file has no other months."""
    with attached(working.parent, {"working": (working, "read_only")}) as con:
        others = [
            f"exists (select 1 from {quoted(name)} where not ({months}))"
            for name in _tables(con, "working")
            if TABLES[name].partition == _MONTH
        ]
        return not con.execute(f"select {' or '.join(others) or 'false'}").fetchall()[0][0]


def fill(draft: Path, working: Path, months: str) -> list[str]:
    """Bring the months' rows and all views into the draft; return the tables and views that changed."""
    files = {"draft": (draft, f"storage_version '{STORAGE_VERSION}'"), "working": (working, "read_only")}
    with attached(draft.parent, files) as con:
        con.execute("begin transaction")
        tables = _copy_layout(con)
        changed = _copy_months(con, tables, months)
        changed += _copy_files(con, tables, months)
        con.execute("commit")
        # after the commit: from DuckDB 2.0 on a view that fails at first would abort the transaction
        changed += _copy_views(con)
        con.execute("checkpoint draft")
    return changed


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """Tables of the schemas that one database holds, with their definitions."""
    rows = con.execute(
        f"select schema_name || '.' || table_name, sql from duckdb_tables() where database_name = {literal(database)}"
    ).fetchall()
    return {name: sql for name, sql in rows if name in TABLES}


def _views(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, tuple[str, str | None]]:
    """Views that one database holds, with their definitions and comments (which carry the version)."""
    rows = con.execute(
        "select schema_name || '.' || view_name, sql, comment from duckdb_views()"
        f" where database_name = {literal(database)} and not internal"
    ).fetchall()
    return {name: (sql, comment) for name, sql, comment in rows if name in TABLES}


def _copy_layout(con: duckdb.DuckDBPyConnection) -> list[Table]:
    """Give the draft the working file's tables; return them."""
    wanted, present, views = _tables(con, "working"), _tables(con, "draft"), _views(con, "draft")
    for layer in LAYERS:
        con.execute(f"create schema if not exists draft.{quoted(layer)}")
    for name in set(present) - set(wanted):  # a table that has become a view
        con.execute(f"drop table draft.{quoted(name)}")
    for name, definition in wanted.items():
        if name in present and present[name] != definition:
            raise SettingsError(
                f"{name} in the readers' file has other columns than in the warehouse "
                "(another version made it); move readers.duckdb away and run the months again"
            )
        if name in views:  # a view that has become a table
            con.execute(f"drop view draft.{quoted(name)}")
        if name not in present:
            con.execute(definition)
    return [TABLES[name] for name in wanted]


def _copy_months(con: duckdb.DuckDBPyConnection, tables: list[Table], months: str) -> list[str]:
    monthly = [table for table in tables if table.partition == _MONTH]
    differing = _differing(con, monthly, _MONTH, months)
    # months that readers see already and that are compared with one of these: their comparison was renewed with it
    compared = [table for table in monthly if _EARLIER in table.column_names]
    seen = f"{_MONTH} in (select {_MONTH} from draft.audit.months)"
    renewed = f"{seen} and not ({months}) and ({months.replace(quoted(_MONTH), quoted(_EARLIER))})"
    for table, changed in _differing(con, compared, _MONTH, renewed).items():
        differing.setdefault(table, []).extend(changed)
    for table, changed in differing.items():
        _copy_parts(con, table, [literal(dt.date.fromisoformat(month)) for month in changed])
    return [table.name for table in differing]


def _copy_files(con: duckdb.DuckDBPyConnection, tables: list[Table], months: str) -> list[str]:
    """Copy the rows of the files that the months name; forget files no published month names."""
    by_file = [table for table in tables if table.partition == _FILE]
    named = f"select {_FILE} from working.audit.source_files where {months}"
    differing = _differing(con, by_file, _FILE, f"{_FILE} in ({named})")
    for table, files in differing.items():
        _copy_parts(con, table, [literal(file) for file in files])
    for table in by_file:
        con.execute(
            f"delete from draft.{quoted(table.name)}"
            f" where {_FILE} not in (select {_FILE} from draft.audit.source_files)"
        )
    return [table.name for table in differing]


def _differing(con: duckdb.DuckDBPyConnection, tables: list[Table], key: str, where: str) -> dict[Table, list[str]]:
    """Months or files, as text, whose rows are not the same in both databases, by table.

    One statement for all tables: planning thirty of them costs more than running them.
    """
    if not tables:
        return {}
    sides = [" union all ".join(_digest(table, side, key, where) for table in tables) for side in ("working", "draft")]
    rows = con.execute(
        f"select coalesce(w.name, d.name), coalesce(w.part, d.part)"
        f" from ({sides[0]}) as w full join ({sides[1]}) as d on w.name = d.name and w.part = d.part"
        " where w.n is distinct from d.n or w.digest is distinct from d.digest order by all"
    ).fetchall()
    found: dict[Table, list[str]] = {}
    for name, part in rows:
        found.setdefault(TABLES[name], []).append(part)
    return found


def _digest(table: Table, database: str, key: str, where: str) -> str:
    """One row per month or file: the number of its rows and a sum of their hashes, whatever their order."""
    columns = ", ".join(map(quoted, table.column_names))
    return (
        f"select {literal(table.name)} as name, cast({quoted(key)} as varchar) as part, count(*) as n,"
        f" sum(cast(hash({columns}) as hugeint)) as digest"
        f" from {database}.{quoted(table.name)} where {where} group by {quoted(key)}"
    )


def _copy_parts(con: duckdb.DuckDBPyConnection, table: Table, parts: list[str]) -> None:
    name, columns = quoted(table.name), ", ".join(map(quoted, table.column_names))
    where = f"{quoted(table.partition)} in ({', '.join(parts)})"
    con.execute(f"delete from draft.{name} where {where}")
    con.execute(
        f"insert into draft.{name} by name select {columns} from working.{name} where {where}"
        f" order by {', '.join(map(quoted, table.grain))}"
    )


def _copy_views(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Give the draft the working file's views; return those that changed.

    A view may read another one, so those that cannot be made yet are tried again after the others.
    """
    wanted, present = _views(con, "working"), _views(con, "draft")
    for name in set(present) - set(wanted):
        con.execute(f"drop view if exists draft.{quoted(name)}")
    # by comment, which carries the version: DuckDB rewrites the text of a view each time it stores it
    changed = [name for name in wanted if name not in present or present[name][1] != wanted[name][1]]
    waiting = changed
    while waiting:
        failed = [name for name in waiting if not _made(con, name, *wanted[name])]
        if len(failed) == len(waiting):
            raise SettingsError(f"views {', '.join(failed)} cannot be published: they read absent tables")
        waiting = failed
    return changed


def _made(con: duckdb.DuckDBPyConnection, name: str, definition: str, comment: str | None) -> bool:
    try:
        con.execute(definition.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    except duckdb.CatalogException:
        return False
    con.execute(f"comment on view draft.{quoted(name)} is {literal(comment or '')}")
    return True
