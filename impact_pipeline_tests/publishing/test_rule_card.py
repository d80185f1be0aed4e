"""The rule card says everything the compiled rule does: a value that changes changes the card, not only its sha."""

import copy
import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.domain.screening import Rule
from impact_pipeline.domain.screening.changes import compiled_keys
from impact_pipeline.ingest.policy.loading import Policy, load_policy
from impact_pipeline.publishing.rule_card import rule_card
from impact_pipeline.publishing.rule_card_pages import to_html, to_markdown
from impact_pipeline.settings import REPOSITORY

DEMO = load_policy(REPOSITORY / "data" / "demo" / "policy")
#: Every key of the language, none at its default.
FULL: dict[str, Any] = {
    "id": "TEST-01",
    "version": "3",
    "status": "approved",
    "title_fr": "Essai | <complet>",
    "approved": {"by": "Comité ISR", "on": "2025-03-14", "minutes": "CR-2025-03"},
    "valid": {"from": "2025-04-01", "to": "2030-01-01"},
    "inherits": "defaults@1",
    "scope": {"portfolio": ["actifs_rendement"], "asset": ["equity"]},
    "applies_if": {"roles_any": ["grower"], "commodities_any": ["palm"]},
    "criteria": {
        "at_least": {
            "n": 1,
            "of": [
                {
                    "id": "first", "label_fr": "premier critère", "measure": "revenue_share.neonic", "op": ">=",
                    "value": "7.25", "basis": "group", "roles": ["refiner"], "set": "neonic_IRAC4A",
                    "models": ["IP", "SG"], "dated": True, "max_year": 2031, "max_age_months": 18,
                },
                {"id": "second", "label_fr": "deuxième", "measure": "pfas.producer", "op": "is_true",
                 "definition": "OECD2021"},
                {"all": [{"id": "third", "label_fr": "troisième", "measure": "revenue_share.soda", "op": "<",
                          "value": "3", "tier": "C"}]},
            ],
        },
        "unless": [{"id": "fourth", "label_fr": "quatrième", "measure": "pfas.phase_out", "op": "is_true"}],
    },
    "outcome": {"true": "EXCLUDED", "false": "CLEARED", "unknown": "ENGAGEMENT", "unknown_exposed": "UNKNOWN"},
    "evidence": {"min_grade_true": "B", "min_grade_false": "D", "max_age_months": 17, "estimates": "conservative"},
    "near": {"abs_pp": "0.75", "rel": "0.15"},
    "reentry": {"measure": "revenue_share.palm", "op": "<", "value": "4", "fiscal_years": 2, "decision": "automatic"},
    "propagation": {"down": {"control": False, "min_pct": 55}, "up": "none", "minority_flag": [11, 49]},
    "instruments": {
        "eu_green_bond": "exempt", "other_uop": "exempt", "exempt_unless": ["PAB-c"], "exchangeable": "issuer",
        "short": "never_offsets", "open_fund_tolerance_pct": "6.5",
    },
    "holdings": {
        "buy": "allowed", "divest_days": 181, "decide_days": 91, "illiquid": "divest", "run_off_max": "2031-12-31",
    },
}  # fmt: skip
#: Where one step down the path of a key, and another value that is valid there.
CHANGES: list[tuple[str, Any]] = [
    ("id", "TEST-02"),
    ("version", "4"),
    ("status", "retired"),
    ("title_fr", "Autre"),
    ("approved.by", "Conseil"),
    ("approved.on", "2025-03-15"),
    ("approved.minutes", "CR-2025-04"),
    ("valid.from", "2025-04-02"),
    ("valid.to", None),
    ("inherits", None),
    ("scope.portfolio", []),
    ("scope.asset", ["bond"]),
    ("applies_if.roles_any", ["mill"]),
    ("applies_if.commodities_any", ["soy"]),
    ("criteria.at_least.n", 2),
    *(
        (f"criteria.at_least.of[first].{key}", value)
        for key, value in {
            "id": "premier", "label_fr": "autre", "measure": "revenue_share.palm", "op": ">", "value": "7.26",
            "basis": "site", "roles": ["mill"], "set": "nAChR_FR", "models": ["IP"], "dated": False,
            "max_year": 2032, "max_age_months": None,
        }.items()
    ),
    ("criteria.at_least.of[second].definition", "excl_FGas"),
    ("criteria.at_least.of[3].all[third].tier", "B"),
    ("criteria.unless[fourth].op", "is_false"),
    ("outcome.true", "WATCHLIST"),
    ("outcome.unknown", "WATCHLIST"),
    ("outcome.unknown_exposed", "WATCHLIST"),
    ("evidence.min_grade_true", "A"),
    ("evidence.min_grade_false", "C"),
    ("evidence.max_age_months", 18),
    ("evidence.estimates", "interval"),
    ("near.abs_pp", "0.76"),
    ("near.rel", "0.151"),
    ("reentry.measure", "revenue_share.soda"),
    ("reentry.op", "<="),
    ("reentry.value", "4.5"),
    ("reentry.fiscal_years", 3),
    ("reentry.decision", "committee"),
    ("propagation.down.control", True),
    ("propagation.down.min_pct", 56),
    ("propagation.minority_flag", [10, 49]),
    ("instruments.eu_green_bond", "test_issuer"),
    ("instruments.other_uop", "test_issuer"),
    ("instruments.exempt_unless", []),
    ("instruments.exchangeable", "issuer_and_underlying"),
    ("instruments.open_fund_tolerance_pct", "6.51"),
    ("holdings.buy", "forbidden_at_decision"),
    ("holdings.divest_days", None),
    ("holdings.decide_days", 92),
    ("holdings.illiquid", "run_off"),
    ("holdings.run_off_max", None),
]  # fmt: skip
#: The language has one word for these.
FIXED = {"outcome.false", "propagation.up", "instruments.short"}


