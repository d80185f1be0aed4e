"""The same Tripartite Template, however a supplier writes it, gives the same raw rows to the last byte."""

import io
import json
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, OTHER_ISIN, OTHER_LEI, Folder, fund, tpt_csv
from impact_pipeline_tests.ingest.xlsx_files import workbook

TABLES = ("raw.holdings", "raw.portfolios", "raw.issuers", "raw.ownership")
RESTYLED = {
    "as published": lambda header: header,
    "dot": lambda header: header.replace("_", ". ", 1).replace("_", " "),
    "dash": lambda header: header.replace("_", " - ", 1).replace("_", " "),
    "padded": lambda header: header.split("_", 1)[0].zfill(4) + "_" + header.split("_", 1)[1].upper(),
    "number alone": lambda header: header.split("_", 1)[0],
}
AMOUNTS = st.decimals(min_value="-1e9", max_value="1e9", places=2).filter(lambda value: value != 0)
NAMES = st.text(alphabet="abcÉéàçß ABC'&-.", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def funds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Positions of a fund whose values add up."""
    values = draw(st.lists(AMOUNTS, min_size=1, max_size=5))
    lines = [
        {
            "f14": f"{draw(st.sampled_from((ISIN, OTHER_ISIN)))}",
            "f16": f"leg-{place}",
            "f17": draw(NAMES),
            "f24": value,
            "f46": draw(NAMES),
            "f47": draw(st.sampled_from((LEI, OTHER_LEI))),
            "f48": 1,
            "f52": draw(st.sampled_from(("FR", "US"))),
            "f54": draw(st.sampled_from(("C1107", "K6419", "F42FF", ""))),
        }
        for place, value in enumerate(values)
    ]
    return fund(*lines)


def written(rows: list[dict[str, Any]], kind: str, style: str, order: int) -> tuple[str, bytes]:
    """Name and bytes of the file in one of the ways suppliers write."""
    headers = list(rows[0])
    random.Random(order).shuffle(headers)
    restyled = [{RESTYLED[style](header): row[header] for header in headers} for row in rows]
    if kind == "json":
        return "f.json", json.dumps(restyled, default=float).encode()
    if kind == "json text":
        return "f.json", json.dumps(restyled, default=str, ensure_ascii=False).encode()
    if kind == "xlsx":
        cells = [[float(c) if isinstance(c, Decimal) else c for c in row.values()] for row in restyled]
        return "f.xlsx", workbook({"TPT": [list(restyled[0]), *cells]})
    if kind == "parquet":
        text = [{name: None if cell == "" else str(cell) for name, cell in row.items()} for row in restyled]
        buffer = io.BytesIO()
        pl.DataFrame(text).write_parquet(buffer)
        return "f.parquet", buffer.getvalue()
    delimiter, encoding, end = kind.split(" ")
    text = tpt_csv(restyled, {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}[delimiter])
    ended = text.replace("\r\n", {"lf": "\n", "crlf": "\r\n"}[end])
    return "f.csv", ended.encode({"utf8": "utf-8", "bom": "utf-8-sig", "cp1252": "cp1252"}[encoding])


KINDS = ["json", "json text", "xlsx", "parquet"]
KINDS += [
    f"{delimiter} {encoding} {end}"
    for delimiter in ("comma", "semicolon", "tab", "pipe")
    for encoding in ("utf8", "bom", "cp1252")
    for end in ("lf", "crlf")
]


def raw_bytes(name: str, content: bytes, first_row: int) -> list[bytes]:
    """The raw tables as Parquet bytes, rows counted from the first, whatever the file's own name and digest."""
    with tempfile.TemporaryDirectory() as folder:
        frames = Folder(Path(folder), None).write(f"holdings/{name}", content).read().frames
    found = []
    for table in TABLES:
        buffer = io.BytesIO()
        frame = frames[table].with_columns(pl.col("source_row") - first_row, source_file_id=pl.lit("x"))
        frame.sort(pl.all()).write_parquet(buffer)
        found.append(buffer.getvalue())
    return found


@settings(max_examples=60, deadline=None)
@given(rows=funds(), kind=st.sampled_from(KINDS), style=st.sampled_from(list(RESTYLED)), order=st.integers(0, 99))
def test_the_same_rows_come_out(rows: list[dict[str, Any]], kind: str, style: str, order: int) -> None:
    plain_name, plain = written(rows, "semicolon utf8 crlf", "as published", 0)
    name, content = written(rows, kind, style, order)
    expected = raw_bytes(plain_name, plain, 2)
    assert raw_bytes(name, content, 1 if name.endswith(("json", "parquet")) else 2) == expected
