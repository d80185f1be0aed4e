"""A country and year told by several files: GDP in one, emissions in another; what differs is refused."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline_tests.builders import Computed, compute, line, write_csv, write_inputs

FRANCE = {"country": "FR", "year": 2023}
GDP = {**FRANCE, "gdp_ppp_intl_usd": 3_700_000_000_000, "gdp_nominal_eur": 2_600_000_000_000}
EMISSIONS = {**FRANCE, "ghg_excl_lulucf_tco2e": 400_000_000}
DOLLAR = [{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.10"}]


def delivered(path: Path, **files: list[dict[str, Any]]) -> Computed:
    """10 M EUR of French bonds in 2024-12, and one file of sovereigns for each keyword."""
    inputs = write_inputs(
        path / "inputs",
        holdings=[line("A", asset_class="sovereign_bond", issuer_id="FR", market_value=10_000_000)],
        fx_rates=DOLLAR,
    )
    for name, rows in files.items():
        write_csv(inputs / "sovereigns" / f"{name}.csv", rows)
    return compute(inputs, path / "home")


def france(done: Computed) -> dict[str, Any]:
    return done.one("select * from core.sovereign_emissions where country = 'FR'")


def refused(path: Path, **files: list[dict[str, Any]]) -> str:
    with pytest.raises(SourceFileError) as caught:
        delivered(path, **files)
    return str(caught.value)


#: Received on the same day or not, in either order.
DAYS = [({}, {}), ({"known_from": "2024-06-01"}, {"known_from": "2024-09-01"}), ({"known_from": "2024-09-01"}, {})]


@pytest.mark.parametrize(("gdp_day", "emissions_day"), DAYS)
def test_two_files_fill_one_country_together(
    tmp_path: Path, gdp_day: dict[str, str], emissions_day: dict[str, str]
) -> None:
    done = delivered(tmp_path, world_bank=[GDP | gdp_day], emissions=[EMISSIONS | emissions_day])
    # 10 M EUR x 1.10 USD / 3.7 tn USD x 400 Mt = 1,189.19 t; 400 Mt / 2,600,000 M EUR = 153.85
    row = done.one("select * from marts.sovereign_carbon where portfolio_id = 'ALL' and lulucf = 'excl'")
    assert float(row["financed_emissions_tco2e"]) == pytest.approx(1189.19, abs=0.005)
    assert row["intensity_tco2e_per_meur_gdp"] == pytest.approx(153.85, abs=0.005)
    names = dict(done.store.query("select source_file_id, file from audit.source_files").rows())
    assert names[france(done)["source_file_id"]] == "sovereigns/emissions.csv"


def test_each_figure_is_walked_back_to_the_file_that_tells_it(tmp_path: Path) -> None:
    done = delivered(tmp_path, world_bank=[{**GDP, "country": "DE"}, GDP], emissions=[EMISSIONS])
    figure = "sovereign_carbon.financed_emissions_tco2e"
    told = explain(tmp_path / "home" / "warehouse.duckdb", done.covered.month_ends[0], figure)
    told_cells = told["contributors"]["top"][0]["inputs"]
    cells = {(cell["file"], cell["row"], cell["column"]): cell["value"] for cell in told_cells}
    assert cells["sovereigns/emissions.csv", 2, "ghg_excl_lulucf_tco2e"] == 400_000_000
    assert cells["sovereigns/world_bank.csv", 3, "gdp_ppp_intl_usd"] == 3_700_000_000_000


def test_two_files_that_differ_are_refused_with_both_cells(tmp_path: Path) -> None:
    said = refused(tmp_path, a=[{**GDP, "country": "DE"}, GDP], b=[EMISSIONS | {"gdp_nominal_eur": "2600000000001.5"}])
    for part in ("sovereigns/b.csv", "row 2", "gdp_nominal_eur", "2600000000001.5", "country FR, year 2023"):
        assert part in said
    assert "2600000000000 as in sovereigns/a.csv, row 3" in said


def test_two_files_that_say_the_same_are_taken(tmp_path: Path) -> None:
    assert france(delivered(tmp_path, a=[GDP], b=[GDP | EMISSIONS]))["gdp_nominal_eur"] == 2_600_000_000_000


def test_two_rows_of_one_file_are_refused_as_before(tmp_path: Path) -> None:
    said = refused(tmp_path, a=[GDP, EMISSIONS])
    assert "a second row for country FR, year 2023" in said
    assert "row 3" in said


def test_a_later_revision_wins_and_a_vintage_of_one_file_counts_as_a_whole(tmp_path: Path) -> None:
    vintages = [
        GDP | {"known_from": "2024-06-01"},
        {**FRANCE, "gdp_ppp_intl_usd": 3_800_000_000_000, "known_from": "2024-09-01"},  # nominal GDP withdrawn
    ]
    revised = [
        EMISSIONS | {"known_from": "2024-07-01"},
        EMISSIONS | {"ghg_excl_lulucf_tco2e": 1, "known_from": "2024-03-01"},
    ]
    row = france(delivered(tmp_path, world_bank=vintages, emissions=revised))
    assert (row["gdp_ppp_intl_usd"], row["gdp_nominal_eur"]) == (3_800_000_000_000, None)
    assert row["ghg_excl_lulucf_tco2e"] == 400_000_000


def test_what_is_received_after_the_cut_is_not_seen(tmp_path: Path) -> None:
    done = delivered(tmp_path, a=[GDP | {"known_from": "2024-06-01"}], b=[EMISSIONS | {"known_from": "2024-09-01"}])
    early = compute(tmp_path / "inputs", tmp_path / "early", known_as_of="2024-08-31")
    assert france(done)["ghg_excl_lulucf_tco2e"] == 400_000_000
    assert france(early)["ghg_excl_lulucf_tco2e"] is None
