"""What spreadsheets and exports write in place of a value is refused where it would be taken for a code."""

from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import HEADER, LINE, Folder, rules


@pytest.mark.parametrize("word", ["null", "NaN", "n/a", "NA", "n/d", "-", "--", "#REF!", "#N/A", "#value!"])
def test_a_word_for_a_missing_code_is_refused(tmp_path: Path, word: str) -> None:
    refusal = Folder(tmp_path, f"{HEADER}\n{LINE.replace(',L1,', f',{word},')}\n").refusal()
    assert (refusal.row, refusal.column, refusal.found) == (2, "line_id", repr(word))


@pytest.mark.parametrize("code", ["none", "L-1", "NAN1", "unknown", "1-", "#1"])
def test_an_odd_code_is_a_code(tmp_path: Path, code: str) -> None:
    delivery = Folder(tmp_path, f"{HEADER}\n{LINE.replace(',L1,', f',{code},')}\n").read()
    assert delivery.frames["raw.holdings"]["line_id"].to_list() == [code]


def test_a_broken_formula_is_refused_in_any_text(tmp_path: Path) -> None:
    text = f"{HEADER},instrument_name\n{LINE},#NAME?\n"
    assert Folder(tmp_path, text).refusal().column == "instrument_name"


@pytest.mark.parametrize(
    ("portfolio", "listed"), [("MANDAT-ÉQUILIBRE", []), ("P«1", ["strange_code"]), ("Fonds A (EUR)", [])]
)
def test_signs_that_no_code_has_are_listed(tmp_path: Path, portfolio: str, listed: list[str]) -> None:
    delivery = Folder(tmp_path, f"{HEADER}\n{LINE.replace(',P,', f',{portfolio},')}\n").read()
    assert [rule for *_, rule in rules(delivery)] == listed
