"""A statement about some roles, lists or sites, and what it does not say about the others (screening.md 4.2, 4.5)."""

import datetime as dt
from decimal import Decimal

import pytest

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

NEO, PALM, SODA, PFAS = (demo_rules()[name] for name in ("NEO-01", "PALM-01", "SODA-01", "PFAS-W1"))
SETS = {
    "EU5": frozenset("abcde"),
    "IRAC4A": frozenset("abcdefg"),
    "SAME SEVEN": frozenset("abcdefg"),
    "WIDE": frozenset("abcdefghi"),
}
MAKER = {"role": "active_maker", "substance_set": "neonic_IRAC4A", "unit": "bool"}


def test_nothing_found_in_one_role_says_nothing_of_the_other() -> None:
    """NEO-01 asks for makers and formulators."""
    formulator = absent("involvement.neonic", role="formulator")
    assert verdict([formulator], NEO)["truth"] == "U"
    both = [formulator, absent("involvement.neonic", role="active_maker")]
    assert verdict(both, NEO)["outcome"] == "CLEARED"
    assert verdict([absent("involvement.neonic")], NEO)["outcome"] == "CLEARED"


def test_claims_about_different_roles_do_not_compete() -> None:
    """The vendor's word about the maker (grade C) is too weak to exclude and strong enough to watch."""
    claims = [
        absent("involvement.neonic", role="formulator", source="v"),
        claim("involvement.neonic", "1", source="w", **MAKER | {"grade": "C"}),
    ]
    found = verdict(claims, NEO)
    assert (found["truth"], found["outcome"], found["has_conflict"]) == ("T", "WATCHLIST", False)


def test_nothing_found_as_a_refiner_does_not_clear_growers() -> None:
    assert verdict([absent("revenue_share.palm", role="refiner")], PALM)["outcome"] in ("UNKNOWN", "WATCHLIST")
    every = [absent("revenue_share.palm", role=role) for role in ("grower", "mill", "refiner", "trader", "distributor")]
    assert verdict(every, PALM)["outcome"] == "CLEARED"


def test_a_share_stated_as_zero_is_a_figure() -> None:
    assert verdict([claim("revenue_share.added_sugar_drinks", "0", role="bottler")], SODA)["outcome"] == "CLEARED"


def test_what_is_proven_is_not_moot() -> None:
    """Not involved says a vendor (C); 20 % certified says the audited report (A): palm oil there is."""
    claims = [absent("revenue_share.palm", grade="C", source="v"), claim("certified_share.rspo", "20", grade="A")]
    assert verdict(claims, PALM)["outcome"] == "EXCLUDED"


RETAIL = claim("revenue_share.added_sugar_drinks", "6", role="retailer")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "NOT_APPLICABLE"),  # case 10
        ({"fiscal_year": 2012}, "UNKNOWN"),
        ({"grade": "E"}, "UNKNOWN"),
        ({"unit": "pct_volume"}, "UNKNOWN"),
        ({"coverage_status": "researched_not_involved", "lo": None, "hi": None}, "UNKNOWN"),
    ],
)
def test_not_applicable_needs_evidence_as_good_as_clearing_does(changes, outcome) -> None:
    assert verdict([{**RETAIL, **changes}], SODA)["outcome"] == outcome


def test_one_site_shows_that_something_is_there_never_that_nothing_is() -> None:
    release = rule(criteria={"any": [criterion("pfas.release_kg_y", ">", "0.1")]})
    assert verdict([claim("pfas.release_kg_y", "0", basis="site", unit="kg_y")], release)["truth"] == "U"
    assert verdict([claim("pfas.release_kg_y", "7", basis="site", unit="kg_y")], release)["truth"] == "T"
    assert verdict([claim("pfas.release_kg_y", "0", basis="group", unit="kg_y")], release)["truth"] == "F"


