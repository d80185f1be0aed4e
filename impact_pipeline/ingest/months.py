"""Which calendar month a dated row or a named file belongs to."""

import datetime as dt
import re
from collections.abc import Sequence

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.schemas.table import month_end

#: A valuation date this many days from a calendar month end still belongs to that month.
TOLERANCE_DAYS = 7

_YEAR_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])(?:[-_]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")

_BARE_MONTH = re.compile(r"(?<!\d)20\d{2}[-_]?(?:0[1-9]|1[0-2])(?![-_]?\d)")


def month_of(day: dt.date) -> dt.date | None:
    """Month end that a valuation date belongs to; nothing in the middle of a month."""
    this = month_end(day.year, day.month)
    if (this - day).days <= TOLERANCE_DAYS:
        return this
    previous = day.replace(day=1) - dt.timedelta(days=1)
    return previous if (day - previous).days <= TOLERANCE_DAYS else None


def own_month(day: dt.date) -> dt.date:
    """Month end a row stands under wherever no run's month is meant: in the middle of a month, the calendar month."""
    return month_of(day) or month_end(day.year, day.month)


def month_expression(column: str) -> pl.Expr:
    """``month_of`` as an expression."""
    day = pl.col(column)
    this, previous = day.dt.month_end(), day.dt.month_start() - pl.duration(days=1)
    return (
        pl.when((this - day) <= pl.duration(days=TOLERANCE_DAYS))
        .then(this)
        .when((day - previous) <= pl.duration(days=TOLERANCE_DAYS))
        .then(previous)
        .otherwise(None)
    )


def months_in_name(file_name: str) -> set[dt.date]:
    """Month ends of every date in a file's name (a fund file often carries its valuation and its sending date)."""
    return {month_end(int(year), int(month)) for year, month in _YEAR_MONTH.findall(file_name.rsplit("/", 1)[-1])}


def named_month(file_name: str) -> dt.date | None:
    """Month end in a file's name, when the name carries exactly one year-month."""
    found = months_in_name(file_name)
    return found.pop() if len(found) == 1 else None


def names_a_month_only(file_name: str) -> bool:
    """Whether the name's date is a bare month such as 2024-11: a day might be the day of sending."""
    return bool(_BARE_MONTH.search(file_name.rsplit("/", 1)[-1]))


def check_day(file: str, row: int, column: str, day: dt.date, months: Sequence[dt.date]) -> None:
    """Refuse a date in the middle of a month that is being run."""
    if month_of(day) is None and month_end(day.year, day.month) in months:
        raise SourceFileError(
            file,
            f"{day}, in the middle of a month",
            f"a date at most {TOLERANCE_DAYS} days from a month end",
            row=row,
            column=column,
            hint=f"Use {month_end(day.year, day.month)} for that month",
        )


def dated_otherwise(file: str, row: int, column: str, day: dt.date, month: dt.date) -> SourceFileError:
    """The error for a file named after a month whose rows are dated otherwise."""
    return SourceFileError(
        file,
        f"{day} in a file named after {month:%Y-%m}",
        f"dates of {month:%Y-%m}",
        row=row,
        column=column,
        hint="Another month's file under this name? Rename it or ask for the right one",
    )


def spelled(months: Sequence[dt.date]) -> str:
    """Months in words, runs of months as ranges: ``2019-12 to 2020-03, 2024-12``."""
    parts: list[list[dt.date]] = []
    for month in sorted(months):
        if parts and (parts[-1][-1] + dt.timedelta(days=1)).replace(day=1) == month.replace(day=1):
            parts[-1].append(month)
        else:
            parts.append([month])
    return ", ".join(f"{p[0]:%Y-%m}" if len(p) == 1 else f"{p[0]:%Y-%m} to {p[-1]:%Y-%m}" for p in parts) or "no month"
