"""Funds held in a month without a file of it: their newest earlier inventory stands in, up to an age of the policy.

The lines keep their ``valuation_date`` and are read as lines of the month: weights of then, the value of the units of
now. A fund whose newest inventory is older stays one opaque line. Both are listed in ``audit.rejected_rows``.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from impact_pipeline.ingest.cells import iso_date
from impact_pipeline.ingest.corrections import Mending
from impact_pipeline.ingest.files import csv_files
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.ingest.holdings_files import Opened, Seen, days_of, portfolio_column
from impact_pipeline.ingest.identifiers.codes import compact
from impact_pipeline.ingest.months import month_of
from impact_pipeline.ingest.profiles.recognition import column_of_field
from impact_pipeline.ingest.profiles.template import TemplateProfile
from impact_pipeline.ingest.tpt.template import TptFile, parse

#: Files older than this are not opened for a fund, not even to say that they are too old: three years, the most that
#: the policy may allow. A fund that never had an inventory would else be looked for in all months ever delivered.
LOOK_BACK_DAYS = 1100

Opener = Callable[[Seen], Opened]


@dataclass(frozen=True)
class Held:
    """The first line of a month that is units of a fund without lines of the month."""

    month: dt.date
    code: str
    source_file_id: str
    row: int

    @property
    def fund(self) -> str:
        """The fund's code whatever its spelling."""
        return compact(self.code)


@dataclass(frozen=True)
class Inventory:
    """Lines of some funds in a file (``table``, of ``whole``), to be read as lines of ``month``.

    ``mending``: the corrections that were made in the file.
    """

    month: dt.date
    table: TextTable
    whole: TextTable
    profile: TemplateProfile | None
    mending: Mending

    @property
    def is_part(self) -> bool:
        """Whether the file has lines of other funds too."""
        return self.table.frame.height < self.whole.frame.height


@dataclass(frozen=True)
class Newest:
    """The newest earlier day of a fund and the files that have it."""

    day: dt.date
    files: tuple[str, ...]


def held_without_lines(frame: pl.DataFrame, supplied: Collection[str]) -> list[Held]:
    """Funds that lines are units of and that have no lines in the month themselves.

    ``supplied``: files (sha256) of suppliers, which have no column for the fund: the line's own code is the fund's.
    """
    by_code = pl.col("source_file_id").is_in(list(supplied)) & (pl.col("asset_class") == "fund")
    code = pl.when(by_code).then(pl.coalesce("fund_id", "instrument_id")).otherwise(pl.col("fund_id")).alias("code")
    names = ["as_of_date", "code"]
    units = frame.select("as_of_date", code, "source_file_id", "source_row").filter(pl.col("code").is_not_null())
    if units.is_empty():
        return []
    there = {(month, compact(fund)) for month, fund in frame.select("as_of_date", "portfolio_id").unique().iter_rows()}
    first = units.unique(names, keep="first", maintain_order=True)
    return [held for row in first.iter_rows() if ((held := Held(*row)).month, held.fund) not in there]


def newest_inventories(month: dt.date, funds: Collection[str], files: "Files") -> dict[str, Newest]:
    """The newest day before the month that the folder has lines of each fund of, within ``LOOK_BACK_DAYS``."""
    last_days = [(max(days), each) for each in files.seen if (days := _earlier(each.days, month))]
    recent = [(day, each.file.name, each) for day, each in last_days if (month - day).days <= LOOK_BACK_DAYS]
    candidates = sorted(recent, key=lambda candidate: candidate[:2], reverse=True)
    found: dict[str, Newest] = {}
    for last, name, each in candidates:
        # a fund found on a later day than this file's last is settled
        asked = {fund for fund in funds if fund not in found or found[fund].day <= last}
        if not asked:
            break
        if not asked & files.funds(each):
            continue
        days_of_funds = files.days_of_funds(each)
        for fund in asked & days_of_funds.keys():
            if not (days := _earlier(days_of_funds[fund], month)):
                continue
            day, known = max(days), found.get(fund)
            if known is None or known.day < day:
                found[fund] = Newest(day, (name,))
            elif known.day == day:
                found[fund] = Newest(known.day, (*known.files, name))
    return found


def inventories_of(month: dt.date, newest: Mapping[str, Newest], files: "Files") -> Iterator[Inventory]:
    """The lines of these funds on their newest days, one inventory per file."""
    for each in files.seen:
        days = {fund: found.day for fund, found in newest.items() if each.file.name in found.files}
        if not days:
            continue
        # with the corrections of these days, whatever else the file is about
        table, profile, mending = files.opened(replace(each, days=tuple(sorted(set(days.values())))))
        wanted = pl.DataFrame({"fund": list(days), "day": list(days.values())}, schema=_PAIRS)
        places = _pairs(table, profile).with_row_index("place").join(wanted, on=["fund", "day"], how="semi")
        kept = places.get_column("place").sort()
        part = replace(table, frame=table.frame[kept], rows=table.rows[kept])
        yield Inventory(month, part, table, profile, mending)


