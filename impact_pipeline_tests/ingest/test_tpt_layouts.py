"""Ways suppliers lay the same Tripartite Template out: headers, titles, empty lines, comments."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.ingest.deliveries import (
    OTHER_ISIN,
    Folder,
    fund,
    only_line,
    position,
    tpt_csv,
    tpt_json,
)
from impact_pipeline_tests.ingest.xlsx_files import workbook

FILE = "holdings/fund.csv"


def renamed(row: dict[str, Any], spelling: str) -> dict[str, Any]:
    """The position with headers that carry a name and no number."""
    names = {name: name.partition("_")[2] for name in row}
    if spelling == "words":
        names = {name: words.replace("_", " ").upper() for name, words in names.items()}
    if spelling == "path":
        names = {name: name for name in row} | {"12_CIC_code_of_the_instrument": "Position / InstrumentCIC"}
    return {names[name]: value for name, value in row.items()}


@pytest.mark.parametrize("spelling", ["names", "words", "path"])
def test_headers_may_be_names_alone(tmp_path: Path, spelling: str) -> None:
    row = position(f18=3, f46="Maker", f52="FR", f54="C1107", f81="", f84="", f95="", f131="3L")
    by_number = only_line(Folder(tmp_path / "1", None).write(FILE, tpt_csv([row])).read())
    by_name = only_line(Folder(tmp_path / "2", None).write(FILE, tpt_csv([renamed(row, spelling)])).read())
    assert by_name | {"source_file_id": ""} == by_number | {"source_file_id": ""}


def test_a_name_beside_the_number_of_its_field_is_another_column(tmp_path: Path) -> None:
    row = position(f18=3) | {"Quantity": "as of yesterday", "Issuer country": "XX"}
    assert only_line(Folder(tmp_path, None).write(FILE, tpt_csv([row])).read())["quantity"] == 3


def test_lines_without_text_and_comments_are_skipped(tmp_path: Path) -> None:
    lines = tpt_csv(fund({"f24": 60}, {"f24": 40, "f14": OTHER_ISIN})).splitlines()
    empty = ";" * lines[0].count(";")
    text = "\n".join([lines[0], lines[1], empty, lines[2], empty, "# end of file", "#" + empty, ""])
    delivery = Folder(tmp_path, None).write(FILE, text).read()
    assert delivery.frames["raw.holdings"]["source_row"].to_list() == [2, 4]


def test_a_line_with_any_other_text_is_not_a_comment(tmp_path: Path) -> None:
    lines = tpt_csv([position()]).splitlines()
    for number, odd in enumerate(("Total 100", "#N/A" + ";" * lines[0].count(";") + "x")):
        refusal = Folder(tmp_path / str(number), None).write(FILE, "\n".join([*lines, odd, ""])).refusal()
        assert refusal.row == 3


def test_a_title_may_stand_above_the_header_of_a_workbook(tmp_path: Path) -> None:
    row = position()
    book = workbook({"TPT": [["Inventory of the fund"], [], list(row), list(row.values())]})
    line = only_line(Folder(tmp_path, None).write("holdings/fund.xlsx", book).read())
    assert (line["line_id"], line["source_row"]) == (row["14_Identification_code_of_the_instrument"], 4)


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx"])
def test_a_field_that_was_left_out_is_named(tmp_path: Path, extension: str) -> None:
    row = position()
    del row["24_Market_valuation_in_portfolio_currency_(B)"]
    content = {
        "csv": tpt_csv([row]),
        "json": tpt_json(row),
        "xlsx": workbook({"TPT": [list(row), list(row.values())]}),
    }[extension]
    refusal = Folder(tmp_path, None).write(f"holdings/fund.{extension}", content).refusal()
    assert (refusal.found, refusal.expected) == ("field 24 missing", "a column for 24 (market value)")
