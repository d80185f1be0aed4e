"""What must hold for any evidence whatsoever. Each example screens several companies at once to stay fast."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import polars as pl
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from impact_pipeline.domain.screening import Rule, evaluate
from impact_pipeline.domain.screening import verdicts as engine
from impact_pipeline.domain.screening.measures import sibling
from impact_pipeline_tests.domain.screening.cases import (
    DAY,
    KNOWN,
    claim,
    companies_frame,
    demo_rules,
    evidence_frame,
    rule,
    screen,
)

RULES = list(demo_rules().values())
MEASURES = sorted({c.measure for each in RULES for _, c, _ in each.criterions()} | {"involvement.palm"})
#: The same examples on every machine.
FAST = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
Check = Callable[..., None]
#: Every property with what it is given; the slow suite runs them on many more examples.
INVARIANTS: dict[str, tuple[Check, tuple[st.SearchStrategy[Any], ...]]] = {}


def invariant(*given_of: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    def listed(check: Check) -> Check:
        INVARIANTS[check.__name__] = (check, given_of)
        return FAST(given(*given_of)(check))

    return listed


ends = st.sampled_from(["0", "0.3", "1", "4.9", "5", "5.1", "19.9", "20", "30", "50", "99", "100"])


@st.composite
def claims(
    draw: st.DrawFn,
    with_roles: bool = True,
    measures: Sequence[str] = MEASURES,
    sources: Sequence[str | None] = (None, "rapport annuel", "vendeur"),
) -> dict[str, Any]:
    lo, hi = sorted(draw(st.tuples(st.none() | ends, st.none() | ends)), key=lambda end: Decimal(end or 0))
    roles = ["grower", "bottler", "retailer", "active_maker", "polymer_maker"] if with_roles else []
    return claim(
        draw(st.sampled_from(measures)),
        lo,
        hi,
        hi_open=draw(st.sampled_from([None, False, True])),
        role=draw(st.sampled_from([None, *roles])),
        model=draw(st.sampled_from([None, "IP", "SG", "MB", "OECD2021", "2028"])),
        basis=draw(st.sampled_from([None, "group", "site"])),
        unit=draw(st.sampled_from([None, "pct", "bool", "pct_volume"])),
        grade=draw(st.sampled_from([None, "A", "B", "C", "D", "E"])),
        fiscal_year=draw(st.sampled_from([None, 2019, 2022, 2024])),
        source=draw(st.sampled_from(sources)),
        known_from=draw(st.sampled_from([None, dt.date(2023, 5, 1), dt.date(2025, 5, 1)])),
        reported_or_estimated=draw(st.sampled_from([None, "reported", "estimated"])),
        coverage_status=draw(
            st.sampled_from([None, None, "researched_involved", "researched_not_involved", "withdrawn", "not_covered"])
        ),
    )


def companies(**given: Any) -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """A handful of companies with their claims."""
    return st.dictionaries(
        st.sampled_from(["ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "ZETA"]),
        st.lists(claims(**given), max_size=8),
        min_size=1,
    )


def numbered(world: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {**row, "issuer_id": name, "evidence_id": f"{name}-{place}"}
        for name, rows in world.items()
        for place, row in enumerate(rows)
    ]


def twin(name: str) -> str:
    return f"{name}-TWIN"


def twins(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same claims about another company: two worlds compared in one evaluation."""
    return [{**row, "issuer_id": twin(row["issuer_id"]), "evidence_id": twin(row["evidence_id"])} for row in rows]


