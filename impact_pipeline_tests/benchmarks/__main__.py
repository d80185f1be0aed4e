"""``make bench``: the demo, the rule engine, ten million positions and a large template, each beside a bare script.

The ratio is what to watch: both run on the same machine, in the same minutes. Nothing here passes or fails.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.benchmarks import portfolio, screening, template

INPUTS = REPOSITORY / "data" / "demo" / "inputs"
IMPACT = Path(sys.executable).with_name("impact")
RUNS = 3

#: What an analyst would write instead: direct lines only, no look-through, no checks, no evidence, no archive.
BARE = """
with lines as (
    select issuer_id, coalesce(nominal_amount, book_value, market_value_eur, market_value) as outstanding
    from read_csv('{inputs}/holdings/2024-12.csv')
    where asset_class in ('listed_equity', 'corporate_bond', 'covered_bond')
),
evic as (
    select issuer_id, arg_max(market_cap + total_debt, fiscal_year) as evic
    from read_csv('{inputs}/issuer_financials/*.csv') where fiscal_year <= 2024 group by issuer_id
),
emissions as (
    select issuer_id, fiscal_year, sum(tco2e) as tco2e
    from read_csv('{inputs}/issuer_emissions/*.csv', types = {{'scope': 'varchar'}})
    where scope in ('1', '2_market') and fiscal_year <= 2024 group by all
),
latest as (select issuer_id, arg_max(tco2e, fiscal_year) as tco2e from emissions group by issuer_id)
select sum(outstanding / evic * tco2e) / sum(outstanding) * 1e6
from lines inner join evic using (issuer_id) inner join latest using (issuer_id)
"""


def timed(action):
    """Median wall time of a few runs."""
    walls = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        walls.append(time.perf_counter() - started)
    return sorted(walls)[RUNS // 2]


def run_impact(home, *words):
    subprocess.run([IMPACT, "run", *words, "--home", home, "--json"], check=True, stdout=subprocess.DEVNULL)


def cold(*words):
    def action():
        with tempfile.TemporaryDirectory() as home:
            run_impact(home, *words)

    return action


def bare():
    command = f"import duckdb; duckdb.sql({BARE.format(inputs=INPUTS)!r}).fetchall()"
    subprocess.run([sys.executable, "-c", command], check=True)


def main():
    home = tempfile.mkdtemp()
    run_impact(home, "--month", "2024-12")
    rows = {
        "bare DuckDB script, one figure, direct lines": timed(bare),
        "impact run --month 2024-12, new home (2 months)": timed(cold("--month", "2024-12")),
        "impact run --month 2024-12, again": timed(lambda: run_impact(home, "--month", "2024-12")),
        "impact run --months 2019-12:2025-12, new home (73 months)": timed(cold("--months", "2019-12:2025-12")),
    }
    shutil.rmtree(home)
    base = next(iter(rows.values()))
    print(f"duckdb {duckdb.__version__}, median of {RUNS}")
    for name, wall in rows.items():
        print(f"{name:60} {wall:7.2f} s {wall / base:7.1f} x")
    screening.report()
    portfolio.report()
    template.report()


if __name__ == "__main__":
    main()
