"""Bonds of regions and cities (PCAF Part A, 5.10): apart from countries, over GDP at parity, at most once."""

import pytest

from impact_pipeline_tests.builders import compute, line, write_inputs

DOLLAR = {"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.10"}


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


def attributed(done, line_id="A"):
    return done.one("select * from core.attribution where line_id = ?", line_id)


def statuses(done):
    return {row["line_id"]: row["carbon_status"] for row in done.rows("select * from marts.positions")}


REGION = {
    "year": 2023, "known_from": "2024-06-01", "country": "REGION", "ghg_excl_lulucf_tco2e": 1_000,
    "ghg_incl_lulucf_tco2e": 900,
}  # fmt: skip
COUNTRY = REGION | {"country": "FR", "ghg_excl_lulucf_tco2e": 9_000, "ghg_incl_lulucf_tco2e": 8_000}


def regional(value, **region):
    return {
        "holdings": [
            line("A", asset_class="sub_sovereign_bond", issuer_id="REGION", market_value=value),
            line("B", asset_class="sovereign_bond", issuer_id="FR", market_value=100),
            line("C", asset_class="sub_sovereign_bond", issuer_id="CITY", market_value=300),
        ],
        "issuers": [
            {"issuer_id": "REGION", "name": "Region", "country": "FR"},
            {"issuer_id": "CITY", "name": "City", "country": "FR"},
        ],
        "sovereigns": [REGION | region, COUNTRY | {"gdp_ppp_intl_usd": 15_000, "gdp_nominal_eur": 10_000}],
        "fx_rates": [DOLLAR],
    }


def regions(done, lulucf="excl"):
    return done.one("select * from marts.sub_sovereign_carbon where portfolio_id = 'ALL' and lulucf = ?", lulucf)


def test_a_region_is_divided_by_its_gdp_at_the_parity_of_its_country(run):
    # 100 EUR x 1.10 / (2,000 x 15,000 / 10,000 = 3,000) x 1,000 t = 36.667 t; with land use x 900 t = 33 t
    done = run(**regional(100, gdp_nominal_eur=2_000))
    assert statuses(done) == {
        "A": "sub_sovereign_covered", "B": "sovereign_covered", "C": "out_of_scope_sub_sovereign",
    }  # fmt: skip
    row = regions(done)
    assert float(row["financed_emissions_tco2e"]) == pytest.approx(36.666667, abs=1e-6)
    assert float(regions(done, "incl")["financed_emissions_tco2e"]) == pytest.approx(33)
    assert (float(row["exposure_eur"]), float(row["covered_exposure_eur"])) == (400, 100)
    assert float(row["capped_exposure_eur"]) == 0
    # the country's own bonds stay alone: 100 x 1.10 / 15,000 x 9,000 t
    country = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert (float(country["exposure_eur"]), float(country["financed_emissions_tco2e"])) == (100, pytest.approx(66))
    # and neither is a company's
    assert attributed(done)["financed_scope_1_2_tco2e"] is None


def test_a_region_is_attributed_at_most_once(run):
    # 5,000 x 1.10 / 3,000 = 1.83: capped at 1 (PCAF p. 154), all 1,000 t
    row = regions(run(**regional(5_000, gdp_nominal_eur=2_000)))
    assert float(row["financed_emissions_tco2e"]) == pytest.approx(1_000)
    assert float(row["capped_exposure_eur"]) == 5_000


@pytest.mark.parametrize(
    ("region", "status", "tonnes"),
    [
        # its own parity GDP, when no nominal one is known: 110 / 2,200 x 1,000 t
        ({"gdp_ppp_intl_usd": 2_200}, "sub_sovereign_covered", 50),
        ({}, "out_of_scope_sub_sovereign", None),
        (
            {"gdp_nominal_eur": 2_000, "ghg_excl_lulucf_tco2e": None, "ghg_incl_lulucf_tco2e": None},
            "out_of_scope_sub_sovereign",
            None,
        ),
    ],
)
def test_a_region_needs_emissions_and_a_gdp(run, region, status, tonnes):
    done = run(**regional(100, **region))
    assert statuses(done)["A"] == status
    found = regions(done)["financed_emissions_tco2e"]
    assert found is None if tonnes is None else float(found) == pytest.approx(tonnes)
