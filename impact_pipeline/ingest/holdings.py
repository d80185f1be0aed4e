"""The holdings folder: which files hold the run's months, and their rows, whatever their shape."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import canonical
from impact_pipeline.ingest.cells import Batch, iso_dates
from impact_pipeline.ingest.corrections import Mending
from impact_pipeline.ingest.datasets import typed_rows
from impact_pipeline.ingest.file_records import file_of_template, files_of_lines
from impact_pipeline.ingest.files.sources import SourceFile, check_distinct
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.funds import (
    Delivered,
    check_embedded,
    delivered_portfolios,
    with_fund_ids,
    with_held_funds,
)
from impact_pipeline.ingest.holdings_files import Reading, open_lines, sort_out
from impact_pipeline.ingest.inventories import Inventory, Search, held_without_lines, template_of
from impact_pipeline.ingest.months import month_expression, month_of, months_in_name, named_month, spelled
from impact_pipeline.ingest.profiles.columns import COMPANIONS
from impact_pipeline.ingest.profiles.recognition import Profile, peeked_dates
from impact_pipeline.ingest.row_rules import apply_rules
from impact_pipeline.ingest.tpt.rows import RawRows, raw_rows
from impact_pipeline.ingest.tpt.totals import trusted
from impact_pipeline.ingest.tpt.underlyings import known_issuers
from impact_pipeline.ingest.unit_values import with_values_of_units
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import AMOUNT

_NO_ROWS = pl.DataFrame(schema={"source_file_id": pl.String, "source_row": pl.Int64})


@dataclass
class Holdings:
    """Rows read from the holdings folder for the run's months.

    ``inventories``: records, like ``source_files``, of files of earlier months that funds are looked through with.
    ``fund_columns``: header that names the fund of a line, for the files (by sha256) where it is not ``fund_id``.
    ``by_group``: file (sha256) and row of the lines whose issuer is named by the LEI of its group.
    """

    frame: pl.DataFrame
    others: dict[str, pl.DataFrame]
    source_files: list[dict[str, Any]]
    inventories: list[dict[str, Any]]
    files: list[SourceFile]
    fund_columns: dict[str, str]
    by_group: pl.DataFrame


def read_holdings(
    files: Sequence[SourceFile],
    profiles: Sequence[Profile],
    months: Sequence[dt.date],
    findings: Findings,
    mending: Mending,
    max_inventory_age_days: int = 0,
) -> Holdings:
    """All lines of the run's months, with the corrections of ``mending``.

    A fund held without lines of the month has those of its newest earlier inventory, up to ``max_inventory_age_days``.

    Raises:
        SourceFileError: no file for a month, a file dated otherwise, or a file that cannot be trusted.
    """
    reading = Reading()
    for file in files:
        sort_out(file, profiles, months, reading, mending)
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
    search = Search(reading.seen, lambda seen: open_lines(seen, profiles, mending), max_inventory_age_days)
    while True:
        # a run that looks up nothing reads its lines once; each inventory may hold funds that want one themselves
        notes = Findings()
        holdings = _assembled(files, reading, search.inventories, months, notes)
        supplied = {table.file.sha256 for table in reading.tables if table.profile_id != canonical.PROFILE_ID}
        if not search.adds_any(held_without_lines(holdings.frame, supplied)):
            break
    for inventory in search.inventories:
        mending.adopt(inventory.mending, inventory.table.rows.to_list(), inventory.month)
    names = {file.sha256: file.name for file in holdings.files}
    search.tell(names, holdings.fund_columns, notes)
    findings.items += notes.items
    return holdings


def _assembled(
    files: Sequence[SourceFile],
    reading: Reading,
    inventories: Sequence[Inventory],
    months: Sequence[dt.date],
    findings: Findings,
) -> Holdings:
    """The rows of the files of the run's months, and those of earlier inventories."""
    earlier = [inventory for inventory in inventories if inventory.profile is None]
    tables = [*reading.tables, *(inventory.table for inventory in earlier)]
    read_as = {len(reading.tables) + place: inventory.month for place, inventory in enumerate(earlier)}
    lines = _canonical_lines(tables, months, findings, read_as) if tables else None
    older = [template_of(inventory) for inventory in inventories if inventory.profile is not None]
    delivered = delivered_portfolios([*reading.templates, *older], lines)
    columns = TABLES["raw.holdings"].column_names
    frames = []
    records: list[dict[str, Any]] = []
    older_records: list[dict[str, Any]] = []
    if lines is not None:
        supplied = [place for place, table in enumerate(tables) if table.profile_id != canonical.PROFILE_ID]
        lines = with_fund_ids(with_held_funds(lines, delivered, supplied), delivered, findings)
        frames.append(
            lines.frame.with_columns(
                pl.lit(None, dtype=pl.String).alias("quotation_currency"),
                pl.lit(None, dtype=AMOUNT).alias("market_value_quotation"),
            ).select(columns)
        )
        for place, record in files_of_lines(lines, tables):
            (records if place < len(reading.tables) else older_records).append(record)
    templates = [trusted(tpt, findings) for tpt in reading.templates]
    records += [file_of_template(tpt) for tpt in templates]
    raw = [raw_rows(tpt, findings, delivered) for tpt in templates]
    described = {tpt.file.sha256 for tpt in templates}
    for inventory, template in zip([each for each in inventories if each.profile is not None], older, strict=True):
        tpt = trusted(template, findings)
        older_records.append(file_of_template(tpt))
        raw.append(_lines_and_facts(raw_rows(tpt, findings, delivered), inventory, described))
        templates.append(tpt)
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
    names = {row["source_file_id"]: row["file"] for row in (*records, *older_records)}
    frame = with_values_of_units(frame, others["portfolios"], records, names, findings)
    used = {row["file"] for row in (*records, *older_records)}
    fund_columns = {tpt.file.sha256: tpt.headers["instrument_code"] for tpt in templates}
    by_group = pl.concat([_NO_ROWS, *(rows.by_group for rows in raw)])
    kept = [file for file in files if file.name in used]
    return Holdings(frame, others, records, older_records, kept, fund_columns, by_group)


