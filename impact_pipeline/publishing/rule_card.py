"""The rule card: one page in French that says everything a rule does. It is what the committee signs.

Every key of the compiled rule is shown in words with its name beside it, defaults included.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline.domain.screening.measures import is_share
from impact_pipeline.domain.screening.rules import Criterion, Group, Rule
from impact_pipeline.domain.screening.wording import (
    BASES_FR,
    OPERATORS_FR,
    OUTCOMES_FR,
    ROLES_FR,
    criterion_words,
    number_fr,
)
from impact_pipeline.ingest.policy.loading import Policy
from impact_pipeline.ingest.policy.sets import Definition, Member, NamedSet

TERMS_HEAD = ("Point", "Ce que dit la règle", "Clés")
_NOTHING = "–"
_STATUS_FR = {
    "draft": "projet : surveille, ne peut pas exclure",
    "approved": "approuvée",
    "retired": "retirée : n'est plus évaluée",
}
_VALUES_FR = {
    "interval": "une estimation v vaut l'intervalle [0 ; v]",
    "conservative": "une estimation vaut sa valeur, au mieux grade D",
    "committee": "sur décision du comité",
    "automatic": "automatique",
    "none": "jamais",
    "test_issuer": "l'émetteur est testé",
    "exempt": "exemptées",
    "issuer_and_underlying": "émetteur et sous-jacent testés",
    "issuer": "émetteur seul testé",
    "never_offsets": "ne compensent jamais une ligne longue",
    "forbidden_at_decision": "interdit dès la décision",
    "allowed": "permis",
    "run_off": "conservés jusqu'à l'échéance",
    "divest": "à céder aussi",
}


@dataclass(frozen=True)
class Section:
    """A titled table of the card; the last column names the keys of the rule."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Card:
    """The content of a rule card, whatever it is printed on."""

    title: str
    sections: tuple[Section, ...]
    file: str
    rule_sha: str
    policy_sha: str


def rule_card(rule: Rule, policy: Policy) -> Card:
    """The card of one of the policy's rules, with the sets and definitions it names."""
    terms = (
        ("Identité", _identity(rule)),
        ("Preuves demandées", _evidence(rule)),
        ("Issues", _outcomes(rule)),
        ("Groupe de l'émetteur", _propagation(rule)),
        ("Instruments", _instruments(rule)),
        ("Détention", _holdings(rule)),
        ("Retour d'un émetteur exclu", _reentry(rule)),
    )
    first, *others = (Section(title, TERMS_HEAD, tuple(rows)) for title, rows in terms)
    tested = Section(
        "Ce qui est testé", ("Critère", "Question posée", "Mesure", "Opérateur et seuil", "Clés"), tuple(_tested(rule))
    )
    lists = tuple(_lists(rule, policy.sets, policy.definitions))
    known = (Section("Listes et définitions", ("Nom", "Contenu", "Source"), lists),) if lists else ()
    return Card(
        title=f"Fiche de règle {rule.id}@{rule.version} : {rule.title_fr}",
        sections=(first, tested, *known, *others),
        file=policy.rule_files[policy.rules.index(rule)],
        rule_sha=rule.sha,
        policy_sha=policy.sha256,
    )


_Rows = Iterator[tuple[str, ...]]


def _identity(rule: Rule) -> _Rows:
    valid, signed = rule.valid, rule.approved
    end = f"jusqu'au {_day(valid.end)} exclu" if valid.end else "jusqu'à nouvel ordre"
    yield "Règle et version", f"{rule.id}, version {rule.version}", "id, version"
    yield "Intitulé", rule.title_fr, "title_fr"
    yield "Statut", _STATUS_FR[rule.status], "status"
    yield "Validité", f"depuis le {_day(valid.start)}, {end}", "valid.from, valid.to"
    approval = f"{signed.by}, le {_day(signed.on)}, {signed.minutes}" if signed else "aucune"
    yield "Approbation", approval, "approved.by, approved.on, approved.minutes"
    yield "Valeurs communes reprises de", rule.inherits or "aucune : la règle dit tout", "inherits"
    portfolios = _listed(rule.scope.portfolio, "tous les portefeuilles")
    yield "Portefeuilles visés", portfolios, "scope.portfolio"
    yield "Actifs visés", _listed(rule.scope.asset, "tous les actifs"), "scope.asset"


