"""Which exchange rate a month uses: the delivery's own, else the shipped ECB one; never one that is too old."""

import pytest

from impact_pipeline_tests.builders import compute, line, write_inputs


def value(tmp_path, *rates):
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[line("A", asset_class="cash", currency="USD", market_value=1_100)],
        fx_rates=[{"rate_date": day, "currency": "USD", "units_per_eur": rate} for day, rate in rates],
    )
    return float(compute(inputs, tmp_path / "home").position("A")["market_value_eur"])


def test_the_delivery_s_own_rate_wins(tmp_path):
    assert value(tmp_path, ("2024-12-30", "1.10"), ("2024-12-02", "1.25")) == pytest.approx(1_000)


def test_a_rate_after_the_month_end_is_not_used(tmp_path):
    assert value(tmp_path, ("2024-12-20", "1.10"), ("2025-01-02", "2")) == pytest.approx(1_000)


@pytest.mark.parametrize("rates", [(), (("2024-06-28", "2"),)], ids=["none given", "only an old one"])
def test_the_european_central_bank_s_month_end_rate_fills_the_gap(tmp_path, rates):
    # 31/12/2024: 1.0389 USD per EUR
    assert value(tmp_path, *rates) == pytest.approx(1_100 / 1.0389, abs=1e-5)
