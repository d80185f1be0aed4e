"""CSV files read a few lines at a time: the cells, row numbers and refusals are those of the whole file."""

import csv
from pathlib import Path

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files import csv_bytes
from impact_pipeline.ingest.files.csv_bytes import encoding_of
from impact_pipeline.ingest.files.csv_files import read_csv
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable

LINES = ["code;name;value", "A1;Émile;1", 'A2;"b;c";2', "", ";;", 'A3;"say ""x""";', "# remark", "A4;d;4", "Total;;7"]
#: Row and cells of the lines that are data, split by the csv module below.
ROWS = (2, 3, 6, 8)


def read(path: Path, data: bytes, encodings: tuple[str, ...] = ("utf-8",)) -> TextTable:
    path.write_bytes(data)
    file = SourceFile("holdings", "f.csv", path)
    return read_csv(file, encoding_of(file, encodings), ";", keep=lambda name: name != "value", footer=("Total",))


@pytest.mark.parametrize("slice_bytes", [1, 20, 45, 10_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_slices_give_the_cells_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_bytes: int, end: str, encoding: str
) -> None:
    monkeypatch.setattr(csv_bytes, "_SLICE_BYTES", slice_bytes)
    table = read(tmp_path / "f.csv", end.join(LINES).encode(encoding), ("utf-8", "cp1252"))
    expected = [next(csv.reader([LINES[row - 1]], delimiter=";"))[:2] for row in ROWS]
    assert table.rows.to_list() == list(ROWS)
    assert table.frame.columns == ["code", "name"]
    assert [list(cells) for cells in table.frame.iter_rows()] == expected


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("A9;x", "2 cells"),
        ("A9;x;1;2", "4 cells"),
        ('A9;"x\n";1', "a line break inside quotes"),
        ('A9;x"y;1', "a quote that is not closed or stands alone"),
        ('A9;"x"y;1', "a quote that is not closed or stands alone (';' expected after '\"')"),
    ],
)
@pytest.mark.parametrize("slice_bytes", [1, 30, 10_000])
def test_a_bad_line_is_named_wherever_a_slice_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_bytes: int, line: str, found: str
) -> None:
    monkeypatch.setattr(csv_bytes, "_SLICE_BYTES", slice_bytes)
    with pytest.raises(SourceFileError) as caught:
        read(tmp_path / "f.csv", "\n".join([*LINES[:4], line, *LINES[5:]]).encode())
    assert (caught.value.row, caught.value.found) == (5, found)


def test_a_damaged_byte_is_named_in_the_last_slice_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_bytes, "_SLICE_BYTES", 30)
    with pytest.raises(SourceFileError) as caught:
        read(tmp_path / "f.csv", "\n".join(LINES).encode().replace(b"A4;d", b"A4;\xe9"))
    assert (caught.value.row, caught.value.found) == (8, "bytes that are not UTF-8 (looks like cp1252)")
