"""Rows of one month of the readers' snapshot, and the inside of the models that made its figures."""

import datetime as dt
import functools
from typing import Any

import duckdb

from impact_pipeline.errors import ModelHeaderError
from impact_pipeline.settings import SQL_MODELS


class MonthRows:
    """Queries about one month over one open connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, month: dt.date) -> None:
        self.connection, self.month = connection, month

    def rows(self, sql: str, **params: Any) -> list[dict[str, Any]]:
        """Rows as dictionaries; ``$month`` and the parameters that the query names are handed over."""
        given = {"month": self.month, **params}
        used = {name: value for name, value in given.items() if f"${name}" in sql}
        done = self.connection.execute(sql, used)
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def one(self, sql: str, **params: Any) -> dict[str, Any]:
        """The first row; an empty dictionary when there is none."""
        return next(iter(self.rows(sql, **params)), {})

    def keep(self, sql: str, **params: Any) -> None:
        """Keep the rows of a query as the temporary table ``parts``; the snapshot itself is only read."""
        self.rows(f"create or replace temp table parts as {sql}", **params)

    @functools.cached_property
    def files(self) -> dict[str, tuple[str, str]]:
        """Path as delivered and supplier profile, by source_file_id; of the same bytes the first name."""
        found = self.rows(
            "select source_file_id, file, profile_id from audit.source_files where as_of_date = $month"
            " order by file desc"
        )
        return {row["source_file_id"]: (row["file"], row["profile_id"]) for row in found}

    def corrected(self, source_file_id: str, row: int, column: str | None) -> str | None:
        """Which corrections the cell was read with, in words; those of the whole row without a ``column``."""
        found = self._corrections.get((source_file_id, row), ())
        said = [words for name, words in found if column in (None, name)]
        return " ; ".join(said) or None

    @functools.cached_property
    def _corrections(self) -> dict[tuple[str, int], list[tuple[str, str]]]:
        found: dict[tuple[str, int], list[tuple[str, str]]] = {}
        applied = "select * from audit.corrections where as_of_date = $month and status = 'applied' order by \"column\""
        for row in self.rows(applied):
            old = "vide" if row["old_value"] is None else row["old_value"]
            new = "inconnu" if row["new_value"] is None else row["new_value"]
            words = (
                f"{row['column']} corrigé de {old} en {new} par {row['author']},"
                f" approuvé par {row['approver']} ({row['correction_id']})"
            )
            found.setdefault((row["source_file_id"], row["row"]), []).append((row["column"], words))
        return found

    @functools.cached_property
    def known_as_of(self) -> dt.date | None:
        """Day up to which the month's run knew the facts; nothing when the snapshot does not hold the month."""
        day: dt.date | None = self.one("select known_as_of from audit.months where as_of_date = $month").get(
            "known_as_of"
        )
        return day

    @functools.cached_property
    def methodology(self) -> dict[str, Any]:
        """Method choices of the month's run."""
        return self.one("select * from policy.methodology where as_of_date = $month")


@functools.cache
def inside(model: str) -> str:
    """The ``with`` part of a model's query, without its final select: the very lines a figure was added up from.

    A second wording of the same rules here could drift from the accounting; this cannot.
    """
    layer, _, name = model.partition(".")
    text = (SQL_MODELS / layer / f"{name}.sql").read_text(encoding="utf-8")
    head, end, _ = text.rpartition("\n)\n\nselect\n")
    if not end:
        raise ModelHeaderError(f"{model}: no final select after its last `with` query")
    return f"{head}\n)\n"
