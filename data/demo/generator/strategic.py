"""Strategic participations of the mutual: who they are and what they are for.

Sizes are market values in million EUR at 31/12/2022 before the scaling that gives the pocket its public
weight. Purposes are shares at 31/12/2022; the first line is the one whose share is solved so that the total
meets the figure of each year end.
"""

from dataclasses import dataclass

from generator.ids import make_lei, make_siren
from generator.issuers import Issuer
from generator.names import coined

CARE, PATH, COVER, INNOVATION, NONE = (
    "acces_soins", "parcours_patient", "couverture_sociale", "innovation_medicale", "hors_mission",
)  # fmt: skip


@dataclass(frozen=True)
class Participation:
    """One strategic line."""

    label: str
    sector: str
    value: float
    purposes: dict[str, float]
    asset_class: str = "unlisted_equity"
    held: float = 0.6  # share of equity plus debt of the company that the line represents


PARTICIPATIONS: tuple[Participation, ...] = (
    Participation("Union de soins", "hospital", 214, {CARE: 0.6}),
    Participation("Assurances mutualistes", "insurance", 205, {COVER: 1.0}),
    Participation("Cliniques solidaires", "hospital", 96, {CARE: 0.7, PATH: 0.3}),
    Participation("Résidences seniors", "hospital", 74, {PATH: 0.9}),
    Participation("Optique et audition", "retail", 41, {CARE: 1.0}),
    Participation("Centres dentaires", "laboratory", 33, {CARE: 1.0}),
    Participation("Réassurance du groupe", "insurance", 84, {NONE: 0.0}),
    Participation("Prévoyance collective", "insurance", 84, {COVER: 1.0}),
    Participation("Téléconsultation", "software", 22, {CARE: 0.5, PATH: 0.5}),
    Participation("Assistance", "services", 38, {PATH: 0.8}),
    Participation("Tiers payant", "software", 27, {CARE: 1.0}),
    Participation("Plateforme numérique", "software", 31, {PATH: 0.6, COVER: 0.2}),
    Participation("Imagerie médicale", "laboratory", 29, {INNOVATION: 0.7, CARE: 0.3}),
    Participation("Biothérapies", "pharma", 18, {INNOVATION: 1.0}),
    Participation("Dispositifs connectés", "medtech", 14, {INNOVATION: 0.8, PATH: 0.2}),
    Participation("Logement inclusif", "property", 24, {PATH: 0.5}),
    Participation("Holding de groupe", "holding", 26, {NONE: 0.0}),
    Participation("Courtage", "services", 17, {COVER: 0.9}),
    Participation("Pharmacies mutualistes", "retail", 12, {CARE: 1.0}),
    Participation("Formation soignante", "services", 7, {CARE: 0.8}),
    Participation("Prêt subordonné au groupe", "insurance", 45, {COVER: 1.0}, "private_debt"),
    Participation("Prêt aux établissements", "hospital", 21, {CARE: 1.0}, "loan"),
    Participation("Services funéraires", "services", 9, {}),
)
UNCLASSIFIED_LINE = len(PARTICIPATIONS)  # the last participation has no purpose row at all


def key(number: int) -> str:
    """Return the issuer key of the participation of that rank, counted from 1."""
    return f"strategic-{number:02}"


def issuers() -> list[Issuer]:
    """Return the companies behind the participations."""
    roster = []
    for number, item in enumerate(PARTICIPATIONS, start=1):
        name = key(number)
        financial = item.sector in {"insurance", "holding"}
        roster.append(
            Issuer(name, make_lei(name), f"{coined(name)} {item.label}", "FR", item.sector, "strategic",
                   item.value / item.held, False, financial, make_siren(name),
                   "eti" if item.value < 60 else "ge")
        )  # fmt: skip
    return roster
