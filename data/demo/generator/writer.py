"""Write datasets as canonical CSV: UTF-8, comma, LF, empty for unknown."""

import csv
import json
from pathlib import Path

from generator.base import Row, month_end
from generator.holdings import Inventory
from generator.lines import COLUMNS
from generator.tpt import BY_NUMBER, Delivery, headers

DATASETS: dict[str, str] = {
    "portfolios": "portfolio_id name currency kind pocket",
    "issuers": "issuer_id name country sector_scheme sector_code is_financial is_listed siren enterprise_size",
    "ownership": "child_id parent_id pct_capital is_controlled valid_from valid_to known_from source",
    "issuer_financials": "issuer_id fiscal_year period_end currency revenue market_cap total_debt "
    "minority_interest deposits total_equity total_assets evic source published_on known_from",
    "issuer_emissions": "issuer_id fiscal_year scope tco2e basis source published_on known_from",
    "sovereigns": "country year ghg_excl_lulucf_tco2e ghg_incl_lulucf_tco2e gdp_ppp_intl_usd gdp_nominal_eur "
    "source known_from",
    "evidence": "evidence_id issuer_id measure role substance_set model lo hi hi_open unit basis "
    "reported_or_estimated fiscal_year source grade coverage_status locator published_on known_from "
    "superseded_by",
    "classifications": "subject_id kind code share valid_from valid_to classified_by rationale evidence_ref",
    "fx_rates": "rate_date currency units_per_eur",
    "organisation": "year protected_persons category tco2e",
}


def write_csv(path: Path, columns: list[str], rows: list[Row], delimiter: str = ",") -> None:
    """Write rows; a column that a row lacks is unknown, a column that is not listed is an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_tpt(folder: Path, file: Delivery) -> None:
    """Write one TPT file with its exact headers."""
    rows = [{BY_NUMBER[number]: value for number, value in row.items()} for row in file.rows]
    write_csv(folder / file.name, headers(file.month), rows, delimiter=";")


def write_inputs(root: Path, datasets: dict[str, list[Row]], inventories: list[Inventory]) -> None:
    """Write every dataset in its folder."""
    for name, columns in DATASETS.items():
        write_csv(root / name / f"{name}.csv", columns.split(), datasets[name])
    for one in inventories:
        write_csv(root / "holdings" / f"{month_end(one.month):%Y-%m}.csv", COLUMNS, one.rows)
        for file in one.files:
            write_tpt(root / "holdings", file)


def write_json(path: Path, content: object) -> None:
    """Write JSON that does not change when nothing changes."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
