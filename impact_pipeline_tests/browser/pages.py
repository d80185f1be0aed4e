"""What a person does in the Dagster UI, found by the words and roles on the screen."""

import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, FloatRect, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

JOB = "/locations/impact_pipeline/jobs/monthly_impact"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Quiet and offline; no sandbox, because containers and CI run as root.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SLOW = 60_000  # ms; a page that takes longer on a busy machine is broken

#: Names in a graph.
NODES = '[class*="AssetNode_assetName"]'
#: A month's dot, found from the month's name: the nearest round thing in the same row.
DOT = 'xpath=ancestor::*[*[contains(@style, "border-radius: 100%")]][1]/*[contains(@style, "100%")]'
#: Pixels of the violet line of a plot.
LINE_PIXELS = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) found += data[i + 3] > 128 && data[i + 2] - data[i + 1] > 90;
    return found;
}"""


def chromium() -> str | None:
    """The browser of the machine, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Pages:
    """One browser tab on the UI at ``url``; pictures go to ``pictures`` when that is set."""

    def __init__(self, page: Page, url: str, pictures: Path | None = None) -> None:
        self.page, self.url, self.pictures = page, url, pictures
        self.complaints: list[str] = []
        page.set_default_timeout(SLOW)
        expect.set_options(timeout=SLOW)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def open(self, path: str) -> None:
        """Go to a page of the UI."""
        self.page.goto(self.url + path)

    def picture(self, name: str, *shown: Locator, height: int = 950) -> None:
        """Keep the screen down to ``height``, or the part of it around some elements, for the documentation."""
        if self.pictures is None:
            return
        self.page.mouse.move(0, 0)
        area = _around(shown) if shown else FloatRect(x=0, y=0, width=1500, height=height)
        before, shot = b"", self._shot(area)
        for _ in range(10):  # colours arrive after the boxes: wait until the screen has come to rest
            if shot == before:
                break
            self.page.wait_for_timeout(1000)
            before, shot = shot, self._shot(area)
        (self.pictures / f"{name}.png").write_bytes(shot)

    def _shot(self, area: FloatRect) -> bytes:
        no_slider = "#zoom-slider-container {display: none}"
        return self.page.screenshot(clip=area, animations="disabled", style=no_slider)

    # the graph

    def upstream_names(self, asset: str) -> list[str]:
        """Names of the nodes on an asset's lineage tab, all the way up."""
        self.open(f"/assets/{asset}?view=lineage&lineageScope=upstream")
        self.page.get_by_role("button", name="All", exact=True).click()
        nodes = self.page.locator(NODES)
        expect(nodes.first).to_be_visible()
        names: list[str] = []
        while len(names) < nodes.count():  # nodes off the canvas are not in the page: zoom out to all of them
            names = nodes.all_inner_texts()
            self.page.get_by_role("button", name="zoom_out").click()
            self.page.wait_for_timeout(700)  # the zoom glides
        return nodes.all_inner_texts()

    def step_up(self, upstream: str) -> None:
        """On an asset's page, click one of its upstream assets."""
        name = self.page.get_by_title(" / ".join(upstream.split("/")), exact=True)
        for patience_ms in (15_000, 15_000, 60_000):
            # the page draws its links again when its data arrives: a click on the old one leads nowhere
            self.page.get_by_role("link").filter(has=name).first.click()
            try:
                return self.page.wait_for_url(f"**/assets/{upstream}*", timeout=patience_ms)
            except PlaywrightTimeoutError:
                continue
        raise AssertionError(f"no way up to {upstream}")

    def graph_of(self, assets: list[str]) -> Locator:
        """The global graph of these assets with its groups unfolded; gives the groups."""
        selection = " or ".join(f'key:"{asset}"' for asset in assets)
        self.open(f"/asset-groups~{quote(selection, safe='')}/")
        groups = self.page.get_by_role("img", name="unfold_more")
        expect(groups.first).to_be_visible()
        list_of_assets = self.page.get_by_role("button").filter(has=self.page.get_by_label("panel_show_right"))
        list_of_assets.filter(has_not_text="Hide navigation").click()
        self.page.keyboard.press("Alt+e")
        expect(self.page.locator(NODES)).to_have_count(len(assets))
        return self.page.locator('[class*="groupNodeHeaderBox"], [class*="groupOutlineBox"]')

    # runs

    def launch(self, month: str, picture: str = "") -> str:
        """Materialize all > month > Launch; ends on the page of the run and gives its id."""
        self.open(JOB)
        self.page.get_by_role("button", name="Materialize all…").click()
        dialog = self.page.get_by_role("dialog")
        # the dialog opens on an empty selection, and its "Latest" is not the month in hand: say which month
        box = dialog.get_by_placeholder("ex: 2019-12")
        box.fill(month)
        box.press("Enter")
        expect(dialog.get_by_text("1 partition", exact=True)).to_be_visible()
        start = dialog.get_by_role("button", name="Launch 1 run")
        expect(start).to_be_enabled()
        if picture:
            self.picture(picture)
        start.click()
        self.page.get_by_text("Launched run").wait_for()
        self.page.get_by_role("link", name="View", exact=True).click()
        self.page.wait_for_url("**/runs/*")
        return self.page.url.rpartition("/")[2].partition("?")[0]

    def ended(self) -> str:
        """On a run's page: its status once it is over."""
        over = self.page.get_by_text(re.compile("^(Success|Failure|Canceled)$")).first
        expect(over).to_be_visible(timeout=120_000)
        return over.inner_text()

    # checks and months

    def check(self, asset: str, name: str) -> dict[str, Any]:
        """The latest result of a check as its page tells it."""
        self.open(f"/assets/{asset}?view=checks&checkDetail={name}")
        self.page.get_by_text("Evaluation result", exact=True).wait_for()
        said = self.page.locator("body").inner_text()
        latest = said.partition("Latest execution")[2]
        return {
            "blocking": "blocking asset check" in said,
            "result": next(iter(re.findall(r"\b(Passed|Failed|Skipped)\b", latest)), ""),
            "said": latest,
        }

    def check_months(self, start: str, awaited: dict[str, str]) -> dict[str, str]:
        """On a check's page: colour of each month whose name starts so, from its Partitions tab."""
        self.page.get_by_role("tab", name="Partitions").last.click()
        return self._dots("Filter by partition…", start, awaited)

    def asset_months(self, asset: str, start: str, awaited: dict[str, str]) -> dict[str, str]:
        """Colour of an asset's months whose names start so."""
        self.open(f"/assets/{asset}?view=partitions")
        return self._dots("Filter by name…", start, awaited)

    def pick_month(self, month: str) -> None:
        """In a list of months, click one to see what it holds."""
        self.page.locator(f'[title="{month}"]:visible').first.click()

    def _dots(self, search: str, start: str, awaited: dict[str, str]) -> dict[str, str]:
        """Colours as found once the awaited ones are there, or at the latest when a busy page has had its time."""
        box = self.page.get_by_placeholder(search)
        box.fill(start)
        months = self.page.locator(f'[title^="{start}"]:visible')
        other = self.page.locator(f'[title^="20"]:not([title^="{start}"]):visible')
        expect(other).to_have_count(0)
        expect(months.first).to_be_visible()
        found: dict[str, str] = {}
        deadline = time.monotonic() + SLOW / 1000
        while not awaited.items() <= found.items() and time.monotonic() < deadline:
            self.page.wait_for_timeout(200)  # the names are there before the colours
            styles = {month.get_attribute("title"): month.locator(DOT).get_attribute("style") for month in months.all()}
            found = {name or "": "".join(re.findall(r"accent-(\w+)", style or "")) for name, style in styles.items()}
        return found

    # an asset's page

    def columns(self, asset: str) -> dict[str, Locator]:
        """Rows of the Columns table by column."""
        self.open(f"/assets/{asset}")
        table = self.page.get_by_role("table").filter(has_text="Column name")
        table.wait_for()
        rows = table.locator("tbody tr").all()
        return {row.locator("td").first.inner_text().strip(): row for row in rows}

    def plots(self, asset: str) -> dict[str, int]:
        """Pixels of line in each plot of an asset's numbers, by the plot's title."""
        self.open(f"/assets/{asset}")
        self.page.get_by_role("button", name="Plots").click()
        charts = self.page.locator("canvas")
        expect(charts.first).to_be_visible()
        found = {}
        for chart in charts.all():
            title = chart.locator("xpath=../../preceding-sibling::*[1]")
            found[title.inner_text().strip()] = self._painted(chart)
        return found

    def _painted(self, chart: Locator) -> int:
        """Pixels of the chart's line; a chart draws itself once it is in view, so give it some seconds."""
        chart.scroll_into_view_if_needed()
        for _ in range(50):
            if found := int(chart.evaluate(LINE_PIXELS)):
                return found
            self.page.wait_for_timeout(100)
        return 0


def _around(shown: tuple[Locator, ...], margin: int = 8) -> FloatRect:
    boxes = [box for locator in shown for part in locator.all() if (box := part.bounding_box())]
    left = max(min(box["x"] for box in boxes) - margin, 0)
    top = max(min(box["y"] for box in boxes) - margin, 0)
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    return FloatRect(x=left, y=top, width=right - left, height=bottom - top)
