"""What analysts have to look at, largest exposure first, and what falls due within 90 days of the month end."""

import datetime as dt

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.warehouse.runner import run_test
from impact_pipeline_tests.builders import compute, line, policy_with, soda, write_inputs

OVERRIDE = """
id: {id}
issuer_id: SODA
rule: {rule}
from: EXCLUDED
to: WATCHLIST
reason_fr: "Cession de la division boissons signée"
evidence: ["communiqué"]
author: "A. Durand"
approver: "B. Martin"
approved_on: 2024-06-15
expires_on: {expires_on}
minutes: "CR-2024-06"
"""
ENGAGEMENT = """
id: ENG-12
issuer_id: SODA
theme: sucre
opened: 2024-01-10
closed: {closed}
ask_fr: "plan de réduction du sucre"
channel: "collectif"
milestones:
  - {{due: 2024-06-30, what: "première réponse", done: 2024-06-20}}
  - {{due: 2024-12-15, what: "réponse écrite"}}
  - {{due: 2025-03-31, what: "plan publié"}}
  - {{due: 2025-03-31, what: "rencontre de la direction"}}
  - {{due: 2025-04-01, what: "au-delà de 90 jours"}}
"""


def share(line_id, issuer_id, value=100, **given):
    return line(line_id, **{"asset_class": "listed_equity", "issuer_id": issuer_id, "market_value": value, **given})


def work(done, kind, rule="SODA-01"):
    rows = done.rows(
        "select * from marts.screening_worklist where work = ? and rule_id = ? order by work_rank", kind, rule
    )
    return [row["issuer_id"] for row in rows]


def test_each_kind_of_work_with_the_largest_exposure_first(run):
    band = {"grade": "C"}
    done = run(
        share("A", "SMALL", 10),
        share("B", "LARGE", 900),
        share("C1", "MIDDLE", 200),
        share("C2", "MIDDLE", 300),
        share("D", "NEAR", 50),
        share("E", "STALE", 50),
        share("F", "TWO VENDORS", 50),
        share("G", "CLEAN", 50),
        evidence=[
            soda("NOT HELD", 10, hi=25, **band),
            soda("MIDDLE", 10, hi=25, **band),
            soda("NEAR", "19.6"),
            soda("STALE", 30, fiscal_year=2021, published_on="2022-03-01"),
            soda("TWO VENDORS", 15, source="vendor A"),
            soda("TWO VENDORS", 25, source="vendor B"),
            soda("CLEAN", 3),
        ],
        issuers=[{"issuer_id": "MIDDLE", "name": "Milieu SA"}],
    )
    # LARGE and SMALL have no evidence, MIDDLE and NOT HELD a band across 20 %, two vendors disagree about it
    assert work(done, "unknown") == ["LARGE", "MIDDLE", "TWO VENDORS", "SMALL", "NOT HELD"]
    assert work(done, "conflict") == ["TWO VENDORS"]
    # an interval across the threshold is near it as well (4.7)
    assert work(done, "near") == ["MIDDLE", "NEAR", "TWO VENDORS", "NOT HELD"]
    assert work(done, "stale") == ["STALE"]
    middle = done.one(
        "select * from marts.screening_worklist where issuer_id = 'MIDDLE' and work = 'unknown' and rule_id = 'SODA-01'"
    )
    assert (float(middle["exposure_eur"]), middle["issuer_name"], middle["outcome"]) == (500, "Milieu SA", "WATCHLIST")
    assert middle["text_fr"].startswith("Milieu SA — SOUS SURVEILLANCE")
    unheld = done.rows("select exposure_eur from marts.screening_worklist where issuer_id = 'NOT HELD'")
    assert {row["exposure_eur"] for row in unheld} == {None}


