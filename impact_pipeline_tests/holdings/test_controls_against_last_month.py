"""Controls of the lines against the month before, the reference rates and the other files: listed, never believed."""

import datetime as dt

import pytest

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.warehouse.runner import run_test
from impact_pipeline_tests.builders import compute, line, write_csv, write_inputs

DECEMBER = dt.date(2024, 12, 31)
NOVEMBER = "2024-11-30"


@pytest.fixture
def listed(tmp_path):
    """Sample of what a check of ``dbt_like_sql/tests`` finds in December 2024, after November."""
    tests = {test.name: test for test in load_tests(SQL_MODELS / "tests")}

    def of(check, november, december, months="2024-11:2024-12", **datasets):
        inputs = write_inputs(tmp_path / "inputs", **datasets)
        for day, rows in ((NOVEMBER, november), ("2024-12-31", december)):
            if rows:
                write_csv(inputs / "holdings" / f"{day[:7]}.csv", [{**row, "as_of_date": day} for row in rows])
        done = compute(inputs, tmp_path / "home", months)
        with done.store.read() as connection:
            return run_test(connection, tests[check], DECEMBER, DECEMBER + dt.timedelta(days=1)).sample

    return of


def held(line_id, value, **given):
    return line(line_id, asset_class="listed_equity", market_value=value, **given)


def ids(rows):
    return {row["line_id"] for row in rows}


def test_a_value_that_leaves_its_quantity_is_listed(listed):
    """10 shares at 5,000 become 10 shares at 500,000: two digits too many. A split or a purchase is no such thing."""
    november = [
        held("slip", 50_000, quantity=10),
        held("split", 50_000, quantity=10),
        held("bought", 50_000, quantity=10),
        held("halved", 50_000, quantity=10),
        held("bond", 50_000, nominal_amount=50_000),
        held("unknown", 50_000),
        held("doubled", 50_000),
        held("dust", 1, quantity=1),
        line("account", asset_class="cash", market_value=1_000, quantity=1),
    ]
    december = [
        held("slip", 5_000_000, quantity=10),
        held("split", 51_000, quantity=100),
        held("bought", 500_000, quantity=100),
        held("halved", 20_000, quantity=10),
        held("bond", 50, nominal_amount=50_000),
        held("unknown", 50_000_000),
        held("doubled", 100_000),
        held("dust", 900, quantity=1),
        line("account", asset_class="cash", market_value=9_000_000, quantity=1),
    ]
    found = listed("holdings__values_follow_their_quantities", november, december)
    assert ids(found) == {"slip", "bond", "unknown"}


def test_a_portfolio_that_lost_more_than_a_quarter_of_its_lines_is_listed(listed):
    """30 of 100 gone, 20 of 100 gone, all gone; cash may come and go."""
    november = [
        *(held(f"{name}{part}", 10, portfolio_id=name) for name in ("CUT", "SOLD", "GONE") for part in range(10)),
        line("account", asset_class="cash", market_value=1_000, portfolio_id="SOLD"),
    ]
    december = [
        *(held(f"CUT{part}", 10, portfolio_id="CUT") for part in range(7)),
        *(held(f"SOLD{part}", 10, portfolio_id="SOLD") for part in range(8)),
    ]
    found = listed("portfolios__lines_of_last_month_are_still_there", november, december)
    assert {row["portfolio_id"] for row in found} == {"CUT", "GONE"}


def test_renamed_lines_are_listed_as_lost(listed):
    november = [held(f"A{part}", 10) for part in range(4)]
    december = [held(f"B{part}", 10) for part in range(4)]
    found = listed("portfolios__lines_of_last_month_are_still_there", november, december)
    assert [row["portfolio_id"] for row in found] == ["P"]


def test_a_rate_that_is_not_the_references_is_listed(listed):
    """ECB of 31/12/2024: 1.0389 USD per EUR. 103,890 USD are 100,000 EUR; 1.05 is 1.06 % away, 1.035 is 0.38 % away."""
    december = [
        held("right", 103_890, currency="USD", market_value_eur=100_000),
        held("another hour", 103_500, currency="USD", market_value_eur=100_000),
        held("another day", 105_000, currency="USD", market_value_eur=100_000),
        held("not converted", 100_000, currency="USD", market_value_eur=100_000),
        held("cents", 0.5, currency="USD", market_value_eur=0.9),
        held("euros", 90_000, market_value_eur=100_000),
        held("one value", 100_000, currency="USD"),
    ]
    found = listed("holdings__supplier_rates_follow_the_reference", [], december, "2024-12")
    assert ids(found) == {"another day", "not converted"}


