"""The demo inputs give the published column, and agree with the generator's own plain-python computation."""

import datetime as dt
import json

import pytest

from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.builders import compute

DEMO = REPOSITORY / "data" / "demo"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    done = compute(DEMO / "inputs", home, "2024-12")  # computes nothing of the baseline yet
    for month in ("2019-12", "2022-12", "2023-12"):
        compute(DEMO / "inputs", home, month)
    return done


@pytest.fixture(scope="module")
def expected():
    return json.loads((DEMO / "expected.json").read_text(encoding="utf-8"))["months"]


def indicator(demo, month, name):
    day = dt.date(int(month[:4]), 12, 31)
    return demo.one("select * from marts.mission_indicators where as_of_date = ? and indicator_id = ?", day, name)


@pytest.mark.parametrize(
    ("month", "name", "digits", "published"),
    [
        ("2024-12", "portfolio_footprint_change", 3, -0.570),
        ("2024-12", "strategic_share", 3, 0.850),
        ("2023-12", "strategic_share", 3, 0.827),
        ("2022-12", "strategic_share", 2, 0.80),
        ("2024-12", "real_economy_share", 2, 0.14),
        ("2023-12", "real_economy_share", 2, 0.14),
        ("2022-12", "real_economy_share", 2, 0.15),
        ("2024-12", "footprint_per_person", 1, 41.4),
        ("2023-12", "footprint_per_person", 2, 47.33),
        ("2019-12", "footprint_per_person", 1, 68.9),
    ],
)
def test_the_published_column(demo, month, name, digits, published):
    row = indicator(demo, month, name)
    assert round(row["value"], digits) == published
    assert row["status"] == "measured"
    assert row["numerator"] is not None
    assert row["denominator"] is not None
    assert 0 < row["coverage_ratio"] <= 1


@pytest.mark.parametrize("month", ["2019-12", "2022-12", "2023-12", "2024-12"])
def test_an_independent_computation_of_the_same_files_agrees(demo, expected, month):
    mine = expected[month]
    footprint = indicator(demo, month, "portfolio_footprint")
    assert footprint["numerator"] == pytest.approx(mine["financed_emissions_tco2e"], abs=0.01)
    assert footprint["denominator"] * 1e6 == pytest.approx(mine["covered_outstanding_eur"], abs=0.02)
    for name, other in (("strategic_share", "strategic_share"), ("real_economy_share", "real_economy_share")):
        row = indicator(demo, month, name)
        assert row["numerator"] == pytest.approx(mine[other]["numerator_eur"], abs=0.02)
        assert row["denominator"] == pytest.approx(mine[other]["denominator_eur"], abs=0.02)
    # the generator states the excluded value over the return pocket; the indicator is over the screened value
    excluded = indicator(demo, month, "excluded_exposure")["numerator"]
    assert excluded / mine["pockets_eur"]["return"] == pytest.approx(mine["excluded_exposure_ratio"], abs=5e-7)
    pockets = {
        row["perimeter"]: float(row["market_value_eur"])
        for row in demo.rows(
            "select * from marts.portfolio_carbon where as_of_date = ? and portfolio_id = 'ALL' and scopes = '1_2'",
            dt.date(int(month[:4]), 12, 31),
        )
    }
    for pocket, value in mine["pockets_eur"].items():
        assert pockets[pocket] == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(("since", "until"), [("2023-12", "2024-12"), ("2019-12", "2024-12")])
def test_why_the_footprint_moved_adds_up_to_the_independent_totals(demo, expected, since, until):
    days = [dt.date(int(month[:4]), 12, 31) for month in (until, since)]
    rows = demo.rows(
        "select effect, value from marts.carbon_changes where portfolio_id = 'ALL' and metric = 'financed_emissions'"
        " and to_date = ? and from_date = ?",
        *days,
    )
    then, now = (expected[month]["financed_emissions_tco2e"] for month in (since, until))
    assert len(rows) == 9
    assert float(sum(row["value"] for row in rows)) == pytest.approx(now - then, abs=0.02)
    # the figures themselves, to the gram: each line adds up to its own change
    stored = "select financed_emissions_tco2e as t from marts.portfolio_carbon where portfolio_id = 'ALL'"
    stored += " and perimeter = 'corporate' and scopes = '1_2' and as_of_date = ?"
    exact = demo.one(stored, days[0])["t"] - demo.one(stored, days[1])["t"]
    assert float(sum(row["value"] for row in rows)) == pytest.approx(float(exact), rel=1e-9)
