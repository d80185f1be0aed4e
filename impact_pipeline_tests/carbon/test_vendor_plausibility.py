"""Slips that a vendor's file repeats every year: seen on issuers nobody holds, and without a denominator."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs

MILLION = 10**6
STEEL, FINANCE = "24.10", "64.20"


#: A steel maker of 11 Mt whose true turnover is 12,000 M: 917 t per million (metals: 5 to 20,000; finance: up to 500).
TONNES = (9_900_000, 1_100_000)
MAKERS = {
    "right": (12_000 * MILLION, STEEL, TONNES),
    "right, sector unknown": (12_000 * MILLION, None, TONNES),
    "not told": (None, STEEL, TONNES),
    "one scope, and little": (12_000 * MILLION, STEEL, (12_000, None)),  # 1 t per million may be the smaller part
    "thousands": (12 * MILLION, STEEL, TONNES),  # 917,000 t per million
    "millions": (12_000, STEEL, TONNES),
    "multiplied again": (12_000 * 1_000 * MILLION, STEEL, TONNES),  # 0.9 t per million
    "nothing": (0, STEEL, TONNES),
    "thousands, sector unknown": (12 * MILLION, None, TONNES),
    "as a bank": (12_000 * MILLION, FINANCE, TONNES),
    "scope 1 alone, and too much": (12 * MILLION, STEEL, (9_900_000, None)),
    "scope 2 alone, and too much": (12 * MILLION, STEEL, (None, 9_900_000)),
    "only together too much": (12_000 * MILLION, FINANCE, (4_000_000, 4_000_000)),  # 333 and 333 t per million
    "only together, sector unknown": (400 * MILLION, None, (5_000_000, 5_000_000)),  # 12,500 and 12,500
}


def told(issuer_id, year, *tonnes, source="vendor"):
    return emissions(issuer_id, *tonnes, fiscal_year=year, source=source)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One month: steel makers with the same figures three years running, and issuers that repeat each other."""
    years = (2022, 2023, 2024)
    inputs = write_inputs(
        tmp_path_factory.mktemp("vendor") / "inputs",
        holdings=[line("CASH", asset_class="cash", market_value=1)],
        issuers=[
            {"issuer_id": name, "name": name, "sector_scheme": "nace_2" if sector else None, "sector_code": sector}
            for name, (_, sector, _) in MAKERS.items()
        ],
        issuer_financials=[
            financials(name, revenue=revenue, fiscal_year=year, period_end=f"{year}-12-31")
            for name, (revenue, _, _) in MAKERS.items()
            for year in years
        ],
        issuer_emissions=[
            *(
                row
                for name, (_, _, tonnes) in MAKERS.items()
                for year in years
                for row in told(name, year, *tonnes, source=name)
            ),
            *told("PART", 2023, 410, 6_363, 22_567),
            *told("WHOLE", 2023, 900, 6_363, 22_567),  # two scopes of a year
            *told("TWIN", 2022, 1, 2, 5_791),
            *told("TWIN", 2023, 1, 2, 6_114),
            *told("TWINNED", 2022, 3, 4, 5_791),  # one scope, two years
            *told("TWINNED", 2023, 3, 4, 6_114),
            *told("CHANCE", 2023, 7, 6_363, 8),  # one meeting only
            *told("SMALL", 2023, 41, 51, 61),
            *told("SMALLER", 2023, 41, 51, 61),
            *told("OTHER", 2023, 410, 6_363, 22_567, source="report"),  # two sources may agree
            *(
                {**told(name, 2023, None, 5_000)[0], "scope": scope}  # location and market meet as one scope
                for name in ("ONE BASIS", "TWO BASES")
                for scope in ("2_location", "2_market")
            ),
        ],
    )
    return compute(inputs, inputs.with_name("home"))


def test_a_slip_that_every_year_repeats_is_listed_although_nobody_holds_the_company(done):
    assert done.flagged("attribution__revenue_fits_emissions", "issuer_id") == sorted(
        [
            "thousands", "millions", "multiplied again", "nothing", "thousands, sector unknown", "as a bank",
            "scope 1 alone, and too much", "scope 2 alone, and too much", "only together too much",
            "only together, sector unknown",
        ]
    )  # fmt: skip
    assert done.flagged("issuer_financials__no_jump_by_a_thousand", "issuer_id") == [], "the years agree"


def test_figures_of_one_issuer_under_the_name_of_another_are_listed(done):
    found = done.flagged("issuer_emissions__two_issuers_do_not_repeat_each_other", "issuer_id")
    assert found == ["PART", "TWIN", "TWINNED", "WHOLE"]
