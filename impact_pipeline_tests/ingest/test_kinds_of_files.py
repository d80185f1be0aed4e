"""Parquet, XLSX and JSON carry the same lines as CSV; and decimals lose nothing on the way."""

import datetime as dt
import io
import json
import re
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import Batch, decimal_of, typed
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline_tests.ingest.deliveries import DECEMBER, HEADER, LINE, Folder, without_source
from impact_pipeline_tests.ingest.xlsx_files import workbook

CSV = f"{HEADER}\n{LINE}\n2024-12-31,P,L2,cash,EUR,0.3,\n"
ROWS: list[dict[str, Any]] = [
    {
        "as_of_date": DECEMBER,
        "portfolio_id": "P",
        "line_id": "L1",
        "asset_class": "listed_equity",
        "currency": "EUR",
        "market_value": 100.5,
        "pocket": "return",
    },
    {
        "as_of_date": DECEMBER,
        "portfolio_id": "P",
        "line_id": "L2",
        "asset_class": "cash",
        "currency": "EUR",
        "market_value": 0.1 + 0.2,
        "pocket": None,
    },
]


def parquet(rows: list[dict[str, Any]], **casts: Any) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows).with_columns(pl.col(name).cast(kind) for name, kind in casts.items()).write_parquet(buffer)
    return buffer.getvalue()


def sheet(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=str)


@pytest.mark.parametrize(
    ("name", "content", "first_row"),
    [
        ("lines.parquet", parquet(ROWS), 1),
        ("lines.parquet", parquet(ROWS, as_of_date=pl.Datetime, market_value=pl.Decimal(20, 6)), 1),
        ("lines.parquet", parquet(ROWS, as_of_date=pl.String, asset_class=pl.Categorical), 1),
        ("lines.xlsx", workbook({"Sheet1": sheet(ROWS)}), 2),
        ("lines.xlsx", workbook({"notes": [["x"]], "holdings": sheet(ROWS)}), 2),
        ("lines.xlsx", workbook({"Sheet1": [*sheet(ROWS), [], [None, " "]]}), 2),
        ("lines.JSON", as_json(ROWS), 1),
        ("lines.json", json.dumps({"rows": json.loads(as_json(ROWS))}), 1),
        ("lines.CSV", "\ufeff" + CSV.replace("\n", "\r\n"), 2),
        ("lines.csv", CSV.replace("L1", '"L1"'), 2),
    ],
)
def test_every_kind_of_file_gives_the_same_lines(
    tmp_path: Path, name: str, content: str | bytes, first_row: int
) -> None:
    plain = Folder(tmp_path / "csv", CSV).read().frames["raw.holdings"]
    other = Folder(tmp_path / "other", None).write(f"holdings/{name}", content).read().frames["raw.holdings"]
    assert without_source(other).equals(without_source(plain))
    assert other["source_row"].to_list() == [first_row, first_row + 1]


