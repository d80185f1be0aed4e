"""What was refused or flagged on the way in: collected while reading, then ``audit.rejected_rows``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from impact_pipeline.schemas import TABLES

ERROR, WARN = "error", "warn"


@dataclass(frozen=True)
class Finding:
    """One refused or flagged cell. ``month`` is empty for files that belong to every month of the run."""

    dataset: str
    file: str
    source_file_id: str
    row: int
    column: str
    value: str | None
    reason: str
    rule: str
    severity: str
    month: dt.date | None = None


@dataclass
class Findings:
    """The findings of one delivery, in the order they were made."""

    items: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep one finding."""
        self.items.append(finding)

    def frame(self, months: Sequence[dt.date]) -> pl.DataFrame:
        """Rows of ``audit.rejected_rows``; findings of shared files are repeated for every month."""
        table = TABLES["audit.rejected_rows"]
        schema = {name: kind for name, kind in table.polars_schema.items() if name != "as_of_date"}
        rows = [
            (
                f.month,
                f.dataset,
                f.file,
                f.row,
                f.column,
                f.value,
                f.reason,
                f.rule,
                f.severity,
                f.source_file_id,
            )
            for f in self.items
        ]
        found = pl.DataFrame(rows, schema={"as_of_date": pl.Date} | schema, orient="row")
        calendar = pl.DataFrame({"month": list(months)}, schema={"month": pl.Date})
        shared = (
            found.filter(pl.col("as_of_date").is_null())
            .join(calendar, how="cross")
            .with_columns(as_of_date=pl.col("month"))
            .drop("month")
        )
        own = found.filter(pl.col("as_of_date").is_not_null())
        keys = list(table.grain)
        return (
            pl.concat([own, shared])
            .unique(keys, keep="first", maintain_order=True)
            .sort("as_of_date", "file", "row", "column", "rule")
            .select(table.column_names)
        )
