"""What the holder must do with an excluded line, and how a month's breaches differ from those of the month before."""

import datetime as dt

import pytest

from impact_pipeline_tests.builders import claim, compute, line, policy_with, soda, write_inputs

SODA_FILE = "rules/SODA-01@1.yaml"
RUN_OFF_MAX = "run_off_max: 2030-12-31"
OVERRIDE = """
id: OVR-2024-007
issuer_id: SODA
rule: SODA-01
from: EXCLUDED
to: WATCHLIST
reason_fr: "Cession de la division boissons signée"
evidence: ["communiqué du 2 novembre 2024"]
author: "A. Durand"
approver: "B. Martin"
approved_on: 2024-11-15
expires_on: {expires_on}
minutes: "CR-2024-11"
"""


def share(line_id, **given):
    return line(line_id, **{"asset_class": "listed_equity", "issuer_id": "SODA", "market_value": 100, **given})


def fund(portfolio_id, kind):
    return {"portfolio_id": portfolio_id, "name": portfolio_id, "currency": "EUR", "kind": kind}


EXCLUDED = [soda("SODA", 62)]


def breach(done, line_id, portfolio="P"):
    row = done.one("select * from marts.breaches where line_id = ? and portfolio_id = ?", line_id, portfolio)
    return row["position_status"], row["divest_by"]


def test_a_line_is_overdue_once_its_term_has_passed(run):
    expected = {
        "2024-09-01": ("TO_DIVEST", dt.date(2025, 2, 28)),  # + 180 days: 29 + 31 + 30 + 31 + 31 + 28
        "2024-07-04": ("TO_DIVEST", dt.date(2024, 12, 31)),  # the last day itself is not late
        "2024-07-03": ("OVERDUE", dt.date(2024, 12, 30)),
    }
    done = run(
        *(share(day, issuer_id=f"SODA {day}") for day in expected),
        evidence=[soda(f"SODA {day}", 62, published_on=day) for day in expected],
    )
    assert {day: breach(done, day) for day in expected} == expected
    assert {row["line_id"]: str(row["first_seen"]) for row in done.rows("select * from marts.breaches")} == {
        day: day for day in expected
    }
    assert {day: done.position(day)["position_status"] for day in expected} == {
        day: status for day, (status, _) in expected.items()
    }


def test_the_term_does_not_start_before_the_rule(run):
    done = run(share("A"), evidence=[soda("SODA", 62, published_on="2018-03-01", known_from="2018-03-01")])
    assert str(done.one("select * from marts.breaches")["first_seen"]) == "2019-01-01"


def test_what_cannot_be_sold_runs_off(run):
    illiquid = ("unlisted_equity", "private_debt", "loan", "project_finance")
    done = run(
        *(share(name, asset_class=name) for name in illiquid), evidence=[soda("SODA", 62, published_on="2024-02-01")]
    )
    for name in illiquid:
        assert breach(done, name) == ("RUN_OFF", dt.date(2030, 12, 31))
        assert done.position(name)["position_status"] == "RUN_OFF"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("run_off_max: 2024-11-30", ("OVERDUE", dt.date(2024, 11, 30))),
        ("run_off_max: null", ("RUN_OFF", None)),
    ],
)
def test_a_run_off_has_an_end(run, tmp_path, terms, expected):
    policy = policy_with(tmp_path / "policy", (SODA_FILE, RUN_OFF_MAX, terms))
    assert breach(run(share("A", asset_class="loan"), evidence=EXCLUDED, policy=policy), "A") == expected


def test_a_rule_may_ask_to_sell_illiquid_lines_too(run, tmp_path):
    policy = policy_with(tmp_path / "policy", (SODA_FILE, "divest_days: 180", "illiquid: divest, divest_days: 180"))
    assert breach(run(share("A", asset_class="loan"), evidence=EXCLUDED, policy=policy), "A") == (
        "TO_DIVEST",
        dt.date(2025, 2, 28),
    )


def test_only_the_manager_of_an_open_fund_can_sell_its_lines(run):
    """P holds a dedicated fund, which holds an open fund: neither P nor the dedicated fund can sell what is inside."""
    done = run(
        line("U-DED", asset_class="fund", fund_id="DED", market_value=200),
        share("DIRECT"),
        {**share("IN DED"), "portfolio_id": "DED"},
        {**line("U-OPEN", asset_class="fund", fund_id="OPEN", market_value=100), "portfolio_id": "DED"},
        {**share("IN OPEN"), "portfolio_id": "OPEN"},
        portfolios=[fund("P", "mandate"), fund("DED", "dedicated_fund"), fund("OPEN", "open_fund")],
        evidence=[soda("SODA", 62, published_on="2024-02-01")],
    )
    late = dt.date(2024, 7, 30)  # 1 February + 180 days: 28 + 31 + 30 + 31 + 30 + 30
    assert breach(done, "DIRECT") == ("OVERDUE", late)
    assert breach(done, "IN DED") == ("OVERDUE", late)
    for portfolio in ("P", "DED", "OPEN"):
        assert breach(done, "IN OPEN", portfolio) == ("PASSIVE_BREACH", None)
        assert done.position("IN OPEN", portfolio)["position_status"] == "PASSIVE_BREACH"


