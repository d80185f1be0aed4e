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
