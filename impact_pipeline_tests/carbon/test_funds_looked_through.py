"""Funds looked through: the part held of what a fund finances, through any number of levels."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


def test_d17_a_fund_looked_through(run):
    # 5 M of a 100 M fund whose financed emissions are 2,000 t: 5 % = 100 t
    done = run(
        holdings=[
            line("UNITS", asset_class="fund", fund_id="F", market_value=5_000_000),
            {
                **line("S", asset_class="listed_equity", issuer_id="X", market_value=80_000_000),
                "portfolio_id": "F",
            },
            {**line("C", asset_class="cash", market_value=20_000_000), "portfolio_id": "F"},
        ],
        issuer_financials=[financials("X", market_cap=400_000_000, total_debt=400_000_000)],
        issuer_emissions=emissions("X", 20_000),
    )
    inside = done.position("S")
    assert float(inside["market_value_eur"]) == near(4_000_000)
    assert inside["lookthrough_path"] == "UNITS>F"
    assert float(inside["financed_scope_1_2_tco2e"]) == near(100)
    assert float(done.carbon(portfolio="F")["financed_emissions_tco2e"]) == near(2_000)
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(100), "the fund itself is not a root"


def test_weights_multiply_through_two_levels(run):
    # P holds 10 of A (100), A holds 50 of B (200): P's part of B is 10/100 x 50/200 = 2.5 %
    fund = {"asset_class": "fund", "pocket": None}
    done = run(
        holdings=[
            line("U", asset_class="fund", fund_id="A", market_value=10),
            {**line("V", fund_id="B", market_value=50, **fund), "portfolio_id": "A"},
            {**line("W", asset_class="cash", market_value=50), "portfolio_id": "A"},
            {**line("S", asset_class="listed_equity", issuer_id="X", market_value=200), "portfolio_id": "B"},
        ],
    )
    inside = done.position("S")
    assert float(inside["market_value_eur"]) == near(5)
    assert inside["lookthrough_path"] == "U>A>V>B"
    assert inside["pocket"] == "return", "a line inside a fund takes the pocket of the line that holds the fund"


def test_p7_a_line_inside_a_fund_counts_for_the_part_held(run):
    # PCAF 5.7, p. 103 (roles of the figures as in the digest): 10 M lent by a fund of 100 M of which 50 M are held: 5 M
    inside = {"portfolio_id": "F"}
    done = run(
        holdings=[
            line("U", asset_class="fund", fund_id="F", market_value=50_000_000),
            line("LOAN", asset_class="loan", issuer_id="X", market_value=10_000_000) | inside,
            line("CASH", asset_class="cash", market_value=90_000_000) | inside,
        ],
        issuer_financials=[financials("X", total_equity=60_000_000, total_debt=40_000_000)],
        issuer_emissions=emissions("X", 1_000),
    )
    assert float(done.position("LOAN")["outstanding_eur"]) == near(5_000_000)
    # 5 / 100 x 1,000 t
    assert float(done.position("LOAN")["financed_scope_1_2_tco2e"]) == near(50)


def test_a_fund_without_lines_stays_one_opaque_line(run):
    done = run(holdings=[line("U", asset_class="fund", fund_id="NOWHERE", market_value=10)])
    assert done.position("U")["carbon_status"] == "opaque_fund"
    assert float(done.position("U")["market_value_eur"]) == 10
    assert done.carbon()["coverage_ratio"] == 0
