"""PCAF options 1a to 3c: how a figure was made gives its option and its score; sector averages where nobody says."""

import pytest

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.settings import REFERENCE
from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs
from impact_pipeline_tests.carbon.factor_sets import FACTORS, UNDEFLATED, method

MILLION = 1_000_000
MAKER = {"name": "Maker", "sector_scheme": "nace_2", "sector_code": "25.11", "is_listed": "true"}


@pytest.fixture
def run(tmp_path):
    def of(*edits, factors="", **datasets):
        policy = method(tmp_path / "policy", *edits, factors=factors)
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", policy=policy)

    return of


def attributed(done, line_id="A"):
    return done.one("select * from core.attribution where line_id = ?", line_id)


def share(value=100, **given):
    return line("A", asset_class="listed_equity", issuer_id="X", market_value=value, **given)


def test_the_basis_gives_option_and_score(run):
    # tables 10.1-1 and 5.1-2; a figure of unknown making scores as the weakest
    bases = {
        "reported_verified": ("1a", 1), "reported": ("1b", 2), "energy": ("2a", 2), "production": ("2b", 3),
        "revenue_estimate": ("3a", 4), "asset_estimate": ("3b", 5), None: ("unknown", 5),
    }  # fmt: skip
    names = {str(basis): basis for basis in bases}
    done = run(
        holdings=[line(name, asset_class="listed_equity", issuer_id=name, market_value=100) for name in names],
        issuer_financials=[financials(name, market_cap=600, total_debt=400) for name in names],
        issuer_emissions=[row for name, basis in names.items() for row in emissions(name, 10, basis=basis)],
    )
    found = {
        row["line_id"]: (row["emissions_option"], row["data_quality_score"])
        for row in done.rows("select * from core.attribution")
    }
    assert found == {str(basis): expected for basis, expected in bases.items()}


def test_energy_says_nothing_about_scope_3(run):
    # PCAF 5.1, footnote 53: option 2a is for scopes 1 and 2
    done = run(
        holdings=[share()],
        issuer_financials=[financials("X", market_cap=600, total_debt=400)],
        issuer_emissions=emissions("X", 10, 5, 50, basis="energy"),
    )
    row = attributed(done)
    assert (row["emissions_option"], row["data_quality_score"]) == ("2a", 2)
    assert (row["scope_3_option"], row["score_3"]) == ("unknown", 5)


def test_a_building_is_scored_by_its_own_table(run):
    # tables 5.4-1 and 5.5-1: label x floor area 3, statistics x floor area 4, an average building 5
    loan = {"asset_class": "mortgage", "nominal_amount": 50, "market_value": 50}
    bases = {"energy": 3, "production": 4, "revenue_estimate": 5, "reported": 2}
    done = run(
        holdings=[line(name, issuer_id=name, **loan) for name in bases],
        issuer_financials=[financials(name, total_assets=100) for name in bases],
        issuer_emissions=[row for name in bases for row in emissions(name, 10, basis=name)],
    )
    found = {row["line_id"]: row["data_quality_score"] for row in done.rows("select * from core.attribution")}
    assert found == bases


