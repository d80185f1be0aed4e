"""Reference facts of ``data/reference``: currencies, countries, CIC and NACE. Read once per process."""

import csv
from functools import cache

from impact_pipeline.settings import REFERENCE

FX_FILE = "fx_ecb_month_end.csv"


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def currencies() -> frozenset[str]:
    """Currency codes that a file may use."""
    return frozenset(row["currency"] for row in _rows("currencies.csv"))


@cache
def countries() -> dict[str, str]:
    """Alpha-3 code (empty for extras) of each known alpha-2 code."""
    return {row["country"]: row["alpha_3"] for row in _rows("countries.csv")}


@cache
def alpha_2() -> dict[str, str]:
    """Alpha-2 code of each alpha-3 code."""
    return {alpha_3: code for code, alpha_3 in countries().items() if alpha_3}


@cache
def nace_sections() -> dict[str, tuple[str, str]]:
    """Section letters of a division in NACE Rev. 2 and Rev. 2.1."""
    return {row["division"]: (row["nace_2"], row["nace_2_1"]) for row in _rows("nace_sections.csv")}


@cache
def nace_changes() -> tuple[tuple[str, str], ...]:
    """Codes of NACE Rev. 2 and what they became in Rev. 2.1; an empty second code: changed, and not mapped."""
    return tuple((row["nace_2"], row["nace_2_1"]) for row in _rows("nace_changes.csv"))


@cache
def _cic_classes() -> dict[tuple[str, bool], str]:
    return {(row["code"], row["unlisted"] == "yes"): row["asset_class"] for row in _rows("cic_asset_classes.csv")}


@cache
def asset_class_of(cic: str | None) -> str | None:
    """Asset class of a 4-character CIC code, or nothing when the code is not one."""
    code = (cic or "").strip().upper()
    if len(code) != 4 or not code.isascii() or not code[:2].isalpha():
        return None
    classes = _cic_classes()
    kind = code[2:]
    if code[:2] in ("XL", "XT") and (unlisted := classes.get((f"{kind[0]}*", True))):
        return unlisted
    return classes.get((kind, False)) or classes.get((f"{kind[0]}*", False))


@cache
def supplier_headings() -> dict[tuple[str, str], list[str]]:
    """Usual headings of a column, by dataset and column; only ever used to propose a profile."""
    return {(row["dataset"], row["column"]): row["headings"].split("|") for row in _rows("supplier_headings.csv")}
