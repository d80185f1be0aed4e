"""Funds across the files of a delivery: each in one file, found by their code, counted once."""

from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import (
    HEADER,
    ISIN,
    LINE,
    NAME,
    OTHER_ISIN,
    Folder,
    fund,
    position,
    rules,
    tpt_csv,
    tpt_json,
)

FUND_CODE = "14_Identification_code_of_the_instrument"


@pytest.mark.parametrize(
    "second",
    [
        position(),
        position(f14=OTHER_ISIN, f5=70, f24=70, f22=70),
        position(f6="2025-01-02"),
        position(f1="fund-a"),
        position(f5=900),  # the lines of the other file would be missing here: the two files are the point
    ],
)
def test_a_fund_in_two_files_of_a_month_is_refused_and_both_are_named(
    tmp_path: Path, second: dict[str, object]
) -> None:
    folder = Folder(tmp_path, None).write(NAME, tpt_json(position())).write("holdings/zz.csv", tpt_csv([second]))
    refusal = folder.refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/zz.csv", 2, "1_Portfolio_identifying_data")
    assert NAME in refusal.found


def test_canonical_lines_of_a_fund_with_a_template_are_refused(tmp_path: Path) -> None:
    text = f"{HEADER}\n{LINE}\n2024-12-31,fund-a,L2,cash,EUR,5,return\n"
    refusal = Folder(tmp_path, text).write(NAME, tpt_json(position())).refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/2024-12.csv", 3, "portfolio_id")
    assert NAME in refusal.found


def test_canonical_lines_name_their_fund_in_any_letter_case(tmp_path: Path) -> None:
    text = (
        f"{HEADER},fund_id\n{LINE},fund-a \n2024-12-31,P,L2,fund,EUR,5,return,{ISIN.lower()}\n"
        f"2024-12-31,P,L3,fund,EUR,5,return,FUND-A\n2024-12-31,P,L4,fund,EUR,5,return,elsewhere\n"
    )
    delivery = Folder(tmp_path, text).write(NAME, tpt_json(position())).read()
    ids = delivery.frames["raw.holdings"].filter(portfolio_id="P")["fund_id"].to_list()
    assert ids == ["FUND-A", ISIN, "FUND-A", "elsewhere"]
    assert set(rules(delivery)) == {
        ("holdings/2024-12.csv", 2, "fund_id", "fund-a ", "identifier_repaired"),
        ("holdings/2024-12.csv", 3, "fund_id", ISIN.lower(), "identifier_repaired"),
    }


def test_portfolios_that_differ_in_letter_case_only_are_not_mixed_up(tmp_path: Path) -> None:
    low = ISIN.lower()
    funds = [f"2024-12-31,{portfolio},L,cash,EUR,1,return," for portfolio in (low, ISIN)]
    units = [f"2024-12-31,{holder},L,fund,EUR,1,return,{held}" for holder, held in (("P", low), ("Q", ISIN))]
    delivery = Folder(tmp_path, "\n".join([f"{HEADER},fund_id", *funds, *units, ""])).read()
    assert delivery.frames["raw.holdings"]["fund_id"].to_list() == [None, None, low, ISIN]
    assert delivery.rejected_rows.is_empty()


def test_an_inner_fund_beside_its_own_lines_is_refused(tmp_path: Path) -> None:
    outer = fund({"f24": 50}, {"f24": 50, "f14": OTHER_ISIN, "f95": "fund-b"})
    folder = Folder(tmp_path, None).write(NAME, tpt_json(*outer))
    assert folder.read().frames["raw.holdings"].height == 2
    refusal = folder.write("holdings/inner.json", tpt_json(position(f1="FUND-B"))).refusal()
    assert (refusal.file, refusal.row) == (NAME, 2)
    assert refusal.column == "95_Identification_of_the_original_portfolio_for_positions_embedded_in_a_fund"
    assert refusal.found == "a line of FUND-B inside FUND-A, while holdings/inner.json delivers FUND-B itself"


def test_an_inner_fund_whose_units_somebody_holds_is_read(tmp_path: Path) -> None:
    outer = fund({"f24": 50}, {"f24": 50, "f14": OTHER_ISIN, "f95": "FUND-B"})
    folder = Folder(tmp_path, f"{HEADER},fund_id\n{LINE},FUND-B\n").write(NAME, tpt_json(*outer))
    delivery = folder.write("holdings/inner.json", tpt_json(position(f1="FUND-B"))).read()
    assert delivery.frames["raw.holdings"].height == 4


def test_funds_in_a_circle_across_two_files_are_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None)
    folder.write("holdings/a.json", tpt_json(position(f1=ISIN, f12="LU41", f14=OTHER_ISIN)))
    folder.write("holdings/b.json", tpt_json(position(f1=OTHER_ISIN, f12="LU41", f14=ISIN)))
    refusal = folder.refusal()
    assert refusal.found == f"funds that hold each other: {ISIN} > {OTHER_ISIN} > {ISIN}"
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/a.json", 1, FUND_CODE)


def test_units_without_cic_cannot_make_a_circle_pass(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None)
    folder.write("holdings/a.json", tpt_json(position(f1="A", f12="", f14="B", f15=99)))
    folder.write("holdings/b.json", tpt_json(position(f1="B", f12="", f14="A", f15=99)))
    assert folder.refusal().found == "funds that hold each other: A > B > A"


def test_an_isin_of_a_fund_in_lower_case_is_repaired_and_listed(tmp_path: Path) -> None:
    delivery = Folder(tmp_path, None).write(NAME, tpt_json(*fund({"f24": 60}, {"f24": 40}, f1=ISIN.lower()))).read()
    assert delivery.frames["raw.portfolios"]["portfolio_id"].to_list() == [ISIN]
    assert rules(delivery) == [(NAME, 1, "1_Portfolio_identifying_data", ISIN.lower(), "identifier_repaired")]
