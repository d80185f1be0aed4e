"""``impact explain`` as a command: answers, refusals, and what it does not load."""

import json
import subprocess
import sys

import pytest

from impact_pipeline_tests.builders import emissions, financials, write_inputs
from impact_pipeline_tests.end_to_end.installation import Installation, environment_of, write_month


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    made = Installation(tmp_path_factory.mktemp("explain"))
    write_inputs(
        made.inputs,
        issuers=[{"issuer_id": "X", "name": "Alpha SA"}, {"issuer_id": "Y", "name": "Beta SAS"}],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=400_000_000)],
        issuer_emissions=emissions("X", 4_300),
    )
    for month_end in ("2019-12-31", "2024-12-31"):
        write_month(made.inputs, month_end)
    made.impact("run", "--month", "2024-12")
    return made


def explain(installation, *words, expect=0):
    return installation.impact("explain", *words, expect=expect)


def test_the_answer_in_json_and_in_french(installation):
    found = json.loads(explain(installation, "portfolio_footprint", "--month", "2024-12", "--json").stdout)
    # 10 M / 1,000 M x 4,300 t = 43 t over 10 M covered of 20 M
    assert found["value"] == pytest.approx(4.3)
    assert found["coverage"]["ratio"] == pytest.approx(0.5)
    part = found["contributors"]["top"][0]
    assert (part["issuer_name"], part["contribution"]) == ("Alpha SA", 43)
    assert {(cell["file"], cell["row"]) for cell in part["inputs"]} == {
        ("holdings/2024-12.csv", 2),
        ("issuer_financials/issuer_financials.csv", 2),
        ("issuer_emissions/issuer_emissions.csv", 2),
        ("issuer_emissions/issuer_emissions.csv", 3),
    }
    shown = explain(installation, "portfolio_footprint", "--month", "2024-12").stdout
    assert "= 43,00 tCO2e / 10,00 MEUR = 4,30 tCO2e/MEUR" in shown
    assert "PCAF-A-EEI" in shown
    assert "holdings/2024-12.csv, ligne 2, market_value = 10 000 000 EUR" in shown
    unknown = explain(installation, "strategic_share", "--month", "2024-12", "--portfolio", "P").stdout
    assert "inconnu au 31/12/2024" in unknown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("portfolio_footprnt", "--month", "2024-12"), "Did you mean 'portfolio_footprint'"),
        (("portfolio_footprint", "--month", "2024-11"), "impact run --month 2024-11"),
        (("portfolio_footprint", "--month", "2024-13"), "YYYY-MM"),
        (("portfolio_footprint", "--month", "2024-12", "--portfolio", "Q"), "2024-12 has P"),
        (("footprint_per_person", "--month", "2024-12", "--portfolio", "P"), "whole entity only"),
        (("portfolio_footprint", "--month", "2024-12", "--top", "0"), "--top"),
        (("portfolio_footprint", "--month", "2024-12", "--home", "/nowhere"), "impact run --month 2024-12"),
        ((), "--help"),
    ],
)
def test_a_refusal_is_one_line_and_exit_2(installation, words, said):
    lines = explain(installation, *words, expect=2).stderr.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_it_answers_without_the_orchestrator(installation):
    program = (
        "import sys; sys.argv = ['impact', 'explain', 'financed_emissions', '--month', '2024-12', '--json']\n"
        "from impact_pipeline.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as done:\n    assert not done.code\n"
        "heavy = {'dagster', 'sqlglot'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment_of(installation), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
