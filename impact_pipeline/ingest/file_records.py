"""Rows of ``audit.source_files``: what was read of each file, by month."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.tpt.template import TptFile


def files_of_lines(batch: Batch, tables: Sequence[TextTable]) -> list[tuple[int, dict[str, Any]]]:
    """Records of files of lines, each with the place of its table: one for each month that it has lines of."""
    sums = batch.frame.group_by("as_of_date", "_file").agg(
        pl.len().alias("row_count"),
        pl.coalesce("market_value", "market_value_eur").sum().alias("control_total"),
        pl.col("valuation_date").unique().alias("days"),
    )
    return [
        (
            row["_file"],
            {
                **source_file_row(
                    batch.files[row["_file"]], row["row_count"], tables[row["_file"]].profile_id, row["as_of_date"]
                ),
                "control_total": row["control_total"],
                "valuation_date": row["days"][0] if len(row["days"]) == 1 else None,
            },
        )
        for row in sums.iter_rows(named=True)
    ]


def file_of_template(tpt: TptFile) -> dict[str, Any]:
    """Record of a Tripartite Template."""
    assert tpt.month is not None  # only files of a run month are read
    days = tpt.frame.get_column("valued_on").unique()
    return {
        **source_file_row(tpt.file, tpt.frame.height, tpt.profile.id, tpt.month),
        "control_total": tpt.frame.get_column("market_value_number").sum(),
        "valuation_date": days[0] if days.len() == 1 else None,
    }


def with_inventories(records: Sequence[dict[str, Any]], inventories: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of the files of each month, those of earlier inventories among them: one per month and file."""
    by_key = {(row["as_of_date"], row["file"]): row for row in records}
    for row in inventories:
        key = row["as_of_date"], row["file"]
        own = by_key.get(key)
        if own is None:
            by_key[key] = row
        else:  # a file of several months: lines of this one, and of a fund that it has earlier lines of
            sums = {name: own[name] + row[name] for name in ("row_count", "control_total")}
            by_key[key] = own | sums | {"valuation_date": None}
    return list(by_key.values())


def source_file_row(file: SourceFile, row_count: int, profile_id: str, month: dt.date) -> dict[str, Any]:
    """One row of ``audit.source_files`` without values of its own."""
    return {
        "as_of_date": month,
        "dataset": file.dataset,
        "file": file.name,
        "source_file_id": file.sha256,
        "size_bytes": len(file.data),
        "row_count": row_count,
        "received_on": file.received_on,
        "profile_id": profile_id,
    }
