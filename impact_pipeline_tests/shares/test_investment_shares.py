"""Strategic and real-economy shares: each over its own denominator, unknown lines in the denominator only."""

import pytest

from impact_pipeline_tests.builders import compute, line, write_inputs


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


def classified(subject, code, share, kind="real_economy", **given):
    return {
        "subject_id": subject, "kind": kind, "code": code, "share": share, "valid_from": "2020-01-01", **given,
    }  # fmt: skip


def total(done, indicator, code="TOTAL"):
    return done.one(
        "select * from marts.investment_shares where portfolio_id = 'ALL' and indicator = ? and code = ?",
        indicator,
        code,
    )


def test_each_share_has_its_own_denominator(run):
    # strategic: 85 of 100; return: 14 of 100; treasury is in neither
    done = run(
        holdings=[
            line("S1", asset_class="unlisted_equity", pocket="strategic", market_value=85),
            line("S2", asset_class="unlisted_equity", pocket="strategic", market_value=15),
            line("R1", asset_class="private_debt", market_value=14),
            line("R2", asset_class="listed_equity", market_value=86),
            line("T", asset_class="cash", pocket="treasury", market_value=1_000),
        ],
        classifications=[
            classified("S1", "acces_soins", 1, kind="strategic_purpose"),
            classified("S2", "hors_mission", 0, kind="strategic_purpose"),
            classified("R1", "dette_privee", 1),
            classified("R2", "hors_economie_reelle", 0),
        ],
    )
    strategic, real = total(done, "strategic_purpose"), total(done, "real_economy")
    assert (float(strategic["numerator_eur"]), float(strategic["denominator_eur"])) == (85, 100)
    assert strategic["share_ratio"] == pytest.approx(0.85)
    assert real["share_ratio"] == pytest.approx(0.14)
    assert real["share_upper_ratio"] == pytest.approx(0.14)


def test_what_nobody_classified_is_unknown_and_gives_the_upper_bound(run):
    # 14 classified, 6 unclassified shares, 80 of sovereigns (known to be outside): between 14 % and 20 %
    done = run(
        holdings=[
            line("A", asset_class="private_debt", market_value=14),
            line("B", asset_class="listed_equity", market_value=6),
            line("C", asset_class="sovereign_bond", issuer_id="FR", market_value=80),
        ],
        classifications=[classified("A", "dette_privee", 1)],
    )
    real = total(done, "real_economy")
    assert real["share_ratio"] == pytest.approx(0.14)
    assert float(real["unknown_eur"]) == 6
    assert real["share_upper_ratio"] == pytest.approx(0.20)


def test_a_line_can_serve_several_purposes_without_counting_twice(run):
    done = run(
        holdings=[line("S", asset_class="unlisted_equity", pocket="strategic", market_value=100)],
        classifications=[
            classified("S", "innovation_medicale", "0.3", kind="strategic_purpose"),
            classified("S", "parcours_patient", "0.5", kind="strategic_purpose"),
        ],
    )
    assert total(done, "strategic_purpose", "innovation_medicale")["share_ratio"] == pytest.approx(0.3)
    assert total(done, "strategic_purpose")["share_ratio"] == pytest.approx(0.8)


def test_the_classification_of_a_fund_line_reaches_what_the_fund_holds(run):
    done = run(
        holdings=[
            line("U", asset_class="fund", fund_id="F", market_value=50),
            {**line("X", asset_class="listed_equity", market_value=60), "portfolio_id": "F"},
            {**line("Y", asset_class="listed_equity", issuer_id="Z", market_value=40), "portfolio_id": "F"},
            line("B", asset_class="listed_equity", market_value=50),
        ],
        classifications=[
            classified("U", "mandat_emploi_regions", 1),
            classified("Z", "hors_economie_reelle", 0),
            classified("B", "hors_economie_reelle", 0),
        ],
    )
    # X: 60 % of 50 = 30 through the fund line; Z is classified itself; 30 / 100
    assert total(done, "real_economy")["share_ratio"] == pytest.approx(0.30)


def test_a_classification_counts_only_while_it_is_valid(run):
    done = run(
        holdings=[line("A", asset_class="private_debt", market_value=10)],
        classifications=[
            classified("A", "dette_privee", 1, valid_to="2024-12-31"),
        ],
    )
    real = total(done, "real_economy")
    assert real["share_ratio"] is None, "nobody says anything about any of it"
    assert real["share_upper_ratio"] == 1
    assert float(real["unknown_eur"]) == 10


def test_without_classifications_the_indicator_has_no_data(run):
    done = run(holdings=[line("A", asset_class="unlisted_equity", pocket="strategic", market_value=1000)])
    shown = done.one("select * from marts.mission_indicators where indicator_id = 'strategic_share'")
    assert (shown["value"], shown["numerator"], shown["status"]) == (None, None, "no_data")
    assert (shown["denominator"], shown["coverage_ratio"]) == (1000, 0)


def test_a_class_without_its_share_is_no_class(run):
    # the line's own row says no share, its issuer's says half: 500 of 1,000
    done = run(
        holdings=[line("A", asset_class="listed_equity", issuer_id="X", market_value=1000)],
        classifications=[classified("A", "pme", None), classified("X", "pme", "0.5")],
    )
    assert total(done, "real_economy")["share_ratio"] == pytest.approx(0.5)


def test_a_liability_counts_on_neither_side(run):
    # 600 of 1,000 of assets; the swap's -30 is a debt, not an asset
    done = run(
        holdings=[
            line("A", asset_class="private_debt", market_value=600),
            line("B", asset_class="listed_equity", market_value=400),
            line("SWAP", asset_class="derivative", market_value=-30),
        ],
        classifications=[classified("A", "dette_privee", 1)],
    )
    real = total(done, "real_economy")
    assert (float(real["denominator_eur"]), real["share_ratio"], real["share_upper_ratio"]) == (1000, 0.6, 1)


def test_a_delivered_inventory_keeps_what_was_said_of_the_fund(run):
    """The line of G is classified by its issuer, the line of HH inside G by its instrument: the nearer one counts."""
    done = run(
        holdings=[
            line("L9", asset_class="fund", issuer_id="MANAGER", pocket="strategic", market_value=40, fund_id="G"),
            line("A1", portfolio_id="G", asset_class="listed_equity", issuer_id="W", market_value=30),
            line("A2", portfolio_id="G", asset_class="fund", instrument_id="HH-UNIT", market_value=10, fund_id="HH"),
            line("E", portfolio_id="HH", asset_class="listed_equity", issuer_id="V", market_value=10),
        ],
        classifications=[
            classified("MANAGER", "acces_soins", 1, kind="strategic_purpose"),
            classified("HH-UNIT", "innovation_medicale", "0.5", kind="strategic_purpose"),
        ],
    )
    # 30 through G counts whole, 10 through HH counts half
    assert float(total(done, "strategic_purpose")["numerator_eur"]) == 35
    assert float(total(done, "strategic_purpose", "innovation_medicale")["numerator_eur"]) == 5
