"""Every table is described, typed and bounded; the gate refuses what it must."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from impact_pipeline.errors import SchemaViolationError
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline.schemas.table import RATIO, month_end

TABLE = TABLES["core.fx_rates"]
RATE = {
    "as_of_date": dt.date(2024, 12, 31),
    "currency": "USD",
    "rate_date": dt.date(2024, 12, 31),
    "units_per_eur": Decimal("1.1"),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_described_and_its_grain_is_made_of_its_columns(table):
    assert table.description.endswith(".")
    assert set(table.grain) <= set(table.column_names)
    assert not set(table.grain) & table.nullable, "a key cannot be unknown"
    assert all(column.description.strip() for column in table.columns)


def test_a_table_keeps_its_own_description():
    assert TABLE.description.startswith("Last exchange rate known at the month end")
    assert len({table.description for table in TABLES.values()}) == len(TABLES)


def test_every_float_has_a_unit_and_an_upper_bound():
    floats = [column for column in COLUMNS.values() if column.dtype == RATIO]
    assert floats
    for column in floats:
        assert column.unit, column.name
        assert any(check.name == "less_than_or_equal_to" for check in column.checks()), column.name


def test_a_good_frame_passes_unchanged():
    frame = TABLE.frame([RATE])
    assert TABLE.validate(frame).equals(frame)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([RATE | {"units_per_eur": Decimal("-1")}], "units_per_eur"),
        ([RATE | {"currency": None}], "currency"),
        ([RATE, RATE], "uniqueness"),
    ],
    ids=["below the minimum", "missing key", "duplicate key"],
)
def test_a_bad_frame_is_refused_with_the_column_named(rows, said):
    with pytest.raises(SchemaViolationError, match=said):
        TABLE.validate(TABLE.frame(rows))


def test_a_wrong_type_is_refused():
    frame = TABLE.frame([RATE]).with_columns(pl.col("units_per_eur").cast(pl.Float64))
    with pytest.raises(SchemaViolationError, match="units_per_eur"):
        TABLE.validate(frame)


def test_columns_in_another_order_are_refused():
    frame = TABLE.frame([RATE]).select("currency", "as_of_date", "rate_date", "units_per_eur")
    with pytest.raises(SchemaViolationError):
        TABLE.validate(frame)


@pytest.mark.parametrize("bad", [float("inf"), float("nan")])
def test_infinity_and_nan_never_pass(bad):
    table = TABLES["marts.investment_shares"]
    row = {
        "as_of_date": dt.date(2024, 12, 31),
        "portfolio_id": "ALL",
        "indicator": "real_economy",
        "code": "TOTAL",
        "share_ratio": bad,
    }
    with pytest.raises(SchemaViolationError, match="share_ratio"):
        table.validate(table.frame([row]))


def test_month_end_knows_leap_years_and_december():
    assert month_end(2024, 2) == dt.date(2024, 2, 29)
    assert month_end(2023, 2) == dt.date(2023, 2, 28)
    assert month_end(2024, 12) == dt.date(2024, 12, 31)
