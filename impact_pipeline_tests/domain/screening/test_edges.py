"""Edges where one wrong operator or branch of the engine shows; many were found by ``make mutants``."""

import datetime as dt
from typing import Any

import pytest

from impact_pipeline_tests.domain.screening.cases import (
    DAY,
    absent,
    claim,
    criterion,
    demo_rules,
    explanations,
    one,
    row,
    rule,
    screen,
    verdict,
)

PALM, RSPO, SCORE = "revenue_share.palm", "certified_share.rspo", "risk.score"
RELEASE, PRODUCER, EXIT = "pfas.release_kg_y", "pfas.producer", "pfas.phase_out"
ABOVE_5, AT_LEAST_5 = one(PALM, ">", "5"), one(PALM, ">=", "5")


# what is near


@pytest.mark.parametrize(
    ("the_rule", "lo", "hi", "near"),
    [
        # half a point around 5, whichever end
        (ABOVE_5, "0", "4.5", True),
        (ABOVE_5, "0", "4.4", False),
        (ABOVE_5, "5.5", "90", True),
        (ABOVE_5, "5.6", "90", False),
        # undecided
        (ABOVE_5, "1", "100", True),
        (ABOVE_5, "0", "99", True),
        # anything between nothing and everything is no information
        (ABOVE_5, "0", "100", False),
        # a tenth of 20 is more than half a point
        (one(PALM, ">", "20"), "18", "18", True),
        (one(PALM, ">", "20"), "17.9", "17.9", False),
        (one(PALM, ">", "20"), "22", "22", True),
        (one(PALM, ">", "20"), "22.1", "22.1", False),
        # points mean nothing for a score: a tenth of 4 only
        (one(SCORE, "<", "4"), "4.4", "4.4", True),
        (one(SCORE, "<", "4"), "4.45", "4.45", False),
        # thresholds below one have margins too
        (one(PALM, ">", "1"), "1.4", "1.4", True),
        (one(RELEASE, ">", "0.1"), "0.105", "0.105", True),
        # nor is a hundred the end of a quantity
        (one(RELEASE, ">", "50"), "0", "100", True),
        (one(RELEASE, ">", "50"), "3", None, False),
        # first euro: nothing is half a point away from nothing, but undecided stays undecided
        (one(PALM, ">", "0"), "0.3", "0.3", False),
        (one(PALM, ">", "0"), "0", "5", True),
        (one(PRODUCER, "is_true"), "0", "1", False),
    ],
)
def test_near(the_rule: Any, lo: str, hi: str | None, near: bool) -> None:
    claims = [claim(next(the_rule.criterions())[1].measure, lo, hi)]
    assert row(claims, the_rule)["near"] is near
    assert verdict(claims, the_rule)["is_near"] is near


def test_an_unusable_value_is_not_near() -> None:
    assert row([claim(PALM, "5", unit="pct_volume")], ABOVE_5)["near"] is False


# what is admissible


@pytest.mark.parametrize(
    ("given", "truth", "admissible"),
    [
        ({"lo": "9", "grade": "C"}, "T", True),
        ({"lo": "9", "grade": "D"}, "T", False),
        # past its age but received in time, it keeps an exclusion; received when it was already past, it makes none
        ({"lo": "9", "grade": "C", "fiscal_year": 2022, "known_from": dt.date(2024, 12, 31)}, "T", True),
        ({"lo": "9", "grade": "C", "fiscal_year": 2022, "known_from": dt.date(2025, 1, 1)}, "T", False),
        # grade B received late counts as C, which is enough; past twice its age it is not
        ({"lo": "9", "grade": "B", "fiscal_year": 2022, "known_from": dt.date(2025, 1, 1)}, "T", True),
        ({"lo": "9", "grade": "A", "fiscal_year": 2020, "known_from": dt.date(2025, 1, 1)}, "T", False),
        ({"lo": "9", "grade": "A", "fiscal_year": 2020, "known_from": dt.date(2021, 1, 1)}, "T", True),
        ({"lo": "9", "grade": "A", "fiscal_year": None, "known_from": None}, "T", False),
        ({"lo": "1", "grade": "C"}, "F", True),
        ({"lo": "1", "grade": "D"}, "F", False),
        ({"lo": "1", "grade": "C", "fiscal_year": 2022}, "F", False),
        ({"lo": "1", "hi": "9", "grade": "E"}, "U", True),
        ({"lo": "1", "unit": "pct_volume"}, "U", False),
    ],
)
def test_admissible(given: dict[str, Any], truth: str, admissible: bool) -> None:
    found = row([claim(PALM, **given)], ABOVE_5)
    assert (found["truth"], found["admissible"]) == (truth, admissible)


