"""Clock, seeded randomness and number formats shared by the generator.

Assumption: every random draw comes from a stream named after the thing it describes, so adding one issuer
or one line never moves the figures of another one, and re-running gives the same bytes.
"""

import random
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

SEED = "impact-demo-2026"
FIRST_MONTH = 2019 * 12 + 11
LAST_MONTH = 2025 * 12 + 11
MONTHS = tuple(range(FIRST_MONTH, LAST_MONTH + 1))
REFERENCE_MONTH = 2022 * 12 + 11  # sizes are stated at 31/12/2022, the year whose pocket split is public
FISCAL_YEARS = tuple(range(2017, 2025))
EVIDENCE_YEARS = tuple(range(2018, 2025))

Row = dict[str, str]


def stream(*key: object) -> random.Random:
    """Return the random stream named by `key`."""
    return random.Random(":".join([SEED, *map(str, key)]))


def month(year: int, number: int) -> int:
    """Number a month: twelve a year, so that differences are durations."""
    return year * 12 + number - 1


@cache
def month_end(k: int) -> date:
    """Return the calendar month end of month `k`."""
    year, index = divmod(k, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1])


def last_business_day(k: int) -> date:
    """Return the last weekday of the month (bank holidays are ignored)."""
    day = month_end(k)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def money(value: float) -> str:
    """Write an amount with two decimals and never a negative zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def plain(value: float, decimals: int = 4) -> str:
    """Write a number without useless zeros."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
    return "0" if text in {"-0", ""} else text
