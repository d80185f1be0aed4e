"""Sector proxies: they open a watch, and never exclude or clear (screening.md 2.3, case 7)."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline_tests.domain.screening.cases import absent, claim, demo_rules, screen

SODA, PALM = demo_rules()["SODA-01"], demo_rules()["PALM-01"]
DRINKS = SectorProxy(measure="revenue_share.added_sugar_drinks", scheme="nace_2", code="11.07")
FRUITS = SectorProxy(measure="revenue_share.palm", scheme="nace_2", code="01.26")
OILS = SectorProxy(measure="revenue_share.palm", scheme="nace_2", code="10.4", lo=Decimal(0))


def verdict(claims, the_rule=SODA, sector="11.07", proxies=(DRINKS, FRUITS, OILS)):
    found = screen(claims, [the_rule], sectors={"ALPHA": sector} if sector else {}, proxies=proxies)
    return found.issuer_verdicts.row(0, named=True), found.verdict_explanations.row(0, named=True)


def test_case_7_a_bottler_known_by_its_sector_is_watched_until_somebody_looks() -> None:
    found, why = verdict([])
    assert (found["truth"], found["outcome"]) == ("T", "WATCHLIST")
    assert (why["lo"], why["hi"], why["grade"]) == (50, 100, "E")
    assert "code sectoriel 11.07, indice et non preuve" in found["text_fr"]
    looked = claim("revenue_share.added_sugar_drinks", "0", role="bottler")
    assert verdict([looked])[0]["outcome"] == "CLEARED"


def test_without_a_listed_sector_nobody_is_exposed() -> None:
    assert verdict([], sector="62.01")[0]["outcome"] == "UNKNOWN"
    assert verdict([], sector=None)[0]["outcome"] == "UNKNOWN"
    assert verdict([], proxies=())[0]["outcome"] == "UNKNOWN"


def test_a_sector_never_excludes_or_clears() -> None:
    for sector in ("11.07", "01.26", "10.41"):
        for each in (SODA, PALM):
            assert verdict([], each, sector)[0]["outcome"] in ("UNKNOWN", "WATCHLIST")


def test_a_weak_proxy_is_exposed_and_undecided() -> None:
    found, _ = verdict([], PALM, "10.42")
    assert (found["truth"], found["outcome"]) == ("U", "WATCHLIST")


@pytest.mark.parametrize(
    "spoken",
    [
        absent("revenue_share.palm"),
        absent("involvement.palm"),
        claim("revenue_share.palm", "1", role="distributor", grade="E"),
    ],
)
def test_evidence_about_the_theme_ends_the_ladder(spoken) -> None:
    rows = screen([spoken], [PALM], sectors={"ALPHA": "01.26"}, proxies=[FRUITS]).verdict_explanations
    assert not rows.filter(rows["evidence_id"].str.contains("SECTEUR").fill_null(value=False)).height


def test_a_blank_of_a_vendor_does_not_end_the_ladder() -> None:
    blank = claim("revenue_share.palm", None, coverage_status="not_covered")
    assert verdict([blank], PALM, "01.26")[0]["outcome"] == "WATCHLIST"


def test_the_most_precise_code_speaks() -> None:
    precise = SectorProxy(measure="revenue_share.palm", scheme="nace_2", code="10.41", lo=Decimal(80))
    _, why = verdict([], PALM, "10.41", (OILS, precise))
    assert why["criterion_id"] == "rev"
    assert why["lo"] == 80


@pytest.mark.parametrize(
    "changes",
    [{"measure": "pfas.producer"}, {"code": "soda"}, {"lo": "60", "hi": "50"}, {"hi": "101"}, {"scheme": "naf"}],
)
def test_a_wrong_proxy_is_refused(changes) -> None:
    with pytest.raises(ValidationError):
        SectorProxy.model_validate({"measure": "revenue_share.palm", "scheme": "nace_2", "code": "01.26", **changes})
