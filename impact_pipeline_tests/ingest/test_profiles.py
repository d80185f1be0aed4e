"""Supplier profiles are data: checked as strictly as rules, found by content."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.profiles.recognition import SHIPPED, field_number, load_profiles
from impact_pipeline_tests.ingest.deliveries import DECEMBER, Folder, position, tpt_csv

SHIPPED_TEXT = (SHIPPED / "tpt.yaml").read_text(encoding="utf-8")


def changed(folder: Path, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    content = yaml.safe_load(SHIPPED_TEXT) | changes
    (folder / "mine.yaml").write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))
    return folder


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("12_CIC_code_of_the_instrument", "12"),
        ("12. CIC code", "12"),
        ("3 - Portfolio name", "3"),
        ("0004_Currency_(B)", "4"),
        ("8b_Total_number_of_shares", "8b"),
        ("58b_Nature", "58b"),
        ("148", "148"),
        ("148_Economic_sector_NACE2.1", "148"),
        ("as_of_date", None),
        ("", None),
        ("12CIC", None),
        ("1000_TPT_Version", "1000"),
    ],
)
def test_the_leading_number_is_the_field(header: str, number: str | None) -> None:
    assert field_number(header) == number


def test_the_shipped_profile_is_used_when_the_policy_has_none(tmp_path: Path) -> None:
    shipped = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    assert "tpt" in shipped
    for folder in (None, tmp_path / "missing", SHIPPED):
        assert [profile.id for profile in load_profiles(folder)] == shipped
    assert [profile.id for profile in load_profiles(changed(tmp_path, id="mine"))] == ["mine", *shipped]
    own = changed(tmp_path / "own", id="tpt")
    assert [profile.id for profile in load_profiles(own)].count("tpt") == 1


def test_a_supplier_with_decimal_commas_needs_only_a_profile(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "in", None).write("holdings/f.csv", tpt_csv([position(f24="100,25", f5="100,25")]))
    assert "decimal: ','" in folder.refusal().hint
    delivery = folder.read(DECEMBER, profiles=changed(tmp_path / "profiles", id="comma", decimal=","))
    assert str(delivery.frames["raw.holdings"]["market_value"][0]) == "100.250000"
    assert delivery.source_files["profile_id"][0] == "comma"


@pytest.mark.parametrize(
    ("decimal", "thousands", "cell", "value"),
    [
        (",", "", "1234,5", "1234.5"),
        (",", "", "1234", "1234"),
        (",", ".", "1.234", "1234"),
        (",", ".", "-1.234.567,5", "-1234567.5"),
        (",", ".", "1234,5", "1234.5"),
        (",", " ", "1 234,5", "1234.5"),
        (",", " ", "1\u202f234\u00a0567,5", "1234567.5"),
        (",", "'", "1'234,5", "1234.5"),
        (".", ",", "1,234.5", "1234.5"),
        (".", "", "1.234", "1.234"),
        (",", "", "1,5E3", "1500"),
    ],
)
def test_numbers_are_read_as_the_profile_spells_them(
    tmp_path: Path, decimal: str, thousands: str, cell: str, value: str
) -> None:
    folder = Folder(tmp_path / "in", None).write("holdings/f.csv", tpt_csv([position(f18=cell)]))
    delivery = folder.read(profiles=changed(tmp_path / "profiles", id="mine", decimal=decimal, thousands=thousands))
    assert delivery.frames["raw.holdings"]["quantity"].to_list() == [Decimal(value)]


@pytest.mark.parametrize(
    ("decimal", "thousands", "cell"),
    [
        (",", "", "1.234"),
        (",", "", "1.234,5"),
        (",", " ", "1.234"),
        (",", ".", "1.23"),
        (",", ".", "1234.567"),
        (",", ".", "1.2345,6"),
        (",", ".", "1,234.5"),
        (".", ",", "1,5"),
        (".", "", "1,234.5"),
        (".", "", "1 234"),
    ],
)
def test_numbers_spelled_otherwise_are_refused(tmp_path: Path, decimal: str, thousands: str, cell: str) -> None:
    folder = Folder(tmp_path / "in", None).write("holdings/f.csv", tpt_csv([position(f18=cell)]))
    profiles = changed(tmp_path / "profiles", id="mine", decimal=decimal, thousands=thousands)
    refusal = folder.refusal(profiles=profiles)
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/f.csv", 2, "18_Quantity")
    assert (refusal.found, bool(refusal.hint)) == (repr(cell), True)
    if (decimal, thousands) == (",", ""):
        assert (
            refusal.hint == "A mark of thousands? Set thousands: '.' in the profile. A decimal point? Set decimal: '.'"
        )


def test_a_profile_needs_neither_thousands_nor_headers(tmp_path: Path) -> None:
    [mine, *_] = load_profiles(changed(tmp_path, id="mine", thousands=None, headers=None))
    assert (mine.thousands, mine.headers) == ("", {})


@pytest.mark.parametrize(
    ("changes", "found", "hint"),
    [
        ({"delimitors": [";"]}, "the unknown key delimitors", "delimiters"),
        ({"fields": None}, "no fields", ""),
        ({"kind": "tptx"}, "kind 'tptx'", "'tpt'"),
        ({"decimal": "·"}, "'·'", ""),
        ({"fields": {"portfolio": "1"}}, "'portfolio'", ""),
        ({"fields": {"portfolio_id": "1"}}, "keys portfolio_id", ""),
        ({"constants": {"portfolio_kind": "fund"}}, "'fund'", ""),
        ({"signature": []}, "[]", ""),
        ({"thousands": "_"}, "'_'", ""),
        ({"thousands": "."}, "'.'", ""),  # the mark of decimals already
        ({"headers": {"CIC": "twelve"}}, "'twelve'", ""),
    ],
)
def test_a_profile_that_is_not_valid_is_refused(
    tmp_path: Path, changes: dict[str, object], found: str, hint: str
) -> None:
    with pytest.raises(PolicyFileError) as caught:
        load_profiles(changed(tmp_path, **changes))
    assert caught.value.file == "profiles/mine.yaml"
    assert found in caught.value.found
    assert hint in caught.value.hint


@pytest.mark.parametrize("text", ["a: [1", "", "- 1"])
def test_a_profile_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(PolicyFileError):
        load_profiles(tmp_path)
