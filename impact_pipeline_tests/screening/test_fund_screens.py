"""Funds as intervals: excluded, and excluded plus unknown, against what the rule tolerates (screening.md 4.6)."""

import pytest

from impact_pipeline_tests.builders import DEMO_POLICY, line, policy_with, soda

CLAIMS = [soda("SODA", 62), soda("CLEAN", 3)]


def inside(holder, line_id, value, issuer_id=None, asset_class="listed_equity", **given):
    row = line(line_id, asset_class=asset_class, issuer_id=issuer_id, market_value=value, **given)
    return {**row, "portfolio_id": holder}


def of_kind(portfolio_id, kind):
    return {"portfolio_id": portfolio_id, "name": portfolio_id, "currency": "EUR", "kind": kind}


@pytest.fixture
def screened(run):
    """The month of P, which holds units of F, and of the lines given."""

    def of(*lines, portfolios=(), policy=DEMO_POLICY):
        units = line("UNITS", asset_class="fund", fund_id="F", market_value=500)
        return run(units, *lines, portfolios=portfolios, evidence=CLAIMS, policy=policy)

    return of


def screen(done, fund_id="F", rule="SODA-01"):
    return done.one("select * from marts.fund_screens where portfolio_id = ? and rule_id = ?", fund_id, rule)


def bounds(row):
    return row["excluded_ratio"], row["excluded_upper_ratio"]


def test_case_18_an_open_fund_that_cannot_be_told(screened):
    # 21 + 300 not looked through + 579 + 100 cash = 1,000
    done = screened(
        inside("F", "A", 21, "SODA"),
        inside("F", "B", 300, asset_class="fund", instrument_name="a fund without inventory"),
        inside("F", "C", 579, "CLEAN"),
        inside("F", "CASH", 100, asset_class="cash"),
        portfolios=[of_kind("F", "open_fund")],
    )
    row = screen(done)
    assert bounds(row) == pytest.approx((0.021, 0.321), abs=1e-12)
    assert row["coverage_ratio"] == pytest.approx(0.7)
    assert (row["result"], row["tolerance_ratio"], float(row["market_value_eur"])) == ("UNKNOWN", 0.05, 1000)


BOUNDS = {
    "AT TOLERANCE": (50, 0, "open_fund", "PASS"),  # exactly 5 % is tolerated
    "ABOVE": (51, 0, "open_fund", "FAIL"),
    "UPPER AT TOLERANCE": (49, 1, "open_fund", "PASS"),
    "UPPER ABOVE": (49, 2, "open_fund", "UNKNOWN"),
    "ABOVE ANYWAY": (51, 900, "open_fund", "FAIL"),
    "DEDICATED CLEAN": (0, 0, "dedicated_fund", "PASS"),
    "DEDICATED EXCLUDED": (1, 0, "dedicated_fund", "FAIL"),
    "DEDICATED UNKNOWN": (0, 1, "dedicated_fund", "UNKNOWN"),
    "F": (1, 0, None, "FAIL"),  # P holds it, and nobody said that it is open
}


def test_the_bounds_against_the_tolerance(screened):
    lines = [
        inside(fund, name, value, issuer_id)
        for fund, (excluded, unknown, _, _) in BOUNDS.items()
        for name, value, issuer_id in (
            ("A", excluded, "SODA"),
            ("B", unknown, "NOBODY LOOKED"),
            ("C", 1000 - excluded - unknown, "CLEAN"),
        )
    ]
    done = screened(*lines, portfolios=[of_kind(fund, kind) for fund, (_, _, kind, _) in BOUNDS.items() if kind])
    for fund, (excluded, unknown, _, result) in BOUNDS.items():
        row = screen(done, fund)
        assert bounds(row) == pytest.approx((excluded / 1000, (excluded + unknown) / 1000), abs=1e-12), fund
        assert row["result"] == result, fund


def test_a_rule_says_what_it_tolerates(screened, tmp_path):
    terms = "holdings: {divest_days"
    edit = ("rules/SODA-01@1.yaml", terms, f'instruments: {{open_fund_tolerance_pct: "10"}}\n{terms}')
    done = screened(
        inside("F", "A", 80, "SODA"),
        inside("F", "C", 920, "CLEAN"),
        portfolios=[of_kind("F", "open_fund")],
        policy=policy_with(tmp_path / "policy", edit),
    )
    assert (screen(done)["tolerance_ratio"], screen(done)["result"]) == (0.1, "PASS")
    # over all rules the strictest tolerance, 5 %, holds; nothing is known of CLEAN under the other rules
    assert (screen(done, rule="ALL")["tolerance_ratio"], screen(done, rule="ALL")["result"]) == (0.05, "FAIL")
    assert bounds(screen(done, rule="ALL")) == pytest.approx((0.08, 1))


def test_a_fund_of_funds_is_screened_by_what_it_holds(screened):
    """F holds 400 of G's 1,000, in which 10 % is excluded and 25 % is an opaque fund: 40 and 100 of F's 800."""
    done = screened(
        inside("F", "G", 400, asset_class="fund", fund_id="G"),
        inside("F", "C", 400, "CLEAN"),
        inside("G", "A", 100, "SODA"),
        inside("G", "O", 250, asset_class="fund"),
        inside("G", "C", 650, "CLEAN"),
        portfolios=[of_kind("F", "open_fund"), of_kind("G", "open_fund")],
    )
    assert bounds(screen(done)) == pytest.approx((0.05, 0.175))
    assert bounds(screen(done, "G")) == pytest.approx((0.10, 0.35))
    assert {row["portfolio_id"] for row in done.rows("select distinct portfolio_id from marts.fund_screens")} == {
        "F",
        "G",
    }


def test_what_a_clean_manager_runs_is_still_unknown(screened):
    """The issuer of an opaque fund is its manager: a cleared manager says nothing of the lines."""
    done = screened(
        inside("F", "A", 100, "CLEAN", asset_class="fund"),
        inside("F", "C", 100, "CLEAN"),
        portfolios=[of_kind("F", "open_fund")],
    )
    assert bounds(screen(done)) == pytest.approx((0, 0.5))


def test_debts_and_shorts_do_not_push_shares_out_of_bounds(screened):
    """Of a fund worth 100, 120 are excluded, 20 sold short and 10 owed: the excluded share stops at 1."""
    done = screened(
        inside("F", "A", 120, "SODA"),
        inside("F", "SHORT", -20, "SODA"),
        inside("F", "DEBT", -10, asset_class="cash"),
        inside("F", "D", 10, asset_class="derivative", underlying_issuer_id="SODA"),
        portfolios=[of_kind("F", "open_fund")],
    )
    assert bounds(screen(done)) == (1, 1)
    assert screen(done)["coverage_ratio"] == 1


def test_a_fund_worth_nothing_has_no_shares(screened):
    done = screened(
        inside("F", "A", 100, "CLEAN"),
        inside("F", "DEBT", -100, asset_class="cash"),
        portfolios=[of_kind("F", "open_fund")],
    )
    assert (*bounds(screen(done)), screen(done)["result"]) == (None, None, "UNKNOWN")
