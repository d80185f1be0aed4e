"""A fund looked through with an earlier inventory: weights of then, the value of now, and its age in sight."""

import pytest

from impact_pipeline.publishing.explain.store import MonthRows
from impact_pipeline.publishing.figures import Figures
from impact_pipeline_tests.builders import compute, line, policy_with, write_csv, write_inputs
from impact_pipeline_tests.ingest.deliveries import DECEMBER, fund, tpt_json

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


def test_a_corrected_line_is_stored_shown_and_explained_in_the_later_month(inputs, tmp_path):
    corrections = "".join(
        f"""- {{id: COR-{row}, dataset: holdings, file: fund.json, row: {row}, column: market_value, old: "{old}",
   new: "{new}", reason: turned, author: a.martin, approver: c.durand, approved_on: 2024-10-10, expires_on: 2024-11-30}}
"""
        for row, old, new in ((1, 60, 80), (2, 40, 20))
    )
    done = compute(inputs, tmp_path / "home", policy=policy_with(tmp_path / "policy", corrections_2024=corrections))
    found = done.rows("select line_id, market_value_eur from marts.positions where portfolio_id = 'P' order by line_id")
    # 75 of a fund that was worth 100: 80 % and 20 % of 75; in force in September, which is what counts
    assert [(row["line_id"], row["market_value_eur"]) for row in found] == [("A", 60), ("B", 15)]
    stored = done.rows("select as_of_date, correction_id, row, status from audit.corrections order by row")
    assert [tuple(map(str, row.values())) for row in stored] == [
        ("2024-12-31", "COR-1", "1", "applied"), ("2024-12-31", "COR-2", "2", "applied"),
    ]  # fmt: skip
    shown = Figures(done.store.path, DECEMBER).view("corrections").to_dicts()
    assert [(row["correction_id"], row["file"], row["new_value"]) for row in shown] == [
        ("COR-1", "holdings/fund.json", "80"), ("COR-2", "holdings/fund.json", "20"),
    ]  # fmt: skip
    line_a = done.position("A")
    with done.store.read() as connection:
        month = MonthRows(connection, DECEMBER)
        said = month.corrected(line_a["source_file_id"], line_a["source_row"], None)
    assert said is not None
    assert said.endswith("corrigé de 60 en 80 par a.martin, approuvé par c.durand (COR-1)")
