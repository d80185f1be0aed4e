"""Later versions of files: which one is read on which day, and what is listed, archived and refused."""

import datetime as dt
from pathlib import Path

import pytest

from impact_pipeline.ingest import Delivery, read_delivery
from impact_pipeline.ingest.expected_files import arrivals, read_expected
from impact_pipeline.ingest.files.sources import RECEIVED
from impact_pipeline_tests.ingest.deliveries import DECEMBER, HEADER, TODAY, Folder, rules, signed, zipped

FIRST, SECOND, THIRD = dt.date(2025, 1, 8), dt.date(2025, 2, 10), dt.date(2025, 3, 3)
NOVEMBER = dt.date(2024, 11, 30)


def lines(value: int, month: dt.date = DECEMBER) -> str:
    return f"{HEADER}\n{month},P,L1,listed_equity,EUR,{value},return\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """December three times: as it came first, and as it was sent again on two days."""
    made = Folder(tmp_path / "inputs", lines(100))
    made.write(f"holdings/received-{SECOND}/2024-12.csv", lines(200))
    return made.write(f"holdings/received-{THIRD}/2024-12.csv", lines(300))


def known(folder: Folder, day: dt.date | None) -> Delivery:
    return read_delivery(folder.path, None, [DECEMBER], TODAY, known_as_of=day)


def values(delivery: Delivery) -> list[int]:
    return [int(value) for value in delivery.frames["raw.holdings"]["market_value"]]


@pytest.mark.parametrize(
    ("day", "value", "replaced"),
    [
        (FIRST, 100, []),
        (dt.date(2025, 2, 9), 100, []),
        (SECOND, 200, ["holdings/2024-12.csv"]),
        (THIRD, 300, ["holdings/2024-12.csv", f"holdings/received-{SECOND}/2024-12.csv"]),
        (None, 300, ["holdings/2024-12.csv", f"holdings/received-{SECOND}/2024-12.csv"]),
    ],
)
def test_the_newest_version_known_on_the_day_is_read(
    folder: Folder, day: dt.date | None, value: int, replaced: list[str]
) -> None:
    found = known(folder, day)
    assert values(found) == [value]
    assert rules(found) == [(name, 0, "", None, "file_replaced") for name in replaced]
    # what is not read any more is kept too
    assert {
        blob.path.relative_to(folder.path).as_posix() for blob in found.blobs if folder.path in blob.path.parents
    } >= {*replaced}
    assert len({blob.sha256 for blob in found.blobs}) == 1 + len(replaced) + 1  # and the reference rates


def test_the_day_a_file_came_is_on_record_and_is_the_day_of_knowledge(folder: Folder) -> None:
    found = known(folder, None)
    assert found.known_as_of == THIRD
    days = dict(found.source_files.select("file", "received_on").rows())
    assert days.pop(f"holdings/received-{THIRD}/2024-12.csv") == THIRD
    assert set(days.values()) == {None}  # the reference rates
    assert known(folder, FIRST).known_as_of is None  # nothing of then says when it came


def test_a_late_file_is_not_there_before_it_came(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs")
    folder.write(f"holdings/received-{SECOND}/more.csv", f"{HEADER}\n2024-12-31,Q,L1,listed_equity,EUR,7,return\n")
    assert set(known(folder, FIRST).frames["raw.holdings"]["portfolio_id"]) == {"P"}
    assert set(known(folder, SECOND).frames["raw.holdings"]["portfolio_id"]) == {"P", "Q"}


def test_files_of_other_months_are_not_listed(folder: Folder) -> None:
    folder.write("holdings/2024-11.csv", lines(1, NOVEMBER))
    assert rules(read_delivery(folder.path, None, [NOVEMBER], TODAY)) == []


def test_facts_that_do_not_say_when_they_came_came_with_their_file(tmp_path: Path) -> None:
    """Two figures for one country and year: the later file wins by its day, where both would be refused."""
    folder = Folder(tmp_path / "inputs")
    told = "country,year,gdp_ppp_intl_usd\nFR,2023,{}\n"
    folder.write("sovereigns/gdp.csv", told.format(1_000))
    folder.write("sovereigns/other.csv", told.format(2_000))
    assert "one figure, 1000 as in sovereigns/gdp.csv, row 2" in str(folder.refusal())
    (folder.path / "sovereigns" / "other.csv").unlink()
    folder.write(f"sovereigns/received-{SECOND}/other.csv", told.format(2_000))
    rows = folder.read().frames["raw.sovereigns"].select("gdp_ppp_intl_usd", "known_from").rows()
    assert sorted((int(value), day) for value, day in rows) == [(1_000, dt.date(1900, 1, 1)), (2_000, SECOND)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("holdings/received-2025-13-01/2024-12.csv", "a folder received-2025-13-01"),
        ("holdings/received-/2024-12.csv", "a folder received-"),
        # a late file in such a folder would be taken as known from the beginning
        (f"holdings/Received-{SECOND}/more.csv", f"a folder Received-{SECOND}"),
        (f"holdings/received_{SECOND}/more.csv", f"a folder received_{SECOND}"),
        (f"holdings/received-{SECOND}/received-{THIRD}/2024-12.csv", f"a folder received-{THIRD}"),
        ("holdings/received-2026-11-23/2024-12.csv", "a file received on 2026-11-23"),
    ],
)
def test_a_day_that_is_none_or_to_come_is_refused(tmp_path: Path, name: str, found: str) -> None:
    refusal = Folder(tmp_path / "inputs").write(name, lines(2)).refusal()
    assert (refusal.file, refusal.found) == (name, found)
    assert "Rename the folder" in refusal.hint


def test_two_versions_of_one_day_are_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs")
    folder.write(f"holdings/bank/received-{SECOND}/2024-12.csv", lines(1))
    folder.write(f"holdings/received-{SECOND}/bank/2024-12.csv", lines(2))
    refusal = folder.refusal()
    assert refusal.found == f"a second version of holdings/bank/2024-12.csv received on {SECOND}"
    assert "holdings/bank/received-" in refusal.hint


def test_the_same_lines_under_another_name_are_refused_with_what_to_do(tmp_path: Path) -> None:
    refusal = Folder(tmp_path / "inputs").write("holdings/again.csv", lines(200)).refusal()
    assert "Give it the same name, in a folder received-YYYY-MM-DD" in refusal.hint


def test_a_corrected_file_is_one_of_those_a_month_waits_for(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "deliveries.yaml").write_text(
        '- {dataset: holdings, file: "{yyyy-mm}.csv", required: true, due_days: 5}\n', encoding="utf-8"
    )
    (folder.path / "holdings" / "2024-12.csv").unlink()
    there = arrivals(folder.path, read_expected(tmp_path) or (), DECEMBER, TODAY)
    assert [file.name for file in there.present] == [f"holdings/received-{THIRD}/2024-12.csv"]
    assert there.missing == ()


LINK = "child_id,parent_id,pct_capital,is_controlled,valid_from,known_from\n"


def test_a_link_told_again_later_in_another_file_is_a_newer_version(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs").write("ownership/first.csv", LINK + "C,P,30,false,2020-01-01,2024-01-01\n")
    folder.write("ownership/again.csv", LINK + "C,P,60,true,2020-01-01,2024-09-01\n")
    told = folder.read().frames["raw.ownership"].sort("known_from").select("pct_capital", "known_from").rows()
    assert [(float(share), f"{day}") for share, day in told] == [(30, "2024-01-01"), (60, "2024-09-01")]


@pytest.mark.parametrize("day", ["2024-01-01", ""])
def test_a_link_told_twice_on_one_day_is_refused(tmp_path: Path, day: str) -> None:
    folder = Folder(tmp_path / "inputs").write("ownership/first.csv", LINK + f"C,P,30,false,2020-01-01,{day}\n")
    folder.write("ownership/again.csv", LINK + f"C,P,60,true,2020-01-01,{day}\n")
    refusal = folder.refusal()
    assert (refusal.file, refusal.row) == ("ownership/first.csv", 2)
    assert "a second row for child_id C, parent_id P, valid_from 2020-01-01" in refusal.found


def test_a_link_told_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs")
    folder.write(
        "ownership/first.csv", LINK + "C,P,30,false,2020-01-01,2024-01-01\nC,P,60,true,2020-01-01,2024-09-01\n"
    )
    assert (folder.refusal().row, folder.refusal().column) == (3, "valid_from")


CORRECTION = """\
- {id: COR-1, dataset: issuer_emissions, file: first.csv, row: 2, column: tco2e, old: "12", new: "12000",
   reason: "kilotonnes", author: a.martin, approver: c.durand, approved_on: 2024-02-01, expires_on: 2025-01-31}
