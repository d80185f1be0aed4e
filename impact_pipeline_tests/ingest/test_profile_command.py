"""``impact profile``: an unknown supplier is taken in with the file, one command and a few corrections, no Python."""

from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from impact_pipeline.cli import app
from impact_pipeline_tests.ingest.deliveries import ISIN, OTHER_ISIN, Folder, position, tpt_csv

RELEVE = f"""Relevé de portefeuille;;;;;
Fonds : MUT-DYN;;;;;
Date : 31/12/2024;;;;;
Code valeur;Désignation;Type;Ccy;Nombre de titres;Contre-valeur EUR
{ISIN};Alpha SA;ACT;EUR;1 200;45 678,90
{OTHER_ISIN};Beta Inc;ACT;USD;10;2 345,00
FR0014001NN8;Obligation 2030;OBL;EUR;;100 000,00
;Total;;;;148 023,90
"""
run = CliRunner()


def releve(tmp_path: Path) -> Path:
    file = tmp_path / "in" / "holdings" / "releve_2024-12.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(RELEVE.encode("cp1252"))
    return file


def policy(tmp_path: Path) -> Path:
    folder = tmp_path / "policy"
    (folder / "profiles").mkdir(parents=True, exist_ok=True)
    return folder


def test_from_an_unknown_file_to_its_lines(tmp_path: Path) -> None:
    file, folder = releve(tmp_path), policy(tmp_path)
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert answer.exit_code == 0, answer.output
    written = folder / "profiles" / "releve_2024_12.yaml"
    text = written.read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if not line.startswith("#")]) <= 30
    # all that a person has to add: what the two words of the supplier mean
    assert text.count("FILL IN") == 2
    text = text.replace("ACT: FILL IN", "ACT: listed_equity").replace("OBL: FILL IN", "OBL: corporate_bond")
    written.write_text(text, encoding="utf-8")

    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "holdings: 3 rows" in answer.output
    lines = Folder(tmp_path / "in", None).read(profiles=folder / "profiles").frames["raw.holdings"].sort("source_row")
    assert lines.select("portfolio_id", "line_id", "asset_class", "market_value_eur").rows() == [
        ("MUT-DYN", ISIN, "listed_equity", Decimal("45678.90")),
        ("MUT-DYN", OTHER_ISIN, "listed_equity", Decimal(2345)),
        ("MUT-DYN", "FR0014001NN8", "corporate_bond", Decimal(100000)),
    ]


def test_what_was_not_filled_in_is_refused_with_its_line(tmp_path: Path) -> None:
    file, folder = releve(tmp_path), policy(tmp_path)
    run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    refused = Folder(tmp_path / "in", None)
    with pytest.raises(Exception, match=r"row 2[0-9].*a value in place of 'FILL IN'"):
        refused.read(profiles=folder / "profiles")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file, folder = releve(tmp_path), policy(tmp_path)
    written = folder / "profiles" / "releve_2024_12.yaml"
    written.parent.mkdir(exist_ok=True)
    run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    before = written.read_bytes()
    again = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert again.exit_code != 0
    assert written.read_bytes() == before


def test_a_file_that_a_profile_knows_shows_what_is_read_and_what_is_not(tmp_path: Path) -> None:
    file = tmp_path / "fund.csv"
    file.write_text(tpt_csv([position(f33="1.5")]), encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--dataset", "holdings", "--policy", str(policy(tmp_path))])
    assert answer.exit_code == 0, answer.output
    assert "profile tpt" in answer.output
    assert "columns not read: 33_other" in answer.output


def test_a_cell_that_would_be_refused_is_said_and_counts_as_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "fund.csv"
    file.write_text(tpt_csv([position(f24="12,5")]), encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--dataset", "holdings", "--policy", str(policy(tmp_path))])
    assert answer.exit_code == 2
    assert "row 2" in answer.output
    assert "'12,5'" in answer.output


def test_two_ways_to_read_a_date_are_pointed_out(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("Date;Devise;Taux\n03/04/2024;USD;1,1\n05/06/2024;USD;1,2\n", encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--dataset", "fx_rates", "--policy", str(policy(tmp_path))])
    assert "day or month first?" in answer.output
    assert "dates: [dd/mm/yyyy]" in answer.output
