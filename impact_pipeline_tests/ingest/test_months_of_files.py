"""Which month a file belongs to: its dates decide, its name must not contradict them."""

import datetime as dt
from pathlib import Path

import pytest

from impact_pipeline.ingest.months import month_of, named_month, spelled
from impact_pipeline_tests.ingest.deliveries import DECEMBER, HEADER, LINE, Folder, position, tpt_json

NOVEMBER, JANUARY = dt.date(2024, 11, 30), dt.date(2025, 1, 31)


def dated(day: str, line: str = "L1") -> str:
    return LINE.replace("2024-12-31", day).replace("L1", line) + "\n"


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2024-12-31", "2024-12-31"),
        ("2024-12-24", "2024-12-31"),  # 7 days before
        ("2024-12-23", None),  # 8 days before
        ("2025-01-07", "2024-12-31"),  # 7 days after
        ("2025-01-08", None),
        ("2024-02-22", "2024-02-29"),
        ("2025-03-07", "2025-02-28"),
        ("2025-08-29", "2025-08-31"),
    ],
)
def test_a_date_within_seven_days_of_a_month_end_belongs_to_it(day: str, month: str | None) -> None:
    assert month_of(dt.date.fromisoformat(day)) == (dt.date.fromisoformat(month) if month else None)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("holdings/2024-12.csv", DECEMBER),
        ("lines_2024_12_v2.csv", DECEMBER),
        ("lines202412.csv", DECEMBER),
        ("lines-20241231.csv", DECEMBER),
        ("2024-12-31.csv", DECEMBER),
        ("2024-12_2025-01.csv", None),
        ("20250829_TPTV6_SE0011670843_20250905.json", None),
        ("2024.csv", None),
        ("202413.csv", None),
        ("FR2024120000.csv", None),
    ],
)
def test_the_month_in_a_name_counts_only_when_it_is_the_only_one(name: str, month: dt.date | None) -> None:
    assert named_month(name) == month


def test_months_are_spelled_as_ranges() -> None:
    months = [dt.date(2019, 12, 31), dt.date(2020, 1, 31), dt.date(2020, 2, 29), dt.date(2024, 12, 31)]
    assert spelled(months) == "2019-12 to 2020-02, 2024-12"


def test_the_line_keeps_the_date_of_the_file_beside_the_month_end(tmp_path: Path) -> None:
    lines = Folder(tmp_path, f"{HEADER}\n{dated('2024-12-30')}").read().frames["raw.holdings"]
    assert lines.select("as_of_date", "valuation_date").row(0) == (DECEMBER, dt.date(2024, 12, 30))


def test_a_date_in_the_middle_of_the_month_is_refused(tmp_path: Path) -> None:
    refusal = Folder(tmp_path, f"{HEADER}\n{LINE}\n{dated('2024-12-15', 'L2')}").refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/2024-12.csv", 3, "as_of_date")
    assert "2024-12-15, in the middle of a month" in refusal.found


def test_a_months_file_dated_otherwise_is_refused(tmp_path: Path) -> None:
    refusal = Folder(tmp_path, f"{HEADER}\n{dated('2024-11-30')}").refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/2024-12.csv", 2, "as_of_date")
    assert refusal.found == "2024-11-30 in a file named after 2024-12"


def test_one_row_dated_otherwise_is_enough(tmp_path: Path) -> None:
    refusal = Folder(tmp_path, f"{HEADER}\n{LINE}\n{dated('2024-11-30', 'L2')}").refusal()
    assert (refusal.row, refusal.column) == (3, "as_of_date")


def test_without_lines_for_the_month_the_months_there_are_named(tmp_path: Path) -> None:
    refusal = (
        Folder(tmp_path)
        .write("holdings/2025-01.csv", f"{HEADER}\n{dated('2025-01-31')}")
        .refusal(dt.date(2024, 10, 31))
    )
    assert (refusal.file, refusal.found, refusal.expected) == (
        "holdings/",
        "files for 2024-12 to 2025-01",
        "lines for 2024-10",
    )


