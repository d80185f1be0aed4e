"""Two policies compared before a vote: which rules differ, which version is evaluated, whose outcome moves."""

import datetime as dt
from typing import Any

import polars as pl

from impact_pipeline.domain.screening import Rule
from impact_pipeline.domain.screening.changes import (
    changed_keys,
    changed_outcomes,
    names_in_and_out,
    proposed,
    rule_changes,
)
from impact_pipeline_tests.domain.screening.cases import criterion, rule

DAY = dt.date(2025, 12, 31)


def limit(value: str, rule_id: str = "TEST-01", **given: Any) -> Rule:
    return rule(rule_id, criteria={"any": [criterion("revenue_share.palm", ">", value, id="rev")]}, **given)


def verdicts(*rows: tuple[str, str, str]) -> pl.DataFrame:
    names = ("issuer_id", "rule_id", "outcome")
    return pl.DataFrame(
        [dict(zip(names, row, strict=True)) | {"text_fr": "phrase"} for row in rows],
        schema={**dict.fromkeys(names, pl.String), "text_fr": pl.String},
    )


def test_only_the_key_that_changed_is_listed() -> None:
    assert changed_keys(limit("10"), limit("5")) == (("criteria.any[rev].value", "10", "5"),)
    assert changed_keys(limit("10"), limit("10")) == ()
    assert changed_keys(limit("10"), limit("10", holdings={"divest_days": 90})) == (
        ("holdings.divest_days", "–", "90"),
    )


def test_the_same_rules_are_evaluated_as_they_are() -> None:
    rules = [limit("10", valid={"from": "2019-01-01", "to": "2026-01-01"}),
             limit("5", version="2", valid={"from": "2026-01-01"})]  # fmt: skip
    assert proposed(rules, rules, DAY) == {"TEST-01": (rules[0], ())}, "the later version is not proposed: it was voted"
    assert rule_changes(rules, rules, DAY) == []


def test_case_20_a_threshold_to_be_voted_stands_in_for_the_one_in_force() -> None:
    old = [limit("10")]
    new = [limit("10", valid={"from": "2019-01-01", "to": "2026-01-01"}),
           limit("5", version="2", status="draft", approved=None, valid={"from": "2026-01-01"})]  # fmt: skip
    stands, assumed = proposed(old, new, DAY)["TEST-01"]
    assert (stands.version, stands.status) == ("2", "approved")
    assert stands.in_force(DAY)
    assert stands.can_exclude
    assert assumed == ("approved", "in force on 2025-12-31")
    (change,) = rule_changes(old, new, DAY)
    assert (change.change, change.old_version, change.new_version) == ("changed", "1", "2")
    assert ("criteria.any[rev].value", "10", "5") in change.keys
    assert ("status", "approved", "draft") in change.keys, "the file as written, not what was assumed"


def test_a_version_that_ends_before_the_month_or_is_retired_is_no_proposal() -> None:
    past = limit("5", version="0", valid={"from": "2019-01-01", "to": "2020-01-01"})
    retired = limit("1", version="3", status="retired")
    old = [limit("10")]
    assert proposed(old, [*old, past, retired], DAY) == {"TEST-01": (old[0], ())}


def test_rules_that_come_and_go() -> None:
    other = limit("3", "TEST-02")
    (added,) = rule_changes([limit("10")], [limit("10"), other], DAY)
    assert (added.rule_id, added.change, added.old_version, added.keys) == ("TEST-02", "added", None, ())
    (removed,) = rule_changes([limit("10"), other], [limit("10")], DAY)
    assert (removed.rule_id, removed.change, removed.new_version) == ("TEST-02", "removed", None)
    (gone,) = rule_changes([other], [limit("3", "TEST-02", status="retired")], DAY)
    assert gone.change == "removed"


def test_outcomes_that_differ_and_none_where_a_rule_is_missing() -> None:
    old = verdicts(("A", "R1", "CLEARED"), ("B", "R1", "EXCLUDED"), ("C", "R1", "UNKNOWN"), ("A", "R2", "CLEARED"))
    new = verdicts(("A", "R1", "EXCLUDED"), ("B", "R1", "EXCLUDED"), ("C", "R1", "UNKNOWN"), ("A", "R3", "WATCHLIST"))
    found = changed_outcomes(old, new).select("issuer_id", "rule_id", "old_outcome", "new_outcome").rows()
    assert found == [
        ("A", "R1", "CLEARED", "EXCLUDED"),
        ("A", "R2", "CLEARED", None),
        ("A", "R3", None, "WATCHLIST"),
    ]


def test_a_name_is_in_when_no_rule_excluded_it_before() -> None:
    old = verdicts(("A", "R1", "CLEARED"), ("B", "R1", "EXCLUDED"), ("B", "R2", "CLEARED"), ("C", "R1", "EXCLUDED"))
    new = verdicts(("A", "R1", "EXCLUDED"), ("B", "R1", "CLEARED"), ("B", "R2", "EXCLUDED"), ("C", "R1", "WATCHLIST"))
    # B stays excluded, by another rule: neither in nor out
    assert names_in_and_out(old, new).rows() == [("A", "in", "R1"), ("C", "out", "R1")]
    assert names_in_and_out(old, old).is_empty()
