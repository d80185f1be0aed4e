"""``marts.portfolio_carbon`` equals, to the last bit, what a script written by hand says of the same Parquet files.

The script (``benchmarks/portfolio_bare.sql``) keeps the same rules in its own way; ``make bench`` runs both on ten
million positions.
"""

from pathlib import Path

import duckdb

from impact_pipeline_tests.benchmarks import portfolio, portfolio_world
from impact_pipeline_tests.builders import compute


def test_the_script_written_by_hand_gives_the_same_figures(tmp_path: Path) -> None:
    inputs, home = tmp_path / "inputs", tmp_path / "home"
    portfolio_world.write(inputs, positions=20_000, issuers=400)
    computed = compute(inputs, home)
    portfolio.bare(inputs, tmp_path / "bare")
    assert portfolio.differences(tmp_path / "bare" / "bare.duckdb", computed.store.path) == []
    with duckdb.connect(str(tmp_path / "bare" / "bare.duckdb"), read_only=True) as con:
        covered = con.execute("select count(*) from portfolio_carbon where financed_emissions_tco2e > 0").fetchall()
    assert covered[0][0] > 500  # the world is not empty: most of 41 holders x about 13 perimeters x 3 scopes