def _tested(rule: Rule) -> _Rows:
    asks = rule.applies_if
    if asks is None:
        yield "Concernés", "tous les émetteurs privés", _NOTHING, _NOTHING, "applies_if"
    else:
        roles = " ou ".join(f"{ROLES_FR.get(role, role)} ({role})" for role in asks.roles_any) or "tout rôle"
        goods = f" ; matières : {', '.join(asks.commodities_any) or 'toutes'}"
        yield (
            "Concernés", roles + goods, _NOTHING, _NOTHING, "applies_if.roles_any, applies_if.commodities_any"
        )  # fmt: skip
    names = iter([name for name, _, _ in rule.criterions()])
    yield from _group(rule.criteria, names, "")


def _group(group: Group, names: Iterator[str], indent: str) -> _Rows:
    if group.at_least:
        words, key = (
            f"au moins {group.at_least.n} des {len(group.members)} critères suivants",
            "at_least.n, at_least.of",
        )
    else:
        words, key = ("tous les critères suivants", "all") if group.all_of else ("un critère suivant suffit", "any")
    yield f"{indent}Logique", words, _NOTHING, _NOTHING, key
    for member in group.members:
        yield from _member(member, names, f"{indent}· ")
    if group.unless:
        sentence = "sauf si l'un de ceux-ci est prouvé (l'inconnu n'excuse pas)"
        yield f"{indent}Exception", sentence, _NOTHING, _NOTHING, "unless"
    for member in group.unless:
        yield from _member(member, names, f"{indent}· ")


def _member(member: Criterion | Group, names: Iterator[str], indent: str) -> _Rows:
    if isinstance(member, Group):
        yield from _group(member, names, indent)
    else:
        yield _criterion(member, indent + next(names))


def _criterion(c: Criterion, name: str) -> tuple[str, ...]:
    kept = {
        "basis": c.basis and f"{c.basis}, {BASES_FR[c.basis]}",
        "roles": ", ".join(c.roles),
        "set": c.substance_set,
        "models": c.models and ", ".join(c.models),
        "definition": c.definition,
        "tier": c.tier,
        "dated": c.dated and "oui",
        "max_year": c.max_year,
        "max_age_months": c.max_age_months and f"{c.max_age_months} mois au plus",
    }
    given = " ; ".join(f"{key} : {value}" for key, value in kept.items() if value)
    absent = ", ".join(key for key, value in kept.items() if not value)
    if c.value is None:
        asked = f"{c.op} ({'oui' if c.op == 'is_true' else 'non'})"
    else:
        asked = f"{OPERATORS_FR[c.op]} {number_fr(c.value)}{' %' if is_share(c.measure) else ''}"
    keys = f"{given or 'sans précision'}{f' ; vides : {absent}' if absent else ''}"
    return name, criterion_words(c), c.measure, asked, f"id, label_fr, measure, op, value ; {keys}"


def _lists(rule: Rule, sets: Sequence[NamedSet], definitions: Sequence[Definition]) -> _Rows:
    criteria = [criterion for _, criterion, _ in rule.criterions()]
    wanted = dict.fromkeys(c.substance_set for c in criteria)
    for found in sets:
        if found.id in wanted:
            members = " ; ".join(map(_member_words, found.members))
            yield f"{found.id} ({found.title_fr})", f"{len(found.members)} : {members}", found.source
    meant = dict.fromkeys(c.definition for c in criteria)
    for definition in definitions:
        if definition.id in meant:
            yield definition.id, definition.text_fr, definition.source


def _member_words(member: Member) -> str:
    marks = ", ".join([*filter(None, (member.cas and f"CAS {member.cas}", *member.other_cas, member.family))])
    since = f" depuis le {_day(member.since)}" if member.since else ""
    status = f", {member.status_fr}{since}" if member.status_fr else since
    return f"{member.name}{f' ({marks})' if marks else ''}{status}"


