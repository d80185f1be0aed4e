"""Rules on the codes of a typed batch: spellings are repaired, wrong check digits and strange signs are listed."""

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from impact_pipeline.ingest.canonical import note
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.findings import ERROR, WARN, Findings
from impact_pipeline.ingest.identifiers.codes import (
    compact,
    isin_fault,
    lei_fault,
    looks_like_isin,
    looks_like_lei,
    odd_codes,
    plain_isins,
    plain_leis,
    valid_isin,
    valid_lei,
)
from impact_pipeline.ingest.reference import countries

_LEI_COLUMNS = ("issuer_id", "child_id", "parent_id", "guarantor_id", "underlying_issuer_id", "subject_id")


def checked_codes(batch: Batch, findings: Findings) -> Batch:
    """The batch with its codes in their normal spelling, lines without ISINs that are none."""
    for name in _LEI_COLUMNS:
        if name in batch.frame.columns:
            odd = odd_codes(batch.frame.get_column(name), plain_leis)
            batch = _spelled(batch, name, odd, valid_lei, findings)
            wrong = [c for c in odd if looks_like_lei(c) and valid_lei(c) is None]
            rule, reason = lei_fault()
            for row in rows_of(batch, name, wrong):
                note(batch, findings, row, name, row[name], reason, rule, WARN)
    if batch.dataset == "holdings":
        _note_strange(batch, findings)
    for name in ("instrument_id", "subject_id"):
        if name in batch.frame.columns:
            odd = odd_codes(batch.frame.get_column(name), plain_isins)
            batch = _spelled(batch, name, odd, valid_isin, findings)
            if name == "instrument_id":
                batch = _without_bad_isins(batch, odd, findings)
    return batch


#: Signs that no code of the kind has; portfolios may have any letter in theirs.
_STRANGE = {
    "instrument_id": r"[^\x20-\x7e]|[\"';,]",
    "issuer_id": r"[^\x20-\x7e]|[\"';,]",
    "portfolio_id": r"[^\p{L}\p{N} ._/&+():-]",
}


def _note_strange(batch: Batch, findings: Findings) -> None:
    """List codes of lines with a sign that no code has: usually a byte damaged on the way."""
    for name, signs in _STRANGE.items():
        for row in batch.frame.filter(pl.col(name).str.contains(signs)).iter_rows(named=True):
            reason = "an accent, a quote or another sign that codes do not have: probably damaged; kept as it is"
            note(batch, findings, row, name, row[name], reason, "strange_code", WARN)


def rows_of(batch: Batch, name: str, codes: Sequence[str]) -> Iterator[dict[str, object]]:
    """Rows that have one of some codes in a column."""
    return batch.frame.filter(pl.col(name).is_in(codes)).iter_rows(named=True) if codes else iter(())


def _spelled(
    batch: Batch, name: str, odd: Sequence[str], valid: Callable[[str], str | None], findings: Findings
) -> Batch:
    """Replace spellings in lower case or with spaces by the normal one, and list them."""
    mended = {c: right for c in odd if (right := valid(c)) is not None and right != c}
    if not mended:
        return batch
    for row in rows_of(batch, name, list(mended)):
        reason = f"lower case or spaces: read as {mended[str(row[name])]}"
        note(batch, findings, row, name, row[name], reason, "identifier_repaired", WARN)
    return batch.with_frame(batch.frame.with_columns(pl.col(name).replace(mended)))


def _without_bad_isins(batch: Batch, odd: Sequence[str], findings: Findings) -> Batch:
    wrong = [code for code in odd if valid_isin(code) is None and (looks_like_isin(code) or _spaced_isin(code))]
    # the key of a fund's declaration is kept: it meets no line
    is_key = batch.dataset == "fund_declarations"
    for row in rows_of(batch, "instrument_id", wrong):
        rule, reason = isin_fault(compact(str(row["instrument_id"])))
        note(batch, findings, row, "instrument_id", row["instrument_id"], reason, rule, WARN if is_key else ERROR)
    rows = pl.col("instrument_id").is_in(wrong)
    emptied = pl.when(rows).then(None).otherwise(pl.col("instrument_id")).alias("instrument_id")
    return batch.with_frame(batch.frame.with_columns(emptied)) if wrong and not is_key else batch


def _spaced_isin(code: str) -> bool:
    """An ISIN written in groups, e.g. ``FR00 0012 0271``; a name of 12 letters with spaces is not one."""
    return looks_like_isin(compact(code)) and compact(code)[:2] in countries() and sum(c.isdigit() for c in code) > 5
