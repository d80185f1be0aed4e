"""Funds held without a file of the month: the newest earlier inventory stands in, up to the age of the policy."""

import csv
import datetime as dt
import hashlib
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline.ingest import Delivery, read_delivery
from impact_pipeline_tests.ingest.deliveries import DECEMBER, HEADER, TODAY, Folder, fund, position, signed, tpt_json

NOVEMBER, LIMIT = dt.date(2024, 11, 30), 186
COLUMNS = f"{HEADER},fund_id"


def units(code: str = "FUND-A", month: str = "2024-12-31", holder: str = "P", value: int = 50) -> str:
    return f"{month},{holder},U-{code},fund,EUR,{value},return,{code}"


def book(path: Path, *lines: str) -> Folder:
    return Folder(path, None).write("holdings/book.csv", "\n".join([COLUMNS, *lines, ""]))


def read(folder: Folder, *months: dt.date, limit: int = LIMIT) -> Delivery:
    return read_delivery(folder.path, None, months or (DECEMBER,), TODAY, (), limit)


def of_fund(delivery: Delivery, month: dt.date = DECEMBER, code: str = "FUND-A") -> list[tuple[object, ...]]:
    lines = delivery.frames["raw.holdings"].filter(as_of_date=month, portfolio_id=code)
    return lines.select("valuation_date", "line_id", "market_value").sort("line_id").rows()


def told(delivery: Delivery) -> list[tuple[object, ...]]:
    rule = pl.col("rule").str.starts_with("inventory")
    return delivery.rejected_rows.filter(rule).select("as_of_date", "file", "row", "column", "value", "rule").rows()


def template(day: str = "2024-11-29", name: str = "FUND-A", **given: object) -> str:
    return tpt_json(*fund({"f14": "A", "f24": 60}, {"f14": "B", "f24": 40}, f1=name, f6=day, f15=99, **given))


def test_a_template_of_an_earlier_month_stands_in(tmp_path: Path) -> None:
    folder = book(tmp_path, units("fund-a ")).write("holdings/old.json", template())
    delivery = read(folder)
    day = dt.date(2024, 11, 29)
    assert of_fund(delivery) == [(day, "A", 60), (day, "B", 40)]
    # the line names the fund as its file does, and the file is among those of the month, with its own day
    assert delivery.frames["raw.holdings"].filter(portfolio_id="P")["fund_id"].to_list() == ["FUND-A"]
    files = delivery.source_files.filter(file="holdings/old.json")
    assert files.select("as_of_date", "row_count", "control_total", "valuation_date").rows() == [
        (DECEMBER, 2, 100, day)
    ]
    assert delivery.frames["raw.portfolios"].select("portfolio_id", "net_asset_value").rows() == [("FUND-A", 100)]
    assert told(delivery) == [
        (DECEMBER, "holdings/book.csv", 2, "fund_id", "fund-a", "inventory_of_earlier_month")
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [0, 31])
def test_beyond_the_limit_the_line_stays_a_fund_and_is_listed(tmp_path: Path, limit: int) -> None:
    # 29 November to 31 December: 32 days
    delivery = read(book(tmp_path, units()).write("holdings/old.json", template()), limit=limit)
    assert of_fund(delivery) == []
    assert delivery.source_files.filter(file="holdings/old.json").is_empty()
    assert [row[-1] for row in told(delivery)] == (["inventory_too_old"] if limit else [])
    assert of_fund(read(Folder(tmp_path, None), limit=32)) != []


def test_the_newest_inventory_before_the_month_is_used(tmp_path: Path) -> None:
    folder = book(tmp_path, units())
    for day in ("2024-09-30", "2024-10-15", "2025-01-31"):
        folder.write(f"holdings/{day}.json", template(day))
    # valued in the middle of October: of no month, and still the newest
    assert {row[0] for row in of_fund(read(folder))} == {dt.date(2024, 10, 15)}


def test_the_file_of_the_month_wins(tmp_path: Path) -> None:
    folder = book(tmp_path, units()).write("holdings/old.json", template())
    delivery = read(folder.write("holdings/new.json", template("2024-12-31")))
    assert {row[0] for row in of_fund(delivery)} == {DECEMBER}
    assert told(delivery) == []
    assert delivery.source_files.filter(file="holdings/old.json").is_empty()


