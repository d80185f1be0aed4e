"""A Tripartite Template file as raw rows: holdings, portfolios, issuers and ownership."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any, TypeVar

from impact_pipeline.ingest import nace
from impact_pipeline.ingest.findings import ERROR, WARN, Finding, Findings
from impact_pipeline.ingest.identifiers import isin_fault, lei_fault, looks_like_lei, valid_isin, valid_lei
from impact_pipeline.ingest.reference import asset_class_of, countries
from impact_pipeline.ingest.tpt import TptFile, TptRow, rounded

Row = dict[str, Any]
_Value = TypeVar("_Value", str, tuple[str, str])
TYPE_ISIN, TYPE_LEI, TYPE_OWN = "1", "1", "99"


@dataclass
class RawRows:
    """Rows for the raw tables, by dataset."""

    holdings: list[Row] = field(default_factory=list)
    portfolios: list[Row] = field(default_factory=list)
    issuers: list[Row] = field(default_factory=list)
    ownership: list[Row] = field(default_factory=list)


class TptReader:
    """Turns the positions of one file into raw rows."""

    def __init__(self, tpt: TptFile, findings: Findings) -> None:
        self.tpt, self.findings = tpt, findings
        self.raw = RawRows()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._links: set[tuple[str, str]] = set()
        self._issuers: dict[str, list[tuple[TptRow, str | None]]] = defaultdict(list)

    def read(self) -> RawRows:
        """All raw rows of the file."""
        for row in self.tpt.rows:
            self._position(row)
        self._portfolios()
        self._issuer_rows()
        return self.raw

    def note(self, row: TptRow, name: str, rule: str, reason: str, severity: str) -> None:
        """Record a finding about one cell."""
        file = self.tpt.file
        column = self.tpt.headers.get(name, name)
        value = row.text.get(name)
        self.findings.add(
            Finding(
                "holdings",
                file.name,
                file.sha256,
                row.row,
                column,
                value,
                reason,
                rule,
                severity,
                self.tpt.month,
            )
        )

    def _position(self, row: TptRow) -> None:
        text, amount = row.text, row.amount
        code = text["instrument_code"]
        if code is None:
            code = text.get("instrument_name") or f"row {row.row}"
            self.note(row, "instrument_code", "line_without_code", f"no code: the line is called {code!r}", WARN)
        asset_class = self._asset_class(row)
        issuer_id = self._issuer(row)
        instrument_id = self._instrument(row)
        if amount["market_value"] is None:
            self.note(
                row,
                "market_value",
                "market_value_missing",
                "no value in portfolio currency: the line counts for none",
                WARN,
            )
        self.raw.holdings.append(
            {
                "as_of_date": self.tpt.month,
                "valuation_date": row.valuation_date,
                "portfolio_id": _portfolio_id(row),
                "line_id": self._line_id(row, code),
                "instrument_id": instrument_id,
                "instrument_name": text.get("instrument_name"),
                "cic": text["cic"],
                "asset_class": asset_class,
                "issuer_id": issuer_id,
                "currency": text["portfolio_currency"],
                "quantity": rounded(amount["quantity"]),
                "nominal_amount": nominal_in_portfolio_currency(row),
                "market_value": rounded(amount["market_value"]),
                "fund_id": (instrument_id or code) if asset_class == "fund" else None,
                "underlying_issuer_id": valid_lei(text.get("underlying_issuer_code")),
                **self._provenance(row),
            }
        )

    def _provenance(self, row: TptRow) -> Row:
        return {"source_file_id": self.tpt.file.sha256, "source_row": row.row}

    def _line_id(self, row: TptRow, code: str) -> str:
        key = (_portfolio_id(row), code)
        self._seen[key] += 1
        return code if self._seen[key] == 1 else f"{code}#{self._seen[key]}"

    def _instrument(self, row: TptRow) -> str | None:
        code = row.text["instrument_code"]
        if code is None:
            return None
        right = valid_isin(code)
        if right is not None:
            if right != code:
                self.note(
                    row,
                    "instrument_code",
                    "identifier_repaired",
                    f"lower case or spaces: read as {right}",
                    WARN,
                )
            return right
        if _type(row, "instrument_code_type") != TYPE_ISIN:
            return code
        self.note(row, "instrument_code", *isin_fault(code), ERROR)
        return None

    def _asset_class(self, row: TptRow) -> str:
        cic = row.text["cic"]
        asset_class = asset_class_of(cic)
        if asset_class is not None:
            return asset_class
        own_code = _type(row, "instrument_code_type") == TYPE_OWN
        is_derivative = bool(
            row.text.get("underlying_cic")
            or row.text.get("underlying_name")
            or (own_code and row.text.get("grouping_code"))
        )
        asset_class = "derivative" if is_derivative else "other"
        rule, what = ("cic_missing", "no CIC code") if cic is None else ("cic_unknown", "not a CIC code")
        self.note(row, "cic", rule, f"{what}: taken as {asset_class}", WARN)
        return asset_class

    def _issuer(self, row: TptRow) -> str | None:
        issuer, group = self._lei(row, "issuer_code"), self._lei(row, "group_code")
        issuer_id = issuer or group or self._local_issuer(row)
        if issuer_id is None:
            return None
        of_group = issuer is None and group is not None
        self._issuers[issuer_id].append((row, row.text.get("group_name") if of_group else None))
        if group is not None and group != issuer_id and (issuer_id, group) not in self._links:
            self._links.add((issuer_id, group))
            self.raw.ownership.append(
                {
                    "child_id": issuer_id,
                    "parent_id": group,
                    "is_controlled": True,
                    "valid_from": dt.date(row.valuation_date.year, 1, 1),
                    "source": self.tpt.profile.constants.get("ownership_source"),
                    **self._provenance(row),
                }
            )
        return issuer_id

    def _lei(self, row: TptRow, name: str) -> str | None:
        code = row.text.get(name)
        if code is None:
            return None
        right = valid_lei(code)
        if right is None and looks_like_lei(code):
            self.note(row, name, *lei_fault(), WARN)
        elif right is None and name == "issuer_code" and _type(row, "issuer_code_type") == TYPE_LEI:
            self.note(row, name, "not_a_lei", "typed as LEI but not one; group code or name used instead", WARN)
        elif right is not None and right != code:
            self.note(row, name, "identifier_repaired", f"lower case or spaces: read as {right}", WARN)
        return right

    def _local_issuer(self, row: TptRow) -> str | None:
        """Key of an issuer without LEI: its mistyped LEI when there is one, else name and country."""
        code = row.text.get("issuer_code")
        if code is not None and looks_like_lei(code):
            return code
        name = row.text.get("issuer_name")
        return f"name:{' '.join(name.upper().split())}|{(row.text.get('country') or '').upper()}" if name else None

    def _portfolios(self) -> None:
        for portfolio_id, row in {_portfolio_id(row): row for row in reversed(self.tpt.rows)}.items():
            self.raw.portfolios.append(
                {
                    "portfolio_id": portfolio_id,
                    "name": row.text.get("portfolio_name"),
                    "currency": row.text["portfolio_currency"],
                    "kind": self.tpt.profile.constants.get("portfolio_kind"),
                    "net_asset_value": rounded(row.amount["net_asset_value"]),
                    **self._provenance(row),
                }
            )

    def _issuer_rows(self) -> None:
        old_codes = [code for row in self.tpt.rows if (code := row.text.get("sector")) is not None]
        usual = nace.usual_revision(old_codes)
        for issuer_id, mentions in self._issuers.items():
            rows = [row for row, _ in mentions]
            sector = self._sector(rows, usual)
            self.raw.issuers.append(
                {
                    "issuer_id": issuer_id,
                    "name": _usual([group_name or row.text.get("issuer_name") for row, group_name in mentions]),
                    "country": self._country(rows),
                    "sector_scheme": sector[0] if sector else None,
                    "sector_code": sector[1] if sector else None,
                    "is_financial": nace.is_financial(sector[1]) if sector else None,
                    **self._provenance(rows[0]),
                }
            )

    def _country(self, rows: Sequence[TptRow]) -> str | None:
        country = _usual([(row.text.get("country") or "").upper() or None for row in rows])
        if country is not None and country not in countries():
            self.note(rows[0], "country", "unknown_country", "not an ISO 3166 alpha-2 code; kept as it is", WARN)
        return country

    def _sector(self, rows: Sequence[TptRow], usual: str) -> tuple[str, str] | None:
        """Scheme and code of an issuer: the most frequent, then the smallest; disagreement is listed."""
        read: list[tuple[TptRow, str, tuple[str, str]]] = []
        for row in rows:
            newer, older = row.text.get("sector_nace_2_1"), row.text.get("sector")
            code = newer or older
            if code is None:
                continue
            name = "sector_nace_2_1" if newer else "sector"
            dotted = nace.dotted(code)
            if dotted is None:
                self.note(row, name, "sector_unreadable", "not a NACE code: the sector is not known", WARN)
                continue
            scheme = nace.REV_2_1 if newer else nace.revision(code) or usual
            read.append((row, name, (scheme, dotted)))
        chosen = _usual([sector for _, _, sector in read])
        for row, name, sector in read:
            if sector != chosen and chosen is not None:
                self.note(
                    row,
                    name,
                    "sector_conflict",
                    f"another row of the issuer says {chosen[1]} ({chosen[0]}), which is used",
                    WARN,
                )
        return chosen


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


def _usual(values: Sequence[_Value | None]) -> _Value | None:
    """The most frequent value, the smallest of those that tie; nothing when all are empty."""
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def _portfolio_id(row: TptRow) -> str:
    return valid_isin(row.portfolio_id) or row.portfolio_id


def _type(row: TptRow, name: str) -> str:
    text = row.text.get(name) or ""
    return text.removesuffix(".0")
