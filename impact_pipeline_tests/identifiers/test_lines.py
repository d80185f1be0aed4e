"""Which issuer a line of the holdings is on, by which step, and what stays on the list for review."""

from decimal import Decimal
from pathlib import Path

import polars as pl

from impact_pipeline_tests.builders import compute, write_inputs
from impact_pipeline_tests.identifiers.worlds import (
    ADR,
    MERCK_DE,
    MERCK_US,
    NEW,
    OLD,
    OTHER_ISIN,
    SHARE,
    balance,
    issuer_of,
    month,
    reported,
    row,
    share,
    steps,
)
from impact_pipeline_tests.ingest.deliveries import LEI, Folder, position, tpt_json


def test_share_class_and_adr_are_one_issuer_and_its_footprint_is_counted_on_both(tmp_path: Path) -> None:
    """1 M EUR each over an EVIC of 100 M EUR, 5,000 t: 1 / 100 x 5,000 = 50 t a line."""
    done = month(
        tmp_path,
        holdings=[share("L1", instrument_id=SHARE), share("L2", instrument_id=ADR), share("L3", OLD)],
        identifiers=[row("isin", SHARE, NEW, "share_class"), row("isin", ADR, NEW, "adr")],
        issuer_emissions=reported(NEW, 5_000),
        issuer_financials=[balance(NEW, 100_000_000)],
        issuers=[{"issuer_id": NEW, "is_listed": True, "is_financial": False}],
    )
    assert [issuer_of(done, each) for each in ("L1", "L2", "L3")] == [NEW, NEW, OLD]
    assert done.position("L1")["financed_scope_1_2_tco2e"] == done.position("L2")["financed_scope_1_2_tco2e"] == 50
    assert steps(done) == {("isin_map", SHARE, NEW, 1), ("isin_map", ADR, NEW, 1), ("lei", OLD, OLD, 1)}


def test_a_row_holds_from_its_first_day_to_the_day_before_its_last(tmp_path: Path) -> None:
    dated = {"as_of_date": "2024-11-30"}, {"as_of_date": "2024-12-31"}
    done = month(
        tmp_path,
        "2024-11:2024-12",
        holdings=[share("L1", instrument_id=SHARE, **day) for day in dated],
        identifiers=[
            row("isin", SHARE, OLD, "share_class", valid_to="2024-12-31"),
            row("isin", SHARE, NEW, "share_class", valid_from="2024-12-31"),
        ],
    )
    assert issuer_of(done, "L1", "2024-11-30") == OLD
    assert issuer_of(done, "L1", "2024-12-31") == NEW


def test_the_issuers_own_lei_stands_before_the_map_of_its_security(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        holdings=[share("L1", OLD, instrument_id=SHARE)],
        identifiers=[row("isin", SHARE, NEW, "share_class")],
    )
    assert issuer_of(done, "L1") == OLD
    assert steps(done) == {("lei", OLD, OLD, 1)}


def test_a_lei_with_wrong_digits_is_no_issuer_where_the_security_is_known(tmp_path: Path) -> None:
    wrong = OLD[:-1] + "0"
    done = month(
        tmp_path,
        holdings=[share("L1", wrong, instrument_id=SHARE), share("L2", wrong, instrument_id=OTHER_ISIN)],
        identifiers=[row("isin", SHARE, NEW, "share_class")],
    )
    assert [issuer_of(done, "L1"), issuer_of(done, "L2")] == [NEW, wrong]
    assert steps(done) == {("isin_map", SHARE, NEW, 1), ("unresolved", wrong, None, 1)}


def test_a_deposit_is_not_on_the_issuer_of_a_security(tmp_path: Path) -> None:
    """The code of a deposit or a derivative names a bank or a leg: nobody's emissions (traps of real files, 5)."""
    cash = share("L1", instrument_id=SHARE) | {"asset_class": "cash"}
    done = month(tmp_path, holdings=[cash], identifiers=[row("isin", SHARE, NEW, "share_class")])
    assert issuer_of(done, "L1") is None
    assert steps(done) == set()


def test_the_group_stands_in_for_an_issuer_without_lei_and_says_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs", None).write(
        "holdings/fund.json",
        tpt_json(
            position(f5=300, f24=100, f22=100, f26="", f46="Maker", f50=LEI, f51="1"),
            position(f5=300, f24=100, f22=100, f26="", f14="X2", f15=99, f47=OLD, f48="1"),
            position(f5=300, f24=100, f22=100, f26="", f14="X3", f15=99, f46="Unknown SA", f52="FR"),
        ),
    )
    done = month(tmp_path)
    assert folder.path.exists()
    key = "name:UNKNOWN SA|FR"
    assert steps(done) == {("group_lei", LEI, LEI, 1), ("lei", OLD, OLD, 1), ("unresolved", key, None, 1)}


