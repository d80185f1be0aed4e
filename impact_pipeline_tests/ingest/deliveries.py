"""Input folders written by hand for the tests of the door."""

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import Delivery, read_delivery
from impact_pipeline.ingest.policy.corrections import PlacedCorrection, read_corrections
from impact_pipeline.settings import REPOSITORY

REAL_DATA = REPOSITORY.parent / "shared" / "realdata"
SCILLA = REAL_DATA / "20250829_TPTV6_SE0011670843_20250905.json"
DAHLIA = REAL_DATA / "20250829_TPTV6_SE0011337179_20250905.json"

DECEMBER = dt.date(2024, 12, 31)
AUGUST = dt.date(2025, 8, 31)
TODAY = dt.date(2026, 11, 22)

#: Identifiers whose check digits were verified by hand in formats.md's way.
ISIN = "FR0000120271"
OTHER_ISIN = "US0378331005"
LEI = "529900S21EQ1BO4ESM68"
OTHER_LEI = "MAES062Z21O4RZ2U7M96"

HEADER = "as_of_date,portfolio_id,line_id,asset_class,currency,market_value,pocket"
LINE = "2024-12-31,P,L1,listed_equity,EUR,100.5,return"

needs_real_data = pytest.mark.skipif(not SCILLA.exists(), reason="the real files of ../shared/realdata are not here")


class Folder:
    """An inputs folder under a temporary path; holds one good line unless told otherwise."""

    def __init__(self, path: Path, holdings: str | bytes | None = f"{HEADER}\n{LINE}\n") -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if holdings is not None:
            self.write("holdings/2024-12.csv", holdings)

    def write(self, name: str, content: str | bytes) -> "Folder":
        """Put a file there."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def read(self, *months: dt.date, profiles: Path | None = None) -> Delivery:
        """Read it for these months (December 2024 when none is given)."""
        return read_delivery(self.path, profiles, list(months) or [DECEMBER], TODAY)

    def refusal(self, *months: dt.date, profiles: Path | None = None) -> SourceFileError:
        """The error it is refused with."""
        with pytest.raises(SourceFileError) as caught:
            self.read(*months, profiles=profiles)
        return caught.value


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of some files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def signed(policy: Path, text: str) -> tuple[PlacedCorrection, ...]:
    """The corrections of a policy folder that has this file of them."""
    (policy / "corrections").mkdir(parents=True)
    (policy / "corrections" / "2024.yaml").write_text(text, encoding="utf-8")
    return tuple(read_corrections(policy, ["corrections/2024.yaml"]))


def rules(delivery: Delivery) -> list[tuple[str, int, str, str | None, str]]:
    """Findings as (file, row, column, value, rule)."""
    return delivery.rejected_rows.select("file", "row", "column", "value", "rule").rows()


def without_source(frame: pl.DataFrame, *more: str) -> pl.DataFrame:
    """Rows apart from where they were read."""
    return frame.drop("source_file_id", "source_row", *more).sort(pl.all())


TPT_HEADERS = {
    "1": "1_Portfolio_identifying_data",
    "3": "3_Portfolio_name",
    "4": "4_Portfolio_currency_(B)",
    "5": "5_Net_asset_valuation_of_the_portfolio_or_the_share_class_in_portfolio_currency",
    "6": "6_Valuation_date",
    "7": "7_Reporting_date",
    "12": "12_CIC_code_of_the_instrument",
    "14": "14_Identification_code_of_the_instrument",
    "15": "15_Type_of_identification_code_for_the_instrument",
    "16": "16_Grouping_code_for_multiple_leg_instruments",
    "17": "17_Instrument_name",
    "18": "18_Quantity",
    "19": "19_Nominal_amount",
    "21": "21_Quotation_currency_(A)",
    "22": "22_Market_valuation_in_quotation_currency_(A)",
    "24": "24_Market_valuation_in_portfolio_currency_(B)",
    "26": "26_Valuation_weight",
    "46": "46_Issuer_name",
    "47": "47_Issuer_identification_code",
    "48": "48_Type_of_identification_code_for_issuer",
    "49": "49_Name_of_the_group_of_the_issuer",
    "50": "50_Identification_of_the_group",
    "52": "52_Issuer_country",
    "54": "54_Economic_sector",
    "51": "51_Type_of_identification_code_for_issuer_group",
    "67": "67_CIC_of_the_underlying_asset",
    "68": "68_Identification_code_of_the_underlying_asset",
    "70": "70_Name_of_the_underlying_asset",
    "80": "80_Issuer_name_of_the_underlying_asset",
    "81": "81_Issuer_identification_code_of_the_underlying_asset",
    "82": "82_Type_of_issuer_identification_code_of_the_underlying_asset",
    "84": "84_Identification_of_the_group_of_the_underlying_asset",
    "95": "95_Identification_of_the_original_portfolio_for_positions_embedded_in_a_fund",
    "131": "131_Underlying_asset_category",
    "148": "148_Economic_sector_NACE2.1",
}


def position(**given: Any) -> dict[str, Any]:
    """A TPT position worth 100 of a fund worth 100, keys f1, f12 ...; tests override what they are about."""
    usual: dict[str, Any] = {
        "1": "FUND-A",
        "3": "Fund A",
        "4": "EUR",
        "5": 100,
        "6": "2024-12-31",
        "7": "2025-01-08",
        "12": "FR31",
        "14": ISIN,
        "15": 1,
        "17": "A share",
        "21": "EUR",
        "22": 100,
        "24": 100,
        "26": 1,
    }
    usual |= {name.removeprefix("f"): value for name, value in given.items()}
    return {TPT_HEADERS.get(number, f"{number}_other"): value for number, value in usual.items()}


def fund(*lines: dict[str, Any], **common: Any) -> list[dict[str, Any]]:
    """Positions of one fund, keys f14, f24 ... each; the net asset value is their sum, the weights are left empty."""
    total = sum(line.get("f24") or 0 for line in lines)
    return [position(**({"f5": total, "f22": line.get("f24"), "f26": ""} | common | line)) for line in lines]


def tpt_json(*positions: Mapping[str, Any]) -> str:
    """A TPT file as JSON; fields a position lacks are empty text, as real files have it."""
    names = list(dict.fromkeys(name for row in positions for name in row))
    return json.dumps([{name: row.get(name, "") for name in names} for row in positions])


def tpt_csv(positions: Sequence[Mapping[str, Any]], delimiter: str = ";") -> str:
    """A TPT file as CSV."""
    names = list(dict.fromkeys(name for row in positions for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(positions)
    return text.getvalue()


#: Where the tests put a Tripartite Template.
NAME = "holdings/fund.json"


def read(path: Path, *positions: dict[str, Any]) -> Delivery:
    """A delivery of one TPT file."""
    return Folder(path, None).write(NAME, tpt_json(*positions)).read()


def only_line(delivery: Delivery) -> dict[str, Any]:
    [row] = delivery.frames["raw.holdings"].iter_rows(named=True)
    return row


def found(delivery: Delivery) -> list[tuple[int, str, str | None, str]]:
    return delivery.rejected_rows.select("row", "column", "value", "rule").rows()
