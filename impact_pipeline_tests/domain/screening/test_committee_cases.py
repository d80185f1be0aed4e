"""The cases a committee would argue about, with the outcome and the reason worked out by hand."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from impact_pipeline.domain.screening import evaluate
from impact_pipeline.errors import SchemaViolationError
from impact_pipeline_tests.domain.screening.cases import (
    DAY,
    KNOWN,
    absent,
    claim,
    companies_frame,
    criterion,
    demo_rules,
    evidence_frame,
    explanations,
    rule,
    verdict,
)

PALM, SODA, NEO = "revenue_share.palm", "revenue_share.added_sugar_drinks", "revenue_share.neonic"
RSPO = "certified_share.rspo"
PALM_CRITERIA = demo_rules()["PALM-01"].model_dump(mode="json", by_alias=True)["criteria"]["any"]
WELL_CERTIFIED = [claim(RSPO, "60", model="SG"), claim(RSPO, "0", model="IP"), claim(RSPO, "20", model="MB")]


def test_1_any_excludes_a_certified_producer_and_all_clears_it() -> None:
    claims = [claim(PALM, "7.4", role="grower", locator="p. 112"), claim(RSPO, "92")]
    excluded = verdict(claims, demo_rules()["PALM-01"])
    assert (excluded["truth"], excluded["outcome"]) == ("T", "EXCLUDED")
    assert excluded["text_fr"] == (
        "Alpha SA — EXCLU au 31/12/2025. Règle PALM-01 v1 « Huile de palme (déforestation) » (depuis le"
        " 01/01/2019, CR-2018-12) : part du CA issue de l'huile de palme, périmètre groupe > 5 % : valeur"
        " 7,4 % (exercice 2024, rapport annuel, p. 112, reçu le 15/05/2025, grade B)."
    )
    every = rule(base="PALM-01", criteria={"all": PALM_CRITERIA})
    assert verdict(claims, every)["outcome"] == "CLEARED"
    assert explanations(claims, every)["rspo"]["truth"] == "F"


@pytest.mark.parametrize(("op", "outcome"), [(">", "CLEARED"), (">=", "EXCLUDED")])
def test_2_exactly_at_the_threshold_the_operator_decides(op: str, outcome: str) -> None:
    the_rule = rule(base="PALM-01", criteria={"any": [{**PALM_CRITERIA[0], "op": op}, *PALM_CRITERIA[1:]]})
    found = verdict([claim(PALM, "5.000"), *WELL_CERTIFIED], the_rule)
    assert (found["outcome"], found["is_near"]) == (outcome, True)


def test_3_three_segments_add_up_to_exactly_five() -> None:
    segments = [claim(PALM, part) for part in ("0.6", "3.8", "0.6")]
    the_rule = rule(criteria={"any": [criterion(PALM, ">=", "5", id="rev")]})
    assert verdict(segments, the_rule)["outcome"] == "EXCLUDED"
    row = explanations(segments, the_rule)["rev"]
    assert (row["lo"], row["hi"], row["evidence_id"]) == (Decimal(5), Decimal(5), "EV-0, EV-1, EV-2")


def test_4_a_band_around_the_threshold_is_watched() -> None:
    band = [claim(SODA, "10", "24.9", coverage_status="researched_involved", grade="C")]
    found = verdict(band, demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"], found["is_near"]) == ("U", "WATCHLIST", True)
    assert "valeur [10 ; 24,9] %" in found["text_fr"]
    assert "l'intervalle contient le seuil" in found["text_fr"]


def test_5_first_euro_is_not_proved_by_a_band_that_includes_zero() -> None:
    band = [claim(NEO, "0", "5", hi_open=True, coverage_status="researched_involved")]
    found = verdict(band, demo_rules()["NEO-01"])
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")
    assert "valeur [0 ; 5[ %" in found["text_fr"]


def test_4_an_open_band_ends_below_its_upper_edge() -> None:
    band = [claim(SODA, "10", "20", hi_open=True), claim(PALM, "0", "5", hi_open=True)]
    assert verdict(band, demo_rules()["SODA-01"])["outcome"] == "CLEARED"
    closed = [claim(SODA, "10", "20")]
    assert verdict(closed, demo_rules()["SODA-01"])["outcome"] == "WATCHLIST"


@pytest.mark.parametrize("rule_id", ["PALM-01", "SODA-01", "NEO-01"])
def test_6_blank_means_unknown_unless_somebody_looked(rule_id: str) -> None:
    measure = {"PALM-01": PALM, "SODA-01": SODA, "NEO-01": NEO}[rule_id]
    the_rule = demo_rules()[rule_id]
    for status in ("not_covered", "not_researched", "withdrawn", None):
        found = verdict([claim(measure, coverage_status=status)], the_rule)
        assert (found["truth"], found["outcome"]) == ("U", "UNKNOWN"), status
        assert "donnée manquante" in found["text_fr"]
        assert "à compléter par l'équipe ISR" in found["text_fr"]
    cleared = verdict([absent(measure)], the_rule)
    assert (cleared["truth"], cleared["outcome"]) == ("F", "CLEARED")


def test_7_a_sector_proxy_watches_and_a_real_zero_clears() -> None:
    proxy = claim(SODA, "50", "100", grade="E", source="NACE 11.07", reported_or_estimated="estimated")
    found = verdict([proxy], demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == ("T", "WATCHLIST")
    assert "preuve trop faible pour conclure, minimum grade C" in found["text_fr"]
    assert verdict([proxy, claim(SODA, "0")], demo_rules()["SODA-01"])["outcome"] == "CLEARED"


def test_10_a_supermarket_is_not_a_maker() -> None:
    found = verdict([claim(SODA, "6", role="retailer")], demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == ("F", "NOT_APPLICABLE")
    assert found["text_fr"].endswith("place dans la filière que la règle ne vise pas : distributeur 6 %.")
    assert set(explanations([claim(SODA, "6", role="retailer")], demo_rules()["SODA-01"])) == {"applies_if"}


def test_11_a_volume_is_not_a_revenue() -> None:
    brewer = [claim(SODA, "16", unit="pct_volume", role="bottler", coverage_status="researched_involved")]
    found = verdict(brewer, demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")
    assert "16 pct_volume" in found["text_fr"]
    assert "unité différente de celle du critère" in found["text_fr"]


def test_14_same_drug_two_definitions() -> None:
    claims = [
        claim("pfas.producer", "1", model="OECD2021", unit="bool"),
        claim("pfas.producer", "0", model="excl_API_PPP", unit="bool"),
    ]
    truths = {
        name: verdict(claims, rule(criteria={"any": [criterion("pfas.producer", "is_true", definition=name)]}))["truth"]
        for name in ("OECD2021", "excl_API_PPP")
    }
    assert truths == {"OECD2021": "T", "excl_API_PPP": "F"}


def test_15_the_named_set_decides() -> None:
    maker = {"role": "active_maker", "unit": "bool"}
    claims = [
        # looked for in every role and not found
        claim("involvement.neonic", "0", substance_set="neonic_IRAC4A", unit="bool"),
        claim("involvement.neonic", "1", substance_set="nAChR_FR", **maker),
    ]
    found = {
        name: verdict(claims, rule(criteria={"any": [criterion("involvement.neonic", "is_true", set=name)]}))["outcome"]
        for name in ("neonic_IRAC4A", "nAChR_FR")
    }
    assert found == {"neonic_IRAC4A": "CLEARED", "nAChR_FR": "EXCLUDED"}


def test_19_vendors_are_never_averaged() -> None:
    vendors = [
        claim(PALM, "4.2", source="vendeur A", grade="C", role="grower"),
        claim(PALM, "6.1", source="vendeur B", grade="C", role="grower"),
        *WELL_CERTIFIED,
    ]
    found = verdict(vendors, demo_rules()["PALM-01"])
    assert (found["truth"], found["outcome"], found["has_conflict"]) == ("U", "WATCHLIST", True)
    row = explanations(vendors, demo_rules()["PALM-01"])["rev"]
    assert (row["lo"], row["hi"], row["conflict_with"]) == (Decimal("4.2"), Decimal("6.1"), "EV-0, EV-1")
    assert "de part et d'autre du seuil : au comité de trancher" in row["text_fr"]


def test_20_a_new_threshold_leaves_the_past_alone() -> None:
    old = rule(criteria={"any": [criterion(PALM, ">=", "10")]}, valid={"from": "2019-01-01", "to": "2026-01-01"})
    new = rule(criteria={"any": [criterion(PALM, ">=", "5")]}, valid={"from": "2026-01-01"}, version="2")
    claims = [claim(PALM, "7")]
    issuers = pl.concat([companies_frame(day, ["ALPHA"]) for day in (DAY, dt.date(2026, 1, 31))])
    months = pl.DataFrame({"as_of_date": [DAY, dt.date(2026, 1, 31)], "known_as_of": [KNOWN, dt.date(2026, 2, 9)]})
    evidence = pl.concat([evidence_frame([{**claims[0], "as_of_date": day}]) for day in months["as_of_date"]])
    found = evaluate(evidence, issuers, months, [old, new]).issuer_verdicts
    assert found["rule_version"].to_list() == ["1", "2"]
    assert found["outcome"].to_list() == ["CLEARED", "EXCLUDED"]


def test_23_nan_cannot_even_be_asked() -> None:
    issuers = companies_frame(DAY, ["ALPHA"])
    months = pl.DataFrame({"as_of_date": [DAY], "known_as_of": [KNOWN]})
    floats = evidence_frame([claim(PALM, "7")]).with_columns(lo=pl.lit(float("nan")))
    with pytest.raises(SchemaViolationError, match="lo is not a decimal"):
        evaluate(floats, issuers, months, [demo_rules()["PALM-01"]])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (claim(SODA, "-3"), "valeur impossible"),
        (claim(SODA, "12", "8"), "valeur impossible"),
        (claim(SODA, "120"), "valeur impossible"),
        (claim(SODA, "3", unit="pct_gross"), "unité différente"),
    ],
)
def test_23_impossible_values_and_other_denominators_prove_nothing(wrong: dict[str, object], said: str) -> None:
    found = verdict([wrong], demo_rules()["SODA-01"])
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")
    assert said in found["text_fr"]


def test_public_bodies_are_outside_corporate_rules() -> None:
    found = verdict([], demo_rules()["PALM-01"], public=["ALPHA"])
    assert found["outcome"] == "NOT_APPLICABLE"
    assert "émetteur public" in found["text_fr"]
