"""French words for the committee: criteria, numbers, dates and outcomes. No decision is taken here."""

from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening.measures import is_share
from impact_pipeline.domain.screening.rule_parts import Reentry
from impact_pipeline.domain.screening.rules import Criterion, Rule

OUTCOMES_FR = {
    "NOT_APPLICABLE": "NON CONCERNÉ",
    "CLEARED": "AUTORISÉ",
    "UNKNOWN": "INCONNU",
    "ENGAGEMENT": "ENGAGEMENT",
    "WATCHLIST": "SOUS SURVEILLANCE",
    "EXCLUDED": "EXCLU",
}
ROLES_FR = {
    "grower": "planteur",
    "mill": "moulin",
    "refiner": "raffineur",
    "trader": "négociant",
    "manufacturer": "industriel utilisateur",
    "distributor": "grossiste",
    "retailer": "distributeur",
    "restaurant": "restaurateur",
    "active_maker": "fabricant de substance active",
    "formulator": "formulateur",
    "brand_owner": "propriétaire de marque",
    "bottler": "embouteilleur",
    "co_packer": "façonnier",
    "polymer_maker": "producteur de polymères",
}
BASES_FR = {"group": "périmètre groupe", "entity": "périmètre société", "site": "périmètre site"}
#: What a value cannot prove, by reason; the weak ones are followed by the grade that would do.
NOTES_FR = {
    "basis": "périmètre différent de celui du critère : inutilisable",
    "unit": "unité différente de celle du critère : inutilisable",
    "value": "valeur impossible : à corriger à la source",
    "volume": "part en volume et non du chiffre d'affaires : inutilisable",
    "perimeter": "une société contrôlée a quitté le groupe depuis : à rechercher à nouveau",
    "conflict": "sources de même rang en désaccord de part et d'autre du seuil : au comité de trancher",
    "same_side": "sources de même rang en désaccord, du même côté du seuil",
    "straddles": "l'intervalle contient le seuil",
    "stale_false": "donnée périmée : ne peut pas autoriser",
    "stale_true": "donnée périmée, maintenue jusqu'à preuve du contraire",
    "weak_false": "preuve trop faible pour autoriser, minimum grade ",
    "weak_true": "preuve trop faible pour conclure, minimum grade ",
    "near": "proche du seuil",
}
OPERATORS_FR = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}
COUNTS_FR = {1: "un exercice", 2: "deux exercices", 3: "trois exercices"}


def number_fr(value: Decimal) -> str:
    """A decimal the French way: comma, no useless zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def label_fr(criterion: Criterion) -> str:
    """What the criterion measures; the rule's own words when it has some."""
    return criterion.label_fr or f"mesure {criterion.measure}"


def criterion_words(criterion: Criterion) -> str:
    """The criterion as a phrase: measure, perimeter, qualifiers, operator and threshold."""
    parts = [label_fr(criterion)]
    if criterion.basis:
        parts.append(BASES_FR[criterion.basis])
    if criterion.roles:
        parts.append("en tant que " + " ou ".join(ROLES_FR.get(role, role) for role in criterion.roles))
    if criterion.substance_set:
        parts.append(f"liste {criterion.substance_set}")
    if criterion.models:
        parts.append("modèles " + " + ".join(criterion.models))
    if criterion.definition:
        parts.append(f"définition {criterion.definition}")
    if criterion.tier:
        parts.append(f"palier {criterion.tier}")
    if criterion.max_year:
        parts.append(f"datée, au plus tard en {criterion.max_year}")
    elif criterion.dated:
        parts.append("datée")
    if criterion.value is None:
        asked = "= oui" if criterion.op == "is_true" else "= non"
    else:
        unit = " %" if is_share(criterion.measure) else ""
        asked = f"{OPERATORS_FR[criterion.op]} {number_fr(criterion.value)}{unit}"
    return f"{', '.join(parts)} {asked}"


def heading_words(rule: Rule) -> str:
    """The rule as a committee names it: id, version, title, in force since, minutes."""
    signed = rule.approved.minutes if rule.approved and rule.status == "approved" else "projet non approuvé"
    since = f"{rule.valid.start:%d/%m/%Y}"
    return f"Règle {rule.id} v{rule.version} « {rule.title_fr} » (depuis le {since}, {signed})"


def counterfactual_words(reentry: Reentry, criterion: Criterion) -> str:
    """What would take an excluded issuer off the list."""
    unit = " %" if is_share(reentry.measure) else ""
    years = COUNTS_FR.get(reentry.fiscal_years, f"{reentry.fiscal_years} exercices")
    decision = ", sur décision du comité" if reentry.decision == "committee" else ""
    threshold = f"{OPERATORS_FR[reentry.op]} {number_fr(reentry.value)}{unit}"
    return f"Sortirait de la liste si {label_fr(criterion)} {threshold} pendant {years}{decision}."


def number_text(column: str) -> pl.Expr:
    """The decimals of a column the French way; null stays null."""
    plain = pl.col(column).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return plain.str.replace(".", ",", literal=True)


def date_text(column: str) -> pl.Expr:
    """The dates of a column as 31/12/2025; null stays null."""
    return pl.col(column).dt.strftime("%d/%m/%Y")


def value_text() -> pl.Expr:
    """The interval ``[lo, hi]`` of a row: one number when the ends agree, oui/non for yes-no measures."""
    lo, hi = number_text("lo"), number_text("hi")
    unit = (
        pl.when(pl.col("unit") == "pct").then(pl.lit(" %"))
        .when(pl.col("unit").is_null() & pl.col("is_share")).then(pl.lit(" %"))
        .when(pl.col("unit").is_null()).then(pl.lit(""))
        .otherwise(pl.lit(" ") + pl.col("unit"))
    )  # fmt: skip
    closing = pl.when(pl.col("hi_open")).then(pl.lit("[")).otherwise(pl.lit("]"))
    is_point = pl.col("lo") == pl.col("hi")
    return (
        pl.when(pl.col("is_flag") & is_point & (pl.col("lo") == Decimal(1))).then(pl.lit("oui"))
        .when(pl.col("is_flag") & is_point & (pl.col("lo") == Decimal(0))).then(pl.lit("non"))
        .when(pl.col("is_flag")).then(pl.lit("oui ou non"))
        .when(is_point).then(lo + unit)
        .when(pl.col("hi").is_null()).then(pl.concat_str(pl.lit("au moins "), lo, unit))
        .otherwise(pl.concat_str(pl.lit("["), lo, pl.lit(" ; "), hi, closing, unit))
    )  # fmt: skip


def source_text() -> pl.Expr:
    """Where the value comes from: fiscal year, source, locator, dates, grade; unknown parts are left out."""
    parts = [
        pl.lit("exercice ") + pl.col("fiscal_year").cast(pl.String),
        pl.col("source"),
        pl.col("locator"),
        pl.lit("publié le ") + date_text("published_on"),
        pl.lit("reçu le ") + date_text("retrieved_on"),
        pl.lit("grade ") + pl.col("grade"),
    ]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)
