"""What a run's report says of the door: cells refused or flagged, and cells corrected."""

import datetime as dt
from typing import TYPE_CHECKING

from impact_pipeline.console import out
from impact_pipeline.settings import Settings

if TYPE_CHECKING:
    from impact_pipeline.publishing.figures import Figures


def print_door(figures: "Figures") -> None:
    """Count what was refused, flagged and corrected in the month, and say where each is listed."""
    _print_counts(figures, "rejected", "refused or flagged at the door", ["rule", "severity"])
    _print_counts(figures, "corrections", "corrections of delivered cells", ["status"])


def missing_files(settings: Settings, month: dt.date) -> str:
    """What the policy's ``deliveries.yaml`` waits for and is not there for the month; empty when nothing is."""
    from impact_pipeline.ingest.expected_files import arrivals, read_expected

    expected = read_expected(settings.policy)
    return arrivals(settings.inputs, expected, month, dt.date.today()).waits if expected else ""


def unread_files(settings: Settings, figures: "Figures") -> list[str]:
    """Files of lines that no month has read and whose names say no month: a wrong day inside puts them elsewhere."""
    from impact_pipeline.ingest.files.versions import versions
    from impact_pipeline.ingest.months import months_in_name

    read = set(figures.query("select distinct file from audit.source_files")["file"])
    there = versions(settings.inputs, dt.date.today()).current["holdings"]
    return [file.name for file in there if not months_in_name(file.name) and file.name not in read]


def _print_counts(figures: "Figures", view: str, what: str, names: list[str]) -> None:
    rows = figures.view(view)
    if rows.is_empty():
        if view == "rejected":
            out.print("nothing was refused or flagged at the door")
        return
    counts = rows.group_by(names).len().sort(names[::-1]).rows()
    listed = ", ".join(f"{count} {said[0]}" + "".join(f" ({word})" for word in said[1:]) for *said, count in counts)
    out.print(f"{what}: {listed}", highlight=False)
    out.print(f"  each with file, row and reason: impact show {view} --month {figures.month:%Y-%m}", highlight=False)
