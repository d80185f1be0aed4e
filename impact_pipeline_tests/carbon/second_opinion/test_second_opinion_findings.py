"""Where the second implementation, by the methodology sheet, and the pipeline once disagreed: six mended findings."""

from pathlib import Path

import pytest

from impact_pipeline_tests.builders import Computed, Rows, compute, emissions, financials, line, write_inputs

EVIC = {"market_cap": 600, "total_debt": 400}
CASES: dict[str, dict[str, Rows]] = {
    "REPORT": {
        "issuer_financials": [financials("REPORT", **EVIC)],
        "issuer_emissions": [
            *emissions("REPORT", 10, basis="reported", source="report", known_from="2025-04-01"),
            *emissions("REPORT", 50, basis="energy", source="vendor", known_from="2025-05-01"),
        ],
    },
    "TOO OLD": {
        "issuer_financials": [financials("TOO OLD", **EVIC) | {"fiscal_year": 2019, "period_end": "2019-12-31"}],
    },
    "CLOSING": {
        "issuers": [{"issuer_id": "CLOSING", "name": "CLOSING", "is_listed": "true"}],
        "issuer_financials": [
            financials("CLOSING", **EVIC) | {"period_end": "2025-03-31", "known_from": "2025-01-15"},
            financials("CLOSING", **EVIC) | {"period_end": "2024-12-31", "known_from": "2025-04-01"},
        ],
        "issuer_emissions": emissions("CLOSING", 10),
    },
    "ENERGY": {
        "issuer_financials": [financials("ENERGY", **EVIC)],
        "issuer_emissions": emissions("ENERGY", 10, 5, 100, basis="energy"),
    },
    "LATER YEAR": {
        "issuer_financials": [
            financials("LATER YEAR", **EVIC) | {"fiscal_year": 2023, "period_end": "2023-12-31"},
            financials("LATER YEAR", total_equity=100, total_debt=50),
        ],
        "issuer_emissions": emissions("LATER YEAR", 10),
    },
    "NO SHARES": {
        "issuer_financials": [
            financials("NO SHARES", **EVIC) | {"fiscal_year": 2023, "period_end": "2023-12-31"},
            financials("NO SHARES", total_equity=100, total_debt=50),
        ],
        "issuer_emissions": emissions("NO SHARES", 15),
    },
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """100 EUR of each company, a portfolio each: bonds of TOO OLD and NO SHARES, else shares; LATER YEAR has both."""
    bond = line("BOND", asset_class="corporate_bond", issuer_id="LATER YEAR", market_value=200)
    datasets: dict[str, list] = {"holdings": [bond | {"portfolio_id": "LATER YEAR"}]}
    for name, facts in CASES.items():
        kind = "corporate_bond" if name in ("TOO OLD", "NO SHARES") else "listed_equity"
        datasets["holdings"].append(
            line(name, asset_class=kind, issuer_id=name, market_value=100) | {"portfolio_id": name}
        )
        for dataset, rows in facts.items():
            datasets.setdefault(dataset, []).extend(rows)
    folder: Path = tmp_path_factory.mktemp("findings")
    return compute(write_inputs(folder / "inputs", **datasets), folder / "home")


def test_a_report_comes_before_an_estimate_from_energy_of_the_same_score(done: Computed) -> None:
    # methodology 7: hierarchy 1 -> 2 -> 3; 1b reported 10 t, 2a energy 50 t: 100 / 1,000 x 10
    assert float(done.position("REPORT", "REPORT")["financed_scope_1_2_tco2e"]) == pytest.approx(1)


def test_nothing_behind_the_waci_is_a_coverage_of_0(done: Computed) -> None:
    # 0 of 100 EUR eligible; coverage_ratio and intensity_coverage_ratio of sovereigns say 0 in this case
    carbon = done.carbon(portfolio="TOO OLD")
    assert carbon["coverage_ratio"] == 0
    assert carbon["waci_coverage_ratio"] == 0


def test_what_is_too_old_to_use_does_not_say_that_a_company_is_unlisted(done: Computed) -> None:
    # architecture 3.1: unknown is a value; the sheet even has a market capitalisation
    perimeters = done.rows("select distinct perimeter from marts.portfolio_carbon where portfolio_id = 'TOO OLD'")
    assert {"corporate_unlisted"}.isdisjoint(row["perimeter"] for row in perimeters)


def test_a_corrected_closing_day_replaces_the_earlier_one(done: Computed) -> None:
    # the balance sheet of 2024 is used, closed on 2024-12-31; the emissions of 2024 are of the same year
    assert done.position("CLOSING", "CLOSING")["carbon_status"] == "covered"


def test_no_scope_3_is_scored_as_made_from_energy(done: Computed) -> None:
    # methodology 1.4: option 2a is for scopes 1 and 2 only (footnote 53)
    assert done.carbon(portfolio="ENERGY", scopes="1_2")["data_quality_score"] == 2
    assert done.carbon(portfolio="ENERGY", scopes="3")["data_quality_score"] != 2


def test_a_later_year_without_evic_does_not_hide_it_from_a_listed_share(done: Computed) -> None:
    # nobody classified the company; EVIC 1,000 of 2023, equity + debt only for 2024: 100 / 1,000 x 10
    position = done.position("LATER YEAR", "LATER YEAR")
    assert position["carbon_status"] == "covered"
    assert float(position["financed_scope_1_2_tco2e"]) == pytest.approx(1)


def test_debt_of_a_company_whose_shares_are_held_is_a_part_of_the_same_whole(done: Computed) -> None:
    # PCAF p. 41: bonds of a listed issuer are over EVIC too: 200 / 1,000 x 10, not 200 / 150 of 2024
    assert float(done.position("BOND", "LATER YEAR")["financed_scope_1_2_tco2e"]) == pytest.approx(2)


def test_without_listed_shares_the_latest_year_counts(done: Computed) -> None:
    # the same balance sheets, only a bond held: 100 / (100 + 50) of 2024 x 15
    position = done.position("NO SHARES", "NO SHARES")
    assert (position["denominator_basis"], float(position["financed_scope_1_2_tco2e"])) == ("equity_plus_debt", 10)
