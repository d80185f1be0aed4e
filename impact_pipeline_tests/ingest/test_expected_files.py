"""The files a month waits for: what is missing or late, when a month may start, and when it starts again."""

import datetime as dt
import os
from pathlib import Path

import pytest

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.expected_files import (
    ExpectedFile,
    Look,
    arrivals,
    closed_month,
    look,
    read_expected,
)
from impact_pipeline.ingest.files.sources import SourceFile

DECEMBER = dt.date(2024, 12, 31)
TODAY = dt.date(2025, 1, 12)
EXPECTED = """\
- {dataset: holdings, file: "{yyyy-mm}.csv", required: true, due_days: 5, supplier: custodian}
- {dataset: holdings, file: "{yyyymm}??_TPTV?_FUND_*.csv", required: true, due_days: 12}
- {dataset: issuer_emissions, file: "*.csv", required: false, due_days: 20}
"""
LINES, FUND, EMISSIONS = "holdings/2024-12.csv", "holdings/20241231_TPTV7_FUND_20250110.csv", "issuer_emissions/v1.csv"


class Inputs:
    """An inputs folder that files come into, looked at again and again with the cursor of the look before."""

    def __init__(self, path: Path) -> None:
        self.path, self.cursor = path / "inputs", None
        (self.path / "holdings").mkdir(parents=True)
        (path / "deliveries.yaml").write_text(EXPECTED, encoding="utf-8")
        self.expected: tuple[ExpectedFile, ...] = read_expected(path) or ()

    def put(self, name: str, text: str = "a", mtime: int = 1_700_000_000) -> None:
        """Write a file, last changed at ``mtime``."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (mtime, mtime))

    def look(self, month: dt.date = DECEMBER, today: dt.date = TODAY) -> Look:
        """The next look."""
        found = look(self.path, self.expected, month, today, self.cursor)
        self.cursor = found.cursor
        return found


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    return Inputs(tmp_path)


def refused(tmp_path: Path, text: str) -> PolicyFileError:
    (tmp_path / "deliveries.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        read_expected(tmp_path)
    assert "\n" not in str(caught.value)
    return caught.value


def test_missing_files_are_named_with_their_day_and_how_late_they_are(inputs: Inputs) -> None:
    """Twelve days after the month end: the file due on the 5th is a week late, the one due on the 12th is not."""
    inputs.put("holdings/2024-11.csv")
    inputs.put("holdings/20241130_TPTV7_FUND_20241210.csv")
    assert inputs.look().sentence == (
        "2024-12 waits for holdings/2024-12.csv (from custodian, due 2025-01-05, 7 days late),"
        " holdings/202412??_TPTV?_FUND_*.csv (due 2025-01-12)"
    )
    inputs.put(LINES)
    there = arrivals(inputs.path, inputs.expected, DECEMBER, dt.date(2025, 1, 13))
    assert there.waits == "holdings/202412??_TPTV?_FUND_*.csv (due 2025-01-12, 1 day late)"
    assert there.without == "issuer_emissions/*.csv (due 2025-01-20)"
    assert [file.name for file in there.present] == [LINES]


def test_a_complete_delivery_starts_once(inputs: Inputs) -> None:
    inputs.put(LINES)
    assert inputs.look().run_key is None
    inputs.put(FUND)
    first = inputs.look()
    assert first.run_key is None  # the fund's file is new: it may still be being written
    assert first.sentence.endswith(f"seen for the first time: {FUND}")
    started = inputs.look()
    assert started.run_key is not None
    assert started.run_key.startswith("2024-12:")
    for _ in range(3):
        again = inputs.look()
        assert again.run_key is None
        assert "was started" in again.sentence


def test_the_key_is_made_of_the_bytes_alone(tmp_path: Path) -> None:
    keys = set()
    for place, mtime in (("a", 1), ("b", 2)):
        (tmp_path / place).mkdir()
        inputs = Inputs(tmp_path / place)
        inputs.put(LINES, mtime=mtime)
        inputs.put(FUND, mtime=mtime)
        inputs.look()
        keys.add(inputs.look().run_key)
    assert len(keys) == 1
    assert None not in keys


def started(inputs: Inputs) -> str:
    inputs.put(LINES)
    inputs.put(FUND)
    inputs.look()
    key = inputs.look().run_key
    assert key is not None
    return key


def test_a_corrected_file_starts_a_new_run_and_a_touched_one_does_not(inputs: Inputs) -> None:
    first = started(inputs)
    inputs.put(LINES, mtime=1_700_000_100)  # the same bytes, copied again
    assert inputs.look().run_key is None
    assert "was started" in inputs.look().sentence
    inputs.put(LINES, "corrected", mtime=1_700_000_200)
    assert "still being written" in inputs.look().sentence
    assert inputs.look().run_key not in (None, first)


def test_a_late_file_that_is_not_required_starts_a_new_run(inputs: Inputs) -> None:
    first = started(inputs)
    inputs.put(EMISSIONS)
    assert inputs.look().run_key is None
    assert inputs.look().run_key not in (None, first)


def test_a_file_that_grows_is_not_complete(inputs: Inputs) -> None:
    inputs.put(LINES)
    inputs.put(FUND, "a")
    for text in ("aa", "aaa", "aaaa"):
        assert inputs.look().run_key is None
        inputs.put(FUND, text)
    assert inputs.look().run_key is None
    inputs.put(FUND, "bbbb", mtime=1_700_000_001)  # the same size, changed since
    assert inputs.look().run_key is None
    assert inputs.look().run_key is not None


def test_an_empty_file_is_not_there_yet(inputs: Inputs) -> None:
    inputs.put(LINES)
    inputs.put(FUND, "")
    assert inputs.look().run_key is None
    assert inputs.look().run_key is None


def test_a_file_that_changes_while_it_is_read_does_not_count(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs.put(LINES)
    inputs.put(FUND)
    inputs.look()
    reads = SourceFile.sha256

    def slowly(file: SourceFile) -> str:
        digest = str(reads.__get__(file))
        if file.name == FUND:
            inputs.put(FUND, "changed", mtime=1_700_000_500)
        return digest

    with monkeypatch.context() as patch:
        patch.setattr(SourceFile, "sha256", property(slowly))
        assert inputs.look().run_key is None
    assert inputs.look().run_key is not None


def test_nothing_is_read_while_nothing_changes(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    started(inputs)

    def refuse(_: SourceFile) -> bytes:
        raise AssertionError("a file was read")

    monkeypatch.setattr(SourceFile, "data", property(refuse))
    assert "was started" in inputs.look().sentence
    inputs.put(LINES, "corrected")
    assert "still being written" in inputs.look().sentence


def test_a_file_that_disappears_is_missed_again(inputs: Inputs) -> None:
    started(inputs)
    (inputs.path / FUND).unlink()
    assert "waits for holdings/202412??" in inputs.look().sentence


def test_a_cursor_nobody_understands_is_a_first_look(inputs: Inputs) -> None:
    inputs.put(LINES)
    inputs.put(FUND)
    inputs.cursor = "x"
    assert inputs.look().run_key is None
    assert inputs.look().run_key is not None


def test_the_next_month_starts_afresh(inputs: Inputs) -> None:
    started(inputs)
    found = inputs.look(dt.date(2025, 1, 31), dt.date(2025, 2, 1))
    assert found.run_key is None
    assert found.sentence.startswith("2025-01 waits for holdings/2025-01.csv (from custodian, due 2025-02-05),")


@pytest.mark.parametrize(
    ("today", "month"),
    [("2025-01-01", "2024-12-31"), ("2025-01-31", "2024-12-31"), ("2024-03-01", "2024-02-29")],
)
def test_the_month_just_closed(today: str, month: str) -> None:
    assert closed_month(dt.date.fromisoformat(today)) == dt.date.fromisoformat(month)


def test_every_placeholder_is_filled() -> None:
    entry = ExpectedFile(dataset="fx_rates", file="{yyyy}/{mm}_{yyyymm}_{yyyy-mm}.csv", required=True, due_days=3)
    assert entry.name(dt.date(2024, 2, 29)) == "fx_rates/2024/02_202402_2024-02.csv"
    assert entry.due(dt.date(2024, 2, 29)) == dt.date(2024, 3, 3)


def test_without_the_file_nothing_is_expected(tmp_path: Path) -> None:
    assert read_expected(tmp_path) is None


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("{yyyy-mm}", "{yyy-mm}", 1, "Did you mean '{yyyy-mm}'?"),
        ("dataset: issuer_emissions", "dataset: emissions", 3, "Did you mean 'issuer_emissions'?"),
        ("due_days: 12", 'due_days: "12"', 2, "integer"),
        ("required: false", "require: false", 3, "Did you mean required?"),
        (", due_days: 20", "", 3, "no due_days"),
        ('"*.csv"', '"../*.csv"', 3, "below the dataset's folder"),
        ("required: true", "required: false", None, "no required file"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(tmp_path: Path, old: str, new: str, row: int | None, said: str) -> None:
    assert old in EXPECTED
    error = refused(tmp_path, EXPECTED.replace(old, new))
    assert said in str(error)
    assert row is None or error.row == row


def test_a_single_entry_is_no_list(tmp_path: Path) -> None:
    assert "a list of expected files" in str(refused(tmp_path, EXPECTED.splitlines()[0].removeprefix("- ")))
