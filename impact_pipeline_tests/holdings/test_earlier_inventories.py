"""A fund looked through with an earlier inventory: weights of then, the value of now, and its age in sight."""

import pytest

from impact_pipeline_tests.builders import compute, line, policy_with, write_csv, write_inputs
from impact_pipeline_tests.ingest.deliveries import fund, tpt_json

OLD = {"f6": "2024-09-30", "f7": "2024-09-30", "f15": 99, "f1": "F"}


@pytest.fixture
def inputs(tmp_path):
    units = line("U", asset_class="fund", fund_id="F", market_value=75, currency="EUR")
    folder = write_inputs(tmp_path / "inputs", holdings=[units])
    text = tpt_json(*fund({"f14": "A", "f24": 60}, {"f14": "B", "f24": 40}, **OLD))
    (folder / "holdings" / "fund.json").write_text(text, encoding="utf-8")
    return folder


def test_weights_of_then_and_value_of_now(inputs, tmp_path):
    done = compute(inputs, tmp_path / "home")
    found = done.rows("select line_id, market_value_eur from marts.positions where portfolio_id = 'P' order by line_id")
    # 75 of a fund that was worth 100: 60 % and 40 % of 75
    assert [(row["line_id"], row["market_value_eur"]) for row in found] == [("A", 45), ("B", 30)]
    of_fund = done.one("select * from core.portfolios where portfolio_id = 'F'")
    # October, November and December: 31 + 30 + 31 days
    assert (str(of_fund["inventory_date"]), of_fund["inventory_age_days"]) == ("2024-09-30", 92)
    assert not of_fund["is_root"]
    assert done.flagged("portfolios__inventories_are_of_the_month", "portfolio_id") == ["F"]


def test_the_policy_sets_the_limit(inputs, tmp_path):
    policy = policy_with(tmp_path / "policy", ("methodology.yaml", "inventory_age_days: 186", "inventory_age_days: 91"))
    done = compute(inputs, tmp_path / "home", policy=policy)
    assert done.one("select line_id, market_value_eur from marts.positions where portfolio_id = 'P'")["line_id"] == "U"
    assert done.flagged("portfolios__inventories_are_of_the_month", "portfolio_id") == []
    [told] = done.rows("select reason from audit.rejected_rows where rule = 'inventory_too_old'")
    assert "of 2024-09-30 (holdings/fund.json), 92 days before the month end; the policy allows 91" in told["reason"]


def test_a_month_that_was_computed_keeps_its_own_rows(inputs, tmp_path):
    write_csv(
        inputs / "holdings" / "sept.csv", [line("C", as_of_date="2024-09-30", asset_class="cash", market_value=1)]
    )
    first = compute(inputs, tmp_path / "home", "2024-09")
    before = {name: first.table(name).rows() for name in ("core.portfolios", "core.holdings")}
    assert len(before["core.portfolios"]) == 2
    second = compute(inputs, tmp_path / "home", "2024-12")
    for name, rows in before.items():
        assert [row for row in second.table(name).rows() if str(row[0]) == "2024-09-30"] == rows