@pytest.mark.parametrize(
    ("given", "admissible"),
    [({"lo": "1"}, True), ({"lo": "0"}, False), ({"lo": "1", "grade": "E"}, False), ({"lo": "0", "hi": "1"}, False)],
)
def test_a_mitigation_is_admissible_only_when_proven(given: dict[str, Any], admissible: bool) -> None:
    claims = [claim(PRODUCER, "1", unit="bool"), claim(EXIT, unit="bool", **given)]
    claims[1]["model"] = "2028"
    found = explanations(claims, demo_rules()["PFAS-W1"])["phase_out"]
    assert found["admissible"] is admissible


@pytest.mark.parametrize(("lo", "hi", "truth"), [("0", "0", "T"), ("1", "1", "F"), ("0", "1", "U")])
def test_is_false(lo: str, hi: str, truth: str) -> None:
    assert (
        row([claim("plastic_target.dated", lo, hi, unit="bool")], one("plastic_target.dated", "is_false"))["truth"]
        == truth
    )


def test_one_proven_mitigation_is_enough_and_undecided_ones_count_as_absent() -> None:
    leaves = [criterion(PRODUCER, "is_true", id="c")]
    plans = [criterion(EXIT, "is_true", id="m1"), criterion("pfas.replaced", "is_true", id="m2")]
    the_rule = rule(criteria={"any": leaves, "unless": plans})
    proved = claim(PRODUCER, "1", unit="bool")
    one_of_two = [claim(EXIT, "1", unit="bool"), claim("pfas.replaced", "0", unit="bool")]
    assert verdict([proved, *one_of_two], the_rule)["outcome"] == "CLEARED"
    assert verdict([proved, claim(EXIT, "0", "1", unit="bool")], the_rule)["outcome"] == "EXCLUDED"
    # a mitigation takes back what is proved; it decides nothing that is not
    undecided = claim(PRODUCER, "0", "1", unit="bool")
    assert verdict([undecided, *one_of_two], the_rule)["truth"] == "U"


# what a criterion asks


def test_a_criterion_may_ask_for_fresher_evidence_than_its_rule() -> None:
    year_2023 = [claim(PALM, "1", fiscal_year=2023)]
    assert verdict(year_2023, ABOVE_5)["outcome"] == "CLEARED"
    strict = rule(criteria={"any": [criterion(PALM, ">", "5", id="c", max_age_months=12)]})
    # the end of 2023 and twelve months is the end of 2024, a year before the month screened
    assert row(year_2023, strict)["stale_days"] == 365
    assert verdict(year_2023, strict)["truth"] == "U"


@pytest.mark.parametrize(
    ("asked", "model", "truth"),
    [
        ({}, "soon", "T"),
        ({"dated": True}, "2099", "T"),
        ({"dated": True}, "soon", "U"),
        ({"max_year": 2030}, "2030", "T"),
        ({"max_year": 2030}, "2031", "U"),
        # a plan without a year is no dated plan
        ({"max_year": 2030}, None, "U"),
        ({"dated": True}, None, "U"),
    ],
)
def test_a_date_may_be_asked_for(asked: dict[str, Any], model: str | None, truth: str) -> None:
    the_rule = rule(criteria={"any": [criterion(EXIT, "is_true", id="c", **asked)]})
    assert row([claim(EXIT, "1", unit="bool", model=model)], the_rule)["truth"] == truth


@pytest.mark.parametrize(
    ("asked", "given", "truth"),
    [
        ({"roles": ["grower"]}, {"role": "grower"}, "T"),
        ({"roles": ["grower"]}, {"role": None}, "T"),
        ({"roles": ["grower"]}, {"role": "retailer"}, "U"),
        ({}, {"role": "retailer"}, "T"),
        ({"set": "a"}, {"substance_set": "a"}, "T"),
        ({"set": "a"}, {"substance_set": None}, "T"),
        ({"set": "a"}, {"substance_set": "b"}, "U"),
        ({}, {"substance_set": "b"}, "T"),
        ({"models": ["x"]}, {"model": "x"}, "T"),
        ({"models": ["x"]}, {"model": None}, "T"),
        ({"models": ["x"]}, {"model": "y"}, "U"),
        ({}, {"model": "y"}, "T"),
        ({"basis": "group"}, {"basis": None}, "T"),
        ({}, {"basis": "site"}, "T"),
    ],
)
def test_what_is_not_said_fits_and_what_is_not_asked_does_not_matter(
    asked: dict[str, Any], given: dict[str, Any], truth: str
) -> None:
    the_rule = rule(criteria={"any": [criterion(PALM, ">", "5", id="c", **asked)]})
    assert row([claim(PALM, "9", **given)], the_rule)["truth"] == truth


# values no company can have


@pytest.mark.parametrize(
    ("measure", "lo", "hi", "status", "possible"),
    [
        (PALM, "0", "100", None, True),
        (PALM, "100", "100", None, True),
        (PALM, None, "-1", None, False),
        (PALM, "-1", None, None, False),
        (PALM, "101", None, None, False),
        (PALM, None, "101", None, False),
        (PALM, "9", "8", None, False),
        (PALM, "3", "3", "researched_not_involved", False),
        (PALM, None, "3", "researched_not_involved", True),
        (PRODUCER, None, "2", None, False),
        (PRODUCER, "2", None, None, False),
        (RELEASE, "500", "500", None, True),
    ],
)
def test_possible_values(measure: str, lo: str | None, hi: str | None, status: str | None, possible: bool) -> None:
    the_rule = one(measure, "is_true") if measure == PRODUCER else one(measure, ">", "5")
    found = row([claim(measure, lo, hi, coverage_status=status)], the_rule)
    assert ("valeur impossible" not in found["text_fr"]) is possible


