"""Which claims count, what adds up, which one wins."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from impact_pipeline_tests.domain.screening.cases import (
    absent,
    claim,
    criterion,
    demo_rules,
    explanations,
    rule,
    verdict,
)

PALM, SODA, RSPO = "revenue_share.palm", "revenue_share.added_sugar_drinks", "certified_share.rspo"
ABOVE_5 = rule(criteria={"any": [criterion(PALM, ">", "5", id="rev", basis="group")]})


def ends(claims: list[dict[str, Any]], the_rule: Any = ABOVE_5, name: str = "rev") -> tuple[Decimal, Decimal]:
    row = explanations(claims, the_rule)[name]
    return row["lo"], row["hi"]


def test_a_replaced_claim_is_gone_only_when_its_replacement_is_visible() -> None:
    old = claim(PALM, "9", evidence_id="OLD", superseded_by="NEW")
    new = claim(PALM, "1", evidence_id="NEW", known_from=dt.date(2025, 9, 1))
    assert verdict([old, new], ABOVE_5)["outcome"] == "CLEARED"
    assert verdict([old], ABOVE_5)["outcome"] == "EXCLUDED"
    later = {**new, "known_from": dt.date(2026, 3, 1)}
    assert verdict([old, later], ABOVE_5)["outcome"] == "EXCLUDED"


def test_only_another_claim_about_the_same_company_replaces_one() -> None:
    itself = claim(PALM, "9", evidence_id="OLD", superseded_by="OLD")
    assert verdict([itself], ABOVE_5)["outcome"] == "EXCLUDED"
    moved = claim(PALM, "9", evidence_id="NEW", issuer_id="BETA")
    assert verdict([{**itself, "superseded_by": "NEW"}, moved], ABOVE_5)["outcome"] == "EXCLUDED"


def test_a_later_withdrawal_of_the_same_source_and_year_silences_it() -> None:
    said = claim(PALM, "1", source="vendeur", known_from=dt.date(2025, 3, 1))
    withdrawn = claim(PALM, source="vendeur", coverage_status="withdrawn", known_from=dt.date(2025, 9, 1))
    assert verdict([said], ABOVE_5)["outcome"] == "CLEARED"
    assert verdict([said, withdrawn], ABOVE_5)["outcome"] == "UNKNOWN"


MARCH, JUNE = dt.date(2025, 3, 1), dt.date(2025, 6, 1)


def test_a_second_delivery_without_a_place_is_a_part_or_a_correction() -> None:
    """3 + 3 = 6 in March, 1.5 + 2 = 3.5 in June: corrected to 3.5, or 9.5 together."""
    first = [claim(PALM, part, known_from=MARCH) for part in ("3", "3")]
    second = [claim(PALM, part, known_from=JUNE) for part in ("1.5", "2")]
    assert ends([*first, *second]) == (Decimal("3.5"), Decimal("9.5"))
    assert verdict([*first, *second], ABOVE_5)["has_conflict"]


def test_a_second_delivery_at_the_same_place_corrects_and_at_another_adds() -> None:
    first = claim(PALM, "3", locator="p. 12", known_from=MARCH)
    assert ends([first, claim(PALM, "2", locator="p. 12", known_from=JUNE)]) == (Decimal(2), Decimal(2))
    assert ends([first, claim(PALM, "2.5", locator="p. 13", known_from=JUNE)]) == (Decimal("5.5"), Decimal("5.5"))


def test_the_same_value_delivered_every_month_is_said_once() -> None:
    feed = [claim(PALM, "3", known_from=dt.date(2025, month, 1)) for month in (3, 4, 5)]
    assert ends(feed) == (Decimal(3), Decimal(3))
    assert not verdict(feed, ABOVE_5)["has_conflict"]


@pytest.mark.parametrize("name", ["role", "substance_set", "model"])
def test_a_later_delivery_about_another_part_does_not_replace_the_first(name: str) -> None:
    first = claim(PALM, "4", known_from=MARCH, **{name: "one"})
    second = claim(PALM, "1.5", known_from=JUNE, **{name: "two"})
    assert ends([first, second]) == (Decimal("5.5"), Decimal("5.5"))


@pytest.mark.parametrize(
    ("withdrawn", "outcome"),
    [
        ({"fiscal_year": None, "known_from": JUNE}, "UNKNOWN"),  # of every year
        ({"known_from": MARCH}, "UNKNOWN"),  # of the same day
        ({"role": "retailer", "known_from": JUNE}, "CLEARED"),  # of another role
        ({"fiscal_year": 2023, "known_from": JUNE}, "CLEARED"),  # of another year
        ({"source": "autre", "known_from": JUNE}, "CLEARED"),
    ],
)
def test_a_withdrawal_takes_back_what_it_names(withdrawn: dict[str, Any], outcome: str) -> None:
    said = claim(PALM, "3", role="maker", known_from=MARCH)
    back = {**claim(PALM, None, coverage_status="withdrawn"), **withdrawn}
    assert verdict([said, back], ABOVE_5)["outcome"] == outcome


def test_a_total_and_its_parts_are_not_added() -> None:
    parts = [claim(PALM, "3", role="grower"), claim(PALM, "4", role="trader")]
    assert ends([*parts, claim(PALM, "7")]) == (Decimal(7), Decimal(7))
    assert not verdict([*parts, claim(PALM, "7")], ABOVE_5)["has_conflict"]


def test_the_same_claim_in_two_files_counts_once() -> None:
    copy = claim(PALM, "3", evidence_id="EV", source_file_id="g")
    assert ends([claim(PALM, "3", evidence_id="EV"), copy]) == (Decimal(3), Decimal(3))


def test_best_grade_wins_then_the_latest_year() -> None:
    vendor = claim(PALM, "9", source="vendeur", grade="C")
    report = claim(PALM, "2", grade="A", fiscal_year=2023, known_from=dt.date(2024, 5, 1))
    assert ends([vendor, report]) == (Decimal(2), Decimal(2))
    newer = claim(PALM, "3", grade="A", fiscal_year=2024)
    assert ends([vendor, report, newer]) == (Decimal(3), Decimal(3))


def test_age_costs_a_grade_so_an_old_report_does_not_hide_a_fresh_one() -> None:
    old = claim(PALM, "1", grade="A", fiscal_year=2022, known_from=dt.date(2023, 5, 1))
    fresh = claim(PALM, "8", source="étude", grade="B", fiscal_year=2024)
    assert verdict([old, fresh], ABOVE_5)["outcome"] == "EXCLUDED"


LAST_YEAR = {"fiscal_year": 2023, "known_from": dt.date(2024, 5, 1)}


@pytest.mark.parametrize(
    "newer",
    [
        [claim(PALM, "9", grade="D")],
        [claim(PALM, "12", "8")],
        [claim(PALM, "9", basis="site")],
        [claim(PALM, "9", unit="pct_volume")],
        # the parts of a year weigh as much as the weakest of them
        [claim(PALM, "9", role="grower", grade="A"), claim(PALM, "9", role="trader", grade="E")],
    ],
)
def test_a_later_year_of_the_same_source_does_not_win_when_it_is_weaker_or_unusable(
    newer: list[dict[str, Any]],
) -> None:
    for role in (None, "grower"):
        older = claim(PALM, "2", role=role, **LAST_YEAR)
        assert ends([older, *newer]) == (Decimal(2), Decimal(2))


def test_a_later_year_about_another_definition_says_nothing_about_this_one() -> None:
    oecd = rule(criteria={"any": [criterion("pfas.producer", "is_true", definition="OECD2021")]})
    older = claim("pfas.producer", "1", unit="bool", model="OECD2021", **LAST_YEAR)
    narrower = claim("pfas.producer", "0", unit="bool", model="excl_API_PPP")
    assert verdict([older, narrower], oecd)["outcome"] == "EXCLUDED"


def test_two_sources_on_the_same_side_keep_the_verdict_and_show_the_conflict() -> None:
    claims = [claim(PALM, "6"), claim(PALM, "9", source="autre")]
    found = verdict(claims, ABOVE_5)
    assert (found["outcome"], found["has_conflict"]) == ("EXCLUDED", True)
    assert "du même côté du seuil" in found["text_fr"]


@pytest.mark.parametrize(
    ("given", "lo", "hi"),
    [
        ({"lo": None, "hi": None, "coverage_status": "researched_involved"}, "0", "100"),
        ({"lo": Decimal(7), "hi": None}, "7", "100"),
        ({"lo": None, "hi": Decimal(7)}, "0", "7"),
        ({"lo": Decimal(7), "hi": Decimal(7), "reported_or_estimated": "estimated"}, "0", "7"),
        ({"lo": Decimal(3), "hi": Decimal(7), "reported_or_estimated": "estimated"}, "3", "7"),
    ],
)
def test_what_is_not_said_is_as_wide_as_it_can_be(given: dict[str, Any], lo: str, hi: str) -> None:
    assert ends([claim(PALM, **given)]) == (Decimal(lo), Decimal(hi))


def test_a_conservative_rule_reads_an_estimate_as_its_maximum_at_grade_d() -> None:
    the_rule = rule(
        criteria={"any": [criterion(PALM, ">", "5", id="rev")]},
        evidence={"estimates": "conservative", "min_grade_true": "D"},
    )
    estimate = claim(PALM, "0", "7", reported_or_estimated="estimated", grade="C")
    row = explanations([estimate], the_rule)["rev"]
    assert (row["lo"], row["hi"], row["grade"], row["outcome"]) == (Decimal(7), Decimal(7), "D", "EXCLUDED")


def test_an_end_that_one_source_reaches_is_not_open() -> None:
    at_least_5 = rule(criteria={"any": [criterion(PALM, ">=", "5", id="rev")]})
    open_band, closed_band = claim(PALM, "0", "5", hi_open=True), claim(PALM, "0", "5", source="autre")
    assert verdict([open_band], at_least_5)["truth"] == "F"
    assert verdict([open_band, closed_band], at_least_5)["truth"] == "U"
    score = rule(criteria={"any": [criterion("risk.score", ">=", "5")]})
    parts = [claim("risk.score", "0", "5", hi_open=True, role="a"), claim("risk.score", "0", "5", role="b")]
    assert verdict(parts[:1], score)["truth"] == "F"
    assert verdict(parts, score)["truth"] == "U"


def test_another_perimeter_proves_nothing() -> None:
    site = claim(PALM, "1", basis="site", coverage_status="researched_involved")
    found = verdict([site], ABOVE_5)
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")
    assert "périmètre différent" in found["text_fr"]
    assert verdict([site, claim(PALM, "1", basis="group")], ABOVE_5)["outcome"] == "CLEARED"


CERTIFIED = rule(
    criteria={
        "any": [
            criterion(RSPO, "<", "50", id="broad", models=["IP", "SG", "MB"]),
            criterion(RSPO, "<", "30", id="strict", models=["IP", "SG"]),
        ]
    }
)


@pytest.mark.parametrize(
    ("models", "broad", "strict"),
    [
        # one figure without model stands for any list
        ({None: "92"}, ("92", "92"), ("92", "92")),
        ({"IP": "20", "SG": "15", "MB": "40"}, ("75", "75"), ("35", "35")),
        # IP was not given: it may be all that is left
        ({"SG": "60"}, ("60", "100"), ("60", "100")),
        ({"MB": "60"}, ("60", "100"), ("0", "40")),
        # credits never count as physical, and what they cover cannot be physical too
        ({"BC": "80"}, ("0", "20"), ("0", "20")),
    ],
)
def test_certified_models_add_up_to_at_most_a_hundred(
    models: dict[str | None, str], broad: tuple[str, str], strict: tuple[str, str]
) -> None:
    claims = [claim(RSPO, share, model=model) for model, share in models.items()]
    assert ends(claims, CERTIFIED, "broad") == tuple(map(Decimal, broad))
    assert ends(claims, CERTIFIED, "strict") == tuple(map(Decimal, strict))


def test_scores_are_read_on_their_worst_part_and_never_added() -> None:
    the_rule = demo_rules()["DEF-W1"]
    scores = [
        claim("deforestation_policy.score", "4", substance_set="palm"),
        claim("deforestation_policy.score", "3", substance_set="soy"),
    ]
    assert verdict(scores, the_rule)["outcome"] == "ENGAGEMENT"
    assert verdict(scores[:1], the_rule)["outcome"] == "CLEARED"


def test_release_of_several_sites_adds_up() -> None:
    the_rule = rule(criteria={"any": [criterion("pfas.release_kg_y", ">", "0.1", id="release")]})
    sites = [
        claim("pfas.release_kg_y", "0.06", basis="site"),
        claim("pfas.release_kg_y", "0.05", basis="site"),
    ]
    assert verdict(sites, the_rule)["outcome"] == "EXCLUDED"


def test_not_involved_in_a_theme_holds_for_both_of_its_measures() -> None:
    neo = demo_rules()["NEO-01"]
    assert verdict([absent("involvement.neonic")], neo)["outcome"] == "CLEARED"
    denied = [
        absent("revenue_share.neonic"),
        claim("involvement.neonic", "1", unit="bool", role="formulator"),
    ]
    assert verdict(denied, neo)["outcome"] == "EXCLUDED"


def test_involved_without_a_value_is_a_yes_but_no_share() -> None:
    yes = claim("involvement.neonic", coverage_status="researched_involved", role="formulator")
    assert verdict([yes], demo_rules()["NEO-01"])["outcome"] == "EXCLUDED"
    share = claim("revenue_share.neonic", coverage_status="researched_involved")
    assert verdict([share], demo_rules()["NEO-01"])["outcome"] == "WATCHLIST"


def test_involvement_is_no_share_of_revenue() -> None:
    involved = claim("involvement.palm", "1", unit="bool", role="grower")
    found = explanations([involved], demo_rules()["PALM-01"])
    assert (found["rev"]["truth"], found["rev"]["lo"], found["rev"]["outcome"]) == ("U", None, "WATCHLIST")


def test_without_palm_oil_a_certified_share_is_moot() -> None:
    palm = demo_rules()["PALM-01"]
    for measure in (PALM, "involvement.palm"):
        found = explanations([absent(measure)], palm)
        assert {row["outcome"] for row in found.values()} == {"CLEARED"}
        assert "sans objet" in found["rspo"]["text_fr"]
    # the certifier's own "not involved" is no share of zero
    assert verdict([absent(PALM), absent(RSPO)], palm)["outcome"] == "CLEARED"
    assert verdict([absent(RSPO)], palm)["outcome"] == "UNKNOWN"


def test_not_involved_is_doubted_when_the_other_measure_says_the_contrary() -> None:
    claims = [absent(PALM), claim("involvement.palm", "1", unit="bool", source="ONG", role="grower")]
    assert verdict(claims, demo_rules()["PALM-01"])["outcome"] == "WATCHLIST"


def test_no_forest_commodity_no_policy_needed() -> None:
    assert verdict([absent("deforestation_policy.score")], demo_rules()["DEF-W1"])["outcome"] == "CLEARED"
