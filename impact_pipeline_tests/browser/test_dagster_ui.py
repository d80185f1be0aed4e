"""An analyst's month in the Dagster UI: a real Chromium in front of a real ``impact ui``."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from impact_pipeline.schemas import RAW
from impact_pipeline.warehouse.snapshot import query_readers
from impact_pipeline_tests.browser.pages import BROWSERS, Pages, chromium
from impact_pipeline_tests.browser.ui_server import UiServer
from impact_pipeline_tests.end_to_end.installation import IMPACT, Installation, environment_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        chromium() is None,
        reason=f"no Chromium here (looked for {', '.join(BROWSERS)}): install the package chromium",
    ),
]

#: From the files of holdings, emissions and policy to the committee's table: few enough for a picture.
CARBON_PATH = [
    *("files/holdings", "raw/holdings", "staging/holdings", "core/holdings", "core/positions"),
    *("files/issuer_emissions", "raw/issuer_emissions", "staging/issuer_emissions", "core/issuer_emissions"),
    *("core/attribution", "marts/positions", "marts/portfolio_carbon"),
    *("files/policy", "policy/targets", "marts/mission_indicators"),
]
#: Columns of marts.portfolio_carbon that fit on a screen.
PICTURED = ["coverage_ratio", "financed_emissions_tco2e", "economic_intensity_tco2e_per_meur"]
WAY_UP = [
    *("marts/mission_indicators", "marts/portfolio_carbon", "core/positions", "core/holdings"),
    *("staging/holdings", "raw/holdings", "files/holdings"),
]


@dataclass(frozen=True)
class Together:
    """A month launched by clicking, and another started from the command line meanwhile."""

    clicked_run: str
    clicked_status: str
    command_code: int
    command_said: str


@pytest.fixture(scope="module")
def together(pages: Pages, ui: UiServer, installation: Installation) -> Together:
    run_id = pages.launch("2024-11", picture="launch")
    ui.wait_until("the run has started", lambda: ui.run(run_id)["status"] != "QUEUED", seconds=60)
    command = subprocess.Popen(
        [IMPACT, "run", "--month", "2024-10"],
        env=environment_of(installation),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert ui.run(run_id)["endTime"] is None, "the clicked run is still going when the command starts"
        status = pages.ended()
        said, _ = command.communicate(timeout=120)
    finally:
        command.kill()
    return Together(run_id, status, command.returncode, said)


@pytest.fixture(scope="module")
def failed(together: Together, pages: Pages) -> str:
    """Status of the faulty month, launched by clicking after the good ones."""
    pages.launch("2024-12")
    return pages.ended()


@pytest.fixture(autouse=True)
def nothing_odd(pages: Pages) -> Iterator[None]:
    """After every test: no error in the browser's console, no request to join or sign in."""
    yield
    assert not pages.complaints, "\n".join(pages.complaints)
    expect(pages.page.get_by_text("Join the Dagster community")).to_have_count(0)


def test_the_graph_leads_from_the_files_to_the_indicators(pages: Pages) -> None:
    shown = Counter(pages.upstream_names("marts/mission_indicators"))
    assert shown["mission_indicators"] == shown["policy"] == 1
    assert shown["holdings"] == shown["issuer_emissions"] == 4, "as files, raw, staging and core"
    missing = [table.name for table in RAW if not shown[table.name.split(".")[1]]]
    assert not missing, f"folders of files that lead nowhere: {missing}"

    pages.open(f"/assets/{WAY_UP[0]}")
    for upstream in WAY_UP[1:]:
        pages.step_up(upstream)

    pages.picture("lineage", pages.graph_of(CARBON_PATH))


