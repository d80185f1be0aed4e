"""The real ``impact`` command, in its own process, on small inputs written by hand."""

import json
import shutil

import pytest

from impact_pipeline_tests.builders import emissions, financials, line, write_csv, write_inputs
from impact_pipeline_tests.end_to_end.installation import Installation, write_month


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    write_inputs(
        made.inputs,
        issuers=[
            {"issuer_id": "X", "name": "Alpha SA", "country": "FR"},
            {"issuer_id": "Y", "name": "Beta SAS"},
        ],
        issuer_financials=[
            financials("X", market_cap=600_000_000, total_debt=400_000_000) | {"fiscal_year": year, "period_end": end}
            for year, end in ((2019, "2019-12-31"), (2024, "2024-12-31"))
        ],
        issuer_emissions=[
            *emissions("X", 10_000, fiscal_year=2019, known_from="2020-04-01"),
            *emissions("X", 4_300, fiscal_year=2024),
        ],
        classifications=[
            {
                "subject_id": "B",
                "kind": "real_economy",
                "code": "dette_privee",
                "share": 1,
                "valid_from": "2019-01-01",
            }
        ],
    )
    for month_end in ("2019-12-31", "2024-11-30", "2024-12-31"):
        write_month(made.inputs, month_end)
    return made


def test_a_month_from_files_to_figures(installation):
    done = json.loads(installation.impact("run", "--month", "2024-12", "--json").stdout)
    assert done["months"] == "2024-12"
    assert not done["failed_checks"]
    months = [f"{row[0]:%Y-%m}" for row in installation.tables()["audit.months"]]
    assert months == ["2019-12", "2024-12"], "the baseline month is computed on the way"
    shown = json.loads(installation.impact("show", "indicators", "--month", "2024-12", "--json").stdout)
    by_id = {row["indicator_id"]: row for row in shown}
    # 10 M / 1,000 M x 4,300 t = 43 t over 10 M covered; 2019: 100 t; 43 / 100 - 1 = -57 %
    footprint = by_id["portfolio_footprint"]
    assert footprint["value"] == pytest.approx(4.3)
    assert (footprint["numerator"], footprint["denominator"]) == (pytest.approx(43), pytest.approx(10))
    assert footprint["coverage_ratio"] == pytest.approx(0.5), "Beta has no figures: half of the value is covered"
    assert by_id["portfolio_footprint_change"]["value"] == pytest.approx(-0.57)
    assert by_id["real_economy_share"]["value"] == pytest.approx(0.5)
    assert by_id["strategic_share"]["status"] == "no_data"
    assert len(shown) == 10
    printed = installation.impact("show", "indicators", "--month", "2024-12").stdout
    assert "-57,0 %" in printed


def test_files_that_a_month_waits_for_and_an_earlier_view_are_said(installation):
    """A launch by hand waits for no file, as the sensor does; readers see an earlier view until the next run."""
    policy = installation.policy / "deliveries.yaml"
    policy.write_text('- {dataset: holdings, file: "{yyyy-mm}.csv", required: true, due_days: 5}\n')
    done = installation.impact("run", "--month", "2024-12")
    assert "not there" not in done.stdout
    assert "not read by any month" not in done.stdout
    other = line("Z", as_of_date="2024-01-31", market_value=1, cic="FR31")
    write_csv(installation.inputs / "holdings" / "depot.csv", [other])
    assert "earlier view" not in done.stderr
    other = policy.read_text() + '- {dataset: holdings, file: "fund_{yyyymm}.csv", required: true, due_days: 5}\n'
    policy.write_text(other)
    done = installation.impact("run", "--month", "2024-12", "--known-as-of", "2025-06-30")
    assert "expected for 2024-12 and not there: holdings/fund_202412.csv (due 2025-01-05" in done.stdout
    assert "look at the day inside: holdings/depot.csv" in done.stdout
    assert "an earlier view, of 2025-06-30" in done.stderr
    assert "`impact run --month 2024-12` brings back the newest" in done.stderr
    shown = installation.impact("show", "indicators", "--month", "2024-12").stdout
    assert "Indicateurs de mission au 31/12/2024, connus au 30/06/2025" in shown


