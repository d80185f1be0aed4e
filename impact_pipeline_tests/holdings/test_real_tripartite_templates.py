"""Two real Tripartite Templates through the whole month, untouched: check figures of their SOURCES.md.

The files are not part of the repository; the test skips, visibly, where they are not.
"""

import json
import shutil
from decimal import Decimal

import pytest

from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.builders import compute

FOLDER = REPOSITORY.parent / "shared" / "realdata"
EQUITY, BONDS = "SE0011670843", "SE0011337179"
FILES = {fund: FOLDER / f"20250829_TPTV6_{fund}_20250905.json" for fund in (EQUITY, BONDS)}
#: ECB reference rate of 29/08/2025, SEK per EUR (SOURCES.md).
SEK = Decimal("11.055")

pytestmark = pytest.mark.skipif(
    not all(file.exists() for file in FILES.values()),
    reason=f"real Tripartite Templates not found in {FOLDER}",
)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tpt")
    (folder / "inputs" / "holdings").mkdir(parents=True)
    for file in FILES.values():
        shutil.copy(file, folder / "inputs" / "holdings")
    return compute(folder / "inputs", folder / "home", "2025-08")


def delivered(fund):
    return json.loads(FILES[fund].read_text(encoding="utf-8"))


@pytest.mark.parametrize("fund", FILES)
def test_every_line_stays_and_the_value_is_conserved_to_the_cent(done, fund):
    rows = delivered(fund)
    nav = next(value for name, value in rows[0].items() if name.startswith("5_"))
    found = done.one(
        "select count(*) as n, sum(market_value_eur) as value from marts.positions where portfolio_id = ?",
        fund,
    )
    assert found["n"] == len(rows)
    assert abs(found["value"] - Decimal(str(nav)) / SEK) < Decimal("0.01")
    portfolio = done.one("select net_asset_value_eur from core.portfolios where portfolio_id = ?", fund)
    assert abs(portfolio["net_asset_value_eur"] - found["value"]) < Decimal("0.01")


def test_the_value_in_euros_is_the_published_one(done):
    found = done.one("select net_asset_value_eur as nav from core.portfolios where portfolio_id = ?", EQUITY)
    assert round(found["nav"], 2) == Decimal("48721493.61")


@pytest.mark.parametrize(
    ("sector", "weight", "issuers"),
    [("11.07", 0.014593, 4), ("20.20", 0.003637, 1)],
    ids=["soft drinks", "pesticides"],
)
def test_sector_weights_are_those_of_the_file(done, sector, weight, issuers):
    found = done.one(
        """
        select sum(positions.market_value_eur) / max(funds.net_asset_value_eur) as weight,
            count(distinct positions.issuer_id) as issuers
        from marts.positions as positions
        inner join core.portfolios as funds using (as_of_date, portfolio_id)
        where positions.portfolio_id = ? and positions.sector_code = ?
        """,
        EQUITY,
        sector,
    )
    assert found["weight"] == pytest.approx(weight, abs=5e-7)
    assert found["issuers"] == issuers


def test_codes_that_only_claim_to_be_isins_are_listed_and_their_lines_stay(done):
    rejected = {row["value"] for row in done.rows("select value from audit.rejected_rows where rule = 'not_an_isin'")}
    expected = {
        value
        for row in delivered(BONDS)
        for name, value in row.items()
        if name.startswith("14_") and value.endswith(("FIXED", "FLOAT")) and value.startswith("EZ")
    }
    assert len(expected) == 14
    assert rejected == expected
    lines = done.rows("select line_id, instrument_id from marts.positions where portfolio_id = ?", BONDS)
    kept = {row["line_id"]: row["instrument_id"] for row in lines}
    assert expected <= set(kept)
    assert {kept[code] for code in expected} == {None}


def test_counterparties_of_swaps_and_bank_accounts_are_attributed_nothing(done):
    found = done.rows(
        """
        select distinct carbon_status, attribution_factor, financed_scope_1_2_tco2e, headline_outcome
        from marts.positions
        where asset_class in ('derivative', 'cash')
        """
    )
    assert {row["carbon_status"] for row in found} == {"out_of_scope_derivative", "out_of_scope_cash"}
    assert {row["attribution_factor"] for row in found} == {None}
    assert {row["financed_scope_1_2_tco2e"] for row in found} == {None}
    assert {row["headline_outcome"] for row in found} == {None}


def test_nothing_decided_is_shown_as_unknown(done):
    indicators = {row["indicator_id"]: row for row in done.rows("select * from marts.mission_indicators")}
    assert indicators["excluded_exposure"]["value"] is None
    assert indicators["carbon_coverage"]["value"] == 0
