"""Amounts of a supplier: two columns that are one value, one column that is two figures, a currency behind a number."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from impact_pipeline.errors import PolicyFileError, SourceFileError
from impact_pipeline_tests.ingest.deliveries import ISIN, OTHER_ISIN, Folder

PROFILE = """\
id: depot
title: Depot
kind: columns
dataset: holdings
extensions: [csv]
delimiters: [";"]
decimal: ","
thousands: "."
dates: [dd.mm.yyyy]
unknown: ["-"]
signature: [Kennung, Menge, Einheit, Kurswert]
outputs:
  - dataset: holdings
    columns:
      as_of_date: {constant: 31.12.2024}
      portfolio_id: {heading_line: Depot}
      line_id: Kennung
      asset_class: {header: Einheit, values: {STK: listed_equity, NOM: corporate_bond}}
      currency: {constant: EUR}
      quantity: {header: Menge, factor_by: {header: Einheit, values: {STK: "1", NOM: ""}}}
      nominal_amount: {header: Menge, factor_by: {header: Einheit, values: {STK: "", NOM: "1"}}}
      market_value_eur: {header: Kurswert, add: [Zinsen], suffix: [EUR, "€"]}
"""
FILE = f"""Depot: HEALTH-A;;;;
Kennung;Menge;Einheit;Kurswert;Zinsen
{ISIN};1.500;STK;81.234,50 EUR;
{OTHER_ISIN};100.000;NOM;98.000,00 €;1.234,56
"""


def depot(tmp_path: Path, text: str = FILE, profile: str = PROFILE) -> tuple[Folder, Path]:
    folder = tmp_path / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / "depot.yaml").write_text(profile, encoding="utf-8")
    return Folder(tmp_path / "in", None).write("holdings/depot.csv", text), folder


def refusal(tmp_path: Path, text: str, profile: str = PROFILE) -> SourceFileError:
    folder, profiles = depot(tmp_path, text, profile)
    return folder.refusal(profiles=profiles)


def test_lines_as_they_are_meant(tmp_path: Path) -> None:
    folder, profiles = depot(tmp_path)
    lines = folder.read(profiles=profiles).frames["raw.holdings"].sort("source_row")
    assert lines["as_of_date"].unique().to_list() == [dt.date(2024, 12, 31)]
    assert lines.select("line_id", "quantity", "nominal_amount", "market_value_eur").rows() == [
        (ISIN, Decimal(1500), None, Decimal("81234.50")),  # no interest on a share: nothing to add
        (OTHER_ISIN, None, Decimal(100_000), Decimal("99234.56")),  # 98,000 + 1,234.56
    ]


def test_what_is_added_to_an_unknown_value_is_not_the_value(tmp_path: Path) -> None:
    error = refusal(tmp_path, FILE + "X;10;STK;-;5,00\n")
    assert (error.row, error.found) == (5, "neither of the two")


@pytest.mark.parametrize(
    ("old", "new", "column", "found", "said"),
    [
        (";NOM;", ";UNZ;", "Einheit", "'UNZ'", "values of the profile"),
        ("98.000,00 €", "98.000,00 USD", "Kurswert", "'98.000,00 USD'", "suffix: USD"),
        ("1.234,56\n", "1.234.56\n", "Zinsen", "'1.234.56'", ""),
        ("1.500;", "1.500 Stk;", "Menge", "'1.500 Stk'", "suffix: Stk"),
        ("1.500;", "1500.00;", "Menge", "'1500.00'", "A decimal point among decimal commas?"),
    ],
)
def test_what_the_profile_does_not_say_is_refused(
    tmp_path: Path, old: str, new: str, column: str, found: str, said: str
) -> None:
    assert FILE.count(old) == 1
    error = refusal(tmp_path, FILE.replace(old, new))
    assert (error.column, error.found, said in error.hint) == (column, found, True)


def test_a_unit_that_only_a_factor_knows_is_refused(tmp_path: Path) -> None:
    profile = PROFILE.replace('{STK: "1", NOM: ""}', '{STK: "1"}')
    error = refusal(tmp_path, FILE, profile)
    assert (error.column, error.found, error.row) == ("Einheit", "'NOM'", 4)


@pytest.mark.parametrize("top", ["Depot HEALTH-A;;;;", "Depotnummer: 1;;;;"])
def test_a_label_that_is_not_there_names_those_that_are(tmp_path: Path, top: str) -> None:
    error = refusal(tmp_path, FILE.replace("Depot: HEALTH-A;;;;", top))
    assert error.found == "no line 'Depot' above the header"
    assert error.expected == "'Depot: value' in one cell, or Depot alone in a cell and its value in the next"
    assert error.hint == f"Above the header: {top.rstrip(';')}"


def test_nothing_is_added_to_a_constant(tmp_path: Path) -> None:
    folder, profiles = depot(tmp_path, profile=PROFILE.replace("header: Kurswert, add", 'constant: "1", add'))
    with pytest.raises(Exception, match="add only beside a header"):
        folder.read(profiles=profiles)


TOTALS = "totals: [{header: Kennung, starts_with: [Summe], sums: [Menge], required: true}]\noutputs:"


def test_a_row_of_totals_is_checked_even_where_another_rule_would_skip_it(tmp_path: Path) -> None:
    """Rows without a unit are no data; the total has none either."""
    profile = PROFILE.replace("outputs:", "skip: [{header: Einheit, empty: true}]\n" + TOTALS)
    text = FILE + "Aktien;;;;\nSumme;{};;;\n"
    folder, profiles = depot(tmp_path, text.format("101.500"), profile)  # 1,500 + 100,000
    assert folder.read(profiles=profiles).frames["raw.holdings"].height == 2
    error = refusal(tmp_path, text.format("101.510"), profile)
    assert (error.row, error.found) == (6, "a total of 101.510")


def test_a_file_in_another_encoding_than_its_profile_says_is_refused(tmp_path: Path) -> None:
    """Each accent of UTF-8 would be read as two signs of cp1252, and no reader would notice."""
    profile = PROFILE.replace("extensions:", "encoding: cp1252\nextensions:").replace(', "€"', "")
    text = FILE.replace("98.000,00 €", "98.000,00").replace("Depot: HEALTH-A", "Depot: HEALTH-A, Gesundheit für alle")
    error = refusal(tmp_path, text, profile)
    assert (error.row, error.found, error.expected) == (1, "UTF-8 text", "cp1252 text, as the profile says")
    folder, profiles = depot(tmp_path, profile=profile)
    folder.write("holdings/depot.csv", text.encode("cp1252"))
    lines = folder.read(profiles=profiles).frames["raw.holdings"]
    assert lines["portfolio_id"].unique().to_list() == ["HEALTH-A, Gesundheit für alle"]


def test_what_the_profile_or_a_line_above_says_is_refused_there(tmp_path: Path) -> None:
    """Not at the first row of the table, which holds no such text."""
    error = refusal(tmp_path, FILE, PROFILE.replace("31.12.2024", '"2024-12-31"'))
    assert (error.row, error.found) == (None, "'2024-12-31'")
    assert error.hint.startswith("It is said by the profile depot.")
    above = PROFILE.replace("{constant: 31.12.2024}", "{heading_line: Stand}")
    error = refusal(tmp_path, FILE.replace("Depot: HEALTH-A;;", "Depot: HEALTH-A;;Stand: 12/31/2024"), above)
    assert (error.row, error.column, error.found) == (1, "Stand", "'12/31/2024'")


def test_a_heading_that_changed_is_named_with_the_nearest(tmp_path: Path) -> None:
    error = refusal(tmp_path, FILE.replace("Kurswert;", "Kurswert EUR;"))
    assert error.found == "no column 'Kurswert'"
    assert error.hint.startswith("Did you mean 'Kurswert EUR'? Change the signature of the profile")


def test_a_note_that_no_footer_names_is_said_to_be_one(tmp_path: Path) -> None:
    assert "under footer of the profile" in refusal(tmp_path, FILE + "Erstellt am 05.01.2025\n").hint


@pytest.mark.parametrize(("value", "kind"), [("2024-12-31", "date"), ("1000", "number")])
def test_a_constant_without_quotes_is_shown_as_written(tmp_path: Path, value: str, kind: str) -> None:
    folder, profiles = depot(tmp_path, profile=PROFILE.replace("31.12.2024", value))
    with pytest.raises(PolicyFileError, match=f'found {value} without quotes; .*Write "{value}": .* a {kind}'):
        folder.read(profiles=profiles)
