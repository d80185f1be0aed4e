"""What parts of one source and several sources make together, end by end; many found by ``make mutants``."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from impact_pipeline_tests.domain.screening.cases import (
    KNOWN,
    absent,
    claim,
    criterion,
    demo_rules,
    one,
    row,
    rule,
    verdict,
)

PALM, RSPO, SCORE = "revenue_share.palm", "certified_share.rspo", "risk.score"
RELEASE, PRODUCER, EXIT = "pfas.release_kg_y", "pfas.producer", "pfas.phase_out"
ABOVE_5, AT_LEAST_5 = one(PALM, ">", "5"), one(PALM, ">=", "5")
#: Published in June 2023 about no year in particular: 30 months old at the end of 2025, stale but not twice its age.
OLD = {"fiscal_year": None, "published_on": dt.date(2023, 6, 30), "known_from": dt.date(2023, 7, 1)}


def ends(claims: list[dict[str, Any]], the_rule: Any = ABOVE_5) -> tuple[str | None, str | None]:
    found = row(claims, the_rule)
    low, high = (None if found[end] is None else f"{found[end].normalize():f}" for end in ("lo", "hi"))
    return low, high


# what adds up and what does not


@pytest.mark.parametrize(
    ("op", "parts", "found"),
    [
        # holds when it holds for one part: the highest for >, the lowest for <
        (">", [("1", "3"), ("2", "5")], ("2", "5")),
        ("<", [("1", "3"), ("2", "5")], ("1", "3")),
        (">", [("1", None), ("2", "4")], ("2", None)),
        ("<", [("1", None), ("2", "4")], ("1", "4")),
        ("<", [("1", None), ("2", None)], ("1", None)),
    ],
)
def test_scores_of_parts(op: str, parts: list[tuple[str, str | None]], found: tuple[str, str | None]) -> None:
    claims = [claim(SCORE, lo, hi, role=f"r{place}") for place, (lo, hi) in enumerate(parts)]
    assert ends(claims, one(SCORE, op, "3")) == found


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("1", "2"), ("2", "3")], ("3", "5")),
        ([("1", "2"), ("2", None)], ("3", None)),
    ],
)
def test_quantities_of_parts(parts: list[tuple[str, str | None]], found: tuple[str, str | None]) -> None:
    claims = [claim(RELEASE, lo, hi, role=f"r{place}") for place, (lo, hi) in enumerate(parts)]
    assert ends(claims, one(RELEASE, ">", "50")) == found


def test_shares_end_at_a_hundred_and_quantities_do_not() -> None:
    shares = [claim(PALM, part, role=f"r{part}") for part in ("60", "70")]
    assert ends(shares) == ("100", "100")
    tonnes = [claim(RELEASE, part, role=f"r{part}") for part in ("60", "70")]
    assert ends(tonnes, one(RELEASE, ">", "50")) == ("130", "130")


@pytest.mark.parametrize(
    ("op", "bands", "truth"),
    [
        # the lowest part ends below 5 when the part that ends there is open
        ("<", [("0", "5", True), ("0", "6", False)], "T"),
        ("<", [("0", "5", True), ("0", "5", False)], "T"),
        ("<", [("0", "5", False), ("0", "6", True)], "U"),
        # the highest part ends below 5 only when no part reaches it
        (">=", [("0", "5", True), ("0", "4", False)], "F"),
        (">=", [("0", "5", True), ("0", "5", False)], "U"),
        (">=", [("0", "5", False), ("0", "4", True)], "U"),
        # of several open or closed parts the one that decides
        ("<", [("0", "5", True), ("0", "6", True), ("0", "7", False)], "T"),
        (">=", [("0", "5", True), ("0", "5", False), ("0", "3", False)], "U"),
    ],
)
def test_open_ends_of_parts(op: str, bands: list[tuple[str, str, bool]], truth: str) -> None:
    claims = [claim(SCORE, lo, hi, hi_open=end, role=f"r{place}") for place, (lo, hi, end) in enumerate(bands)]
    assert row(claims, one(SCORE, op, "5"))["truth"] == truth


@pytest.mark.parametrize(
    ("bands", "truth"),
    [
        ([("0", "5", True), ("0", "4", False)], "F"),
        ([("0", "5", False), ("0", "4", True)], "U"),
        ([("0", "5", True), ("1", "5", True)], "F"),
    ],
)
def test_open_ends_of_sources(bands: list[tuple[str, str, bool]], truth: str) -> None:
    claims = [claim(PALM, lo, hi, hi_open=end, source=f"s{place}") for place, (lo, hi, end) in enumerate(bands)]
    assert row(claims, AT_LEAST_5)["truth"] == truth


def test_a_sum_with_one_open_part_is_open() -> None:
    parts = [claim(PALM, "0", "2", hi_open=True, role="grower"), claim(PALM, "0", "3", role="trader")]
    assert row(parts, AT_LEAST_5)["truth"] == "F"
    closed = [{**parts[0], "hi_open": False}, parts[1]]
    assert row(closed, AT_LEAST_5)["truth"] == "U"


@pytest.mark.parametrize(
    ("models", "found"),
    [
        # IP may be what SG and the credits leave
        ({"SG": ("30", "30"), "BC": ("20", "20")}, ("30", "80")),
        # both known up to 60, but mass balance takes 30 of the hundred
        ({"IP": ("10", "60"), "SG": ("10", "60"), "MB": ("30", "30")}, ("20", "70")),
    ],
)
def test_models_asked_for_share_a_hundred_with_the_others(
    models: dict[str, tuple[str, str]], found: tuple[str, str]
) -> None:
    the_rule = rule(criteria={"any": [criterion(RSPO, "<", "50", id="c", models=["IP", "SG"])]})
    assert ends([claim(RSPO, *both, model=model) for model, both in models.items()], the_rule) == found


def test_not_certified_in_one_model_is_no_value_of_it() -> None:
    the_rule = rule(criteria={"any": [criterion(RSPO, "<", "50", id="c", models=["IP", "SG"])]})
    assert ends([absent(RSPO, model="IP"), claim(RSPO, "60", model="SG")], the_rule) == ("60", "100")
    assert ends([absent(RSPO)], the_rule) == (None, None)


def test_known_models_with_open_ends_add_up_to_an_open_end() -> None:
    the_rule = rule(criteria={"any": [criterion(RSPO, "<", "50", id="c", models=["IP", "SG"])]})
    parts = [claim(RSPO, "0", "20", model="IP", hi_open=True), claim(RSPO, "0", "30", model="SG", hi_open=True)]
    assert row(parts, the_rule)["truth"] == "T"
    # models of anything but certificates are kinds, not parts: one of them says all
    kinds = rule(criteria={"any": [criterion(PALM, "<", "5", id="c", models=["x", "y"])]})
    assert row([claim(PALM, "0", "5", model="x", hi_open=True)], kinds)["truth"] == "T"


def test_room_left_by_certified_models_is_closed() -> None:
    """IP is not given and may be all of the other 40 %: 100 % is reached, so it is not below 100."""
    the_rule = rule(criteria={"any": [criterion(RSPO, "<", "100", id="c", models=["IP", "SG"])]})
    assert row([claim(RSPO, "10", "60", model="SG", hi_open=True)], the_rule)["truth"] == "U"


def test_a_statement_is_as_weak_and_as_old_as_its_weakest_part() -> None:
    parts = [claim(PALM, "1", role="grower", grade="A"), claim(PALM, "2", role="trader", grade="D")]
    assert row(parts, ABOVE_5)["grade"] == "D"
    nowhere = {"fiscal_year": None, "known_from": None}
    undated = [
        claim(PALM, "1", role="grower", published_on=dt.date(2025, 4, 1), **nowhere),
        claim(PALM, "2", role="trader", **nowhere),
    ]
    assert not verdict(undated[:1], ABOVE_5)["is_stale"]
    assert verdict(undated, ABOVE_5)["is_stale"]
    fresh = claim(PALM, "1", role="grower", fiscal_year=None, published_on=dt.date(2025, 4, 1))
    assert verdict([fresh, claim(PALM, "2", role="trader", **{**OLD, "known_from": fresh["known_from"]})], ABOVE_5)[
        "is_stale"
    ]


# which source wins, and what is left when several do


def test_past_its_age_a_source_is_one_grade_weaker() -> None:
    """A at 30 months counts as B: it stands beside a fresh B, and before a fresh C."""
    old = claim(PALM, "2", grade="A", source="étude", **OLD)
    assert ends([old, claim(PALM, "8", grade="B")]) == ("2", "8")
    assert ends([old, claim(PALM, "8", grade="C")]) == ("2", "2")
    assert ends([old, claim(PALM, "8", grade="A")]) == ("8", "8")


def test_the_last_day_of_its_age_is_not_past_it() -> None:
    """2023 and 24 months end on 2025-12-31: still an A that day. What was published a day earlier counts as a B."""
    fresh = claim(PALM, "8", grade="B", source="autre")
    assert ends([claim(PALM, "2", grade="A", fiscal_year=2023), fresh]) == ("2", "2")
    day_before = {**OLD, "published_on": dt.date(2023, 12, 30), "known_from": dt.date(2024, 1, 2)}
    assert ends([claim(PALM, "2", grade="A", **day_before), fresh]) == ("2", "8")
    assert row([claim(PALM, "2", **day_before)], ABOVE_5)["stale_days"] == 1


@pytest.mark.parametrize(
    ("day", "lo"),
    [
        # 2021 ends on 2021-12-31; twice 24 months later is 2025-12-31, still usable that day
        (dt.date(2025, 12, 31), "2"),
        (dt.date(2026, 1, 31), "8"),
    ],
)
def test_past_twice_its_age_a_source_is_behind_every_fresh_one(day: dt.date, lo: str) -> None:
    claims = [claim(PALM, "2", grade="A", fiscal_year=2021), claim(PALM, "8", grade="D", source="autre")]
    assert row(claims, ABOVE_5, day=day)["lo"] == Decimal(lo)


def test_an_outdated_value_is_before_an_unusable_one() -> None:
    claims = [claim(PALM, "2", grade="C", fiscal_year=2019), claim(PALM, "8", grade="A", unit="kg", source="autre")]
    assert ends(claims) == ("2", "2")


def test_equally_strong_sources_are_as_weak_and_as_old_as_the_weakest() -> None:
    claims = [claim(PALM, "2", grade="B", source="étude", **OLD), claim(PALM, "2", grade="C")]
    found = row(claims, ABOVE_5)
    # June 2023 and 24 months is 2025-06-30; 184 days to the end of the year
    assert (found["grade"], found["stale_days"], found["truth"]) == ("C", 184, "F")
    assert verdict(claims, ABOVE_5)["truth"] == "U"
    assert found["conflict_with"] is None


@pytest.mark.parametrize(
    ("the_rule", "claims", "conflict"),
    [
        (ABOVE_5, [("2", "2", {}), ("2", "2", {})], False),
        (ABOVE_5, [("1", "2", {}), ("2", "2", {})], True),
        (ABOVE_5, [("2", "2", {}), ("2", "3", {})], True),
        (ABOVE_5, [("0", "4", {"hi_open": True}), ("0", "4", {})], True),
        (ABOVE_5, [("0", "4", {"hi_open": True}), ("0", "4", {"hi_open": True})], False),
        (one(RELEASE, ">", "50"), [("3", None, {}), ("3", None, {})], False),
        (one(RELEASE, ">", "50"), [("3", None, {}), ("3", "4", {})], True),
        (one(RSPO, "<", "50"), [("0", "0", {}), (None, None, {"coverage_status": "researched_not_involved"})], True),
    ],
)
def test_conflicts(the_rule: Any, claims: list[tuple[str | None, str | None, Any]], conflict: bool) -> None:
    measure = next(the_rule.criterions())[1].measure
    rows = [claim(measure, lo, hi, source=f"s{place}", **more) for place, (lo, hi, more) in enumerate(claims)]
    found = verdict(rows, the_rule)
    assert found["has_conflict"] is conflict
    assert (row(rows, the_rule)["conflict_with"] == "EV-0, EV-1") is conflict


def test_one_source_without_an_upper_end_leaves_it_open() -> None:
    claims = [claim(RELEASE, "3", None), claim(RELEASE, "2", "4", source="autre")]
    assert ends(claims, one(RELEASE, ">", "50")) == ("2", None)


def test_several_claims_are_all_cited_with_the_latest_dates() -> None:
    first = {"source": "b", "locator": "p. 2", "published_on": dt.date(2025, 4, 1), "known_from": dt.date(2025, 5, 1)}
    second = {"source": "a", "locator": "p. 1", "published_on": dt.date(2025, 3, 1), "known_from": dt.date(2025, 6, 1)}
    found = row([claim(PALM, "2", **first), claim(PALM, "2", **second)], ABOVE_5)
    assert (found["evidence_id"], found["source"], found["locator"]) == ("EV-0, EV-1", "a ; b", "p. 1 ; p. 2")
    assert (found["published_on"], found["retrieved_on"]) == (dt.date(2025, 4, 1), dt.date(2025, 6, 1))
    alone = row([claim(PALM, "2", source=None, locator=None)], ABOVE_5)
    assert (alone["evidence_id"], alone["source"], alone["locator"]) == ("EV-0", None, None)


# which claims are seen


@pytest.mark.parametrize(
    ("received", "outcome"),
    [(KNOWN, "EXCLUDED"), (KNOWN + dt.timedelta(days=1), "UNKNOWN"), (None, "EXCLUDED")],
)
def test_what_is_received_on_the_last_day_is_seen(received: dt.date | None, outcome: str) -> None:
    assert verdict([claim(PALM, "9", known_from=received)], ABOVE_5)["outcome"] == outcome


def test_of_one_claim_in_two_files_the_later_counts_and_then_the_more_cautious() -> None:
    first = claim(PALM, "9", evidence_id="EV", known_from=dt.date(2025, 3, 1))
    later = claim(PALM, "2", evidence_id="EV", known_from=dt.date(2025, 6, 1), source_file_id="g")
    assert ends([later, first]) == ends([first, later]) == ("2", "2")
    same_day = {**later, "known_from": first["known_from"]}
    assert ends([first, same_day]) == ends([same_day, first]) == ("9", "9")


def test_an_upper_end_alone_is_information() -> None:
    assert verdict([claim(PALM, None, "3")], ABOVE_5)["outcome"] == "CLEARED"
    assert verdict([claim(PALM, "9", None)], ABOVE_5)["outcome"] == "EXCLUDED"


@pytest.mark.parametrize(
    ("given", "absence"),
    [
        ({}, True),
        ({"lo": "0", "hi": "0"}, True),
        ({"lo": None, "hi": "0"}, True),
        ({"lo": "0", "hi": None}, True),
        ({"lo": None, "hi": "3"}, False),
    ],
)
def test_not_involved_with_a_positive_upper_end_is_no_absence(given: dict[str, Any], absence: bool) -> None:
    """Of an absence the sector rule of palm oil asks no certificate; of "at most 3 %" it does."""
    claims = [claim(PALM, **given, coverage_status="researched_not_involved")]
    assert verdict(claims, demo_rules()["PALM-01"])["outcome"] == ("CLEARED" if absence else "WATCHLIST")
