"""Files that cannot be trusted as a whole: refused with the file, the row and the column named."""

from pathlib import Path

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import read_delivery
from impact_pipeline_tests.ingest.deliveries import DECEMBER, HEADER, LINE, TODAY, Folder

GOOD = f"{HEADER}\n{LINE}\n"
NAME = "holdings/2024-12.csv"


def test_a_good_file_is_read(tmp_path: Path) -> None:
    lines = Folder(tmp_path, GOOD).read().frames["raw.holdings"]
    assert lines.select("portfolio_id", "line_id", "asset_class", "pocket", "source_row").row(0) == (
        "P",
        "L1",
        "listed_equity",
        "return",
        2,
    )


@pytest.mark.parametrize(
    ("holdings", "row", "column", "found", "advice"),
    [
        pytest.param("", None, None, "an empty file", "", id="empty"),
        pytest.param("\n\n", None, None, "an empty file", "", id="blank lines only"),
        pytest.param(HEADER + "\n", None, None, "a header and no rows", "", id="header only"),
        pytest.param(GOOD.replace(",", ";"), 1, None, "separated by ';'", "comma", id="semicolons"),
        pytest.param(GOOD.replace(",", "\t"), 1, None, "separated by tab", "comma", id="tabs"),
        pytest.param(GOOD.replace("pocket", "currency"), 1, "currency", "2 columns", "Keep one", id="double column"),
        pytest.param(f"{HEADER},\n{LINE},\n", 1, None, "column 8 without a name", "", id="nameless column"),
        pytest.param(
            GOOD.replace("market_value", "marketvalue"),
            1,
            "marketvalue",
            "not have",
            "'market_value'",
            id="unknown",
        ),
        pytest.param(GOOD.replace("line_id", "quantity"), 1, "line_id", "no such column", "", id="no key column"),
        pytest.param(f"{HEADER}\n{LINE}\n2024-12-31,P,L2,li", 3, None, "4 cells", "cut", id="cut in the middle"),
        pytest.param(f"{HEADER}\n{LINE},x\n", 2, None, "8 cells", "quotes", id="a cell too many"),
        pytest.param(GOOD.replace("L1", "L\0"), 2, "line_id", "a NUL byte", "", id="NUL byte"),
        pytest.param(
            GOOD.replace("L1", "Société").encode("cp1252"),
            2,
            "line_id",
            "looks like cp1252",
            "UTF-8",
            id="cp1252",
        ),
        pytest.param(GOOD.encode("utf-16"), 1, None, "UTF-16", "UTF-8", id="UTF-16"),
        pytest.param(GOOD.replace("L1", '"L1'), 2, None, "a quote that is not closed", "", id="open quote"),
        pytest.param(GOOD.replace("L1", '"L"1'), 2, None, "a quote that is not closed", "", id="bare quote"),
        pytest.param(
            GOOD.replace("L1", '"L\n1"'), 2, None, "a line break inside quotes", "", id="line break in quotes"
        ),
        pytest.param(GOOD.replace("\n", "\r"), 1, None, "a carriage return", "", id="old line ends"),
        pytest.param(GOOD.replace("100.5", "100,5"), 2, None, "8 cells", "decimal comma", id="bare decimal comma"),
        pytest.param(
            GOOD.replace("100.5", '"1 234,56"'),
            2,
            "market_value",
            "'1 234,56'",
            "1234.56",
            id="decimal comma",
        ),
        pytest.param(
            GOOD.replace("100.5", '"1\u202f234,56"'),
            2,
            "market_value",
            "234,56",
            "1234.56",
            id="narrow space",
        ),
        pytest.param(GOOD.replace("100.5", "1 234.5"), 2, "market_value", "'1 234.5'", "separators", id="thousands"),
        pytest.param(GOOD.replace("100.5", "NaN"), 2, "market_value", "'NaN'", "not known", id="NaN"),
        pytest.param(GOOD.replace("100.5", "-inf"), 2, "market_value", "'-inf'", "not known", id="inf"),
        pytest.param(GOOD.replace("100.5", "1e400"), 2, "market_value", "too large", "unit", id="1e400"),
        pytest.param(GOOD.replace("100.5", "1e18"), 2, "market_value", "too large", "unit", id="19 digits"),
        pytest.param(GOOD.replace("100.5", "12%"), 2, "market_value", "'12%'", "", id="percent"),
        pytest.param(
            GOOD.replace("2024-12-31", "31/12/2024"),
            2,
            "as_of_date",
            "'31/12/2024'",
            "2024-12-31",
            id="dd/mm",
        ),
        pytest.param(GOOD.replace("2024-12-31", "2024-12-32"), 2, "as_of_date", "'2024-12-32'", "", id="no such day"),
        pytest.param(GOOD.replace("2024-12-31", "2024-1-5"), 2, "as_of_date", "'2024-1-5'", "", id="short date"),
        pytest.param(GOOD.replace("2024-12-31", ""), 2, "as_of_date", "an empty cell", "", id="no date"),
        pytest.param(
            GOOD.replace("listed_equity", "listed_equities"),
            2,
            "asset_class",
            "'listed_equities'",
            "'listed_equity'",
            id="asset class",
        ),
        pytest.param(GOOD.replace("return", "Return"), 2, "pocket", "'Return'", "'return'", id="pocket"),
        pytest.param(GOOD.replace("EUR", "EURO"), 2, "currency", "'EURO'", "", id="currency"),
        pytest.param(GOOD.replace("EUR", "eur"), 2, "currency", "'eur'", "capital", id="currency in lower case"),
        pytest.param(GOOD.replace("L1", ""), 2, "line_id", "an empty cell", "", id="empty key"),
        pytest.param(GOOD.replace("L1", "  "), 2, "line_id", "an empty cell", "", id="blank key"),
        pytest.param(GOOD.replace("listed_equity", ""), 2, "asset_class", "neither", "", id="no class"),
        pytest.param(GOOD.replace("100.5", ""), 2, "market_value", "neither", "", id="no value"),
        pytest.param(GOOD.replace("EUR", ""), 2, "currency", "an empty cell", "", id="value without currency"),
        pytest.param(f"{HEADER}\n{LINE}\n{LINE}\n", 3, "line_id", "a second row", f"{NAME}, row 2", id="double key"),
    ],
)
def test_a_bad_holdings_file_is_refused_with_its_place(
    tmp_path: Path, holdings: str | bytes, row: int | None, column: str | None, found: str, advice: str
) -> None:
    refusal = Folder(tmp_path, holdings).refusal()
    assert (refusal.file, refusal.row, refusal.column) == (NAME, row, column)
    assert found in refusal.found
    assert advice in refusal.hint
    assert "\n" not in str(refusal)


