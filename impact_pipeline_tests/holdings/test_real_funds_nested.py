"""One real Tripartite fund inside the other, through units held: value and weights are conserved to 1e-12.

No public file with a held fund's units and that fund's own template was found, so one is made: the equity fund pays
with its largest bank account for 1,000 units of the bond fund (its share price, field 8), and a book holds 3,000,000
units of the equity fund. The files are not part of the repository; the test skips, visibly, where they are not.
"""

import json
from decimal import Decimal

import pytest

from impact_pipeline_tests.builders import compute, write_csv
from impact_pipeline_tests.holdings.test_real_tripartite_templates import (
    BONDS,
    EQUITY,
    FILES,
    SEK,
    delivered,
    pytestmark,
)

__all__ = ["pytestmark"]

UNITS_OF_BONDS, UNITS_OF_EQUITY = 1_000, 3_000_000
NUMBERS = {
    "quantity": "18_", "quoted": "22_", "clean_quoted": "23_", "value": "24_", "clean": "25_", "weight": "26_",
}  # fmt: skip


def field(row, number):
    return next(name for name in row if name.startswith(number))


def value(row):
    return Decimal(str(row[field(row, "24_")]))


def net_assets(rows):
    return Decimal(str(rows[0][field(rows[0], "5_")]))


def price(rows):
    return Decimal(str(rows[0][field(rows[0], "8_")]))


def nested():
    """Rows of the equity fund, a bank account of which became units of the bond fund."""
    rows, bonds = delivered(EQUITY), delivered(BONDS)
    accounts = [row for row in rows if row[field(row, "12_")] == "XL71" and row[field(row, "21_")] == "SEK"]
    account = max(accounts, key=value)
    paid = UNITS_OF_BONDS * price(bonds)
    assert value(account) > paid
    units = {
        **account,
        field(account, "12_"): "SE42",
        field(account, "14_"): BONDS,
        field(account, "15_"): 1,
        field(account, "17_"): "Captor Dahlia Green Bond A",
        field(account, "18_"): UNITS_OF_BONDS,
    }
    left = value(account) - paid
    for row, amount in ((account, left), (units, paid)):
        for number in ("22_", "23_", "24_", "25_", "27_", "28_"):
            row[field(row, number)] = float(amount)
        for number in ("26_", "30_"):
            row[field(row, number)] = float(amount / net_assets(rows))
    return [*rows, units]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nested")
    holdings = folder / "inputs" / "holdings"
    holdings.mkdir(parents=True)
    (holdings / FILES[EQUITY].name).write_text(json.dumps(nested()), encoding="utf-8")
    (holdings / FILES[BONDS].name).write_text(json.dumps(delivered(BONDS)), encoding="utf-8")
    held = {
        "as_of_date": "2025-08-29", "portfolio_id": "BOOK", "line_id": "L1", "instrument_id": EQUITY,
        "asset_class": "fund", "fund_id": EQUITY, "currency": "SEK", "quantity": UNITS_OF_EQUITY,
        "market_value": UNITS_OF_EQUITY * price(delivered(EQUITY)), "pocket": "return",
    }  # fmt: skip
    write_csv(holdings / "book.csv", [held])
    return compute(folder / "inputs", folder / "home", "2025-08")


def test_value_is_conserved_at_each_level(done):
    book = UNITS_OF_EQUITY * price(delivered(EQUITY)) / SEK
    found = done.rows("select lookthrough_path, market_value_eur from marts.positions where portfolio_id = 'BOOK'")
    # 230 lines of the equity fund, the account still among them, and 85 of the bond fund in place of its units
    assert (len(found), len({row["lookthrough_path"] for row in found})) == (231 + 85, 2)
    assert abs(sum(row["market_value_eur"] for row in found) / book - 1) < Decimal("1e-12")
    inner = sum(row["market_value_eur"] for row in found if row["lookthrough_path"].endswith(BONDS))
    # of the fund's net assets, 1,000 units at 297.2795 SEK
    share = UNITS_OF_BONDS * price(delivered(BONDS)) / net_assets(delivered(EQUITY))
    assert abs(inner - book * share) < Decimal("0.01")


def test_weights_are_products_of_the_weights_at_each_level(done):
    found = {
        (row["holder_portfolio_id"], row["source_row"]): row["market_value_eur"]
        for row in done.rows(
            "select holder_portfolio_id, source_row, market_value_eur from core.positions where portfolio_id = 'BOOK'"
        )
    }
    total = sum(found.values())
    equity, bonds = nested(), delivered(BONDS)
    of_units = value(equity[-1]) / net_assets(equity)
    expected = {(EQUITY, n): value(row) / net_assets(equity) for n, row in enumerate(equity[:-1], start=1)}
    expected |= {(BONDS, n): of_units * value(row) / net_assets(bonds) for n, row in enumerate(bonds, start=1)}
    assert found.keys() == expected.keys()
    worst = max(abs(found[key] / total - weight) for key, weight in expected.items())
    assert worst < Decimal("1e-12")
