"""A Tripartite Template file as raw rows: holdings, portfolios, issuers and ownership."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

from impact_pipeline.ingest.findings import ERROR, Findings
from impact_pipeline.ingest.funds import Delivered
from impact_pipeline.ingest.identifiers import isin_fault, meant_as_isin, valid_isin
from impact_pipeline.ingest.tpt import TptFile, TptNotes, TptRow, code_type, rounded
from impact_pipeline.ingest.tpt_classes import LineClass, classify
from impact_pipeline.ingest.tpt_issuers import IssuerBook
from impact_pipeline.ingest.tpt_underlyings import Underlying, stated_issuer

Row = dict[str, Any]
TYPE_ISIN = "1"

#: Fields that name an issuer, a bank or a counterparty.
_NAMED = ("issuer_code", "issuer_name", "group_code", "group_name")


@dataclass
class RawRows:
    """Rows for the raw tables, by dataset.

    ``underlyings``: derivatives whose underlying is still to be found;
    ``by_group``: file and row of the lines whose issuer is named by the LEI of its group.
    """

    holdings: list[Row] = field(default_factory=list)
    portfolios: list[Row] = field(default_factory=list)
    issuers: list[Row] = field(default_factory=list)
    ownership: list[Row] = field(default_factory=list)
    underlyings: list[Underlying] = field(default_factory=list)
    by_group: list[tuple[str, int]] = field(default_factory=list)

    def extend(self, other: "RawRows") -> None:
        """Add the rows of another file."""
        for name in vars(self):
            getattr(self, name).extend(getattr(other, name))


class TptReader:
    """Turns the positions of one file into raw rows; ``delivered`` are the portfolios that the delivery has."""

    def __init__(self, tpt: TptFile, findings: Findings, delivered: Delivered) -> None:
        self.tpt, self.delivered = tpt, delivered
        self.notes = TptNotes(tpt, findings)
        self.raw = RawRows()
        self._issuers = IssuerBook(self.notes)
        self._codes = Counter((row.portfolio_id, row.text["instrument_code"]) for row in tpt.rows)
        self._last: Counter[tuple[str, str]] = Counter()

    def read(self) -> RawRows:
        """All raw rows of the file."""
        for row in self.tpt.rows:
            self._position(row)
        self._portfolios()
        self.raw.issuers = self._issuers.issuer_rows()
        self.raw.ownership = self._issuers.ownership
        self.raw.by_group = self._issuers.by_group
        return self.raw

    def _position(self, row: TptRow) -> None:
        text, amount = row.text, row.amount
        code = text["instrument_code"]
        if code is None:
            code = text.get("instrument_name") or f"row {row.row}"
            self.notes.add(row, "instrument_code", "line_without_code", f"no code: the line is called {code!r}")
        fund_id = self.delivered.find(self.tpt.month, code)
        line_class = self._class(row, fund_id)
        asset_class = line_class.asset_class
        instrument_id = self._instrument(row)
        line = {
            "as_of_date": self.tpt.month,
            "valuation_date": row.valuation_date,
            "portfolio_id": row.portfolio_id,
            "line_id": self._line_id(row, code),
            "instrument_id": instrument_id,
            "instrument_name": text.get("instrument_name"),
            "cic": text["cic"],
            "asset_class": asset_class,
            "issuer_id": self._issuer(row, line_class),
            "currency": text["portfolio_currency"],
            "quantity": rounded(amount["quantity"]),
            "nominal_amount": nominal_in_portfolio_currency(row),
            "market_value": rounded(amount["market_value"]),
            "fund_id": (fund_id or instrument_id or code) if asset_class == "fund" else None,
            "underlying_issuer_id": stated_issuer(row, self.notes),
            "quotation_currency": text.get("quotation_currency"),
            "market_value_quotation": rounded(amount["market_value_quotation"]),
            **self._provenance(row),
        }
        self.raw.holdings.append(line)
        if asset_class == "derivative" and line["underlying_issuer_id"] is None:
            self.raw.underlyings.append(Underlying(line, row, self.notes))

    def _provenance(self, row: TptRow) -> Row:
        return {"source_file_id": self.tpt.file.sha256, "source_row": row.row}

    def _line_id(self, row: TptRow, code: str) -> str:
        """The code, with a number behind it when the fund has it already; a number the file itself uses is left out."""
        fund = row.portfolio_id
        self._last[fund, code] += 1
        if self._last[fund, code] == 1:
            return code
        while (fund, f"{code}#{self._last[fund, code]}") in self._codes:
            self._last[fund, code] += 1
        return f"{code}#{self._last[fund, code]}"

    def _instrument(self, row: TptRow) -> str | None:
        code = row.text["instrument_code"]
        if code is None:
            return None
        right = valid_isin(code)
        if right is not None:
            if right != code:
                reason = f"lower case or spaces: read as {right}"
                self.notes.add(row, "instrument_code", "identifier_repaired", reason)
            return right
        kind = code_type(row, "instrument_code_type")
        if kind == TYPE_ISIN or (not kind and meant_as_isin(code)):
            self.notes.add(row, "instrument_code", *isin_fault(code), ERROR)
            return None
        return code

    def _class(self, row: TptRow, fund_id: str | None) -> LineClass:
        """Class of the line; one that its CIC does not say is listed."""
        line_class = classify(row, is_fund=fund_id is not None and fund_id != row.portfolio_id)
        if line_class.why:
            rule, what = (
                ("cic_missing", "no CIC code") if row.text["cic"] is None else ("cic_unknown", "not a CIC code")
            )
            self.notes.add(row, "cic", rule, f"{what}: taken as {line_class.asset_class} ({line_class.why})")
        return line_class

    def _issuer(self, row: TptRow, line_class: LineClass) -> str | None:
        if line_class.has_issuer:
            return self._issuers.issuer_of(row)
        name = next((name for name in _NAMED if row.text.get(name)), None)
        if name is not None:
            reason = "may be a bank or a counterparty, for it is not known what the line is: no issuer is attributed"
            self.notes.add(row, name, "issuer_not_attributed", reason)
        return None

    def _portfolios(self) -> None:
        for rows in self.tpt.funds.values():
            if rows[0].portfolio_id != rows[0].text["portfolio_id"]:
                reason = f"lower case or spaces: read as {rows[0].portfolio_id}"
                self.notes.add(rows[0], "portfolio_id", "identifier_repaired", reason)
            values = [value for row in rows if (value := row.amount["net_asset_value"]) is not None]
            self.raw.portfolios.append(
                {
                    "portfolio_id": rows[0].portfolio_id,
                    "name": rows[0].text.get("portfolio_name"),
                    "currency": rows[0].text["portfolio_currency"],
                    "kind": self.tpt.profile.constants.portfolio_kind,
                    "net_asset_value": rounded(values[0]) if values else None,
                    **self._provenance(rows[0]),
                }
            )


def nominal_in_portfolio_currency(row: TptRow) -> Decimal | None:
    """Field 19 in portfolio currency: as it is, at the file's own rate (24 / 22), or unknown."""
    nominal, quoted, value = (row.amount[name] for name in ("nominal_amount", "market_value_quotation", "market_value"))
    if nominal is None or row.text.get("quotation_currency") == row.text["portfolio_currency"]:
        return rounded(nominal)
    if not quoted or not value:
        return None
    with localcontext() as context:
        context.prec = 60
        return rounded(nominal * value / quoted)
