"""Issuer of the underlying asset of a derivative: by its LEI, its group's, or another line of the same security."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from impact_pipeline.ingest.identifiers import compact, lei_fault, looks_like_lei, valid_isin, valid_lei
from impact_pipeline.ingest.tpt import TptNotes, TptRow, code_type

#: Issuers of the securities that the delivery has lines of, by month and ISIN.
Known = Mapping[tuple[dt.date | None, str], set[str]]

TYPE_LEI = "1"
#: CIC categories of underlying assets that have an issuer to screen: bonds, shares, structured and securitised notes.
_WITH_ISSUER = tuple("2356")
#: Ends of CIC codes of derivatives on shares or credit: their underlying is an issuer even when no field says so.
_ON_ISSUERS = ("A1", "B1", "B4", "C1", "C4", "D4", "D5", "F1", "F2", "F3", "F4")
#: Fields that may name the underlying's issuer, the most telling first.
_NAMES = (
    "underlying_issuer_code",
    "underlying_issuer_name",
    "underlying_group_code",
    "underlying_code",
    "underlying_cic",
)


@dataclass(frozen=True)
class Underlying:
    """A derivative whose underlying issuer the row itself does not tell; ``line`` is its row of raw.holdings."""

    line: dict[str, Any]
    row: TptRow
    notes: TptNotes

    @property
    def isin(self) -> str | None:
        """The underlying security (field 68) when it is an ISIN."""
        return valid_isin(self.row.text.get("underlying_code") or "")


def stated_issuer(row: TptRow, notes: TptNotes) -> str | None:
    """LEI of the underlying's issuer (81), else of its group (84); a LEI that is wrong is listed."""
    for name in ("underlying_issuer_code", "underlying_group_code"):
        code = row.text.get(name)
        right = valid_lei(code)
        if code is not None and right is None and looks_like_lei(code):
            rule, _ = lei_fault()
            notes.add(row, name, rule, "the LEI check digits are wrong: not used for the underlying")
        elif code is not None and right is None and code_type(row, f"{name}_type") == TYPE_LEI:
            notes.add(row, name, "not_a_lei", "typed as LEI but not one: not used for the underlying")
        elif right is not None and right != code:
            notes.add(row, name, "identifier_repaired", f"lower case or spaces: read as {right}")
        if right is not None:
            return right
    return None


def known_issuers(lines: Iterable[Mapping[str, Any]]) -> Known:
    """Issuers of the lines' securities; what a derivative or a deposit names is a counterparty."""
    known: dict[tuple[dt.date | None, str], set[str]] = {}
    for line in lines:
        if line["instrument_id"] and line["issuer_id"] and line["asset_class"] not in ("derivative", "cash"):
            known.setdefault((line["as_of_date"], line["instrument_id"]), set()).add(line["issuer_id"])
    return known


def resolve(underlying: Underlying, known: Known) -> None:
    """Fill the underlying issuer from another line of the security named in field 68, or list that it is not known."""
    line, row, notes = underlying.line, underlying.row, underlying.notes
    isin = underlying.isin
    issuers = known.get((line["as_of_date"], isin), set()) if isin is not None else set()
    if len(issuers) == 1:
        line["underlying_issuer_id"] = next(iter(issuers))
        reason = f"no LEI in 81 or 84: {line['underlying_issuer_id']}, the issuer of the lines of {isin}"
        notes.add(row, "underlying_code", "underlying_from_line", reason)
    elif isin is not None or _has_issuer(row):
        name = next((name for name in _NAMES if row.text.get(name)), "underlying_issuer_code")
        reason = "no LEI in 81 or 84, no line of the security in 68: the underlying is not screened"
        if issuers:
            reason = f"the lines of {isin} name {len(issuers)} issuers: the underlying is not screened"
        notes.add(row, name, "underlying_unknown", reason)


def _has_issuer(row: TptRow) -> bool:
    """Whether the underlying may be a company; an index, a rate or a currency is not."""
    if (row.text.get("underlying_issuer_name") or "").lower() == "index":
        return False
    if any(
        row.text.get(name) for name in ("underlying_issuer_name", "underlying_issuer_code", "underlying_group_code")
    ):
        return True
    underlying_cic = compact(row.text.get("underlying_cic") or "")
    if underlying_cic:
        return underlying_cic[2:3] in _WITH_ISSUER
    return compact(row.text["cic"] or "")[2:] in _ON_ISSUERS
