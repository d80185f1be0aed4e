"""Who is tested behind a line: issuer, guarantor, underlying; bonds by use of proceeds (screening.md 4.6)."""

import pytest

from impact_pipeline_tests.builders import claim, compute, line, policy_with, soda

SODA_FILE = "rules/SODA-01@1.yaml"
TERMS = "holdings: {divest_days: 180"
NORMS = """
id: NORM-01
version: "1"
status: approved
title_fr: "Violation de normes internationales"
approved: {by: "Comité ISR (fictif)", on: 2018-12-14, minutes: "CR-2018-12"}
valid: {from: 2019-01-01, to: null}
criteria: {any: [{id: ungc, measure: norm_breach.ungc_oecd, op: is_true}]}
"""


def instruments(folder, text, **files):
    """The demo policy with other terms for instruments in SODA-01."""
    return policy_with(folder, (SODA_FILE, TERMS, f"instruments: {{{text}}}\n{TERMS}"), **files)


def bond(line_id, **given):
    return line(line_id, asset_class="corporate_bond", market_value=100, **given)


def outcome(done, line_id):
    found = done.rows("select * from core.position_outcomes where line_id = ? and rule_id = 'SODA-01'", line_id)
    return (found[0]["outcome"], found[0]["tested_as"], found[0]["tested_issuer_id"]) if found else None


def test_the_guarantor_is_tested_beside_the_issuer(run):
    done = run(
        bond("EXCLUDED GUARANTOR", issuer_id="CLEAN", guarantor_id="SODA"),
        bond("EXCLUDED ISSUER", issuer_id="SODA", guarantor_id="CLEAN"),
        bond("UNKNOWN GUARANTOR", issuer_id="CLEAN", guarantor_id="NOBODY LOOKED"),
        bond("NO GUARANTOR", issuer_id="CLEAN"),
        evidence=[soda("CLEAN", 3), soda("SODA", 62)],
    )
    assert outcome(done, "EXCLUDED GUARANTOR") == ("EXCLUDED", "guarantor", "SODA")
    assert outcome(done, "EXCLUDED ISSUER") == ("EXCLUDED", "issuer", "SODA")
    assert outcome(done, "UNKNOWN GUARANTOR") == ("UNKNOWN", "guarantor", "NOBODY LOOKED")
    assert outcome(done, "NO GUARANTOR") == ("CLEARED", "issuer", "CLEAN")
    breaches = done.rows("select line_id, issuer_id from marts.breaches order by line_id")
    assert breaches == [{"line_id": name, "issuer_id": "SODA"} for name in ("EXCLUDED GUARANTOR", "EXCLUDED ISSUER")]


def test_an_issuer_nobody_knows_is_unknown_whoever_guarantees(run):
    done = run(
        bond("A", guarantor_id="CLEAN"),
        bond("B", guarantor_id="SODA"),
        bond("C"),
        evidence=[soda("CLEAN", 3), soda("SODA", 62)],
    )
    assert outcome(done, "A") == ("UNKNOWN", "none", None)
    assert outcome(done, "B") == ("EXCLUDED", "guarantor", "SODA")
    assert outcome(done, "C") == ("UNKNOWN", "none", None)


def test_case_16_an_exchangeable_bond_is_its_underlying_too(run, tmp_path):
    lines = (bond("EXCHANGEABLE", issuer_id="BANK", underlying_issuer_id="SODA"), bond("PLAIN", issuer_id="BANK"))
    evidence = [soda("BANK", None, coverage_status="researched_not_involved", role=""), soda("SODA", 62)]
    done = run(*lines, evidence=evidence)
    assert outcome(done, "EXCHANGEABLE") == ("EXCLUDED", "underlying", "SODA")
    assert outcome(done, "PLAIN") == ("CLEARED", "issuer", "BANK")
    assert done.position("EXCHANGEABLE")["headline_outcome"] == "EXCLUDED"
    other = compute(tmp_path / "inputs", tmp_path / "other", policy=instruments(tmp_path / "p", "exchangeable: issuer"))
    assert outcome(other, "EXCHANGEABLE") == ("CLEARED", "issuer", "BANK")


