"""A file that arrives cut: refused in every kind, wherever it was cut.

Of a CSV cut between two rows only the sender's count tells (``manifest.csv``, without its digest here, which would tell
of any change). The other kinds carry their own end.
"""

import io
import json
import random
import tempfile
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import Delivery
from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, Folder, zipped
from impact_pipeline_tests.ingest.test_damaged_files import CANONICAL, MANIFEST
from impact_pipeline_tests.ingest.xlsx_files import workbook

_ROWS = [line.split(",") for line in CANONICAL.decode().splitlines()]


def _parquet() -> bytes:
    written = io.BytesIO()
    pl.read_csv(CANONICAL, infer_schema=False).write_parquet(written)
    return written.getvalue()


FILES = {
    "f.csv": CANONICAL,
    "f.json": json.dumps([dict(zip(_ROWS[0], row, strict=True)) for row in _ROWS[1:]]).encode(),
    "f.parquet": _parquet(),
    "f.xlsx": workbook({"holdings": _ROWS}),
    "f.zip": zipped({"f.csv": CANONICAL}),
}


def read(name: str, data: bytes) -> Delivery:
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place), None).write(f"holdings/{name}", data)
        if name == "f.csv":
            folder.write("manifest.csv", MANIFEST)
        return folder.read()


def accepted(name: str, ends: list[int]) -> list[int]:
    """Lengths at which the cut file was read and nothing was said, or not in one line that names a file."""
    return [end for end in ends if not is_told(name, FILES[name][:end])]


def is_told(name: str, data: bytes) -> bool:
    try:
        delivery = read(name, data)
    except SourceFileError as error:
        return bool(error.file and error.found) and "\n" not in str(error)
    return "unfinished_last_line" in delivery.rejected_rows["rule"]


def ends(name: str, count: int) -> list[int]:
    """Some lengths, or all of a file that has no more; the last bytes, where the end is missed most easily, always."""
    size = len(FILES[name])
    drawn = random.Random(name).sample(range(size), min(count, size))
    return sorted({*drawn, *range(size - 10, size)})


@pytest.mark.parametrize("name", FILES)
def test_the_whole_files_are_read(name: str) -> None:
    lines = read(name, FILES[name]).frames["raw.holdings"]
    assert lines.height == 12
    assert set(lines["issuer_id"]) == {LEI}
    assert ISIN in set(lines["instrument_id"])


@pytest.mark.parametrize("name", FILES)
def test_no_cut_file_is_accepted(name: str) -> None:
    assert accepted(name, ends(name, 40)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_file_cut_at_any_of_thousands_of_places_is_accepted(name: str) -> None:
    assert accepted(name, ends(name, 2_500)) == []