def test_the_rule_that_asks_most_gives_the_status(run):
    """SODA is watched for palm oil and excluded for drinks; NOTHING has no evidence at all."""
    palm = {"measure": "revenue_share.palm", "role": "refiner", "model": "", "evidence_id": "palm", "grade": "D"}
    done = run(
        share("A"),
        share("B", issuer_id="NOTHING"),
        evidence=[soda("SODA", 62), {**soda("SODA", 8), **palm}],
    )
    outcomes = {
        row["rule_id"]: row["outcome"]
        for row in done.rows("select rule_id, outcome from core.position_outcomes where line_id = 'A'")
    }
    assert (outcomes["SODA-01"], outcomes["PALM-01"]) == ("EXCLUDED", "WATCHLIST")
    assert (done.position("A")["headline_outcome"], done.position("A")["position_status"]) == ("EXCLUDED", "TO_DIVEST")
    assert (done.position("B")["headline_outcome"], done.position("B")["position_status"]) == ("UNKNOWN", "BUY_BLOCKED")


def test_a_derogation_is_listed_whoever_else_stands_behind_the_line(run, tmp_path):
    policy = policy_with(
        tmp_path / "policy",
        overrides_soda=OVERRIDE.format(expires_on="2025-06-30").replace("to: WATCHLIST", "to: CLEARED"),
    )
    done = run(
        share("BOND", asset_class="corporate_bond", guarantor_id="NOBODY LOOKED"),
        share("EXCLUDED BOND", asset_class="corporate_bond", guarantor_id="COLA"),
        evidence=[soda("SODA", 62), soda("COLA", 50)],
        policy=policy,
    )
    outcomes = {
        row["line_id"]: row for row in done.rows("select * from core.position_outcomes where rule_id = 'SODA-01'")
    }
    assert (outcomes["BOND"]["outcome"], outcomes["BOND"]["tested_issuer_id"]) == ("UNKNOWN", "NOBODY LOOKED")
    breaches = {row["line_id"]: row for row in done.rows("select * from marts.breaches")}
    assert (breaches["BOND"]["position_status"], breaches["BOND"]["issuer_id"]) == ("DEROGATED", "SODA")
    # an exclusion nobody took back is stronger than a derogation
    assert (breaches["EXCLUDED BOND"]["position_status"], breaches["EXCLUDED BOND"]["issuer_id"]) == (
        "TO_DIVEST",
        "COLA",
    )


@pytest.mark.parametrize(
    ("expires_on", "outcome", "status", "divest_by"),
    [
        ("2025-03-15", "WATCHLIST", "DEROGATED", dt.date(2025, 3, 15)),
        # expired: the rule speaks again, and the term runs from then: 31 + 28 + 31 + 30 + 31 + 29 days
        ("2024-12-30", "EXCLUDED", "TO_DIVEST", dt.date(2025, 6, 29)),
    ],
)
def test_case_21_an_override_derogates_as_long_as_it_holds(run, tmp_path, expires_on, outcome, status, divest_by):
    policy = policy_with(tmp_path / "policy", overrides_soda=OVERRIDE.format(expires_on=expires_on))
    done = run(share("A"), share("B", issuer_id="OTHER"), evidence=[soda("SODA", 62), soda("OTHER", 62)], policy=policy)
    found = done.one("select * from core.position_outcomes where line_id = 'A' and rule_id = 'SODA-01'")
    assert found["outcome"] == outcome
    assert found["override_id"] == ("OVR-2024-007" if status == "DEROGATED" else None)
    assert breach(done, "A") == (status, divest_by)
    assert done.position("A")["position_status"] == status
    assert breach(done, "B") == ("TO_DIVEST", dt.date(2025, 2, 28))
    excluded = done.one("select * from marts.mission_indicators where indicator_id = 'excluded_exposure'")
    assert excluded["numerator"] == (100 if status == "DEROGATED" else 200)


def test_an_exclusion_by_the_committee_dates_from_its_approval(run, tmp_path):
    text = OVERRIDE.format(expires_on="2025-10-31").replace("from: EXCLUDED", "from: CLEARED")
    policy = policy_with(tmp_path / "policy", overrides_soda=text.replace("to: WATCHLIST", "to: EXCLUDED"))
    done = run(share("A"), evidence=[soda("SODA", 3, published_on="2020-01-01")], policy=policy)
    # 15 November 2024 + 180 days: 15 + 31 + 31 + 28 + 31 + 30 + 14
    assert breach(done, "A") == ("TO_DIVEST", dt.date(2025, 5, 14))


