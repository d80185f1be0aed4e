"""Two baselines, side by side: the one first computed and the one known now; the threshold says which is in force."""

import datetime as dt
from decimal import Decimal

import pytest

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.warehouse.runner import run_test
from impact_pipeline_tests.builders import emissions, policy_with
from impact_pipeline_tests.carbon.changes import AFTER, BEFORE, Months, held, issuer

MILLION = 1_000_000
SPAN = dt.date(2024, 12, 1), dt.date(2025, 1, 1)
THEN, NOW = "2024-06-30", "2025-06-30"
BASELINE = ("targets.yaml", "baseline_date: 2019-12-31", "baseline_date: 2023-12-31")
THRESHOLD = 'baseline_recalculation_threshold_ratio: "0.05"'


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def months(tmp_path):
    return Months(tmp_path, policy=policy_with(tmp_path / "policy", BASELINE))


def company(name, month, tonnes):
    """1 M EUR of it is 1 of 1,000 M EUR: 1 t for each 1,000 t."""
    return issuer(name, month, tonnes, market_cap=600 * MILLION, total_debt=400 * MILLION)


def corrected(name, tonnes):
    """Another figure for 2023, received between the two months."""
    return {
        "issuer_financials": [],
        "issuer_emissions": emissions(name, tonnes, fiscal_year=2023, known_from="2024-09-01"),
    }


def two_companies(months, *later, before=(60_000, 40_000), after=(55_500, 37_000)):
    """1 M EUR of X and of Y, half the book each: 60 + 40 = 100 t of 2 M EUR, then 55.5 + 37 = 92.5 t."""
    lines = {
        month: [held(month, name, issuer_id=name, quantity=1, market_value=MILLION) for name in ("X", "Y")]
        + [held(month, "CASH", asset_class="cash", market_value=2 * MILLION)]
        for month in (BEFORE, AFTER)
    }
    facts = [
        company(name, month, tonnes)
        for month, both in ((BEFORE, before), (AFTER, after))
        for name, tonnes in zip("XY", both, strict=True)
    ]
    return months.write(lines, [*facts, *later]).run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)


def step(months, metric="financed_emissions", portfolio="ALL", day="2024-12-31"):
    return months.done.one(
        "select * from marts.carbon_trajectory where metric = ? and portfolio_id = ? and as_of_date = cast(? as date)",
        metric, portfolio, day,
    )  # fmt: skip


def indicator(months, name):
    return months.done.one(
        "select * from marts.mission_indicators where indicator_id = ? and as_of_date = date '2024-12-31'", name
    )


def test_a_restatement_below_the_threshold_is_shown_and_changes_nothing(months):
    # X 60,000 -> 64,000: 64 + 40 = 104 t, 4 % above the 100 t first computed
    done = two_companies(months, corrected("X", 64_000))
    row = step(done)
    assert (row["original_baseline_value"], row["restated_baseline_value"]) == (near(100), near(104))
    assert (row["restatement_ratio"], row["is_recalculation_due"]) == (near(0.04), False)
    assert (row["restatement_cause"], row["baseline_recalculation_threshold_ratio"]) == ("facts", 0.05)
    # 92.5 / 100 and 92.5 / 104; the 7 % path: 93 from the baseline in force, 92.5 is below
    assert (row["baseline_value"], row["raw_baseline_value"]) == (near(100), near(100))
    assert row["change_ratio"] == row["original_change_ratio"] == near(-0.075)
    assert row["restated_change_ratio"] == near(92.5 / 104 - 1)
    assert (row["target_value"], row["on_track"]) == (near(93), True)
    assert indicator(done, "financed_emissions")["change_ratio"] == near(-0.075)


def test_a_restatement_above_the_threshold_is_the_baseline_in_force(months):
    # X 60,000 -> 54,000: 54 + 40 = 94 t, 6 % below; what was on track (92.5 of 93) is not: 0.93 x 94 = 87.42
    done = two_companies(months, corrected("X", 54_000))
    row = step(done)
    assert (row["original_baseline_value"], row["restated_baseline_value"]) == (near(100), near(94))
    assert (row["restatement_ratio"], row["is_recalculation_due"]) == (near(-0.06), True)
    assert (row["baseline_value"], row["raw_baseline_value"]) == (near(94), near(100))
    assert row["original_change_ratio"] == near(-0.075)
    assert row["change_ratio"] == row["restated_change_ratio"] == near(92.5 / 94 - 1)
    assert (row["target_value"], row["on_track"]) == (near(87.42), False)
    # of 2 M EUR, of 4 M EUR with the cash; revenue is unknown
    for metric, original in (("economic_intensity", 50), ("economic_intensity_art_7_3", 50), ("pai_2_footprint", 25)):
        other = step(done, metric)
        assert (other["original_baseline_value"], other["baseline_value"]) == (near(original), near(0.94 * original))
    waci = step(done, "waci")
    assert (waci["baseline_value"], waci["is_recalculation_due"], waci["status"]) == (None, None, "no_data")
    # the committee's table: 46.25 t per M EUR against 47, not against 50
    assert indicator(done, "financed_emissions")["baseline_value"] == near(94)
    change = indicator(done, "portfolio_footprint_change")
    assert (change["baseline_value"], change["value"]) == (near(47), near(46.25 / 47 - 1))
    assert indicator(done, "portfolio_footprint")["change_ratio"] == near(46.25 / 47 - 1)


def test_exactly_the_threshold_reaches_it(months):
    # 65 + 40 = 105 of 100
    row = step(two_companies(months, corrected("X", 65_000)))
    assert (row["restatement_ratio"], row["is_recalculation_due"]) == (near(0.05), True)


