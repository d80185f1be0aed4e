"""Overrides: they act on the outcome they were made for, in their time, and on nothing else (screening.md 4.7)."""

import datetime as dt

import pytest
from pydantic import ValidationError

from impact_pipeline.domain.screening.decisions import Engagement, Override
from impact_pipeline_tests.domain.screening.cases import absent, claim, criterion, owner, rule, screen

RULE = rule("PALM-01", criteria={"any": [criterion("revenue_share.palm", ">", "5")]})
DIRTY = claim("revenue_share.palm", "60", issuer_id="PARENT")
PLAIN = {
    "id": "OVR-2025-007",
    "issuer_lei": "PARENT",
    "rule": "PALM-01",
    "from": "EXCLUDED",
    "to": "WATCHLIST",
    "reason_fr": "plan de certification",
    "evidence": ["EV-1"],
    "author": "a.x",
    "approver": "c.y",
    "approved_on": "2025-02-03",
    "expires_on": "2025-12-31",
    "minutes": "CR-2025-01",
}


def override(**changes) -> Override:
    return Override.model_validate({**PLAIN, **changes})


def outcomes(claims, *overrides, links=(), **given) -> dict[str, str]:
    found = screen(claims, [RULE], issuers=("PARENT", "CHILD"), owners=links, overrides=overrides, **given)
    return {row["issuer_id"]: row["outcome"] for row in found.issuer_verdicts.iter_rows(named=True)}


def test_the_committee_s_outcome_replaces_the_rule_s() -> None:
    found = screen([DIRTY], [RULE], issuers=("PARENT",), overrides=[override(conditions_fr="SG à 30 %")])
    row = found.issuer_verdicts.row(0, named=True)
    assert (row["outcome"], row["truth"], row["override_id"]) == ("WATCHLIST", "T", "OVR-2025-007")
    for words in ("EXCLU devient SOUS SURVEILLANCE jusqu'au 31/12/2025", "CR-2025-01", "c.y", "60 %", "SG à 30 %"):
        assert words in row["text_fr"]
    rows = {row["criterion_id"]: row for row in found.verdict_explanations.iter_rows(named=True)}
    assert rows["override"]["override_id"] == "OVR-2025-007"
    assert rows["c1"]["truth"] == "T", "what the evidence says stays visible"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (dt.date(2025, 1, 31), "EXCLUDED"),  # not yet approved
        (dt.date(2025, 2, 28), "WATCHLIST"),
        (dt.date(2025, 12, 31), "WATCHLIST"),  # its last day
        (dt.date(2026, 1, 31), "EXCLUDED"),  # case 21: expired, the rule's outcome is back by itself
    ],
)
def test_case_21_an_override_ends_by_itself(day, outcome) -> None:
    evidence = {**DIRTY, "known_from": None}
    assert outcomes([evidence], override(), day=day)["PARENT"] == outcome


def test_an_override_made_for_another_case_is_idle() -> None:
    """It takes an exclusion back; when the evidence no longer excludes, there is nothing to take back."""
    found = screen([absent("revenue_share.palm")], [RULE], issuers=("ALPHA",), overrides=[override(issuer_lei="ALPHA")])
    row = found.issuer_verdicts.row(0, named=True)
    assert (row["outcome"], row["override_id"]) == ("CLEARED", None)


def test_a_company_does_not_inherit_what_was_taken_back() -> None:
    links = [owner("CHILD", "PARENT")]
    assert outcomes([DIRTY], links=links) == {"PARENT": "EXCLUDED", "CHILD": "EXCLUDED"}
    assert outcomes([DIRTY], override(), links=links) == {"PARENT": "WATCHLIST", "CHILD": "UNKNOWN"}


def test_a_ring_fenced_company_is_freed_with_what_it_controls() -> None:
    links = [owner("CHILD", "PARENT"), owner("GRANDCHILD", "CHILD")]
    fence = override(issuer_lei="CHILD", to="ENGAGEMENT")
    found = screen([DIRTY], [RULE], issuers=("PARENT", "CHILD", "GRANDCHILD"), owners=links, overrides=[fence])
    rows = {row["issuer_id"]: row for row in found.issuer_verdicts.iter_rows(named=True)}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "PARENT": "EXCLUDED",
        "CHILD": "ENGAGEMENT",
        "GRANDCHILD": "UNKNOWN",
    }
    assert rows["CHILD"]["inherited_from"] == "PARENT"


def test_an_exclusion_by_decision_goes_down_too() -> None:
    """The committee excludes on what no criterion measures."""
    clean = [absent("revenue_share.palm", issuer_id=name) for name in ("PARENT", "CHILD")]
    found = outcomes(clean, override(**{"from": "CLEARED", "to": "EXCLUDED"}), links=[owner("CHILD", "PARENT")])
    assert found == {"PARENT": "EXCLUDED", "CHILD": "EXCLUDED"}


def test_a_retired_rule_takes_its_overrides_along() -> None:
    retired = rule("PALM-01", criteria=RULE.criteria.model_dump(mode="json", by_alias=True), status="retired")
    found = screen([DIRTY], [retired], issuers=("PARENT",), overrides=[override()])
    assert found.issuer_verdicts.is_empty()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approver": " A.X "}, "four eyes"),
        ({"expires_on": "2026-02-04"}, "at most twelve months"),
        ({"expires_on": "2025-02-03"}, "after 'approved_on'"),
        ({"reason_fr": "  "}, "some text in 'reason_fr'"),
        ({"reason_fr": None}, "valid string"),
        ({"evidence": []}, "at least 1 item"),
        ({"expires_on": None}, "date"),
        ({"to": "EXCLUDED"}, "that differ"),
        ({"to": "FREE"}, "Input should be"),
        ({"comment": "x"}, "Extra inputs"),
    ],
)
def test_four_eyes_reason_evidence_and_end_are_required(changes, words) -> None:
    with pytest.raises(ValidationError, match=words):
        override(**changes)


def test_twelve_months_is_the_same_day_next_year() -> None:
    assert override(expires_on="2026-02-03").expires_on == dt.date(2026, 2, 3)
    assert override(approved_on="2024-02-29", expires_on="2025-02-28").expires_on == dt.date(2025, 2, 28)


def test_an_engagement_has_its_milestones_after_its_opening() -> None:
    plain = {
        "id": "ENG-12", "issuer_lei": "X", "theme": "pfas", "opened": "2025-01-10", "ask_fr": "plan de sortie daté",
        "channel": "collective(IIHC)", "milestones": [{"due": "2025-06-30", "what": "réponse écrite"}],
    }  # fmt: skip
    assert Engagement.model_validate(plain).is_open(dt.date(2025, 1, 10))
    assert not Engagement.model_validate({**plain, "closed": "2025-03-01"}).is_open(dt.date(2025, 3, 1))
    with pytest.raises(ValidationError, match="after the engagement was opened"):
        Engagement.model_validate({**plain, "opened": "2025-07-01"})
