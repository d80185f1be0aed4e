"""The holdings folder: which files hold the run's months, and their rows, whatever their shape."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import canonical, csv_files
from impact_pipeline.ingest.cells import Batch, iso_dates
from impact_pipeline.ingest.columns_profile import COMPANIONS, ColumnsProfile
from impact_pipeline.ingest.corrections import Mending
from impact_pipeline.ingest.datasets import typed_rows
from impact_pipeline.ingest.file_records import file_of_template, files_of_lines
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.funds import check_embedded, delivered_portfolios, with_fund_ids, with_held_funds
from impact_pipeline.ingest.mapped import outputs_of
from impact_pipeline.ingest.months import (
    check_day,
    dated_otherwise,
    month_expression,
    month_of,
    months_in_name,
    named_month,
    names_a_month_only,
    spelled,
)
from impact_pipeline.ingest.profiles import Profile, column_of_field, peeked_dates, read_with_profile
from impact_pipeline.ingest.row_rules import apply_rules
from impact_pipeline.ingest.sources import SourceFile, check_distinct
from impact_pipeline.ingest.tables import TextTable, no_rows, peek_dates
from impact_pipeline.ingest.template_profile import TemplateProfile
from impact_pipeline.ingest.tpt import TptFile, check_name, parse, quick_days
from impact_pipeline.ingest.tpt_rows import RawRows, raw_rows
from impact_pipeline.ingest.tpt_totals import trusted
from impact_pipeline.ingest.tpt_underlyings import known_issuers
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import AMOUNT, month_end

_NO_ROWS = pl.DataFrame(schema={"source_file_id": pl.String, "source_row": pl.Int64})


@dataclass
class Holdings:
    """Rows read from the holdings folder for the run's months.

    ``fund_columns``: header that names the fund of a line, for the files (by sha256) where it is not ``fund_id``.
    ``by_group``: file (sha256) and row of the lines whose issuer is named by the LEI of its group.
    """

    frame: pl.DataFrame
    others: dict[str, pl.DataFrame]
    source_files: list[dict[str, Any]]
    files: list[SourceFile]
    fund_columns: dict[str, str]
    by_group: pl.DataFrame


@dataclass
class _Reading:
    """What the files of the folder turned out to be."""

    tables: list[TextTable] = field(default_factory=list)
    templates: list[TptFile] = field(default_factory=list)
    companions: list[TextTable] = field(default_factory=list)
    months_held: set[dt.date] = field(default_factory=set)


def read_holdings(
    files: Sequence[SourceFile],
    profiles: Sequence[Profile],
    months: Sequence[dt.date],
    findings: Findings,
    mending: Mending,
) -> Holdings:
    """All lines of the run's months, with the corrections of ``mending``.

    Raises:
        SourceFileError: no file for a month, a file dated otherwise, or a file that cannot be trusted.
    """
    reading = _Reading()
    for file in files:
        _sort_out(file, profiles, months, reading, mending)
    missing = [month for month in months if month not in reading.months_held]
    if missing:
        found = f"files for {spelled(sorted(reading.months_held))}" if files else "no files"
        raise SourceFileError(
            "holdings/",
            found,
            f"lines for {spelled(missing)}",
            hint="Add the month's file, or run another month",
        )
    check_distinct([table.file for table in reading.tables] + [tpt.file for tpt in reading.templates])
    lines = _canonical_lines(reading.tables, months, findings) if reading.tables else None
    delivered = delivered_portfolios(reading.templates, lines)
    templates = [trusted(tpt, findings) for tpt in reading.templates]
    names = TABLES["raw.holdings"].column_names
    frames, source_files = [], []
    if lines is not None:
        supplied = [place for place, table in enumerate(reading.tables) if table.profile_id != canonical.PROFILE_ID]
        lines = with_fund_ids(with_held_funds(lines, delivered, supplied), delivered, findings)
        frames.append(
            lines.frame.with_columns(
                pl.lit(None, dtype=pl.String).alias("quotation_currency"),
                pl.lit(None, dtype=AMOUNT).alias("market_value_quotation"),
            ).select(names)
        )
        source_files += files_of_lines(lines, reading.tables)
    source_files += [file_of_template(tpt) for tpt in templates]
    raw = [raw_rows(tpt, findings, delivered) for tpt in templates]
    frame = pl.concat([*frames, *_with_underlyings(raw, frames), TABLES["raw.holdings"].frame()])
    check_embedded(templates, delivered, _units_held(frame))
    others = {
        name: pl.concat(
            [
                *(getattr(rows, name) for rows in raw),
                typed_rows(name, [table for table in reading.companions if table.dataset == name], findings),
            ]
        )
        for name in COMPANIONS
    }
    used = {row["file"] for row in source_files}
    fund_columns = {tpt.file.sha256: tpt.headers["instrument_code"] for tpt in templates}
    by_group = pl.concat([_NO_ROWS, *(rows.by_group for rows in raw)])
    used_files = [file for file in files if file.name in used]
    return Holdings(frame, others, source_files, used_files, fund_columns, by_group)


def _with_underlyings(raw: Sequence[RawRows], canonical_lines: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The lines of each template, with the issuers of underlying securities found among all lines of the delivery."""
    if not raw:
        return []
    isins = pl.concat([rows.underlyings.isins for rows in raw])
    known = known_issuers([*canonical_lines, *(rows.holdings for rows in raw)], isins)
    return [rows.underlyings.resolved(rows.holdings, known) for rows in raw]


