"""Owners and owned: what goes down, what comes up, what is only flagged, what is unknown (screening.md 4.5)."""

import datetime as dt
from decimal import Decimal

import pytest

from impact_pipeline_tests.domain.screening.cases import absent, claim, criterion, demo_rules, owner, rule, screen

PALM = rule(criteria={"any": [criterion("revenue_share.palm", ">", "5", id="rev")]})
NEO = demo_rules()["NEO-01"]
DIRTY = claim("revenue_share.palm", "60", issuer_id="PARENT", published_on=dt.date(2025, 4, 2))
MAKER = claim(
    "involvement.neonic", "1", issuer_id="CHILD", role="active_maker", substance_set="neonic_IRAC4A", grade="A"
)


def family(claims, links, the_rule=PALM, names=("PARENT", "CHILD"), **given):
    """Verdicts and explanation rows by issuer."""
    found = screen(claims, [the_rule], issuers=names, owners=links, **given)
    verdicts = {row["issuer_id"]: row for row in found.issuer_verdicts.iter_rows(named=True)}
    rows = {(row["issuer_id"], row["criterion_id"]): row for row in found.verdict_explanations.iter_rows(named=True)}
    return verdicts, rows


def test_case_8_a_finance_vehicle_inherits_from_its_group() -> None:
    link = owner("CHILD", "PARENT", "100", valid_from=dt.date(2025, 6, 1))
    verdicts, rows = family([DIRTY], [link])
    child = verdicts["CHILD"]
    assert (child["truth"], child["outcome"], child["inherited_from"]) == ("T", "EXCLUDED", "PARENT")
    assert verdicts["PARENT"]["inherited_from"] is None
    why = rows["CHILD", "inheritance"]
    assert (why["path"], why["min_pct"], why["truth"]) == ("PARENT > CHILD", Decimal(100), "T")
    # excluded since the later of: evidence public (2 April 2025), link valid (1 June 2025)
    assert why["published_on"] == dt.date(2025, 6, 1)
    assert (
        "hérite de l'exclusion de Parent SA, qui la contrôle (100 % au plus faible : PARENT > CHILD)"
        in child["text_fr"]
    )


def test_a_chain_keeps_its_weakest_link_and_a_circle_ends() -> None:
    links = [
        owner("B", "PARENT", "80"),
        owner("C", "B", "55", None),
        owner("D", "C", "90"),
        # a circle back to the top, and a second, longer way to C
        owner("PARENT", "D", "60"),
        owner("C", "D", "99"),
    ]
    verdicts, rows = family([DIRTY], links, names=("PARENT", "B", "C", "D"))
    assert {row["outcome"] for row in verdicts.values()} == {"EXCLUDED"}
    assert rows["D", "inheritance"]["path"] == "PARENT > B > C > D"
    assert rows["D", "inheritance"]["min_pct"] == Decimal(55)
    assert ("PARENT", "inheritance") not in rows, "what is excluded by itself inherits nothing"


@pytest.mark.parametrize(
    ("pct", "controlled", "inherits", "flagged"),
    [
        ("51", None, True, False),  # nobody said: more than half of the capital
        ("50", None, False, True),  # a joint venture is not controlled
        ("50", True, True, False),  # unless it is consolidated
        ("51", False, False, False),  # somebody said it is not, and 51 is no minority
        ("35", False, False, True),
        ("10", None, False, True),
        ("9.9", None, False, False),
        (None, True, True, False),
    ],
)
def test_control_is_consolidation_or_more_than_half(pct, controlled, inherits, flagged) -> None:
    verdicts, rows = family(
        [DIRTY, absent("revenue_share.palm", issuer_id="CHILD")], [owner("CHILD", "PARENT", pct, controlled)]
    )
    assert verdicts["CHILD"]["outcome"] == ("EXCLUDED" if inherits else "CLEARED")
    assert (("CHILD", "minority_stake") in rows) == flagged


