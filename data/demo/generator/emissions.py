"""Yearly emissions of the issuers.

The level of a fiscal year is `base x trend(year)`, where the trend is solved by `calibrate` so that the
portfolio footprint follows its target. Rows keep the level before trend in `Draft.base`.

Assumptions
* An issuer that reports at all reports scope 1 and scope 2 for the same years; gaps in the middle do not
  occur.
* Two sources for one key always have different bases, so that "best basis" decides without a tie.
* A restatement has the same source and basis, and a `known_from` one year later.
"""

from dataclasses import dataclass

from generator.base import FISCAL_YEARS, Row, stream
from generator.financials import known, published
from generator.issuers import Issuer, roster

SILENT_GROUPS = {"state", "health", "file"}
COVERED_STRATEGIC = 6  # the first strategic participations publish emissions, the others do not
MARKET_OVER_LOCATION = 0.82


@dataclass(frozen=True)
class Draft:
    """An emission row whose tonnes still await the yearly trend."""

    base: float
    year: int
    row: Row


def _basis(issuer: Issuer, year: int) -> str:
    """Return how the figure was obtained; private companies are mostly estimated."""
    draw = stream("basis", issuer.key).random()
    if "two_sources" in issuer.faults:
        return "reported"
    if not issuer.listed:
        return ("revenue_estimate", "asset_estimate", "energy", "reported")[int(draw * 4)]
    if draw < 0.35:
        return "reported_verified" if year >= 2020 else "reported"
    if draw < 0.8:
        return "reported"
    if draw < 0.86:
        return "energy"
    if draw < 0.9:
        return "production"
    return "revenue_estimate"


def _source(basis: str) -> str:
    """Return the source which goes with a basis."""
    return {"revenue_estimate": "modele_sylvora", "asset_estimate": "modele_sylvora"}.get(basis, "declaration_emetteur")


def _draft(issuer: Issuer, year: int, scope: str, base: float, basis: str, late: bool = False) -> Draft:
    """Write one emission row without its tonnes."""
    day = published((issuer.key, "emissions", late), year + 1 if late else year)
    row = {
        "issuer_id": issuer.issuer_id, "fiscal_year": str(year), "scope": scope, "basis": basis,
        "source": _source(basis), "published_on": day.isoformat(),
        "known_from": known(day, (issuer.key, "emissions")).isoformat(),
    }  # fmt: skip
    return Draft(base, year, row)


def _reports(issuer: Issuer) -> bool:
    """Say whether the issuer has emissions at all."""
    if issuer.group in SILENT_GROUPS or "no_emissions" in issuer.faults or (issuer.financial and not issuer.listed):
        return False
    if issuer.group == "sme":
        return int(issuer.key[-2:]) % 3 == 0 or issuer.key in {"sme-05", "sme-40"}
    if issuer.group == "strategic":
        return int(issuer.key[-2:]) <= COVERED_STRATEGIC
    return issuer.key not in {"neo-joint", "neo-vehicle", "pfas-spin"}


def _year(issuer: Issuer, year: int) -> list[Draft]:
    """Return the rows of one issuer and one fiscal year."""
    sector, noise = issuer.activity, stream("emissions", issuer.key, year).uniform(0.95, 1.05)
    own = stream("intensity", issuer.key).uniform(0.6, 1.5) * noise * issuer.size
    scope_1, scope_2, scope_3 = sector.scope_1 * own, sector.scope_2 * own, sector.scope_3 * own
    if "tiny_private" in issuer.faults:
        scope_1, scope_2 = scope_1 * 40, scope_2 * 40
    basis = _basis(issuer, year)
    levels = {"1": scope_1}
    if "no_scope_2" not in issuer.faults:
        if "market_only" not in issuer.faults:
            levels["2_location"] = scope_2
        if "location_only" not in issuer.faults and (issuer.listed or "market_only" in issuer.faults):
            levels["2_market"] = scope_2 * MARKET_OVER_LOCATION
    if "no_scope_3" not in issuer.faults and issuer.listed:
        if stream("scope-3", issuer.key).random() < 0.3:
            levels |= {"3_upstream": scope_3 * 0.4, "3_downstream": scope_3 * 0.6}
        else:
            levels["3"] = scope_3
    drafts = [_draft(issuer, year, scope, level, basis) for scope, level in levels.items()]
    if "two_sources" in issuer.faults and not basis.endswith("estimate"):
        for scope in ("1", "2_market"):
            drafts.append(_draft(issuer, year, scope, levels[scope] * 1.45, "revenue_estimate"))
    if "restated" in issuer.faults and year in (2021, 2022):
        for scope in ("1", "2_market"):
            drafts.append(_draft(issuer, year, scope, levels[scope] * 1.12, basis, late=True))
    return drafts


def drafts() -> list[Draft]:
    """Return every emission row, tonnes still at their level before trend."""
    result = []
    for issuer in roster().values():
        if not _reports(issuer):
            continue
        last = 2020 if "stale_2020" in issuer.faults else FISCAL_YEARS[-1]
        for year in FISCAL_YEARS:
            if year <= last:
                result += _year(issuer, year)
    return result


def rows(written: list[Draft], trend: dict[int, float]) -> list[Row]:
    """Return the `issuer_emissions` dataset with the yearly trend applied."""
    return [draft.row | {"tco2e": f"{draft.base * trend[draft.year]:.1f}"} for draft in written]