def test_a_restated_baseline_that_its_lines_do_not_give_is_found(months):
    done = two_companies(months, corrected("X", 54_000)).done
    check = next(
        test for test in load_tests(SQL_MODELS / "tests")
        if test.name == "carbon_baselines__restated_is_the_first_plus_the_restatement"
    )  # fmt: skip

    def found():
        with done.store.read() as connection:
            return {(row["portfolio_id"], row["metric"]) for row in run_test(connection, check, *SPAN).sample}

    assert found() == set()
    with done.store.write() as connection:
        connection.execute(
            "update core.carbon_change_totals set restated_value = restated_value + 0.00001"
            " where metric = 'financed_emissions' and portfolio_id = 'ALL'"
        )
    assert found() == {("ALL", "financed_emissions")}


def test_the_threshold_is_the_policy_s(tmp_path):
    wide = ("methodology.yaml", THRESHOLD, 'baseline_recalculation_threshold_ratio: "0.10"')
    months = Months(tmp_path, policy=policy_with(tmp_path / "policy", BASELINE, wide))
    row = step(two_companies(months, corrected("X", 54_000)))
    assert (row["restatement_ratio"], row["is_recalculation_due"]) == (near(-0.06), False)
    assert row["baseline_value"] == near(100)


def test_nothing_new_gives_the_same_baseline_twice(months):
    done = two_companies(months)
    row = step(done)
    assert row["restated_baseline_value"] == row["original_baseline_value"] == row["baseline_value"]
    assert (row["restatement_ratio"], row["restatement_cause"], row["is_recalculation_due"]) == (0, "none", False)
    # the baseline month against itself
    itself = step(done, day="2023-12-31")
    assert (itself["restated_baseline_value"], itself["is_recalculation_due"]) == (near(100), False)


def test_a_company_first_known_since_restates_the_baseline_and_its_coverage(months):
    # Y said nothing for 2023 then: 60 t of one of the two M EUR; 40 t more are known now
    done = two_companies(months, corrected("Y", 40_000), before=(60_000, None))
    row = step(done)
    assert (row["original_baseline_value"], row["restated_baseline_value"]) == (near(60), near(100))
    assert (row["original_baseline_coverage_ratio"], row["restated_baseline_coverage_ratio"]) == (near(0.5), near(1))
    assert (row["is_recalculation_due"], row["baseline_coverage_ratio"]) == (True, near(1))
    # 60 t per M EUR of one company, 50 of both: each metric by its own restatement
    assert step(done, "economic_intensity")["restatement_ratio"] == near(-1 / 6)


def test_a_baseline_unknown_then_and_known_now_is_in_force(months):
    done = two_companies(months, corrected("X", 60_000), before=(None, None))
    row = step(done)
    assert (row["original_baseline_value"], row["restated_baseline_value"]) == (None, near(60))
    assert (row["restatement_ratio"], row["is_recalculation_due"]) == (None, True)
    assert (row["baseline_value"], row["status"]) == (near(60), "measured")
    # 1 of 2 M EUR
    assert (row["original_baseline_coverage_ratio"], row["restated_baseline_coverage_ratio"]) == (0, near(0.5))
    assert indicator(done, "financed_emissions")["baseline_value"] == near(60)


def test_another_method_is_told_apart_from_other_facts(tmp_path):
    # scope 2 of X: 4,000 t by contracts, 14,000 t by the grid: 64 + 40 = 104 and 74 + 40 = 114 t, 9.6 % more
    policy = policy_with(tmp_path / "policy", BASELINE)
    by_grid = policy_with(
        tmp_path / "by grid", BASELINE, ("methodology.yaml", "scope_2_preferred: market", "scope_2_preferred: location")
    )
    year = {"fiscal_year": 2023, "known_from": "2024-04-01"}
    scope_2 = [
        {**row, "scope": scope}
        for scope, tonnes in (("2_market", 4_000), ("2_location", 14_000))
        for row in emissions("X", None, tonnes, **year)
    ]
    x, y = company("X", BEFORE, 60_000), company("Y", BEFORE, 40_000)
    x["issuer_emissions"] = [row for row in x["issuer_emissions"] if row["scope"] == "1"] + scope_2
    lines = {
        month: [held(month, name, issuer_id=name, quantity=1, market_value=MILLION) for name in ("X", "Y")]
        for month in (BEFORE, AFTER)
    }
    months = Months(tmp_path, policy=policy).write(lines, [x, y]).run(BEFORE).run(AFTER, policy=by_grid)
    row = step(months)
    assert (row["original_baseline_value"], row["restated_baseline_value"]) == (near(104), near(114))
    assert (row["restatement_cause"], row["is_recalculation_due"]) == ("method", True)


@pytest.mark.parametrize("wrong", ['"0"', '"5"', "0.05", '"-0.05"'])
def test_a_threshold_that_is_no_share_is_refused(tmp_path, wrong):
    edit = ("methodology.yaml", THRESHOLD, f"baseline_recalculation_threshold_ratio: {wrong}")
    with pytest.raises(PolicyFileError, match="baseline_recalculation_threshold_ratio"):
        load_policy(policy_with(tmp_path / "policy", edit))


def test_a_policy_that_says_nothing_has_five_percent(tmp_path):
    policy = load_policy(policy_with(tmp_path / "policy", ("methodology.yaml", f"\n{THRESHOLD}", "\n")))
    assert policy.methodology.baseline_recalculation_threshold_ratio == Decimal("0.05")
