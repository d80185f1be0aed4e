"""The rules on a real equity fund: what a sector code may say, and what only evidence can.

Issuers are found in the fund's own file by ISIN or sector. The evidence is written for the test only, with wide
illustrative intervals where companies report segments and yes where a public list names a producer. Skips, visibly,
without the file.
"""

import shutil

import pytest

from impact_pipeline_tests.builders import compute, write_inputs
from impact_pipeline_tests.holdings.test_real_tripartite_templates import EQUITY, FILES

pytestmark = pytest.mark.skipif(
    not FILES[EQUITY].exists(), reason=f"real Tripartite Template not found: {FILES[EQUITY]}"
)

#: A bottler and a concentrate maker, both coded 11.07; a glass maker coded 23.11 that a public list names as producer.
BOTTLER, MAKER, GLASS = "GB00BDCPN049", "US1912161007", "JP3112000009"
#: Food groups with a bottled-water business, coded 10.
FOOD = ("CH0038863350", "FR0000120644")


def month(tmp_path, evidence):
    holdings = tmp_path / "inputs" / "holdings"
    holdings.mkdir(parents=True)
    shutil.copy(FILES[EQUITY], holdings)
    write_inputs(tmp_path / "inputs", evidence=evidence)
    return compute(tmp_path / "inputs", tmp_path / "home", "2025-08")


def outcomes(done, rule_id):
    rows = done.rows(
        """
        select distinct positions.instrument_id, positions.sector_code, verdicts.outcome
        from marts.positions as positions
        inner join core.issuer_verdicts as verdicts using (as_of_date, issuer_id)
        where verdicts.rule_id = ?
        """,
        rule_id,
    )
    return {row["instrument_id"]: (row["sector_code"], row["outcome"]) for row in rows}


def issuer_of(done, isin):
    return done.one("select distinct issuer_id from marts.positions where instrument_id = ?", isin)["issuer_id"]


def claim(number, issuer_id, measure, lo, hi=None, **given):
    usual = {"unit": "pct", "fiscal_year": 2024, "grade": "B", "published_on": "2025-03-01", "known_from": "2025-03-10"}
    hi = lo if hi is None else hi
    row = {"evidence_id": f"E{number}", "issuer_id": issuer_id, "measure": measure, "lo": lo, "hi": hi}
    return {**row, "source": "document public", "coverage_status": "researched_involved", **usual, **given}


def test_a_sector_code_watches_and_evidence_decides(tmp_path):
    alone = month(tmp_path / "alone", [])
    before = outcomes(alone, "SODA-01")
    coded = {isin for isin, (sector, _) in before.items() if sector == "11.07"}
    assert len(coded) == 4
    assert {before[isin][1] for isin in coded} == {"WATCHLIST"}, "never excluded by a code"
    assert {before[isin][1] for isin in FOOD} == {"UNKNOWN"}, "food groups are not caught by the code of drinks"
    watched = {isin for isin, (_, outcome) in before.items() if outcome == "WATCHLIST"}
    assert watched == coded

    bottler, maker, glass = (issuer_of(alone, isin) for isin in (BOTTLER, MAKER, GLASS))
    sugar = {"model": ">=5g/100ml"}
    evidence = [
        claim(1, maker, "revenue_share.added_sugar_drinks", 45, 60, role="brand_owner", **sugar),
        claim(2, bottler, "revenue_share.added_sugar_drinks", 30, 70, role="bottler", **sugar),
        claim(3, glass, "pfas.producer", 1, unit="bool", model="OECD2021"),
        claim(4, glass, "pfas.litigation_material", 1, unit="bool"),
    ]
    done = month(tmp_path / "told", evidence)
    after = outcomes(done, "SODA-01")
    assert {isin for isin, (_, outcome) in after.items() if outcome == "EXCLUDED"} == {BOTTLER, MAKER}
    # only the issuers spoken about have moved
    assert {isin: told for isin, told in after.items() if isin not in (BOTTLER, MAKER)} == {
        isin: told for isin, told in before.items() if isin not in (BOTTLER, MAKER)
    }
    pfas = outcomes(done, "PFAS-W1")
    assert pfas[GLASS] == ("23.11", "ENGAGEMENT"), "found although coded as glass"
    assert [isin for isin, (_, outcome) in pfas.items() if outcome != "UNKNOWN"] == [GLASS]


def test_two_companies_of_one_name_stay_apart(tmp_path):
    """The name of one, with another legal form, is the name of another: only identifiers join."""
    done = compute(
        write_inputs(
            tmp_path / "inputs",
            holdings=[
                {"as_of_date": "2025-08-31", "portfolio_id": "P", "line_id": name, "issuer_id": name, "currency": "EUR",
                 "asset_class": "listed_equity", "market_value": 100, "pocket": "return"}
                for name in ("TWIN-DE", "TWIN-US")
            ],
            issuers=[
                {"issuer_id": "TWIN-DE", "name": "Jumel KGaA", "country": "DE"},
                {"issuer_id": "TWIN-US", "name": "Jumel & Co., Inc.", "country": "US"},
            ],
            evidence=[
                claim(1, "TWIN-DE", "pfas.producer", 1, unit="bool", model="OECD2021"),
                claim(2, "TWIN-DE", "pfas.litigation_material", 1, unit="bool"),
            ],
        ),
        tmp_path / "home",
        "2025-08",
    )  # fmt: skip
    found = done.rows(
        "select issuer_id, outcome from core.issuer_verdicts where rule_id = 'PFAS-W1' order by issuer_id"
    )
    assert [(row["issuer_id"], row["outcome"]) for row in found] == [("TWIN-DE", "ENGAGEMENT"), ("TWIN-US", "UNKNOWN")]
