"""A home, the UI on it and a browser in front: made once for all tests of this folder.

With ``IMPACT_SCREENSHOTS`` set the same tests run on the demo's inputs and keep pictures in that folder.
"""

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.browser.pages import QUIET, Pages, chromium
from impact_pipeline_tests.browser.ui_server import UiServer
from impact_pipeline_tests.builders import emissions, financials, line, write_csv, write_inputs
from impact_pipeline_tests.end_to_end.installation import IMPACT, Installation, environment_of, write_month

PICTURES = os.environ.get("IMPACT_SCREENSHOTS")
GOOD = ("2019-12-31", "2024-10-31", "2024-11-30")


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Good months and 2024-12 with a line in a currency that has no rate."""
    made = Installation(tmp_path_factory.mktemp("browser"))
    if PICTURES:
        copy_demo(made)
    else:
        write_by_hand(made)
    return made


@pytest.fixture(scope="package")
def ui(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UiServer]:
    with UiServer(installation, tmp_path_factory.mktemp("server") / "ui.log") as server:
        yield server


@pytest.fixture(scope="package")
def pages(ui: UiServer) -> Iterator[Pages]:
    folder = Path(PICTURES) if PICTURES else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        try:
            yield Pages(browser.new_page(viewport={"width": 1500, "height": 950}), ui.url, folder)
        finally:
            browser.close()


def write_by_hand(made: Installation) -> None:
    write_inputs(
        made.inputs,
        issuers=[{"issuer_id": "X", "name": "Alpha SA", "country": "FR"}, {"issuer_id": "Y", "name": "Beta"}],
        issuer_financials=[
            financials("X", market_cap=6e8, total_debt=4e8, fiscal_year=year, period_end=end)
            | {"known_from": f"{year + 1}-04-01"}
            for year, end in ((2019, "2019-12-31"), (2023, "2023-12-31"))
        ],
        issuer_emissions=[
            *emissions("X", 10_000, fiscal_year=2019, known_from="2020-04-01"),
            *emissions("X", 4_300, fiscal_year=2023, known_from="2024-04-01"),
        ],
    )
    for month_end in GOOD:
        write_month(made.inputs, month_end)
    pesos = line("A", asset_class="listed_equity", issuer_id="X", currency="ARS", market_value=1)
    write_csv(made.inputs / "holdings" / "2024-12.csv", [pesos])


def copy_demo(made: Installation) -> None:
    """The demo with the same fault in 2024-12, and its history up to 2024-09 already run."""
    shutil.copytree(REPOSITORY / "data" / "demo" / "inputs", made.inputs)
    faulty = made.inputs / "holdings" / "2024-12.csv"
    with faulty.open(newline="") as file:
        rows = list(csv.DictReader(file))
    pesos = {"line_id": "PESOS", "instrument_id": "", "currency": "ARS", "market_value_eur": ""}
    write_csv(faulty, [*rows, rows[-1] | pesos])
    history = [IMPACT, "run", "--months", "2019-12:2024-09", "--json"]
    subprocess.run(history, env=environment_of(made), stdout=subprocess.DEVNULL, timeout=900, check=True)
