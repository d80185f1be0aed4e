"""A month computed again with what is known and decided today: the same SQL models in a scratch database.

Positions, portfolios, master data of issuers and exchange rates stay those of the month: they carry no day of receipt
and say what held then. Balance sheets, emissions and national figures are facts with a day of receipt: the later
month's files are added, and win over the same fact of the earlier month's files. Method choices are those of the later
month.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from impact_pipeline.schemas import TABLES, Table
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.connections import literal, quoted, scratch
from impact_pipeline.warehouse.models import SqlModel, load_models, topological_order
from impact_pipeline.warehouse.runner import run_model
from impact_pipeline.warehouse.store import ensure_layout, replace_files, replace_window
from impact_pipeline.wiring.months import month_window

FACTORS = "core.carbon_factors"
#: Facts with a day of receipt: what a later month may know better.
_FACTS = ("issuer_emissions", "issuer_financials", "sovereigns", "fund_declarations")
#: Where a fact says what time it is about, when not in ``fiscal_year``.
_ABOUT = {"sovereigns": pl.col("year"), "fund_declarations": pl.col("reference_date").dt.year()}
_PROVENANCE = ["source_file_id", "source_row"]
#: Columns of ``policy.methodology`` that choose what is shown, not how a line is computed.
_NO_METHOD = (
    "headline_perimeter",
    "headline_scopes",
    "baseline_recalculation_threshold_ratio",
    "fx_tolerance_ratio",
    "moved_value_threshold_ratio",
)
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Restatement:
    """What differs since (a word of ``RESTATEMENT_CAUSES``); then also ``core.carbon_factors`` computed again."""

    cause: str
    factors: pl.DataFrame | None = None


def restated_factors(
    connection: duckdb.DuckDBPyConnection, folder: Path, from_date: dt.date, to_date: dt.date
) -> Restatement:
    """``core.carbon_factors`` of ``from_date`` with the knowledge and methodology of ``to_date``.

    No factors when neither a method choice nor a fact about a year that had begun by ``from_date`` differs: what is
    stored is then what would come out again. ``folder``: where the scratch database may be.
    """
    is_same = _same_method(connection, from_date, to_date)
    if is_same and _same_view(connection, from_date, to_date):
        return Restatement("none")
    frames = _inputs(connection, from_date, to_date)
    is_known_anew = _facts_differ(connection, frames, from_date)
    if is_same and not is_known_anew:
        return Restatement("none")
    cause = "facts" if is_same else "facts_and_method" if is_known_anew else "method"
    with scratch(folder) as again:
        return Restatement(cause, _computed(again, frames, from_date))


def _inputs(connection: duckdb.DuckDBPyConnection, from_date: dt.date, to_date: dt.date) -> Frames:
    """Every stored table the models read, as the recomputed month has to see it."""
    names = {name for model in _models() for name in model.depends_on} - {model.name for model in _models()}
    frames = {name: _rows_of(connection, TABLES[name], from_date) for name in sorted(names | {"audit.months"})}
    for name in names:
        if name.startswith("policy."):
            frames[name] = _dated(_rows_of(connection, TABLES[name], to_date), from_date)
    frames["audit.months"] = _dated(_rows_of(connection, TABLES["audit.months"], to_date), from_date)
    files = frames["audit.source_files"]
    later = _dated(_rows_of(connection, TABLES["audit.source_files"], to_date), from_date).filter(
        pl.col("dataset").is_in(_FACTS)
    )
    added = later.join(files, on="source_file_id", how="anti").with_columns(
        # the same path with other bytes
        file=pl.lit(f"{to_date:%Y-%m}/") + pl.col("file")
    )
    frames["audit.source_files"] = pl.concat([files, added])
    for dataset in _FACTS:
        table = TABLES[f"raw.{dataset}"]
        newer = _rows_of(connection, table, to_date)
        fact = [name for name in table.grain if name not in _PROVENANCE]
        kept = frames[table.name].join(newer, on=fact, how="anti", nulls_equal=True)
        frames[table.name] = pl.concat([newer, kept])
    return frames


def _rows_of(connection: duckdb.DuckDBPyConnection, table: Table, day: dt.date) -> pl.DataFrame:
    """A month's rows of a table, or the rows of the month's files."""
    where = f"as_of_date = {literal(day)}"
    if table.partition != "as_of_date":
        where = f"{table.partition} in (select source_file_id from audit.source_files where {where})"
    columns = ", ".join(map(quoted, table.column_names))
    return connection.sql(f"select {columns} from {table.name} where {where}").pl()


def _dated(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return rows.with_columns(as_of_date=pl.lit(day))


def _same_method(connection: duckdb.DuckDBPyConnection, from_date: dt.date, to_date: dt.date) -> bool:
    """Whether the policy of the two months is the same, as far as the models read it."""
    signed = "select count(distinct policy_sha256) from audit.months where as_of_date in (?, ?)"
    if connection.execute(signed, [from_date, to_date]).fetchall() == [(1,)]:
        return True
    read = {name for model in _models() for name in model.depends_on if name.startswith("policy.")}
    shown = ["as_of_date", *_NO_METHOD]
    return all(
        _rows_of(connection, TABLES[name], from_date)
        .drop(shown, strict=False)
        .equals(_rows_of(connection, TABLES[name], to_date).drop(shown, strict=False))
        for name in sorted(read)
    )


def _same_view(connection: duckdb.DuckDBPyConnection, from_date: dt.date, to_date: dt.date) -> bool:
    """Whether both months saw the same files of facts up to the same day: the usual case within one run."""
    seen = f"""
        select months.known_as_of, files.source_file_id
        from audit.months as months
        left join audit.source_files as files
            on months.as_of_date = files.as_of_date and files.dataset in ({", ".join(map(literal, _FACTS))})
        where months.as_of_date = ?
        order by all
    """
    then, now = (connection.execute(seen, [day]).fetchall() for day in (from_date, to_date))
    return then == now


def _facts_differ(connection: duckdb.DuckDBPyConnection, frames: Frames, from_date: dt.date) -> bool:
    """Whether a fact that matters to the month is another one, is new or is gone."""
    months = _rows_of(connection, TABLES["audit.months"], from_date)
    cut_then, cut_now = (side.item(0, "known_as_of") for side in (months, frames["audit.months"]))
    for dataset in _FACTS:
        table = TABLES[f"raw.{dataset}"]
        year = _ABOUT.get(dataset, pl.col("fiscal_year"))
        then, now = (
            rows.filter(pl.col("known_from") <= cut, year <= from_date.year)
            .drop(_PROVENANCE)
            .sort(pl.all(), nulls_last=True)
            for rows, cut in ((_rows_of(connection, table, from_date), cut_then), (frames[table.name], cut_now))
        )
        if not then.equals(now):
            return True
    return False


def _computed(connection: duckdb.DuckDBPyConnection, frames: Frames, day: dt.date) -> pl.DataFrame:
    ensure_layout(connection)
    month = month_window(day)
    for name, rows in frames.items():
        table = TABLES[name]
        if table.partition == "as_of_date":
            replace_window(connection, table, rows, month.start, month.end)
        else:
            replace_files(connection, table, rows, sorted(set(rows[table.partition])))
    for model in _models():
        run_model(connection, model, month.start, month.end)
    return read_factors(connection, [day])


def read_factors(connection: duckdb.DuckDBPyConnection, days: Sequence[dt.date]) -> pl.DataFrame:
    """Positions of some months with the factors of their carbon."""
    wanted = ", ".join(map(literal, days))
    columns = ", ".join(TABLES[FACTORS].column_names)
    return connection.sql(f"select {columns} from {FACTORS} where as_of_date in ({wanted})").pl()


@functools.cache
def _models(folder: Path = SQL_MODELS) -> tuple[SqlModel, ...]:
    """The model of the factors and everything it is made from, in order."""
    models = load_models(folder)
    needed, waiting = set[str](), [FACTORS]
    while waiting:
        name = waiting.pop()
        if name in models and name not in needed:
            needed.add(name)
            waiting += models[name].depends_on
    return tuple(model for model in topological_order(models) if model.name in needed)
