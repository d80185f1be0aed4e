"""``impact profile``: an unknown supplier is taken in with the file, one command and a few corrections, no Python."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from impact_pipeline.cli import app
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.profiles.recognition import load_profiles
from impact_pipeline_tests.ingest.deliveries import ISIN, OTHER_ISIN, Folder, position, tpt_csv
from impact_pipeline_tests.ingest.xlsx_files import workbook

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


DEPOT = f"""Depotbestand;;;;;;;
Kunde: Mutuelle;;;;Stand: 31.12.2024;;;

Konto Kunde;WKN/Kennung;Bezeichnung;Wä;Anzahl;Wert in EUR;Tag;Art
4711;{ISIN};Muster Énergie AG;EUR;1.500;81.234,50;31.12.2024;Aktie
4711;{OTHER_ISIN};Obst Inc.;USD;200;48.123,20;31.12.2024;Aktie
4711;;Kasse;EUR;;-1.234,56;31.12.2024;Konto
Gesamtsumme;;;;;128.123,14;;
"""


def test_cells_tell_what_headings_nobody_knows_do_not(tmp_path: Path) -> None:
    """A language the program has no words for: codes, currencies, days, marks and lines that add up show themselves."""
    file, folder = tmp_path / "in" / "holdings" / "depot.csv", policy(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(DEPOT.encode("cp1252"))
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert answer.exit_code == 0, answer.output
    written = folder / "profiles" / "depot.yaml"
    text = written.read_text(encoding="utf-8")
    proposed = yaml.safe_load(text)
    assert (proposed["decimal"], proposed["thousands"], proposed["dates"]) == (",", ".", ["dd.mm.yyyy"])
    total = {"header": "Konto Kunde", "starts_with": ["Gesamtsumme"], "sums": ["Wert in EUR"], "required": True}
    assert (proposed["totals"], "skip" in proposed) == ([total], False)
    columns = proposed["outputs"][0]["columns"]
    assert (columns["instrument_id"], columns["currency"]) == ("WKN/Kennung", "Wä")
    assert columns["as_of_date"] == {"heading_line": "Stand"}
    # what a line goes by, where the cash has no code
    assert columns["line_id"] == {"join": ["WKN/Kennung", "Bezeichnung"], "number_repeats": True}
    assert columns["asset_class"] == {"constant": "FILL IN"}
    assert "asset_class: nothing says what the lines are" in answer.output

    kinds = "{header: Art, values: {Aktie: listed_equity, Konto: cash}}"
    text = text.replace("asset_class: {constant: FILL IN}", f"asset_class: {kinds}")
    text = text.replace("portfolio_id: {constant: FILL IN}", "portfolio_id: Konto Kunde")
    text = text.replace("    currency:", "    market_value_eur: Wert in EUR\n    quantity: Anzahl\n    currency:")
    written.write_text(text, encoding="utf-8")
    lines = Folder(tmp_path / "in", None).read(profiles=folder / "profiles").frames["raw.holdings"].sort("source_row")
    assert lines.select("line_id", "instrument_id", "quantity", "market_value_eur", "asset_class").rows() == [
        (f"{ISIN}-Muster Énergie AG", ISIN, Decimal(1500), Decimal("81234.50"), "listed_equity"),
        (f"{OTHER_ISIN}-Obst Inc.", OTHER_ISIN, Decimal(200), Decimal("48123.20"), "listed_equity"),
        ("Kasse", None, None, Decimal("-1234.56"), "cash"),
    ]


def test_a_workbook_of_several_sheets_is_read_by_the_name_of_its_sheet(tmp_path: Path) -> None:
    """Titles above the header, thousands, a total; the cover sheet stays out."""
    day = dt.date(2024, 12, 31)
    sheet = [
        ["Inventory", None, None, None, None, None],
        ["Portfolio: HEALTH-A", None, None, None, None, None],
        ["Code", "Security name", "Class", "Date", "Ccy", "Amount (k€)"],
        [ISIN, "Alpha", "EQ", day, "EUR", 81.2345],
        [OTHER_ISIN, "Beta", "EQ", day, "USD", 12.5],
        ["FR0014001NN8", "Bond 2030", "BD", day, "EUR", 1000],
        [None, "Total", None, None, None, 1093.7345],
    ]
    file, folder = tmp_path / "in" / "holdings" / "inv.xlsx", policy(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(workbook({"Cover": [["hello"]], "Positions": sheet}))
    # without a profile that names the sheet a run refuses it, and says what to do
    refusal = Folder(tmp_path / "in", None).refusal()
    assert (refusal.found, "impact profile" in refusal.hint) == ("sheets Cover, Positions", True)

    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert answer.exit_code == 0, answer.output
    text = (folder / "profiles" / "inv.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["sheet"] == "Positions"
    kinds = "{header: Class, values: {EQ: listed_equity, BD: corporate_bond}}"
    amount = '    market_value_eur: {header: "Amount (k€)", factor: "1000"}\n'
    text = text.replace("    asset_class: {constant: FILL IN}\n", f"    asset_class: {kinds}\n{amount}")
    (folder / "profiles" / "inv.yaml").write_text(text, encoding="utf-8")
    delivery = Folder(tmp_path / "in", None).read(profiles=folder / "profiles")
    lines = delivery.frames["raw.holdings"].sort("source_row")
    assert lines.select("source_row", "portfolio_id", "as_of_date", "market_value_eur").rows() == [
        (4, "HEALTH-A", day, Decimal("81234.5")),
        (5, "HEALTH-A", day, Decimal(12_500)),
        (6, "HEALTH-A", day, Decimal(1_000_000)),
    ]


def test_nothing_is_written_for_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file, folder = tmp_path / "holdings" / "inv.xlsx", policy(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(workbook({"Positions": [["a"]]})[:200])
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert answer.exit_code == 2
    assert "refused as it is: inv.xlsx" in answer.output
    assert list((folder / "profiles").iterdir()) == []


INVENTORY = f"""Inventory;;;;;
Fund: HEALTH-A;;;;;
;Security;;;Valuation in MEUR;
Code;Name;Class;Ccy;Held;Market value EUR
{ISIN};Alpha;EQ;EUR;10;1.5
{OTHER_ISIN};Beta;EQ;USD;20;2.25
;Total EQ;;;;3.75
FR0014001NN8;Bond;BD;EUR;;1
;Total BD;;;;1
;Total;;;;4.75
"""


def proposed(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "in" / "holdings" / "inventory.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--policy", str(policy(tmp_path)), "--json"])
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout)["proposal"])


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        # 1.5 + 2.25 = 3.75, 1 = 1, together 4.75. "Total" begins the others too: they are named first
        ("", "", [(["Total BD", "Total EQ"], "subtotal"), (["Total"], "required")]),
        (";Total;;", ";Grand total;;", [(["Grand total"], "required"), (["Total"], "subtotal")]),
        # sums of groups alone
        (";Total;;;;4.75\n", "", [(["Total"], "subtotal")]),
        # nothing proves what does not add up, what is the same word twice, or what has rows behind it
        (";;4.75", ";;4.85", None),
        (";Total BD;", ";Total EQ;", [(["Total EQ"], "subtotal"), (["Total"], "required")]),
        (";Total EQ;", ";Total;", None),
        (";;4.75", f";;4.75\n{ISIN};Late;EQ;EUR;1;0.5", None),
    ],
)
def test_rows_that_add_up_are_proven_before_they_are_proposed(
    tmp_path: Path, old: str, new: str, rules: list[tuple[list[str], str]] | None
) -> None:
    assert old in INVENTORY
    profile = proposed(tmp_path, INVENTORY.replace(old, new, 1) if old else INVENTORY)
    if rules is None:
        assert "totals" not in profile
        assert [rule["header"] for rule in profile["skip"]] == ["Name"]
    else:
        expected = [{"header": "Name", "starts_with": w, "sums": ["Market value EUR"], k: True} for w, k in rules]
        assert profile["totals"] == expected


@pytest.mark.parametrize(
    ("line", "heading", "asked"),
    [
        ("Valuation in MEUR", "Market value EUR", True),
        ("Valuation", "Market value EUR (k€)", False),  # not a heading that is known: nothing is mapped to it
        ("en milliers d'euros", "Market value EUR", True),
        ("Amounts in '000", "Market value EUR", True),
        ("Valuation", "Market value EUR", False),
        ("Thousand Oaks fund", "Market value EUR", True),  # asked once too often
        ("Mkt", "Market value EUR", False),
    ],
)
def test_a_unit_that_is_said_is_asked_for(tmp_path: Path, line: str, heading: str, asked: bool) -> None:
    text = INVENTORY.replace("Valuation in MEUR", line).replace("Market value EUR", heading)
    columns = proposed(tmp_path, text)["outputs"][0]["columns"]
    assert (columns.get("market_value_eur") == {"header": "Market value EUR", "factor": "FILL IN"}) == asked


def test_a_factor_that_nobody_filled_in_is_refused(tmp_path: Path) -> None:
    file, folder = tmp_path / "in" / "holdings" / "inventory.csv", policy(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text(INVENTORY, encoding="utf-8")
    run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    written = folder / "profiles" / "inventory.yaml"
    text = written.read_text(encoding="utf-8")
    text = text.replace("asset_class: {constant: FILL IN}", "asset_class: {constant: listed_equity}")
    written.write_text(text.replace("{constant: FILL IN}", "{constant: P}"), encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"column factor: .*a factor in place of 'FILL IN'"):
        load_profiles(folder / "profiles")


def test_a_row_of_group_headings_is_no_label(tmp_path: Path) -> None:
    """``Portfolio`` over three columns and ``Value`` over two: no portfolio is called Value."""
    text = INVENTORY.replace("Fund: HEALTH-A;;;;;\n", "").replace(";Security;;;", "Portfolio;;;;")
    columns = proposed(tmp_path, text)["outputs"][0]["columns"]
    assert columns["portfolio_id"] == {"constant": "FILL IN"}
    beside = INVENTORY.replace("Fund: HEALTH-A;;;;;", "Portfolio;HEALTH-A;;;;")
    assert proposed(tmp_path, beside)["outputs"][0]["columns"]["portfolio_id"] == {"heading_line": "Portfolio"}


def test_a_header_of_two_rows_is_its_second(tmp_path: Path) -> None:
    """Group headings over every column, repeated."""
    groups = "Security;Security;Security;Position;Position;Position"
    text = INVENTORY.replace(";Security;;;Valuation in MEUR;", groups)
    assert text != INVENTORY
    assert proposed(tmp_path, text)["signature"] == ["Code", "Name", "Class", "Ccy", "Held"]


def test_what_is_left_out_is_counted_and_what_is_read_added_up(tmp_path: Path) -> None:
    file, folder = releve(tmp_path), policy(tmp_path)
    run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    written = folder / "profiles" / "releve_2024_12.yaml"
    text = written.read_text(encoding="utf-8")
    assert "totals:" in text
    text = text.replace("ACT: FILL IN", "ACT: listed_equity").replace("OBL: FILL IN", "OBL: corporate_bond")
    written.write_text(text + "footer: [Fin]\n", encoding="utf-8")
    file.write_bytes(RELEVE.encode("cp1252") + b"Fin;;;;;\n")
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--json"])
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert (said["rows"], said["left_out"]) == (4, [{"reason": "totals, found to be right", "rows": [8]}])
    # 45,678.90 + 2,345 + 100,000; 1,200 + 10
    assert said["tables"][0]["sums"] == {"quantity": "1210.000000", "market_value_eur": "148023.900000"}
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder)])
    assert "left out, totals, found to be right: 1 row (8) of 4" in answer.output
    assert "market_value_eur 148,023.9" in answer.output


def test_notes_below_the_table_are_proposed_as_its_footer(tmp_path: Path) -> None:
    profile = proposed(tmp_path, INVENTORY + "Printed on 05/01/2025;;;;;\nAll values are estimates;;;;;\n")
    assert profile["footer"] == ["Printed on", "All values"]
    assert [rule["starts_with"] for rule in profile["totals"]] == [["Total BD", "Total EQ"], ["Total"]]


def test_a_file_of_a_later_day_is_still_in_the_folder_of_its_dataset(tmp_path: Path) -> None:
    file = tmp_path / "holdings" / "received-2025-02-10" / "fund.csv"
    file.parent.mkdir(parents=True)
    file.write_text(tpt_csv([position()]), encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--policy", str(policy(tmp_path))])
    assert (answer.exit_code, "profile tpt" in answer.output) == (0, True)


STATEMENT = f"""Depotbestand;;;;;
Depot: HEALTH-A;;;;Stand: 31.12.2024;
;;Kurswert;;Einstand;
Kennung;Bezeichnung;Lokal;EUR;EUR;Menge
Aktien;;;;;
{ISIN};Alpha;100,00;100,00;90,00;10
{OTHER_ISIN};Beta;104,00;100,00;95,00;5
Summe Aktien;;;200,00;185,00;
Anleihen;;;;;
FR0014001NN8;Bund;50,00;50,00;50,00;
Summe Anleihen;;;50,00;50,00;
Gesamtsumme;;;250,00;235,00;
Erstellt am 05.01.2025;;;;;
"""


def test_a_statement_with_two_header_rows_groups_sums_and_a_footer(tmp_path: Path) -> None:
    """All that a person adds: two words, and which column is the value."""
    file, folder = tmp_path / "in" / "holdings" / "statement.csv", policy(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text(STATEMENT, encoding="utf-8")
    answer = run.invoke(app, ["profile", str(file), "--policy", str(folder), "--write"])
    assert answer.exit_code == 0, answer.output
    written = folder / "profiles" / "statement.yaml"
    text = written.read_text(encoding="utf-8")
    profile = yaml.safe_load(text)
    assert profile["header_rows"] == 2
    assert profile["signature"][2:5] == ["Kurswert Lokal", "Kurswert EUR", "Einstand EUR"]
    assert profile["group_rows"] == {"header": "Kennung", "name": "group", "words": ["Aktien", "Anleihen"]}
    assert [rule["sums"] for rule in profile["totals"]] == [["Kurswert EUR", "Einstand EUR"]] * 2
    columns = profile["outputs"][0]["columns"]
    assert columns["asset_class"] == {"header": "group", "values": {"Aktien": "FILL IN", "Anleihen": "FILL IN"}}
    text = text.replace("Aktien: FILL IN", "Aktien: listed_equity").replace(
        "Anleihen: FILL IN", "Anleihen: sovereign_bond"
    )
    text = text.replace("portfolio_id: {constant: FILL IN}", "portfolio_id: {heading_line: Depot}")
    if "market_value_eur" not in columns:
        text = text.replace("    asset_class:", "    market_value_eur: Kurswert EUR\n    asset_class:")
    written.write_text(text, encoding="utf-8")
    lines = Folder(tmp_path / "in", None).read(profiles=folder / "profiles").frames["raw.holdings"].sort("source_row")
    assert lines.select("source_row", "portfolio_id", "asset_class", "market_value_eur").rows() == [
        (6, "HEALTH-A", "listed_equity", Decimal(100)),
        (7, "HEALTH-A", "listed_equity", Decimal(100)),
        (10, "HEALTH-A", "sovereign_bond", Decimal(50)),
    ]
    # the same cells in a workbook
    rows: list[list[Any]] = [line.split(";") for line in STATEMENT.splitlines()]
    text = text.replace("extensions: [csv]", "extensions: [csv, xlsx]")
    written.write_text(text, encoding="utf-8")
    other = Folder(tmp_path / "xlsx", None).write("holdings/statement.xlsx", workbook({"Bestand": rows}))
    told = other.read(profiles=folder / "profiles").frames["raw.holdings"].sort("source_row")
    assert told.drop("source_file_id").equals(lines.drop("source_file_id"))

    # a line that lost its figures is no group
    file.write_text(STATEMENT.replace("Beta;104,00;100,00;95,00;5", ";;;;"), encoding="utf-8")
    refusal = Folder(tmp_path / "in", None).refusal(profiles=folder / "profiles")
    assert (refusal.row, refusal.found, refusal.expected) == (7, f"'{OTHER_ISIN}'", "one of Aktien, Anleihen")