def test_a_line_that_comes_twice_is_listed_twice(listed, tmp_path):
    """The custodian's list and the manager's, of one portfolio, each with line ids of its own; and a row copied."""
    shares = {"instrument_id": "FR0000120271", "quantity": 10, "currency": "EUR"}
    other = {**shares, "instrument_id": "FR0000120073"}
    copied = {**shares, "instrument_id": "US0378331005"}
    december = [
        held("C1", 1_000, **shares), held("C2", 2_000, **other),
        held("copied", 5_000, **copied), held("copy", 5_000, **copied), held("lot", 5_000, **copied | {"quantity": 11}),
        held("cents", 999, **copied), held("also cents", 999, **copied),
        held("elsewhere", 5_000, **copied, portfolio_id="Q"),
        line("account", asset_class="cash", market_value=5_000, **copied),
    ]  # fmt: skip
    manager = [held("M1", 1_000, **shares), held("M2", 2_001, **other)]
    write_csv(tmp_path / "inputs" / "holdings" / "manager_2024-12.csv", manager)
    found = listed("holdings__no_line_comes_twice", [], december, "2024-12")
    assert ids(found) == {"C1", "M1", "copied", "copy"}


def test_a_price_that_is_not_that_of_the_other_lines_is_listed(listed):
    """100 each, and one supplier writes thousands. A bond is compared with bonds, a lone line with nothing."""
    shares = {"instrument_id": "FR0000120271"}
    bond = {"instrument_id": "FR0014001NN8"}
    december = [
        held("one", 100_000, quantity=1_000, **shares),
        held("two", 5_000, quantity=50, **shares),
        held("near", 19_900, quantity=100, **shares),  # 199 is not yet twice the middle one
        held("low", 4_900, quantity=100, **shares),  # 49 is less than half
        held("thousands", 10_000_000, quantity=100, **shares),
        held("cents", 999, quantity=1, **shares),
        held("bond", 98_000, nominal_amount=100_000, **bond),
        held("bond in thousands", 98_000_000, nominal_amount=100_000, **bond),
        held("alone", 10_000_000, quantity=1, instrument_id="US0378331005"),
    ]
    found = listed("holdings__prices_of_one_day_agree", [], december, "2024-12")
    # of two bonds nobody can say which is right
    assert ids(found) == {"low", "thousands", "bond", "bond in thousands"}


def test_debt_far_from_its_nominal_is_listed(listed):
    """A nominal in thousands would attribute a thousandth of the issuer's emissions."""
    december = [
        line(name, asset_class="corporate_bond", market_value=value, nominal_amount=nominal)
        for name, value, nominal in (
            ("par", 98_000, 100_000),
            ("distressed", 5_100, 100_000),
            ("defaulted", 4_900, 100_000),
            ("indexed", 490_000, 100_000),
            ("thousands", 98_000, 100),
            ("empty", 98_000, 0),
            ("short", -98_000, -100_000),
            ("cents", 999, 1),
            ("unknown", 98_000, None),
        )
    ]
    found = listed("holdings__debt_is_worth_about_its_nominal", [], december, "2024-12")
    assert ids(found) == {"defaulted", "thousands", "empty"}


def test_a_value_with_the_other_sign_than_its_quantity_is_listed(listed):
    december = [
        held("long", 100, quantity=10),
        held("short", -100, quantity=-10),
        held("slip", -100, quantity=10),
        held("bond", -100, nominal_amount=100),
        held("nothing", 0, quantity=10),
        held("unknown", -100),
        line("hedge", asset_class="derivative", market_value=-100, quantity=10),
    ]
    found = listed("holdings__values_have_the_sign_of_their_quantities", [], december, "2024-12")
    assert ids(found) == {"slip", "bond"}


def test_a_column_that_went_empty_is_named(listed):
    """Most lines had an issuer and a pocket in November; the book value was there for one of three."""
    november = [
        held("A", 10, issuer_id="X", book_value=1),
        held("B", 10, issuer_id="Y"),
        held("C", 10),
    ]
    december = [{**held(name, 10), "pocket": None, "quantity": 5} for name in "ABC"]
    found = listed("holdings__no_column_went_empty", november, december)
    assert [(row["portfolio_id"], row["column_name"]) for row in found] == [("P", "issuer_id"), ("P", "pocket")]