def test_an_exclusion_never_goes_up() -> None:
    claims = [
        claim("revenue_share.palm", "60", issuer_id="CHILD"),
        claim("revenue_share.palm", "1", issuer_id="PARENT"),
    ]
    verdicts, _ = family(claims, [owner("CHILD", "PARENT")])
    assert (verdicts["CHILD"]["outcome"], verdicts["PARENT"]["outcome"]) == ("EXCLUDED", "CLEARED")


def test_case_9_first_euro_involvement_of_a_company_is_its_group_s() -> None:
    links = [owner("CHILD", "MIDDLE", "65"), owner("MIDDLE", "PARENT", "70"), owner("CHILD", "ASSOCIATE", "35", False)]
    clean = [absent("involvement.neonic", issuer_id=name) for name in ("PARENT", "ASSOCIATE")]
    verdicts, rows = family([MAKER, *clean], links, NEO, ("CHILD", "MIDDLE", "PARENT", "ASSOCIATE"))
    assert {name: row["outcome"] for name, row in verdicts.items()} == {
        "CHILD": "EXCLUDED",
        "MIDDLE": "EXCLUDED",
        "PARENT": "EXCLUDED",
        "ASSOCIATE": "CLEARED",
    }
    assert verdicts["PARENT"]["inherited_from"] == "CHILD"
    why = rows["PARENT", "maker"]
    assert (why["truth"], why["inherited_from"], why["path"]) == ("T", "CHILD", "CHILD > MIDDLE > PARENT")
    assert why["min_pct"] == Decimal(65)
    assert "par la société consolidée Child SA" in verdicts["PARENT"]["text_fr"]
    flag = rows["ASSOCIATE", "minority_stake"]
    assert (flag["min_pct"], flag["path"]) == (Decimal(35), "CHILD")
    assert "détient 35 % de Child SA (exclu)" in verdicts["ASSOCIATE"]["text_fr"]


def test_the_first_euro_of_revenue_comes_up_and_nothing_else_does() -> None:
    link = [owner("CHILD", "PARENT", "65")]
    euro = claim("revenue_share.neonic", "0.4", issuer_id="CHILD", grade="A")
    assert family([euro], link, NEO)[0]["PARENT"]["outcome"] == "EXCLUDED"
    # a threshold above 0 is one of the group's own revenue
    above_1 = rule(criteria={"any": [criterion("revenue_share.neonic", ">", "0.1", id="c")]})
    verdicts, _ = family([euro], link, above_1)
    assert (verdicts["CHILD"]["truth"], verdicts["PARENT"]["truth"]) == ("T", "U")
    # a company's poor policy is not the group's
    poor = claim("deforestation_policy.score", "1", issuer_id="CHILD")
    below_4 = rule(criteria={"any": [criterion("deforestation_policy.score", "<", "4", id="c")]})
    verdicts, _ = family([poor], link, below_4)
    assert (verdicts["CHILD"]["truth"], verdicts["PARENT"]["truth"]) == ("T", "U")
    none = claim("water_policy.sites_in_stress", "0", issuer_id="CHILD")
    verdicts, _ = family([none], link, rule(criteria={"any": [criterion("water_policy.sites_in_stress", "is_false")]}))
    assert (verdicts["CHILD"]["truth"], verdicts["PARENT"]["truth"]) == ("T", "U")


def test_weak_involvement_comes_up_as_weak_as_it_is() -> None:
    """NEO-01 asks for grade B to exclude: a vendor's word about the company watches the group, no more."""
    weak = {**MAKER, "grade": "C"}
    verdicts, _ = family([weak], [owner("CHILD", "PARENT", "65")], NEO)
    assert {row["outcome"] for row in verdicts.values()} == {"WATCHLIST"}


