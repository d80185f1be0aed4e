"""Asset class of a Tripartite Template position, and whether its issuer fields can be trusted to name the issuer.

Fields 46 and 47 name the counterparty of a derivative and the bank of a deposit. So when nothing tells what a line is,
nobody may be held to be its issuer.
"""

from dataclasses import dataclass

import polars as pl

from impact_pipeline.ingest.cells import translated
from impact_pipeline.ingest.identifiers.codes import compact, is_otc_code
from impact_pipeline.ingest.reference import asset_class_of
from impact_pipeline.ingest.tpt.template import Row, TptFile, TptNotes, code_type

TYPE_OWN = "99"

#: Fields that only a line with an underlying asset has.
_UNDERLYING = (
    "underlying_cic",
    "underlying_code",
    "underlying_name",
    "underlying_issuer_name",
    "underlying_issuer_code",
    "underlying_group_code",
)
_SHARES = {"3L": "listed_equity", "3X": "unlisted_equity"}


@dataclass(frozen=True)
class LineClass:
    """Class of a line and what told it. ``has_issuer``: fields 46 and 47 may be its issuer."""

    asset_class: str
    why: str
    has_issuer: bool = True


def with_classes(tpt: TptFile, notes: TptNotes) -> TptFile:
    """The file with ``asset_class`` and ``has_issuer``: by CIC; a line whose CIC does not say is listed."""
    by_cic = translated(tpt.frame.get_column("cic"), lambda cic: asset_class_of(compact(cic)), pl.String)
    odd = by_cic.is_null()
    rows = tpt.frame.filter(odd).with_columns(
        is_own=code_type("instrument_code_type") == TYPE_OWN,
        is_fund=(pl.col("fund_id") != pl.col("portfolio")).fill_null(value=False),
    )
    classes = [_class_of(row) for row in rows.iter_rows(named=True)]
    by_row = dict(zip(rows.get_column("row"), classes, strict=True))
    for rule, what, is_rule in (
        ("cic_missing", "no CIC code", pl.col("cic").is_null()),
        ("cic_unknown", "not a CIC code", pl.col("cic").is_not_null()),
    ):
        notes.add(rows.filter(is_rule), "cic", rule, lambda row, what=what: _told(what, by_row[row["row"]]))  # type: ignore[misc]
    places = odd.arg_true()
    has_issuer = pl.repeat(value=True, n=odd.len(), dtype=pl.Boolean, eager=True)
    return tpt.with_columns(
        asset_class=by_cic.scatter(places, pl.Series([one.asset_class for one in classes], dtype=pl.String)),
        has_issuer=has_issuer.scatter(places, pl.Series([one.has_issuer for one in classes], dtype=pl.Boolean)),
    )


def _told(what: str, line: LineClass) -> str:
    return f"{what}: taken as {line.asset_class} ({line.why})"


def _class_of(row: Row) -> LineClass:
    """The class by every other sign in the row."""
    cic = compact(row["cic"] or "")
    category = compact(row["asset_category"] or "").removesuffix(".0")
    part = _part(cic)
    if part is not None:
        return _of_category(part, category, f"the CIC ends with {part}")
    if row["is_fund"]:
        return LineClass("fund", "its code is that of a delivered portfolio")
    sign = _derivative_sign(row)
    if sign is not None:
        return LineClass("derivative", sign)
    return _of_category(category, category, f"field 131 is {category}")


def _part(cic: str) -> str | None:
    """What a cut CIC says of the category: ``72`` and ``XL7`` are deposits, ``XLL1`` is a liability."""
    if len(cic) == 2 and cic[1].isdigit() and cic[0] in "0123456789ABCDEF":
        return cic
    if len(cic) in (3, 4) and cic[:2].isalpha() and (len(cic) == 3 or cic[2] == "L"):
        return cic[2]
    return None


def _derivative_sign(row: Row) -> str | None:
    if any(row[name] for name in _UNDERLYING):
        return "it has an underlying"
    if is_otc_code(row["instrument_code"] or ""):
        return "its code is one of derivatives traded over the counter"
    if row["is_own"] and row["grouping_code"]:
        return "it is a leg with an own code"
    return None


def _of_category(kind: str, category: str, why: str) -> LineClass:
    """Class of a category, given by a part of a CIC or by field 131."""
    if kind == "L":
        return LineClass("other", f"{why}, a liability", has_issuer=False)
    if kind in _SHARES:
        return LineClass(_SHARES[kind], why)
    if kind[:1] == "3":
        # a share for certain, so with its issuer; whether it is listed decides its denominator and is not known
        return LineClass(_SHARES.get(category, "other"), why)
    asset_class = asset_class_of("FR" + kind.ljust(2, "*")) if kind and kind != "0" else None
    if asset_class is None:
        return LineClass("other", "nothing tells what it is", has_issuer=False)
    return LineClass(asset_class, why)