def test_the_name_of_the_whole_entity_is_reserved(tmp_path: Path) -> None:
    refusal = Folder(tmp_path, GOOD.replace(",P,", ",ALL,")).refusal()
    assert (refusal.row, refusal.column, refusal.found) == (2, "portfolio_id", "the reserved id ALL")


def test_the_first_bad_cell_is_named_with_its_line_in_the_file(tmp_path: Path) -> None:
    text = f"{HEADER}\n{LINE}\n\n" + LINE.replace("L1", "L2").replace("100.5", "12;5") + "\n"
    refusal = Folder(tmp_path, text).refusal()
    assert (refusal.row, refusal.column) == (4, "market_value")


def test_keys_are_unique_across_files_too(tmp_path: Path) -> None:
    again = f"{HEADER}\n" + LINE.replace("L1", "L0") + f"\n{LINE}\n"
    refusal = Folder(tmp_path).write("holdings/more.csv", again).refusal()
    assert (refusal.file, refusal.row) == ("holdings/more.csv", 3)
    assert "portfolio_id P, line_id L1" in refusal.found
    assert f"{NAME}, row 2" in refusal.hint


@pytest.mark.parametrize("dataset", ["holdings", "fx_rates"])
def test_a_file_delivered_twice_is_refused(tmp_path: Path, dataset: str) -> None:
    text = GOOD if dataset == "holdings" else "rate_date,currency,units_per_eur\n2024-12-31,USD,1.1\n"
    folder = Folder(tmp_path).write(f"{dataset}/2024-12.csv", text).write(f"{dataset}/copy.csv", text)
    refusal = folder.refusal()
    assert (refusal.file, refusal.found) == (
        f"{dataset}/copy.csv",
        f"the same bytes as {dataset}/2024-12.csv",
    )


@pytest.mark.parametrize("kind", ["empty", "header only"])
def test_an_empty_file_of_another_dataset_is_refused_but_an_empty_folder_is_not(tmp_path: Path, kind: str) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "evidence").mkdir()
    assert folder.read().frames["raw.evidence"].is_empty()
    folder.write("evidence/e.csv", "" if kind == "empty" else "evidence_id,measure\n")
    assert folder.refusal().file == "evidence/e.csv"


def test_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"nothing: found no such folder.*--inputs"):
        read_delivery(tmp_path / "nothing", None, [DECEMBER], TODAY)
    refusal = Folder(tmp_path / "empty", None).refusal()
    assert (refusal.file, refusal.found) == ("holdings/", "no files")


@pytest.mark.parametrize(
    ("name", "found", "advice"),
    [
        ("holding/2024-12.csv", "an unknown sub-folder", "'holdings'"),
        ("holdings/notes.docx", "a file of kind '.docx'", "Convert"),
        ("2024-12.csv", "a data file outside any dataset", "Move it"),
    ],
)
def test_files_in_unexpected_places_are_refused(tmp_path: Path, name: str, found: str, advice: str) -> None:
    refusal = Folder(tmp_path).write(name, "x").refusal()
    assert found in refusal.found
    assert advice in refusal.hint


def test_hidden_files_and_read_me_files_are_left_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("holdings/.DS_Store", b"\0").write(".git/config", "x").write("README.md", "x")
    folder.write("holdings/~$2024.xlsx", b"\0").write("holdings/README.txt", "x")
    assert folder.read().source_files["file"].to_list()[0] == NAME


def test_a_last_line_without_end_is_read_and_flagged(tmp_path: Path) -> None:
    delivery = Folder(tmp_path, GOOD.rstrip("\n")).read()
    assert delivery.frames["raw.holdings"].height == 1
    assert delivery.rejected_rows.select("row", "column", "rule", "severity").rows() == [
        (2, "pocket", "unfinished_last_line", "warn")
    ]
