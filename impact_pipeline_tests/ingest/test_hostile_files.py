"""Archives, links, pipes, bombs: read when they are harmless, else refused early and with little memory."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import discover
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.ingest.deliveries import HEADER, LINE, Folder, without_source, zipped
from impact_pipeline_tests.ingest.xlsx_files import workbook

CSV = f"{HEADER}\n{LINE}\n"


def test_files_in_an_archive_are_read_as_if_they_lay_there(tmp_path: Path) -> None:
    second = CSV.replace(",L1,", ",L2,")
    parts = {"a/first.csv": CSV, "second.csv": second, "__MACOSX/first.csv": b"\0", "a/": b"", ".DS_Store": b"x"}
    packed = Folder(tmp_path / "zip", None).write("holdings/2024-12.zip", zipped(parts)).read()
    loose = (
        Folder(tmp_path / "loose", None).write("holdings/first.csv", CSV).write("holdings/second.csv", second).read()
    )
    assert without_source(packed.frames["raw.holdings"]).equals(without_source(loose.frames["raw.holdings"]))
    assert packed.source_files["file"].to_list()[:2] == [
        "holdings/2024-12.zip/a/first.csv",
        "holdings/2024-12.zip/second.csv",
    ]
    # the same bytes, the same source, whatever they came in
    assert set(packed.frames["raw.holdings"]["source_file_id"]) == set(loose.frames["raw.holdings"]["source_file_id"])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (zipped({"../escape.csv": CSV}), "the part '../escape.csv'"),
        (zipped({"/abs.csv": CSV}), "the part '/abs.csv'"),
        (zipped({"C:/x.csv": CSV}), "the part 'C:/x.csv'"),
        (zipped({"inner.zip": zipped({"a.csv": CSV})}), "an archive inside the archive, 'inner.zip'"),
        (zipped({"in/B.ZIP": zipped({"a.csv": CSV})}), "an archive inside the archive, 'in/B.ZIP'"),
        (zipped({"a.exe": b"MZ"}), "a file of kind '.exe'"),
        (zipped({"a.csv": CSV})[:-30], "a file that cannot be read as ZIP"),
        (b"", "a file that cannot be read as ZIP"),
        (zipped({f"{n}.csv": b"x" for n in range(1001)}), "1001 parts"),
        (zipped({"big.csv": b"0" * 30_000_000}), "1 parts of 30,000,000 bytes once inflated"),
    ],
)
def test_archives_that_are_refused(tmp_path: Path, content: bytes, found: str) -> None:
    refusal = Folder(tmp_path, None).write("holdings/x.zip", content).refusal()
    assert refusal.found.startswith(found)
    assert refusal.file.startswith("holdings/x.zip")


#: Ways to point elsewhere, and signs that a path, a glob, a shell or a terminal understands.
PLACES = (
    "", "./", "a/", "../", "../../", "a/../../", "./../", "/", "//", "/etc/", "\\", "..\\", "a\\..\\..\\", "C:\\", "C:",
    "\\\\server\\share\\", "~/", "~root/", "%2e%2e/", "..%2f", "..;/", "....//", ".../", "..\u2215", "\uff0e\uff0e/",
    "\u202e", "*", "[a]", "?", "$HOME/", "`id`/", "|", "-", "--", "file:///", "http://x/", "\x1b[2J", "\n", "\r", "\t",
    "a\x00/", "con/", "nul.", " ", "a /", "\u00e9/", "e\u0301/", "x" * 300 + "/", "b/" * 100,
)  # fmt: skip
STEMS = ("2024-12.csv", ".csv", "..csv", "2024-12.csv.", "2024-12.CSV", "", ".", "..", "2024-12.csv/", "a.csv\\")


def refusal_or_files(folder: Folder) -> tuple[str, list[str]]:
    try:
        found = discover(folder.path)["holdings"]
        return "", [file.name for file in found if file.data]
    except SourceFileError as error:
        return str(error), []


def test_names_of_parts_lead_nowhere_else(tmp_path: Path) -> None:
    """489 names of a part: it is refused on one line, or left out, or read from where it lies; nothing is written."""
    names = [place + stem for place in PLACES for stem in STEMS if place + stem]
    folder, read = Folder(tmp_path / "in" / "deep"), 0
    before = sorted(tmp_path.rglob("*"))
    for name in names:
        folder.write("holdings/more.zip", zipped({name: CSV.replace(",L1,", ",L2,")}))
        refusal, files = refusal_or_files(folder)
        read += sum(file.startswith("holdings/more.zip/") for file in files)
        assert refusal.isprintable(), repr(name)
        assert not any(".." in Path(file).parts or Path(file).is_absolute() for file in files), repr(name)
    (folder.path / "holdings" / "more.zip").unlink()
    assert sorted(tmp_path.rglob("*")) == before
    assert 10 < read < len(names) / 2


def test_a_part_that_is_damaged_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": CSV}, zipfile.ZIP_STORED))
    data[data.index(b"100.5")] = ord("9")  # the checksum no longer fits
    assert "cannot be inflated" in Folder(tmp_path, None).write("holdings/x.zip", bytes(data)).refusal().found


def test_links_and_pipes_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(CSV, encoding="utf-8")
    folder = Folder(tmp_path / "in")
    link = folder.path / "holdings" / "more.csv"
    link.symlink_to(outside)
    assert folder.refusal().found == "a link to another file"
    link.unlink()
    link.symlink_to(tmp_path)  # to a folder
    assert folder.refusal().found == "a link to another file"
    link.unlink()
    os.mkfifo(link)  # reading it would wait for ever
    assert folder.refusal().found == "a pipe or a device"
    link.unlink()
    (folder.path / "issuers").symlink_to(tmp_path)
    assert folder.refusal().found == "a link to another file"


BOMBS = {
    "long_line.csv": lambda path: path.write_bytes(b"as_of_date,portfolio_id\n" + b"a" * 150_000_000),
    "sparse.csv": lambda path: (path.touch(), os.truncate(path, 10_000_000_000)),
    "columns.csv": lambda path: path.write_text(",".join(f"c{n}" for n in range(100_000)) + "\n1\n", encoding="utf-8"),
    "deep.json": lambda path: path.write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8"),
    "digits.json": lambda path: path.write_text('[{"as_of_date": ' + "9" * 900_000 + "}]", encoding="utf-8"),
    "ratio.xlsx": lambda path: path.write_bytes(_inflating(workbook({"a": [["x"], ["y"]]}))),
    "ratio.zip": lambda path: path.write_bytes(zipped({"big.csv": b"0" * 400_000_000})),
}


def _inflating(book: bytes) -> bytes:
    buffer = io.BytesIO(book)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/image1.png", b"\0" * 300_000_000)
    return buffer.getvalue()


READER = """
import datetime as dt, resource, sys
from pathlib import Path
from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import read_delivery
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_delivery(Path(sys.argv[1]), None, [dt.date(2024, 12, 31)], dt.date(2026, 1, 1))
except SourceFileError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_are_refused_in_seconds_and_little_memory(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    BOMBS[name](folder.path / "holdings" / name)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder.path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    took = time.monotonic() - started
    assert done.stdout, done.stderr[-500:]
    grown_kb, said = done.stdout.split(" ", 1)
    assert name in said
    assert int(grown_kb) < 300_000, said
    assert took < 20, said  # 5 s on a machine that does nothing else; imports take two of them
