"""``impact policy diff`` on a month of three companies, exposures by hand; and the commands of ``impact policy``."""

import datetime as dt
import json
import shutil

import pytest

from impact_pipeline.domain.screening.decisions import a_year_after
from impact_pipeline.warehouse.snapshot import publish_window
from impact_pipeline_tests.builders import DEMO_POLICY, compute, line, policy_with, write_inputs
from impact_pipeline_tests.end_to_end.installation import Installation

MONTH = dt.date(2024, 12, 31)


def evidence(number, issuer, measure, value, **given):
    return {
        "evidence_id": f"E{number}", "issuer_id": issuer, "measure": measure, "lo": value, "hi": value, "unit": "pct",
        "coverage_status": "researched_involved", "grade": "B", "source": "annual report", "fiscal_year": 2024,
        "published_on": "2025-04-02", "known_from": "2025-05-15", **given,
    }  # fmt: skip


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A month: X and Y make sodas (12 % and 30 % of revenue), Z is not held; readers have it published."""
    made = Installation(tmp_path_factory.mktemp("policy"))
    sugar = {"measure": "revenue_share.added_sugar_drinks", "role": "brand_owner", "model": ">=5g/100ml"}
    write_inputs(
        made.inputs,
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=100),
            line("B", asset_class="corporate_bond", issuer_id="X", market_value=50, nominal_amount=50),
            line("C", asset_class="listed_equity", issuer_id="Y", market_value=70),
        ],
        issuers=[{"issuer_id": name, "name": f"{name} SA", "country": "FR"} for name in ("X", "Y", "Z")],
        evidence=[
            evidence(place, issuer, value=value, **sugar)
            for place, (issuer, value) in enumerate((("X", 12), ("Y", 30), ("Z", 15)))
        ],
    )
    done = compute(made.inputs, made.home, policy=made.policy)
    publish_window(done.store, made.home / "readers.duckdb", MONTH.replace(day=1), MONTH + dt.timedelta(days=1))
    return made


@pytest.fixture
def proposal(tmp_path):
    """SODA-01@2, a draft for 2027: from 10 % on instead of 20 %."""
    folder = tmp_path / "proposal"
    shutil.copytree(DEMO_POLICY, folder)
    first = folder / "rules" / "SODA-01@1.yaml"
    text = first.read_text(encoding="utf-8")
    second = text.replace('version: "1"', 'version: "2"').replace("status: approved", "status: draft")
    second = second.replace("from: 2019-01-01", "from: 2027-01-01").replace('value: "20"', 'value: "10"')
    (folder / "rules" / "SODA-01@2.yaml").write_text(second, encoding="utf-8")
    first.write_text(text.replace("to: null", "to: 2027-01-01"), encoding="utf-8")
    return folder


def diff(installation, *words, expect=0):
    return installation.impact("policy", "diff", *map(str, words), "--month", "2024-12", expect=expect)


def test_who_comes_in_and_how_much_money(installation, proposal):
    before = {file: file.stat().st_mtime_ns for file in installation.home.iterdir()}
    found = json.loads(diff(installation, DEMO_POLICY, proposal, "--json").stdout)
    (rule,) = found["rules"]
    assert (rule["rule_id"], rule["old_version"], rule["new_version"]) == ("SODA-01", "1", "2")
    assert rule["assumed"] == ["approved", "in force on 2024-12-31"]
    assert {"key": "criteria.all[rev].value", "old": "20", "new": "10"} in rule["keys"]
    # 12 % and 15 % are at least 10 %; X is held for 100 + 50, Z is not held; Y was excluded already
    names = [(name["issuer_id"], name["movement"], name["exposure_eur"]) for name in found["names"]]
    assert names == [("X", "in", 150), ("Z", "in", 0)]
    outcomes = [(row["issuer_id"], row["rule_id"], row["old_outcome"], row["new_outcome"]) for row in found["outcomes"]]
    assert outcomes == [("X", "SODA-01", "CLEARED", "EXCLUDED"), ("Z", "SODA-01", "CLEARED", "EXCLUDED")]
    (total,) = found["totals"]
    assert (total["issuers"], total["held"], total["exposure_eur"]) == (2, 1, 150)
    assert {file: file.stat().st_mtime_ns for file in installation.home.iterdir()} == before, "nothing is written"


def test_the_other_way_round_and_the_same_policy(installation, proposal):
    found = json.loads(diff(installation, proposal, DEMO_POLICY, "--json").stdout)
    # SODA-01@1 of the proposal is what is in force in 2024; only its end date differs
    assert [rule["keys"] for rule in found["rules"]] == [[{"key": "valid.to", "old": "2027-01-01", "new": "–"}]]
    assert found["outcomes"] == []
    assert "no rule and no outcome changes" in diff(installation, DEMO_POLICY, DEMO_POLICY).stdout


def test_a_rule_that_goes_leaves_its_outcomes_empty(installation, tmp_path):
    fewer = tmp_path / "fewer"
    shutil.copytree(DEMO_POLICY, fewer)
    (fewer / "rules" / "SODA-01@1.yaml").unlink()
    found = json.loads(diff(installation, DEMO_POLICY, fewer, "--json").stdout)
    assert [(rule["rule_id"], rule["change"]) for rule in found["rules"]] == [("SODA-01", "removed")]
    assert [(name["issuer_id"], name["movement"], name["exposure_eur"]) for name in found["names"]] == [
        ("Y", "out", 70)
    ]
    assert {(row["issuer_id"], row["new_outcome"]) for row in found["outcomes"]} == {
        ("X", None), ("Y", None), ("Z", None),
    }  # fmt: skip
    printed = diff(installation, DEMO_POLICY, fewer).stdout
    assert "SODA-01 EXCLUDED -> no rule: 1 issuers, 1 held, 70 EUR" in printed
    assert "SODA-01 CLEARED -> no rule: 2 issuers, 1 held, 150 EUR" in printed


def test_a_version_edited_in_place_is_pointed_out(installation, tmp_path):
    edited = tmp_path / "edited"
    shutil.copytree(DEMO_POLICY, edited)
    file = edited / "rules" / "SODA-01@1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('value: "20"', 'value: "40"'), encoding="utf-8")
    printed = diff(installation, DEMO_POLICY, edited).stdout
    assert "a signed version is never edited" in printed
    assert "SODA-01 EXCLUDED -> CLEARED: 1 issuers, 1 held, 70 EUR" in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("policy", "diff", "/nowhere", str(DEMO_POLICY), "--month", "2024-12"), "/nowhere does not exist"),
        (("policy", "diff", str(DEMO_POLICY), str(DEMO_POLICY), "--month", "2023-12"), "impact run --month 2023-12"),
        (("policy", "card", "PALM"), "did you mean PALM-01?"),
        (("policy", "card", "PALM-01", "--output", "/nowhere/card.html"), "/nowhere/card.html"),
        (("policy", "check", "--policy", "/nowhere"), "no such folder"),
        (("policy", "chekc"), "--help"),
    ],
)
def test_wrong_usage_is_one_line(installation, words, said):
    done = installation.impact(*words, expect=2)
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr


def test_check_lists_everything_and_warns(installation, tmp_path):
    # The demo's own override expires on a calendar day; this test brings its own, around today.
    folder = tmp_path / "policy"
    shutil.copytree(DEMO_POLICY, folder, ignore=shutil.ignore_patterns("overrides"))
    assert "warning" not in installation.impact("policy", "check", "--policy", str(folder)).stdout
    rule = folder / "rules" / "PALM-01@1.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("status: approved", "status: draft"), encoding="utf-8")
    (folder / "overrides").mkdir()
    today = dt.date.today()
    for place, days in enumerate((-1, 0, 90, 91)):
        expires = today + dt.timedelta(days=days)
        approved = min(expires - dt.timedelta(days=30), today)
        assert expires <= a_year_after(approved)
        (folder / "overrides" / f"{place}.yaml").write_text(
            f"id: OVR-{place}\nissuer_id: X{place}\nrule: PALM-01\nfrom: EXCLUDED\nto: WATCHLIST\n"
            f"reason_fr: plan\nevidence: [E1]\nauthor: a\napprover: b\napproved_on: {approved}\n"
            f"expires_on: {expires}\nminutes: CR\n"
        )
    found = json.loads(installation.impact("policy", "check", "--policy", str(folder), "--json").stdout)
    assert len(found["rules"]) == 7
    assert {row["rule"] for row in found["rules"]} >= {"PALM-01@1", "NEO-01@1"}
    assert len(found["overrides"]) == 4
    warned = found["warnings"]
    assert [line.split(" ")[0] for line in warned] == ["PALM-01@1", "OVR-1", "OVR-2", "OVR-0"]
    assert "is a draft" in warned[0]
    assert "in 90 days" in warned[2]
    assert "expired" in warned[3]


def test_check_warns_of_words_nothing_else_names(installation, tmp_path):
    folder = policy_with(
        tmp_path / "policy",
        ("rules/PALM-01@1.yaml", "roles_any: [grower,", "roles_any: [growr,"),
        ("rules/DEF-W1@1.yaml", "commodities_any: [palm,", "commodities_any: [plam,"),
    )
    warned = json.loads(installation.impact("policy", "check", "--policy", str(folder), "--json").stdout)["warnings"]
    assert "PALM-01@1 asks for the role growr, which nothing else names; did you mean grower?" in warned
    assert "DEF-W1@1 asks for the commodity plam, which nothing else names; did you mean palm?" in warned


def test_check_stops_at_the_first_fault(installation, tmp_path):
    folder = tmp_path / "policy"
    shutil.copytree(DEMO_POLICY, folder)
    file = folder / "rules" / "PALM-01@1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('value: "5"', "value: 5"), encoding="utf-8")
    done = installation.impact("policy", "check", "--policy", str(folder), expect=2)
    assert "rules/PALM-01@1.yaml, row" in done.stderr
    assert "a number between quotes" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    profile = folder / "profiles" / "tpt.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("value: 5", 'value: "5"'), encoding="utf-8")
    profile.write_text("id: broken\n", encoding="utf-8")
    assert "tpt.yaml" in installation.impact("policy", "check", "--policy", str(folder), expect=2).stderr


def test_the_card_on_the_terminal_and_as_a_page(installation, tmp_path):
    printed = installation.impact("policy", "card", "PALM-01").stdout
    assert printed.startswith("# Fiche de règle PALM-01@1 : Huile de palme (déforestation)\n")
    page = tmp_path / "card.html"
    assert installation.impact("policy", "card", "PALM-01@1", "--output", str(page)).stdout == ""
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    text = tmp_path / "card.md"
    installation.impact("policy", "card", "PALM-01", "--output", str(text))
    assert text.read_text(encoding="utf-8") == printed