def test_an_inherited_exclusion_dates_from_the_parents_evidence_or_the_takeover(run):
    """SODA is excluded since 1 February; OLD was its own by then, NEW was bought in October, as heard on the 20th."""
    owned = {"parent_id": "SODA", "pct_capital": 100, "is_controlled": "true"}
    done = run(
        share("OLD", issuer_id="OLD"),
        share("NEW", issuer_id="NEW"),
        evidence=[soda("SODA", 62, published_on="2024-02-01")],
        ownership=[
            {**owned, "child_id": "OLD", "valid_from": "2015-01-01", "known_from": "2019-06-30"},
            {**owned, "child_id": "NEW", "valid_from": "2024-10-15", "known_from": "2024-10-20"},
        ],
    )
    first_seen = {row["line_id"]: str(row["first_seen"]) for row in done.rows("select * from marts.breaches")}
    assert first_seen == {"OLD": "2024-02-01", "NEW": "2024-10-20"}


def test_fresh_evidence_of_the_same_exclusion_does_not_start_the_clock_again(run):
    """12 % of palm oil every year since FY2021, received each April; PALM-01 asks for more than 5 %."""
    years = [
        claim("PALM", "revenue_share.palm", 12, role="grower", fiscal_year=year, published_on=f"{year + 1}-04-02",
              evidence_id=f"palm-{year}")
        for year in (2021, 2022, 2023)
    ]  # fmt: skip
    done = run(share("A", issuer_id="PALM"), evidence=years)
    found = done.one("select * from marts.breaches where line_id = 'A'")
    # 2 April 2022 + 180 days
    assert (str(found["first_seen"]), str(found["divest_by"])) == ("2022-04-02", "2022-09-29")
    assert found["position_status"] == "OVERDUE"


def test_a_break_starts_the_clock_anew(run):
    """12 % for FY2021, 3 % for FY2022, 12 % again for FY2023; well certified, so that only the share counts."""
    shares = {2021: 12, 2022: 3, 2023: 12}
    years = [
        claim("PALM", measure, value, role="grower", fiscal_year=year, published_on=f"{year + 1}-04-02",
              evidence_id=f"{measure}-{year}", model=model)
        for year, share_of in shares.items()
        for measure, value, model in (("revenue_share.palm", share_of, ""), ("certified_share.rspo", 90, "SG"))
    ]  # fmt: skip
    done = run(share("A", issuer_id="PALM"), evidence=years)
    assert str(done.one("select * from marts.breaches where line_id = 'A'")["first_seen"]) == "2024-04-02"


def held(line_id, *months):
    days = {"10": "2024-10-31", "11": "2024-11-30", "12": "2024-12-31"}
    return [share(line_id, as_of_date=days[month]) for month in months]


@pytest.mark.parametrize("order", [("10", "11", "12"), ("12", "11", "10"), ("12", "10", "11")])
def test_new_open_and_gone_in_whatever_order_months_are_run(tmp_path, order):
    lines = [*held("STAYS", "10", "11", "12"), *held("COMES", "11", "12"), *held("GOES", "10", "11")]
    inputs = write_inputs(tmp_path / "inputs", holdings=lines, evidence=EXCLUDED)
    for month in order:
        done = compute(inputs, tmp_path / "home", f"2024-{month}")
    rows = done.rows("select * from marts.breach_changes order by as_of_date, line_id")
    found = [(row["as_of_date"].month, row["line_id"], row["change"]) for row in rows]
    assert found == [
        (10, "GOES", "no_previous_month"),
        (10, "STAYS", "no_previous_month"),
        (11, "COMES", "new"),
        (11, "GOES", "open"),
        (11, "STAYS", "open"),
        (12, "COMES", "open"),
        (12, "GOES", "gone"),
        (12, "STAYS", "open"),
    ]
    gone = next(row for row in rows if row["change"] == "gone")
    assert (gone["position_status"], gone["divest_by"], gone["market_value_eur"]) == (None, None, None)
    assert gone["issuer_id"] == "SODA"


def test_a_month_without_its_predecessor_calls_nothing_new_or_gone(tmp_path):
    lines = [*held("STAYS", "10", "12"), *held("GOES", "10"), *held("OTHER", "11")]
    inputs = write_inputs(tmp_path / "inputs", holdings=lines, evidence=EXCLUDED)
    for month in ("2024-10", "2024-12"):
        done = compute(inputs, tmp_path / "home", month)
    rows = done.rows("select as_of_date, line_id, change from marts.breach_changes where as_of_date = '2024-12-31'")
    assert [(row["line_id"], row["change"]) for row in rows] == [("STAYS", "no_previous_month")]
