"""Missing, stale, restated and disputed figures: the line keeps its reason and nothing becomes 0."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs

EVIC = {"market_cap": 600, "total_debt": 400}


@pytest.fixture
def run(tmp_path):
    def of(known_as_of="", **datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", known_as_of=known_as_of)

    return of


def share(**given):
    return line("A", asset_class="listed_equity", issuer_id="X", market_value=100, **given)


@pytest.mark.parametrize(
    ("datasets", "status"),
    [
        ({}, "unknown_issuer"),
        ({"issuers": [{"issuer_id": "X", "name": "X"}]}, "missing_financials"),
        ({"issuer_financials": [financials("X", **EVIC)]}, "missing_emissions"),
        ({"issuer_emissions": emissions("X", 10)}, "missing_financials"),
        (
            {"issuer_financials": [financials("X", revenue=5)], "issuer_emissions": emissions("X", 10)},
            "missing_evic",
        ),
        (
            {"issuer_financials": [financials("X", **EVIC)], "issuer_emissions": emissions("X", 10, None)},
            "missing_scope_2",
        ),
        (
            {"issuer_financials": [financials("X", **EVIC)], "issuer_emissions": emissions("X", None, 10)},
            "missing_scope_1",
        ),
        (
            {
                "issuer_financials": [financials("X", **EVIC)],
                "issuer_emissions": emissions("X", 10, fiscal_year=2020),
            },
            "stale_emissions",
        ),
        (
            {
                "issuer_financials": [financials("X", **EVIC) | {"fiscal_year": 2020, "period_end": "2020-12-31"}],
                "issuer_emissions": emissions("X", 10),
            },
            "stale_financials",
        ),
        (
            {
                "issuer_financials": [financials("X", market_cap=50, total_debt=10)],
                "issuer_emissions": emissions("X", 10),
            },
            "attribution_above_1",
        ),
        (
            {
                "issuer_financials": [financials("X", **EVIC) | {"currency": "ARS"}],
                "issuer_emissions": emissions("X", 10),
            },
            "missing_fx_rate",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_reason_is_kept(run, datasets, status):
    done = run(holdings=[share()], **datasets)
    position = done.position("A")
    assert position["carbon_status"] == status
    assert position["financed_scope_1_2_tco2e"] is None
    carbon = done.carbon()
    assert carbon["financed_emissions_tco2e"] is None, "nothing covered is unknown, not 0 tonnes"
    assert carbon["coverage_ratio"] == 0


def test_the_last_word_of_a_source_replaces_its_earlier_ones(run):
    restated = [
        *emissions("X", 10, known_from="2025-04-01"),
        *emissions("X", 30, known_from="2026-02-01"),
    ]
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=restated)
    # 100 / 1,000 x 30
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == pytest.approx(3)


def test_an_earlier_view_sees_only_what_was_known_then(run):
    restated = [
        *emissions("X", 10, known_from="2025-04-01"),
        *emissions("X", 30, known_from="2026-02-01"),
    ]
    facts = {"issuer_financials": [financials("X", **EVIC)], "issuer_emissions": restated}
    done = run(known_as_of="2025-12-31", holdings=[share()], **facts)
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == pytest.approx(1)


def test_a_fact_from_the_future_is_invisible(run):
    facts = [*emissions("X", 10), *emissions("X", 99, known_from="2099-01-01", basis="reported_verified")]
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=facts)
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == pytest.approx(1)


def test_the_better_basis_wins_between_sources_and_gives_the_score(run):
    facts = [
        *emissions("X", 50, basis="revenue_estimate", source="vendor"),
        *emissions("X", 10, basis="reported_verified", source="report"),
    ]
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=facts)
    position = done.position("A")
    assert float(position["financed_scope_1_2_tco2e"]) == pytest.approx(1)
    assert position["data_quality_score"] == 1


def test_the_weaker_scope_gives_the_score(run):
    facts = [
        *emissions("X", 10, None, basis="reported_verified"),
        *emissions("X", None, 5, basis="revenue_estimate"),
    ]
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=facts)
    assert done.position("A")["data_quality_score"] == 4


def test_the_score_is_weighted_by_amount(run):
    # PCAF box 6.1-6: (3 x 522425 + 5 x 187449) / (522425 + 187449) = 3.528119
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=522_425),
            line("B", asset_class="listed_equity", issuer_id="Y", market_value=187_449),
        ],
        issuer_financials=[financials(name, market_cap=10_000_000, total_debt=1) for name in "XY"],
        issuer_emissions=[*emissions("X", 1, basis="production"), *emissions("Y", 1, basis="asset_estimate")],
    )
    assert done.carbon()["data_quality_score"] == pytest.approx(3.528119, abs=1e-6)


def test_a_counterparty_is_attributed_nothing(run):
    done = run(
        holdings=[
            line("SWAP", asset_class="derivative", issuer_id="X", market_value=100),
            line("BANK", asset_class="cash", issuer_id="X", market_value=100),
        ],
        issuer_financials=[financials("X", **EVIC)],
        issuer_emissions=emissions("X", 10),
    )
    statuses = {row["line_id"]: row for row in done.rows("select * from marts.positions")}
    assert statuses["SWAP"]["carbon_status"] == "out_of_scope_derivative"
    assert statuses["BANK"]["carbon_status"] == "out_of_scope_cash"
    for row in statuses.values():
        assert row["financed_scope_1_2_tco2e"] is None
        assert row["attribution_factor"] is None
        assert row["headline_outcome"] is None


def test_a_missing_scope_3_leaves_scopes_1_and_2_covered(run):
    done = run(
        holdings=[share()],
        issuer_financials=[financials("X", **EVIC)],
        issuer_emissions=emissions("X", 10, 5),
    )
    assert done.carbon(scopes="1_2")["coverage_ratio"] == 1
    assert done.carbon(scopes="3")["coverage_ratio"] == 0
    assert done.carbon(scopes="1_2_3")["financed_emissions_tco2e"] is None


def test_debt_is_attributed_at_nominal_and_shares_at_market_value(run):
    # D2: 10 M nominal at a price of 80, EVIC 1,000 M, 50,000 t: 500 t (market value would say 400)
    done = run(
        holdings=[
            line(
                "A",
                asset_class="corporate_bond",
                issuer_id="X",
                market_value=8_000_000,
                nominal_amount=10_000_000,
            )
        ],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=400_000_000)],
        issuer_emissions=emissions("X", 50_000),
    )
    assert float(done.position("A")["financed_scope_1_2_tco2e"]) == pytest.approx(500)


def test_a_change_without_its_baseline_says_so(run):
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=emissions("X", 10))
    change = done.one("select * from marts.mission_indicators where indicator_id = 'portfolio_footprint_change'")
    assert change["value"] is None
    assert change["status"] == "no_baseline"


def test_a_mean_score_stays_between_its_scores(run):
    """8,345,493.92 and 687,532.37 at score 5: the division of doubles alone would give 5.000000000000001."""
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value="8345493.92"),
            line("B", asset_class="listed_equity", issuer_id="X", market_value="687532.37"),
        ],
        issuer_financials=[financials("X", evic=100_000_000_000)],
        issuer_emissions=emissions("X", 5, 5, basis="asset_estimate"),
    )
    assert done.carbon()["data_quality_score"] == 5


@pytest.mark.parametrize("asset_class", ["listed_equity", "corporate_bond", "fund"])
def test_a_short_position_finances_nobody_and_is_not_eligible(run, asset_class):
    done = run(
        holdings=[
            share(),
            line("SHORT", asset_class=asset_class, issuer_id="X", market_value=-50, nominal_amount=50),
        ],
        issuer_financials=[financials("X", **EVIC)],
        issuer_emissions=emissions("X", 10),
    )
    assert done.position("SHORT")["carbon_status"] == "short_position"
    assert done.position("SHORT")["financed_scope_1_2_tco2e"] is None
    carbon = done.carbon()
    assert (float(carbon["eligible_value_eur"]), carbon["coverage_ratio"]) == (100, 1)


@pytest.mark.parametrize(
    ("sheet", "denominator", "status"),
    [
        # equity 800 + debt 400 + deposits 5,000
        ({"total_equity": 800, "total_debt": 400, "deposits": 5000}, 6200, "covered"),
        ({"total_equity": -30, "total_debt": 400, "deposits": 5000}, 5400, "covered"),
        ({"total_equity": 800, "total_debt": 400}, None, "missing_deposits"),
        # the balance sheet total holds the deposits
        ({"total_equity": 800, "total_debt": 400, "total_assets": 7000}, 7000, "covered"),
    ],
)
def test_the_debt_of_an_unlisted_bank_includes_its_deposits(run, sheet, denominator, status):
    done = run(
        holdings=[line("A", asset_class="loan", issuer_id="X", market_value=62)],
        issuers=[{"issuer_id": "X", "name": "Banque", "is_financial": "true", "is_listed": "false"}],
        issuer_financials=[financials("X", **sheet)],
        issuer_emissions=emissions("X", 1000),
    )
    position = done.position("A")
    assert position["carbon_status"] == status
    assert position["denominator_eur"] == denominator
    if denominator == 6200:
        # 62 / 6,200 x 1,000
        assert float(position["financed_scope_1_2_tco2e"]) == pytest.approx(10)


@pytest.mark.parametrize(("evic", "status"), [(1200, "missing_deposits"), (6200, "covered")])
def test_a_vendor_s_evic_of_a_bank_must_hold_more_than_the_parts_without_deposits(run, evic, status):
    done = run(
        holdings=[share()],
        issuers=[{"issuer_id": "X", "name": "Banque", "is_financial": "true"}],
        issuer_financials=[financials("X", market_cap=800, total_debt=400, evic=evic)],
        issuer_emissions=emissions("X", 10),
    )
    assert done.position("A")["carbon_status"] == status


@pytest.mark.parametrize(
    ("scheme", "code", "status"),
    [("nace_2", "65.12", "covered"), ("gics", "403010", "covered"), ("nace_2", "64.19", "missing_deposits")],
)
def test_an_insurer_takes_no_deposits(run, scheme, code, status):
    """Financial companies both, but only the bank's balance sheet lacks something."""
    done = run(
        holdings=[share()],
        issuers=[{"issuer_id": "X", "name": "Assureur", "sector_scheme": scheme, "sector_code": code}],
        issuer_financials=[financials("X", market_cap=800, total_debt=400)],
        issuer_emissions=emissions("X", 10),
    )
    assert done.position("A")["carbon_status"] == status


