"""What a column and a table are: declared once, used by the write gate, Dagster, the data dictionary and the tests."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from impact_pipeline.errors import SchemaViolationError

#: Money and tonnes: 18 digits before the point (a GDP in yen fits), 6 after (less than a cent, exact sums).
AMOUNT = pl.Decimal(24, 6)
#: Factors, shares and rates held exactly.
FACTOR = pl.Decimal(24, 12)
DATE = pl.Date
TEXT = pl.String
WHOLE = pl.Int64
RATIO = pl.Float64
FLAG = pl.Boolean

#: Floats need an upper bound: pandera's ``ge`` lets infinity through.
LARGEST_FLOAT = 1e15

type_names = {AMOUNT: "decimal(24, 6)", FACTOR: "decimal(24, 12)", DATE: "date", TEXT: "varchar"}
type_names |= {WHOLE: "bigint", RATIO: "double", FLAG: "boolean"}


@dataclass(frozen=True)
class Column:
    """One column: its meaning, type, unit and the values it may hold (``None`` = no limit)."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    unit: str = ""
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def duckdb_type(self) -> str:
        """The column's type as DuckDB spells it."""
        return type_names[self.dtype]

    def limits(self) -> list[str]:
        """The limits as short chips for the UI and the dictionary."""
        chips = [f"unit: {self.unit}"] if self.unit else []
        if self.minimum is not None:
            chips.append(f">= {self.minimum:g}")
        if self.maximum is not None:
            chips.append(f"<= {self.maximum:g}")
        if self.allowed is not None:
            chips.append("one of: " + ", ".join(self.allowed))
        return chips

    @property
    def lowest(self) -> float | None:
        """Smallest value that may be stored; a ratio without a minimum of its own still excludes minus infinity."""
        return -LARGEST_FLOAT if self.minimum is None and self.dtype == RATIO else self.minimum

    @property
    def highest(self) -> float | None:
        """Largest value that may be stored; a ratio without a maximum of its own still excludes infinity and NaN."""
        return LARGEST_FLOAT if self.maximum is None and self.dtype == RATIO else self.maximum

    def checks(self) -> list[pa.Check]:
        """The pandera checks of the column."""
        found = []
        if self.lowest is not None:
            found.append(pa.Check.ge(self._number(self.lowest)))
        if self.highest is not None:
            found.append(pa.Check.le(self._number(self.highest)))
        if self.allowed is not None:
            found.append(pa.Check.isin(list(self.allowed)))
        return found

    def faults(self, *, nullable: bool) -> list[pl.Expr]:
        """Conditions that hold where pandera would refuse a value: any of them met sends the frame to pandera."""
        column = pl.col(self.name)
        found = [] if nullable else [column.is_null()]
        if self.lowest is not None:
            found.append(column < pl.lit(self._number(self.lowest)))
        if self.highest is not None:
            found.append(column > pl.lit(self._number(self.highest)))
        if self.allowed is not None:
            found.append(~column.is_in(list(self.allowed)))
        return found

    def _number(self, limit: float) -> Decimal | float:
        return Decimal(str(limit)) if isinstance(self.dtype, pl.Decimal) else float(limit)


