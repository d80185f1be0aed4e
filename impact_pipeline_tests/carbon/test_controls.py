"""Controls that list a bad row instead of believing it: jumps, magnitudes, coverage, sums."""

import datetime as dt

import pytest

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.warehouse.runner import run_test
from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs

MILLION = 10**6
DECEMBER = dt.date(2024, 12, 31)


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(months="2024-12", **datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", months)

    return of


@pytest.fixture(scope="module")
def checks():
    return {test.name: test for test in load_tests(SQL_MODELS / "tests")}


@pytest.fixture
def found(checks):
    """Keys of the bad rows a check finds in December 2024."""

    def of(done, name):
        with done.store.read() as connection:
            return run_test(connection, checks[name], DECEMBER, DECEMBER + dt.timedelta(days=1)).sample

    return of


def share(name, value=100, **given):
    return line(name, asset_class="listed_equity", issuer_id=name, market_value=value, **given)


def years(issuer_id, tonnes_by_year, source="report"):
    return [
        row
        for year, tonnes in tonnes_by_year.items()
        for row in emissions(issuer_id, tonnes, fiscal_year=year, known_from=f"{year + 1}-04-01", source=source)
    ]


def test_emissions_that_jump_by_a_thousand_are_listed_by_issuer(run, found):
    # kilotonnes after tonnes, tonnes after kilograms; a fall to a third and another source's scale are not that
    done = run(
        holdings=[share("X")],
        issuer_emissions=[
            *years("X", {2022: 1_200_000, 2024: 1_250}),
            *years("Y", {2022: 40, 2023: 41_000}),
            *years("Z", {2022: 900, 2023: 300}),
            *years("V", {2022: 900}, "report"),
            *years("V", {2023: 900_000}, "vendor"),
        ],
    )
    assert {row["issuer_id"] for row in found(done, "issuer_emissions__no_jump_by_a_thousand")} == {"X", "Y"}


@pytest.mark.parametrize("figure", ["revenue", "market_cap", "total_debt", "evic"])
def test_a_balance_sheet_that_jumps_by_a_thousand_is_listed(run, found, figure):
    before = {"revenue": 4_000, "market_cap": 5_000, "total_debt": 3_000, "evic": 8_000}
    done = run(
        holdings=[share("X")],
        issuer_financials=[
            financials("X", **before) | {"fiscal_year": 2023, "period_end": "2023-12-31"},
            financials("X", **(before | {figure: before[figure] * 1_000})),
            financials("Y", **before) | {"fiscal_year": 2023, "period_end": "2023-12-31"},
            financials("Y", **{name: amount * 2 for name, amount in before.items()}),
        ],
    )
    rows = found(done, "issuer_financials__no_jump_by_a_thousand")
    assert [row["issuer_id"] for row in rows] == ["X"]


def test_an_outlier_against_the_year_before_names_the_line(run, found):
    # X emits four times as much as a year before, Y is worth a quarter of it, Z moves by a half
    facts = {"X": (100, 400, 1_000, 1_000), "Y": (100, 100, 4_000, 1_000), "Z": (100, 150, 1_000, 1_500)}
    months = [dt.date(2023 + place // 12, place % 12 + 1, 28) for place in range(11, 24)]
    filler = [
        line("CASH", asset_class="cash", market_value=1)
        | {"as_of_date": str((day + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1))}
        for day in months
    ]
    done = run(
        "2023-12:2024-12",
        holdings=[*filler, *(share(name, 10) for name in facts)],
        issuer_emissions=[
            row
            for name, (before, now, _, _) in facts.items()
            for year, tonnes in ((2023, before), (2024, now))
            for row in emissions(name, tonnes, fiscal_year=year, known_from=f"{year}-12-31")
        ],
        issuer_financials=[
            financials(name, market_cap=value, total_debt=0)
            | {"fiscal_year": year, "period_end": f"{year}-12-31", "known_from": f"{year}-12-31"}
            for name, (_, _, before, now) in facts.items()
            for year, value in ((2023, before), (2024, now))
        ],
    )
    rows = found(done, "attribution__no_outlier_year_on_year")
    assert sorted(row["line_id"] for row in rows) == ["X", "Y"]


UTILITY = {"name": "Utility", "sector_scheme": "nace_2", "sector_code": "35.11", "is_listed": "false"}


def test_an_ordinary_utility_and_an_ordinary_bank_are_inside_their_bands(run, found):
    # 10 Mt over 4,000 M of revenue = 2,500 and over 20,000 M of EVIC = 500; a bank 20 kt over 30,000 M = 0.7
    done = run(
        holdings=[share("U", MILLION), share("B", MILLION), share("N", MILLION)],
        issuers=[
            {"issuer_id": "U", **UTILITY},
            {"issuer_id": "B", "name": "B", "sector_scheme": "nace_2", "sector_code": "64.19"},
        ],
        issuer_financials=[
            financials("U", market_cap=15_000 * MILLION, total_debt=5_000 * MILLION, revenue=4_000 * MILLION),
            financials("B", market_cap=40_000 * MILLION, total_debt=1, deposits=10**12, revenue=30_000 * MILLION),
            financials("N", market_cap=1_000 * MILLION, total_debt=1, revenue=500 * MILLION),
        ],
        issuer_emissions=[*emissions("U", 10_000_000), *emissions("B", 20_000), *emissions("N", 5_000)],
    )
    assert {done.position(name)["carbon_status"] for name in "UBN"} == {"covered"}
    assert found(done, "attribution__emissions_have_a_plausible_magnitude") == []
    assert found(done, "attribution__revenue_fits_emissions") == []


def test_a_coverage_that_falls_by_more_than_two_points_is_listed(run, found):
    # December buys N, which nobody covers: P 100 / 103 = 97.1 %, Q 100 / 101 = 99.0 %; S sells half of X:
    # 100 / 103 to 50 / 53 = 94.3 %, and no data is lost
    def held(day, portfolio, unknown, known=100):
        rows = [share("X", known), share("N", unknown)]
        return [row | {"as_of_date": day, "portfolio_id": portfolio} for row in rows if row["market_value"]]

    done = run(
        "2024-11:2024-12",
        holdings=[
            *held("2024-11-30", "P", 0), *held("2024-11-30", "Q", 0), *held("2024-11-30", "S", 3),
            *held("2024-12-31", "P", 3), *held("2024-12-31", "Q", 1), *held("2024-12-31", "S", 3, known=50),
        ],
        issuer_financials=[
            financials("X", market_cap=600, total_debt=400) | {"fiscal_year": 2023, "period_end": "2023-12-31"}
        ],
        issuer_emissions=emissions("X", 10, fiscal_year=2023),
    )  # fmt: skip
    rows = found(done, "portfolio_carbon__coverage_has_not_dropped")
    assert {(row["portfolio_id"], row["scopes"]) for row in rows} == {("P", "1_2")}


def test_an_aggregate_that_is_not_the_sum_of_its_lines_is_found(run, found):
    done = run(
        holdings=[share("X", 60), share("Y", 30) | {"pocket": "treasury"}],
        issuer_financials=[financials(name, market_cap=600, total_debt=400) for name in "XY"],
        issuer_emissions=[*emissions("X", 100, 0, 10), *emissions("Y", 100)],
    )
    assert found(done, "portfolio_carbon__reconciles_with_positions") == []
    for column, perimeter, scopes in (
        ("financed_emissions_tco2e", "treasury", "1_2"),
        ("market_value_eur", "listed_equity", "3"),
        ("covered_value_eur", "return", "1_2_3"),
        ("eligible_value_eur", "corporate", "1_2"),
    ):
        where = f"perimeter = '{perimeter}' and scopes = '{scopes}' and portfolio_id = 'ALL'"
        with done.store.write() as connection:
            connection.execute(f"update marts.portfolio_carbon set {column} = {column} + 0.000001 where {where}")
        rows = found(done, "portfolio_carbon__reconciles_with_positions")
        assert [(row["perimeter"], row["scopes"]) for row in rows] == [(perimeter, scopes)], column
        with done.store.write() as connection:
            connection.execute(f"update marts.portfolio_carbon set {column} = {column} - 0.000001 where {where}")
    with done.store.write() as connection:
        connection.execute("update marts.positions set financed_scope_1_2_tco2e = 7 where line_id = 'X'")
    assert [row["line_id"] for row in found(done, "positions__carry_the_attribution")] == ["X"]


ORGANISATION = [
    {"year": 2024, "protected_persons": 1_000, "category": "buildings", "tco2e": 20},
    {"year": 2024, "protected_persons": 1_000, "category": "travel", "tco2e": 10},
]


def test_own_buildings_are_counted_once(run, found):
    # buildings 20 + travel 10 + shares 100/1000 x 500 = 50 t; the company that owns the head office (10 t) is in
    # buildings: 80 t over 1,000 persons = 80 kg, shares 25 %, 12.5 %, 62.5 %
    done = run(
        holdings=[
            share("X", 100),
            line("HQ", asset_class="unlisted_equity", issuer_id="SCI", market_value=100, pocket="own_use_property"),
        ],
        issuers=[{"issuer_id": "SCI", "name": "SCI", "is_listed": "false"}],
        issuer_financials=[
            financials("X", market_cap=600, total_debt=400), financials("SCI", total_equity=100, total_debt=0),
        ],
        issuer_emissions=[*emissions("X", 500), *emissions("SCI", 10)],
        organisation=ORGANISATION,
    )  # fmt: skip
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(50), "the head office finances nobody"
    rows = {row["category"]: row for row in done.rows("select * from marts.footprint_by_category")}
    assert {name: float(row["tco2e"]) for name, row in rows.items()} == {
        "buildings": 20, "travel": 10, "financed_emissions": 50,
    }  # fmt: skip
    assert [rows[name]["share_ratio"] for name in ("buildings", "travel", "financed_emissions")] == [
        near(0.25), near(0.125), near(0.625),
    ]  # fmt: skip
    assert rows["travel"]["kg_per_person"] == near(10)
    person = done.one("select * from marts.mission_indicators where indicator_id = 'footprint_per_person'")
    assert person["value"] == near(80)
    with done.store.write() as connection:
        connection.execute("update marts.footprint_by_category set tco2e = 60 where category = 'financed_emissions'")
    assert [row["category"] for row in found(done, "footprint_by_category__counts_nothing_twice")] == [
        "financed_emissions"
    ]


def test_a_category_nobody_measured_makes_the_sum_unknown(run):
    done = run(
        holdings=[share("X", 100)],
        issuer_financials=[financials("X", market_cap=600, total_debt=400)],
        issuer_emissions=emissions("X", 500),
        organisation=[*ORGANISATION, {"year": 2024, "protected_persons": 1_000, "category": "digital"}],
    )
    rows = {row["category"]: row for row in done.rows("select * from marts.footprint_by_category")}
    assert rows["digital"]["tco2e"] is None
    assert rows["buildings"]["kg_per_person"] == near(20)
    assert {row["share_ratio"] for row in rows.values()} == {None}
    person = done.one("select * from marts.mission_indicators where indicator_id = 'footprint_per_person'")
    assert (person["value"], person["status"]) == (None, "no_data")
