"""Issuer of the asset under a derivative: what its exclusion is looked up by."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.ingest.deliveries import (
    ISIN,
    LEI,
    NAME,
    OTHER_ISIN,
    OTHER_LEI,
    Folder,
    found,
    fund,
    position,
    read,
    tpt_json,
)

CODE, GROUP = (
    "81_Issuer_identification_code_of_the_underlying_asset",
    "84_Identification_of_the_group_of_the_underlying_asset",
)
WRONG = LEI[:-1] + "9"
SWAP = {"f12": "XLD4", "f14": "SWAP", "f15": 99, "f67": "XL31"}


@pytest.mark.parametrize(
    ("given", "issuer_id", "listed"),
    [
        ({"f81": LEI}, LEI, []),
        ({"f81": LEI, "f84": OTHER_LEI}, LEI, []),
        ({"f81": LEI.lower()}, LEI, [(1, CODE, LEI.lower(), "identifier_repaired")]),
        ({"f84": OTHER_LEI}, OTHER_LEI, []),
        ({"f81": WRONG, "f84": OTHER_LEI}, OTHER_LEI, [(1, CODE, WRONG, "lei_check_digit")]),
        ({"f81": WRONG}, None, [(1, CODE, WRONG, "lei_check_digit"), (1, CODE, WRONG, "underlying_unknown")]),
        ({"f81": ISIN, "f82": "1", "f84": LEI}, LEI, [(1, CODE, ISIN, "not_a_lei")]),
        ({"f80": "basket", "f81": "basket", "f82": "9"}, None, [(1, CODE, "basket", "underlying_unknown")]),
        ({}, None, [(1, "67_CIC_of_the_underlying_asset", "XL31", "underlying_unknown")]),
        ({"f67": ""}, None, [(1, CODE, None, "underlying_unknown")]),
        ({"f80": "Index"}, None, []),
        ({"f67": "XL72"}, None, []),
        ({"f12": "XLE2", "f67": ""}, None, []),
    ],
)
def test_the_underlying_is_named_by_its_lei_or_its_group(
    tmp_path: Path, given: dict[str, Any], issuer_id: str | None, listed: list[tuple[int, str, str | None, str]]
) -> None:
    delivery = read(tmp_path, position(**(SWAP | {"f81": ""} | given)))
    assert delivery.frames["raw.holdings"]["underlying_issuer_id"].to_list() == [issuer_id]
    assert found(delivery) == listed


def test_the_underlying_may_be_a_security_of_another_line(tmp_path: Path) -> None:
    lines = fund({**SWAP, "f24": 0, "f68": ISIN}, {"f14": ISIN, "f47": LEI, "f24": 100})
    delivery = read(tmp_path, *lines)
    assert delivery.frames["raw.holdings"]["underlying_issuer_id"].to_list() == [LEI, None]
    assert found(delivery) == [(1, "68_Identification_code_of_the_underlying_asset", ISIN, "underlying_from_line")]


def test_the_security_may_be_in_another_file_of_the_delivery(tmp_path: Path) -> None:
    text = (
        f"as_of_date,portfolio_id,line_id,asset_class,currency,market_value,instrument_id,issuer_id\n"
        f"2024-12-31,P,L1,listed_equity,EUR,1,{ISIN},{LEI}\n2024-12-31,P,L2,derivative,EUR,1,{OTHER_ISIN},{OTHER_LEI}\n"
    )
    swaps = fund({**SWAP, "f24": 50, "f68": ISIN}, {**SWAP, "f14": "S2", "f24": 50, "f68": OTHER_ISIN})
    delivery = Folder(tmp_path, text).write(NAME, tpt_json(*swaps)).read()
    lines = delivery.frames["raw.holdings"].filter(source_row=1, line_id="SWAP")
    assert lines["underlying_issuer_id"].to_list() == [LEI]
    # the issuer of a derivative's line is its counterparty: no source for the second swap
    assert [row[3] for row in found(delivery)] == ["underlying_from_line", "underlying_unknown"]


def test_two_issuers_of_one_security_are_no_answer(tmp_path: Path) -> None:
    shares = [{"f14": ISIN, "f47": LEI, "f24": 50}, {"f14": ISIN, "f47": OTHER_LEI, "f24": 50}]
    delivery = read(tmp_path, *fund({**SWAP, "f24": 0, "f68": ISIN}, *shares))
    assert delivery.frames["raw.holdings"]["underlying_issuer_id"].to_list() == [None] * 3
    assert [row[3] for row in found(delivery)] == ["underlying_unknown"]
