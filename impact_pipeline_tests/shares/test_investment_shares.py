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
    assert real["share_ratio"] == 0
    assert float(real["unknown_eur"]) == 10
