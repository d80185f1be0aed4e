"""Funds without look-through that declare their own impacts (European ESG Template), and their order."""

import datetime as dt

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline.publishing.explain.page import page
from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs

FUND, OTHER = "FR0010000018", "FR0010000026"
FOOTPRINT = "carbon_footprint_scope_1_2_tco2e_per_meur"
COVERAGE = "carbon_footprint_scope_1_2_coverage_ratio"
#: 40 t per million EUR of scopes 1+2 and 100 t of all scopes, on 75 % of the fund; 60 and 200 t per million EUR
#: of revenue, on half of it.
DECLARED = {
    "instrument_id": FUND, "reference_date": "2024-09-30", "known_from": "2024-11-15", "source": "EET",
    FOOTPRINT: "40", COVERAGE: "0.75",
    "carbon_footprint_scope_1_2_3_tco2e_per_meur": "100", "carbon_footprint_scope_1_2_3_coverage_ratio": "0.75",
    "ghg_intensity_scope_1_2_tco2e_per_meur": "60", "ghg_intensity_scope_1_2_coverage_ratio": "0.5",
    "ghg_intensity_scope_1_2_3_tco2e_per_meur": "200", "ghg_intensity_scope_1_2_3_coverage_ratio": "0.5",
}  # fmt: skip
UNITS = line("UNITS", asset_class="fund", instrument_id=FUND, market_value=8_000_000)
#: 2 M of a company worth 10 M that emits 500 t of scopes 1+2 on a revenue of 5 M: 100 t, score 2.
SHARES = line("SHARES", asset_class="listed_equity", issuer_id="X", market_value=2_000_000)
SHEET = financials("X", market_cap=10_000_000, total_debt=0, revenue=5_000_000)


def near(value):
    return pytest.approx(value, rel=1e-12)


@pytest.fixture
def run(tmp_path):
    def of(*declared, holdings=(UNITS, SHARES), months="2024-12", **more):
        inputs = write_inputs(
            tmp_path / "inputs", holdings=holdings, fund_declarations=declared, issuer_financials=[SHEET],
            issuer_emissions=emissions("X", 400, 100), **more,
        )  # fmt: skip
        return compute(inputs, tmp_path / "home", months)

    return of


def test_the_declared_footprint_counts_for_the_declared_part_of_the_value_held(run):
    done = run(DECLARED)
    fund = done.position("UNITS")
    # 8 M x 75 % = 6 M covered; 6 x 40 t; scope 3: 6 x (100 - 40) t
    assert (fund["carbon_status"], fund["denominator_basis"]) == ("covered", "fund_declared")
    assert float(fund["financed_scope_1_2_tco2e"]) == near(240)
    assert float(fund["financed_scope_3_tco2e"]) == near(360)
    assert fund["data_quality_score"] is None, "PCAF has no score for what a fund says of itself"
    book = done.carbon()
    # 240 t + 100 t over 6 M + 2 M covered of 10 M
    assert float(book["financed_emissions_tco2e"]) == near(340)
    assert float(book["covered_value_eur"]) == 8_000_000
    assert float(book["fund_declared_value_eur"]) == 6_000_000
    assert book["coverage_ratio"] == near(0.8)
    assert book["economic_intensity_tco2e_per_meur"] == near(340 / 8)
    assert book["pai_2_footprint_tco2e_per_meur"] == near(340 / 10)
    assert book["data_quality_score"] == 2, "of the shares alone"


def test_the_declared_intensity_counts_with_its_own_coverage(run):
    book = run(DECLARED).carbon()
    # fund: 8 M x 50 % = 4 M at 60; shares: 2 M at 500 t / 5 M = 100
    assert book["waci_tco2e_per_meur"] == near((4 * 60 + 2 * 100) / 6)
    assert book["waci_coverage_ratio"] == near(0.6)


def test_the_figures_of_whoever_runs_the_fund_are_never_taken(run):
    # the issuer of the units is the company X of the shares, with all its figures
    book = run(DECLARED, holdings=[UNITS | {"issuer_id": "X"}, SHARES]).carbon()
    assert book["waci_tco2e_per_meur"] == near((4 * 60 + 2 * 100) / 6)
    assert float(book["financed_emissions_tco2e"]) == near(340)


def test_sfdr_indicators_say_how_much_is_declared(run):
    done = run(DECLARED)
    sql = "select * from marts.pai_indicators where portfolio_id = 'ALL' and period = 'month_end' and indicator = ?"
    found = {row["valuation_convention"]: row for row in done.rows(sql, "pai_2")}
    # the shares' scope 3 is unknown: the total is the fund's, 6 M x 100 t, over 10 M of investments
    assert found["RTS_LITERAL"]["value"] == near(600 / 10)
    assert found["RTS_LITERAL"]["coverage_ratio"] == found["RTS_LITERAL"]["fund_declared_ratio"] == near(0.6)
    assert found["ESA_FYE_PRICE"]["value"] is None, "a fund's declaration has no price at a fiscal year end"
    pai_3 = next(row for row in done.rows(sql, "pai_3") if row["valuation_convention"] == "RTS_LITERAL")
    # 4 M covered x 200 t per million EUR of revenue
    assert pai_3["value"] == near(4 * 200 / 10)
    assert pai_3["fund_declared_ratio"] == near(0.4)


def test_the_data_quality_indicator_is_about_what_has_a_score(run):
    row = run(DECLARED).one("select * from marts.mission_indicators where indicator_id = 'data_quality'")
    assert (row["value"], row["denominator"]) == (2, 2_000_000)
    assert row["coverage_ratio"] == near(0.2)