def _evidence(rule: Rule) -> _Rows:
    asked, near = rule.evidence, rule.near
    yield (
        "Pour conclure",
        f"grade {asked.min_grade_true} ou mieux ; plus faible : surveillance",
        "evidence.min_grade_true",
    )
    yield (
        "Pour autoriser",
        f"grade {asked.min_grade_false} ou mieux ; plus faible : inconnu",
        "evidence.min_grade_false",
    )
    age = f"{asked.max_age_months} mois ; au-delà, ne peut plus autoriser"
    yield "Âge maximal", age, "evidence.max_age_months"
    yield "Estimations", _VALUES_FR[asked.estimates], "evidence.estimates"
    distance = f"à moins de {number_fr(near.abs_pp)} point ou de {number_fr(near.rel * 100)} % du seuil (le plus large)"
    yield "Proche du seuil", distance, "near.abs_pp, near.rel"
    grades = "A contrôlé ou réglementaire, B publié par l'émetteur, C recherche d'un fournisseur, D estimation d'un "
    yield "Grades", f"{grades}fournisseur, E indice sectoriel", _NOTHING


def _outcomes(rule: Rule) -> _Rows:
    outcome = rule.outcome
    yield "Critères réunis et prouvés", OUTCOMES_FR[outcome.true], "outcome.true"
    yield "Critères écartés et prouvés", OUTCOMES_FR[outcome.false], "outcome.false"
    yield "Inconnu", OUTCOMES_FR[outcome.unknown], "outcome.unknown"
    yield "Inconnu, émetteur exposé au sujet", OUTCOMES_FR[outcome.unknown_exposed], "outcome.unknown_exposed"


def _propagation(rule: Rule) -> _Rows:
    down, (low, high) = rule.propagation.down, rule.propagation.minority_flag
    if down is None:
        yield "Vers les filiales", "jamais", "propagation.down"
    else:
        control = "sociétés contrôlées" if down.control else "contrôle non demandé"
        keys = "propagation.down.control, propagation.down.min_pct"
        yield "Vers les filiales", f"{control}, détention de {down.min_pct} % ou plus", keys
    yield "Vers la société mère", _VALUES_FR[rule.propagation.up], "propagation.up"
    yield "Participations signalées", f"de {low} % à {high} %, sans exclusion", "propagation.minority_flag"


def _instruments(rule: Rule) -> _Rows:
    tested = rule.instruments
    yield "Obligations vertes européennes", _VALUES_FR[tested.eu_green_bond], "instruments.eu_green_bond"
    yield "Autres obligations à produit fléché", _VALUES_FR[tested.other_uop], "instruments.other_uop"
    unless = _listed(tested.exempt_unless, "aucune règle")
    yield "Exemption retirée si exclu par", unless, "instruments.exempt_unless"
    yield "Échangeables et convertibles", _VALUES_FR[tested.exchangeable], "instruments.exchangeable"
    yield "Positions courtes", _VALUES_FR[tested.short], "instruments.short"
    share = f"{number_fr(tested.open_fund_tolerance_pct)} % exclus au plus ; fonds dédié : aucun"
    yield "Fonds ouvert", share, "instruments.open_fund_tolerance_pct"


def _holdings(rule: Rule) -> _Rows:
    terms = rule.holdings
    yield "Achat", _VALUES_FR[terms.buy], "holdings.buy"
    yield "Cession d'un émetteur exclu", _days(terms.divest_days), "holdings.divest_days"
    yield "Décision sur un émetteur surveillé", _days(terms.decide_days), "holdings.decide_days"
    yield "Actifs illiquides", _VALUES_FR[terms.illiquid], "holdings.illiquid"
    last = f"au plus tard le {_day(terms.run_off_max)}" if terms.run_off_max else "sans date limite"
    yield "Extinction", last, "holdings.run_off_max"


def _reentry(rule: Rule) -> _Rows:
    terms = rule.reentry
    if terms is None:
        yield "Condition", "aucune fixée : décision du comité au cas par cas", "reentry"
        return
    unit = " %" if is_share(terms.measure) else ""
    threshold = f"{terms.measure} {OPERATORS_FR[terms.op]} {number_fr(terms.value)}{unit}"
    yield "Condition", threshold, "reentry.measure, reentry.op, reentry.value"
    yield "Pendant", f"{terms.fiscal_years} exercice(s)", "reentry.fiscal_years"
    yield "Décision", _VALUES_FR[terms.decision], "reentry.decision"


def _listed(words: Sequence[str], nothing: str) -> str:
    return ", ".join(words) or nothing


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else _NOTHING


def _days(days: int | None) -> str:
    return "sans délai fixé" if days is None else f"sous {number_fr(Decimal(days))} jours"