@dataclass(frozen=True)
class Table:
    """A table ``layer.name``: grain, columns in order, and the pandera schema derived from them.

    ``partition`` is the month column for monthly tables, ``source_file_id`` for tables held once per archived file.
    ``is_view``: computed when read, nothing stored.
    """

    name: str
    description: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    nullable: frozenset[str] = field(default_factory=frozenset)
    partition: str = "as_of_date"
    is_view: bool = False

    @property
    def layer(self) -> str:
        """The DuckDB schema, e.g. ``marts``."""
        return self.name.split(".")[0]

    @property
    def is_monthly(self) -> bool:
        """Computed month by month; false for tables held once per file and for the staging views over them."""
        return self.partition == "as_of_date" and self.layer != "staging"

    @property
    def column_names(self) -> list[str]:
        """Column names in schema order."""
        return [column.name for column in self.columns]

    @property
    def polars_schema(self) -> dict[str, Any]:
        """Names and Polars types in schema order."""
        return {column.name: column.dtype for column in self.columns}

    @cached_property
    def pandera(self) -> pa.DataFrameSchema:
        """The write gate: exact columns in order, exact types, no coercion, unique grain."""
        return pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    column.dtype,
                    checks=column.checks(),
                    nullable=column.name in self.nullable,
                    description=column.description,
                    metadata={"unit": column.unit},
                )
                for column in self.columns
            },
            name=self.name,
            strict=True,
            ordered=True,
            unique=list(self.grain),
        )

    def validate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` when every row keeps the schema.

        One pass over all columns looks for a fault; pandera, which takes a pass for each check, says which one it is.

        Raises:
            SchemaViolationError: naming each broken column, check and example.
        """
        if self._is_kept_by(frame):
            return frame
        try:
            return self.pandera.validate(frame, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases
            raise SchemaViolationError(self.name, list(_problems(cases))) from None

    def _is_kept_by(self, frame: pl.DataFrame) -> bool:
        if list(frame.schema.items()) != list(self.polars_schema.items()):
            return False
        faults = [fault for column in self.columns for fault in column.faults(nullable=column.name in self.nullable)]
        if faults and any(frame.select(fault.any().alias(str(n)) for n, fault in enumerate(faults)).row(0)):
            return False
        return self.is_in_order(frame) or not frame.select(self.grain).is_duplicated().any()

    def is_in_order(self, frame: pl.DataFrame) -> bool:
        """Whether each row's key is above the one before: sorted by the grain, and no key twice."""
        above = pl.lit(value=False)
        for name in reversed(self.grain):
            here, before = pl.col(name), pl.col(name).shift()
            above = (here > before) | ((here == before) & above)
        return frame.height < 2 or bool(frame.select(above.slice(1).all()).item())

    def frame(self, rows: Iterable[Mapping[str, Any]] = ()) -> pl.DataFrame:
        """Build a frame of this table from partial rows: absent columns are null (tests and empty inputs)."""
        rows = list(rows)
        full = [{name: row.get(name) for name in self.column_names} for row in rows]
        unknown = {key for row in rows for key in row} - set(self.column_names)
        if unknown:
            raise SchemaViolationError(self.name, [f"unknown columns {sorted(unknown)}"])
        return pl.DataFrame(full, schema=self.polars_schema, orient="row")


def _problems(cases: pl.DataFrame) -> Iterable[str]:
    for case in cases.iter_rows(named=True):
        column = case.get("column") or "table"
        example = case.get("failure_case")
        yield f"{column}: {case.get('check')} (found {example})"


def table(
    name: str,
    description: str,
    grain: str,
    columns: str,
    dictionary: Mapping[str, Column],
    *,
    partition: str = "as_of_date",
    other: Mapping[str, str] | None = None,
    is_view: bool = False,
) -> Table:
    """Declare a table from words: ``columns`` lists dictionary names, a trailing ``?`` allows nulls.

    ``value=indicator_value`` names a column ``value`` after the dictionary's ``indicator_value``. ``other``
    replaces the dictionary's description where a table gives the column a narrower meaning.
    """
    picked, nullable = [], set()
    for word in columns.split():
        column_name, _, entry = word.rstrip("?").partition("=")
        meaning = (other or {}).get(column_name) or dictionary[entry or column_name].description
        picked.append(replace(dictionary[entry or column_name], name=column_name, description=meaning))
        if word.endswith("?"):
            nullable.add(column_name)
    return Table(
        name=name,
        description=description,
        grain=tuple(grain.split()),
        columns=tuple(picked),
        nullable=frozenset(nullable),
        partition=partition,
        is_view=is_view,
    )


def month_end(year: int, month: int) -> dt.date:
    """Last calendar day of a month."""
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)
