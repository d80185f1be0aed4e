"""Tripartite Template files: the cells of each position, typed; what makes the whole file trustworthy."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import NUMBER, decimal_of, iso_date
from impact_pipeline.ingest.months import check_day, dated_otherwise, month_of, months_in_name
from impact_pipeline.ingest.profiles import NEEDED_FIELDS, Profile, column_of_field
from impact_pipeline.ingest.reference import countries, currencies
from impact_pipeline.ingest.sources import SourceFile
from impact_pipeline.ingest.tables import TextTable
from impact_pipeline.schemas.table import month_end

AMOUNTS = (
    "net_asset_value",
    "quantity",
    "nominal_amount",
    "market_value_quotation",
    "market_value",
    "weight",
)
MANDATORY = ("portfolio_id", "valuation_date", "portfolio_currency")

#: How far the lines may be from the declared net asset value: one unit of currency, or one basis point.
NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO = Decimal(1), Decimal("0.001")
WEIGHT_TOLERANCE = Decimal("0.02")

_NUMBER = re.compile(NUMBER)


def rounded(value: Decimal | None) -> Decimal | None:
    """An amount as it is stored: 6 decimals, half to even."""
    return None if value is None else decimal_of(str(value))


@dataclass(frozen=True)
class TptRow:
    """One position: our names to texts (nothing = null) and to amounts with every digit of the file."""

    row: int
    text: dict[str, str | None]
    amount: dict[str, Decimal | None]
    valuation_date: dt.date
    reporting_date: dt.date | None

    @property
    def portfolio_id(self) -> str:
        """The fund or share class that the position belongs to."""
        return self.text["portfolio_id"] or ""


@dataclass(frozen=True)
class TptFile:
    """Positions of one file, all of one month."""

    file: SourceFile
    profile: Profile
    headers: dict[str, str]
    month: dt.date | None
    rows: tuple[TptRow, ...]


def parse(profile: Profile, table: TextTable, months: Sequence[dt.date]) -> TptFile:
    """Type the cells that are used; all rows must be of one month.

    Raises:
        SourceFileError: a cell that is no number, date or currency, a missing mandatory cell, mixed months.
    """
    headers = column_of_field(profile, table)
    for name in NEEDED_FIELDS:
        if name not in headers:
            gap = f"no column for field {profile.fields[name]}"
            raise SourceFileError(table.file.name, gap, f"the field of {name.replace('_', ' ')}")
    unknown = set(profile.unknown)
    names, columns = list(headers), list(headers.values())
    rows = []
    for number, cells in zip(table.rows.to_list(), table.frame.select(columns).iter_rows(), strict=True):
        text = {name: _known(name, cell, unknown) for name, cell in zip(names, cells, strict=True)}
        rows.append(_typed(table.file, headers, profile, number, text))
    found = {month_of(row.valuation_date) for row in rows}
    for row in rows:
        check_day(table.file.name, row.row, headers["valuation_date"], row.valuation_date, months)
    if len(found) > 1:
        odd = next(row for row in rows if month_of(row.valuation_date) != month_of(rows[0].valuation_date))
        raise SourceFileError(
            table.file.name,
            f"{odd.valuation_date} beside {rows[0].valuation_date}",
            "one month in the file",
            row=odd.row,
            column=headers["valuation_date"],
            hint="Split the file by valuation date",
        )
    return TptFile(table.file, profile, headers, found.pop(), tuple(rows))


def quick_days(profile: Profile, table: TextTable) -> list[dt.date] | None:
    """Distinct valuation dates, without typing anything else; nothing when a date is missing or odd."""
    headers = column_of_field(profile, table)
    texts = table.frame.get_column(headers["valuation_date"]).unique().to_list()
    days = [iso_date((text or "").strip()) for text in texts]
    return None if None in days else [day for day in days if day is not None]


def _known(name: str, cell: str | None, unknown: set[str]) -> str | None:
    value = (cell or "").strip()
    if value in unknown and not (name == "country" and value in countries()):
        return None
    return value or None


def _typed(
    file: SourceFile, headers: dict[str, str], profile: Profile, row: int, text: dict[str, str | None]
) -> TptRow:
    for name in MANDATORY:
        if text[name] is None:
            raise SourceFileError(
                file.name, "an empty cell", "a value in a mandatory field", row=row, column=headers[name]
            )
    amounts: dict[str, Decimal | None] = {}
    for name in AMOUNTS:
        cell = text.get(name)
        amounts[name] = None if cell is None else _amount(file, headers[name], profile, row, cell)
    days: dict[str, dt.date | None] = {}
    for name in ("valuation_date", "reporting_date"):
        cell = text.get(name)
        days[name] = None if cell is None else iso_date(cell)
        if cell is not None and days[name] is None:
            raise SourceFileError(
                file.name,
                repr(cell),
                "a date YYYY-MM-DD",
                row=row,
                column=headers[name],
                hint="Ask for dates year-month-day",
            )
    for name in ("portfolio_currency", "quotation_currency"):
        cell = text.get(name)
        if cell is not None and cell not in currencies():
            raise SourceFileError(file.name, repr(cell), "an ISO 4217 currency code", row=row, column=headers[name])
    valuation = days["valuation_date"]
    assert valuation is not None  # mandatory, checked above
    return TptRow(row, text, amounts, valuation, days["reporting_date"])


def _amount(file: SourceFile, header: str, profile: Profile, row: int, cell: str) -> Decimal:
    text = cell.replace(",", ".") if profile.decimal == "," and "." not in cell else cell
    if not _NUMBER.match(text) or decimal_of(text) is None:
        hint = "Leave the cell empty when the figure is not known"
        if "," in cell and profile.decimal == ".":
            hint = "For a supplier with decimal commas, copy the profile and set decimal: ','"
        raise SourceFileError(
            file.name, repr(cell), f"a number with {profile.decimal!r}", row=row, column=header, hint=hint
        )
    return Decimal(text)


def check_name(tpt: TptFile, months: Sequence[dt.date]) -> None:
    """Refuse a file named after a run month but dated otherwise, unless the name is the reporting date's."""
    named = months_in_name(tpt.file.name)
    claimed = sorted(named & set(months))
    if not claimed or tpt.month in named:
        return
    first = tpt.rows[0]
    reported = first.reporting_date
    if reported is None or month_end(reported.year, reported.month) not in named:
        header = tpt.headers["valuation_date"]
        raise dated_otherwise(tpt.file.name, first.row, header, first.valuation_date, claimed[0])