def card_text(plain: dict[str, Any]) -> str:
    """The Markdown card without its sha lines, which any change changes."""
    rule = Rule.model_validate(plain)
    policy = dataclasses.replace(DEMO, rules=(rule,), rule_files=("rules/test.yaml",))
    return re.sub(r".*sha256.*", "", to_markdown(rule_card(rule, policy)))


def changed(path: str, value: Any) -> dict[str, Any]:
    plain: Any = copy.deepcopy(FULL)
    steps = [step for step in re.split(r"[.\[\]]+", path) if step]
    place = plain
    for step in steps[:-1]:
        place = _within(place, step)
    assert place[steps[-1]] != value
    place[steps[-1]] = value
    return plain


def _within(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place[step]
    if step.isdigit():
        return place[int(step) - 1]
    return next(part for part in place if part.get("id") == step)


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=[path for path, _ in CHANGES])
def test_a_changed_value_changes_the_card(path: str, value: Any) -> None:
    assert card_text(changed(path, value)) != card_text(FULL)


@pytest.mark.parametrize("block", ["applies_if", "reentry", "approved", "scope"])
def test_a_block_left_out_changes_the_card(block: str) -> None:
    plain = {key: value for key, value in FULL.items() if key != block} | {"status": "draft"}
    assert card_text(plain) != card_text(FULL | {"status": "draft"})


def test_no_subsidiaries_at_all_is_said() -> None:
    plain = FULL | {"propagation": {"down": None}}
    assert "| Vers les filiales | jamais |" in card_text(plain)


def test_the_changes_above_cover_every_key_of_the_language() -> None:
    criterion = re.compile(r"^criteria\.(?:.*\.)?([a-z_]+)$")
    tried = {criterion.sub(r"criterion.\1", path) for path, _ in CHANGES}
    keys = {criterion.sub(r"criterion.\1", path) for path in compiled_keys(Rule.model_validate(FULL))}
    # the empty branches of groups say nothing: another branch is shown instead
    empty = {"criterion.any", "criterion.all", "criterion.at_least", "criterion.unless"}
    assert keys - tried - empty == FIXED


@pytest.mark.parametrize("rule", DEMO.rules, ids=lambda rule: rule.id)
def test_every_compiled_key_is_named_on_the_card(rule: Rule) -> None:
    text = to_markdown(rule_card(rule, DEMO))
    for path in compiled_keys(rule):
        if path.startswith("criteria."):
            continue  # criteria show their keys without the path; the test above changes each
        assert path in text, path
    assert rule.sha in text
    assert DEMO.sha256 in text
    assert f"rules/{rule.id}@{rule.version}.yaml" in text


def test_the_palm_card_reads_as_the_committee_would_say_it() -> None:
    rule = next(rule for rule in DEMO.rules if rule.id == "PALM-01")
    text = to_markdown(rule_card(rule, DEMO))
    for words in (
        "# Fiche de règle PALM-01@1 : Huile de palme (déforestation)",
        "| Approbation | Comité ISR (fictif), le 14/12/2018, CR-2018-12 |",
        "| Validité | depuis le 01/01/2019, jusqu'à nouvel ordre |",
        "un critère suivant suffit",
        "part du CA issue de l'huile de palme, périmètre groupe > 5 %",
        "| Critères réunis et prouvés | EXCLU |",
        "| Cession d'un émetteur exclu | sous 180 jours |",
        "| Extinction | au plus tard le 31/12/2030 |",
        "| Condition | revenue_share.palm < 4 % |",
        "| Fonds ouvert | 5 % exclus au plus ; fonds dédié : aucun |",
        "planteur (grower) ou moulin (mill)",
    ):
        assert words in text, words


def test_sets_and_definitions_are_spelt_out() -> None:
    texts = {rule.id: to_markdown(rule_card(rule, DEMO)) for rule in DEMO.rules}
    for member in next(found for found in DEMO.sets if found.id == "neonic_IRAC4A").members:
        assert f"{member.name} (CAS {member.cas}" in texts["NEO-01"]
    assert "approbation phytosanitaire expirée depuis le 31/01/2019" in texts["NEO-01"]
    assert "entièrement fluoré" in texts["PFAS-W1"]
    assert "Listes et définitions" not in texts["PALM-01"]


def test_the_html_page_stands_alone_and_escapes_what_a_title_contains(tmp_path: Path) -> None:
    rule = Rule.model_validate(FULL)
    policy: Policy = dataclasses.replace(DEMO, rules=(rule,), rule_files=("rules/test.yaml",))
    page = to_html(rule_card(rule, policy))
    assert page.startswith('<!doctype html>\n<html lang="fr">')
    assert "Essai | &lt;complet&gt;" in page
    assert "<complet>" not in page
    assert not re.search(r"<script|https?:|src=", page)
    assert rule.sha in page
    assert "Approbateur" in page
    # the same cells on both
    table_row = "<td>Pour conclure</td><td>grade B ou mieux ; plus faible : surveillance</td>"
    assert table_row in page
    assert "Essai \\| &lt;complet>" in to_markdown(rule_card(rule, policy))