def two_mercks(tmp_path: Path, *identifiers: dict[str, object]):
    """A Template with a company called Merck in Germany, beside two Mercks that are known."""
    Folder(tmp_path / "inputs", None).write(
        "holdings/fund.json", tpt_json(position(f46="MERCK", f52="DE", f5=100, f24=100, f22=100, f26=""))
    )
    return month(
        tmp_path,
        identifiers=list(identifiers),
        issuers=[
            {"issuer_id": MERCK_US, "name": "MERCK & CO INC", "country": "US"},
            {"issuer_id": MERCK_DE, "name": "Merck KGaA", "country": "DE"},
        ],
    )


def test_two_mercks_are_suggested_and_neither_is_used(tmp_path: Path) -> None:
    done = two_mercks(tmp_path)
    assert issuer_of(done, "FR0000120271") == "name:MERCK|DE"
    found = done.one("select * from audit.issuer_resolutions")
    assert (found["step"], found["issuer_id"], found["name"], found["country"]) == ("unresolved", None, "MERCK", "DE")
    assert found["market_value_eur"] == Decimal(100)
    first, second = found["candidates"].split("; ")
    assert first == f"Merck KGaA [{MERCK_DE}] 100 % alike, same country"
    assert second == f"MERCK & CO INC [{MERCK_US}] 100 % alike, other country: US"


def test_a_reviewed_name_is_used_for_its_own_country_only(tmp_path: Path) -> None:
    german = row("name", "Merck", MERCK_DE, "reviewed_match", country="DE", reviewed_by="A. Analyst")
    american = row("name", "Merck", MERCK_US, "reviewed_match", country="US", reviewed_by="A. Analyst")
    done = two_mercks(tmp_path, american, german)
    assert issuer_of(done, "FR0000120271") == MERCK_DE
    assert steps(done) == {("identifier_map", "name:MERCK|DE", MERCK_DE, 1)}


def test_the_list_and_the_models_agree_line_by_line(tmp_path: Path) -> None:
    """The list is made with Polars, the models with SQL: issuers and values of both are the same."""
    done = month(
        tmp_path,
        holdings=[
            share("L1", instrument_id=SHARE),
            share("L2", "V1", instrument_id=SHARE),
            share("L3", OLD) | {"currency": "USD"},
            share("L4", "OWN"),
            share("L5", instrument_id=OTHER_ISIN),
            share("L6", "V1", instrument_id=SHARE),
        ],
        identifiers=[
            row("isin", SHARE, OLD, "share_class"),
            row("vendor", "V1", MERCK_DE, "vendor_id"),
            row("lei", OLD, NEW, "merger", valid_from="2024-06-30"),
        ],
        issuers=[{"issuer_id": "OWN", "name": "Own code"}],
        fx_rates=[{"rate_date": "2024-12-30", "currency": "USD", "units_per_eur": 1.25}],
    )
    listed = done.table("audit.issuer_resolutions").filter(dataset="holdings")
    assert set(listed["step"]) == {"identifier_map", "isin_map", "own_code", "unresolved"}
    ours = listed.group_by("issuer_id").agg(pl.col("line_count").sum(), pl.col("market_value_eur").sum())
    theirs = done.store.query(
        "select issuer_id, count(*) as line_count, cast(sum(market_value_eur) as decimal(24, 6)) as market_value_eur"
        " from core.holdings group by issuer_id"
    )
    assert ours.sort("issuer_id").rows() == theirs.sort("issuer_id").rows()
    # L1 and L3 are on NEW: 1,000,000 + 1,000,000 / 1.25
    assert dict(ours.select("issuer_id", "market_value_eur").iter_rows())[NEW] == Decimal(1_800_000)


def test_a_code_that_is_both_siren_and_cusip_means_the_issuer_where_an_issuer_is_named(tmp_path: Path) -> None:
    """542051180 keeps both check digits."""
    done = month(
        tmp_path,
        holdings=[share("L1", "542051180"), share("L2", instrument_id="542051180")],
        identifiers=[row("siren", "542051180", NEW, "vendor_id"), row("cusip", "542051180", OLD, "adr")],
    )
    assert [issuer_of(done, "L1"), issuer_of(done, "L2")] == [NEW, OLD]


def test_a_row_received_later_is_not_known_yet(tmp_path: Path) -> None:
    given = {"identifiers": [row("isin", SHARE, NEW, "share_class", known_from="2025-06-01")]}
    inputs = write_inputs(tmp_path / "inputs", holdings=[share("L1", instrument_id=SHARE)], **given)
    before = compute(inputs, tmp_path / "before", known_as_of="2025-05-31")
    after = compute(inputs, tmp_path / "after", known_as_of="2025-06-01")
    assert [issuer_of(before, "L1"), issuer_of(after, "L1")] == [None, NEW]
