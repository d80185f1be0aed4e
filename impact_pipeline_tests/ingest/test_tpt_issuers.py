"""Issuers, groups and sectors as a Tripartite Template states them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.ingest import nace
from impact_pipeline_tests.ingest.deliveries import (
    ISIN,
    LEI,
    NAME,
    OTHER_LEI,
    Folder,
    found,
    fund,
    only_line,
    position,
    read,
    tpt_json,
)


@pytest.mark.parametrize(
    ("codes", "issuer_id", "rule"),
    [
        ({"f47": LEI, "f48": 1}, LEI, None),
        ({"f47": LEI.lower()}, LEI, "identifier_repaired"),
        ({"f47": LEI, "f50": OTHER_LEI}, LEI, None),
        ({"f47": "", "f50": OTHER_LEI}, OTHER_LEI, None),
        ({"f47": ISIN, "f48": 1, "f50": OTHER_LEI}, OTHER_LEI, "not_a_lei"),
        ({"f47": "0", "f48": 9}, "name:A. MAKER & CO|FR", None),
        ({}, "name:A. MAKER & CO|FR", None),
        ({"f47": LEI[:-1] + "9"}, LEI[:-1] + "9", "lei_check_digit"),
        ({"f47": LEI[:-1] + "9", "f50": OTHER_LEI}, OTHER_LEI, "lei_check_digit"),
    ],
)
def test_issuer_codes(tmp_path: Path, codes: dict[str, Any], issuer_id: str, rule: str | None) -> None:
    delivery = read(tmp_path, position(f46=" A. Maker  & Co", f52="FR", **codes))
    assert only_line(delivery)["issuer_id"] == issuer_id
    assert [row[3] for row in found(delivery)] == ([rule] if rule else [])
    issuer = delivery.frames["raw.issuers"].row(0, named=True)
    assert (issuer["issuer_id"], issuer["name"], issuer["country"]) == (issuer_id, "A. Maker  & Co", "FR")


def test_a_line_without_any_issuer_has_none(tmp_path: Path) -> None:
    delivery = read(tmp_path, position())
    assert only_line(delivery)["issuer_id"] is None
    assert delivery.frames["raw.issuers"].is_empty()


def test_the_group_becomes_an_owner(tmp_path: Path) -> None:
    links = read(tmp_path, position(f47=LEI, f50=OTHER_LEI)).frames["raw.ownership"]
    assert links.select("child_id", "parent_id", "is_controlled", "valid_from", "known_from").rows() == [
        (LEI, OTHER_LEI, True, dt.date(2024, 1, 1), None)
    ]
    assert read(tmp_path / "2", position(f47=LEI, f50=LEI)).frames["raw.ownership"].is_empty()


@pytest.mark.parametrize(
    ("code", "dotted", "revision"),
    [
        ("C1107", "11.07", None),
        ("L6419", "64.19", "nace_2_1"),
        ("K6419", "64.19", "nace_2"),
        ("6419", "64.19", None),
        ("64.19", "64.19", None),
        ("F42FF", "42", None),
        ("C10CC", "10", None),
        ("G472G", "47.2", None),
        ("C201C", "20.1", None),
        ("K62KK", "62", "nace_2_1"),
        ("J6201", "62.01", "nace_2"),
        ("O800O", "80.0", "nace_2_1"),
        ("N8010", "80.10", "nace_2"),
        ("M6820", "68.20", "nace_2_1"),
        ("L6820", "68.20", "nace_2"),
        ("D351D", "35.1", None),
        ("G4511", "45.11", "nace_2"),
        ("k6419", "64.19", "nace_2"),
        ("K64190", "64.19", "nace_2"),
        ("P8411", "84.11", "nace_2_1"),
        ("K", None, None),
        ("0", None, None),
        ("C0000", None, None),
        ("11.07B", "11.07", None),
        ("1107Z", "11.07", None),
        ("A126", "01.26", None),
        ("A1", "01", None),
        ("1107.0", "11.07", None),
        ("C1107.0", "11.07", None),
        ("80.0", "80.0", None),
        ("11.7", "11.7", None),
        ("451", "45.1", None),
        ("n/a", None, None),
        ("99999999", "99.99", None),
    ],
)
def test_nace_codes_are_read_whatever_the_letter_and_padding(
    code: str, dotted: str | None, revision: str | None
) -> None:
    assert nace.read(code).code == dotted
    assert nace.revision(code) == revision


@pytest.mark.parametrize(
    ("code", "dotted", "rule"),
    [
        ("A126", "01.26", "nace_repaired"),  # 12 is under C: the letter leaves 01.26 alone
        ("A126.0", "01.26", "nace_repaired"),
        ("A11", "01.1", "nace_repaired"),
        ("1.26", "01.26", "nace_repaired"),
        ("C126", "12.6", None),
        ("A0126", "01.26", None),
        ("G472G", "47.2", None),
        ("126", None, "nace_ambiguous"),  # 12.6, or 01.26 without its zero
        ("126.0", None, "nace_ambiguous"),
        ("12.6", "12.6", None),
        ("451", "45.1", None),  # there is no division 04
        ("C9999", None, "nace_unknown"),
        ("A1107", None, "nace_unknown"),
        ("K1107", None, "nace_unknown"),
        ("0000", None, "nace_unknown"),
        ("Z1107", None, "sector_unreadable"),
        ("NACE C1107", None, "sector_unreadable"),
        ("K", None, "sector_unreadable"),
        ("1", None, "sector_unreadable"),
    ],
)
def test_odd_nace_codes_are_listed(tmp_path: Path, code: str, dotted: str | None, rule: str | None) -> None:
    for number, field in (("54", "54_Economic_sector"), ("148", "148_Economic_sector_NACE2.1")):
        delivery = read(tmp_path / number, position(f46="Maker", **{f"f{number}": code}))
        assert delivery.frames["raw.issuers"]["sector_code"].to_list() == [dotted]
        assert found(delivery) == ([(1, field, code, rule)] if rule else [])


@pytest.mark.parametrize(
    ("codes", "schemes"),
    [
        (["C1107", "L6419"], {"nace_2_1"}),
        (["C1107", "K6419"], {"nace_2"}),
        (["C1107"], {"nace_2"}),
        (["C1107", "L6419", "K6419"], {"nace_2", "nace_2_1"}),
    ],
)
def test_a_letter_that_says_nothing_follows_the_rest_of_the_file(
    tmp_path: Path, codes: list[str], schemes: set[str]
) -> None:
    share = Decimal(1) / len(codes)
    rows = [
        position(f14=f"X{n}", f15=99, f46=f"Maker {n}", f54=code, f24=str(100 * share), f26=str(share))
        for n, code in enumerate(codes)
    ]
    issuers = read(tmp_path, *rows).frames["raw.issuers"]
    assert set(issuers["sector_scheme"]) == schemes
    ambiguous = issuers.filter(sector_code="11.07")["sector_scheme"].to_list()
    assert ambiguous == ["nace_2_1" if codes == ["C1107", "L6419"] else "nace_2"]


def test_the_newer_field_wins_over_the_older(tmp_path: Path) -> None:
    issuer = read(tmp_path, position(f46="Maker", f54="K6419", f148="M6820")).frames["raw.issuers"].row(0, named=True)
    assert (issuer["sector_scheme"], issuer["sector_code"], issuer["is_financial"]) == (
        "nace_2_1",
        "68.20",
        False,
    )


def test_sectors_of_one_issuer_that_disagree_are_listed(tmp_path: Path) -> None:
    rows = [
        position(f14=f"X{n}", f15=99, f46="Maker", f54=code, f24=25, f26=0.25)
        for n, code in enumerate(["C1107", "C1105", "C1105", "what"])
    ]
    delivery = read(tmp_path, *rows)
    assert delivery.frames["raw.issuers"]["sector_code"].to_list() == ["11.05"]
    assert found(delivery) == [
        (1, "54_Economic_sector", "C1107", "sector_conflict"),
        (4, "54_Economic_sector", "what", "sector_unreadable"),
    ]


def test_the_issuers_folder_and_the_template_may_disagree_and_that_is_listed(tmp_path: Path) -> None:
    folder = Folder(tmp_path, None).write(NAME, tpt_json(position(f47=LEI, f46="Maker", f52="FR", f54="C1107")))
    text = "issuer_id,name,country,sector_scheme,sector_code\n{},{},{},{},{}\n"
    folder.write("issuers/i.csv", text.format(LEI, "MAKER", "DE", "nace_2", "11.05"))
    delivery = folder.read()
    assert delivery.frames["raw.issuers"].height == 2
    assert delivery.rejected_rows.select("file", "row", "column", "value", "rule").rows() == [
        (NAME, 1, "country", "TPT: FR; canonical: DE", "issuer_differs"),
        (NAME, 1, "sector_code", "TPT: 11.07; canonical: 11.05", "issuer_differs"),
    ]
    folder.write("issuers/i.csv", text.format(LEI, "maker", "FR", "gics", "30201030"))
    assert folder.read().rejected_rows.is_empty()


def test_templates_that_disagree_on_an_issuer_are_listed(tmp_path: Path) -> None:
    maker = {"f47": LEI, "f46": "Maker", "f52": "FR", "f54": "C1107"}
    folder = Folder(tmp_path, None).write("holdings/b.json", tpt_json(position(f1="B", **maker)))
    folder.write(
        "holdings/a.json", tpt_json(position(f1="A", **maker | {"f46": "MAKER ", "f52": "DE", "f54": "C2020"}))
    )
    folder.write("holdings/0.json", tpt_json(position(f1="0", **maker | {"f52": "IT", "f54": ""})))
    # 0.json has no sector: a.json is the first by name among those that have one
    assert folder.read().rejected_rows.select("file", "row", "column", "value", "rule", "severity").rows() == [
        ("holdings/0.json", 1, "country", "IT; used: DE", "issuer_differs", "warn"),
        ("holdings/b.json", 1, "country", "FR; used: DE", "issuer_differs", "warn"),
        ("holdings/b.json", 1, "sector_code", "11.07; used: 20.20", "issuer_differs", "warn"),
    ]


def test_a_group_code_that_is_an_isin_is_listed(tmp_path: Path) -> None:
    for number, codes in enumerate(({"f50": ISIN}, {"f50": "G1", "f51": 1})):
        delivery = read(tmp_path / str(number), position(f47=LEI, **codes))
        assert delivery.frames["raw.ownership"].is_empty()
        assert found(delivery) == [(1, "50_Identification_of_the_group", codes["f50"], "not_a_lei")]
    assert found(read(tmp_path / "own code", position(f47=LEI, f50="G1", f51=9))) == []


def test_groups_in_a_circle_are_listed(tmp_path: Path) -> None:
    third = "F226TOH6YD6XJB17KS62"
    pairs = [(LEI, OTHER_LEI), (OTHER_LEI, third), (third, LEI)]
    rows = fund(*({"f14": f"X{n}", "f15": 99, "f47": a, "f50": b, "f24": 50} for n, (a, b) in enumerate(pairs)))
    delivery = read(tmp_path, *rows)
    assert delivery.frames["raw.ownership"].height == 3
    assert found(delivery) == [(3, "50_Identification_of_the_group", LEI, "group_circle")]


def test_the_country_na_is_namibia_and_listed(tmp_path: Path) -> None:
    delivery = read(tmp_path, position(f46="Maker", f52="NA"))
    assert delivery.frames["raw.issuers"]["country"].to_list() == ["NA"]
    assert found(delivery) == [(1, "52_Issuer_country", "NA", "country_ambiguous")]