def check_totals(tpt: TptFile) -> None:
    """The lines of each fund must add up to its declared net asset value, and its weights to 1."""
    funds: dict[str, list[TptRow]] = defaultdict(list)
    for row in tpt.rows:
        funds[row.portfolio_id].append(row)
    for portfolio_id, rows in funds.items():
        _check_fund(tpt, portfolio_id, rows)


def _check_fund(tpt: TptFile, portfolio_id: str, rows: Sequence[TptRow]) -> None:
    declared = {row.amount["net_asset_value"] for row in rows} - {None}
    if len(declared) > 1:
        odd = next(row for row in rows if row.amount["net_asset_value"] != rows[0].amount["net_asset_value"])
        raise SourceFileError(
            tpt.file.name,
            f"two net asset values for {portfolio_id}",
            "one",
            row=odd.row,
            column=tpt.headers["net_asset_value"],
        )
    total = sum((row.amount["market_value"] or Decimal(0) for row in rows), Decimal(0))
    for value in declared:
        assert value is not None
        if abs(total - value) > max(NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO * abs(value)):
            raise SourceFileError(
                tpt.file.name,
                f"lines of {portfolio_id} that add up to {total:,.2f}",
                f"the declared net asset value {value:,.2f}",
                column=tpt.headers["market_value"],
                hint="Lines are missing or wrong: ask for the file again",
            )
    weights = [weight for row in rows if (weight := row.amount["weight"]) is not None]
    if weights and abs(sum(weights, Decimal(0)) - 1) > WEIGHT_TOLERANCE:
        raise SourceFileError(
            tpt.file.name,
            f"weights of {portfolio_id} that add up to {sum(weights)}",
            "1, give or take 0.02",
            column=tpt.headers["weight"],
            hint="Lines are missing, or weights are in percent: ask for the file again",
        )