@pytest.mark.parametrize("later", [{"total_equity": 100, "total_debt": 50}, {"total_assets": 4000}])
def test_a_later_year_without_the_denominator_does_not_hide_the_one_before(run, later):
    done = run(
        holdings=[share()],
        issuers=[{"issuer_id": "X", "name": "X", "is_listed": "true"}],
        issuer_financials=[
            financials("X", **EVIC) | {"fiscal_year": 2023, "period_end": "2023-12-31", "known_from": "2024-04-01"},
            financials("X", **later),
        ],
        issuer_emissions=emissions("X", 10),
    )
    position = done.position("A")
    assert (position["denominator_eur"], position["denominator_basis"]) == (1000, "evic_parts")


def test_a_figure_its_source_took_back_is_no_longer_used(run):
    facts = [
        *emissions("X", 10, 0, known_from="2025-04-01"),
        {**emissions("X", 10, None)[0], "tco2e": None, "known_from": "2025-09-01"},
    ]
    done = run(holdings=[share()], issuer_financials=[financials("X", **EVIC)], issuer_emissions=facts)
    assert done.position("A")["carbon_status"] == "missing_scope_1"


def test_the_waci_has_a_coverage_of_its_own(run):
    # D5's lines 10 / 10 / 5; the revenue of the first only is known: 10 of 25
    lines = [
        line(name, asset_class="listed_equity", issuer_id=name, market_value=value)
        for name, value in (("A", 10), ("B", 10), ("C", 5))
    ]
    done = run(
        holdings=lines,
        issuer_financials=[
            financials("A", **EVIC, revenue=1_000_000),
            financials("B", **EVIC),
            financials("C", **EVIC),
        ],
        issuer_emissions=[*emissions("A", 60), *emissions("B", 40)],
    )
    carbon = done.carbon()
    assert (carbon["coverage_ratio"], carbon["waci_coverage_ratio"]) == (0.8, 0.4)
    assert carbon["waci_tco2e_per_meur"] == pytest.approx(60)


