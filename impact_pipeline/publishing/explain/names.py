"""What may be asked: names of figures, what each stands for, and the sentence when a name is wrong."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from impact_pipeline.errors import SettingsError
from impact_pipeline.schemas import vocabulary as words

#: Column of marts.portfolio_carbon -> method, unit, label.
CARBON = {
    "market_value_eur": ("IMPACT-VALUE", "EUR", "Valeur de marché"),
    "eligible_value_eur": ("IMPACT-VALUE", "EUR", "Encours éligible au calcul carbone"),
    "covered_value_eur": ("IMPACT-VALUE", "EUR", "Encours couvert par une donnée carbone"),
    "coverage_ratio": ("PCAF-A-COV", "ratio", "Part de l'encours éligible qui est couverte"),
    "financed_emissions_tco2e": ("PCAF-A-FE", "tCO2e", "Émissions financées"),
    "economic_intensity_tco2e_per_meur": ("PCAF-A-EEI", "tCO2e/MEUR", "Intensité économique (PCAF)"),
    "pai_2_footprint_tco2e_per_meur": (
        "SFDR-PAI-2",
        "tCO2e/MEUR",
        "Empreinte carbone, formule du PAI 2 (SFDR) sur les scopes choisis",
    ),
    "waci_tco2e_per_meur": ("TCFD-WACI", "tCO2e/MEUR CA", "Intensité moyenne pondérée (WACI)"),
    "waci_coverage_ratio": ("TCFD-WACI-COV", "ratio", "Couverture de la WACI"),
    "data_quality_score": ("PCAF-A-DQ", "score", "Qualité des données carbone (1 = meilleure, 5 = plus faible)"),
    "fund_declared_value_eur": ("IMPACT-FUND-DECLARED", "EUR", "Encours couvert par les déclarations des fonds (EET)"),
}
#: Column of marts.sovereign_carbon -> method, unit, label.
SOVEREIGN = {
    "exposure_eur": ("IMPACT-VALUE", "EUR", "Exposition aux États"),
    "covered_exposure_eur": ("IMPACT-VALUE", "EUR", "Exposition aux États couverte"),
    "financed_emissions_tco2e": ("PCAF-A-SOV", "tCO2e", "Émissions financées des États"),
    "intensity_tco2e_per_meur_gdp": ("SFDR-PAI-15", "tCO2e/MEUR PIB", "Intensité des États sur l'exposition couverte"),
    "intensity_coverage_ratio": ("IMPACT-COV-SOV", "ratio", "Couverture de l'intensité des États"),
}
#: Indicator of marts.investment_shares -> method, unit, label.
SHARES = {
    "strategic_purpose": ("IMPACT-SHARE-STRATEGIC", "ratio", "Part des investissements stratégiques"),
    "real_economy": ("IMPACT-SHARE-REAL-ECONOMY", "ratio", "Part des actifs de rendement dans l'économie réelle"),
}
#: Indicator of the committee's table -> the mart figure it is.
MISSION = {
    "portfolio_footprint": "portfolio_carbon.economic_intensity_tco2e_per_meur",
    "financed_emissions": "portfolio_carbon.financed_emissions_tco2e",
    "carbon_coverage": "portfolio_carbon.coverage_ratio",
    "data_quality": "portfolio_carbon.data_quality_score",
    "strategic_share": "investment_shares.strategic_purpose",
    "real_economy_share": "investment_shares.real_economy",
}
#: Indicators with a computation of their own -> method and unit. The second group is about the whole entity only.
BY_PORTFOLIO = {
    "portfolio_footprint_change": ("IMPACT-CHANGE", "ratio"),
    "pfas_exposure": ("IMPACT-PFAS", "ratio"),
}
WHOLE_ENTITY = {
    "excluded_exposure": ("IMPACT-EXCLUDED", "ratio"),
    "footprint_per_person": ("IMPACT-PER-PERSON", "kgCO2e/person"),
}
_MARTS = {"portfolio_carbon": CARBON, "sovereign_carbon": SOVEREIGN, "investment_shares": SHARES}
FIGURES = (
    *MISSION,
    *BY_PORTFOLIO,
    *WHOLE_ENTITY,
    *(f"{mart}.{name}" for mart, columns in _MARTS.items() for name in columns),
)


@dataclass(frozen=True)
class Asked:
    """A figure asked for. ``mart`` is empty for indicators computed on their own; empty qualifiers take the default.

    ``first`` and ``second`` are perimeter and scopes (portfolio_carbon), land use (sovereign_carbon) or class
    (investment_shares).
    """

    figure: str
    mart: str
    name: str
    method_id: str
    unit: str
    label_fr: str = ""
    first: str = ""
    second: str = ""
    indicator_id: str = ""


def asked(text: str) -> Asked:
    """The figure a text names.

    Raises:
        SettingsError: no such figure, perimeter, scopes or treatment of land use; the sentence names the nearest one.
    """
    figure = text.strip()
    if figure in MISSION:
        return replace(_of_mart(MISSION[figure]), figure=figure, indicator_id=figure)
    for group in (BY_PORTFOLIO, WHOLE_ENTITY):
        if figure in group:
            return Asked(figure, "", figure, *group[figure], indicator_id=figure)
    return _of_mart(figure)


def _of_mart(text: str) -> Asked:
    head, *qualifiers = text.removeprefix("marts.").split(":")
    mart, _, name = head.partition(".")
    if name not in _MARTS.get(mart, {}):
        raise SettingsError(f"figure {text!r}: unknown.{_nearest(head, FIGURES)} Known: {', '.join(FIGURES)}")
    at_most = 2 if mart == "portfolio_carbon" else 1
    if len(qualifiers) > at_most:
        shape = {"portfolio_carbon": "[:perimeter[:scopes]]", "sovereign_carbon": "[:lulucf]"}.get(mart, "[:code]")
        raise SettingsError(f"figure {text!r}: expected {head}{shape}")
    first, second = (*qualifiers, "", "")[:2]
    if mart == "portfolio_carbon":
        _one_of(text, "perimeter", first, words.PERIMETERS)
        _one_of(text, "scopes", second, ("1_2", "3", "1_2_3"))
    elif mart == "sovereign_carbon":
        _one_of(text, "land use", first, ("excl", "incl"))
    method, unit, label = _MARTS[mart][name]
    return Asked(text, mart, name, method, unit, label, first, second)


def _one_of(figure: str, what: str, given: str, allowed: tuple[str, ...]) -> None:
    if given and given not in allowed:
        raise SettingsError(
            f"figure {figure!r}: unknown {what} {given!r}.{_nearest(given, allowed)} Known: {', '.join(allowed)}"
        )


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.4)
    return f" Did you mean {close[0]!r}?" if close else ""
