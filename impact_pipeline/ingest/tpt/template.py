"""Tripartite Template files: the cells of each position, typed; the month that the file is of.

A file is one frame. Only rows that are refused or listed are looked at one by one, to word the message.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import iso_dates, translated
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.ingest.identifiers.codes import compact, valid_isin
from impact_pipeline.ingest.months import check_day, dated_otherwise, month_of, months_in_name
from impact_pipeline.ingest.profiles.recognition import column_of_field
from impact_pipeline.ingest.profiles.template import NEEDED_FIELDS, TemplateProfile
from impact_pipeline.ingest.tpt.cells import typed
from impact_pipeline.schemas.table import month_end

Row = dict[str, Any]


def code_type(name: str) -> pl.Expr:
    """Type of identification code without padding and words: ``01``, ``1.0`` and ``1 - ISIN`` are ``1``."""
    return pl.col(name).str.extract(r"^0*(\d+)").fill_null("")


@dataclass(frozen=True)
class TptFile:
    """Positions of one file, all of one month, in the order of the file.

    ``frame``: its ``row``; under our names the texts (nothing = null, also for a field that the file lacks); beside
    each amount its ``_digits``, with a point, and its ``_number``: 6 decimals as stored, the weight as a float;
    ``valued_on`` and ``reported_on``; ``portfolio``, the fund or share class, an ISIN in its normal spelling; ``fund``,
    the number of the fund whatever the letter case of its code.
    """

    file: SourceFile
    profile: TemplateProfile
    headers: dict[str, str]
    month: dt.date | None
    frame: pl.DataFrame

    @cached_property
    def funds(self) -> pl.DataFrame:
        """The first position of each fund."""
        return self.frame.unique("fund", keep="first", maintain_order=True)

    def refusal(self, row: Row | None, name: str, found: str, expected: str, hint: str = "") -> SourceFileError:
        """The error that refuses the file for one of our names."""
        number = None if row is None else row["row"]
        return SourceFileError(
            self.file.name, found, expected, row=number, column=self.headers.get(name, name), hint=hint
        )

    def with_columns(self, *columns: pl.Series | pl.Expr, **named: pl.Series | pl.Expr) -> "TptFile":
        """The same file with more columns in its frame."""
        return replace(self, frame=self.frame.with_columns(*columns, **named))


@dataclass(frozen=True)
class TptNotes:
    """Where the findings about the cells of one file go."""

    tpt: TptFile
    findings: Findings

    def add(
        self, rows: pl.DataFrame, name: str, rule: str, reason: str | Callable[[Row], str], severity: str = WARN
    ) -> None:
        """Record a finding about one cell of each row, by our name for its field."""
        file, column = self.tpt.file, self.tpt.headers.get(name, name)
        for row in rows.iter_rows(named=True):
            told = reason if isinstance(reason, str) else reason(row)
            place = "holdings", file.name, file.sha256, row["row"], column
            self.findings.add(Finding(*place, row[name], told, rule, severity, self.tpt.month))

    def add_repaired(self, rows: pl.DataFrame, name: str, right: str) -> None:
        """Record codes whose normal spelling, in the column ``right``, is another one."""
        repaired = rows.filter(pl.col(right) != pl.col(name))
        self.add(repaired, name, "identifier_repaired", lambda row: f"lower case or spaces: read as {row[right]}")


def parse(profile: TemplateProfile, table: TextTable, months: Sequence[dt.date]) -> TptFile:
    """Type the cells that are used; all rows must be of one month.

    Raises:
        SourceFileError: a cell that is no number, date or currency, a missing mandatory cell, mixed months.
    """
    headers = column_of_field(profile, table)
    for name in NEEDED_FIELDS:
        if name not in headers:
            gap = f"field {profile.fields[name]} missing"
            raise SourceFileError(table.file.name, gap, f"the field of {name.replace('_', ' ')}")
    frame = typed(profile, table, headers)
    month = _month(table.file, headers["valuation_date"], frame, months)
    portfolio = translated(frame.get_column("portfolio_id"), lambda code: valid_isin(code) or code, pl.String)
    numbers: dict[str, int] = {}
    for code in portfolio.unique(maintain_order=True):
        numbers.setdefault(compact(code), len(numbers))
    fund = translated(portfolio, lambda code: numbers[compact(code)], pl.UInt32)
    return TptFile(table.file, profile, headers, month, frame.with_columns(portfolio=portfolio, fund=fund))


def _month(file: SourceFile, column: str, frame: pl.DataFrame, months: Sequence[dt.date]) -> dt.date | None:
    days = frame.select("valued_on", "row").unique("valued_on", keep="first", maintain_order=True).rows()
    for day, row in days:
        check_day(file.name, row, column, day, months)
    first, _ = days[0]
    for day, row in days:
        if month_of(day) != month_of(first):
            found, hint = f"{day} beside {first}", "Split the file by valuation date"
            raise SourceFileError(file.name, found, "one month in the file", row=row, column=column, hint=hint)
    return month_of(first)


def quick_days(profile: TemplateProfile, table: TextTable) -> list[dt.date] | None:
    """Distinct valuation dates, without typing anything else; nothing when a date is missing or odd."""
    headers = column_of_field(profile, table)
    return iso_dates(table.frame.get_column(headers["valuation_date"]).unique())


def check_name(tpt: TptFile, months: Sequence[dt.date]) -> None:
    """Refuse a file named after a run month but dated otherwise, unless the name is the reporting date's."""
    named = months_in_name(tpt.file.name)
    claimed = sorted(named & set(months))
    if not claimed or tpt.month in named:
        return
    first = tpt.frame.row(0, named=True)
    reported = first["reported_on"]
    if reported is None or month_end(reported.year, reported.month) not in named:
        header = tpt.headers["valuation_date"]
        raise dated_otherwise(tpt.file.name, first["row"], header, first["valued_on"], claimed[0])
