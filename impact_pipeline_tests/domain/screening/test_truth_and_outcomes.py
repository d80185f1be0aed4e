"""Three-valued logic, admissibility, and what each truth leads to."""

import datetime as dt
from typing import Any

import pytest

from impact_pipeline.domain.screening import Rule
from impact_pipeline_tests.domain.screening.cases import (
    absent,
    claim,
    criterion,
    demo_rules,
    explanations,
    rule,
    screen,
    verdict,
)

PALM = "revenue_share.palm"
FLAGS = ("pfas.a", "pfas.b", "pfas.c")
VALUES: dict[str, tuple[str, str] | None] = {"T": ("1", "1"), "F": ("0", "0"), "U": ("0", "1"), "-": None}


def flags(states: str) -> list[dict[str, Any]]:
    """Yes, no, undecided or missing (-) for the three flags."""
    return [
        claim(measure, *ends, unit="bool")
        for measure, state in zip(FLAGS, states, strict=True)
        if (ends := VALUES[state]) is not None
    ]


def logic(**group: Any) -> Rule:
    leaves = [criterion(measure, "is_true") for measure in FLAGS]
    if "at_least" in group:
        return rule(criteria={"at_least": {"n": group["at_least"], "of": leaves}})
    return rule(criteria={group["word"]: leaves})


@pytest.mark.parametrize(
    ("states", "any_of", "all_of", "two_of"),
    [
        ("TTT", "T", "T", "T"),
        ("TTF", "T", "F", "T"),
        ("TFF", "T", "F", "F"),
        ("FFF", "F", "F", "F"),
        ("TUF", "T", "F", "U"),
        ("TUU", "T", "U", "U"),
        ("UFF", "U", "F", "F"),
        ("UUU", "U", "U", "U"),
        ("TT-", "T", "U", "T"),
        ("FF-", "U", "F", "F"),
        ("---", "U", "U", "U"),
    ],
)
def test_groups_follow_kleene(states: str, any_of: str, all_of: str, two_of: str) -> None:
    claims = flags(states)
    assert verdict(claims, logic(word="any"))["truth"] == any_of
    assert verdict(claims, logic(word="all"))["truth"] == all_of
    assert verdict(claims, logic(at_least=2))["truth"] == two_of


@pytest.mark.parametrize(
    ("op", "lo", "hi", "truth"),
    [
        (">", "5", "5", "F"),
        (">", "5", "6", "U"),
        (">", "5.000001", "9", "T"),
        (">=", "5", "9", "T"),
        (">=", "4", "5", "U"),
        (">=", "4", "4.999999", "F"),
        ("<", "5", "9", "F"),
        ("<", "4", "5", "U"),
        ("<", "4", "4.999999", "T"),
        ("<=", "4", "5", "T"),
        ("<=", "5", "6", "U"),
        ("<=", "5.000001", "6", "F"),
    ],
)
def test_an_interval_proves_only_what_all_of_it_satisfies(op: str, lo: str, hi: str, truth: str) -> None:
    the_rule = rule(criteria={"any": [criterion(PALM, op, "5", id="rev")]})
    assert explanations([claim(PALM, lo, hi)], the_rule)["rev"]["truth"] == truth


@pytest.mark.parametrize(("op", "truth"), [(">=", "F"), ("<", "T"), (">", "F"), ("<=", "T")])
def test_an_open_band_never_reaches_its_end(op: str, truth: str) -> None:
    the_rule = rule(criteria={"any": [criterion(PALM, op, "5", id="rev")]})
    assert explanations([claim(PALM, "0", "5", hi_open=True)], the_rule)["rev"]["truth"] == truth


def test_nested_groups() -> None:
    the_rule = demo_rules()["PLA-W1"]
    packaging = claim("plastic_packaging_t_per_meur", "12")
    no_target = claim("plastic_target.dated", "0", unit="bool")
    target = claim("plastic_target.dated", "1", unit="bool")
    no_polymer = absent("virgin_polymer_t")
    assert verdict([packaging, no_target], the_rule)["outcome"] == "ENGAGEMENT"
    assert verdict([packaging, target, no_polymer], the_rule)["outcome"] == "CLEARED"
    assert verdict([packaging, target], the_rule)["truth"] == "U"
    assert verdict([claim("virgin_polymer_t", "3000", role="polymer_maker")], the_rule)["outcome"] == "ENGAGEMENT"


