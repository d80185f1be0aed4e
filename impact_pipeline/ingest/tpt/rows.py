"""A Tripartite Template file as raw rows: holdings, portfolios, issuers and ownership."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

import polars as pl

from impact_pipeline.ingest.cells import decimal_of, translated
from impact_pipeline.ingest.findings import ERROR, Findings
from impact_pipeline.ingest.funds import Delivered
from impact_pipeline.ingest.identifiers.codes import (
    isin_fault,
    looks_like_isin,
    meant_as_isin,
    plain_isins,
    right_codes,
    valid_isin,
)
from impact_pipeline.ingest.tpt.classes import with_classes
from impact_pipeline.ingest.tpt.issuers import issuers_of
from impact_pipeline.ingest.tpt.template import TptFile, TptNotes, code_type
from impact_pipeline.ingest.tpt.underlyings import Underlyings, stated_issuers
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import AMOUNT

TYPE_ISIN = "1"

#: Fields that name an issuer, a bank or a counterparty.
_NAMED = ("issuer_code", "issuer_name", "group_code", "group_name")


@dataclass(frozen=True)
class RawRows:
    """Rows of one file for the raw tables, by dataset.

    ``underlyings``: derivatives whose underlying is still to be found;
    ``by_group``: file and row of the lines whose issuer is named by the LEI of its group.
    """

    holdings: pl.DataFrame
    portfolios: pl.DataFrame
    issuers: pl.DataFrame
    ownership: pl.DataFrame
    by_group: pl.DataFrame
    underlyings: Underlyings


def raw_rows(tpt: TptFile, findings: Findings, delivered: Delivered) -> RawRows:
    """All raw rows of a file; ``delivered`` are the portfolios that the delivery has."""
    notes = TptNotes(tpt, findings)
    portfolios = _portfolios(tpt, notes)
    tpt = _with_codes(tpt, notes, delivered)
    tpt = with_classes(tpt, notes)
    issuers = issuers_of(tpt, notes)
    tpt = tpt.with_columns(issuer_id=issuers.ids)
    _note_unattributed(tpt, notes)
    tpt = tpt.with_columns(underlying_issuer_id=stated_issuers(tpt.frame, notes))
    is_fund = pl.col("asset_class") == "fund"
    holdings = tpt.frame.select(
        pl.lit(tpt.month, dtype=pl.Date).alias("as_of_date"),
        pl.col("valued_on").alias("valuation_date"),
        pl.col("portfolio").alias("portfolio_id"),
        _line_ids(tpt.frame),
        "instrument_id",
        "instrument_name",
        "cic",
        "asset_class",
        "issuer_id",
        pl.col("portfolio_currency").alias("currency"),
        pl.col("quantity_number").alias("quantity"),
        _nominals(tpt.frame),
        pl.col("market_value_number").alias("market_value"),
        pl.when(is_fund).then(pl.coalesce("fund_id", "instrument_id", "code")).alias("fund_id"),
        "underlying_issuer_id",
        "quotation_currency",
        pl.col("market_value_quotation_number").alias("market_value_quotation"),
        pl.col("row").alias("source_row"),
    )
    return RawRows(
        holdings=_of_table("holdings", tpt, holdings),
        portfolios=_of_table("portfolios", tpt, portfolios),
        issuers=_of_table("issuers", tpt, issuers.described),
        ownership=_of_table("ownership", tpt, issuers.ownership),
        by_group=_by_group(issuers.by_group, tpt),
        underlyings=Underlyings.of(tpt, notes),
    )


def _of_table(dataset: str, tpt: TptFile, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every column of the raw table, those it lacks empty."""
    schema = TABLES[f"raw.{dataset}"].polars_schema
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    sha256 = pl.lit(tpt.file.sha256).alias("source_file_id")
    return frame.with_columns(*absent).with_columns(sha256).select(pl.col(n).cast(k) for n, k in schema.items())


def _by_group(rows: pl.Series, tpt: TptFile) -> pl.DataFrame:
    return pl.DataFrame({"source_row": rows}).select(pl.lit(tpt.file.sha256).alias("source_file_id"), "source_row")


