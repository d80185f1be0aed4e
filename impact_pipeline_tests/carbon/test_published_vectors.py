"""Vectors of the methodology sheet, written as input files and read back from the public tables."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


def test_d1_one_line_of_a_listed_company(run):
    # 2.5 M / 50,000 M x 1,200,000 t = 60 t
    done = run(
        holdings=[line("A", asset_class="listed_equity", issuer_id="X", market_value=2_500_000)],
        issuer_financials=[financials("X", market_cap=30_000_000_000, total_debt=20_000_000_000)],
        issuer_emissions=emissions("X", 1_000_000, 200_000),
    )
    position = done.position("A")
    assert float(position["financed_scope_1_2_tco2e"]) == near(60)
    assert position["denominator_basis"] == "evic_parts"
    assert position["attribution_factor"] == near(0.00005)
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(60)


def test_cash_is_never_taken_off_the_enterprise_value(run):
    # P2, PCAF box 5.1-2: equity 50 + debt 50 = 100 whatever the cash; half of the equity is a quarter of it
    done = run(
        holdings=[line("A", asset_class="listed_equity", issuer_id="X", market_value=25)],
        issuer_financials=[financials("X", market_cap=50, total_debt=50)],
        issuer_emissions=emissions("X", 100),
    )
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == near(25)


def test_p1_three_companies_by_scope(run):
    """PCAF tables 5.1-3 and 5.1-4. Removals and credits are no input of ours: their three lines are not reproduced, and
    nothing is netted.
    """
    # attribution factor, scopes 1, 2, 3
    companies = {
        "FORESTRY": (10, 1_000, 100, 5_000),
        "INDUSTRIAL": (25, 20_000, 5_000, 30_000),
        "ENERGY": (20, 5_000, 0, 10_000),
    }
    done = run(
        holdings=[
            line(name, asset_class="listed_equity", issuer_id=name, market_value=held)
            for name, (held, *_) in companies.items()
        ],
        issuer_financials=[financials(name, market_cap=60, total_debt=40) for name in companies],
        issuer_emissions=[row for name, (_, *scopes) in companies.items() for row in emissions(name, *scopes)],
    )
    by_scope = done.one(
        "select sum(attribution_factor * scope_1_tco2e) as scope_1, sum(attribution_factor * scope_2_tco2e) as scope_2"
        " from marts.positions"
    )
    assert (by_scope["scope_1"], by_scope["scope_2"]) == (near(6_100), near(1_260))
    assert float(done.carbon(scopes="1_2")["financed_emissions_tco2e"]) == near(6_100 + 1_260)
    assert float(done.carbon(scopes="3")["financed_emissions_tco2e"]) == near(10_000)
    assert float(done.carbon(scopes="1_2_3")["financed_emissions_tco2e"]) == near(17_360)


def test_p2_shareholders_and_lenders_share_the_whole_company(run):
    # PCAF box 5.1-2: equity 50, debt 50, cash 20. Over EVIC 100: 50 % + 50 %; over EV 80 it would be 126 %
    done = run(
        holdings=[
            line("SHARES", asset_class="listed_equity", issuer_id="X", market_value=50),
            line("BONDS", asset_class="corporate_bond", issuer_id="X", market_value=50, nominal_amount=50),
        ],
        issuer_financials=[financials("X", market_cap=50, total_debt=50)],
        issuer_emissions=emissions("X", 1_000),
    )
    for name in ("SHARES", "BONDS"):
        assert done.position(name)["attribution_factor"] == near(0.5)
    assert float(done.carbon()["financed_emissions_tco2e"]) == near(1_000)
    assert done.flagged("attribution__an_issuer_is_attributed_at_most_once") == []


def test_d3_negative_book_equity_counts_as_nothing(run):
    # equity -30, debt 120, holding 12, E 1,000: 12 / 120 x 1,000 = 100 t
    done = run(
        holdings=[line("A", asset_class="private_debt", issuer_id="X", market_value=12)],
        issuers=[{"issuer_id": "X", "name": "X", "is_listed": "false"}],
        issuer_financials=[financials("X", total_equity=-30, total_debt=120)],
        issuer_emissions=emissions("X", 1_000),
    )
    position = done.position("A")
    assert float(position["financed_scope_1_2_tco2e"]) == near(100)
    assert position["denominator_basis"] == "equity_plus_debt"


def test_d4_a_bank_is_divided_by_its_deposits_too(run):
    # market cap 800 + debt 400 + deposits 5,000 = 6,200; without deposits 1,200 would be refused
    bank = {"name": "Bank", "is_financial": "true", "is_listed": "true"}
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="B1", market_value=62),
            line("B", asset_class="listed_equity", issuer_id="B2", market_value=12),
        ],
        issuers=[{"issuer_id": "B1", **bank}, {"issuer_id": "B2", **bank}],
        issuer_financials=[
            financials("B1", market_cap=800, total_debt=400, deposits=5_000),
            financials("B2", market_cap=800, total_debt=400),
        ],
        issuer_emissions=[*emissions("B1", 1_000), *emissions("B2", 1_000)],
    )
    assert float(done.position("A")["denominator_eur"]) == 6_200
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == near(10)
    without = done.position("B")
    assert without["financed_scope_1_2_tco2e"] is None
    assert without["carbon_status"] == "missing_deposits"


def test_d4_holds_when_no_issuers_file_says_it_is_a_bank(run):
    done = run(
        holdings=[line("A", asset_class="listed_equity", issuer_id="B1", market_value=62)],
        issuer_financials=[financials("B1", market_cap=800, total_debt=400, deposits=5_000)],
        issuer_emissions=emissions("B1", 1_000),
    )
    assert float(done.position("A")["denominator_eur"]) == 6_200


def test_d5_a_missing_line_lowers_coverage_and_never_the_intensity(run):
    # 10 / 10 / 5 M, FE 60 / 40 / unknown: 100 / 20 = 5 t per M, coverage 20 / 25 = 80 %; 100 / 25 = 4 would be wrong
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=10_000_000),
            line("B", asset_class="listed_equity", issuer_id="Y", market_value=10_000_000),
            line("C", asset_class="listed_equity", issuer_id="Z", market_value=5_000_000),
        ],
        issuer_financials=[
            financials(issuer, market_cap=500_000_000, total_debt=500_000_000) for issuer in ("X", "Y", "Z")
        ],
        issuer_emissions=[*emissions("X", 6_000), *emissions("Y", 4_000)],
    )
    carbon = done.carbon()
    assert float(carbon["financed_emissions_tco2e"]) == near(100)
    assert carbon["economic_intensity_tco2e_per_meur"] == near(5)
    assert carbon["coverage_ratio"] == near(0.8)
    assert done.position("C")["financed_scope_1_2_tco2e"] is None
    assert done.position("C")["carbon_status"] == "missing_emissions"


def test_d6_pcaf_and_sfdr_are_two_figures(run):
    # 60 M of companies with 3,000 t + 40 M of sovereigns: 3,000 / 60 = 50 and 3,000 / 100 = 30 t per M
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=60_000_000),
            line("B", asset_class="sovereign_bond", issuer_id="FR", market_value=40_000_000),
        ],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=600_000_000)],
        issuer_emissions=emissions("X", 60_000),
    )
    carbon = done.carbon()
    assert float(carbon["financed_emissions_tco2e"]) == near(3_000)
    assert carbon["economic_intensity_tco2e_per_meur"] == near(50)
    assert carbon["pai_2_footprint_tco2e_per_meur"] == near(30)


def test_d15_a_sovereign_over_ppp_gdp_and_over_nominal_gdp(run):
    # 10 M EUR x 1.10 = 11 M USD; 11 / 3,700,000 M x 400 Mt = 1,189.19 t; PAI 15: 400 Mt / 2,600,000 M = 153.85 t per M
    done = run(
        holdings=[line("A", asset_class="sovereign_bond", issuer_id="REP", market_value=10_000_000)],
        issuers=[{"issuer_id": "REP", "name": "Republic", "country": "FR"}],
        fx_rates=[{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.10"}],
        sovereigns=[
            {
                "country": "FR", "year": 2024, "ghg_excl_lulucf_tco2e": 400_000_000,
                "ghg_incl_lulucf_tco2e": 370_000_000, "gdp_ppp_intl_usd": 3_700_000_000_000,
                "gdp_nominal_eur": 2_600_000_000_000, "known_from": "2025-06-01",
            }
        ],
    )  # fmt: skip
    without = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert float(without["financed_emissions_tco2e"]) == pytest.approx(1_189.189189, abs=1e-6)
    assert without["intensity_tco2e_per_meur_gdp"] == pytest.approx(153.8461538, abs=1e-6)
    with_land = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'incl'")
    # 11 / 3,700,000 x 370 Mt
    assert float(with_land["financed_emissions_tco2e"]) == near(1_100)
    assert done.position("A")["carbon_status"] == "sovereign_covered"
    assert done.position("A")["financed_scope_1_2_tco2e"] is None


@pytest.mark.parametrize(
    ("country", "emitted", "gdp", "printed"),
    [("SG", 61_451_586, 579_762_000_000, 106), ("HK", 42_654_105, 469_182_000_000, 91)],
    ids=["p5_singapore", "p6_hong_kong"],
)
def test_p5_p6_sovereigns_of_pcaf_annex_10_3(run, country, emitted, gdp, printed):
    # exposure 1 M USD; the standard prints whole tonnes
    done = run(
        holdings=[line("A", asset_class="sovereign_bond", issuer_id="G", currency="USD", market_value=1_000_000)],
        issuers=[{"issuer_id": "G", "name": "Government", "country": country}],
        fx_rates=[{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.25"}],
        sovereigns=[
            {
                "country": country, "year": 2023, "ghg_excl_lulucf_tco2e": emitted, "gdp_ppp_intl_usd": gdp,
                "known_from": "2024-06-01",
            }
        ],
    )  # fmt: skip
    row = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert round(float(row["financed_emissions_tco2e"])) == printed
    incl = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'incl'")
    assert incl["financed_emissions_tco2e"] is None
    assert float(incl["covered_exposure_eur"]) == 0


#: Bouchet (2025), exhibits 4 to 7: E in t, EVIC in M USD, quantity, price in USD; the four companies at two dates.
P11 = {
    "BS-HI": ((100_000_000, 150_000, 10_000, 1_000), (87_500_000, 170_000, 0, 1_200)),
    "BS-LI": ((37_500_000, 150_000, 30_000, 1_000), (56_250_000, 180_000, 19_384, 1_300)),
    "GS-HI": ((20_000_000, 150_000, 30_000, 1_000), (17_500_000, 180_000, 63_000, 1_000)),
    "GS-LI": ((7_500_000, 150_000, 30_000, 1_000), (6_250_000, 250_000, 25_200, 1_500)),
}


@pytest.mark.parametrize(("date", "total"), [(0, 19_666.6667), (1, 14_944.75)], ids=["p11_before", "p11_after"])
def test_p11_financed_emissions_through_evic(run, date, total):
    companies = {name: dates[date] for name, dates in P11.items()}
    done = run(
        holdings=[
            line(
                name,
                asset_class="listed_equity",
                issuer_id=name,
                currency="USD",
                market_value=quantity * price,
            )
            for name, (_, _, quantity, price) in companies.items()
        ],
        fx_rates=[{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.25"}],
        issuer_financials=[
            financials(name, currency="USD", evic=evic * 1_000_000) for name, (_, evic, _, _) in companies.items()
        ],
        issuer_emissions=[row for name, (e, _, _, _) in companies.items() for row in emissions(name, e)],
    )
    assert float(done.carbon()["financed_emissions_tco2e"]) == pytest.approx(total, abs=0.001)
