"""Cases of screening.md 4.12 written as evidence files and read back from the public tables."""

import shutil

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline_tests.builders import DEMO_POLICY, compute, line, write_inputs

INVOLVED = {"coverage_status": "researched_involved", "grade": "B", "unit": "pct"}
BASE = {
    "issuer_id": "X",
    "source": "annual report",
    "fiscal_year": 2024,
    "published_on": "2025-04-02",
    "known_from": "2025-05-15",
}


@pytest.fixture
def run(tmp_path):
    def of(*claims, policy=DEMO_POLICY):
        evidence = [{"evidence_id": f"E{number}", **BASE, **INVOLVED, **claim} for number, claim in enumerate(claims)]
        inputs = write_inputs(
            tmp_path / "inputs",
            holdings=[line("A", asset_class="listed_equity", issuer_id="X", market_value=100)],
            issuers=[{"issuer_id": "X", "name": "Alpha SA", "country": "FR"}],
            evidence=evidence,
        )
        return compute(inputs, tmp_path / "home", policy=policy)

    return of


def verdict(done, rule):
    return done.one("select * from core.issuer_verdicts where issuer_id = 'X' and rule_id = ?", rule)


def share(measure, lo, hi=None, **given):
    return {"measure": measure, "lo": lo, "hi": lo if hi is None else hi, **given}


def palm(lo, hi=None, **given):
    return share("revenue_share.palm", lo, hi, role="refiner", **given)


def rspo(lo, model=""):
    return share("certified_share.rspo", lo, model=model, role="refiner")


def test_case_1_certified_but_above_the_revenue_threshold(run):
    done = run(palm("7.4"), rspo(92))
    found = verdict(done, "PALM-01")
    assert (found["truth"], found["outcome"]) == ("T", "EXCLUDED")
    criteria = {
        row["criterion_id"]: row["truth"]
        for row in done.rows("select * from core.verdict_explanations where rule_id = 'PALM-01'")
    }
    assert criteria["rev"] == "T"
    assert criteria["rspo"] == "F"
    assert "7,4 %" in found["text_fr"]
    position = done.position("A")
    assert position["headline_outcome"] == "EXCLUDED"
    breach = done.one("select * from marts.breaches")
    # received on 15 May 2025, + 180 days
    assert (breach["rule_id"], str(breach["first_seen"])) == ("PALM-01", "2025-05-15")
    assert str(breach["divest_by"]) == "2025-11-11"


def test_case_2_exactly_the_threshold_is_cleared_and_near(run):
    done = run(palm("5"), rspo(60, "SG"), rspo(20, "MB"))
    found = verdict(done, "PALM-01")
    assert found["outcome"] == "CLEARED"
    assert found["is_near"]


def test_case_3_segments_add_up_exactly(run):
    sugar = {"role": "brand_owner", "model": ">=5g/100ml"}
    # 4.6 + 10.8 + 4.6 = 20 exactly, at the threshold of SODA-01 (>= 20)
    done = run(*(share("revenue_share.added_sugar_drinks", part, **sugar) for part in ("4.6", "10.8", "4.6")))
    assert verdict(done, "SODA-01")["outcome"] == "EXCLUDED"


def test_case_4_a_band_across_the_threshold_is_watched(run):
    done = run(share("revenue_share.added_sugar_drinks", 10, "24.9", role="brand_owner", model=">=5g/100ml", grade="C"))
    found = verdict(done, "SODA-01")
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")


def test_case_5_a_band_that_includes_zero_is_not_first_euro(run):
    done = run(share("revenue_share.neonic", 0, 5, hi_open="true", role="formulator"))
    found = verdict(done, "NEO-01")
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")


@pytest.mark.parametrize(("status", "outcome"), [("not_covered", "UNKNOWN"), ("researched_not_involved", "CLEARED")])
@pytest.mark.parametrize(("measure", "rule"), [("revenue_share.palm", "PALM-01"), ("revenue_share.neonic", "NEO-01")])
def test_case_6_a_blank_is_clear_only_when_somebody_looked(run, status, outcome, measure, rule):
    done = run({"measure": measure, "coverage_status": status})
    assert verdict(done, rule)["outcome"] == outcome


def test_case_10_a_retailer_is_outside_a_rule_for_makers(run):
    done = run(share("revenue_share.added_sugar_drinks", 6, role="distributor", model=">=5g/100ml"))
    assert verdict(done, "SODA-01")["outcome"] == "NOT_APPLICABLE"


@pytest.mark.parametrize(("definition", "truth"), [("OECD2021", "T"), ("excl_API_PPP", "F")])
def test_case_14_the_definition_the_rule_asks_for_decides(run, tmp_path, definition, truth):
    policy = tmp_path / "policy"
    shutil.copytree(DEMO_POLICY, policy)
    rules = policy / "rules" / "PFAS-W1@1.yaml"
    assert "definition: OECD2021" in rules.read_text(encoding="utf-8")
    rules.write_text(rules.read_text(encoding="utf-8").replace("definition: OECD2021", f"definition: {definition}"))
    flag = {"measure": "pfas.producer", "unit": "bool"}
    claims = (
        {**flag, "lo": 1, "hi": 1, "model": "OECD2021"},
        {**flag, "lo": 0, "hi": 0, "model": "excl_API_PPP", "coverage_status": "researched_not_involved"},
    )
    done = run(*claims, policy=policy)
    used = done.one("select * from core.verdict_explanations where rule_id = 'PFAS-W1' and criterion_id = 'producer'")
    assert used["truth"] == truth


@pytest.mark.parametrize("bad", ["NaN", "-3.5"])
def test_case_23_impossible_numbers_stop_the_file(run, bad):
    with pytest.raises(SourceFileError, match=r"evidence/evidence\.csv, row 2, column lo"):
        run(palm(bad))


def test_case_23_a_share_of_something_else_proves_nothing(run):
    done = run(palm("3.5", unit="pct_volume"), rspo(90))
    assert verdict(done, "PALM-01")["truth"] == "U"


def test_no_evidence_is_unknown_for_every_rule(run):
    done = run({"measure": "revenue_share.palm", "issuer_id": "SOMEBODY ELSE", "lo": 0, "hi": 0})
    outcomes = {row["outcome"] for row in done.rows("select outcome from core.issuer_verdicts where issuer_id = 'X'")}
    assert outcomes == {"UNKNOWN"}
    assert done.position("A")["position_status"] == "BUY_BLOCKED"