"""


def test_a_correction_of_a_file_that_is_not_read_any_more_waits(tmp_path: Path) -> None:
    """It counts again for whoever asks for the day before the newer version came."""
    text = "issuer_id,fiscal_year,scope,tco2e,source,known_from\nX,2023,1,{},report,2024-06-01\n"
    folder = Folder(tmp_path / "inputs").write("issuer_emissions/first.csv", text.format(12))
    folder.write(f"issuer_emissions/received-{SECOND}/first.csv", text.format(12_500))
    corrections = signed(tmp_path / "policy", CORRECTION)
    for day, tonnes, applied in ((FIRST, 12_000, 1), (SECOND, 12_500, 0)):
        found = read_delivery(folder.path, None, [DECEMBER], TODAY, corrections, known_as_of=day)
        assert found.frames["raw.issuer_emissions"]["tco2e"].to_list() == [tonnes]
        assert found.corrections.height == applied
        # a signed correction never lapses in silence: the newer version may be wrong too
        waits = found.rejected_rows.filter(rule="correction_waits").select("file", "row", "column", "value").rows()
        assert waits == ([] if applied else [("issuer_emissions/first.csv", 2, "tco2e", "12")])


def test_a_file_of_that_name_is_no_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs", None).write("holdings/received-2024-12.csv", lines(5))
    assert values(known(folder, FIRST)) == [5]
    refusal = folder.write(f"received-{SECOND}/holdings/2024-12.csv", lines(6)).refusal()
    assert refusal.hint == f"Put it into the folder of its dataset: holdings/received-{SECOND}"


def test_an_archive_that_is_sent_again_replaces_all_of_the_first(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs", None)
    other = lines(7).replace("P,L1", "Q,L1")
    folder.write("holdings/all.zip", zipped({"p.csv": lines(5), "q.csv": other}))
    folder.write(f"holdings/received-{SECOND}/all.zip", zipped({"p.csv": lines(6)}))
    assert values(known(folder, FIRST)) == [5, 7]
    found = known(folder, SECOND)
    assert values(found) == [6]
    assert [name for name, *_ in rules(found)] == ["holdings/all.zip/p.csv", "holdings/all.zip/q.csv"]
    reason = f"replaced by holdings/received-{SECOND}/all.zip, received on {SECOND}: not read, kept in the archive"
    missing = ". The newer archive has no q.csv: nothing stands in for it"
    assert found.rejected_rows["reason"].to_list() == [reason, reason + missing]


def test_an_archive_without_files_is_refused(tmp_path: Path) -> None:
    assert Folder(tmp_path / "inputs").write("holdings/a.zip", zipped({})).refusal().found == "an archive without files"


def test_a_part_of_an_archive_is_replaced_with_the_whole_of_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs", None).write("holdings/all.zip", zipped({"p.csv": lines(5)}))
    refusal = folder.write("holdings/p.csv", lines(6)).refusal()
    assert "send the whole archive again" in refusal.hint


@pytest.mark.parametrize(
    ("dataset", "header", "first", "second"),
    [
        ("organisation", "year,protected_persons,category,tco2e", "2024,10,a,1", "2024,11,b,2"),
        (
            "classifications",
            "subject_id,kind,code,share,valid_from,classified_by",
            "A,strategic_purpose,c,0.6,2024-01-01,x",
            "A,strategic_purpose,c,0.6,2024-06-01,x",
        ),
    ],
)
def test_two_files_that_contradict_each_other_may_be_versions(
    tmp_path: Path, dataset: str, header: str, first: str, second: str
) -> None:
    folder = Folder(tmp_path / "inputs").write(f"{dataset}/a.csv", f"{header}\n{first}\n")
    refusal = folder.write(f"{dataset}/b.csv", f"{header}\n{second}\n").refusal()
    assert f"Give it the same name, in a folder {RECEIVED}YYYY-MM-DD" in refusal.hint
    alone = Folder(tmp_path / "alone").write(f"{dataset}/a.csv", f"{header}\n{first}\n{second}\n").refusal()
    assert "folder" not in alone.hint


def test_a_fact_of_the_future_is_listed(tmp_path: Path) -> None:
    """A slip in a year: nobody would use the row, and an older figure would stand in without a word."""
    rows = ["X,2023,1,10,report,2024-06-01", "X,2042,1,11,report,2024-06-01", "X,2024,1,12,report,2052-06-01"]
    text = "issuer_id,fiscal_year,scope,tco2e,source,known_from\n" + "\n".join(rows) + "\n"
    found = Folder(tmp_path / "inputs").write("issuer_emissions/first.csv", text).read()
    told = found.rejected_rows.filter(rule="future_fact").select("row", "column", "value", "severity").rows()
    assert told == [(3, "fiscal_year", "2042", "warn"), (4, "known_from", "2052-06-01", "warn")]
    assert found.frames["raw.issuer_emissions"].height == 3
