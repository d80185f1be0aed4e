"""Runs a model or a check for a window of months: the file says what, the runner adds which months."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from impact_pipeline.errors import ImpactPipelineError, SchemaViolationError
from impact_pipeline.schemas.table import type_names
from impact_pipeline.warehouse.connections import ENGINE_FAILURES, in_window, literal, quoted
from impact_pipeline.warehouse.header import short_name
from impact_pipeline.warehouse.models import SqlModel, SqlTest
from impact_pipeline.warehouse.selected import replace_window_by_query

SAMPLE_ROWS = 5
#: What a check may say beside keys of its table: the issuer or line it is about, a file (for people who know no
#: digest), and the column.
_TOLD = ("issuer_id", "line_id", "file", "column_name")


@dataclass(frozen=True)
class RunResult:
    """Rows a model gave, in all and by month (months without rows are absent)."""

    rows: int
    rows_by_month: dict[dt.date, int]


@dataclass(frozen=True)
class TestResult:
    """Bad rows by month, and the keys of a few of them: never values, which may be licensed."""

    __test__ = False

    bad_rows: dict[dt.date, int]
    sample: list[dict[str, Any]]


def run_model(con: duckdb.DuckDBPyConnection, model: SqlModel, start: dt.date, end: dt.date) -> RunResult:
    """Compute and store the months ``start <= as_of_date < end`` of a model (a view: define it and count).

    Raises:
        SchemaViolationError: columns, types or rows that break the schema; the caller rolls its transaction back.
        ImpactPipelineError: the query itself failed; the message names the file.
    """
    if model.kind == "view":
        _define_view(con, model)
    else:
        query = _query(model, model.table.column_names, start, end)
        with _naming(model):
            _require_types(model, con.sql(f"{query} limit 0").pl())
            replace_window_by_query(con, model.table, query, start, end)
    return _counted(con, model, start, end)


def run_test(con: duckdb.DuckDBPyConnection, test: SqlTest, start: dt.date, end: dt.date) -> TestResult:
    """Count the bad rows of the months and show the keys of the first few."""
    output = test.tree.named_selects
    told = (*test.table.grain, *_TOLD)
    keys = [name for name in output if name in told] or [test.table.partition]
    if "*" in output:
        keys = list(test.table.grain)
    query = _query(test, list(dict.fromkeys([test.table.partition, *keys])), start, end)
    with _naming(test):
        bad = con.sql(query).pl()
    return TestResult(
        _by_month(bad, test.table.partition),
        bad.sort(keys, nulls_last=True).head(SAMPLE_ROWS).select(keys).to_dicts(),
    )


def _query(file: SqlModel | SqlTest, columns: list[str], start: dt.date, end: dt.date) -> str:
    # the filter stands outside: DuckDB pushes it down where that is right, and windows over earlier months
    # stay whole
    names = ", ".join(map(quoted, columns))
    months = in_window(file.table.partition, start, end)
    return f"select {names} from (\n{file.query}\n) as model where {months}"


@contextmanager
def _naming(file: SqlModel | SqlTest) -> Iterator[None]:
    """Name the file in an error of its query; a full disk or dead engine is the store's to report."""
    try:
        yield
    except ENGINE_FAILURES:
        raise
    except duckdb.Error as error:
        # an internal error of DuckDB carries a stack trace of addresses: of no use to the reader
        message = str(error).partition("\n\nStack Trace")[0]
        raise ImpactPipelineError(f"{short_name(file.path)}: the query failed: {message}") from error


def _require_types(model: SqlModel, frame: pl.DataFrame) -> None:
    problems = []
    for column in model.table.columns:
        found = frame.schema[column.name]
        if found != column.dtype:
            shown = type_names.get(found, str(found))
            problems.append(
                f"{column.name} is {shown}, expected {column.duckdb_type}"
                f" (write: cast(... as {column.duckdb_type}) as {column.name})"
            )
    if problems:
        raise SchemaViolationError(f"{model.name} ({short_name(model.path)})", problems)


def _define_view(con: duckdb.DuckDBPyConnection, model: SqlModel) -> None:
    """Create the view unless the one that is there is of this version.

    The version is kept in the view's comment: DuckDB rewrites a view's text, so the text cannot be compared.
    """
    layer, name = model.name.split(".")
    comment = f"{model.description} [version {model.code_version}]"
    stored = con.execute(
        "select comment from duckdb_views()"
        " where database_name = current_database() and schema_name = ? and view_name = ?",
        [layer, name],
    ).fetchall()
    if stored == [(comment,)]:
        return
    with _naming(model):
        con.execute(f"create or replace view {quoted(model.name)} as {model.query}")
    con.execute(f"comment on view {quoted(model.name)} is {literal(comment)}")


def _counted(con: duckdb.DuckDBPyConnection, model: SqlModel, start: dt.date, end: dt.date) -> RunResult:
    month = quoted(model.partition)
    where = in_window(model.partition, start, end)
    with _naming(model):
        found = con.execute(
            f"select {month}, count(*) from {quoted(model.name)} where {where} group by {month} order by {month}"
        ).fetchall()
    return RunResult(sum(count for _, count in found), dict(found))


def _by_month(frame: pl.DataFrame, month: str) -> dict[dt.date, int]:
    return dict(frame.group_by(month).len().sort(month).iter_rows())
