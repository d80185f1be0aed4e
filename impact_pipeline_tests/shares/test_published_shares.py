"""Shares of a whole book that an insurers' association published, as input files: P16, P17 of the methodology sheet."""

import pytest

from impact_pipeline_tests.builders import compute, line, write_inputs

BILLION = 10**9


def book(tmp_path, amounts, classified=()):
    """A book of one line per asset class, in billions; the named lines are real economy, each a code of its own."""
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[
            line(name, asset_class=name, issuer_id=f"I-{name}", market_value=round(amount * BILLION))
            for name, amount in amounts.items()
        ],
        classifications=[
            {"subject_id": name, "kind": "real_economy", "code": name, "share": 1, "valid_from": "2020-01-01"}
            for name in classified
        ],
    )
    return compute(inputs, tmp_path / "home")


def value(done, perimeter):
    return float(done.carbon(perimeter)["market_value_eur"])


def test_p16_life_insurers_2022(tmp_path):
    # 2,127 bn, of which to companies 1,327 = 497 shares + 701 bonds + 129 property: printed 62 % = 23 + 33 + 6 %
    corporate = {"listed_equity": 497, "corporate_bond": 701, "real_estate": 129}
    done = book(tmp_path, {**corporate, "sovereign_bond": 800}, corporate)
    rows = done.rows("select * from marts.investment_shares where portfolio_id = 'ALL' and indicator = 'real_economy'")
    shares = {row["code"]: row["share_ratio"] for row in rows}
    assert shares == {
        "listed_equity": pytest.approx(0.2337, abs=5e-5), "corporate_bond": pytest.approx(0.3296, abs=5e-5),
        "real_estate": pytest.approx(0.0606, abs=5e-5), "TOTAL": pytest.approx(0.6239, abs=5e-5),
    }  # fmt: skip
    assert [round(100 * shares[name]) for name in (*corporate, "TOTAL")] == [23, 33, 6, 62]
    # the same from the amounts of the perimeters: the book is what its pocket adds up to
    assert sum(value(done, name) for name in corporate) / value(done, "return") == pytest.approx(1_327 / 2_127)


def test_p17_insurers_2023(tmp_path):
    # 2,548.4 bn, companies 1,613.0, sovereigns 613.4: printed 63.3 % and 24.1 %; the rest is cash here
    done = book(tmp_path, {"corporate_bond": 1_613.0, "sovereign_bond": 613.4, "cash": 322.0})
    total = value(done, "return")
    assert total == 2_548.4 * BILLION
    assert round(100 * value(done, "corporate") / total, 1) == 63.3
    assert round(100 * value(done, "sovereign_bond") / total, 1) == 24.1
    sovereigns = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert float(sovereigns["exposure_eur"]) == 613.4 * BILLION
