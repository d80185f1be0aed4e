"""LEIs in the fields of a Tripartite Template."""

import polars as pl

from impact_pipeline.ingest.cells import translated
from impact_pipeline.ingest.identifiers.codes import (
    lei_fault,
    looks_like_lei,
    plain_isins,
    plain_leis,
    right_codes,
    valid_isin,
    valid_lei,
)
from impact_pipeline.ingest.tpt.template import TptNotes, code_type

TYPE_LEI = "1"


def leis(rows: pl.DataFrame, name: str, notes: TptNotes, wrong_digits: str, no_lei: str) -> pl.Series:
    """The LEIs of one field in their normal spelling; one that is wrong, or typed as LEI and none, is listed.

    ``wrong_digits``, ``no_lei``: what to say about the two. An ISIN in the place of a LEI was meant as one too.
    """
    codes = rows.get_column(name)
    right = right_codes(codes, plain_leis, valid_lei)
    odd = rows.filter(codes.is_not_null() & right.is_null())
    is_alike = translated(odd.get_column(name), looks_like_lei, pl.Boolean)
    notes.add(odd.filter(is_alike), name, lei_fault()[0], wrong_digits)
    others = odd.filter(~is_alike)
    is_typed = others.select(code_type(f"{name}_type") == TYPE_LEI).to_series()
    if name in ("issuer_code", "group_code"):
        is_typed = is_typed | right_codes(others.get_column(name), plain_isins, valid_isin).is_not_null()
    notes.add(others.filter(is_typed), name, "not_a_lei", no_lei)
    notes.add_repaired(rows.with_columns(_right=right), name, "_right")
    return right
