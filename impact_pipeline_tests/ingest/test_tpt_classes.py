"""What a position is when its CIC does not say it, and that a counterparty is then never its issuer."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, found, fund, only_line, position, read

#: An ISIN of a swap, with its check digit, and its fixed leg (formats.md, trap 1).
SWAP = "EZ99S9FBYFN8"


@pytest.mark.parametrize(
    ("given", "asset_class"),
    [
        ({"f12": "XL79"}, "cash"),
        ({"f12": "XL F4", "f15": 99}, "derivative"),
        ({"f12": "", "f70": "basket"}, "derivative"),
        ({"f12": "", "f67": "XL31"}, "derivative"),
        ({"f12": "", "f68": "B", "f131": "3L"}, "derivative"),
        ({"f12": "", "f14": "SWAP", "f15": 99, "f16": "G"}, "derivative"),
        ({"f12": "", "f14": f"{SWAP}FIXED", "f15": 99}, "derivative"),
        ({"f12": "", "f131": "D"}, "derivative"),
        ({"f12": "", "f131": "F", "f16": "G"}, "derivative"),
        ({"f12": "", "f131": "7"}, "cash"),
        ({"f12": "", "f131": "7.0"}, "cash"),
        ({"f12": "", "f131": "7", "f81": "basket"}, "derivative"),
        ({"f12": "", "f131": "3L"}, "listed_equity"),
        ({"f12": "", "f131": "3X"}, "unlisted_equity"),
        ({"f12": "", "f131": "2"}, "corporate_bond"),
        ({"f12": "72"}, "cash"),
        ({"f12": "XL7"}, "cash"),
        ({"f12": "F4"}, "derivative"),
        ({"f12": "31", "f131": "3L"}, "listed_equity"),
    ],
)
def test_the_class_is_told_by_cic_or_by_another_sign(tmp_path: Path, given: dict[str, Any], asset_class: str) -> None:
    delivery = read(tmp_path, position(**given))
    assert only_line(delivery)["asset_class"] == asset_class
    assert ("cic_missing" in [row[3] for row in found(delivery)]) == (given["f12"] == "")


@pytest.mark.parametrize(
    "given",
    [
        {"f12": ""},
        {"f12": "", "f16": "G"},
        {"f12": "", "f14": "CASH1", "f15": 99, "f17": "Bank account EUR"},
        {"f12": "", "f131": "L"},
        {"f12": "", "f131": "0"},
        {"f12": "XLL1"},
        {"f12": "ZZZZZ"},
        {"f12": "3131"},
    ],
)
def test_a_line_of_unknown_class_has_no_issuer(tmp_path: Path, given: dict[str, Any]) -> None:
    delivery = read(tmp_path, position(f46="Bank", f47=LEI, f48=1, f50=LEI, **given))
    line = only_line(delivery)
    assert (line["asset_class"], line["issuer_id"]) == ("other", None)
    assert delivery.frames["raw.issuers"].is_empty()
    rule = "cic_missing" if given["f12"] == "" else "cic_unknown"
    assert found(delivery) == [
        (1, "12_CIC_code_of_the_instrument", given["f12"] or None, rule),
        (1, "47_Issuer_identification_code", LEI, "issuer_not_attributed"),
    ]


@pytest.mark.parametrize(
    ("given", "asset_class"),
    [({"f12": "31"}, "other"), ({"f12": "XL51"}, "other"), ({"f12": "", "f131": "3L"}, "listed_equity")],
)
def test_a_line_of_known_category_keeps_its_issuer(tmp_path: Path, given: dict[str, Any], asset_class: str) -> None:
    line = only_line(read(tmp_path, position(f47=LEI, **given)))
    assert (line["asset_class"], line["issuer_id"]) == (asset_class, LEI)


def test_units_of_a_delivered_fund_need_no_cic(tmp_path: Path) -> None:
    outer = fund({"f12": "", "f14": "fund-b ", "f15": 99, "f47": LEI, "f24": 60}, {"f24": 40})
    delivery = read(tmp_path, *outer, *fund({"f24": 100}, f1="FUND-B"))
    units = delivery.frames["raw.holdings"].row(0, named=True)
    assert (units["asset_class"], units["fund_id"]) == ("fund", "FUND-B")
    assert found(delivery) == [(1, "12_CIC_code_of_the_instrument", None, "cic_missing")]


def test_a_line_named_as_its_own_fund_is_not_units_of_it(tmp_path: Path) -> None:
    line = only_line(read(tmp_path, position(f12="", f14="FUND-A", f15=99)))
    assert (line["asset_class"], line["fund_id"]) == ("other", None)


def test_the_counterparty_of_a_derivative_is_kept_as_a_fact(tmp_path: Path) -> None:
    line = only_line(read(tmp_path, position(f12="XLD1", f14=ISIN, f47=LEI, f67="XL72")))
    assert (line["asset_class"], line["issuer_id"], line["underlying_issuer_id"]) == ("derivative", LEI, None)
