"""SFDR principal adverse impacts: valuation conventions, quarter-ends, yes/no/unknown shares, by hand arithmetic."""

import pytest

from impact_pipeline_tests.builders import claim, compute, emissions, financials, line, write_inputs

QUARTERS = ("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31")
#: A year end and the months between it and the last quarter-end: a range of months needs lines in each of them.
MONTH_ENDS = (
    *("2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"),
    *("2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31"),
)
FY2023 = {"fiscal_year": 2023, "known_from": "2024-02-01"}


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(months="2024-12", **datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", months)

    return of


def indicator(done, name, convention="RTS_LITERAL", period="month_end", portfolio="ALL", day="2024-12-31"):
    return done.one(
        "select * from marts.pai_indicators where indicator = ? and valuation_convention = ? and period = ?"
        " and portfolio_id = ? and as_of_date = cast(? as date)",
        name, convention, period, portfolio, day,
    )  # fmt: skip


def cash_at(day):
    return line("CASH", asset_class="cash", market_value=1_000_000) | {"as_of_date": day}


def test_p8_the_annual_figure_is_the_mean_of_four_quarter_ends(run):
    # E = 5,000 t; ownership .10, .10, 0, 0 at the four quarter-ends: 500, 500, 0, 0, mean 250 t
    held = [
        line("A", asset_class="listed_equity", issuer_id="X", market_value=100) | {"as_of_date": day}
        for day in MONTH_ENDS
        if day <= "2024-06-30"
    ]
    done = run(
        "2024-03:2024-12",
        holdings=[*(row for row in held if row["as_of_date"] >= "2024-03-31"), *map(cash_at, MONTH_ENDS[3:])],
        issuer_financials=[financials("X", market_cap=600, total_debt=400) | FY2023 | {"period_end": "2023-12-31"}],
        issuer_emissions=emissions("X", 3_000, 1_500, 500, **FY2023),
    )
    by_quarter = [indicator(done, "pai_1_total", day=day)["value"] for day in QUARTERS]
    assert by_quarter == [near(500), near(500), 0, 0]
    annual = indicator(done, "pai_1_total", period="quarter_average")
    assert annual["value"] == near(250)
    assert annual["n_quarters"] == 4
    # after one quarter only that one is in the store: the figure says so
    first = indicator(done, "pai_1_total", period="quarter_average", day="2024-05-31")
    assert (first["value"], first["n_quarters"]) == (near(500), 1)


def test_d7_the_price_of_the_fiscal_year_end_times_the_quantity_held(run):
    # E 400,000; EV 2,000 M; price 50 at the fiscal year end; q 1000 / 1200 / 900 / 0:
    # 50,000 / 2,000 M x 400,000 = 10.0, then 12.0, 9.0 and 0; mean 7.75 t. Prices of the quarter-ends do not matter.
    quantities = dict(zip(QUARTERS, (1_000, 1_200, 900, 0), strict=True))
    share = {"asset_class": "listed_equity", "issuer_id": "X", "instrument_id": "SHARE-X"}
    held = [line("A", **share, quantity=500, market_value=25_000) | {"as_of_date": "2023-12-31"}]
    held += [
        line("A", **share, quantity=quantity, market_value=quantity * 70) | {"as_of_date": day}
        for day, quantity in quantities.items()
    ]
    done = run(
        "2023-12:2024-12",
        holdings=[*held, *map(cash_at, MONTH_ENDS)],
        issuer_financials=[
            financials("X", market_cap=1_500_000_000, total_debt=500_000_000) | FY2023 | {"period_end": "2023-12-31"}
        ],
        issuer_emissions=emissions("X", 250_000, 50_000, 100_000, **FY2023),
    )
    by_quarter = [indicator(done, "pai_1_total", "ESA_FYE_PRICE", day=day)["value"] for day in QUARTERS]
    assert by_quarter == [near(10), near(12), near(9), 0]
    assert indicator(done, "pai_1_total", "ESA_FYE_PRICE", "quarter_average")["value"] == near(7.75)
    # at the market value of the day, 70 instead of 50: 14.0, 16.8, 12.6 and 0
    assert indicator(done, "pai_1_total", "RTS_LITERAL", "quarter_average")["value"] == near(10.85)


def test_without_a_price_of_the_fiscal_year_end_the_line_is_not_covered(run):
    # fiscal year 2024 ended in December, the month before is all the store has: no price there
    share = line(
        "A", asset_class="listed_equity", issuer_id="X", quantity=10, market_value=100, instrument_id="SHARE-X"
    )
    done = run(
        holdings=[share],
        issuer_financials=[financials("X", market_cap=600, total_debt=400) | FY2023 | {"period_end": "2023-12-31"}],
        issuer_emissions=emissions("X", 100, 0, 0),
    )
    esa = indicator(done, "pai_1_total", "ESA_FYE_PRICE")
    assert (esa["value"], esa["coverage_ratio"]) == (None, 0)
    assert indicator(done, "pai_1_total")["value"] == near(10)
    annual = indicator(done, "pai_1_total", "ESA_FYE_PRICE", "quarter_average")
    assert (annual["value"], annual["n_quarters"]) == (None, 0)


def test_exchange_rates_cancel_in_the_esas_convention(run):
    # 100 shares at 10 USD at the year end = 1,000 USD of an enterprise of 10,000 USD: a tenth, whatever the dollar does
    share = {"asset_class": "listed_equity", "issuer_id": "X", "instrument_id": "SHARE-X", "currency": "USD"}
    done = run(
        "2024-11:2024-12",
        holdings=[
            line("A", **share, quantity=50, market_value=500) | {"as_of_date": "2024-11-30"},
            line("A", **share, quantity=100, market_value=1_700),
        ],
        fx_rates=[
            {"rate_date": "2024-11-30", "currency": "USD", "units_per_eur": "1.25"},
            {"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.60"},
        ],
        issuer_financials=[
            financials("X", market_cap=6_000, total_debt=4_000, currency="USD", period_end="2024-11-30")
        ],
        issuer_emissions=emissions("X", 100, 0, 0),
    )
    assert indicator(done, "pai_1_total", "ESA_FYE_PRICE")["value"] == near(10)
    assert indicator(done, "pai_1_total", "RTS_LITERAL")["value"] == near(17)


def test_three_conventions_of_a_bond_below_par(run):
    # D2: price 80, nominal 10 M, EVIC 1,000 M, E 50,000 t. PCAF 10/1000 x 50,000 = 500; market value 8/1000 = 400;
    # at the fiscal year end the bond stood at 90: 9/1000 = 450
    bond = {"asset_class": "corporate_bond", "issuer_id": "X", "instrument_id": "BOND-X"}
    done = run(
        "2024-11:2024-12",
        holdings=[
            line("A", **bond, nominal_amount=2_000_000, market_value=1_800_000) | {"as_of_date": "2024-11-30"},
            line("A", **bond, nominal_amount=10_000_000, market_value=8_000_000),
        ],
        issuers=[{"issuer_id": "X", "name": "X", "is_listed": "true"}],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=400_000_000, period_end="2024-11-30")],
        issuer_emissions=emissions("X", 20_000, 10_000, 20_000),
    )
    values = {
        name: indicator(done, "pai_1_total", name)["value"]
        for name in ("PCAF_YEAR_END", "RTS_LITERAL", "ESA_FYE_PRICE")
    }
    assert values == {"PCAF_YEAR_END": near(500), "RTS_LITERAL": near(400), "ESA_FYE_PRICE": near(450)}