def test_a_country_without_gdp_is_not_covered_and_a_short_is_out(run):
    dollars = [{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": 1}]
    country = {"year": 2023, "known_from": "2024-06-01", "ghg_excl_lulucf_tco2e": 400, "gdp_nominal_eur": 2_000_000}
    done = run(
        holdings=[
            line("FR", asset_class="sovereign_bond", issuer_id="FR", market_value=10),
            line("NG", asset_class="sovereign_bond", issuer_id="NG", market_value=30),
            line("SHORT", asset_class="sovereign_bond", issuer_id="FR", market_value=-10),
        ],
        sovereigns=[{**country, "country": "FR", "gdp_ppp_intl_usd": 4000}, {**country, "country": "NG"}],
        fx_rates=dollars,
    )
    statuses = {row["line_id"]: row["carbon_status"] for row in done.rows("select * from marts.positions")}
    assert statuses == {"FR": "sovereign_covered", "NG": "missing_sovereign_data", "SHORT": "short_position"}
    row = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert (float(row["exposure_eur"]), float(row["covered_exposure_eur"])) == (40, 10)
    # 10 / 4,000 x 400 t
    assert float(row["financed_emissions_tco2e"]) == pytest.approx(1)
    # both have a nominal GDP: 400 t / 2 M EUR
    assert (row["intensity_tco2e_per_meur_gdp"], row["intensity_coverage_ratio"]) == (200, 1)


@pytest.mark.parametrize(("year", "known"), [(2024, True), (2023, True), (2022, False)])
def test_the_mutual_s_own_balance_is_of_the_year_or_the_one_before(run, year, known):
    own = {"year": year, "protected_persons": 1000, "category": "offices", "tco2e": 9}
    done = run(
        holdings=[share()],
        issuer_financials=[financials("X", **EVIC)],
        issuer_emissions=emissions("X", 10),
        organisation=[own],
    )
    shown = done.one("select * from marts.mission_indicators where indicator_id = 'footprint_per_person'")
    # (9 t + 100 / 1,000 x 10 t) x 1,000 kg / 1,000 persons
    assert shown["value"] == (pytest.approx(10) if known else None)
