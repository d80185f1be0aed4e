"""Numbers as suppliers spell them, read by the spelling that the profile states and no other."""

import polars as pl
import pytest

from impact_pipeline.ingest.files.spellings import numbers


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "number"),
    [
        (".", "", "12.5", "12.5"),
        (".", "", " 7 ", "7"),
        (".", "", "1e-5", "1e-5"),
        (".", "", "1,5", None),
        (".", "", "1 234", None),
        (".", "", "(5)", "-5"),
        (".", "", "( 5.5 )", "-5.5"),
        (".", "", "(-5)", None),
        (".", "", "5-", "-5"),
        (".", "", "5 -", "-5"),
        (".", "", "-5-", None),
        (".", "", "\u22125", "-5"),
        (".", "", "-", None),
        (".", "", "()", None),
        (".", "", "NaN", None),
        (".", ",", "1,234,567.8", "1234567.8"),
        (".", ",", "1,23", None),
        (".", "'", "-12'345", "-12345"),
        (".", " ", "1\u202f234.5", "1234.5"),
        (".", " ", "12 34", None),
        (",", "", "1,5", "1.5"),
        (",", "", "1.234", None),
        (",", ".", "1.234", "1234"),
        (",", ".", "1.234,5", "1234.5"),
        (",", ".", "1.5", None),
        (",", " ", "1 234,56-", "-1234.56"),
    ],
)
def test_a_number_is_read_as_stated(decimal: str, thousands: str, text: str, number: str | None) -> None:
    others = ["1", None, "x"]
    read = numbers(pl.Series([*others, text], dtype=pl.String), decimal, thousands)
    assert read.to_list() == ["1", None, None, number]