def test_a_month_launched_by_clicking_while_the_command_line_runs_another(
    pages: Pages, ui: UiServer, together: Together
) -> None:
    assert together.clicked_status == "Success", ui.log.read_text()[-3000:]
    assert together.command_code == 0, together.command_said
    pages.open(f"/runs/{together.clicked_run}")
    assert pages.ended() == "Success"
    expect(pages.page.get_by_text("Errored (0)")).to_be_visible()
    first_step = pages.page.locator('.chart-element[data-tooltip="ingest"]')
    expect(first_step).to_have_attribute("style", re.compile("green"))
    pages.picture("run_green", height=640)
    both = {"2024-10": "green", "2024-11": "green"}
    assert both.items() <= pages.asset_months("marts/mission_indicators", "2024-1", awaited=both).items()


def test_a_failed_check_is_red_for_its_own_month_and_stops_what_follows(
    pages: Pages, failed: str, installation: Installation
) -> None:
    assert failed == "Failure"
    found = pages.check("core/positions", "every_line_has_a_value")
    assert found["blocking"]
    assert found["result"] == "Failed", found["said"]
    expect(pages.page.get_by_text("1 row in 2024-12")).to_be_visible()
    own_month_only = {"2024-12": "red", "2024-11": "green", "2024-10": "green"}
    assert pages.check_months("2024-1", awaited=own_month_only) == own_month_only
    pages.pick_month("2024-12")
    expect(pages.page.get_by_text("1 row in 2024-12")).to_be_visible()
    pages.picture("failed_check", height=800)

    downstream = pages.asset_months("marts/portfolio_carbon", "2024-1", awaited=own_month_only)
    assert downstream == own_month_only
    pages.pick_month("2024-12")
    expect(pages.page.get_by_text("did not materialize this asset")).to_be_visible()
    expect(pages.page.get_by_text("No metadata entries")).to_be_visible()

    whole = query_readers(
        installation.home / "readers.duckdb",
        """
        select
            strftime(as_of_date, '%Y-%m') as month,
            (select count(*) from marts.mission_indicators where as_of_date = months.as_of_date) as indicators,
            (select count(*) from marts.positions where as_of_date = months.as_of_date) as positions
        from audit.months as months
        order by month
        """,
    ).to_dicts()
    assert {"2019-12", "2024-10", "2024-11"} <= {row["month"] for row in whole}
    assert "2024-12" not in {row["month"] for row in whole}, "readers see only months whose checks passed"
    assert all(row["indicators"] == 10 and row["positions"] >= 2 for row in whole), whole


def test_upstream_columns_can_be_read_and_clicked(pages: Pages, ui: UiServer) -> None:
    rows = pages.columns("marts/portfolio_carbon")
    row = rows["financed_emissions_tco2e"]
    links = row.get_by_role("link")
    # descriptions are drawn after the table
    expect(links.filter(has_text="core.attribution.financed_scope_1_2_tco2e")).to_be_visible()
    row.evaluate("row => row.scrollIntoView({block: 'center'})")
    pages.picture("columns", *(rows[name] for name in PICTURED))

    all_links = (link for shown in rows.values() for link in shown.get_by_role("link").all())
    every = {link.get_attribute("href") for link in all_links}
    assets = ui.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
    known = {"/assets/" + "/".join(asset["assetKey"]["path"]) for asset in assets}
    assert {href.partition("?")[0] for href in every if href} <= known, "every link leads to an asset"

    links.get_by_text("core.attribution.financed_scope_1_2_tco2e").click()
    pages.page.wait_for_url("**/assets/core/attribution*")
    expect(pages.page.get_by_role("table").get_by_text("financed_scope_1_2_tco2e").first).to_be_visible()


def test_numbers_are_plotted_month_by_month(pages: Pages, together: Together) -> None:
    drawn = pages.plots("marts/mission_indicators")
    assert {"row_count", "portfolio_footprint", "portfolio_footprint_change"} <= drawn.keys()
    assert all(drawn.values()), f"a plot without a line: {drawn}"
    drawn = pages.plots("marts/portfolio_carbon")
    assert {"row_count", "corporate coverage_ratio"} <= drawn.keys()
    assert all(drawn.values()), f"a plot without a line: {drawn}"
    switches = pages.page.get_by_role("button").filter(has_text=re.compile("^(Partitions|Plots)$"))
    pages.picture("plots", switches, pages.page.locator("canvas"))