def verdicts(rows: list[dict[str, Any]], rules: list[Rule], names: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    table = screen(rows, rules, issuers=names).issuer_verdicts
    return {(row["issuer_id"], row["rule_id"]): row for row in table.iter_rows(named=True)}


@invariant(companies())
def test_i1_without_evidence_nobody_is_cleared(world: dict[str, list[dict[str, Any]]]) -> None:
    rows = numbered(world)
    found = verdicts(rows, RULES, [*world, "SILENT"])
    assert {found["SILENT", each.id]["outcome"] for each in RULES} == {"UNKNOWN"}
    asked = {each.id: measures_of(each) for each in RULES}
    for (name, rule_id), row in found.items():
        if row["outcome"] in ("CLEARED", "NOT_APPLICABLE"):
            assert any(given["measure"] in asked[rule_id] for given in rows if given["issuer_id"] == name)


def measures_of(the_rule: Rule) -> set[str]:
    direct = {c.measure for _, c, _ in the_rule.criterions()}
    return direct | {other for measure in direct if (other := sibling(measure))}


@invariant(companies(with_roles=False), st.sampled_from(MEASURES))
def test_i2_losing_a_theme_never_turns_a_truth_into_false(world: dict[str, list[dict[str, Any]]], lost: str) -> None:
    """All evidence of a theme goes; the theme's two measures speak for each other, so both do.

    Without roles: with them, losing evidence can move a company out of a rule's field.
    """
    rows = numbered(world)
    gone = {lost, sibling(lost)}
    left = twins([row for row in rows if row["measure"] not in gone])
    found = verdicts([*rows, *left], RULES, [*world, *map(twin, world)])
    for name, rule_id in [key for key in found if key[0] in world]:
        if found[twin(name), rule_id]["truth"] == "F":
            assert found[name, rule_id]["truth"] == "F", (name, rule_id)


@invariant(companies(), st.randoms(use_true_random=False))
def test_i3_i4_order_of_the_input_does_not_matter(
    world: dict[str, list[dict[str, Any]]], shuffler: random.Random
) -> None:
    rows = numbered(world)
    names, rules = list(world), list(RULES)
    first = screen(rows, rules, issuers=names)
    for items in (rows, names, rules):
        shuffler.shuffle(items)
    second = screen(rows, rules, issuers=names)
    assert first.issuer_verdicts.equals(second.issuer_verdicts)
    assert first.verdict_explanations.equals(second.verdict_explanations)


@invariant(companies(), st.sampled_from([("PALM-01", "rev"), ("SODA-01", "rev")]), ends)
def test_i5_a_tighter_threshold_never_takes_an_exclusion_back(
    world: dict[str, list[dict[str, Any]]], place: tuple[str, str], value: str
) -> None:
    rule_id, criterion_id = place
    loose = demo_rules()[rule_id]
    plain = loose.model_dump(mode="json", by_alias=True)["criteria"]
    word = "any" if plain["any"] else "all"
    current = next(leaf["value"] for leaf in plain[word] if leaf["id"] == criterion_id)
    assume(Decimal(value) < Decimal(current))
    leaves = [{**leaf, "value": value} if leaf["id"] == criterion_id else leaf for leaf in plain[word]]
    tight = rule(base=rule_id, id="TIGHT-01", criteria={word: leaves})
    found = verdicts(numbered(world), [loose, tight], list(world))
    for name in world:
        if found[name, rule_id]["outcome"] == "EXCLUDED":
            assert found[name, "TIGHT-01"]["outcome"] == "EXCLUDED"


@invariant(companies())
def test_i6_every_verdict_is_explained_and_agrees_with_its_criteria(
    world: dict[str, list[dict[str, Any]]],
) -> None:
    found = screen(numbered(world), RULES, issuers=list(world))
    explained = found.verdict_explanations.group_by("issuer_id", "rule_id").len()
    assert explained.height == found.issuer_verdicts.height == len(world) * len(RULES)
    for row in found.issuer_verdicts.iter_rows(named=True):
        assert row["text_fr"].startswith(row["issuer_id"].title() + " SA — ")
        assert row["text_fr"].endswith(".")
        if row["outcome"] == "EXCLUDED":
            assert row["truth"] == "T"
        if row["outcome"] in ("CLEARED", "NOT_APPLICABLE"):
            assert row["truth"] == "F"
        if row["rule_id"].endswith("-W1"):
            assert row["outcome"] != "EXCLUDED"


@invariant(companies(), st.lists(st.sampled_from(["f", "g", "h"]), min_size=1, max_size=3))
def test_i8_the_same_claims_delivered_again_change_nothing(
    world: dict[str, list[dict[str, Any]]], files: list[str]
) -> None:
    """Copies under the same identifier, as when a claim comes with every share class of a company."""
    rows, names = numbered(world), list(world)
    copies = [{**row, "source_file_id": name, "source_row": 2} for name in files for row in rows]
    once, again = screen(rows, RULES, issuers=names), screen([*rows, *copies], RULES, issuers=names)
    assert once.issuer_verdicts.equals(again.issuer_verdicts)
    assert once.verdict_explanations.equals(again.verdict_explanations)


@invariant(companies(), st.lists(claims(), max_size=6))
def test_i9_what_we_receive_later_changes_nothing(
    world: dict[str, list[dict[str, Any]]], later: list[dict[str, Any]]
) -> None:
    rows, names = numbered(world), list(world)
    future = [
        {
            **row,
            "issuer_id": names[0],
            "evidence_id": f"later-{place}",
            "known_from": KNOWN + dt.timedelta(days=1),
        }
        for place, row in enumerate(later)
    ]
    # nor does being replaced by something not received yet
    waiting = twins([{**row, "superseded_by": twin("later-0")} for row in rows])
    found = verdicts([*rows, *waiting, *twins(future)], RULES, [*names, *map(twin, names)])
    for name, rule_id in [key for key in found if key[0] in world]:
        one, other = found[name, rule_id], found[twin(name), rule_id]
        assert {**one, "text_fr": ""} == {**other, "issuer_id": name, "text_fr": ""}


@invariant(companies())
def test_weaker_evidence_never_helps_or_condemns(world: dict[str, list[dict[str, Any]]]) -> None:
    """With every grade at E nobody is cleared and nobody is excluded."""
    rows = [{**row, "grade": "E"} for row in numbered(world)]
    outcomes = {row["outcome"] for row in verdicts(rows, RULES, list(world)).values()}
    assert outcomes <= {"UNKNOWN", "WATCHLIST", "ENGAGEMENT", "NOT_APPLICABLE"}


@invariant(companies(measures=["revenue_share.palm", "certified_share.rspo"], sources=["vendeur"], with_roles=False))
def test_leaving_old_years_out_early_changes_nothing(world: dict[str, list[dict[str, Any]]]) -> None:
    rows, names = numbered(world), list(world)
    fast = screen(rows, RULES, issuers=names)
    with patch.object(engine, "without_outdone_years", lambda every: every):
        slow = screen(rows, RULES, issuers=names)
    assert fast.issuer_verdicts.equals(slow.issuer_verdicts)
    assert fast.verdict_explanations.equals(slow.verdict_explanations)


def test_several_months_give_what_each_gives_alone() -> None:
    days = [dt.date(2024, 12, 31), dt.date(2025, 6, 30), DAY]
    rows = [
        claim("revenue_share.palm", "7", fiscal_year=2022),
        claim("revenue_share.neonic", "0", fiscal_year=2023),
    ]
    months = pl.DataFrame({"as_of_date": days, "known_as_of": [each + dt.timedelta(days=10) for each in days]})
    issuers = pl.concat([companies_frame(day, ["ALPHA"]) for day in months["as_of_date"]])
    evidence = pl.concat([evidence_frame([{**row, "as_of_date": each} for row in rows]) for each in days])
    together = evaluate(evidence, issuers, months, RULES)
    for each in days:
        only = pl.col("as_of_date") == each
        alone = evaluate(evidence.filter(only), issuers.filter(only), months.filter(only), RULES)
        assert alone.issuer_verdicts.equals(together.issuer_verdicts.filter(only))
        assert alone.verdict_explanations.equals(together.verdict_explanations.filter(only))


@invariant(companies())
def test_looking_at_two_companies_at_a_time_changes_nothing(world: dict[str, list[dict[str, Any]]]) -> None:
    rows, names = numbered(world), [*world, "SILENT"]
    together = screen(rows, RULES, issuers=names)
    with patch.object(engine, "ISSUERS_AT_ONCE", 2):
        in_parts = screen(rows, RULES, issuers=names)
    assert together.issuer_verdicts.equals(in_parts.issuer_verdicts)
    assert together.verdict_explanations.equals(in_parts.verdict_explanations)