def test_a_joint_venture_flags_both_parents_and_excludes_neither() -> None:
    links = [owner("CHILD", parent, "50", False) for parent in ("LEFT", "RIGHT")]
    clean = [absent("involvement.neonic", issuer_id=name) for name in ("LEFT", "RIGHT")]
    verdicts, rows = family([MAKER, *clean], links, NEO, ("CHILD", "LEFT", "RIGHT"))
    assert verdicts["CHILD"]["outcome"] == "EXCLUDED"
    for parent in ("LEFT", "RIGHT"):
        assert verdicts[parent]["outcome"] == "CLEARED"
        assert (parent, "minority_stake") in rows


@pytest.mark.parametrize("reason", ["NON_PUBLIC", "NO_LEI", "natural_persons"])
def test_a_parent_nobody_told_is_unknown_not_absent(reason) -> None:
    clean = absent("revenue_share.palm", issuer_id="CHILD")
    verdicts, rows = family([clean], [owner("CHILD", reason, None, None)], names=("CHILD",))
    assert (verdicts["CHILD"]["truth"], verdicts["CHILD"]["outcome"]) == ("U", "UNKNOWN")
    assert rows["CHILD", "unknown_parent"]["truth"] == "U"
    assert "société mère non déclarée" in verdicts["CHILD"]["text_fr"]


def test_a_link_nobody_described_to_an_excluded_parent_is_unknown() -> None:
    clean = [absent("revenue_share.palm", issuer_id=name) for name in ("CHILD", "OTHER")]
    links = [owner("CHILD", "PARENT", None, None), owner("OTHER", "CHILD", None, None)]
    verdicts, rows = family([DIRTY, *clean], links, names=("PARENT", "CHILD", "OTHER"))
    assert verdicts["CHILD"]["outcome"] == "UNKNOWN"
    assert "lien de nature inconnue avec Parent SA (exclu)" in verdicts["CHILD"]["text_fr"]
    assert rows["CHILD", "unknown_parent"]["path"] == "PARENT"
    assert verdicts["OTHER"]["outcome"] == "CLEARED", "its own parent is not excluded"


def test_an_unknown_parent_does_not_soften_an_exclusion() -> None:
    verdicts, _ = family([{**DIRTY, "issuer_id": "CHILD"}], [owner("CHILD", "NO_LEI", None, None)], names=("CHILD",))
    assert verdicts["CHILD"]["outcome"] == "EXCLUDED"


def test_links_hold_from_their_first_to_the_day_before_their_last() -> None:
    link = owner("CHILD", "PARENT", valid_from=dt.date(2024, 1, 31), valid_to=dt.date(2024, 3, 31))
    claims = [{**DIRTY, "fiscal_year": 2023, "known_from": None}]
    expected = {(2023, 12, 31): False, (2024, 1, 31): True, (2024, 2, 29): True, (2024, 3, 31): False}
    for day, inherits in expected.items():
        verdicts, _ = family(claims, [link], day=dt.date(*day))
        assert (verdicts["CHILD"]["outcome"] == "EXCLUDED") is inherits, day


def test_i9_a_link_received_later_is_not_seen() -> None:
    link = owner("CHILD", "PARENT", known_from=dt.date(2026, 1, 11))
    verdicts, _ = family([DIRTY], [link], known=dt.date(2026, 1, 10))
    assert verdicts["CHILD"]["outcome"] == "UNKNOWN"
    verdicts, _ = family([DIRTY], [link], known=dt.date(2026, 1, 11))
    assert verdicts["CHILD"]["outcome"] == "EXCLUDED"


def test_the_last_word_about_a_link_holds() -> None:
    links = [owner("CHILD", "PARENT"), owner("CHILD", "PARENT", "30", False, known_from=dt.date(2024, 5, 1))]
    verdicts, _ = family([DIRTY], links)
    assert verdicts["CHILD"]["outcome"] == "UNKNOWN"
    verdicts, _ = family([DIRTY], links, known=dt.date(2024, 4, 30), day=dt.date(2024, 4, 30))
    assert verdicts["CHILD"]["outcome"] == "UNKNOWN", "the parent's evidence of May 2025 is not known either"