def test_running_again_changes_nothing_and_order_does_not_matter(installation, tmp_path):
    installation.impact("run", "--months", "2024-11:2024-12")
    first = installation.tables()
    stamp = (installation.home / "readers.duckdb").stat().st_mtime_ns
    installation.impact("run", "--month", "2024-12")
    assert installation.tables() == first
    assert (installation.home / "readers.duckdb").stat().st_mtime_ns == stamp, "nothing new: the file is left alone"

    one_by_one = Installation(tmp_path / "other")
    shutil.copytree(installation.inputs, one_by_one.inputs)
    for month in ("2024-12", "2024-11"):
        one_by_one.impact("run", "--month", month)
    assert one_by_one.tables() == first, "a range in one run equals its months in any order"


def test_a_blocking_check_stops_the_month_and_readers_keep_the_old_one(installation):
    installation.impact("run", "--month", "2024-12")
    before = installation.tables()
    write_csv(
        installation.inputs / "holdings" / "2024-12.csv",
        [line("A", asset_class="listed_equity", issuer_id="X", currency="ARS", market_value=1)],
    )
    done = installation.impact("run", "--month", "2024-12", expect=1)
    assert "every_line_has_a_value" in done.stderr
    assert installation.tables() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "--month"),
        (("run", "--month", "2024-13"), "YYYY-MM"),
        (("run", "--month", "2024-12", "--inputs", "/nowhere"), "does not exist"),
        (("run", "--month", "2023-12"), "2023-12"),
        (("run", "--months", "2024-12:2024-11"), "after the last"),
        (("run", "--months", "2024-10:"), "expected YYYY-MM"),
        (("run", "--month", "2099-12"), "not over yet"),
        (("run", "--month", "2024-12", "--home", "/dev/null"), "is not a folder"),
        (("screen", "--month", "2024-12"), "at least one ISIN"),
        (("screen", "--file", "/nowhere", "--month", "2024-12"), "one ISIN, LEI or name a line"),
        (("run", "--month", "2024-12", "--known-as-of", "yesterday"), "2025-03-31"),
        (("show", "everything", "--month", "2024-12"), "indicators"),
        (("show", "indicators", "--month", "2024-12"), "impact run"),
        (("nonsense",), "--help"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(installation, words, said):
    done = installation.impact(*words, expect=2)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert said in lines[0]


def test_bad_input_leaves_the_warehouse_unchanged(installation):
    installation.impact("run", "--month", "2024-12")
    before, readers = installation.tables("warehouse.duckdb"), installation.tables()
    file = installation.inputs / "holdings" / "2024-12.csv"
    file.write_text(file.read_text().replace("10000000", '"10 000,00"'))
    done = installation.impact("run", "--month", "2024-12", expect=2)
    assert "holdings/2024-12.csv, row 2, column market_value" in done.stderr
    assert installation.tables("warehouse.duckdb") == before
    assert installation.tables() == readers


def test_a_broken_rule_stops_the_run_with_its_key(installation):
    rule = next((installation.policy / "rules").glob("*.yaml"))
    rule.write_text(rule.read_text().replace("title_fr:", "titel_fr:", 1))
    done = installation.impact("run", "--month", "2024-12", expect=2)
    assert "titel_fr" in done.stderr
    assert not (installation.home / "warehouse.duckdb").exists()


def test_screen_answers_by_name_identifier_and_for_the_unknown(installation):
    installation.impact("run", "--month", "2024-12")
    answers = json.loads(installation.impact("screen", "alpha", "Y", "Nobody", "--month", "2024-12", "--json").stdout)
    assert [answer["issuer_name"] for answer in answers] == ["Alpha SA", "Beta SAS", None]
    assert {answer["headline_outcome"] for answer in answers} == {"UNKNOWN"}, "no evidence is never clear"
    assert not any(answer["buy_ok"] for answer in answers)
    assert len(answers[0]["rules"]) == 7


def test_doctor_says_what_to_fix(installation):
    assert "FIX" not in installation.impact("doctor").stdout
    (installation.inputs / "holdings" / "2024-12.csv").write_text("")
    findings = json.loads(installation.impact("doctor", "--json", expect=2).stdout)
    broken = {finding["what"]: finding for finding in findings if finding["state"] == "FIX"}
    assert list(broken) == ["inputs"]
    assert "2024-12.csv" in broken["inputs"]["found"]


def test_the_home_can_be_moved_as_a_whole(installation, tmp_path):
    installation.impact("run", "--month", "2024-12")
    before = installation.tables()
    installation.home = installation.home.rename(tmp_path / "elsewhere")
    installation.impact("run", "--month", "2024-12")
    assert installation.tables() == before
