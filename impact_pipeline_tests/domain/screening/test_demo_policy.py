"""The demo's seven rules at their thresholds, grades and unknowns: what the fictional committee signed."""

from typing import Any

import pytest

from impact_pipeline_tests.domain.screening.cases import absent, claim, demo_rules, explanations, verdict

Claims = list[dict[str, Any]]


def palm(share: str, **certified: str) -> Claims:
    """Share of revenue of a grower, and certified shares by RSPO model."""
    parts = [claim("certified_share.rspo", value, model=model, unit="pct") for model, value in certified.items()]
    return [claim("revenue_share.palm", share, role="grower", unit="pct"), *parts]


def neonics(role: str, share: str = "0") -> Claims:
    maker = claim("involvement.neonic", "1", role=role, substance_set="neonic_IRAC4A", unit="bool")
    return [maker if role else absent("involvement.neonic"), claim("revenue_share.neonic", share, unit="pct")]


def soda(share: str, role: str = "brand_owner", tier: str = ">=5g/100ml") -> Claims:
    return [claim("revenue_share.added_sugar_drinks", share, role=role, model=tier, unit="pct")]


def pfas(producer: str, release: str, litigation: str = "0", leaves: str = "", definition: str = "OECD2021") -> Claims:
    plan = [claim("pfas.phase_out", "1", model=leaves, unit="bool")] if leaves else []
    return [
        claim("pfas.producer", producer, model=definition, unit="bool"),
        claim("pfas.release_kg_y", release, unit="kg_y"),
        claim("pfas.litigation_material", litigation, unit="bool"),
        *plan,
    ]


def forests(score: str) -> Claims:
    return [claim("deforestation_policy.score", score, role="grower", substance_set="palm")]


def water(share: str, policy: str) -> Claims:
    stress = claim("withdrawal_m3.high_stress_share", share)
    return [stress, claim("water_policy.sites_in_stress", policy, unit="bool")]


def plastics(polymer: str, packaging: str, target: str, role: str = "polymer_maker") -> Claims:
    return [
        claim("virgin_polymer_t", polymer, role=role, unit="t"),
        claim("plastic_packaging_t_per_meur", packaging),
        claim("plastic_target.dated", target, unit="bool"),
    ]


@pytest.mark.parametrize(
    ("rule_id", "claims", "truth"),
    [
        ("PALM-01", palm("5", IP="50"), "F"),  # "plus de 5 %": 5 itself is not
        ("PALM-01", palm("5.05", IP="50"), "T"),
        ("PALM-01", palm("5", IP="49.95", SG="0", MB="0"), "T"),  # half certified, credits apart
        ("PALM-01", palm("5", SG="30", IP="0", MB="20"), "F"),  # 50 in three models, 30 in the two strict ones
        ("PALM-01", palm("5", SG="29.95", IP="0", MB="30"), "T"),
        ("PALM-01", palm("5", SG="0", IP="0", MB="60"), "T"),  # mass balance is not strict
        ("NEO-01", neonics(""), "F"),
        ("NEO-01", neonics("", "0.05"), "T"),  # from the first euro
        ("NEO-01", neonics("active_maker"), "T"),
        ("NEO-01", neonics("formulator"), "T"),
        ("SODA-01", soda("20"), "T"),
        ("SODA-01", soda("19.95"), "F"),
        ("SODA-01", soda("20", "bottler"), "T"),
        ("SODA-01", soda("60", tier="<5g/100ml"), "U"),  # says nothing of the sweeter ones
        ("PFAS-W1", pfas("1", "0.15"), "T"),  # two of three
        ("PFAS-W1", pfas("1", "0.1"), "F"),
        ("PFAS-W1", pfas("1", "0", "1"), "T"),
        ("PFAS-W1", pfas("0", "5", "1"), "T"),
        ("PFAS-W1", pfas("1", "0", "1", leaves="2030"), "F"),
        ("PFAS-W1", pfas("1", "0", "1", leaves="2031"), "T"),
        ("PFAS-W1", pfas("1", "0", "1", definition="excl_API_PPP"), "U"),
        ("DEF-W1", forests("4"), "F"),
        ("DEF-W1", forests("3.95"), "T"),
        ("WAT-W1", water("20", "0"), "T"),
        ("WAT-W1", water("19.95", "0"), "F"),
        ("WAT-W1", water("20", "1"), "F"),
        ("PLA-W1", plastics("0", "10", "0"), "T"),
        ("PLA-W1", plastics("0", "9.95", "0"), "F"),
        ("PLA-W1", plastics("0", "10", "1"), "F"),
        ("PLA-W1", plastics("0.05", "0", "1"), "T"),
        ("PLA-W1", plastics("9", "0", "1", role="converter"), "U"),  # a user of polymers says nothing of making them
    ],
)
def test_thresholds(rule_id: str, claims: Claims, truth: str) -> None:
    assert verdict(claims, demo_rules()[rule_id])["truth"] == truth