def test_case_12_a_unit_that_left_takes_the_parent_s_involvement_out_of_perimeter() -> None:
    """Evidence of FY2022 told of the group with the unit; after the spin-off it proves nothing of either."""
    producer = demo_rules()["PFAS-W1"]
    evidence = [
        claim(
            "pfas.producer", "1", issuer_id="PARENT", model="OECD2021", fiscal_year=2022, known_from=dt.date(2023, 4, 1)
        ),
        claim("pfas.litigation_material", "1", issuer_id="PARENT", fiscal_year=2022, known_from=dt.date(2023, 4, 1)),
    ]
    left = owner("UNIT", "PARENT", valid_to=dt.date(2023, 12, 15))
    names = ("PARENT", "UNIT")
    before, _ = family(evidence, [left], producer, names, day=dt.date(2023, 6, 30))
    assert before["PARENT"]["outcome"] == "ENGAGEMENT"
    after, rows = family(evidence, [left], producer, names, day=dt.date(2023, 12, 31))
    assert (after["PARENT"]["truth"], after["PARENT"]["outcome"]) == ("U", "WATCHLIST")
    assert after["UNIT"]["outcome"] == "UNKNOWN"
    assert "une société contrôlée a quitté le groupe depuis" in rows["PARENT", "producer"]["text_fr"]
    # evidence about the time after the spin-off counts again
    later = [{**row, "fiscal_year": 2024, "known_from": dt.date(2025, 3, 1)} for row in evidence]
    again, _ = family([*evidence, *later], [left], producer, names)
    assert again["PARENT"]["outcome"] == "ENGAGEMENT"


def test_a_share_of_revenue_stays_when_a_company_leaves() -> None:
    left = owner("UNIT", "PARENT", valid_to=dt.date(2025, 6, 30))
    verdicts, _ = family([DIRTY], [left], names=("PARENT", "UNIT"))
    assert verdicts["PARENT"]["outcome"] == "EXCLUDED"
    assert verdicts["UNIT"]["outcome"] == "UNKNOWN", "what left no longer inherits, and nobody cleared it"


def test_a_rule_may_refuse_to_walk_down() -> None:
    still = rule(criteria=PALM.criteria.model_dump(mode="json", by_alias=True), propagation={"down": None})
    verdicts, _ = family([DIRTY], [owner("CHILD", "PARENT")], still)
    assert verdicts["CHILD"]["outcome"] == "UNKNOWN"


def test_what_comes_up_needs_no_place_of_the_group_itself() -> None:
    """The rule is about makers; the group's only claim is its consolidated company's."""
    makers = rule(
        applies_if={"roles_any": ["active_maker"]},
        criteria={"any": [criterion("involvement.neonic", "is_true", roles=["active_maker"], id="c")]},
    )
    verdicts, _ = family([MAKER], [owner("CHILD", "PARENT", "65")], makers)
    assert (verdicts["PARENT"]["truth"], verdicts["PARENT"]["outcome"]) == ("T", "EXCLUDED")


@pytest.mark.parametrize(("last_day", "truth"), [(dt.date(2024, 12, 31), "T"), (dt.date(2025, 1, 1), "U")])
def test_a_company_that_left_on_the_closing_day_is_not_in_the_year_s_evidence(last_day, truth) -> None:
    """Fiscal year 2024 closes on 31 December 2024: what left that day is no part of what was told."""
    told = claim("involvement.neonic", "1", issuer_id="PARENT", role="active_maker", grade="A", fiscal_year=2024)
    left = owner("CHILD", "PARENT", valid_to=last_day)
    any_maker = rule(criteria={"any": [criterion("involvement.neonic", "is_true", id="c")]})
    verdicts, _ = family([told], [left], any_maker)
    assert verdicts["PARENT"]["truth"] == truth
