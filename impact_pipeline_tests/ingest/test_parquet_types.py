"""A Parquet file is read by its types where they fit ours, and gives what the same cells give as CSV."""

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline.ingest.delivery import read_delivery
from impact_pipeline.ingest.files.tables import fits
from impact_pipeline.ingest.identifiers.codes import plain_isins, plain_leis, valid_isin, valid_lei
from impact_pipeline.ingest.reference import countries
from impact_pipeline.schemas.table import AMOUNT, FACTOR

DAY = dt.date(2024, 12, 31)
LINES = pl.DataFrame(
    {
        "as_of_date": [DAY] * 3,
        "portfolio_id": ["P"] * 3,
        "line_id": ["L1", "L2", " L3 "],
        "asset_class": ["cash", "listed_equity", "corporate_bond"],
        "currency": ["EUR", "", "USD"],
        "market_value": [Decimal("10.25"), None, Decimal("-3.00")],
        "market_value_eur": [None, 7, None],
        "quantity": [1.5, None, 2.0],
    },
    schema_overrides={"market_value": pl.Decimal(18, 2), "market_value_eur": pl.Int32},
)


def lines_of(folder: Path) -> pl.DataFrame:
    frames = read_delivery(folder, None, [DAY], dt.date(2025, 6, 1)).frames
    return frames["raw.holdings"].drop("source_file_id", "source_row")


def test_parquet_gives_the_rows_that_csv_gives(tmp_path: Path) -> None:
    for name in ("csv", "parquet"):
        (tmp_path / name / "holdings").mkdir(parents=True)
    LINES.write_csv(tmp_path / "csv" / "holdings" / "2024-12.csv")
    LINES.write_parquet(tmp_path / "parquet" / "holdings" / "2024-12.parquet")
    found = lines_of(tmp_path / "parquet")
    assert found.equals(lines_of(tmp_path / "csv"))
    assert found["market_value"].to_list() == [Decimal("10.25"), None, Decimal("-3.00")]
    assert found["line_id"].to_list() == ["L1", "L2", "L3"]


def test_a_column_typed_in_one_file_and_spelled_in_another_is_read_in_both(tmp_path: Path) -> None:
    (tmp_path / "holdings").mkdir()
    LINES.write_parquet(tmp_path / "holdings" / "a 2024-12.parquet")
    LINES.with_columns(portfolio_id=pl.lit("Q")).write_csv(tmp_path / "holdings" / "b 2024-12.csv")
    found = lines_of(tmp_path)
    assert found["market_value"].to_list() == [Decimal("10.25"), None, Decimal("-3.00")] * 2


@pytest.mark.parametrize(
    ("kind", "wanted", "answer"),
    [
        (pl.Decimal(18, 2), AMOUNT, True),
        (pl.Decimal(24, 6), AMOUNT, True),
        (pl.Decimal(20, 2), AMOUNT, True),  # 18 digits before the point, as ours
        (pl.Decimal(21, 2), AMOUNT, False),  # 19 digits before the point
        (pl.Decimal(18, 7), AMOUNT, False),  # would be rounded
        (pl.Decimal(24, 6), FACTOR, False),  # 18 digits before the point, ours has 12
        (pl.Int32(), AMOUNT, True),
        (pl.Int64(), AMOUNT, False),  # up to 19 digits
        (pl.Float64(), AMOUNT, False),  # its text says what was meant
        (pl.Int64(), pl.Int64, True),
        (pl.UInt64(), pl.Int64, False),
        (pl.Date(), pl.Date, True),
        (pl.Datetime(), pl.Date, False),
        (pl.Boolean(), pl.Boolean, True),
        (pl.Boolean(), pl.Int64, False),
        (pl.String(), pl.String, False),
        (pl.Decimal(18, 2), None, False),
    ],
)
def test_a_type_fits_when_each_of_its_values_is_one_of_ours(kind: pl.DataType, wanted: object, answer: bool) -> None:
    assert fits(kind, wanted) is answer


def test_codes_in_order_at_first_sight_are_those_the_library_finds_right() -> None:
    """10,000 made-up codes of each kind, one check digit in ten or a hundred being right by chance."""
    draw = random.Random(7)
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    states = [code for code in countries() if code not in ("EU", "XK")]
    isins = [draw.choice(states) + "".join(draw.choices(signs, k=9)) + str(draw.randrange(10)) for _ in range(10_000)]
    isins += ["FR0000120271", "fr0000120271", "FR0000120272", "", "FR00001202711", "EZ99S9FBYFN8"]
    told = plain_isins(pl.Series(isins)).to_list()
    assert told.count(True) > 500
    assert all(valid_isin(code) == code for code, plain in zip(isins, told, strict=True) if plain)
    assert [told[-6 + place] for place in range(6)] == [True, False, False, False, False, False]
    leis = ["".join(draw.choices(signs, k=18)) + f"{draw.randrange(100):02d}" for _ in range(10_000)]
    leis += ["969500T1UBNNTYVWOS04", "969500T1UBNNTYVWOS05", ""]
    assert plain_leis(pl.Series(leis)).to_list() == [valid_lei(code) == code for code in leis]