@pytest.mark.parametrize(
    ("name", "content", "row", "column", "found"),
    [
        ("x.parquet", b"PAR1 nonsense", None, None, "cannot be read as Parquet"),
        ("x.parquet", parquet(ROWS).replace(b"PAR1", b"XXXX"), None, None, "cannot be read as Parquet"),
        ("x.parquet", parquet(ROWS[:1])[:200], None, None, "cannot be read as Parquet"),
        ("x.parquet", parquet([ROWS[0] | {"market_value": float("nan")}]), 1, "market_value", "'NaN'"),
        ("x.parquet", parquet([ROWS[0] | {"market_value": float("inf")}]), 1, "market_value", "'inf'"),
        ("x.parquet", parquet([ROWS[0] | {"pocket": ["a"]}]), None, "pocket", "nested values"),
        ("x.xlsx", b"not a workbook", None, None, "cannot be read as XLSX"),
        ("x.xlsx", workbook({"a": sheet(ROWS), "b": sheet(ROWS)}), None, None, "sheets a, b"),
        ("x.xlsx", workbook({"a": sheet(ROWS)[:1]}), None, None, "a header and no rows"),
        (
            "x.xlsx",
            workbook({"a": sheet([ROWS[0] | {"market_value": "1 234,56"}])}),
            2,
            "market_value",
            "'1 234,56'",
        ),
        ("x.json", "[{]", 1, None, "not JSON"),
        ("x.json", as_json(ROWS)[:-20], 1, None, "not JSON"),
        ("x.json", "[]", None, None, "a header and no rows"),
        ("x.json", '{"a": 1}', None, None, "something else than a list"),
        ("x.json", '[{"line_id": "a", "line_id": "b"}]', None, "line_id", "names a column twice"),
        ("x.json", '[{"line_id": ["a"]}]', 1, "line_id", "a nested value"),
        ("x.json", as_json([ROWS[0] | {"market_value": float("nan")}]), 1, "market_value", "'NaN'"),
        (
            "x.json",
            as_json([ROWS[0] | {"price": 5}]),
            None,
            "price",
            "a column that the contract does not have",
        ),
    ],
)
def test_bad_files_of_every_kind_are_refused(
    tmp_path: Path, name: str, content: str | bytes, row: int | None, column: str | None, found: str
) -> None:
    refusal = Folder(tmp_path, None).write(f"holdings/{name}", content).refusal()
    assert (refusal.file, refusal.row, refusal.column) == (f"holdings/{name}", row, column)
    assert found in refusal.found


def test_a_workbook_that_claims_to_hold_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impact_pipeline.ingest.files.containers.LARGEST_INFLATED_BYTES", 100)
    refusal = Folder(tmp_path, None).write("holdings/x.xlsx", workbook({"a": sheet(ROWS)})).refusal()
    assert "once inflated" in refusal.found


def column_of(name: str, *texts: str) -> list[Any]:
    """What the cells of a decimal column become."""
    rows = {"source_row": range(len(texts)), "_file": [0] * len(texts), name: list(texts)}
    return typed(Batch("holdings", (), pl.DataFrame(rows)), COLUMNS[name], None).frame[name].to_list()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("-0.000001", "-0.000001"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e5", "100000"),
        ("1.5E-3", "0.0015"),
        ("1e-400", "0"),
        ("0.30000000000000004", "0.3"),
        ("999999999999999999.999999", "999999999999999999.999999"),
        ("0.0000005", "0"),
        ("0.0000015", "0.000002"),
        ("0.0000025", "0.000002"),
        ("-0.0000015", "-0.000002"),  # half to even
        ("0.00000250000000000000000000000000000000000000001", "0.000003"),
        ("123456789012345678.1", "123456789012345678.1"),
    ],
)
def test_decimal_texts_are_read_exactly_and_rounded_half_to_even(text: str, value: str) -> None:
    assert column_of("market_value", text) == [Decimal(value)]
    assert decimal_of(text) == Decimal(value)


amounts = st.decimals(min_value=-(10**17), max_value=10**17, places=6, allow_nan=False)
texts = st.decimals(min_value=-(10**11), max_value=10**11, places=20, allow_nan=False)


@given(st.lists(amounts, min_size=1, max_size=20))
def test_every_amount_with_six_decimals_comes_back_as_written(values: list[Decimal]) -> None:
    assert column_of("market_value", *(f"{value:f}" for value in values)) == values


@given(st.lists(texts, min_size=1, max_size=20), st.sampled_from(["f", "E", "e"]))
def test_longer_texts_are_rounded_as_decimals_are(values: list[Decimal], form: str) -> None:
    exact = [value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN) for value in values]
    assert column_of("market_value", *(f"{value:{form}}" for value in values)) == exact
    assert [decimal_of(f"{value:{form}}") for value in values] == exact
    rates = [abs(value) + 1 for value in values]
    exact_rates = [rate.quantize(Decimal("0.000000000001"), rounding=ROUND_HALF_EVEN) for rate in rates]
    assert column_of("units_per_eur", *(f"{rate:f}" for rate in rates)) == exact_rates