PROVEN = {
    "PALM-01": palm("9", IP="80"),
    "NEO-01": neonics("active_maker"),
    "SODA-01": soda("62"),
    "PFAS-W1": pfas("1", "9", "1"),
    "DEF-W1": forests("1"),
    "WAT-W1": water("60", "0"),
    "PLA-W1": plastics("9", "0", "1"),
}
DISPROVEN = {
    "PALM-01": palm("1", IP="80"),
    "NEO-01": neonics(""),
    "SODA-01": soda("3"),
    "PFAS-W1": pfas("0", "0"),
    "DEF-W1": forests("5"),
    "WAT-W1": water("3", "1"),
    "PLA-W1": plastics("0", "0", "1"),
}


def graded(claims: Claims, grade: str) -> Claims:
    return [{**each, "grade": grade} for each in claims]


@pytest.mark.parametrize("rule_id", PROVEN)
def test_grades(rule_id: str) -> None:
    """A vendor's research (C) proves and clears, its estimate (D) does neither; NEO-01 asks for B."""
    the_rule = demo_rules()[rule_id]
    good, weak = ("B", "C") if rule_id == "NEO-01" else ("C", "D")
    proven = "EXCLUDED" if the_rule.can_exclude else "ENGAGEMENT"
    assert verdict(graded(PROVEN[rule_id], good), the_rule)["outcome"] == proven
    assert verdict(graded(PROVEN[rule_id], weak), the_rule)["outcome"] == (
        "WATCHLIST" if the_rule.can_exclude else proven
    )
    for grade, admissible in ((good, True), (weak, False)):
        rows = explanations(graded(PROVEN[rule_id], grade), the_rule).values()
        assert {row["admissible"] for row in rows if row["truth"] == "T"} == {admissible}
    assert verdict(graded(DISPROVEN[rule_id], "C"), the_rule)["outcome"] == "CLEARED"
    assert verdict(graded(DISPROVEN[rule_id], "D"), the_rule)["truth"] == "U"


@pytest.mark.parametrize("rule_id", PROVEN)
def test_no_evidence_is_unknown_and_an_exposed_issuer_is_watched(rule_id: str) -> None:
    the_rule = demo_rules()[rule_id]
    nothing = verdict([], the_rule)
    assert (nothing["truth"], nothing["outcome"]) == ("U", "UNKNOWN")
    # it is there, and how much nobody can tell
    vague = [
        {**each, "lo": None, "hi": None, "coverage_status": "researched_involved", "reported_or_estimated": None}
        for each in PROVEN[rule_id][:1]
    ]
    if rule_id in ("NEO-01", "PFAS-W1"):
        vague = graded(PROVEN[rule_id][:1], "E")
    found = verdict(vague, the_rule)
    assert found["outcome"] == "WATCHLIST", found["text_fr"]