PROVED = [
    claim("pfas.producer", "1", unit="bool"),
    claim("pfas.release_kg_y", "12", unit="kg_y"),
]


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [
        ({"model": "2028"}, "CLEARED"),
        ({"model": None}, "ENGAGEMENT"),
        ({"model": "2035"}, "ENGAGEMENT"),
        ({"model": "undated"}, "ENGAGEMENT"),
        ({"model": "2028", "lo": "0", "hi": "1"}, "ENGAGEMENT"),
        ({"model": "2028", "grade": "E"}, "ENGAGEMENT"),
        ({"model": "2028", "fiscal_year": 2020}, "ENGAGEMENT"),
    ],
)
def test_only_a_proven_dated_and_fresh_exit_mitigates(plan: dict[str, Any], outcome: str) -> None:
    found = verdict([*PROVED, claim("pfas.phase_out", **{"lo": "1", **plan}, unit="bool")], demo_rules()["PFAS-W1"])
    assert found["outcome"] == outcome


def test_pfas_needs_two_signs() -> None:
    assert verdict(PROVED, demo_rules()["PFAS-W1"])["outcome"] == "ENGAGEMENT"
    one_sign = verdict(PROVED[:1], demo_rules()["PFAS-W1"])
    assert (one_sign["truth"], one_sign["outcome"]) == ("U", "WATCHLIST")
    three_m = [
        PROVED[0],
        claim("pfas.release_kg_y", "0"),
        claim("pfas.litigation_material", "0", unit="bool"),
    ]
    assert verdict(three_m, demo_rules()["PFAS-W1"])["outcome"] == "CLEARED"


def test_watch_rules_never_exclude() -> None:
    watch = [name for name in demo_rules() if name.endswith("-W1")]
    assert sorted(watch) == ["DEF-W1", "PFAS-W1", "PLA-W1", "WAT-W1"]
    assert all(demo_rules()[name].outcome.true == "ENGAGEMENT" for name in watch)


def test_a_draft_rule_watches_at_most() -> None:
    draft = rule(base="PALM-01", status="draft")
    found = verdict([claim(PALM, "70")], draft)
    assert (found["truth"], found["outcome"]) == ("T", "WATCHLIST")
    assert "projet non approuvé" in found["text_fr"]


