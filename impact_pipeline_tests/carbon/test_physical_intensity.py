"""Physical emission intensity (methodology.md 1.7, ``phys``): attributed emissions over attributed production."""

from decimal import Decimal

import pytest

from impact_pipeline_tests.builders import claim, compute, emissions, financials, line, write_inputs

MILLION = 10**6
STEEL, CEMENT = "production.steel", "production.cement"


def made(issuer_id, product, lo, hi=None, **given):
    return claim(issuer_id, product, lo, hi, **{"unit": "t", "fiscal_year": 2024, **given})


def share(issuer_id, value, portfolio="P"):
    return line(issuer_id, portfolio_id=portfolio, asset_class="listed_equity", issuer_id=issuer_id, market_value=value)


@pytest.fixture
def rows(tmp_path):
    def of(holdings, evidence, tonnes):
        inputs = write_inputs(
            tmp_path / "inputs",
            holdings=holdings,
            evidence=evidence,
            issuer_emissions=[row for issuer, scope_1 in tonnes.items() for row in emissions(issuer, scope_1)],
            issuer_financials=[financials(issuer, market_cap=100 * MILLION, total_debt=0) for issuer in tonnes],
        )
        done = compute(inputs, tmp_path / "home")
        found = done.rows("select * from marts.physical_intensity order by portfolio_id, measure")
        return {(row["portfolio_id"], row["measure"]): row for row in found}, done

    return of


def test_emissions_and_production_are_attributed_alike(rows):
    """Hand: X 1 % of 50,000 t CO2e and of 20,000 t steel; Y 2 % of 60,000 and 20,000: (500 + 1,200) / (200 + 400)."""
    found, _ = rows(
        [share("X", MILLION), share("Y", 2 * MILLION)],
        [made("X", STEEL, 20_000), made("Y", STEEL, 20_000)],
        {"X": 50_000, "Y": 60_000},
    )
    row = found["ALL", STEEL]
    assert (row["unit"], row["coverage_ratio"]) == ("t", 1)
    assert (row["financed_emissions_tco2e"], row["attributed_production"]) == (1_700, 600)
    assert row["physical_intensity_tco2e_per_unit"] == pytest.approx(1_700 / 600, rel=1e-12)
    assert found["P", STEEL] == {**row, "portfolio_id": "P"}


def test_what_cannot_be_told_apart_lowers_the_coverage(rows):
    """A range, another year, two products, and a company without emissions: known to make steel, none is counted."""
    found, done = rows(
        [share(issuer, MILLION) for issuer in ("GOOD", "RANGE", "OTHER_YEAR", "TWO", "SILENT", "NO_PRODUCT")],
        [
            made("GOOD", STEEL, 10_000),
            made("RANGE", STEEL, 10_000, 12_000),
            made("OTHER_YEAR", STEEL, 10_000, fiscal_year=2022),
            made("TWO", STEEL, 10_000),
            made("TWO", CEMENT, 10_000),
            made("SILENT", STEEL, 10_000),
        ],
        dict.fromkeys(("GOOD", "RANGE", "OTHER_YEAR", "TWO", "NO_PRODUCT"), 10_000),
    )
    steel = found["ALL", STEEL]
    assert steel["eligible_value_eur"] == 5 * MILLION
    assert steel["covered_value_eur"] == MILLION
    assert steel["physical_intensity_tco2e_per_unit"] == 1
    cement = found["ALL", CEMENT]
    assert (cement["coverage_ratio"], cement["financed_emissions_tco2e"]) == (0, None)
    assert cement["physical_intensity_tco2e_per_unit"] is None  # not known is not 0
    assert done.flagged("issuer_headlines__every_claim_is_asked_for", "issuer_id") == []


def test_the_last_statement_counts(rows):
    found, _ = rows(
        [share("X", MILLION)],
        [
            made("X", STEEL, 20_000, source="first"),
            made("X", STEEL, 40_000, source="second", published_on="2024-11-01"),
        ],
        {"X": 50_000},
    )
    assert found["ALL", STEEL]["attributed_production"] == Decimal(400)
