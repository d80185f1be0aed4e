"""Write the demo inputs: `python data/demo/generate.py` (same bytes every time).

The steps: build the book month by month, solve the few free inputs against plain-python figures, write the
inputs, `expected.json` and `README.md`. Nothing here is used by the pipeline.
"""

import argparse
import shutil
from pathlib import Path

from generator import (
    book,
    calibrate,
    emissions,
    evidence,
    figures,
    financials,
    fx,
    holdings,
    issuers,
    report,
    world,
    writer,
)
from generator.base import Row, month

HERE = Path(__file__).resolve().parent


def build() -> tuple[dict[str, list[Row]], list[holdings.Inventory], report.Expected]:
    """Return every dataset, the monthly deliveries and the expected figures."""
    inventories = holdings.all_months(print)
    portfolios, roster, accounts = book.rows(), issuers.rows(), financials.rows()
    pockets = {row["portfolio_id"]: row["pocket"] for row in portfolios}
    leaves = {one.month: figures.expand(one, pockets) for one in inventories}
    drafts = emissions.drafts()
    levels = calibrate.trend(drafts, leaves, roster, accounts)
    tonnes = emissions.rows(drafts, levels)
    known = figures.index(roster, accounts, tonnes)
    monthly = {k: figures.carbon(leaves[k], known, k) for k in leaves}
    financed = {year: monthly[month(year, 12)]["financed_tco2e"] for year in calibrate.KG_PER_PERSON}
    datasets = {
        "portfolios": portfolios,
        "issuers": roster,
        "ownership": world.ownership_rows(),
        "issuer_financials": accounts,
        "issuer_emissions": tonnes,
        "sovereigns": world.sovereign_rows(),
        "evidence": evidence.rows(),
        "classifications": calibrate.classifications(leaves),
        "fx_rates": fx.rows(),
        "organisation": world.organisation_rows(calibrate.own_tonnes(financed)),
    }
    return datasets, inventories, report.expected(datasets, leaves, monthly)


def main() -> None:
    """Write the inputs under `--out` and the two documents beside them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder that receives inputs/ and expected.json")
    out = parser.parse_args().out
    datasets, inventories, expected = build()
    shutil.rmtree(out / "inputs", ignore_errors=True)
    writer.write_inputs(out / "inputs", datasets, inventories)
    writer.write_json(out / "expected.json", expected)
    (out / "README.md").write_text(report.readme(expected), encoding="utf-8")
    size = sum(path.stat().st_size for path in (out / "inputs").rglob("*.csv"))
    print(f"{out / 'inputs'}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