def test_d16_option_3a_is_deflated(run):
    # revenue 1,000 M x (0.1 / 1.25) = 80 t for the company; the line owns all of its 500 M
    done = run(
        factors=FACTORS,
        holdings=[share(500 * MILLION)],
        issuers=[{"issuer_id": "X", **MAKER}],
        issuer_financials=[
            financials("X", market_cap=300 * MILLION, total_debt=200 * MILLION, revenue=1_000 * MILLION)
        ],
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(80)
    assert float(row["scope_1_2_tco2e"]) == pytest.approx(80)
    assert (row["emissions_option"], row["data_quality_score"], row["factor_set"]) == ("3a", 4, "TEST-SET")
    assert (row["attribution_factor"], row["carbon_status"], row["emissions_fiscal_year"]) == (1, "covered", 2024)
    # 80 t over 1,000 M of revenue, and over 500 M held
    assert done.carbon()["waci_tco2e_per_meur"] == pytest.approx(0.08)
    assert done.carbon()["economic_intensity_tco2e_per_meur"] == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("code", "factors", "tonnes", "option"),
    [
        # 1,000 M x 0.002 t per M of assets
        ("25.11", UNDEFLATED, 2, "3b"),
        # 1,000 M x 0.8 x 0.002 t per M of revenue
        ("46.90", UNDEFLATED, 1.6, "3c"),
        # the same at the prices of the month: / 1.25
        ("25.11", FACTORS, 1.6, "3b"),
        ("46.90", FACTORS, 1.28, "3c"),
    ],
)
def test_d16_options_3b_and_3c_have_no_attribution_factor(run, code, factors, tonnes, option):
    done = run(
        factors=factors,
        holdings=[share(1_000 * MILLION)],
        issuers=[{"issuer_id": "X", **MAKER, "sector_code": code}],
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(tonnes)
    assert (row["emissions_option"], row["data_quality_score"], row["carbon_status"]) == (option, 5, "covered")
    assert (row["attribution_factor"], row["denominator_eur"], row["scope_1_2_tco2e"]) == (None, None, None)
    carbon = done.carbon()
    assert (carbon["coverage_ratio"], carbon["data_quality_score"]) == (1, 5)
    assert (carbon["waci_tco2e_per_meur"], carbon["waci_coverage_ratio"]) == (None, 0)


def test_an_estimate_from_the_amount_held_is_not_in_the_waci(run):
    # X: revenue known, enterprise value not: option 3b says nothing of its emissions. Y: 10 t over 1 M of revenue
    done = run(
        factors=FACTORS,
        holdings=[share(), line("B", asset_class="listed_equity", issuer_id="Y", market_value=100)],
        issuers=[{"issuer_id": "X", **MAKER}],
        issuer_financials=[
            financials("X", revenue=MILLION),
            financials("Y", market_cap=600, total_debt=400, revenue=MILLION),
        ],
        issuer_emissions=emissions("Y", 10),
    )
    assert attributed(done)["emissions_option"] == "3b"
    carbon = done.carbon()
    assert (carbon["coverage_ratio"], carbon["waci_coverage_ratio"]) == (1, 0.5)
    assert carbon["waci_tco2e_per_meur"] == pytest.approx(10)


@pytest.mark.parametrize("case", ["no factor set", "another sector", "no sector", "gics"])
def test_without_a_factor_the_line_stays_uncovered(run, case):
    issuer = {
        "no factor set": MAKER,
        "another sector": MAKER | {"sector_code": "01.11"},
        "no sector": {"name": "Maker", "is_listed": "true"},
        "gics": MAKER | {"sector_scheme": "gics", "sector_code": "25101010"},
    }[case]
    done = run(
        factors="" if case == "no factor set" else FACTORS,
        holdings=[share()],
        issuers=[{"issuer_id": "X", **issuer}],
        issuer_financials=[financials("X", market_cap=600, total_debt=400, revenue=1_000)],
    )
    row = attributed(done)
    assert (row["carbon_status"], row["financed_scope_1_2_tco2e"]) == ("missing_emissions", None)
    assert (row["emissions_option"], row["factor_set"], row["data_quality_score"]) == (None, None, None)
    assert done.carbon()["coverage_ratio"] == 0


def test_what_the_company_says_goes_before_its_sector(run):
    done = run(
        factors=FACTORS,
        holdings=[share()],
        issuers=[{"issuer_id": "X", **MAKER}],
        issuer_financials=[financials("X", market_cap=600, total_debt=400, revenue=1_000 * MILLION)],
        issuer_emissions=emissions("X", 10),
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(1)
    assert (row["emissions_option"], row["factor_set"]) == ("1b", None)


def test_stale_emissions_give_way_to_the_sector_and_a_blocked_line_stays_blocked(run):
    done = run(
        factors=FACTORS,
        holdings=[share(), line("B", asset_class="listed_equity", issuer_id="Y", market_value=2_000)],
        issuers=[{"issuer_id": "X", **MAKER}, {"issuer_id": "Y", **MAKER}],
        issuer_financials=[
            financials(name, market_cap=600, total_debt=400, revenue=1_000 * MILLION) for name in ("X", "Y")
        ],
        issuer_emissions=emissions("X", 999, fiscal_year=2020),
    )
    # 100 / 1,000 x 80 t
    assert float(attributed(done)["financed_scope_1_2_tco2e"]) == pytest.approx(8)
    assert attributed(done, "B")["carbon_status"] == "attribution_above_1"
    assert attributed(done, "B")["financed_scope_1_2_tco2e"] is None


def test_an_emission_that_is_too_old_to_be_new_is_listed(run):
    done = run(
        holdings=[share(), line("B", asset_class="listed_equity", issuer_id="Y", market_value=100)],
        issuer_financials=[financials(name, market_cap=600, total_debt=400) for name in ("X", "Y")],
        issuer_emissions=[
            *emissions("X", 10, fiscal_year=2021, known_from="2022-04-01"),
            *emissions("Y", 10, fiscal_year=2022, known_from="2023-04-01"),
        ],
    )
    row = attributed(done)
    assert (row["emissions_fiscal_year"], row["financials_fiscal_year"]) == (2021, 2024)
    assert (row["emissions_lag_years"], row["vintage_gap_years"], row["scope_2_basis"]) == (3, -3, "market")
    assert done.flagged("attribution__emissions_are_recent") == ["A"]


def test_a_draft_and_an_unknown_factor_set_are_refused(tmp_path):
    draft = FACTORS.replace("status: approved", "status: draft")
    with pytest.raises(PolicyFileError, match="TEST-SET, a draft; expected an approved factor set"):
        load_policy(method(tmp_path / "a", factors=draft))
    with pytest.raises(PolicyFileError, match="the factor set OTHER; expected none, or a factor set of sets/"):
        load_policy(method(tmp_path / "b", ("sector_average: none", "sector_average: OTHER")))


def test_the_shipped_set_is_a_draft_that_can_be_read(tmp_path):
    shipped = (REFERENCE / "emission_factors" / "illustrative_nace_2.yaml").read_text(encoding="utf-8")
    folder = method(tmp_path / "policy")
    (folder / "sets" / "illustrative.yaml").write_text(shipped, encoding="utf-8")
    assert load_policy(folder).sector_factors is None
    approved = shipped.replace("status: draft", "status: approved")
    (folder / "sets" / "illustrative.yaml").write_text(approved, encoding="utf-8")
    method_file = folder / "methodology.yaml"
    text = method_file.read_text(encoding="utf-8")
    method_file.write_text(text.replace("average: none", "average: ILLUSTRATIVE_NACE_2"), encoding="utf-8")
    factors = load_policy(folder).sector_factors
    assert factors is not None
    by_sector = factors.by_sector()
    # the division's own factor, and the section's for the others
    assert (by_sector["20"].sector, by_sector["21"].sector, by_sector["C"].sector) == ("20", "C", "C")
    assert "64" not in by_sector