def test_canonical_lines_of_an_earlier_month_stand_in_without_the_rest_of_their_file(tmp_path: Path) -> None:
    old = "\n".join(
        [COLUMNS, "2024-11-30,P,X,cash,EUR,7,return,", "2024-11-30,FUND-A,L,cash,EUR,100,return,",
         "2024-10-31,FUND-A,M,cash,EUR,90,return,", ""]
    )  # fmt: skip
    delivery = read(book(tmp_path, units()).write("holdings/old.csv", old))
    assert of_fund(delivery) == [(NOVEMBER, "L", 100)]
    assert of_fund(delivery, code="P") == [(DECEMBER, "U-FUND-A", 50)]
    files = delivery.source_files.filter(file="holdings/old.csv")
    assert files.select("as_of_date", "row_count", "control_total").rows() == [(DECEMBER, 1, 100)]


def test_one_file_of_all_months_has_one_record_for_the_month(tmp_path: Path) -> None:
    delivery = read(book(tmp_path, units(), "2024-11-30,FUND-A,L,cash,EUR,100,return,"))
    assert of_fund(delivery) == [(NOVEMBER, "L", 100)]
    files = delivery.source_files.filter(file="holdings/book.csv")
    assert files.select("as_of_date", "row_count", "control_total", "valuation_date").rows() == [
        (DECEMBER, 2, 150, None)
    ]


def test_an_old_inventory_may_hold_another_one(tmp_path: Path) -> None:
    outer = fund(
        {"f14": "A", "f15": 99, "f24": 60}, {"f12": "FR42", "f14": "FUND-B", "f15": 99, "f24": 40}, f6="2024-11-29"
    )
    folder = book(tmp_path, units()).write("holdings/a.json", tpt_json(*outer))
    delivery = read(folder.write("holdings/b.json", template("2024-10-31", "FUND-B")))
    assert [row[1] for row in of_fund(delivery)] == ["A", "FUND-B"]
    assert {row[0] for row in of_fund(delivery, code="FUND-B")} == {dt.date(2024, 10, 31)}
    assert [row[1:5] for row in told(delivery)] == [
        ("holdings/a.json", 2, "14_Identification_code_of_the_instrument", "FUND-B"),
        ("holdings/book.csv", 2, "fund_id", "FUND-A"),
    ]


def test_other_funds_of_the_old_file_do_not_become_portfolios_and_keep_their_facts(tmp_path: Path) -> None:
    both = [position(f1=name, f6="2024-11-29", f14="A", f15=99) for name in ("FUND-A", "FUND-B")]
    folder = book(tmp_path, units(), "2024-11-30,P,X,cash,EUR,7,return,")
    folder.write("holdings/old.json", tpt_json(*both)).write("holdings/b.json", template("2024-12-31", "FUND-B"))
    delivery = read(folder)
    assert {row[0] for row in of_fund(delivery, code="FUND-B")} == {DECEMBER}
    assert len(of_fund(delivery)) == 1
    old = hashlib.sha256((tmp_path / "holdings/old.json").read_bytes()).hexdigest()
    # what the file says is stored once for all months: November needs FUND-B's value
    facts = delivery.frames["raw.portfolios"].filter(source_file_id=old)
    assert facts.rows() == read(folder, NOVEMBER).frames["raw.portfolios"].filter(source_file_id=old).rows()
    assert facts["portfolio_id"].to_list() == ["FUND-A", "FUND-B"]


def test_months_of_one_run_read_what_each_reads_alone(tmp_path: Path) -> None:
    folder = book(tmp_path, *(units(month=month) for month in ("2024-11-30", "2024-12-31", "2025-01-31")))
    folder.write("holdings/old.json", template())
    months = [NOVEMBER, DECEMBER, dt.date(2025, 1, 31)]
    together = read(folder, *months)
    for month in months:
        alone = read(folder, month)
        assert of_fund(together, month) == of_fund(alone, month) != []
        for name in ("raw.portfolios", "raw.issuers"):
            assert together.frames[name].rows() == alone.frames[name].rows()
    assert together.source_files.filter(file="holdings/old.json")["as_of_date"].to_list() == months