# who is concerned, and who is exposed


@pytest.mark.parametrize(
    ("measure", "lo", "hi", "status", "outcome"),
    [
        (PALM, "3", "7", None, "WATCHLIST"),
        (PALM, "0", "7", None, "UNKNOWN"),
        (PALM, "0", "7", "researched_involved", "WATCHLIST"),
        # certifying something is not the same as dealing in palm oil
        (RSPO, "3", "90", None, "UNKNOWN"),
    ],
)
def test_exposed_means_placed_in_the_subject(measure: str, lo: str, hi: str, status: str | None, outcome: str) -> None:
    found = verdict([claim(measure, lo, hi, coverage_status=status)], one(measure, ">", "5"))
    assert (found["truth"], found["outcome"]) == ("U", outcome)


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        ([absent(PALM, grade="C")], "CLEARED"),
        ([absent(PALM, grade="D")], "UNKNOWN"),
        ([absent(PALM, grade="E")], "UNKNOWN"),
        ([claim(PALM, "0", grade="E")], "UNKNOWN"),
        ([claim(PALM, "3", grade="E")], "WATCHLIST"),
        # stale, or contradicted by an equal: not ruled out, so the certificate is asked for again
        ([absent(PALM, fiscal_year=2022)], "UNKNOWN"),
        ([absent(PALM), claim(PALM, "3", source="autre")], "WATCHLIST"),
        # one part of what a source says is no absence when another part is something
        ([absent(PALM, role="grower"), claim(PALM, "3", role="trader")], "WATCHLIST"),
        # elsewhere in the chain and in it
        ([claim(PALM, "1", role="retailer"), claim(PALM, "1", role="grower")], "WATCHLIST"),
        ([claim(PALM, "3", role="retailer"), absent("involvement.palm", role="retailer")], "NOT_APPLICABLE"),
    ],
)
def test_palm_oil_step_by_step(claims: list[dict[str, Any]], outcome: str) -> None:
    assert verdict(claims, demo_rules()["PALM-01"])["outcome"] == outcome


IN_THE_FIELD = {"roles_any": ["grower"]}
SOY = "revenue_share.soy"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"applies_if": IN_THE_FIELD}, "CLEARED"),
        # a rule about everybody asks everything of everybody
        ({"applies_if": None}, "UNKNOWN"),
        # one theme of two
        ({"applies_if": IN_THE_FIELD, "more": [criterion(SOY, ">", "5")]}, "UNKNOWN"),
        # what would mitigate is not a theme of the rule
        ({"applies_if": IN_THE_FIELD, "unless": [criterion("involvement.cocoa", "is_true")]}, "CLEARED"),
    ],
)
def test_without_the_theme_the_rest_is_moot(changes: dict[str, Any], outcome: str) -> None:
    leaves = [criterion(PALM, ">", "5"), criterion(RSPO, "<", "50"), *changes.get("more", [])]
    criteria = {"any": leaves, "unless": changes.get("unless", [])}
    the_rule = rule(criteria=criteria, applies_if=changes["applies_if"])
    assert verdict([absent(PALM)], the_rule)["outcome"] == outcome


def test_one_stale_criterion_makes_a_stale_verdict() -> None:
    the_rule = rule(criteria={"any": [criterion(PALM, ">", "5"), criterion(RELEASE, ">", "5")]})
    claims = [claim(PALM, "1", fiscal_year=2022), claim(RELEASE, "1")]
    assert verdict(claims, the_rule)["is_stale"]
    assert not verdict([claim(PALM, "1"), claim(RELEASE, "1")], the_rule)["is_stale"]


def test_a_rule_is_in_force_from_its_first_day_and_no_longer_on_the_last() -> None:
    first = rule(criteria=ABOVE_5.model_dump(by_alias=True)["criteria"], valid={"from": DAY})
    assert screen([claim(PALM, "9")], [first]).issuer_verdicts.height == 1
    last = rule(criteria=ABOVE_5.model_dump(by_alias=True)["criteria"], valid={"from": "2019-01-01", "to": DAY})
    assert screen([claim(PALM, "9")], [last]).issuer_verdicts.height == 0


def test_two_measures_of_a_theme_give_one_row_per_criterion() -> None:
    claims = [claim(PALM, "3", role="grower"), claim("involvement.palm", "1", unit="bool", role="grower")]
    found = screen(claims, [demo_rules()["PALM-01"]]).verdict_explanations
    assert found["criterion_id"].to_list() == ["rev", "rspo", "strict"]
