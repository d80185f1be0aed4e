"""Which months each file of the holdings folder has lines of; what the run needs of them is kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import canonical
from impact_pipeline.ingest.cells import iso_dates
from impact_pipeline.ingest.corrections import Mending
from impact_pipeline.ingest.files import csv_files
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable, no_rows, peek_dates
from impact_pipeline.ingest.identifiers.codes import compact
from impact_pipeline.ingest.months import (
    check_day,
    dated_otherwise,
    month_of,
    months_in_name,
    named_month,
    names_a_month_only,
    own_month,
)
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.mapped import outputs_of
from impact_pipeline.ingest.profiles.recognition import Profile, column_of_field, read_with_profile
from impact_pipeline.ingest.profiles.template import TemplateProfile
from impact_pipeline.ingest.tpt.template import TptFile, check_name, parse, quick_days


@dataclass(frozen=True)
class Seen:
    """A dated file: its valuation dates and, where that cost nothing, the compact codes of its portfolios."""

    file: SourceFile
    days: tuple[dt.date, ...]
    portfolios: frozenset[str] | None = None


class Opened(NamedTuple):
    """The lines of a file, the profile of a template, and the corrections that were made in it."""

    table: TextTable
    profile: TemplateProfile | None
    mending: Mending


@dataclass
class Reading:
    """What the files of the folder turned out to be."""

    tables: list[TextTable] = field(default_factory=list)
    templates: list[TptFile] = field(default_factory=list)
    companions: list[TextTable] = field(default_factory=list)
    months_held: set[dt.date] = field(default_factory=set)
    seen: list[Seen] = field(default_factory=list)


def sort_out(
    file: SourceFile, profiles: Sequence[Profile], months: Sequence[dt.date], reading: Reading, mending: Mending
) -> None:
    """Tell which months a file holds and keep it when the run needs it.

    A file that cannot even be dated stops the run, unless its name says that it is another month's.
    """
    companions: list[TextTable] = []
    try:
        profile, table = read_with_profile(file, profiles)
        if isinstance(profile, TemplateProfile) and table is not None:
            table = mending.mend(table, column_of_field(profile, table))
            peeked = quick_days(profile, table)
        elif isinstance(profile, ColumnsProfile) and table is not None:
            table, companions = _lines_and_others(profile, table, mending)
            peeked = days_of(table).unique().to_list()
        else:
            peeked = _peeked_days(file, mending)
        if peeked is None and not isinstance(profile, TemplateProfile):
            table = canonical.check_columns(mending.mend(canonical.read_table(file)))
            peeked = days_of(table).unique().to_list()
    except SourceFileError:
        named = named_month(file.name)
        if named is None or named in months:
            raise
        return
    if peeked is not None:
        reading.months_held |= {month for day in peeked if (month := month_of(day)) is not None}
        is_concerned = _concerned(file, peeked, months)
        portfolios = None if is_concerned or table is None else _portfolios(profile, table)
        reading.seen.append(Seen(file, tuple(sorted(peeked)), portfolios))
        if not is_concerned:
            return
    if isinstance(profile, TemplateProfile) and table is not None:
        tpt = parse(profile, table, months)
        check_name(tpt, months)
        if tpt.month in months:
            reading.templates.append(tpt)
        return
    table = table or canonical.check_columns(mending.mend(canonical.read_table(file)))
    days = days_of(table)
    _check_days(table, days, months)
    if any(month_of(day) in months for day in days.unique().to_list()):
        reading.tables.append(table)
        reading.companions += companions


def open_lines(seen: Seen, profiles: Sequence[Profile], mending: Mending) -> Opened:
    """The lines of a file as they are read for its own months, corrections included."""
    months = sorted({own_month(day) for day in seen.days})
    # a reading of its own: the run's corrections are those of the run's months
    own = Mending(mending.corrections, months)
    profile, table = read_with_profile(seen.file, profiles)
    if isinstance(profile, TemplateProfile) and table is not None:
        return Opened(own.mend(table, column_of_field(profile, table)), profile, own)
    if isinstance(profile, ColumnsProfile) and table is not None:
        return Opened(_lines_and_others(profile, table, own)[0], None, own)
    return Opened(canonical.check_columns(own.mend(canonical.read_table(seen.file))), None, own)


def portfolio_column(profile: Profile | None, table: TextTable) -> str:
    """Header of the portfolio that a line is of."""
    return column_of_field(profile, table)["portfolio_id"] if isinstance(profile, TemplateProfile) else "portfolio_id"


def _portfolios(profile: Profile | None, table: TextTable) -> frozenset[str]:
    codes = table.frame.get_column(portfolio_column(profile, table)).unique().drop_nulls()
    return frozenset(compact(str(code)) for code in codes)


def _lines_and_others(profile: ColumnsProfile, table: TextTable, mending: Mending) -> tuple[TextTable, list[TextTable]]:
    """What a supplier's file says of lines, and of other datasets; corrected when it is of the run's months.

    Only the profile knows where the date is: a file that can be dated as delivered is not corrected for other months.
    """
    if mending.may_mend(table.file):
        try:
            lines, others = _mapped(profile, table)
            days = days_of(lines).unique().to_list()
        except SourceFileError:
            days = []
        if days and not {own_month(day) for day in days} & set(mending.months):
            return lines, others
        table = mending.mend(table, {})
    lines, others = _mapped(profile, table)
    mending.date(table.file, dict(zip(lines.rows, map(month_of, days_of(lines)), strict=True)))
    return lines, others


def _mapped(profile: ColumnsProfile, table: TextTable) -> tuple[TextTable, list[TextTable]]:
    outputs = outputs_of(profile, table)
    lines = [output for output in outputs if output.dataset == "holdings"]
    if not lines:
        raise no_rows(table.file)
    return canonical.check_columns(lines[0]), [output for output in outputs if output.dataset != "holdings"]


def _peeked_days(file: SourceFile, mending: Mending) -> list[dt.date] | None:
    """Distinct dates of a canonical file, read without its other columns; nothing when not possible."""
    if mending.mends(file, "as_of_date"):
        return None
    if file.extension == "parquet":
        return peek_dates(file, "as_of_date")
    texts = csv_files.peek(file, "as_of_date") if file.extension == "csv" else None
    return iso_dates(texts) if texts else None


def _concerned(file: SourceFile, days: Sequence[dt.date], months: Sequence[dt.date]) -> bool:
    """Whether the file has to be read for these months, were it only to refuse it."""
    return bool(months_in_name(file.name) & set(months)) or any(own_month(day) in months for day in days)


def days_of(table: TextTable) -> pl.Series:
    """Valuation date of each line of a table in canonical columns; none may be missing."""
    batch = canonical.batch_of("holdings", [table])
    batch = canonical.convert_column(batch, "as_of_date")
    canonical.require(batch, "as_of_date")
    return batch.frame.get_column("as_of_date")


def _check_days(table: TextTable, days: pl.Series, months: Sequence[dt.date]) -> None:
    named = named_month(table.file.name)
    first_rows = (
        pl.DataFrame({"day": days, "row": table.rows}).group_by("day", maintain_order=True).agg(pl.col("row").min())
    )
    for day, row in first_rows.sort("row").iter_rows():
        check_day(table.file.name, row, "as_of_date", day, months)
        month = month_of(day)
        if named is None or month == named:
            continue
        # a file named for this month with other rows, or rows of this month in a file named for another one
        if named in months or (month in months and names_a_month_only(table.file.name)):
            raise dated_otherwise(table.file.name, row, "as_of_date", day, named)
