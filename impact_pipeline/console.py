"""What the commands share: options, and how answers, tables and refusals are printed."""

import datetime as dt
import json
import os
import re
import shutil
import tempfile
import traceback
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from impact_pipeline.errors import SettingsError
from impact_pipeline.schemas.table import month_end
from impact_pipeline.settings import FIRST_MONTH

#: Tables keep their numbers whole: a narrow pipe or log gets the full width, a terminal at least 120 columns.
_WIDTH = max(shutil.get_terminal_size((160, 24)).columns, 120)
out = Console(width=_WIDTH)
err = Console(stderr=True)

InputsOption = Annotated[str | None, typer.Option("--inputs", help="Inputs folder [IMPACT_INPUTS, default the demo].")]
PolicyOption = Annotated[str | None, typer.Option("--policy", help="Policy folder [IMPACT_POLICY, default the demo].")]
HomeOption = Annotated[str | None, typer.Option("--home", help="Home folder [IMPACT_HOME, default data/home].")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
MonthOption = Annotated[str, typer.Option("--month", help="Month, e.g. 2024-12.")]


def refuse(sentence: str, code: int) -> int:
    """Say on one line why nothing was done; returns the exit code."""
    err.print(f"impact: {sentence}", markup=False, highlight=False, soft_wrap=True)
    return code


def refuse_defect(error: Exception) -> int:
    """An error of ours or of the machine: one line for the analyst, the whole story in a file for us."""
    handle, story = tempfile.mkstemp(prefix="impact-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    said = str(error).strip().splitlines()[0][:200] if str(error).strip() else "no message"
    return refuse(f"stopped by {type(error).__name__}: {said} (the whole story: {story})", 1)


def parse_month(text: str) -> dt.date:
    """Month end of ``YYYY-MM``."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise SettingsError(f"month {text!r}: expected YYYY-MM, for example 2024-12")
    if text < FIRST_MONTH:
        raise SettingsError(f"month {text}: the first month of the pipeline is {FIRST_MONTH}")
    return month_end(int(text[:4]), int(text[5:]))


def refuse_open_month(text: str) -> None:
    """Refuse a month that is not over: its holdings cannot be there yet."""
    first_of_this = dt.date.today().replace(day=1)
    if parse_month(text) >= first_of_this:
        closed = first_of_this - dt.timedelta(days=1)
        raise SettingsError(f"month {text} is not over yet; the last closed month is {closed:%Y-%m}")


def print_rows(title: str, rows: list[dict[str, Any]]) -> None:
    """Rows as a grid, numbers to the right; the columns are those of the first row."""
    if not rows:
        out.print(f"{title}: no rows")
        return
    grid = Grid(title=title, title_justify="left")
    for name, value in rows[0].items():
        grid.add_column(name, justify="right" if isinstance(value, int | float | Decimal) else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_cell(value)) for value in row.values()))  # no markup: it may be a supplier's text
    out.print(grid)


def _cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "" if value is None else str(value)
    return number(value)


def number(value: "float | Decimal | None", percent: bool = False) -> str:
    """A number for people: unknown is a dash, never 0; French thousands and decimals."""
    if value is None:
        return "–"
    if percent:
        return f"{float(value) * 100:.1f} %".replace(".", ",")
    plain = float(value)
    digits = 0 if abs(plain) >= 100_000 or plain == int(plain) else 2 if abs(plain) >= 1 else 4
    return f"{plain:,.{digits}f}".replace(",", " ").replace(".", ",")


def yes(answer: bool) -> str:
    """``yes`` or ``no``."""
    return "yes" if answer else "no"


def print_json(value: Any) -> None:
    """A value as JSON on the standard output: days in ISO form, decimals as numbers."""
    print(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))  # noqa: T201 - JSON must not be wrapped


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