def test_a_derivative_is_its_underlying_never_its_counterparty(run):
    def contract(line_id, **given):
        return line(line_id, asset_class="derivative", market_value=5, **given)

    done = run(
        contract("ON SODA", issuer_id="CLEAN", underlying_issuer_id="SODA"),
        contract("WITH SODA", issuer_id="SODA", underlying_issuer_id="CLEAN"),
        contract("INDEX", issuer_id="SODA"),
        line("ACCOUNT", asset_class="cash", issuer_id="SODA", market_value=10),
        bond("BOND", issuer_id="CLEAN"),
        evidence=[soda("CLEAN", 3), soda("SODA", 62)],
    )
    assert outcome(done, "ON SODA") == ("EXCLUDED", "underlying", "SODA")
    assert outcome(done, "WITH SODA") == ("CLEARED", "underlying", "CLEAN")
    assert outcome(done, "INDEX") is None
    assert outcome(done, "ACCOUNT") is None
    assert done.position("INDEX")["position_status"] == "NOT_SCREENED"
    # neither is part of the screened value: only the bond is
    exposure = done.one("select * from marts.screening_exposures where portfolio_id = 'ALL' and rule_id = 'SODA-01'")
    assert (exposure["outcome"], float(exposure["market_value_eur"])) == ("CLEARED", 100)


def test_a_short_position_offsets_nothing(run):
    done = run(
        line("LONG", asset_class="listed_equity", issuer_id="SODA", market_value=100),
        line("SHORT", asset_class="listed_equity", issuer_id="SODA", market_value=-60),
        line("OTHER", asset_class="listed_equity", issuer_id="CLEAN", market_value=300),
        evidence=[soda("CLEAN", 3), soda("SODA", 62)],
    )
    row = done.one(
        "select * from marts.screening_exposures"
        " where portfolio_id = 'ALL' and rule_id = 'SODA-01' and outcome = 'EXCLUDED'"
    )
    # 100 of 100 + 300
    assert (float(row["market_value_eur"]), row["share_ratio"]) == (100, 0.25)
    assert {row["line_id"] for row in done.rows("select line_id from marts.breaches")} == {"LONG", "SHORT"}


EXEMPT = "eu_green_bond: exempt, other_uop: exempt, exempt_unless: [NORM-01]"
BONDS = {"EU": "eu_green_bond", "GREEN": "green", "SOCIAL": "social", "PLAIN": "none"}


@pytest.mark.parametrize(
    ("terms", "exempt"),
    [
        ("eu_green_bond: test_issuer", set()),
        ("eu_green_bond: exempt", {"EU"}),
        ("other_uop: exempt", {"GREEN", "SOCIAL"}),
        (EXEMPT, {"EU", "GREEN", "SOCIAL"}),
    ],
)
def test_case_17_bonds_by_use_of_proceeds(run, tmp_path, terms, exempt):
    done = run(
        *(bond(name, issuer_id="SODA", use_of_proceeds=use) for name, use in BONDS.items()),
        line("SHARE", asset_class="listed_equity", issuer_id="SODA", market_value=100, use_of_proceeds="eu_green_bond"),
        evidence=[soda("SODA", 62)],
        policy=instruments(tmp_path / "policy", terms, rules_norms=NORMS),
    )
    statuses = {row["line_id"]: row for row in done.rows("select * from marts.breaches where rule_id = 'SODA-01'")}
    assert {name for name, row in statuses.items() if row["position_status"] == "DEROGATED"} == exempt
    assert set(statuses) == {*BONDS, "SHARE"}
    for name in exempt:
        assert outcome(done, name) == ("EXCLUDED", "issuer", "SODA")
        assert done.position(name)["headline_outcome"] == "EXCLUDED"
        assert done.position(name)["position_status"] == "DEROGATED"
        basis = done.one(
            "select exemption from core.position_outcomes where line_id = ? and rule_id = 'SODA-01'", name
        )["exemption"]
        assert basis == ("eu_green_bond" if name == "EU" else "use_of_proceeds")
    excluded = done.one("select * from marts.mission_indicators where indicator_id = 'excluded_exposure'")
    # five lines of 100 each; the exempt ones are no breach
    assert (excluded["numerator"], excluded["denominator"]) == (100 * (5 - len(exempt)), 500)


def test_case_17_a_breach_of_norms_takes_the_exemption_back(run, tmp_path):
    done = run(
        *(bond(name, issuer_id="SODA", use_of_proceeds=use) for name, use in BONDS.items()),
        evidence=[soda("SODA", 62), claim("SODA", "norm_breach.ungc_oecd", 1, unit="bool")],
        policy=instruments(tmp_path / "policy", EXEMPT, rules_norms=NORMS),
    )
    rows = done.rows("select distinct rule_id, position_status from marts.breaches order by all")
    # public from 1 September 2024 + 180 days for SODA-01; NORM-01 gives no term
    assert [(row["rule_id"], row["position_status"]) for row in rows] == [
        ("NORM-01", "TO_DIVEST"),
        ("SODA-01", "TO_DIVEST"),
    ]


