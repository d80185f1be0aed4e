"""Small months about companies that merge, change ids and have several of them. All are fictional."""

from pathlib import Path
from typing import Any

from impact_pipeline_tests.builders import Computed, compute, emissions, financials, line, write_inputs

OLD, NEW, MID = "DEMO00OLDCO000000069", "DEMO00NEWCO000000040", "DEMO00MIDCO000000086"
MERCK_DE, MERCK_US = "DEMO00MERCKDE0000038", "DEMO00MERCKUS0000045"
SHARE, ADR, OTHER_ISIN = "FR001TEST000", "US001TEST000", "FR002TEST008"


def row(scheme: str, identifier: str, issuer_id: str, reason: str, **given: Any) -> dict[str, Any]:
    """A row of the identifiers dataset."""
    return {"scheme": scheme, "identifier": identifier, "issuer_id": issuer_id, "reason": reason, **given}


def share(line_id: str, issuer_id: str | None = None, **given: Any) -> dict[str, Any]:
    """A listed share worth 1,000,000 EUR."""
    return line(line_id, asset_class="listed_equity", market_value=1_000_000, issuer_id=issuer_id, **given)


def reported(issuer_id: str, scope_1: int, fiscal_year: int = 2023, **given: Any) -> list[dict[str, Any]]:
    """Scopes 1 and 2 of a fiscal year, received in April of the next one."""
    told = {"fiscal_year": fiscal_year, "known_from": f"{fiscal_year + 1}-04-01", **given}
    return emissions(issuer_id, scope_1, 0, **told)


def balance(issuer_id: str, evic: int, fiscal_year: int = 2023, **given: Any) -> dict[str, Any]:
    """An enterprise value at the end of a fiscal year, received in April of the next one."""
    told = {"fiscal_year": fiscal_year, "period_end": f"{fiscal_year}-12-31", "known_from": f"{fiscal_year + 1}-04-01"}
    return financials(issuer_id, evic=evic, **{**told, **given})


def month(path: Path, months: str = "2024-12", **datasets: Any) -> Computed:
    """Months computed from the datasets."""
    return compute(write_inputs(path / "inputs", **datasets), path / "home", months)


def issuer_of(done: Computed, line_id: str, day: str = "2024-12-31") -> str | None:
    """Issuer of a line in core.holdings."""
    query = "select issuer_id from core.holdings where line_id = ? and as_of_date = ?"
    return done.one(query, line_id, day)["issuer_id"]


def steps(done: Computed, dataset: str = "holdings") -> set[tuple[Any, ...]]:
    """Step, identifier, issuer and count of the month's resolutions."""
    rows = done.rows(
        "select step, identifier, issuer_id, line_count from audit.issuer_resolutions where dataset = ?", dataset
    )
    return {tuple(each.values()) for each in rows}
