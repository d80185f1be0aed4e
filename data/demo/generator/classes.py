"""Classifications: what strategic lines are for, and which return assets belong to the real economy.

Assumptions
* `valid_to` equals the `valid_from` of the row that follows, so that reading it as inclusive or exclusive
  gives the same answer at month ends.
* A line's classification is the first found among: its line id, its instrument, its issuer, then the line
  that holds the fund it sits in. Shares of the codes of one subject add up. No row at all is unknown.
"""

from generator import book, cases, strategic
from generator.account import HEALTH_LINE, PRIVATE_EQUITY_LINE, TUNED_FUND_LINE
from generator.base import Row, stream
from generator.issuers import roster

FIRST_DAY = "2019-01-01"
YEARS = tuple(range(2019, 2026))
TUNED_STRATEGIC_LINE = book.strategic_line(1)
REASONS = {
    "acces_soins": "Offre de soins accessible aux adhérents",
    "parcours_patient": "Coordination et accompagnement du parcours",
    "couverture_sociale": "Protection sociale complémentaire",
    "innovation_medicale": "Recherche et innovation médicale",
    "hors_mission": "Participation financière sans finalité de santé",
    "dette_privee": "Prêt à des ETI françaises",
    "pme_eti": "Financement d'une PME ou ETI française",
    "capital_non_cote": "Capital de sociétés non cotées",
    "infrastructure": "Projet d'infrastructure en région",
    "obligation_sociale": "Obligation sociale, produit affecté",
    "mandat_emploi_regions": "Ligne du mandat emplois et régions",
    "hors_economie_reelle": "Grande société cotée ou État",
}


def _row(subject: str, kind: str, code: str, share: str, since: str, until: str = "") -> Row:
    """Write one classification."""
    return {
        "subject_id": subject, "kind": kind, "code": code, "share": share, "valid_from": since,
        "valid_to": until,
        "classified_by": "direction_investissements", "rationale": REASONS[code],
        "evidence_ref": f"CM-{since[:4]}-{1 + stream('minutes', subject).randrange(9):02}",
    }  # fmt: skip


def _yearly(subject: str, kind: str, code: str, shares: dict[int, str]) -> list[Row]:
    """Write a share that is reviewed every first of January."""
    return [
        _row(
            subject,
            kind,
            code,
            shares[year],
            f"{year}-01-01",
            f"{year + 1}-01-01" if year < YEARS[-1] else "",
        )
        for year in YEARS
    ]


def strategic_rows(tuned: dict[int, str]) -> list[Row]:
    """Return the purposes of the strategic lines; the last participation stays unclassified."""
    rows = _yearly(TUNED_STRATEGIC_LINE, "strategic_purpose", "acces_soins", tuned)
    for number, item in enumerate(strategic.PARTICIPATIONS, start=1):
        line = book.strategic_line(number)
        if line == TUNED_STRATEGIC_LINE:
            continue
        for code, share in item.purposes.items():
            if item.label == "Plateforme numérique" and code == "parcours_patient":
                rows.append(_row(line, "strategic_purpose", code, "0.5", FIRST_DAY, "2022-01-01"))
                rows.append(_row(line, "strategic_purpose", code, str(share), "2022-01-01"))
            else:
                rows.append(_row(line, "strategic_purpose", code, str(share), FIRST_DAY))
    return rows


def _private_code(asset_class: str) -> str:
    """Return the code of a private line."""
    if asset_class == "unlisted_equity":
        return "capital_non_cote"
    if asset_class == "project_finance":
        return "infrastructure"
    return "dette_privee" if asset_class == "private_debt" else "pme_eti"


def _outside() -> list[Row]:
    """Return the issuers outside the real economy: states and about two thirds of listed companies."""
    rows = []
    for key, issuer in roster().items():
        number = int(key[-2:]) if key[-2:].isdigit() else 0
        listed_large = issuer.group in {"large", "world", "bank", "insurer"} and number % 4 != 0
        listed_case = issuer.group == "case" and issuer.listed and issuer.size >= 2500
        if listed_large or listed_case or key.startswith("state-"):
            rows.append(_row(issuer.issuer_id, "real_economy", "hors_economie_reelle", "0", FIRST_DAY))
    return rows


def real_economy_rows(tuned: dict[int, str]) -> list[Row]:
    """Return the real-economy classes of the return pocket."""
    rows = _yearly(TUNED_FUND_LINE, "real_economy", "dette_privee", tuned)
    rows.append(_row(PRIVATE_EQUITY_LINE, "real_economy", "capital_non_cote", "0.8", FIRST_DAY))
    rows.append(_row(HEALTH_LINE, "real_economy", "pme_eti", "1", "2024-01-01"))
    never = {"sme-37", "sme-38", "sme-39", "neo-child", "neo-joint"}
    for line in book.lines():
        if line.portfolio == book.JOBS:
            rows.append(_row(line.line_id, "real_economy", "mandat_emploi_regions", "1", FIRST_DAY))
        elif line.portfolio == book.GENERAL and line.use_of_proceeds == "social":
            rows.append(_row(line.instrument, "real_economy", "obligation_sociale", "1", FIRST_DAY))
        elif line.portfolio == book.GENERAL and line.pocket == "return" and line.issuer and line.issuer not in never:
            code = _private_code(line.asset_class)
            subject = roster()[line.issuer].issuer_id if line.issuer.endswith("9") else line.line_id
            rows.append(_row(subject, "real_economy", code, "1", FIRST_DAY))
    return rows + _outside()


def excluded_ids() -> frozenset[str]:
    """Return the ids of the issuers which are excluded by construction."""
    return frozenset(roster()[key].issuer_id for key in cases.excluded_keys())
