"""Rules that a typed batch of one dataset keeps: what is refused, what is repaired or emptied and listed."""

import datetime as dt
from collections.abc import Callable

import polars as pl

from impact_pipeline.domain.screening.measures import SHARE_FAMILIES
from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import columns_of, note
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.files.sources import nearest
from impact_pipeline.ingest.files.versions import or_newer_version
from impact_pipeline.ingest.findings import ERROR, WARN, Findings
from impact_pipeline.ingest.identifiers.code_rules import checked_codes, rows_of
from impact_pipeline.ingest.identifiers.rules import identifier_rows
from impact_pipeline.ingest.placeholders import note_placeholders
from impact_pipeline.ingest.reference import alpha_2, asset_class_of, countries, currencies
from impact_pipeline.schemas.table import AMOUNT

#: ``known_from`` of a row that does not say when it was received: always known.
ALWAYS = dt.date(1900, 1, 1)

_NOT_NEGATIVE = {"issuer_emissions": ("tco2e",), "issuer_financials": ("evic", "market_cap", "total_debt")}
_NEGATIVE_RULES = {"tco2e": "negative_emissions"}


def apply_rules(batch: Batch, findings: Findings) -> Batch:
    """The batch after the rules of its dataset."""
    batch = _received(checked_codes(batch, findings))
    _check_currency(batch)
    _check_reserved(batch)
    _note_countries(batch, findings)
    for name in _NOT_NEGATIVE.get(batch.dataset, ()):
        batch = _without_negatives(batch, name, findings)
    _note_no_currency(batch, findings)
    note_placeholders(batch, findings)
    rules: dict[str, Callable[[Batch], Batch]] = {
        "holdings": _holdings,
        "sovereigns": _always_known,
        "fund_declarations": _always_known,
        "evidence": _evidence,
        "classifications": _classifications,
        "ownership": _in_order,
        "organisation": _organisation,
        "identifiers": lambda rows: identifier_rows(_in_order(rows), findings),
    }
    return rules[batch.dataset](batch) if batch.dataset in rules else batch


def _received(batch: Batch) -> Batch:
    """Rows that do not say when they were received came with their file, when that says it."""
    days = pl.Series([file.received_on for file in batch.files], dtype=pl.Date)
    if "known_from" not in batch.frame.columns or days.null_count() == days.len():
        return batch
    day = days.gather(batch.frame.get_column("_file")).alias("day")
    return batch.with_frame(batch.frame.with_columns(pl.coalesce("known_from", day).alias("known_from")))


def _always_known(batch: Batch) -> Batch:
    return batch.with_frame(batch.frame.with_columns(pl.col("known_from").fill_null(ALWAYS)))


def _distinct(batch: Batch, name: str) -> list[str]:
    return batch.frame.get_column(name).drop_nulls().unique().sort().to_list()


def _check_currency(batch: Batch) -> None:
    if "currency" not in batch.frame.columns:
        return
    strange = [code for code in _distinct(batch, "currency") if code not in currencies()]
    if strange:
        hint = nearest(strange[0], currencies())
        if strange[0].upper() in currencies():
            hint = "Write it in capital letters"
        batch.refuse(
            pl.col("currency").is_in(strange),
            "currency",
            "an ISO 4217 currency code",
            lambda row: repr(row["currency"]),
            hint,
        )


def _note_no_currency(batch: Batch, findings: Findings) -> None:
    """List balance sheets whose figures nobody can convert."""
    if batch.dataset != "issuer_financials":
        return
    amounts = [column.name for column in columns_of(batch.dataset) if column.dtype == AMOUNT]
    told = pl.any_horizontal(
        pl.lit(value=False), *(pl.col(name).is_not_null() for name in amounts if name in batch.frame.columns)
    )
    has_currency = pl.col("currency").is_not_null() if "currency" in batch.frame.columns else pl.lit(value=False)
    reason = "figures without a currency: none of them is used"
    for row in batch.frame.filter(told & ~has_currency).iter_rows(named=True):
        note(batch, findings, row, "currency", None, reason, "missing_currency", WARN)


def _check_reserved(batch: Batch) -> None:
    for name in ("portfolio_id", "fund_id"):
        if name in batch.frame.columns:
            hint = "Give the portfolio another id"
            batch.refuse(pl.col(name) == "ALL", name, "any id but ALL", lambda row: "the reserved id ALL", hint)


def _note_countries(batch: Batch, findings: Findings) -> None:
    if "country" not in batch.frame.columns:
        return
    strange = [code for code in _distinct(batch, "country") if code not in countries()]
    for row in rows_of(batch, "country", strange):
        code = str(row["country"])
        meant = alpha_2().get(code.upper(), code.upper() if code.upper() in countries() else None)
        reason = "not an ISO 3166 alpha-2 code; kept as it is" + (f" (probably {meant})" if meant else "")
        note(batch, findings, row, "country", code, reason, "unknown_country", WARN)


def _without_negatives(batch: Batch, name: str, findings: Findings) -> Batch:
    rule = _NEGATIVE_RULES.get(name, f"negative_{name}")
    negative = pl.col(name) < 0
    for row in batch.frame.filter(negative).iter_rows(named=True):
        note(
            batch,
            findings,
            row,
            name,
            row[name],
            "a negative figure: taken as not known; the row stays",
            rule,
            ERROR,
        )
    return batch.with_frame(batch.frame.with_columns(pl.when(negative).then(None).otherwise(pl.col(name)).alias(name)))


