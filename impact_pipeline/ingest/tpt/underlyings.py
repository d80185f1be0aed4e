"""Issuer of the underlying asset of a derivative: by its LEI, its group's, or another line of the same security."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import polars as pl

from impact_pipeline.ingest.identifiers.codes import compacted, plain_isins, right_codes, valid_isin
from impact_pipeline.ingest.tpt.leis import leis
from impact_pipeline.ingest.tpt.template import Row, TptFile, TptNotes

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


def stated_issuers(frame: pl.DataFrame, notes: TptNotes) -> pl.Series:
    """LEI of each underlying's issuer (81), else of its group (84); a LEI that is wrong is listed."""
    untyped = pl.lit(None, dtype=pl.String).alias("underlying_group_code_type")
    rows = frame.select(
        "row", "underlying_issuer_code", "underlying_issuer_code_type", "underlying_group_code", untyped
    )
    wrong_digits = "the LEI check digits are wrong: not used for the underlying"
    no_lei = "typed as LEI but not one: not used for the underlying"
    issuers = leis(rows, "underlying_issuer_code", notes, wrong_digits, no_lei)
    rows = rows.with_columns(rows.get_column("underlying_group_code").set(issuers.is_not_null(), None))
    return issuers.zip_with(issuers.is_not_null(), leis(rows, "underlying_group_code", notes, wrong_digits, no_lei))


@dataclass(frozen=True)
class Underlyings:
    """Derivatives of one file whose underlying issuer their rows do not tell.

    ``rows``: their ``place`` among the lines of the file, the ``isin`` of the underlying security (field 68) when it is
    one, and whether the underlying ``may_be_issuer``: a company.
    """

    rows: pl.DataFrame
    notes: TptNotes

    @classmethod
    def of(cls, tpt: TptFile, notes: TptNotes) -> Self:
        """Those of a file."""
        untold = (pl.col("asset_class") == "derivative") & pl.col("underlying_issuer_id").is_null()
        rows = tpt.frame.select("row", "cic", *_NAMES, untold.alias("untold")).with_row_index("place").filter("untold")
        isins = right_codes(rows.get_column("underlying_code"), plain_isins, valid_isin)
        return cls(rows.with_columns(isin=isins, may_be_issuer=_may_be_issuer()), notes)

    @property
    def isins(self) -> pl.Series:
        """Securities whose issuer is looked for."""
        return self.rows.get_column("isin").drop_nulls().unique()

    def resolved(self, holdings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        """The lines of the file with the issuers of underlying securities that other lines name; or it is listed."""
        of_month = known.filter(pl.col("as_of_date") == self.notes.tpt.month)
        rows = self.rows.join(of_month, left_on="isin", right_on="instrument_id", how="left", maintain_order="left")
        told = rows.filter(pl.col("issuers") == 1)
        reason = "no LEI in 81 or 84: {issuer_id}, the issuer of the lines of {isin}"
        self.notes.add(told, "underlying_code", "underlying_from_line", lambda row: reason.format(**row))
        unknown = rows.filter(
            pl.col("issuers").fill_null(0) != 1, pl.col("isin").is_not_null() | pl.col("may_be_issuer")
        )
        named = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in _NAMES)
        for name in _NAMES:
            self.notes.add(unknown.filter(named.fill_null(_NAMES[0]) == name), name, "underlying_unknown", _unknown)
        issuers = holdings.get_column("underlying_issuer_id").clone()
        return holdings.with_columns(issuers.scatter(told.get_column("place"), told.get_column("issuer_id")))


def _unknown(row: Row) -> str:
    if row["issuers"]:
        return f"the lines of {row['isin']} name {row['issuers']} issuers: the underlying is not screened"
    return "no LEI in 81 or 84, no line of the security in 68: the underlying is not screened"


def known_issuers(lines: Iterable[pl.DataFrame], isins: pl.Series) -> pl.DataFrame:
    """How many ``issuers`` the lines of each security name in a month, and the first of them.

    What a derivative or a deposit names is a counterparty.
    """
    wanted = pl.col("instrument_id").is_in(isins.implode()) & ~pl.col("asset_class").is_in(["derivative", "cash"])
    names = ("as_of_date", "instrument_id", "issuer_id")
    found = pl.concat(frame.filter(wanted, pl.col("issuer_id").is_not_null()).select(names) for frame in lines)
    return found.unique().group_by(names[:2]).agg(pl.len().alias("issuers"), pl.col("issuer_id").first())


def _may_be_issuer() -> pl.Expr:
    """Whether the underlying may be a company; an index, a rate or a currency is not."""
    names = ("underlying_issuer_name", "underlying_issuer_code", "underlying_group_code")
    return (
        pl.when(pl.col("underlying_issuer_name").str.to_lowercase() == "index")
        .then(pl.lit(value=False))
        .when(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
        .then(pl.lit(value=True))
        .when(pl.col("underlying_cic").is_not_null())
        .then(compacted("underlying_cic").str.slice(2, 1).is_in(_WITH_ISSUER))
        .otherwise(compacted("cic").str.slice(2).is_in(_ON_ISSUERS).fill_null(value=False))
    )
