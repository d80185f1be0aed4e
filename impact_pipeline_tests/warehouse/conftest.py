"""Made-up rows for any table of the schemas, small model files, and child processes."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import DATE, FLAG, RATIO, TEXT, WHOLE, Column, Table, month_end
from impact_pipeline.warehouse.store import Store, ensure_layout

REPOSITORY = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")


def window(year: int, month: int, months: int = 1) -> tuple[dt.date, dt.date]:
    """First day of a month and first day after ``months`` months."""
    last = year * 12 + month - 1 + months
    return dt.date(year, month, 1), dt.date(last // 12, last % 12 + 1, 1)


def month_ends(first: str, count: int) -> list[dt.date]:
    """``count`` month ends from ``2024-01`` on."""
    year, month = (int(part) for part in first.split("-"))
    return [month_end((year * 12 + month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(count)]


def fake_frame(name: str, months: Sequence[dt.date], rows: int = 3, seed: int = 0, **fixed: Any) -> pl.DataFrame:
    """Valid rows of any table: ``rows`` per month, different for another ``seed``; ``fixed`` columns as given."""
    table = TABLES[name]
    numbers = pl.DataFrame({"n": range(rows)}, schema={"n": pl.Int64})
    frames = [
        numbers.with_columns(_values(table, column, month, seed, fixed).alias(column.name) for column in table.columns)
        .select(table.column_names)
        for month in months
    ]
    return pl.concat(frames).cast(table.polars_schema) if frames else table.frame()


def _values(table: Table, column: Column, month: dt.date, seed: int, fixed: dict[str, Any]) -> pl.Expr:
    free = [c.name for c in table.columns if c.name in table.grain and c.dtype == TEXT and not c.allowed and c.name not in fixed]
    n = pl.col("n")
    if column.name in fixed:
        return pl.lit(fixed[column.name], dtype=column.dtype)
    if column.name == "as_of_date" or column.dtype == DATE:
        return pl.lit(month, dtype=pl.Date)
    if free and column.name == free[-1]:
        return pl.format(f"{column.name}-{{}}", n.cast(pl.String).str.zfill(6))
    low = column.minimum if column.minimum is not None else 0
    high = min(column.maximum if column.maximum is not None else 1e6, 1e6)
    if column.dtype == TEXT:
        words = column.allowed or (f"{column.name} {seed}",)
        return pl.lit(words[seed % len(words)]) if column.name not in table.grain else pl.lit(words[0])
    if column.dtype == FLAG:
        return pl.lit(seed % 2 == 0)
    if column.dtype == WHOLE:
        return pl.lit(int(min(max(low, 2020), high)), dtype=pl.Int64) + 0 * n
    if column.dtype == RATIO:
        return ((n * 31 + seed * 7 + month.toordinal()) % 97).cast(pl.Float64) / 97 * (min(high, 5) - low) + low
    return ((n * 31 + seed * 7 + month.toordinal()) % 97).cast(pl.Float64) / 128 * (min(high, 5) - low) + low
