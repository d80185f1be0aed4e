"""Every figure of the demo month: parts add up to the mart, and archived bytes hold the numbers shown."""

import csv
import datetime as dt
from decimal import Decimal, InvalidOperation

import pytest

from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline.publishing.explain.methods import GRADES, METHODS
from impact_pipeline.publishing.explain.names import FIGURES
from impact_pipeline.publishing.explain.page import page
from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.builders import compute

MONTH = dt.date(2024, 12, 31)
EVERY_LINE = 1_000_000
HEADLINE = "perimeter = 'corporate' and scopes = '1_2'"
#: Figures, and where the mart has what their contributions must add up to: table, column, condition.
PUBLISHED = {
    "portfolio_footprint": ("portfolio_carbon", "financed_emissions_tco2e", HEADLINE),
    "financed_emissions": ("portfolio_carbon", "financed_emissions_tco2e", HEADLINE),
    "carbon_coverage": ("portfolio_carbon", "covered_value_eur", HEADLINE),
    **{
        f"portfolio_carbon.{column}:{perimeter}:{scopes}": (
            "portfolio_carbon", mart, f"perimeter = '{perimeter}' and scopes = '{scopes}'",
        )
        for column, mart in (
            ("market_value_eur", "market_value_eur"),
            ("eligible_value_eur", "eligible_value_eur"),
            ("pai_2_footprint_tco2e_per_meur", "financed_emissions_tco2e"),
        )
        for perimeter in ("return", "fund", "corporate_unlisted", "cash")
        for scopes in ("1_2", "1_2_3")
    },
    "strategic_share": ("investment_shares", "numerator_eur", "indicator = 'strategic_purpose' and code = 'TOTAL'"),
    "real_economy_share": ("investment_shares", "numerator_eur", "indicator = 'real_economy' and code = 'TOTAL'"),
    "sovereign_carbon.financed_emissions_tco2e": ("sovereign_carbon", "financed_emissions_tco2e", "lulucf = 'excl'"),
    "sovereign_carbon.exposure_eur:incl": ("sovereign_carbon", "exposure_eur", "lulucf = 'incl'"),
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    for month in ("2019-12", "2024-12"):
        done = compute(REPOSITORY / "data" / "demo" / "inputs", home, month)
    return done


def ask(demo, figure, portfolio="ALL", top=10):
    return explain(demo.store.path, MONTH, figure, portfolio, top)


def added(found):
    """Sum of the named contributions, in exact decimals."""
    assert not found["rest"]["lines"] or found["rest"]["contribution"] == 0, "nothing is left out"
    return sum((part["contribution"] for part in found["top"]), Decimal(0))


@pytest.mark.parametrize("figure", PUBLISHED)
def test_all_parts_add_up_to_the_mart(demo, figure):
    table, column, condition = PUBLISHED[figure]
    mart = demo.rows(
        f"select {column} as total from marts.{table} where as_of_date = ? and portfolio_id = 'ALL' and {condition}",
        MONTH,
    )
    found = ask(demo, figure, top=EVERY_LINE)
    expected = mart[0]["total"] if mart else None
    assert added(found["contributors"]) == (expected or 0)
    assert found["numbers"]["numerator"] == expected
    few = ask(demo, figure, top=3)["contributors"]
    assert sum(part["contribution"] for part in few["top"]) + few["rest"]["contribution"] == (expected or 0)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("portfolio", ["ALL", "MANDAT-OBLIG"])
def test_every_figure_has_a_method_numbers_and_coverage_that_add_up(demo, figure, portfolio):
    if portfolio != "ALL" and figure in ("excluded_exposure", "footprint_per_person"):
        pytest.skip("for the whole entity only")
    found = ask(demo, figure, portfolio, top=2)
    numbers = found["numbers"]
    assert found["method"]["method_id"] in METHODS
    assert found["method"]["formula_fr"]
    if found["value"] is None:
        assert found["reason_fr"]
    elif numbers["denominator"] is not None:
        scale = 1e6 if numbers["shown_in_millions"] else 1
        less = 1 if found["figure"] == "portfolio_footprint_change" else 0
        by_hand = float(numbers["numerator"]) / (float(numbers["denominator"]) / scale) - less
        assert float(found["value"]) == pytest.approx(by_hand, rel=1e-12)
    else:
        assert found["value"] == numbers["numerator"]
    shown = "\n".join(page(found))
    assert found["method"]["method_id"] in shown
    assert found["figure"] in shown
    coverage = found["coverage"]
    if coverage["ratio"] is not None:
        whole = sum(row["value_eur"] for row in coverage["reasons"])
        known = {"covered", "classified", "outside", "excluded", "decided", "pfas"}
        covered = sum(row["value_eur"] for row in coverage["reasons"] if row["reason"] in known)
        assert coverage["ratio"] == pytest.approx(float(covered) / float(whole), rel=1e-12)


def test_the_headline_is_the_indicator_of_the_committee(demo):
    rows = demo.rows("select * from marts.mission_indicators where as_of_date = ?", MONTH)
    assert len(rows) == 10
    for row in rows:
        found = ask(demo, row["indicator_id"], top=1)
        assert float(found["value"]) == pytest.approx(row["value"], rel=1e-12)
        assert found["label_fr"] == row["label_fr"]


def archived_row(demo, cell):
    """Cells of a row of an archived file: by column for canonical files, all of them for a supplier's own columns."""
    digest = cell["source_file_id"]
    data = (demo.store.path.parent / "archive" / digest[:2] / digest).read_bytes()
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in text.splitlines()[0] else ","))
    return dict(zip(rows[0], rows[cell["row"] - 1], strict=False))