def _holdings(batch: Batch) -> Batch:
    codes = {code: asset_class_of(code) for code in _distinct(batch, "cic")}
    derived = pl.col("cic").replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
    given = pl.col("asset_class").is_not_null()
    batch.refuse(
        ~given & pl.col("cic").is_null(),
        "asset_class",
        "an asset_class or a cic",
        lambda row: "neither of the two",
    )
    batch.refuse(
        ~given & derived.is_null(),
        "cic",
        "a 4-character CIC code of a known category",
        lambda row: repr(row["cic"]),
        "Give the asset_class instead",
    )
    no_euro = pl.col("market_value_eur").is_null()
    # units of a fund may be valued later, with the price in the fund's own file (unit_values.py)
    is_units = (pl.coalesce("asset_class", derived) == "fund") & pl.col("quantity").is_not_null()
    is_priced_later = is_units & pl.col("market_value").is_null()
    batch.refuse(
        no_euro & pl.col("market_value").is_null() & ~is_priced_later,
        "market_value",
        "a market_value or a market_value_eur",
        lambda row: "neither of the two",
        "Ask for the value; what is worth nothing says 0. An unknown value would be missing from every total. Is a"
        " column read as the value (`impact profile`)? A broken formula of a workbook is an empty cell",
    )
    no_currency = no_euro & pl.col("currency").is_null() & ~is_priced_later
    batch.refuse(no_currency, "currency", "the currency of market_value", lambda row: "an empty cell")
    return batch.with_frame(batch.frame.with_columns(pl.coalesce("asset_class", derived).alias("asset_class")))


def _evidence(batch: Batch) -> Batch:
    batch.refuse(pl.col("lo") > pl.col("hi"), "lo", "lo at most hi", lambda row: f"lo {row['lo']} above hi {row['hi']}")
    shares = pl.any_horizontal(*(pl.col("measure").str.starts_with(start) for start in SHARE_FAMILIES))
    for name in ("lo", "hi"):
        batch.refuse(
            shares & ((pl.col(name) < 0) | (pl.col(name) > 100)),
            name,
            "a share between 0 and 100 percent",
            lambda row, name=name: str(row[name]),  # type: ignore[misc]
        )
    return batch


def _in_order(batch: Batch) -> Batch:
    """A statement ends after it begins."""
    batch.refuse(
        pl.col("valid_to") <= pl.col("valid_from"),
        "valid_to",
        "a day after valid_from",
        lambda row: f"{row['valid_to']}, not after {row['valid_from']}",
    )
    return batch


def _or_newer(hint: str, batch: Batch) -> str:
    return or_newer_version(hint, [file.name for file in batch.files])


def _organisation(batch: Batch) -> Batch:
    """The number of protected persons is one a year."""
    several = pl.col("protected_persons").drop_nulls().n_unique().over("year") > 1
    batch.refuse(
        several & pl.col("protected_persons").is_not_null(),
        "protected_persons",
        "one number a year",
        lambda row: f"several numbers of persons for {row['year']}",
        _or_newer("Give the same number on each row of the year", batch),
    )
    return batch


def _classifications(batch: Batch) -> Batch:
    """A subject has one share of a code on a day, and its shares of one kind do not add to more than 1."""
    _in_order(batch)
    keys = ["subject_id", "kind", "code"]
    before = pl.col("valid_from").shift(1).over(keys, order_by=["valid_from", "_file", "source_row"])
    until = pl.col("valid_to").shift(1).over(keys, order_by=["valid_from", "_file", "source_row"])
    batch.refuse(
        before.is_not_null() & (until.is_null() | (until > pl.col("valid_from"))),
        "valid_from",
        "one share of a code at a time",
        lambda row: f"a second share of {row['subject_id']} for {row['code']} from {row['valid_from']}",
        _or_newer("Close the older row with a valid_to", batch),
    )
    rows = batch.frame.select("subject_id", "kind", "valid_from", "valid_to", "share", "_file", "source_row")
    starts = rows.select("subject_id", "kind", day="valid_from").unique()
    totals = (
        starts.join(rows, on=["subject_id", "kind"])
        .filter(
            (pl.col("valid_from") <= pl.col("day"))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("day")))
        )
        .group_by("subject_id", "kind", "day")
        .agg(
            pl.col("share").sum().alias("total"),
            pl.struct("_file", "source_row").sort_by("_file", "source_row").last().alias("last"),
        )
        .filter(pl.col("total") > 1)
        .unnest("last")
        .sort("_file", "source_row", "day")
    )
    if totals.height:
        row = totals.row(0, named=True)
        file, number = batch.place(row)
        total, subject = f"{row['total'].normalize():f}", row["subject_id"]
        raise SourceFileError(
            file,
            f"{row['kind']} shares of {subject} that add up to {total} on {row['day']}",
            "at most 1",
            row=number,
            column="share",
            hint=_or_newer("Close the older row with a valid_to, or correct the shares", batch),
        )
    return batch
