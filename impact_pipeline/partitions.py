"""The one partition definition, and what a run covers: always a window of whole months.

Never "the latest month" in business code: the month is a parameter of every run.
"""

import datetime as dt
from dataclasses import dataclass

import dagster as dg

from impact_pipeline.errors import SettingsError
from impact_pipeline.schemas.table import month_end
from impact_pipeline.settings import FIRST_MONTH

TIMEZONE = "Europe/Paris"
MONTHLY = dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", timezone=TIMEZONE)


@dataclass(frozen=True)
class Window:
    """Months of a run: ``start`` is the first day of the first, ``end`` the first day after the last."""

    start: dt.date
    end: dt.date

    @property
    def month_ends(self) -> list[dt.date]:
        """Calendar month ends in the window, in order."""
        found, day = [], self.start
        while day < self.end:
            last = month_end(day.year, day.month)
            found.append(last)
            day = last + dt.timedelta(days=1)
        return found

    @property
    def label(self) -> str:
        """``2024-12`` or ``2019-12:2024-12``."""
        first, last = self.month_ends[0], self.month_ends[-1]
        return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}:{last:%Y-%m}"


def window(context: dg.AssetExecutionContext) -> Window:
    """The months the run covers, one or a range (single-run backfill).

    Read from the run, not from the asset: tables held once per file and views have no partition of their own but
    are brought up to date by the same monthly run.
    """
    tags = context.run.tags
    first = tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_start")
    last = tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_end")
    if first is None or last is None:
        raise SettingsError("this asset is computed for a month: launch it with a month, e.g. 2024-12")
    start, end = dt.date.fromisoformat(f"{first}-01"), dt.date.fromisoformat(f"{last}-01")
    return Window(start, month_end(end.year, end.month) + dt.timedelta(days=1))