def as_number(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def tpt_numbers(row):
    """Numbers of a row of a Tripartite Template, and its nominal (19) at the ratio of its two valuations (24 / 22)."""
    field = {name.split("_")[0]: as_number(text) for name, text in row.items()}
    converted = {round(field["19"] * field["24"] / field["22"], 6)} if field["19"] and field["22"] else set()
    return {as_number(text) for text in row.values()} | converted


# no fund of the demo declares anything: carbon/test_fund_declarations.py walks such a figure back
@pytest.mark.parametrize("figure", [name for name in FIGURES if "fund_declared" not in name])
def test_archived_bytes_hold_the_numbers_shown(demo, figure):
    found = ask(demo, figure, top=25)
    answers = [found, *found.get("nested", ())]
    parts = [part for answer in answers if answer["contributors"] for part in answer["contributors"]["top"]]
    cells = [cell for part in parts for cell in part["inputs"]] + found.get("denominator_inputs", [])
    checked = 0
    for cell in cells:
        if not cell["column"] or cell["file"].startswith("reference/"):
            continue
        row = archived_row(demo, cell)
        if cell.get("profile_id"):
            assert cell["value"] in tpt_numbers(row), cell
        else:
            assert as_number(row[cell["column"]]) == cell["value"], cell
        checked += 1
    assert checked, "some cell is named"


def test_every_line_of_the_headline_names_its_cells(demo):
    found = ask(demo, "portfolio_footprint", top=EVERY_LINE)
    for part in found["contributors"]["top"]:
        kinds = {cell["what_fr"].split()[0] for cell in part["inputs"] if cell["column"]}
        assert {"position", "bilan", "scope"} <= kinds, part
        if part["lookthrough_path"]:
            assert "part" in kinds, part
        # the arithmetic of a line, from what is shown
        tonnes = float(part["scope_1_tco2e"] + part["scope_2_tco2e"])
        by_hand = float(part["outstanding_eur"]) / float(part["denominator_eur"]) * tonnes
        assert float(part["contribution"]) == pytest.approx(by_hand, abs=1e-5)


def test_words_for_every_status():
    from impact_pipeline.publishing.explain.wording import REASONS

    assert set(words.CARBON_STATUSES) <= set(REASONS)


def test_methods_are_documented():
    text = (REPOSITORY / "docs" / "explain.md").read_text(encoding="utf-8")
    for method in METHODS.values():
        assert method.method_id in text
        assert method.grade in GRADES
    for figure in FIGURES:
        assert figure.split(".")[-1] in text