def test_d6_pai_2_and_3_divide_by_all_investments(run):
    # 60 M of a company (E 60,000 t, EVIC 1,200 M, revenue 500 M) + 40 M of sovereigns:
    # PAI 1 = 60/1200 x 60,000 = 3,000 t; PAI 2 = 3,000 / 100 = 30; PAI 3 = 60/100 x 60,000/500 = 72
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=60_000_000),
            line("B", asset_class="sovereign_bond", issuer_id="FR", market_value=40_000_000),
        ],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=600_000_000, revenue=500_000_000)],
        issuer_emissions=emissions("X", 30_000, 10_000, 20_000),
    )
    parts = [indicator(done, f"pai_1_{name}")["value"] for name in ("scope_1", "scope_2", "scope_3", "total")]
    assert parts == [near(1_500), near(500), near(1_000), near(3_000)]
    footprint = indicator(done, "pai_2")
    assert (footprint["value"], footprint["denominator"]) == (near(30), near(100))
    assert footprint["unit"] == "tCO2e per million EUR"
    assert indicator(done, "pai_3")["value"] == near(72)


def test_a_company_without_scope_3_counts_in_its_scopes_and_not_in_the_total(run):
    # X and Y, 10 of 100 each, E 100 + 0; only X has a scope 3 of 50: scopes 20, 0, 5; total 15 of half the value
    done = run(
        holdings=[
            line(name, asset_class="listed_equity", issuer_id=name, market_value=10, pocket="return")
            for name in ("X", "Y")
        ],
        issuer_financials=[financials(name, market_cap=60, total_debt=40) for name in ("X", "Y")],
        issuer_emissions=[*emissions("X", 100, 0, 50), *emissions("Y", 100, 0)],
    )
    assert indicator(done, "pai_1_scope_1")["value"] == near(20)
    assert indicator(done, "pai_1_scope_3")["value"] == near(5)
    total = indicator(done, "pai_1_total")
    assert (total["value"], total["coverage_ratio"]) == (near(15), near(0.5))