@pytest.mark.parametrize(
    ("grade", "share", "truth", "outcome"),
    [
        ("C", "30", "T", "EXCLUDED"),
        ("D", "30", "T", "WATCHLIST"),
        (None, "30", "T", "WATCHLIST"),
        ("C", "1", "F", "CLEARED"),
        ("D", "1", "U", "WATCHLIST"),
        (None, "1", "U", "WATCHLIST"),
    ],
)
def test_weak_evidence_neither_excludes_nor_clears(grade: str | None, share: str, truth: str, outcome: str) -> None:
    found = verdict([claim("revenue_share.added_sugar_drinks", share, grade=grade)], demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == (truth, outcome)


def test_a_weak_absence_is_unknown_and_not_exposed() -> None:
    found = verdict([absent("revenue_share.added_sugar_drinks", grade="E")], demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == ("U", "UNKNOWN")
    assert "preuve trop faible pour autoriser, minimum grade C" in found["text_fr"]


def test_one_admissible_reason_is_enough() -> None:
    claims = [
        claim("revenue_share.neonic", "3", grade="D"),
        claim("involvement.neonic", "1", unit="bool", role="formulator", grade="A"),
    ]
    assert verdict(claims, demo_rules()["NEO-01"])["outcome"] == "EXCLUDED"
    assert verdict(claims[:1], demo_rules()["NEO-01"])["outcome"] == "WATCHLIST"


@pytest.mark.parametrize(
    ("day", "stale_days", "high", "low"),
    [
        # fiscal year 2022 ends on 2022-12-31; 24 months later is 2024-12-31, still fresh that day
        (dt.date(2024, 12, 31), None, "EXCLUDED", "CLEARED"),
        (dt.date(2025, 1, 31), 31, "EXCLUDED", "WATCHLIST"),
        (dt.date(2029, 1, 31), 1492, "EXCLUDED", "WATCHLIST"),
    ],
)
def test_stale_evidence_keeps_an_exclusion_and_never_clears(
    day: dt.date, stale_days: int | None, high: str, low: str
) -> None:
    the_rule = rule(base="SODA-01")
    for share, outcome in (("30", high), ("1", low)):
        old = claim("revenue_share.added_sugar_drinks", share, fiscal_year=2022, known_from=dt.date(2023, 5, 1))
        found = verdict([old], the_rule, day=day)
        assert (found["outcome"], found["is_stale"]) == (outcome, stale_days is not None)
        assert explanations([old], the_rule, day=day)["rev"]["stale_days"] == stale_days


def test_age_counts_from_publication_then_receipt_when_the_year_is_not_given() -> None:
    the_rule = demo_rules()["SODA-01"]
    measure = "revenue_share.added_sugar_drinks"
    published = claim(measure, "1", fiscal_year=None, published_on=dt.date(2023, 6, 30), known_from=dt.date(2025, 6, 1))
    assert verdict([published], the_rule)["is_stale"]
    received = claim(measure, "1", fiscal_year=None, known_from=dt.date(2024, 6, 1))
    assert verdict([received], the_rule)["outcome"] == "CLEARED"
    undated = claim(measure, "1", fiscal_year=None, known_from=None)
    assert verdict([undated], the_rule)["outcome"] == "WATCHLIST"


@pytest.mark.parametrize(
    ("share", "near"), [("4.4", False), ("4.5", True), ("5.5", True), ("5.6", False), ("0", False)]
)
def test_near_is_half_a_point_or_a_tenth_of_the_threshold(share: str, near: bool) -> None:
    the_rule = rule(criteria={"any": [criterion(PALM, ">", "5")]})
    assert verdict([claim(PALM, share)], the_rule)["is_near"] is near


def test_first_euro_does_not_flag_every_clean_company_as_near() -> None:
    assert not verdict([absent("revenue_share.neonic")], demo_rules()["NEO-01"])["is_near"]


def test_applicability_looks_at_commodities_too() -> None:
    the_rule = demo_rules()["DEF-W1"]
    cotton = claim("deforestation_policy.score", "1", role="trader", substance_set="cotton")
    assert verdict([cotton], the_rule)["outcome"] == "NOT_APPLICABLE"
    soy = claim("deforestation_policy.score", "1", role="trader", substance_set="soy")
    assert verdict([soy], the_rule)["outcome"] == "ENGAGEMENT"


def test_the_way_back_is_shown_to_the_excluded_only() -> None:
    the_rule = demo_rules()["PALM-01"]
    words = (
        "Sortirait de la liste si part du CA issue de l'huile de palme < 4 % pendant deux exercices,"
        " sur décision du comité."
    )
    assert explanations([claim(PALM, "7.4")], the_rule)["rev"]["counterfactual_fr"] == words
    assert explanations([absent(PALM)], the_rule)["rev"]["counterfactual_fr"] is None


def test_a_rule_outside_its_validity_gives_no_verdict() -> None:
    found = screen([claim(PALM, "70")], list(demo_rules().values()), day=dt.date(2018, 12, 31))
    assert (found.issuer_verdicts.height, found.verdict_explanations.height) == (0, 0)


def test_without_issuers_or_rules_the_tables_are_empty() -> None:
    assert screen([], [demo_rules()["PALM-01"]], issuers=[]).issuer_verdicts.height == 0
    assert screen([claim(PALM, "70")], []).verdict_explanations.height == 0