@given(st.text(alphabet="0123456789.,eE+-_ \u00a0naif\u0663", max_size=8))
def test_a_text_is_a_number_exactly_when_it_spells_one(text: str) -> None:
    plain = text.strip()
    frame = pl.DataFrame({"source_row": [2], "_file": [0], "tco2e": [text]})
    batch = Batch("issuer_emissions", (SourceFile("x", "x.csv", Path("x.csv")),), frame)
    if not plain:
        assert typed(batch, COLUMNS["tco2e"], None).frame["tco2e"].to_list() == [None]
    elif re.fullmatch(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?", plain):
        value = decimal_of(plain)
        if value is not None:
            assert typed(batch, COLUMNS["tco2e"], None).frame["tco2e"].to_list() == [value]
    else:
        with pytest.raises(SourceFileError, match=r"x\.csv, row 2, column tco2e"):
            typed(batch, COLUMNS["tco2e"], None)


def test_all_raw_tables_are_there_with_their_exact_columns(tmp_path: Path) -> None:
    frames = Folder(tmp_path).read().frames
    assert list(frames) == [name for name in TABLES if name.startswith("raw.")]
    for name, frame in frames.items():
        assert dict(frame.schema) == TABLES[name].polars_schema


def test_dates_of_a_workbook_are_dates(tmp_path: Path) -> None:
    rows = [{"rate_date": dt.date(2024, 12, 31), "currency": "USD", "units_per_eur": 1.0389}]
    frames = Folder(tmp_path).write("fx_rates/r.xlsx", workbook({"r": sheet(rows)})).read().frames
    assert frames["raw.fx_rates"].row(0)[:3] == (dt.date(2024, 12, 31), "USD", Decimal("1.0389"))


@pytest.mark.parametrize("extension", ["parquet", "json"])
def test_a_nul_inside_a_cell_is_refused_in_every_kind_of_file(tmp_path: Path, extension: str) -> None:
    rows = [{**ROWS[0], "line_id": "L1\0"}]
    if extension == "parquet":
        data = io.BytesIO()
        pl.DataFrame(rows).write_parquet(data)
        content: bytes | str = data.getvalue()
    else:
        content = json.dumps(rows, default=str)
    error = Folder(tmp_path, None).write(f"holdings/2024-12.{extension}", content).refusal()
    assert (error.row, error.column) == (1, "line_id")
    assert "a NUL inside a cell" in str(error)


def test_bytes_are_no_text(tmp_path: Path) -> None:
    data = io.BytesIO()
    pl.DataFrame([{**ROWS[0], "line_id": b"\xff\xfe"}]).write_parquet(data)
    error = Folder(tmp_path, None).write("holdings/2024-12.parquet", data.getvalue()).refusal()
    assert (error.column, error.found) == ("line_id", "bytes")


def test_half_a_character_is_no_text(tmp_path: Path) -> None:
    error = Folder(tmp_path).write("issuers/issuers.json", '[{"issuer_id": "I\\ud800"}]').refusal()
    assert (error.row, error.column) == (1, "issuer_id")


def test_a_file_called_like_a_folder_is_no_dataset(tmp_path: Path) -> None:
    assert "Put the file into the folder" in str(Folder(tmp_path).write("issuers", "issuer_id\nX\n").refusal())


@pytest.mark.parametrize(
    ("name", "content", "found", "hint"),
    [
        ("a.csv", workbook({"holdings": [["a"]]}), "a workbook or an archive", "xlsx, ods or zip"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a workbook with a password", "without password"),
        ("a.csv", b"PAR1" + bytes(40), "a Parquet file", "parquet"),
        ("a.json", b"%PDF-1.7", "a PDF", "the table itself"),
    ],
)
def test_a_file_under_another_ending_is_named_for_what_it_is(
    tmp_path: Path, name: str, content: bytes, found: str, hint: str
) -> None:
    refusal = Folder(tmp_path).write(f"holdings/{name}", content).refusal()
    assert (refusal.file, refusal.found.startswith(found)) == (f"holdings/{name}", True)
    assert hint in refusal.hint


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", ".DS_Store", "~$2024-12.xlsx", "README.txt"])
def test_what_systems_and_people_leave_in_a_folder_is_no_delivery(tmp_path: Path, name: str) -> None:
    assert Folder(tmp_path).write(f"holdings/{name}", b"x").read().frames["raw.holdings"].height == 1