def _with_codes(tpt: TptFile, notes: TptNotes, delivered: Delivered) -> TptFile:
    """The file with ``code`` (by which the line is called), ``instrument_id`` and the ``fund_id`` of a portfolio."""
    given = tpt.frame.get_column("instrument_code")
    right = right_codes(given, plain_isins, valid_isin)
    kind = code_type("instrument_code_type")
    no_isin = pl.col("instrument_code").is_not_null() & pl.col("instrument_id").is_null()
    tpt = tpt.with_columns(
        code=pl.coalesce("instrument_code", "instrument_name", pl.format("row {}", "row")), instrument_id=right
    )
    untyped = tpt.frame.filter(no_isin, kind == "").get_column("instrument_code").unique()
    meant = untyped.filter(translated(untyped, meant_as_isin, pl.Boolean))
    is_bad = no_isin & ((kind == TYPE_ISIN) | ((kind == "") & pl.col("instrument_code").is_in(meant.implode())))
    nameless = tpt.frame.filter(pl.col("instrument_code").is_null())
    reason = "no code: the line is called {!r}"
    notes.add(nameless, "instrument_code", "line_without_code", lambda row: reason.format(row["code"]))
    notes.add_repaired(tpt.frame, "instrument_code", "instrument_id")
    bad = tpt.frame.filter(is_bad)
    is_alike = translated(bad.get_column("instrument_code"), looks_like_isin, pl.Boolean)
    for rows in (bad.filter(is_alike), bad.filter(~is_alike)):
        if rows.height:
            notes.add(rows, "instrument_code", *isin_fault(rows["instrument_code"][0]), ERROR)
    return tpt.with_columns(
        pl.when(no_isin & ~is_bad)
        .then(pl.col("instrument_code"))
        .otherwise(pl.col("instrument_id"))
        .alias("instrument_id"),
        fund_id=delivered.found(tpt.month, tpt.frame.get_column("code")),
    )


def _note_unattributed(tpt: TptFile, notes: TptNotes) -> None:
    rows = tpt.frame.filter(~pl.col("has_issuer"))
    named = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in _NAMED)
    reason = "may be a bank or a counterparty, for it is not known what the line is: no issuer is attributed"
    for name in _NAMED:
        notes.add(rows.filter(named == name), name, "issuer_not_attributed", reason)


def _line_ids(frame: pl.DataFrame) -> pl.Series:
    """The code, with a number behind it when the fund has it already; a number the file itself uses is left out."""
    keys = frame.select("fund", "code", "instrument_code").with_columns(
        number=pl.int_range(1, pl.len() + 1).over("fund", "code")
    )
    told = pl.when(pl.col("number") == 1).then(pl.col("code")).otherwise(pl.format("{}#{}", "code", "number"))
    line_ids = keys.select(told.alias("line_id")).to_series()
    repeated = keys.filter(pl.col("number") > 1).select("fund", "code").unique()
    used = keys.filter(pl.col("instrument_code").str.contains("#", literal=True)).select("fund", "instrument_code")
    if repeated.is_empty() or used.is_empty():
        return line_ids
    taken = set(used.iter_rows())
    last: dict[tuple[int, str], int] = {}
    again = keys.with_row_index("place").join(repeated, on=["fund", "code"], how="semi", maintain_order="left")
    made: list[str] = []
    for fund, code in again.select("fund", "code").iter_rows():
        number = last.get((fund, code), 0) + 1
        while number > 1 and (fund, f"{code}#{number}") in taken:
            number += 1
        last[fund, code] = number
        made.append(code if number == 1 else f"{code}#{number}")
    return line_ids.scatter(again.get_column("place"), pl.Series(made, dtype=pl.String))


def _portfolios(tpt: TptFile, notes: TptNotes) -> pl.DataFrame:
    notes.add_repaired(tpt.funds, "portfolio_id", "portfolio")
    values = tpt.frame.group_by("fund", maintain_order=True).agg(
        pl.col("net_asset_value_number").drop_nulls().first(), _told_once("share_price"), _told_once("share_count")
    )
    return tpt.funds.select(
        pl.col("portfolio").alias("portfolio_id"),
        pl.col("portfolio_name").alias("name"),
        pl.col("portfolio_currency").alias("currency"),
        pl.lit(tpt.profile.constants.portfolio_kind, dtype=pl.String).alias("kind"),
        values.get_column("net_asset_value_number").alias("net_asset_value"),
        values.get_column("share_price").alias("unit_price"),
        values.get_column("share_count").alias("unit_count"),
        pl.col("row").alias("source_row"),
    )


def _told_once(name: str) -> pl.Expr:
    """An amount of the fund that its rows do not contradict each other about; unknown when they do."""
    told = pl.col(f"{name}_number").drop_nulls()
    return pl.when(told.n_unique() == 1).then(told.first()).alias(name)


def _nominals(frame: pl.DataFrame) -> pl.Series:
    """Field 19 in portfolio currency: as it is, at the file's own rate (24 / 22), or unknown."""
    is_same = pl.col("quotation_currency").eq_missing(pl.col("portfolio_currency"))
    nominals = frame.get_column("nominal_amount_number").alias("nominal_amount")
    foreign = frame.select(pl.arg_where(~is_same & pl.col("nominal_amount_number").is_not_null())).to_series()
    if foreign.is_empty():
        return nominals
    names = ("nominal_amount_digits", "market_value_digits", "market_value_quotation_digits")
    # every digit of the file counts: more than an expression holds
    with localcontext() as context:
        context.prec = 60
        made = [_at_rate(*digits) for digits in frame.select(pl.col(names).gather(foreign)).iter_rows()]
    return nominals.clone().scatter(foreign, pl.Series(made, dtype=AMOUNT))


def _at_rate(nominal: str, value: str, quoted: str | None) -> Decimal | None:
    if quoted is None or not Decimal(quoted) or not Decimal(value):
        return None
    return decimal_of(str(Decimal(nominal) * Decimal(value) / Decimal(quoted)))
