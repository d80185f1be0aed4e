"""Files that come late, twice or corrected: what is refused, what is listed, and the view of an earlier day."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.schemas import TABLES
from impact_pipeline_tests.builders import (
    Computed,
    claim,
    compute,
    emissions,
    financials,
    line,
    soda,
    write_csv,
    write_inputs,
)

DUPLICATE = "portfolios__no_two_are_alike"
SHEET = {"market_cap": 600_000, "total_debt": 400_000}
LATER = {"known_from": "2025-09-01"}


def share(name: str, value: Any, **given: Any) -> dict[str, Any]:
    return line(
        name, asset_class="listed_equity", issuer_id="X", instrument_id=f"I-{value}", market_value=value, **given
    )


BOOK = [share("L1", 10_000), share("L2", 20_000), share("L3", 30_000)]


def delivered(path: Path) -> Path:
    """A month with one company and one country; every fact received by 2025-04-01."""
    return write_inputs(
        path / "inputs",
        holdings=[*BOOK, line("S", asset_class="sovereign_bond", issuer_id="FR", market_value=50_000)],
        issuer_emissions=emissions("X", 1_000),
        issuer_financials=[financials("X", **SHEET)],
        sovereigns=[{"country": "FR", "year": 2023, "ghg_excl_lulucf_tco2e": 400, "gdp_ppp_intl_usd": 10**6}],
        evidence=[claim("X", "revenue_share.added_sugar_drinks", 1)],
    )  # fmt: skip


def correct(inputs: Path) -> None:
    """Second files beside the first ones, under the same keys but received later: nothing is overwritten."""
    corrected = {
        "issuer_emissions": [row | LATER for row in emissions("X", 3_000)],
        "issuer_financials": [financials("X", **SHEET, minority_interest=1_000_000) | LATER],
        "sovereigns": [
            {"country": "FR", "year": 2023, "ghg_excl_lulucf_tco2e": 800, "gdp_ppp_intl_usd": 10**6, **LATER}
        ],
        "evidence": [claim("X", "revenue_share.added_sugar_drinks", 90, published_on="2025-09-01")],
    }
    for dataset, rows in corrected.items():
        write_csv(inputs / dataset / "corrected.csv", rows)


def published(done: Computed) -> dict[str, bytes]:
    """Every table of readers in the order of its grain, to the last bit, with the place each row came from."""
    frames = {
        name: done.store.query(f"select * from {name} order by {', '.join(TABLES[name].grain)}")
        for name in TABLES
        if name.startswith("marts.")
    }
    return {name: "\n".join([repr(frame.schema), *map(repr, frame.rows())]).encode() for name, frame in frames.items()}


def test_a_corrected_delivery_is_a_new_version_and_the_earlier_view_comes_back_to_the_byte(tmp_path: Path) -> None:
    inputs, home = delivered(tmp_path), tmp_path / "home"
    first = published(compute(inputs, home))
    correct(inputs)
    done = compute(inputs, home)
    second = published(done)
    # 60,000 of 1,000,000 EUR finance 6 % of 1,000 t; of 2,000,000 EUR with the minorities 3 % of 3,000 t
    assert float(done.carbon()["financed_emissions_tco2e"]) == pytest.approx(90)
    changed = {name for name in first if first[name] != second[name]}
    assert {"marts.positions", "marts.portfolio_carbon", "marts.sovereign_carbon", "marts.issuer_headlines"} <= changed
    again = compute(inputs, home, known_as_of="2025-04-01")
    assert float(again.carbon()["financed_emissions_tco2e"]) == pytest.approx(60)
    assert published(again) == first
    assert published(compute(inputs, tmp_path / "elsewhere", known_as_of="2025-08-31")) == first


def test_files_that_replace_others_give_way_to_them_on_an_earlier_day(tmp_path: Path) -> None:
    """Lines, issuers, ownership and classifications carry no day of receipt: their files do."""
    debt = line("B", asset_class="private_debt", issuer_id="Y", market_value=40_000)
    link = {"child_id": "X", "pct_capital": 1, "is_controlled": True, "valid_from": "2019-01-01"}
    sector = {"issuer_id": "X", "name": "X", "sector_scheme": "nace_2_1"}
    purpose = {"subject_id": "B", "kind": "real_economy", "code": "dette_privee", "valid_from": "2020-01-01"}
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[share("L1", 60_000), debt],
        issuers=[sector | {"sector_code": "10.51"}],
        issuer_emissions=emissions("X", 1_000),
        issuer_financials=[financials("X", **SHEET)],
        evidence=[soda("X", 1), soda("Y", 90)],
        ownership=[link | {"parent_id": "Z"}],
        classifications=[purpose | {"share": 1}],
    )
    corrected = {
        "holdings": [share("L1", 30_000), debt],
        "issuers": [sector | {"sector_code": "62.10"}],
        "ownership": [link | {"parent_id": "Y"}],
        "classifications": [purpose | {"share": 0.5}],
    }
    home = tmp_path / "home"
    first = compute(inputs, home)
    before, figure = published(first), float(first.carbon()["financed_emissions_tco2e"])
    for dataset, rows in corrected.items():
        write_csv(inputs / dataset / "received-2025-09-01" / f"{dataset}.csv", rows)
    done = compute(inputs, home)
    # 60,000 of 1,000,000 EUR finance 6 % of 1,000 t, 30,000 half of it
    assert (figure, float(done.carbon()["financed_emissions_tco2e"])) == pytest.approx((60, 30))
    after = published(done)
    changed = {name for name in before if before[name] != after[name]}
    assert {"marts.positions", "marts.investment_shares", "marts.breaches", "marts.portfolio_carbon"} <= changed
    assert published(compute(inputs, home, known_as_of="2025-08-31")) == before
    assert published(compute(inputs, tmp_path / "elsewhere", known_as_of="2025-09-01")) == after


@pytest.mark.parametrize("dataset", ["issuer_emissions", "issuer_financials", "holdings"])
def test_a_second_file_with_the_same_key_is_refused_and_changes_nothing(tmp_path: Path, dataset: str) -> None:
    inputs, home = delivered(tmp_path), tmp_path / "home"
    first = compute(inputs, home)
    before = published(first)
    text = (inputs / dataset / f"{dataset}.csv").read_text(encoding="utf-8")
    (inputs / dataset / "again.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(SourceFileError, match="a second row for") as caught:
        compute(inputs, home)
    assert f"{dataset}/again.csv" in str(caught.value) or f"{dataset}/again.csv" in caught.value.hint
    assert published(first) == before


@pytest.mark.parametrize("dataset", ["issuer_emissions", "holdings"])
def test_the_same_bytes_under_another_name_are_refused(tmp_path: Path, dataset: str) -> None:
    inputs = delivered(tmp_path)
    shutil.copy(inputs / dataset / f"{dataset}.csv", inputs / dataset / "copy.csv")
    with pytest.raises(SourceFileError, match="the same bytes as"):
        compute(inputs, tmp_path / "home")


@pytest.mark.parametrize(
    ("second", "listed"),
    [
        ([share(f"OTHER {place}", value, portfolio_id="Q") for place, value in enumerate((10_000, 20_000, 30_000))],
         ["P", "Q"]),
        # two lines alike are no copy of a portfolio; another value is another line
        ([share(f"OTHER {place}", value, portfolio_id="Q") for place, value in enumerate((10_000, 20_000))], []),
        # of one portfolio: no_line_comes_twice
        ([share("OTHER ID", 10_000)], []),
    ],
)  # fmt: skip
def test_an_inventory_under_two_portfolio_ids_is_listed(
    tmp_path: Path, second: list[dict[str, Any]], listed: list[str]
) -> None:
    inputs = write_inputs(tmp_path / "inputs", holdings=BOOK)
    write_csv(inputs / "holdings" / "second.csv", second)
    assert compute(inputs, tmp_path / "home").flagged(DUPLICATE, "portfolio_id") == listed
