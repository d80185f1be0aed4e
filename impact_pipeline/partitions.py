"""The one partition definition, and what a run covers: always a window of whole months.

Never "the latest month" in business code: the month is a parameter of every run.
"""

import datetime as dt
from dataclasses import dataclass

import dagster as dg

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
    """The months the run covers, one or a range (single-run backfill)."""
    keys = sorted(context.partition_keys)
    first, last = dt.date.fromisoformat(f"{keys[0]}-01"), dt.date.fromisoformat(f"{keys[-1]}-01")
    return Window(first, month_end(last.year, last.month) + dt.timedelta(days=1))
