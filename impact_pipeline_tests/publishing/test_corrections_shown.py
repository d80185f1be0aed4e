"""A corrected cell from the policy folder to the figure, to its explanation and to ``impact show corrections``."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from impact_pipeline.cli_door import print_door
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline.publishing.explain.page import page
from impact_pipeline.publishing.figures import Figures
from impact_pipeline.warehouse.store import Store
from impact_pipeline_tests.builders import (
    DEMO_POLICY,
    Computed,
    compute,
    emissions,
    financials,
    line,
    policy_with,
    write_inputs,
)

SIGNED = """reason: "kilotonnes"
  author: a.martin
  approver: c.durand
  approved_on: 2025-04-02
  expires_on: 2026-04-01
"""
KEY = 'key: {issuer_id: X, fiscal_year: 2024, scope: "1", source: report, known_from: 2025-04-01}'
CORRECTIONS = f"""\
- id: COR-1
  dataset: issuer_emissions
  {KEY}
  column: tco2e
  old: "20"
  new: "20000"
  {SIGNED}"""
#: 100 over 600 + 400: a tenth of the company's tonnes are financed.
WORLD = {
    "holdings": [
        line("A", asset_class="listed_equity", issuer_id="X", market_value=100),
        line("A", asset_class="listed_equity", issuer_id="X", market_value=100, as_of_date="2025-01-31"),
    ],
    "issuers": [{"issuer_id": "X", "name": "Alpha SA", "is_listed": "true"}],
    "issuer_financials": [financials("X", market_cap=600, total_debt=400)],
    "issuer_emissions": emissions("X", 20, 10),
}
DECEMBER, JANUARY = dt.date(2024, 12, 31), dt.date(2025, 1, 31)
TONNES = "select tco2e from staging.issuer_emissions where as_of_date = ? and scope = '1'"
FINANCED = """
select financed_emissions_tco2e as tonnes from marts.portfolio_carbon
where as_of_date = ? and portfolio_id = 'ALL' and perimeter = 'corporate' and scopes = '1_2'
"""


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """December computed before the cell was corrected, January after."""
    folder = tmp_path_factory.mktemp("corrections")
    inputs = write_inputs(folder / "inputs", **WORLD)
    compute(inputs, folder / "home", "2024-12")
    policy = policy_with(folder / "policy", corrections_2025=CORRECTIONS)
    return compute(inputs, folder / "home", "2025-01", policy=policy)


def test_the_figure_is_made_from_the_corrected_cell(months: Computed) -> None:
    """(20,000 + 10) / 10 instead of (20 + 10) / 10."""
    assert months.one(TONNES, JANUARY) == {"tco2e": Decimal(20000)}
    assert months.one(FINANCED, JANUARY) == {"tonnes": Decimal(2001)}


def test_a_month_computed_before_keeps_its_figure_and_its_cell(months: Computed) -> None:
    assert months.one(TONNES, DECEMBER) == {"tco2e": Decimal(20)}
    assert months.one(FINANCED, DECEMBER) == {"tonnes": Decimal(3)}
    assert months.rows("select distinct as_of_date from audit.corrections") == [{"as_of_date": JANUARY}]


def test_the_move_is_explained_as_a_restatement(months: Computed) -> None:
    """1,998 tonnes, all of them because the same fact is known otherwise."""
    found = months.rows(
        "select effect, value from marts.carbon_changes where to_date = ? and from_date = ?"
        " and portfolio_id = 'ALL' and metric = 'financed_emissions' and value <> 0",
        JANUARY, DECEMBER,
    )  # fmt: skip
    assert found == [{"effect": "restatement", "value": pytest.approx(1998)}]


def test_explain_says_who_corrected_the_cell(months: Computed) -> None:
    answer = explain(months.store.path, JANUARY, "financed_emissions", "ALL", 10)
    inputs = answer["contributors"]["top"][0]["inputs"]
    corrected = {cell["column"]: cell.get("corrected_fr") for cell in inputs if cell["value"] == 20000}
    words = "tco2e corrigé de 20 en 20000 par a.martin, approuvé par c.durand (COR-1)"
    assert corrected == {"tco2e": words}
    assert [line for line in page(answer) if words in line]
    assert sum("corrected_fr" in cell for cell in inputs) == 1
    earlier = explain(months.store.path, DECEMBER, "financed_emissions", "ALL", 10)
    assert "corrigé" not in "\n".join(page(earlier))


def test_it_is_shown(months: Computed) -> None:
    rows = Figures(months.store.path, JANUARY).view("corrections").to_dicts()
    assert rows == [
        {
            "correction_id": "COR-1",
            "file": "issuer_emissions/issuer_emissions.csv",
            "row": 2,
            "column": "tco2e",
            "old_value": "20",
            "new_value": "20000",
            "status": "applied",
            "reason": "kilotonnes",
            "author": "a.martin",
            "approver": "c.durand",
            "expires_on": dt.date(2026, 4, 1),
        }
    ]


def test_corrections_count_in_the_digest_of_the_policy(months: Computed, tmp_path: Path) -> None:
    digests = months.rows("select policy_sha256 from audit.months order by as_of_date")
    policy = policy_with(tmp_path / "policy", corrections_2025=CORRECTIONS)
    assert [row["policy_sha256"] for row in digests] == [load_policy(DEMO_POLICY).sha256, load_policy(policy).sha256]


def test_a_correction_that_no_longer_fits_changes_nothing(months: Computed, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(months.store.path.parent, home)
    policy = policy_with(tmp_path / "policy", corrections_2025=CORRECTIONS.replace('old: "20"', 'old: "21"'))
    inputs = write_inputs(tmp_path / "inputs", **WORLD)
    before = months.table("marts.positions")
    with pytest.raises(PolicyFileError, match=r"corrections/2025\.yaml, row 5, column old: found '20' in"):
        compute(inputs, home, "2025-01", policy=policy)
    assert Computed(Store(home / months.store.path.name), months.covered).table("marts.positions").equals(before)


def test_the_report_of_a_run_counts_corrections(months: Computed, capsys: pytest.CaptureFixture[str]) -> None:
    print_door(Figures(months.store.path, JANUARY))
    said = capsys.readouterr().out.splitlines()
    place = said.index("corrections of delivered cells: 1 applied")
    assert said[place + 1].strip() == "each with file, row and reason: impact show corrections --month 2025-01"
    print_door(Figures(months.store.path, DECEMBER))
    assert "corrections" not in capsys.readouterr().out


def test_a_correction_that_expires_within_a_run_holds_for_its_months_alone(tmp_path: Path) -> None:
    """Signed until the end of 2024, in one run of both months: 2,001 tonnes, then 3 again."""
    text = CORRECTIONS.replace("2025-04-02", "2024-02-01").replace("2026-04-01", "2024-12-31")
    policy = policy_with(tmp_path / "policy", corrections_2024=text)
    done = compute(write_inputs(tmp_path / "inputs", **WORLD), tmp_path / "home", "2024-12:2025-01", policy=policy)
    assert [done.one(FINANCED, month)["tonnes"] for month in (DECEMBER, JANUARY)] == [2001, 3]
    found = done.rows("select as_of_date, status from audit.corrections order by as_of_date")
    assert [row["status"] for row in found] == ["applied", "expired"]
