"""The door of the identifiers dataset: what is refused, with file, row and column."""

from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, OTHER_LEI, Folder, rules

HEADER = "scheme,identifier,country,issuer_id,valid_from,valid_to,reason,reviewed_by"
FILE = "identifiers/map.csv"


def folder(path: Path, *rows: str) -> Folder:
    return Folder(path).write(FILE, "\n".join([HEADER, *rows]) + "\n")


@pytest.mark.parametrize(
    ("rows", "row", "column", "said"),
    [
        (["isin,FR0000120272,,A,,,share_class,"], 2, "identifier", "ISIN 'FR0000120272'"),
        (["cusip,037833101,,A,,,adr,"], 2, "identifier", "CUSIP '037833101'"),
        (["sedol,0263495,,A,,,adr,"], 2, "identifier", "SEDOL '0263495'"),
        (["siren,542051181,,A,,,vendor_id,"], 2, "identifier", "SIREN '542051181'"),
        ([f"vendor,V1,,{LEI[:-1]}9,,,vendor_id,"], 2, "issuer_id", LEI[:-1] + "9"),
        (["vendor,V1,,A,,2020-01-01,vendor_id,", "vendor,V1,,B,2019-12-31,,vendor_id,"], 3, "valid_from", "V1"),
        (
            ["vendor,V1,,A,2020-01-01,,vendor_id,", "vendor,V1,,A,2024-01-01,,vendor_id,"],
            3,
            "valid_from",
            "without end",
        ),
        (["vendor,A,,B,2020-01-01,,rename,", "vendor,B,,A,2022-01-01,,rename,"], 3, "issuer_id", "A > B > A"),
        (["vendor,A,,A,2020-01-01,,rename,"], 2, "issuer_id", "A > A"),
        (["vendor,A,,B,,,merger,"], 2, "valid_from", "a merger without a date"),
        (["vendor,A,,B,2020-01-01,2020-01-01,vendor_id,"], 2, "valid_to", "not after"),
        (["name,Maker,FR,A,,,vendor_id,"], 2, "reason", "vendor_id"),
        (["name,Maker,FR,A,,,reviewed_match,"], 2, "reviewed_by", "an empty cell"),
        (["name,Maker,FR,A,,,guess,me"], 2, "reason", "guess"),
        (["ticker,MRK,,A,,,vendor_id,"], 2, "scheme", "ticker"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_refused(
    tmp_path: Path, rows: list[str], row: int, column: str, said: str
) -> None:
    error = folder(tmp_path, *rows).refusal()
    assert (error.file, error.row, error.column) == (FILE, row, column)
    assert said in str(error)


def test_periods_that_follow_each_other_and_chains_are_accepted(tmp_path: Path) -> None:
    delivery = folder(
        tmp_path,
        "vendor,V1,,A,,2020-01-01,vendor_id,",
        "vendor,V1,,B,2020-01-01,,vendor_id,",
        "vendor,A,,B,2024-01-01,,merger,",
        "vendor,B,,C,2025-01-01,,rename,",
    ).read()
    assert delivery.frames["raw.identifiers"].height == 4


def test_spelling_is_mended_and_listed_and_a_name_becomes_the_key_of_its_issuer(tmp_path: Path) -> None:
    delivery = folder(
        tmp_path,
        f"isin,{ISIN.lower()},,{LEI},,,share_class,",
        f"name,  Maker   and Son ,fr,{OTHER_LEI},,,reviewed_match,A. Analyst",
    ).read()
    identifiers = delivery.frames["raw.identifiers"].sort("source_row").get_column("identifier").to_list()
    assert identifiers == [ISIN, "name:MAKER AND SON|FR"]
    assert (FILE, 2, "identifier", ISIN.lower(), "identifier_repaired") in rules(delivery)


def test_the_two_mercks_are_two_names(tmp_path: Path) -> None:
    """The same name in two countries is no overlap: each row is about one of them."""
    delivery = folder(
        tmp_path, f"name,Merck,DE,{LEI},,,reviewed_match,A", f"name,Merck,US,{OTHER_LEI},,,reviewed_match,A"
    ).read()
    assert delivery.frames["raw.identifiers"].height == 2
