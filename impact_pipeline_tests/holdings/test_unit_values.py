"""Units of a fund against the price in the fund's own file (Tripartite Template, fields 8 and 8b)."""

from decimal import Decimal

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline_tests.builders import compute, line, write_inputs
from impact_pipeline_tests.ingest.deliveries import fund, tpt_json

PRICE, COUNT = "8_Share_price", "8b_Total_number_of_shares"
CHECK = "portfolios__units_follow_the_price_of_their_fund"
#: 4 shares at 25 = the two lines of 60 and 40
OF_FUND = {"f1": "F", "f15": 99, "f6": "2024-12-31"}


def template(price="25", currency="EUR", **given):
    rows = fund(
        {"f14": "A", "f24": 60}, {"f14": "B", "f24": 40}, **(OF_FUND | {"f4": currency, "f21": currency} | given)
    )
    return tpt_json(*({**row, PRICE: price, COUNT: "4"} for row in rows))


@pytest.fixture
def run(tmp_path):
    def of(text, *units, **datasets):
        lines = [
            line(f"U{n}", **({"asset_class": "fund", "fund_id": "F"} | each)) for n, each in enumerate(units, start=1)
        ]
        inputs = write_inputs(tmp_path / "inputs", holdings=lines, **datasets)
        (inputs / "holdings" / "fund.json").write_text(text, encoding="utf-8")
        return compute(inputs, tmp_path / "home")

    return of


def test_a_value_more_than_1_percent_from_units_times_price_is_listed(run):
    # 2 x 25 = 50; 50.5 is 1 % above, 50.51 is more; 3 x 25 = 75; a line without quantity says nothing
    done = run(
        template(),
        {"quantity": 2, "market_value": "50.5"}, {"quantity": 2, "market_value": "50.51"},
        {"quantity": 3, "market_value": "50"}, {"quantity": 3, "market_value": "-75"}, {"market_value": "1"},
    )  # fmt: skip
    assert done.flagged(CHECK) == ["U2", "U3", "U4"]


def test_a_price_in_another_currency_is_converted(run):
    rates = [{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.25"}]
    # 2 x 25 USD = 50 USD = 40 EUR: the same number of EUR is the error looked for
    done = run(
        template(currency="USD"),
        {"quantity": 2, "market_value": 40}, {"quantity": 2, "market_value": 50}, fx_rates=rates,
    )  # fmt: skip
    assert done.flagged(CHECK) == ["U2"]


def test_a_price_of_an_earlier_inventory_is_not_compared(run):
    done = run(template(f6="2024-11-29", f7="2024-11-29"), {"quantity": 2, "market_value": 90})
    assert done.one("select unit_price, unit_count from staging.portfolios where portfolio_id = 'F'") == {
        "unit_price": 25, "unit_count": 4,
    }  # fmt: skip
    assert done.flagged(CHECK) == []


def test_rows_that_contradict_each_other_give_no_price(run):
    text = template().replace('"25"', '"26"', 1)
    assert '"25"' in text
    done = run(text, {"quantity": 2, "market_value": 90})
    assert done.one("select unit_price from staging.portfolios where portfolio_id = 'F'")["unit_price"] is None


def test_units_without_a_value_get_units_times_price_and_are_listed(run):
    # 1.5 x 25.1234567 is read at six decimals: 1.5 x 25.123457 = 37.6851855
    done = run(template("25.1234567"), {"quantity": "1.5"}, {"quantity": 2, "currency": None})
    found = {row["line_id"]: row for row in done.rows("select * from core.holdings where portfolio_id = 'P'")}
    assert found["U1"]["market_value_eur"] == Decimal("37.685186")
    assert (found["U2"]["market_value_eur"], found["U2"]["currency"]) == (Decimal("50.246914"), "EUR")
    told = done.rows('select * from audit.rejected_rows where rule = $$units_valued$$ order by "row"')
    assert [(row["row"], row["column"]) for row in told] == [(2, "market_value"), (3, "market_value")]
    assert "37.685186 EUR is 1.500000 units x 25.123457" in told[0]["reason"]
    assert done.flagged(CHECK) == []


OLD = {"f6": "2024-11-29", "f7": "2024-11-29"}


@pytest.mark.parametrize(
    ("text", "currency"),
    [(template(), "USD"), (template(**OLD), "EUR"), (template(""), "EUR"), (template(f1="OTHER"), "EUR")],
)
def test_units_are_not_valued_in_another_currency_or_at_an_old_price_or_none(run, text, currency):
    with pytest.raises(SourceFileError) as caught:
        run(text, {"quantity": 2, "currency": currency})
    error = caught.value
    assert (error.file, error.row, error.column) == ("holdings/holdings.csv", 2, "market_value")


def test_other_lines_without_a_value_are_refused_whatever_their_quantity(run):
    with pytest.raises(SourceFileError, match="row 2, column market_value"):
        run(template(), {"quantity": 2, "asset_class": "listed_equity"})
