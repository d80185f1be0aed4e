"""French words of the page: reasons, bases, perimeters, numbers."""

import datetime as dt
from decimal import Decimal
from typing import Any

#: Why a line is or is not in a figure. A status without a sentence here is shown as it is.
REASONS = {
    "covered": "couvert",
    "sovereign_covered": "État, compté à part",
    "missing_sovereign_data": "pays sans émissions ou sans PIB",
    "opaque_fund": "fonds sans inventaire",
    "stale_fund_declaration": "fonds sans inventaire, déclaration (EET) trop ancienne",
    "incomplete_fund_declaration": "fonds sans inventaire, déclaration (EET) sans empreinte ou sans couverture",
    "part_not_declared": "part du fonds hors de sa déclaration (EET)",
    "unallocated_fund_value": "valeur du fonds non expliquée par ses lignes",
    "unknown_issuer": "émetteur inconnu",
    "missing_outstanding": "encours inconnu",
    "missing_emissions": "émissions inconnues",
    "missing_scope_1": "scope 1 inconnu",
    "missing_scope_2": "scope 2 inconnu",
    "stale_emissions": "émissions trop anciennes",
    "missing_financials": "bilan inconnu",
    "missing_evic": "valeur d'entreprise (EVIC) inconnue",
    "missing_deposits": "banque sans ses dépôts",
    "negative_evic": "valeur d'entreprise négative ou nulle",
    "missing_equity_and_debt": "fonds propres ou dette inconnus",
    "missing_revenue": "chiffre d'affaires inconnu",
    "stale_financials": "bilan trop ancien",
    "missing_fx_rate": "cours de change inconnu",
    "short_position": "position vendeuse",
    "attribution_above_1": "facteur d'attribution supérieur à 1 : ligne bloquée",
    "out_of_scope_cash": "trésorerie",
    "out_of_scope_derivative": "dérivé",
    "out_of_scope_own_use": "immeuble d'exploitation, compté dans le bilan propre",
    "consolidated": "société contrôlée, comptée dans le bilan du groupe",
    "missing_property_data": "immeuble sans données",
    "missing_property_value": "immeuble sans valeur d'origine",
    "missing_collateral_data": "titrisation sans données sur ses créances",
    "sub_sovereign_covered": "collectivité, comptée à part",
    "out_of_scope_other": "autre actif",
    "out_of_scope_supranational": "supranational",
    "out_of_scope_sub_sovereign": "collectivité ou agence",
    "classified": "classé",
    "outside": "hors champ (État, liquidités, dérivé ou exclu)",
    "unknown": "non classé",
    "excluded": "exclu, sans dérogation",
    "pfas": "en dialogue, sous surveillance ou exclu",
    "decided": "tranché, hors numérateur",
    "undecided": "non tranché, faute de preuves",
}
BASES = {
    "evic_parts": "EVIC, somme de ses parties",
    "evic_reported": "EVIC du fournisseur",
    "equity_plus_debt": "fonds propres + dette",
    "total_assets": "total du bilan",
    "fund_declared": "empreinte déclarée par le fonds (EET), sans inventaire",
    "gdp_ppp": "PIB en parité de pouvoir d'achat",
    "gdp_nominal": "PIB nominal",
}
#: Where a line of an issuer with labelled bonds is counted; empty for the others.
USES_OF_PROCEEDS = {
    "allocated_pool": "actifs financés par l'emprunt, ramenés au dénominateur",
    "beside_pool": "émetteur sans les actifs de ses emprunts verts ou sociaux, ramené au dénominateur",
    "issuer_level": "emprunt vert ou social compté comme l'émetteur, faute de rapport d'allocation utilisable",
}
PERIMETERS = {
    "corporate": "entreprises",
    "corporate_listed": "entreprises cotées",
    "corporate_unlisted": "entreprises non cotées",
    "sovereign_bond": "obligations d'État",
    "strategic": "poche stratégique",
    "return": "actifs de rendement",
    "screened": "lignes examinées",
    "whole_entity": "toute l'entreprise",
}
SCOPES = {"1_2": "scopes 1+2", "3": "scope 3", "1_2_3": "scopes 1+2+3"}
LULUCF = {"excl": "hors usage des terres", "incl": "usage des terres compris"}
STATUSES = {"measured": "mesuré", "no_data": "pas de donnée", "no_baseline": "pas de référence"}


def fr(value: "Decimal | float | int | None", digits: int = 2) -> str:
    """A number with French thousands and decimals; unknown is a dash, never 0."""
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".replace(",", " ").replace(".", ",")


def as_delivered(value: Any) -> str:
    """A cell as in its file: no digit added, none rounded away."""
    if isinstance(value, Decimal):
        plain = f"{value.normalize():,f}"
        return plain.replace(",", " ").replace(".", ",")
    if isinstance(value, int):
        return fr(value, 0)
    return "–" if value is None else str(value)


def with_unit(value: "Decimal | float | int | None", unit: str) -> str:
    """A figure and its unit; a ratio in percent."""
    if unit == "ratio":
        return percent(value)
    if value is None:
        return "–"
    return f"{fr(value, 0 if unit == 'personnes' else 2)} {unit}".strip()


def percent(ratio: "Decimal | float | None", digits: int = 2) -> str:
    """A ratio in percent."""
    return "–" if ratio is None else f"{fr(float(ratio) * 100, digits)} %"


def day(value: dt.date | None) -> str:
    """A day as in French papers."""
    return "–" if value is None else f"{value:%d/%m/%Y}"
