"""Figures whose digits are a run are listed, and stay."""

from decimal import Decimal

import pytest

from impact_pipeline_tests.ingest.deliveries import Folder


def flagged(tmp_path, *figures, column="revenue"):
    """Values listed of one issuer's figures, one a fiscal year."""
    rows = [f"A,{2000 + place},EUR,{figure},2025-01-01" for place, figure in enumerate(figures)]
    text = "\n".join([f"issuer_id,fiscal_year,currency,{column},known_from", *rows, ""])
    delivery = Folder(tmp_path).write("issuer_financials/f.csv", text).read()
    assert delivery.frames["raw.issuer_financials"][column].to_list() == [Decimal(figure) for figure in figures]
    listed = delivery.rejected_rows.filter(rule="placeholder_figure")
    assert set(listed["severity"]) <= {"warn"}
    assert set(listed["column"]) <= {column}
    return [figure.normalize() for figure in map(Decimal, listed["value"])]


@pytest.mark.parametrize("figure", ["12345", "123456789", "1234500000", "12345.00", "12345678901"])
def test_counting_from_one_is_listed_wherever_it_stands(tmp_path, figure):
    assert flagged(tmp_path, figure) == [Decimal(figure).normalize()]


@pytest.mark.parametrize("figure", ["1234", "1234.5", "12346", "112345", "123455", "45678", "99999", "43210", "100000"])
def test_a_lone_run_that_honest_figures_meet_is_not(tmp_path, figure):
    assert flagged(tmp_path, figure, "31415926") == []


@pytest.mark.parametrize(
    "runs", [("45678000", "56789000"), ("43210", "54321"), ("11111", "99999"), ("67890", "78901234")]
)
def test_two_runs_of_one_issuer_are(tmp_path, runs):
    assert flagged(tmp_path, *runs, "31415926") == [Decimal(run).normalize() for run in runs]


@pytest.mark.parametrize("column", ["market_cap", "total_debt", "total_equity", "evic"])
def test_every_amount_is_looked_at(tmp_path, column):
    assert flagged(tmp_path, "-12345" if column == "total_equity" else "12345", column=column)


def test_tonnes_are_looked_at_and_issuers_are_not_counted_together(tmp_path):
    rows = [("A", "1", 43210), ("A", "2_market", 45678), ("B", "1", 54321), ("C", "1", 23456)]
    text = "issuer_id,fiscal_year,scope,tco2e,source,known_from\n"
    text += "".join(f"{issuer},2023,{scope},{tonnes},vendor,2024-04-01\n" for issuer, scope, tonnes in rows)
    delivery = Folder(tmp_path).write("issuer_emissions/e.csv", text).read()
    listed = delivery.rejected_rows.filter(rule="placeholder_figure")
    assert listed.select("file", "row", "column").rows() == [
        ("issuer_emissions/e.csv", 2, "tco2e"),
        ("issuer_emissions/e.csv", 3, "tco2e"),
    ]
