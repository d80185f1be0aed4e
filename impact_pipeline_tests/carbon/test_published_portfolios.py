"""Whole portfolios that others published, written as input files: P4, P9, P18 and P19 of the methodology sheet."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


def test_p9_the_german_insurers(run):
    # 21.9 Mt over 310 bn of shares and corporate bonds = 70.65 t per M, printed 71; they are 19.9 % of all investments
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=310_000_000_000),
            line("B", asset_class="cash", market_value=1_247_788_944_724),
        ],
        issuer_financials=[financials("X", market_cap=310_000_000_000, total_debt=310_000_000_000)],
        issuer_emissions=emissions("X", 43_800_000),
    )
    carbon = done.carbon()
    assert round(carbon["economic_intensity_tco2e_per_meur"]) == 71
    assert carbon["economic_intensity_tco2e_per_meur"] == pytest.approx(21_900_000 / 310_000)
    # over the whole book: 21.9 Mt / 1,557,789 M
    assert carbon["pai_2_footprint_tco2e_per_meur"] == pytest.approx(14.0584, abs=1e-4)
    assert float(carbon["market_value_eur"]) / 1_557_788_944_724 == pytest.approx(0.199, abs=1e-4)


@pytest.mark.parametrize(
    ("companies", "printed"),
    [
        ([(50, 120, 200), (30, 80, 150), (20, 40, 100)], 0.540),
        ([(50, 10, 500), (30, 15, 300), (20, 8, 200)], 0.033),
    ],
    ids=["p18_example_1", "p18_example_2"],
)
def test_p18_weighted_average_carbon_intensity(run, companies, printed):
    done = run(
        holdings=[
            line(f"X{place}", asset_class="listed_equity", issuer_id=f"X{place}", market_value=weight)
            for place, (weight, _, _) in enumerate(companies)
        ],
        issuer_financials=[
            financials(f"X{place}", market_cap=10**9, total_debt=0, revenue=revenue * 10**6)
            for place, (_, _, revenue) in enumerate(companies)
        ],
        issuer_emissions=[row for place, (_, e, _) in enumerate(companies) for row in emissions(f"X{place}", e)],
    )
    assert done.carbon()["waci_tco2e_per_meur"] == near(printed)


def test_p19_carbon_footprint_and_intensity_of_the_tcfd(run):
    # exposures 100 / 200 / 50. a) E 1000/5000/6000 over market caps 20000/10000/30000: 5 + 100 + 10 = 115 t, over 350:
    # 0.328571. b) E 1000/5000/2000, revenue 2000/5000/3000: (100 x .5 + 200 x 1 + 50 x 2/3) / 350 = 0.809524.
    # c) E 1000/5000/6000, revenue 2000/5000/3000, market caps 20000/10000/15000: (5 + 100 + 20) / (10 + 100 + 10)
    million = 10**6
    cases = {
        "A": ((1_000, 5_000, 6_000), (None, None, None), (20_000, 10_000, 30_000)),
        "B": ((1_000, 5_000, 2_000), (2_000, 5_000, 3_000), (30_000, 30_000, 30_000)),
        "C": ((1_000, 5_000, 6_000), (2_000, 5_000, 3_000), (20_000, 10_000, 15_000)),
    }
    companies = [
        (case, f"{case}{place}", *facts)
        for case, figures in cases.items()
        for place, facts in enumerate(zip((100, 200, 50), *figures, strict=True))
    ]
    done = run(
        holdings=[
            line(name, asset_class="listed_equity", issuer_id=name, market_value=held * million, portfolio_id=case)
            for case, name, held, _, _, _ in companies
        ],
        issuer_financials=[
            financials(name, market_cap=cap * million, total_debt=0, revenue=revenue and revenue * million)
            for _, name, _, _, revenue, cap in companies
        ],
        issuer_emissions=[row for _, name, _, tonnes, _, _ in companies for row in emissions(name, tonnes)],
    )
    footprint = done.carbon(portfolio="A")
    assert float(footprint["financed_emissions_tco2e"]) == near(115)
    assert footprint["economic_intensity_tco2e_per_meur"] == pytest.approx(0.328571, abs=1e-6)
    assert done.carbon(portfolio="B")["waci_tco2e_per_meur"] == pytest.approx(0.809524, abs=1e-6)
    # c) emissions over revenue, both for the part owned, is no published column: it is a ratio of two of them
    owned = done.one("""
        select sum(financed_scope_1_2_tco2e) / (sum(attribution_factor * revenue_eur) / 1000000) as intensity
        from core.attribution
        where portfolio_id = 'C'
    """)
    assert float(owned["intensity"]) == pytest.approx(1.041667, abs=1e-6)


def test_p4_data_quality_weighted_by_outstanding_amount(run):
    # PCAF box 6.1-6: scores 3, 5, 1, 1, 2, 5; 3.03 for the class, 3.53 for the first two (oil and gas)
    lines = [
        (3, 522_425, "production"), (5, 187_449, "asset_estimate"), (1, 82_778, "reported_verified"),
        (1, 108_997, "reported_verified"), (2, 67_556, "reported"), (5, 54_762, "asset_estimate"),
    ]  # fmt: skip
    done = run(
        holdings=[
            line(f"X{place}", asset_class="listed_equity", issuer_id=f"X{place}", market_value=amount)
            | {"portfolio_id": "OIL-GAS" if place < 2 else "OTHER"}
            for place, (_, amount, _) in enumerate(lines)
        ],
        issuer_financials=[financials(f"X{place}", market_cap=10**9, total_debt=0) for place in range(len(lines))],
        issuer_emissions=[
            row for place, (_, _, basis) in enumerate(lines) for row in emissions(f"X{place}", 10, basis=basis)
        ],
    )
    assert done.carbon()["data_quality_score"] == pytest.approx(3.032536, abs=1e-6)
    assert done.carbon(portfolio="OIL-GAS")["data_quality_score"] == pytest.approx(3.528119, abs=1e-6)