def template_of(inventory: Inventory, *, whole: bool = False) -> TptFile:
    """A Tripartite Template read as lines of the inventory's month."""
    assert inventory.profile is not None
    tpt = parse(inventory.profile, inventory.whole if whole else inventory.table, ())
    return replace(tpt, month=inventory.month)


@dataclass(frozen=True)
class Files:
    """The dated files of a run. What they say of funds is remembered: every month of a run asks again."""

    seen: Sequence[Seen]
    opened: Opener
    _funds: dict[str, frozenset[str]] = field(default_factory=dict)
    _days: dict[str, dict[str, list[dt.date]]] = field(default_factory=dict)

    def funds(self, each: Seen) -> frozenset[str]:
        """Compact codes of the portfolios of a file, without opening it where that is possible."""
        name = each.file.name
        if name not in self._funds:
            funds = each.portfolios if each.portfolios is not None else _peeked_funds(each)
            self._funds[name] = frozenset(self.days_of_funds(each)) if funds is None else funds
        return self._funds[name]

    def days_of_funds(self, each: Seen) -> dict[str, list[dt.date]]:
        """Valuation days of each portfolio of a file, by its compact code."""
        name = each.file.name
        if name not in self._days:
            days: dict[str, list[dt.date]] = {}
            opened = self.opened(each)
            for fund, day in _pairs(opened.table, opened.profile).unique().drop_nulls().iter_rows():
                days.setdefault(fund, []).append(day)
            self._days[name] = days
        return self._days[name]


class Search:
    """Looks up the funds of a run once each; ``inventories`` are those that may be used, newest day first found."""

    def __init__(self, seen: Sequence[Seen], opened: Opener, limit_days: int) -> None:
        self.files, self.limit_days = Files(seen, opened), limit_days
        self.inventories: list[Inventory] = []
        self._found: dict[tuple[dt.date, str], tuple[Held, Newest | None]] = {}

    def adds_any(self, units: Sequence[Held]) -> bool:
        """Look for inventories of funds not asked for yet; whether some can be used."""
        asked: dict[dt.date, dict[str, Held]] = {}
        for held in units:
            if self.limit_days and (held.month, held.fund) not in self._found:
                asked.setdefault(held.month, {}).setdefault(held.fund, held)
        before = len(self.inventories)
        for month, funds in asked.items():
            found = newest_inventories(month, funds, self.files)
            self._found |= {(month, fund): (held, found.get(fund)) for fund, held in funds.items()}
            usable = {fund: new for fund, new in found.items() if (month - new.day).days <= self.limit_days}
            self.inventories += inventories_of(month, usable, self.files)
        return len(self.inventories) > before

    def tell(self, names: Mapping[str, str], columns: Mapping[str, str], findings: Findings) -> None:
        """List what was found: ``names`` and ``columns`` of the fund's code by sha256 of the file of the line."""
        for held, newest in self._found.values():
            if newest is not None:
                file, column = names[held.source_file_id], columns.get(held.source_file_id, "fund_id")
                findings.add(told(held, newest, self.limit_days, file, column))


def told(held: Held, newest: Newest, limit_days: int, file: str, column: str) -> Finding:
    """What happened to the line of a fund whose newest inventory is of an earlier month."""
    age = (held.month - newest.day).days
    files = ", ".join(sorted(newest.files))
    where = f"the newest inventory of {held.code} is of {newest.day} ({files}), {age} days before the month end"
    if age <= limit_days:
        rule, reason = "inventory_of_earlier_month", f"{where}: looked through with the weights of then"
    else:
        rule, reason = "inventory_too_old", f"{where}; the policy allows {limit_days}: the line stays one opaque fund"
    return Finding("holdings", file, held.source_file_id, held.row, column, held.code, reason, rule, WARN, held.month)


_PAIRS = {"fund": pl.String, "day": pl.Date}


def _earlier(days: Sequence[dt.date], month: dt.date) -> list[dt.date]:
    return [day for day in days if day < month and month_of(day) != month]


def _peeked_funds(seen: Seen) -> frozenset[str] | None:
    """Compact codes of the portfolios of a CSV file in canonical columns; nothing when it has to be opened for them."""
    codes = csv_files.peek(seen.file, "portfolio_id") if seen.file.extension == "csv" else None
    return None if codes is None else frozenset(compact(code) for code in codes if code)


def _pairs(table: TextTable, profile: TemplateProfile | None) -> pl.DataFrame:
    """Fund (compact code) and valuation day of each row."""
    codes = table.frame.get_column(portfolio_column(profile, table)).cast(pl.String)
    spelled = {code: compact(code) for code in codes.unique().drop_nulls()}
    if profile is None:
        days = days_of(table)
    else:
        texts = table.frame.get_column(column_of_field(profile, table)["valuation_date"])
        read = {text: iso_date(text.strip()) for text in texts.unique().drop_nulls()}
        days = texts.replace_strict(list(read), list(read.values()), default=None, return_dtype=pl.Date)
    funds = codes.replace_strict(list(spelled), list(spelled.values()), default=None, return_dtype=pl.String)
    return pl.DataFrame({"fund": funds, "day": days}, schema=_PAIRS)
