"""Evidence for the seven demo rules.

Each fiscal year from 2018 to 2024 is stated again in the following spring, so that a statement is never older
than 24 months at a month of the demo, except for the cases that are stale on purpose. About 15 % of the
issuers have no evidence at all. A `researched_not_involved` row without figure says that the role was looked
for and not found. Rows of the same source, fiscal year and measure are parts that add up.
"""

from datetime import date

from generator import cases
from generator.base import EVIDENCE_YEARS, Row, stream
from generator.cases import Claim, flag
from generator.financials import known, published
from generator.issuers import Issuer, roster

FAMILIES = {
    "palm": ("revenue_share.palm", "certified_share.rspo"),
    "neonic": ("involvement.neonic", "revenue_share.neonic"),
    "soda": ("revenue_share.added_sugar_drinks", "volume_share.added_sugar_drinks"),
    "pfas": ("pfas.producer", "pfas.release_kg_y", "pfas.litigation_material", "pfas.phase_out"),
    "forest": ("deforestation_policy.score",),
    "water": ("withdrawal_m3.high_stress_share", "water_policy.sites_in_stress"),
    "plastic": ("virgin_polymer_t", "plastic_packaging_t_per_meur", "plastic_target.dated"),
}
CORE = ("palm", "neonic", "soda", "pfas")
NEVER_RESEARCHED = {
    "large-10", "large-39", "world-08", "world-19", "bank-12", "insurer-06", "neo-vehicle",
    "palm-not-covered",
}  # fmt: skip
THIRSTY = {"power", "chips", "food", "paper", "chemicals", "textile", "drinks", "steel"}
PACKAGERS = {"food", "cosmetics", "drinks", "retail", "foods_maker"}


def families_of(issuer: Issuer) -> tuple[str, ...]:
    """Return the themes which the vendor researched for an issuer."""
    number = int(issuer.key[-2:]) if issuer.key[-2:].isdigit() else 0
    if issuer.group in {"state", "infra", "file"} or issuer.key in NEVER_RESEARCHED:
        return ()
    if issuer.group == "health":
        return CORE if number <= 3 else ()
    if issuer.group == "sme":
        return CORE if number % 2 else ()
    if issuer.group in {"small", "strategic"} or (number % 3 == 0 and issuer.group != "case"):
        return CORE
    return tuple(FAMILIES)


def _nothing(issuer: Issuer, family: str) -> tuple[Claim, ...]:
    """Return the statements of a theme for an issuer which is not involved in it."""
    own = issuer.group in {"sme", "health", "strategic"}
    common = {"source": "questionnaire_annuel" if own else "indicea", "grade": "B" if own else "C"}
    absent = common | {"coverage": "researched_not_involved"}
    key = issuer.key
    level = stream("level", key, family).uniform(0.3, 14)
    if family == "palm":
        return (Claim(key, "revenue_share.palm", "0", **absent),)  # type: ignore[arg-type]
    if family == "neonic":
        return (
            flag(key, "involvement.neonic", "0", **absent),
            Claim(key, "revenue_share.neonic", "0", **absent),  # type: ignore[arg-type]
        )
    if family == "soda":
        return (Claim(key, "revenue_share.added_sugar_drinks", "0", **absent),)  # type: ignore[arg-type]
    if family == "pfas":
        return (
            flag(key, "pfas.producer", "0", **absent),
            flag(key, "pfas.litigation_material", "0", **absent),
        )
    if family == "forest":
        return (Claim(key, "deforestation_policy.score", unit="score", **absent),)  # type: ignore[arg-type]
    if family == "water":
        share = f"{level:.1f}" if issuer.sector in THIRSTY else "0"
        kind = common if issuer.sector in THIRSTY else absent
        return (Claim(key, "withdrawal_m3.high_stress_share", share, **kind),)  # type: ignore[arg-type]
    packed = f"{level * 0.6:.1f}" if issuer.sector in PACKAGERS else "0"
    kind = common if issuer.sector in PACKAGERS else absent
    return (
        Claim(key, "virgin_polymer_t", "0", unit="t", **absent),  # type: ignore[arg-type]
        Claim(key, "plastic_packaging_t_per_meur", packed, unit="t_per_meur", **kind),  # type: ignore[arg-type]
    )


def _fill(issuer: Issuer, told: set[str]) -> tuple[Claim, ...]:
    """Return the ordinary statements of an issuer for the themes its case does not tell."""
    result: list[Claim] = []
    for family in families_of(issuer):
        if not told & set(FAMILIES[family]):
            result += _nothing(issuer, family)
    return tuple(result)


def _value(value: object, year: int) -> str:
    """Return a constant or the value of a fiscal year."""
    return str(value(year)) if callable(value) else str(value)


def _row(number: int, issuer: Issuer, claim: Claim, year: int) -> Row:
    """Write one statement."""
    if claim.known:
        published_on = known_from = date.fromisoformat(claim.known)
    else:
        published_on = published((issuer.key, claim.source), year)
        known_from = known(published_on, (issuer.key, claim.source))
    low = _value(claim.lo, year)
    return {
        "evidence_id": f"EV-{number:06}",
        "issuer_id": issuer.issuer_id,
        "measure": claim.measure,
        "role": claim.role,
        "substance_set": claim.substances,
        "model": claim.model,
        "lo": low,
        "hi": low if claim.hi is None else _value(claim.hi, year),
        "hi_open": str(claim.hi_open).lower(),
        "unit": claim.unit,
        "basis": claim.basis,
        "reported_or_estimated": claim.method,
        "fiscal_year": str(year),
        "source": claim.source,
        "grade": claim.grade,
        "coverage_status": claim.coverage,
        "locator": claim.locator or ("liste " + str(year) if claim.source == "indicea" else ""),
        "published_on": published_on.isoformat(),
        "known_from": known_from.isoformat(),
    }


def _superseded(rows: list[Row]) -> list[Row]:
    """Add the older wrong figure of case 02 (FY2022), replaced by the right one."""
    target = roster()["palm-limit"].issuer_id
    right = next(
        row
        for row in rows
        if row["issuer_id"] == target and row["measure"] == "revenue_share.palm" and row["fiscal_year"] == "2022"
    )
    wrong = right | {
        "evidence_id": f"EV-{len(rows) + 1:06}", "lo": "5.600", "hi": "5.600", "published_on": "2023-03-02",
        "known_from": "2023-03-06", "superseded_by": right["evidence_id"],
        "locator": "communiqué préliminaire",
    }  # fmt: skip
    return [wrong]


def rows() -> list[Row]:
    """Return the `evidence` dataset."""
    claims_by_issuer: dict[str, list[Claim]] = {}
    for case in cases.ALL:
        for claim in case.claims:
            claims_by_issuer.setdefault(claim.issuer, []).append(claim)
    result: list[Row] = []
    for key, issuer in roster().items():
        claims = claims_by_issuer.get(key, [])
        for claim in (*claims, *_fill(issuer, {claim.measure for claim in claims})):
            for year in claim.years:
                if year in EVIDENCE_YEARS:
                    result.append(_row(len(result) + 1, issuer, claim, year))
    return result + _superseded(result)