def test_files_of_other_months_are_not_part_of_the_run(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("holdings/2025-01.csv", f"{HEADER}\n{dated('2025-01-31')}")
    delivery = folder.read()
    assert [name for name in delivery.source_files["file"] if name.startswith("holdings")] == ["holdings/2024-12.csv"]
    assert delivery.frames["raw.holdings"].height == 1


def test_other_months_in_a_file_of_several_are_not_read(tmp_path: Path) -> None:
    text = f"{HEADER}\n{dated('2024-11-30')}{dated('2024-12-31', 'L2')}{dated('2025-01-31', 'L3')}"
    folder = Folder(tmp_path, None).write("holdings/all.csv", text.replace("2025-01-31,P", "2025-01-31,"))
    delivery = folder.read(NOVEMBER, DECEMBER)
    assert delivery.frames["raw.holdings"].select("as_of_date", "line_id").rows() == [
        (NOVEMBER, "L1"),
        (DECEMBER, "L2"),
    ]
    counts = delivery.source_files.filter(delivery.source_files["dataset"] == "holdings")
    assert counts.select("as_of_date", "row_count", "control_total").rows() == [
        (NOVEMBER, 1, 100.5),
        (DECEMBER, 1, 100.5),
    ]
    assert folder.refusal(JANUARY).column == "portfolio_id"


def test_a_broken_file_of_another_month_does_not_stop_this_one(tmp_path: Path) -> None:
    broken = f"{HEADER}\n{dated('2025-01-31').replace('100.5', '1e400')}"
    folder = Folder(tmp_path).write("holdings/2025-01.csv", broken)
    assert folder.read().frames["raw.holdings"].height == 1
    assert folder.refusal(JANUARY).column == "market_value"


def test_a_file_that_cannot_be_dated_stops_the_run_unless_its_name_says_another_month(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("holdings/2025-01.csv", HEADER + "\n").write("holdings/2025-02.xlsx", "no")
    assert folder.read().frames["raw.holdings"].height == 1
    assert folder.refusal(JANUARY).found == "a header and no rows"
    folder.write("holdings/new.csv", HEADER + "\n")
    assert folder.refusal().file == "holdings/new.csv"


def test_a_file_named_after_another_month_that_holds_lines_of_this_one_is_refused(
    tmp_path: Path,
) -> None:
    text = f"{HEADER}\n{dated('2025-01-31')}{dated('2024-12-31', 'L2').replace('100.5', 'NaN')}"
    refusal = Folder(tmp_path).write("holdings/2025-01.csv", text).refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/2025-01.csv", 3, "as_of_date")


def test_several_months_at_once_equal_one_month_after_the_other(tmp_path: Path) -> None:
    wide = f"{HEADER},issuer_id\n"
    folder = Folder(tmp_path, f"{wide}{LINE},I\n{dated('2024-12-31', 'L2').strip()},GHOST\n")
    folder.write("holdings/2025-01.csv", f"{wide}{dated('2025-01-31').strip()},I\n")
    folder.write("holdings/tpt.json", tpt_json(position(f47="529900S21EQ1BO4ESM68", f46="Maker", f52="FR")))
    folder.write("issuers/i.csv", "issuer_id,name,country\n529900S21EQ1BO4ESM68,Maker SA,FR\nI,Own,FR\n")
    assert folder.read(DECEMBER).rejected_rows["rule"].to_list() == ["unknown_issuer", "issuer_differs"]
    both = folder.read(DECEMBER, JANUARY)
    for month in (DECEMBER, JANUARY):
        alone = folder.read(month)
        for together, apart in (
            (both.rejected_rows, alone.rejected_rows),
            (both.source_files, alone.source_files),
            (both.frames["raw.holdings"], alone.frames["raw.holdings"]),
        ):
            assert together.filter(together["as_of_date"] == month).equals(apart)
        assert both.known_as_of is alone.known_as_of is None, "no file says when its facts were received"


def test_what_is_refused_in_a_months_lines_is_listed_for_that_month_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path, f"{HEADER},instrument_id\n{LINE},FR0000120272\n")
    folder.write("holdings/2025-01.csv", f"{HEADER}\n{dated('2025-01-31')}")
    folder.write("ownership/o.csv", "child_id,parent_id,valid_from\n529900S21EQ1BO4ESM69,B,2020-01-01\n")
    assert folder.read(DECEMBER, JANUARY).rejected_rows.select("as_of_date", "rule").rows() == [
        (DECEMBER, "isin_check_digit"),
        (DECEMBER, "lei_check_digit"),
        (JANUARY, "lei_check_digit"),
    ]


def test_a_template_named_after_its_reporting_date_is_accepted(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None).write("holdings/FUND_20250108.json", tpt_json(position()))
    folder.write("holdings/2025-01.csv", f"{HEADER}\n{dated('2025-01-31')}")
    assert folder.read(JANUARY).frames["raw.holdings"].height == 1


def test_a_template_named_after_another_month_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None).write("holdings/FUND_2025-02.json", tpt_json(position()))
    refusal = folder.refusal(dt.date(2025, 2, 28))
    assert refusal.found == "2024-12-31 in a file named after 2025-02"
    assert (refusal.row, refusal.column) == (1, "6_Valuation_date")


def test_what_was_known_is_the_latest_receipt_not_after_today(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.read().known_as_of is None
    text = "child_id,parent_id,valid_from,known_from\nA,B,2020-01-01,{}\nA,C,2020-01-01,2024-05-06\n"
    assert folder.write("ownership/o.csv", text.format("2024-06-01")).read().known_as_of == dt.date(2024, 6, 1)
    assert folder.write("ownership/o.csv", text.format("2099-01-01")).read().known_as_of == dt.date(2024, 5, 6)


def test_rows_of_the_month_in_a_file_named_for_another_one_are_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("holdings/2024-11.csv", f"{HEADER}\n{dated('2024-12-31', 'L9').strip()}\n")
    refusal = folder.refusal(DECEMBER)
    assert (refusal.file, refusal.column) == ("holdings/2024-11.csv", "as_of_date")


def test_a_template_named_for_the_month_but_valued_in_another_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    rows = position(f6="2024-11-29", f7="2024-11-30")
    folder.write("holdings/20241231_TPTV6_FR0000000001_20250108.json", tpt_json(rows))
    refusal = folder.refusal(DECEMBER)
    assert refusal.file == "holdings/20241231_TPTV6_FR0000000001_20250108.json"
    assert "2024-11-29" in refusal.found
