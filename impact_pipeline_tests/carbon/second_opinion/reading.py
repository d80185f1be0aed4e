"""The canonical CSV files of an inputs folder as dictionaries; empty = unknown (None)."""

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]
NUMBERS = {
    "quantity", "nominal_amount", "market_value", "book_value", "market_value_eur", "revenue", "market_cap",
    "total_debt", "minority_interest", "deposits", "total_equity", "total_assets", "evic", "tco2e",
    "ghg_excl_lulucf_tco2e", "ghg_incl_lulucf_tco2e", "gdp_ppp_intl_usd", "gdp_nominal_eur", "units_per_eur",
    "carbon_footprint_scope_1_2_tco2e_per_meur", "carbon_footprint_scope_1_2_coverage_ratio",
    "carbon_footprint_scope_1_2_3_tco2e_per_meur", "carbon_footprint_scope_1_2_3_coverage_ratio",
    "ghg_intensity_scope_1_2_tco2e_per_meur", "ghg_intensity_scope_1_2_coverage_ratio",
    "ghg_intensity_scope_1_2_3_tco2e_per_meur", "ghg_intensity_scope_1_2_3_coverage_ratio",
}  # fmt: skip
DATES = {"as_of_date", "period_end", "published_on", "known_from", "rate_date", "reference_date"}
WHOLE = {"fiscal_year", "year"}
BOOLEANS = {"is_financial", "is_listed"}
#: A fact without the day it was received was always known.
ALWAYS = dt.date.min


def read(inputs: Path, dataset: str) -> list[Row]:
    """All rows of a dataset's CSV files."""
    return [row for path in sorted((inputs / dataset).glob("*.csv")) for row in _rows(path)]


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: _typed(name, text) for name, text in row.items()}


def _typed(name: str, text: str) -> Any:
    if text == "":
        return ALWAYS if name == "known_from" else None
    if name in NUMBERS:
        return Decimal(text)
    if name in DATES:
        return dt.date.fromisoformat(text)
    if name in WHOLE:
        return int(text)
    if name in BOOLEANS:
        return text == "true"
    return text