def _units_held(frame: pl.DataFrame) -> dict[dt.date, set[str]]:
    """Funds that some line is units of, by month."""
    held: dict[dt.date, set[str]] = {}
    units = frame.filter(pl.col("fund_id").is_not_null()).select("as_of_date", "fund_id").unique()
    for month, fund_id in units.iter_rows():
        held.setdefault(month, set()).add(fund_id)
    return held


def months_held(files: Sequence[SourceFile], profiles: Sequence[Profile]) -> set[dt.date]:
    """Month ends that the folder has lines for, by looking at dates and names only."""
    held: set[dt.date] = set()
    for file in files:
        reading = _Reading()
        days = iso_dates(peeked_dates(file, profiles))
        if days:
            reading.months_held = {month for day in days if (month := month_of(day)) is not None}
        else:
            _sort_out(file, profiles, (), reading, Mending())
        named = named_month(file.name)
        # a file in which no date can be read stands for the month of its name: reading that month will say why
        held |= reading.months_held or ({named} if named is not None else set())
    return held


def _sort_out(
    file: SourceFile, profiles: Sequence[Profile], months: Sequence[dt.date], reading: _Reading, mending: Mending
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
            peeked = _days_of(table).unique().to_list()
        else:
            peeked = _peeked_days(file, mending)
        if peeked is None and not isinstance(profile, TemplateProfile):
            table = canonical.check_columns(mending.mend(canonical.read_table(file)))
            peeked = _days_of(table).unique().to_list()
    except SourceFileError:
        named = named_month(file.name)
        if named is None or named in months:
            raise
        return
    if peeked is not None:
        reading.months_held |= {month for day in peeked if (month := month_of(day)) is not None}
        if not _concerned(file, peeked, months):
            return
    if isinstance(profile, TemplateProfile) and table is not None:
        tpt = parse(profile, table, months)
        check_name(tpt, months)
        if tpt.month in months:
            reading.templates.append(tpt)
        return
    table = table or canonical.check_columns(mending.mend(canonical.read_table(file)))
    days = _days_of(table)
    _check_days(table, days, months)
    if any(month_of(day) in months for day in days.unique().to_list()):
        reading.tables.append(table)
        reading.companions += companions


def _lines_and_others(profile: ColumnsProfile, table: TextTable, mending: Mending) -> tuple[TextTable, list[TextTable]]:
    """What a supplier's file says of lines, and of other datasets; corrected when it is of the run's months.

    Only the profile knows where the date is: a file that can be dated as delivered is not corrected for other months.
    """
    if mending.may_mend(table.file):
        try:
            lines, others = _mapped(profile, table)
            days = _days_of(lines).unique().to_list()
        except SourceFileError:
            days = []
        if days and not {month_of(day) for day in days} & set(mending.months):
            return lines, others
        table = mending.mend(table, {})
    lines, others = _mapped(profile, table)
    mending.date(table.file, dict(zip(lines.rows, map(month_of, _days_of(lines)), strict=True)))
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
    return bool(months_in_name(file.name) & set(months)) or any(
        (month_of(day) or month_end(day.year, day.month)) in months for day in days
    )


def _days_of(table: TextTable) -> pl.Series:
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


def _canonical_lines(tables: Sequence[TextTable], months: Sequence[dt.date], findings: Findings) -> Batch:
    batch = canonical.convert_column(canonical.batch_of("holdings", tables), "as_of_date")
    frame = batch.frame.rename({"as_of_date": "valuation_date"}).with_columns(
        month_expression("valuation_date").alias("as_of_date")
    )
    batch = batch.with_frame(frame.filter(pl.col("as_of_date").is_in(list(months))))
    batch = canonical.convert(batch, findings, done=("as_of_date",))
    batch = apply_rules(batch, findings)
    ids = pl.Series([file.sha256 for file in batch.files], dtype=pl.String)
    return batch.with_frame(
        batch.frame.with_columns(ids.gather(batch.frame.get_column("_file")).alias("source_file_id"))
    )