def test_a_fund_nobody_holds_is_not_fetched(tmp_path: Path) -> None:
    delivery = read(Folder(tmp_path).write("holdings/old.json", template()))
    assert of_fund(delivery) == []


def test_the_manifest_lists_old_files_too_and_does_not_count_their_rows(tmp_path: Path) -> None:
    folder = book(tmp_path, units(), "2024-11-30,FUND-A,L,cash,EUR,100,return,", "2024-11-30,P,X,cash,EUR,7,return,")
    data = (tmp_path / "holdings/book.csv").read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    text = f"file,sha256,row_count\nholdings/book.csv,{sha256},3\n"
    (tmp_path / "manifest.csv").write_text(text, encoding="utf-8")
    assert len(list(csv.reader(data.decode().splitlines()))) == 4
    assert of_fund(read(folder, NOVEMBER, DECEMBER)) == [(NOVEMBER, "L", 100)]
    folder.write("holdings/newer.json", template())
    with pytest.raises(Exception, match=r"newer\.json"):
        read(folder, NOVEMBER, DECEMBER)


CORRECTION = """\
- {{id: COR-1, dataset: holdings, file: {file}, row: {row}, column: market_value, old: "60", new: "600",
   reason: "a zero lost", author: a.martin, approver: c.durand, approved_on: 2024-12-10, expires_on: 2025-06-09}}
"""
CANONICAL = f"{COLUMNS}\n2024-11-30,FUND-A,A,cash,EUR,60,return,\n2024-11-30,FUND-A,B,cash,EUR,40,return,\n"


@pytest.mark.parametrize(
    ("name", "content", "row"), [("old.json", template(f5=640), 1), ("old.csv", CANONICAL, 2)], ids=["template", "csv"]
)
def test_a_correction_of_the_old_inventory_counts_and_is_listed_in_the_later_month(
    tmp_path: Path, name: str, content: str, row: int
) -> None:
    folder = book(tmp_path / "inputs", units()).write(f"holdings/{name}", content)
    corrections = signed(tmp_path / "policy", CORRECTION.format(file=name, row=row))
    delivery = read_delivery(folder.path, None, (DECEMBER,), TODAY, corrections, LIMIT)
    assert [line[1:] for line in of_fund(delivery)] == [("A", 600), ("B", 40)]
    listed = delivery.corrections.select("as_of_date", "correction_id", "file", "row", "new_value", "status").rows()
    assert listed == [(DECEMBER, "COR-1", f"holdings/{name}", row, "600", "applied")]
    # a month that does not use it says nothing of it
    alone = read_delivery(folder.path, None, (DECEMBER,), TODAY, corrections, 0)
    assert alone.corrections.is_empty()


def test_a_correction_counts_for_the_month_of_the_row_and_in_the_middle_of_one(tmp_path: Path) -> None:
    """A file of many months, some past the end of the correction; an inventory of the middle of a month."""
    text = CORRECTION.format(file="old.csv", row=2).replace("2025-06-09", "2025-01-31")
    corrections = signed(tmp_path / "policy", text)
    later = "2025-08-31,FUND-B,A,cash,EUR,1,return,\n"
    for day in ("2024-11-30", "2024-11-15"):
        folder = book(tmp_path / day, units()).write("holdings/old.csv", CANONICAL.replace("2024-11-30", day) + later)
        delivery = read_delivery(folder.path, None, (DECEMBER,), TODAY, corrections, LIMIT)
        assert [line[1:] for line in of_fund(delivery)] == [("A", 600), ("B", 40)]
        assert delivery.corrections.select("as_of_date", "status").rows() == [(DECEMBER, "applied")]


def test_a_newer_version_of_the_old_inventory_stands_in(tmp_path: Path) -> None:
    folder = book(tmp_path, units()).write("holdings/old.json", template())
    folder.write("holdings/received-2025-02-10/old.json", template(f5=640).replace("60", "600"))
    assert [line[1:] for line in of_fund(read(folder))] == [("A", 600), ("B", 40)]
    before = read_delivery(folder.path, None, (DECEMBER,), TODAY, (), LIMIT, dt.date(2025, 2, 9))
    assert [line[1:] for line in of_fund(before)] == [("A", 60), ("B", 40)]