def test_d15_countries_over_nominal_gdp_and_over_all_investments(run):
    # 400 Mt / 2,600,000 M = 153.846 t per M; half of the book is cash: 76.923
    country = {
        "country": "FR", "year": 2024, "ghg_excl_lulucf_tco2e": 400_000_000, "gdp_ppp_intl_usd": 3_700_000_000_000,
        "gdp_nominal_eur": 2_600_000_000_000, "known_from": "2025-06-01",
    }  # fmt: skip
    done = run(
        holdings=[
            line("A", asset_class="sovereign_bond", issuer_id="FR", market_value=10_000_000),
            line("A", asset_class="sovereign_bond", issuer_id="FR", market_value=10_000_000) | {"portfolio_id": "Q"},
            line("B", asset_class="cash", market_value=10_000_000),
        ],
        sovereigns=[country],
    )
    alone = indicator(done, "pai_15", portfolio="Q")
    assert (alone["value"], alone["coverage_ratio"]) == (pytest.approx(153.8461538, abs=1e-6), 1)
    assert indicator(done, "pai_15", portfolio="P")["value"] == pytest.approx(76.9230769, abs=1e-6)


FOSSIL = ("coal_chain", "oil_chain", "gas_chain")


def test_pai_4_counts_any_fossil_revenue_and_says_what_nobody_answered(run):
    # of 100: 20 some coal (0.4 % of revenue), 30 all three ruled out, 10 gas not asked, 15 oil refiner by sector,
    # 5 a new project, 20 cash
    values = {"COAL": 20, "NONE": 30, "OPEN": 10, "REFINER": 15, "PROJECT": 5}
    done = run(
        holdings=[
            *(
                line(name, asset_class="listed_equity", issuer_id=name, market_value=value)
                for name, value in values.items()
            ),
            line("CASH", asset_class="cash", market_value=20),
        ],
        issuers=[
            {"issuer_id": "REFINER", "name": "REFINER", "sector_scheme": "nace_2", "sector_code": "19.20"},
        ],
        evidence=[
            claim("COAL", "revenue_share.coal_chain", "0.4"),
            *(claim("NONE", f"revenue_share.{chain}", 0) for chain in FOSSIL),
            *(claim("OPEN", f"revenue_share.{chain}", 0) for chain in FOSSIL[:2]),
            claim("PROJECT", "project.new_fossil", 1, unit="bool"),
        ],
    )
    found = indicator(done, "pai_4")
    assert (found["value"], found["unknown_ratio"]) == (near(0.40), near(0.10))
    assert found["coverage_ratio"] == near(70 / 80)


def test_chemicals_by_nace_20_2_and_a_watch_screen_as_a_table_2_indicator(run):
    # 20.20 is agrochemicals, 20.14 is not, "20" could be either, no sector is unknown; a fund is not its manager
    sectors = {"AGRO": "20.20", "BASIC": "20.14", "COARSE": "20", "NOBODY": None, "SHOP": "47.11"}
    palm = {"role": "retailer", "unit": "bool", "substance_set": "palm"}
    done = run(
        holdings=[
            *(line(name, asset_class="listed_equity", issuer_id=name, market_value=10) for name in sectors),
            line("FUND", asset_class="fund", issuer_id="SHOP", market_value=50),
        ],
        issuers=[
            {"issuer_id": name, "name": name, "sector_scheme": code and "nace_2", "sector_code": code}
            for name, code in sectors.items()
        ],
        evidence=[
            claim("SHOP", "deforestation_policy.score", 1, unit="score", role="retailer", substance_set="palm"),
            claim("SHOP", "involvement.palm", 1, **palm),
        ],
    )
    chemicals = indicator(done, "t2_9")
    # 10 of 100; COARSE, NOBODY and the fund: 70
    assert (chemicals["value"], chemicals["unknown_ratio"]) == (near(0.10), near(0.70))
    truths = {
        row["issuer_id"]: row["truth"]
        for row in done.rows("select issuer_id, truth from core.issuer_verdicts where rule_id = 'DEF-W1'")
    }
    assert truths["SHOP"] == "T"
    policy = indicator(done, "t2_15")
    assert (policy["value"], policy["unknown_ratio"]) == (near(0.10), near(0.90))


def test_a_book_without_companies_has_no_emissions_and_one_nobody_covers_has_an_unknown_figure(run):
    done = run(
        holdings=[
            line("CASH", asset_class="cash", market_value=100),
            line("X", asset_class="listed_equity", issuer_id="X", market_value=100) | {"portfolio_id": "Q"},
        ]
    )
    nothing = indicator(done, "pai_2", portfolio="P")
    assert (nothing["value"], nothing["coverage_ratio"]) == (0, None)
    unknown = indicator(done, "pai_2", portfolio="Q")
    assert (unknown["value"], unknown["coverage_ratio"]) == (None, 0)
    nobody = indicator(done, "pai_4", portfolio="Q")
    assert (nobody["value"], nobody["unknown_ratio"]) == (None, near(1))