def test_case_11_a_share_of_volume_exposes_and_proves_no_revenue() -> None:
    volume = claim("volume_share.added_sugar_drinks", "16", role="brand_owner", unit="pct_volume")
    found = verdict([volume], SODA)
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")
    row = explanations([volume], SODA)["rev"]
    assert (row["lo"], row["hi"], row["admissible"]) == (16, 16, False)
    assert "part en volume et non du chiffre d'affaires" in row["text_fr"]
    # not even when its unit claims to be that of the criterion
    assert verdict([{**volume, "unit": "pct", "lo": Decimal(60), "hi": Decimal(60)}], SODA)["truth"] == "U"


@pytest.mark.parametrize(
    ("asked", "told", "value", "truth"),
    [
        ("IRAC4A", "EU5", "1", "T"),  # makes one of the five, so one of the seven
        ("IRAC4A", "EU5", None, "U"),  # none of the five may be one of the other two
        ("IRAC4A", "WIDE", None, "F"),  # none of the nine is none of the seven
        ("IRAC4A", "WIDE", "1", "U"),  # one of the nine may be none of the seven
        ("IRAC4A", "IRAC4A", None, "F"),
        (None, "EU5", None, "U"),  # a rule about any substance
        ("IRAC4A", "SAME SEVEN", "1", "T"),  # the same substances under another name
        ("IRAC4A", "SAME SEVEN", None, "F"),
    ],
)
def test_lists_inside_lists(asked, told, value, truth) -> None:
    the_rule = rule(criteria={"any": [criterion("involvement.neonic", "is_true", **({"set": asked} if asked else {}))]})
    said = {"substance_set": told, "unit": "bool"}
    told_claim = absent("involvement.neonic", **said) if value is None else claim("involvement.neonic", value, **said)
    found = screen([told_claim], [the_rule], sets=SETS).issuer_verdicts.row(0, named=True)
    assert found["truth"] == truth


def test_a_plan_without_a_year_mitigates_nothing() -> None:
    proved = [claim("pfas.producer", "1", unit="bool"), claim("pfas.release_kg_y", "12", unit="kg_y")]
    plan = claim("pfas.phase_out", "1", unit="bool")
    assert verdict([*proved, plan], PFAS)["outcome"] == "ENGAGEMENT"
    assert verdict([*proved, {**plan, "model": "2028"}], PFAS)["outcome"] == "CLEARED"


def test_stale_evidence_keeps_an_exclusion_and_makes_none() -> None:
    """PALM-01: 24 months, grade C. FY2021 is past its age from 2023-12-31 and past twice its age from 2025-12-31."""
    old = claim("revenue_share.palm", "11", fiscal_year=2021, grade="C", role="grower")
    assert verdict([{**old, "known_from": dt.date(2022, 4, 1)}], PALM)["outcome"] == "EXCLUDED"
    assert verdict([{**old, "known_from": dt.date(2025, 4, 1)}], PALM)["outcome"] == "WATCHLIST"


def test_a_rule_is_about_the_lists_it_names() -> None:
    """NEO-01 names IRAC 4A in one criterion: nothing found of that list is nothing found of the rule's theme."""
    assert verdict([absent("involvement.neonic", substance_set="neonic_IRAC4A")], NEO)["outcome"] == "CLEARED"
    assert verdict([absent("involvement.neonic", substance_set="neonic_EU5_2013")], NEO)["truth"] == "U"


def test_looked_for_in_some_places_gives_way_to_nothing_found_at_all() -> None:
    """NEO-01 is about makers and formulators; one source looked at makers only, another found no revenue anywhere."""
    part = absent("involvement.neonic", role="active_maker", substance_set="neonic_IRAC4A", evidence_id="PART")
    whole = absent("revenue_share.neonic", evidence_id="WHOLE")
    alone = explanations([part], NEO)["maker"]
    assert (alone["truth"], alone["evidence_id"], alone["lo"], alone["hi"]) == ("U", "PART", 0, 1)
    both = explanations([part, whole], NEO)["maker"]
    assert (both["truth"], both["evidence_id"]) == ("F", "WHOLE")
    assert verdict([part, whole], NEO)["outcome"] == "CLEARED"
    # what was found is not taken back by what another measure did not find
    found = claim("involvement.neonic", "1", role="active_maker", substance_set="neonic_IRAC4A", evidence_id="FOUND")
    assert explanations([found, whole], NEO)["maker"]["evidence_id"] == "FOUND"


