"""Tripartite Template files: the cells of each position, typed; the month that the file is of."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import decimal_of, iso_date
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.ingest.identifiers import compact, valid_isin
from impact_pipeline.ingest.months import check_day, dated_otherwise, month_of, months_in_name
from impact_pipeline.ingest.profiles import column_of_field
from impact_pipeline.ingest.reference import countries, currencies
from impact_pipeline.ingest.sources import SourceFile
from impact_pipeline.ingest.spellings import number
from impact_pipeline.ingest.tables import SPREADSHEET_ERROR, TextTable
from impact_pipeline.ingest.template_profile import NEEDED_FIELDS, TemplateProfile
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

_BROKEN = re.compile(SPREADSHEET_ERROR, re.IGNORECASE)
_LEADING = re.compile(r"0*(\d+)")


def rounded(value: Decimal | None) -> Decimal | None:
    """An amount as it is stored: 6 decimals, half to even."""
    return None if value is None else decimal_of(str(value))


def code_type(row: "TptRow", name: str) -> str:
    """Type of identification code without padding and words: ``01``, ``1.0`` and ``1 - ISIN`` are ``1``."""
    match = _LEADING.match(row.text.get(name) or "")
    return match[1] if match else ""


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
        """The fund or share class that the position belongs to; an ISIN in its normal spelling."""
        code = self.text["portfolio_id"] or ""
        return valid_isin(code) or code


@dataclass(frozen=True)
class TptFile:
    """Positions of one file, all of one month."""

    file: SourceFile
    profile: TemplateProfile
    headers: dict[str, str]
    month: dt.date | None
    rows: tuple[TptRow, ...]

    @property
    def funds(self) -> dict[str, list[TptRow]]:
        """Positions of each fund, whatever the letter case of its code."""
        funds: dict[str, list[TptRow]] = {}
        for row in self.rows:
            funds.setdefault(compact(row.portfolio_id), []).append(row)
        return funds

    def refusal(self, row: TptRow | None, name: str, found: str, expected: str, hint: str = "") -> SourceFileError:
        """The error that refuses the file for one of our names."""
        number = None if row is None else row.row
        return SourceFileError(
            self.file.name, found, expected, row=number, column=self.headers.get(name, name), hint=hint
        )


@dataclass(frozen=True)
class TptNotes:
    """Where the findings about the cells of one file go."""

    tpt: TptFile
    findings: Findings

    def add(self, row: TptRow, name: str, rule: str, reason: str, severity: str = WARN) -> None:
        """Record a finding about one cell, by our name for its field."""
        file, column, value = self.tpt.file, self.tpt.headers.get(name, name), row.text.get(name)
        self.findings.add(
            Finding("holdings", file.name, file.sha256, row.row, column, value, reason, rule, severity, self.tpt.month)
        )


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
    unknown = set(profile.unknown)
    names, columns = list(headers), list(headers.values())
    rows = []
    for row, cells in zip(table.rows.to_list(), table.frame.select(columns).iter_rows(), strict=True):
        text = {name: _known(name, cell, unknown) for name, cell in zip(names, cells, strict=True)}
        broken = next(
            (name for name, cell in text.items() if cell and cell[0] == "#" and _BROKEN.fullmatch(cell)), None
        )
        if broken is not None:
            hint = "Ask for the file with the values themselves"
            raise SourceFileError(
                table.file.name, repr(text[broken]), "a value", row=row, column=headers[broken], hint=hint
            )
        rows.append(_typed(table.file, headers, profile, row, text))
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


def quick_days(profile: TemplateProfile, table: TextTable) -> list[dt.date] | None:
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
    file: SourceFile, headers: dict[str, str], profile: TemplateProfile, row: int, text: dict[str, str | None]
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


def _amount(file: SourceFile, header: str, profile: TemplateProfile, row: int, cell: str) -> Decimal:
    text = number(cell, profile.decimal, profile.thousands)
    if text is None or decimal_of(text) is None:
        hint = "Leave the cell empty when the figure is not known"
        if "," in cell and profile.decimal == ".":
            hint = "For a supplier with decimal commas, copy the profile and set decimal: ','"
        elif "." in cell and profile.decimal == ",":
            hint = "A mark of thousands? Set thousands: '.' in the profile. A decimal point? Set decimal: '.'"
        expected = f"a number with {profile.decimal!r}"
        if profile.thousands:
            expected += f" and {profile.thousands!r} between thousands"
        raise SourceFileError(file.name, repr(cell), expected, row=row, column=header, hint=hint)
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