def test_green_proceeds_do_not_excuse_an_excluded_underlying(run, tmp_path):
    done = run(
        bond("A", issuer_id="SODA", underlying_issuer_id="COLA", use_of_proceeds="green"),
        evidence=[soda("SODA", 62), soda("COLA", 50)],
        policy=instruments(tmp_path / "policy", EXEMPT, rules_norms=NORMS),
    )
    assert outcome(done, "A") == ("EXCLUDED", "issuer", "SODA")
    assert done.one("select * from marts.breaches")["position_status"] == "TO_DIVEST"


def test_a_rule_is_about_the_lines_of_its_scope(run, tmp_path):
    shares = {"asset_class": "listed_equity", "issuer_id": "SODA", "market_value": 100}
    done = run(
        line("RETURN", pocket="return", **shares),
        line("STRATEGIC", pocket="strategic", **shares),
        line("NOBODY SAID", **shares),
        line("NOBODY KNOWN", asset_class="corporate_bond", pocket="strategic", market_value=50),
        line(
            "PROPERTY COMPANY",
            asset_class="unlisted_equity",
            issuer_id="SODA",
            pocket="own_use_property",
            market_value=10,
        ),
        evidence=[soda("SODA", 62)],
    )
    # the demo's SODA-01 is about the actifs de rendement
    excluded, apart = ("EXCLUDED", "issuer", "SODA"), ("NOT_APPLICABLE", "out_of_scope", None)
    assert {name: outcome(done, name) for name in ("RETURN", "STRATEGIC", "NOBODY SAID", "NOBODY KNOWN")} == {
        "RETURN": excluded, "STRATEGIC": apart, "NOBODY SAID": excluded, "NOBODY KNOWN": apart,
    }  # fmt: skip
    assert {row["line_id"] for row in done.rows("select line_id from marts.breaches")} == {"RETURN", "NOBODY SAID"}
    # the watch rules have no scope: nobody has looked, so the line is not cleared
    assert done.position("STRATEGIC")["headline_outcome"] == "UNKNOWN"
    assert done.one("select headline_outcome from marts.issuer_headlines where issuer_id = 'SODA'") == {
        "headline_outcome": "EXCLUDED"
    }
    # by asset: bonds only
    policy = policy_with(
        tmp_path / "policy", (SODA_FILE, "asset: [equity, bond, convertible, loan, fund_dedicated]", "asset: [bond]")
    )
    other = compute(tmp_path / "inputs", tmp_path / "other", policy=policy)
    assert outcome(other, "RETURN") == apart


def test_an_option_is_in_the_scope_of_what_it_is_written_on(run):
    done = run(
        line("OPTION", asset_class="derivative", underlying_issuer_id="SODA", market_value=5, pocket="return"),
        evidence=[soda("SODA", 62)],
    )
    assert outcome(done, "OPTION") == ("EXCLUDED", "underlying", "SODA")


def test_what_is_out_of_scope_is_not_counted_as_undecided(run):
    shares = {"asset_class": "listed_equity", "market_value": 100}
    done = run(
        line("RETURN", pocket="return", issuer_id="SODA", **shares),
        line("STRATEGIC", pocket="strategic", issuer_id="NOBODY LOOKED", **shares),
        evidence=[soda("SODA", 62)],
    )
    row = done.one("select * from marts.mission_indicators where indicator_id = 'excluded_exposure'")
    # the strategic line is outside the three exclusions: 100 of 200 excluded, nothing undecided
    assert (row["value"], row["coverage_ratio"]) == (0.5, 1)


def test_what_is_out_of_scope_decides_nothing_about_the_rest(run):
    shares = {"asset_class": "listed_equity", "market_value": 100}
    done = run(
        line("RETURN", pocket="return", issuer_id="NOBODY LOOKED", **shares),
        line("STRATEGIC", pocket="strategic", issuer_id="NOBODY LOOKED", **shares),
    )
    row = done.one("select * from marts.mission_indicators where indicator_id = 'excluded_exposure'")
    # of the 100 that the rules ask about nothing is known: "no exposure" would be a guess
    assert (row["value"], row["coverage_ratio"]) == (None, 0.5)