def test_ranks_count_from_one_without_ties(run):
    done = run(*(share(name, name, 100) for name in ("B", "A", "C")))
    rows = done.rows(
        "select issuer_id, work_rank from marts.screening_worklist where work = 'unknown' order by work_rank, rule_id"
    )
    assert [row["work_rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["issuer_id"] for row in rows] == sorted(row["issuer_id"] for row in rows)


def expiries(done, kind):
    rows = done.rows("select * from marts.screening_expiries where expiry_kind = ? order by due, reference", kind)
    return [(row["reference"], row["rule_id"], row["due"], row["days_left"]) for row in rows]


def test_overrides_that_expire_within_90_days(run, tmp_path):
    # 31 December 2024 + 90 days = 31 March 2025
    names = {"soon": ("SODA-01", "2025-03-31"), "later": ("PALM-01", "2025-04-01"), "past": ("NEO-01", "2024-12-30")}
    files = {
        f"overrides_{name}": OVERRIDE.format(id=f"OVR-{name.upper()}", rule=rule, expires_on=day)
        for name, (rule, day) in names.items()
    }
    done = run(
        share("A", "SODA"),
        evidence=[soda("SODA", 62)],
        policy=policy_with(tmp_path / "policy", **files),
        issuers=[{"issuer_id": "SODA", "name": "Fontaine SA"}],
    )
    assert expiries(done, "override") == [("OVR-SOON", "SODA-01", dt.date(2025, 3, 31), 90)]
    text = done.one("select text_fr from marts.screening_expiries where expiry_kind = 'override'")["text_fr"]
    assert text == "Fontaine SA : décision OVR-SOON du comité sur la règle SODA-01, échéance le 31/03/2025."


def test_milestones_of_open_engagements(run, tmp_path):
    policy = policy_with(tmp_path / "policy", engagements_soda=ENGAGEMENT.format(closed="null"))
    done = run(share("A", "SODA"), policy=policy)
    assert expiries(done, "engagement") == [
        ("ENG-12", "sucre", dt.date(2024, 12, 15), -16),
        ("ENG-12", "sucre", dt.date(2025, 3, 31), 90),
    ]
    texts = [row["text_fr"] for row in done.rows("select text_fr from marts.screening_expiries order by due")]
    assert texts == [
        "SODA : engagement ENG-12 (sucre), attendu : réponse écrite, échéance dépassée le 15/12/2024.",
        "SODA : engagement ENG-12 (sucre), attendu : plan publié ; rencontre de la direction, échéance le 31/03/2025.",
    ]


def test_a_closed_engagement_expects_nothing(run, tmp_path):
    policy = policy_with(tmp_path / "policy", engagements_soda=ENGAGEMENT.format(closed="2024-12-20"))
    assert expiries(run(share("A", "SODA"), policy=policy), "engagement") == []


def test_lines_to_sell_and_run_offs(run, tmp_path):
    policy = policy_with(
        tmp_path / "policy", ("rules/SODA-01@1.yaml", "run_off_max: 2030-12-31", "run_off_max: 2025-02-10")
    )
    done = run(
        line("UNITS", asset_class="fund", fund_id="DED", market_value=100),
        {**share("IN DED", "SODA"), "portfolio_id": "DED"},
        share("SOON", "SODA"),
        share("LATE", "COLA"),
        share("FAR", "LIMONADE"),
        share("LOAN", "SODA", asset_class="loan"),
        evidence=[
            soda("SODA", 62),  # 1 September + 180 days = 28 February 2025
            soda("COLA", 62, published_on="2024-06-01"),  # 28 November 2024
            soda("LIMONADE", 62, published_on="2024-12-01"),  # 30 May 2025
        ],
        policy=policy,
    )
    # the fund's line is listed where it is held, not again in P, which holds it through the fund
    assert expiries(done, "divestment") == [
        ("P/LATE", "SODA-01", dt.date(2024, 11, 28), -33),
        ("DED/IN DED", "SODA-01", dt.date(2025, 2, 28), 59),
        ("P/SOON", "SODA-01", dt.date(2025, 2, 28), 59),
    ]
    assert expiries(done, "run_off") == [("P/LOAN", "SODA-01", dt.date(2025, 2, 10), 41)]
    texts = {row["reference"]: row["text_fr"] for row in done.rows("select * from marts.screening_expiries")}
    assert texts["P/LATE"] == "COLA : ligne LATE de P à céder (règle SODA-01), échéance dépassée le 28/11/2024."
    assert texts["P/LOAN"] == "SODA : ligne LOAN de P en extinction (règle SODA-01), échéance le 10/02/2025."


def test_a_misspelt_measure_is_listed_not_lost(tmp_path):
    """`compute` runs the checks; a warning leaves the month, and names who is concerned."""
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[share("A", "SODA")],
        evidence=[{**soda("SODA", 62), "measure": "revenue_share.aded_sugar_drinks"}],
    )
    done = compute(inputs, tmp_path / "home")
    tests = {test.name: test for test in load_tests(SQL_MODELS / "tests")}
    unmet = tests["screening_exposures__every_criterion_has_evidence"].sql
    with done.store.read() as connection:
        window = (dt.date(2024, 12, 1), dt.date(2025, 1, 1))
        unasked = run_test(connection, tests["issuer_headlines__every_claim_is_asked_for"], *window)
        measures = connection.execute(f"select distinct rule_id, measure from ({unmet}) as unmet").fetchall()
    assert [row["issuer_id"] for row in unasked.sample] == ["SODA"]
    assert ("SODA-01", "revenue_share.added_sugar_drinks") in measures