def test_a_fund_that_is_looked_through_never_counts_its_declaration_too(run):
    inside = {
        **line("INSIDE", asset_class="listed_equity", issuer_id="X", market_value=4_000_000),
        "portfolio_id": FUND,
    }
    done = run(DECLARED, holdings=[UNITS | {"fund_id": FUND}, inside])
    # 8 M of units of a fund of 4 M: the lines alone count, 8/10 of 500 t
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(400)
    assert float(done.carbon()["fund_declared_value_eur"]) == 0
    assert done.rows("select * from core.fund_declared_positions where portfolio_id = 'P'") == []


def test_an_opaque_fund_inside_a_fund_counts_for_the_part_held(run):
    inside = {**line("INNER", asset_class="fund", instrument_id=FUND, market_value=4_000_000), "portfolio_id": "F"}
    done = run(DECLARED, holdings=[line("U", asset_class="fund", fund_id="F", market_value=1_000_000), inside])
    # 1 M x 75 % x 40 t
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(30)


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        ({"instrument_id": OTHER}, "opaque_fund"),
        ({"known_from": "2027-01-01"}, "opaque_fund"),
        ({"reference_date": "2025-01-31"}, "opaque_fund"),
        ({"reference_date": "2023-05-31"}, "stale_fund_declaration"),
        ({COVERAGE: None}, "incomplete_fund_declaration"),
        ({COVERAGE: "0"}, "incomplete_fund_declaration"),
        ({FOOTPRINT: None}, "incomplete_fund_declaration"),
    ],
)
def test_what_cannot_be_used_stays_uncovered_with_its_reason(run, declared, status):
    done = run(DECLARED | declared)
    fund = done.position("UNITS")
    assert fund["carbon_status"] == status
    assert fund["financed_scope_1_2_tco2e"] is None, "unknown, never 0"
    assert float(done.carbon()["covered_value_eur"]) == 2_000_000
    assert float(done.carbon()["eligible_value_eur"]) == 10_000_000


def test_the_oldest_declaration_that_counts_is_eighteen_months_old(run):
    assert run(DECLARED | {"reference_date": "2023-06-30"}).position("UNITS")["carbon_status"] == "covered"


def test_the_latest_date_counts_as_last_received(run):
    done = run(
        DECLARED | {"reference_date": "2024-06-30", FOOTPRINT: "10"},
        DECLARED | {FOOTPRINT: "20", "known_from": "2024-10-31"},
        DECLARED | {FOOTPRINT: "30", "known_from": "2024-12-15"},
    )
    assert float(done.position("UNITS")["financed_scope_1_2_tco2e"]) == near(6 * 30)


def test_scope_3_is_unknown_where_the_two_footprints_cover_different_parts(run):
    done = run(DECLARED | {"carbon_footprint_scope_1_2_3_coverage_ratio": "0.6"})
    assert done.position("UNITS")["financed_scope_3_tco2e"] is None
    assert float(done.position("UNITS")["financed_scope_1_2_tco2e"]) == near(240)


@pytest.mark.parametrize(
    ("declared", "column", "expected"),
    [
        ({COVERAGE: "75"}, COVERAGE, "at most 1"),
        ({"ghg_intensity_scope_1_2_coverage_ratio": "1.01"}, "ghg_intensity_scope_1_2_coverage_ratio", "at most 1"),
        ({FOOTPRINT: "-1"}, FOOTPRINT, "at least 0"),
    ],
)
def test_a_figure_in_another_unit_is_refused_with_its_cell(run, declared, column, expected):
    with pytest.raises(SourceFileError, match=f"fund_declarations.*{column}.*{expected}"):
        run(DECLARED | declared)


def test_two_declarations_of_one_day_are_refused(run):
    with pytest.raises(SourceFileError, match="fund_declarations"):
        run(DECLARED, DECLARED | {FOOTPRINT: "41"})


def test_changes_between_months_add_up_with_declared_funds(run):
    # compute() asserts carbon_changes__effects_add_up: footprint 40 -> 50 on the same units
    months = [row | {"as_of_date": day} for day in ("2024-11-30", "2024-12-31") for row in (UNITS, SHARES)]
    done = run(
        DECLARED, DECLARED | {"reference_date": "2024-12-01", "known_from": "2024-12-20", FOOTPRINT: "50"},
        holdings=months, months="2024-11:2024-12",
    )  # fmt: skip
    row = done.one(
        "select value from marts.carbon_changes where portfolio_id = 'ALL'"
        " and metric = 'financed_emissions' and to_date = date '2024-12-31' and effect = 'emissions'"
    )
    # 8 M x 75 % x (50 - 40) t
    assert row["value"] == pytest.approx(60, abs=1e-6)


def test_explain_names_the_declaration_with_its_file_and_row(run):
    done = run(DECLARED | {"instrument_id": OTHER}, DECLARED)
    found = explain(done.store.path, dt.date(2024, 12, 31), "financed_emissions")
    [fund] = [part for part in found["contributors"]["top"] if part["line_id"] == "UNITS"]
    cells = [one for one in fund["inputs"] if one["what_fr"] == "déclaration du fonds (EET)"]
    assert [(one["column"], float(one["value"])) for one in cells] == [(FOOTPRINT, 40), (COVERAGE, 0.75)]
    assert {(one["file"], one["row"]) for one in cells} == {("fund_declarations/fund_declarations.csv", 3)}
    shown = "\n".join(page(found)).replace("\u202f", " ").replace("\xa0", " ")
    assert "6 000 000,00 EUR couverts sur 8 000 000,00 EUR" in shown
    reasons = {row["reason"]: float(row["value_eur"]) for row in found["coverage"]["reasons"]}
    assert reasons == {"covered": 8_000_000, "part_not_declared": 2_000_000}
    quality = explain(done.store.path, dt.date(2024, 12, 31), "data_quality")
    assert (quality["value"], quality["numbers"]["denominator"]) == (2, 2_000_000)