def test_a_proof_about_another_place_decides_nothing_until_the_place_is_sure() -> None:
    """PALM-01 is about growers to distributors; a retailer of grade D is neither in nor out."""
    shares = {"SG": "10", "IP": "0", "MB": "0"}
    weak = [
        claim("certified_share.rspo", share, role="retailer", model=model, grade="D", unit="pct")
        for model, share in shares.items()
    ]
    assert explanations(weak, PALM)["rspo"]["truth"] == "T"
    found = verdict(weak, PALM)
    assert (found["truth"], found["outcome"]) == ("U", "UNKNOWN")
    assert verdict([{**each, "grade": "B"} for each in weak], PALM)["outcome"] == "NOT_APPLICABLE"


def rows_of_one_source(*said):
    """Palm statements of one source and year under PALM-01, which clears nobody but who was looked at everywhere."""
    return verdict([{**row, "source": "rapport annuel"} for row in said], PALM)["outcome"]


def test_of_several_rows_of_one_source_the_one_that_found_something_counts() -> None:
    nothing, grower = absent("revenue_share.palm"), absent("revenue_share.palm", role="grower")
    some = claim("revenue_share.palm", "3", role="trader")
    assert rows_of_one_source(nothing) == rows_of_one_source(nothing, grower) == "CLEARED"
    # 3 % is below the threshold, but who trades palm oil needs its certificate
    assert rows_of_one_source(nothing, some) == "WATCHLIST"
    # one place out of five, whatever else was looked at under a list nobody asked for
    assert rows_of_one_source(grower) == "UNKNOWN"
    listed = absent("revenue_share.palm", substance_set="a list of its own")
    assert rows_of_one_source(listed) == "UNKNOWN"
    assert rows_of_one_source(listed, nothing) == "CLEARED"


def test_a_figure_beside_a_word_does_not_make_the_word_complete() -> None:
    above_5 = rule(criteria={"any": [criterion("revenue_share.palm", ">", "5", id="c")]})
    word = absent("revenue_share.palm", role="grower")
    figure = claim("revenue_share.palm", "0", role="mill")
    assert verdict([figure], above_5)["truth"] == "F"
    found = explanations([word, figure], above_5)["c"]
    assert (found["truth"], found["lo"], found["hi"]) == ("U", 0, 100)


def test_a_statement_is_as_late_as_its_latest_part() -> None:
    """PALM-01 on FY2021, grade C: received in 2022 it keeps its exclusion, received in 2025 it makes none."""
    early = claim("revenue_share.palm", "6", fiscal_year=2021, grade="C", role="grower", known_from=dt.date(2022, 4, 1))
    late = {**early, "role": "trader", "known_from": dt.date(2025, 4, 1)}
    assert verdict([early], PALM)["outcome"] == "EXCLUDED"
    assert verdict([early, late], PALM)["outcome"] == "WATCHLIST"


def test_one_disputed_part_makes_the_statement_disputed() -> None:
    """The growers' share was told twice, differently and without a place in the source; the traders' once."""
    above_5 = rule(criteria={"any": [criterion("revenue_share.palm", ">", "5", id="c")]})
    first = claim("revenue_share.palm", "1", role="grower", known_from=dt.date(2025, 5, 15))
    again = {**first, "lo": Decimal(2), "hi": Decimal(2), "known_from": dt.date(2025, 6, 1)}
    other = claim("revenue_share.palm", "1", role="trader")
    assert verdict([first, again, other], above_5)["has_conflict"]
    assert not verdict([first, other], above_5)["has_conflict"]
