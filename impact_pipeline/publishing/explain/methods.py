"""Methods behind the figures: one stable id each, with its formula in French and where the formula comes from."""

from dataclasses import dataclass

PCAF = "PCAF, standard mondial, partie A, 3e édition (déc. 2025)"
SFDR = "Règlement délégué (UE) 2022/1288 (SFDR), annexe I"
OURS = "Définition du projet"

#: How the source was read; printed beside the reference so that nobody takes a digest for the text itself.
GRADES = {
    "D3": "lu dans un relevé tiers paginé, pages de ce relevé",
    "Q": "lu dans les questions-réponses des autorités européennes",
    "S": "lu dans une source secondaire",
    "M": "de mémoire, à vérifier avant publication",
    "P": "définition du projet, à faire approuver par le comité",
}


@dataclass(frozen=True)
class Method:
    """One way to compute a figure. ``grade`` is a key of ``GRADES``."""

    method_id: str
    name_fr: str
    formula_fr: str
    standard: str
    reference: str
    grade: str

    def as_dict(self) -> dict[str, str]:
        """For the answer: the fields, and the grade in words."""
        return {**vars(self), "grade_fr": GRADES[self.grade]}


METHODS = {
    method.method_id: method
    for method in (
        Method(
            "PCAF-A-FE",
            "Émissions financées",
            "Σ (encours / dénominateur × émissions de l'émetteur), lignes couvertes seulement",
            PCAF, "§ 5.1 p. 40-53 et § 5.2 p. 55-65", "D3",
        ),
        Method(
            "PCAF-A-EEI",
            "Intensité économique : couvert sur couvert",
            "Σ émissions financées / Σ encours des mêmes lignes couvertes",
            PCAF, "encadré 5.1-3 p. 52", "D3",
        ),
        Method(
            "PCAF-A-COV",
            "Couverture",
            "Σ encours des lignes couvertes / Σ encours des lignes éligibles",
            PCAF, "ch. 6 p. 161", "D3",
        ),
        Method(
            "PCAF-A-DQ",
            "Score de qualité des données, pondéré par l'encours",
            "Σ (encours × score de 1 à 5) / Σ encours des lignes couvertes qui ont un score",
            PCAF, "encadré 6.1-6 p. 167-168", "D3",
        ),
        Method(
            "PCAF-A-SOV",
            "Émissions financées des États, à part des entreprises",
            "Σ (exposition en USD / PIB en parité de pouvoir d'achat × émissions nationales)",
            PCAF, "§ 5.9 p. 140-148", "D3",
        ),
        Method(
            "SFDR-PAI-2",
            "Empreinte carbone rapportée à tous les placements (au mois, non moyennée sur quatre trimestres)",
            "Σ émissions financées du périmètre / valeur de tous les placements du portefeuille",
            SFDR, "tableau 1, indicateur 2", "Q",
        ),
        Method(
            "SFDR-PAI-15",
            "Intensité des États (pai_15 de marts.pai_indicators : sur tous les investissements)",
            "Σ (exposition × émissions nationales / PIB nominal) / Σ exposition couverte",
            SFDR, "tableau 1, indicateur 15", "M",
        ),
        Method(
            "TCFD-WACI",
            "Intensité moyenne pondérée (WACI)",
            "Σ (valeur × émissions / chiffre d'affaires) / Σ valeur, lignes couvertes avec chiffre d'affaires",
            "TCFD, indicateurs (2017, 2021)", "carbon footprinting and exposure metrics", "S",
        ),
        Method(
            "TCFD-WACI-COV",
            "Couverture de la WACI",
            "Σ valeur des lignes couvertes avec chiffre d'affaires / Σ valeur des lignes éligibles",
            OURS, "marts.portfolio_carbon", "P",
        ),
        Method(
            "IMPACT-FUND-DECLARED",
            "Fonds sans inventaire, d'après leur propre déclaration (EET)",
            "Σ (valeur de la ligne × couverture déclarée) ; émissions = cette part en MEUR × empreinte déclarée",
            OURS, "core.fund_declared_positions", "P",
        ),
        Method("IMPACT-VALUE", "Somme de valeurs", "Σ valeur des lignes", OURS, "marts", "P"),
        Method(
            "IMPACT-COV-SOV",
            "Couverture de l'intensité des États",
            "Σ exposition aux pays avec émissions et PIB nominal / Σ exposition",
            OURS, "marts.sovereign_carbon", "P",
        ),
        Method(
            "IMPACT-SHARE-STRATEGIC",
            "Part des investissements stratégiques à finalité de santé",
            "Σ (valeur × part classée) / valeur de la poche stratégique",
            OURS, "marts.investment_shares", "P",
        ),
        Method(
            "IMPACT-SHARE-REAL-ECONOMY",
            "Part des actifs de rendement dans l'économie réelle",
            "Σ (valeur × part classée) / valeur de la poche de rendement",
            OURS, "marts.investment_shares", "P",
        ),
        Method(
            "IMPACT-EXCLUDED",
            "Exposition aux émetteurs exclus, une ligne comptée une fois",
            "Σ valeur des lignes exclues sans dérogation / Σ valeur des lignes examinées",
            OURS, "marts.mission_indicators", "P",
        ),
        Method(
            "IMPACT-PFAS",
            "Exposition aux émetteurs suivis pour les PFAS",
            "Σ valeur des lignes en dialogue, sous surveillance ou exclues (PFAS-W1) / Σ valeur des lignes examinées",
            OURS, "marts.screening_exposures", "P",
        ),
        Method(
            "IMPACT-PER-PERSON",
            "Kilogrammes par personne protégée",
            "(Σ émissions propres par catégorie + émissions financées) × 1 000 / personnes protégées",
            OURS, "marts.mission_indicators", "P",
        ),
        Method(
            "IMPACT-CHANGE",
            "Évolution de l'empreinte depuis la référence",
            "empreinte du mois / empreinte du mois de référence − 1",
            OURS, "marts.mission_indicators", "P",
        ),
    )
}  # fmt: skip