def _lines_and_facts(rows: RawRows, inventory: Inventory, described: set[str]) -> RawRows:
    """Rows of an earlier inventory. What a file says of funds and issuers is stored once, for all months that see it.

    ``described``: files of which that is there already.
    """
    sha256 = inventory.table.file.sha256
    facts = {name: getattr(rows, name) for name in COMPANIONS}
    if sha256 in described:
        facts = {name: frame.clear() for name, frame in facts.items()}
    elif inventory.is_part:  # the months of the whole file need what it says of its other funds
        whole = raw_rows(trusted(template_of(inventory, whole=True), Findings()), Findings(), Delivered())
        facts = {name: getattr(whole, name) for name in COMPANIONS}
    described.add(sha256)
    return replace(rows, **facts)


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


def months_held(
    files: Sequence[SourceFile], profiles: Sequence[Profile], wanted: Collection[dt.date] = ()
) -> set[dt.date]:
    """Month ends that the folder has lines for, by looking at dates and names only.

    ``wanted``: stop once these are found, looking first at files named after them; the answer may lack other months.
    """
    if wanted:
        files = sorted(files, key=lambda file: not months_in_name(file.name) & set(wanted))
    held: set[dt.date] = set()
    for file in files:
        held |= _months_of_file(file, profiles)
        if wanted and held.issuperset(wanted):
            break
    return held


def _months_of_file(file: SourceFile, profiles: Sequence[Profile]) -> set[dt.date]:
    reading = Reading()
    days = iso_dates(peeked_dates(file, profiles))
    if days:
        reading.months_held = {month for day in days if (month := month_of(day)) is not None}
    else:
        sort_out(file, profiles, (), reading, Mending())
    named = named_month(file.name)
    # a file in which no date can be read stands for the month of its name: reading that month will say why
    return reading.months_held or ({named} if named is not None else set())


def _canonical_lines(
    tables: Sequence[TextTable], months: Sequence[dt.date], findings: Findings, read_as: Mapping[int, dt.date]
) -> Batch:
    """Typed lines of the months. ``read_as``: month of the lines of earlier inventories, by place of the table."""
    batch = canonical.convert_column(canonical.batch_of("holdings", tables), "as_of_date")
    frame = batch.frame.rename({"as_of_date": "valuation_date"}).with_columns(
        month_expression("valuation_date").alias("as_of_date")
    )
    if read_as:
        months_read = pl.col("_file").replace_strict(read_as, default=None, return_dtype=pl.Date)
        frame = frame.with_columns(pl.coalesce(months_read, "as_of_date").alias("as_of_date"))
    batch = batch.with_frame(frame.filter(pl.col("as_of_date").is_in(list(months))))
    batch = canonical.convert(batch, findings, done=("as_of_date",))
    batch = apply_rules(batch, findings)
    ids = pl.Series([file.sha256 for file in batch.files], dtype=pl.String)
    return batch.with_frame(
        batch.frame.with_columns(ids.gather(batch.frame.get_column("_file")).alias("source_file_id"))
    )
