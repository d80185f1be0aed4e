"""The same source speaking again of the same fiscal year: a part, a correction, or a repetition?

Claims are appended, and ``superseded_by`` says that one replaces another. Where a supplier leaves that out, the place
in the source (``locator``) tells: the same place again is a correction, another place is another part. Without places,
equal values are a repetition, and different ones are kept as both possibilities, which is a conflict for people.
"""

import polars as pl

#: Claims alike in all this speak of the same thing.
_ABOUT = [
    *("cell", "question", "is_sibling", "problem", "source", "fiscal_year"),
    *("role", "substance_set", "model", "unit", "basis"),
]
#: What merging claims computes; the rest is taken from one of them.
_MERGED = [
    *("lo", "hi", "hi_open", "has_value", "is_absent", "grade_rank"),
    *("expires_on", "rows", "is_disputed", "several"),
]


def one_voice(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``claims_by_question`` with later deliveries settled; adds ``is_disputed`` and ``rows`` (those cited)."""
    day = pl.col("known_from")
    rows = rows.with_columns(rows=pl.concat_list("row"), is_disputed=pl.lit(False)).filter(
        pl.col("locator").is_null() | day.eq_missing(day.max().over([*_ABOUT, "locator"]))
    )
    unplaced = pl.col("locator").is_null()
    several = pl.when(unplaced).then(day.filter(unplaced).n_unique().over(_ABOUT) > 1)
    rows = rows.with_columns(several=several.eq_missing(True))
    repeated = rows.filter("several")
    if repeated.is_empty():
        return rows.drop("several")
    first = [name for name in rows.columns if name not in (*_ABOUT, *_MERGED)]
    by_day = repeated.group_by([*_ABOUT, "known_from"], maintain_order=True).agg(
        *(pl.col(name).first() for name in first if name != "known_from"),
        low=_folded("lo"),
        high=pl.when(pl.col("hi").null_count() > 0).then(None).otherwise(_folded("hi")),
        hi_open=pl.col("hi_open").any(),
        has_value=pl.col("has_value").any(),
        is_absent=pl.col("is_absent").all(),
        grade_rank=pl.col("grade_rank").max(),
        expires_on=pl.col("expires_on").min(),
        rows=pl.col("rows").explode(),
    )
    adds = pl.col("fold").first() == "sum"
    low, high = pl.col("low"), pl.col("high")
    differ = (low.n_unique() > 1) | (high.n_unique() > 1) | (pl.col("has_value").n_unique() > 1)
    unbounded = high.null_count() > 0
    merged = (
        by_day.sort(*_ABOUT, "known_from")
        .group_by(_ABOUT, maintain_order=True)
        .agg(
            *(pl.col(name).last() for name in first),
            # a correction leaves the last day's value, a part adds to the days before
            lo=pl.when(adds).then(low.last()).otherwise(low.min()).cast(rows.schema["lo"]),
            hi=pl.when(unbounded)
            .then(None)
            .when(adds & differ)
            .then(high.sum())
            .otherwise(high.max())
            .cast(rows.schema["hi"]),
            hi_open=pl.col("hi_open").any(),
            has_value=pl.col("has_value").any(),
            is_absent=pl.col("is_absent").all(),
            grade_rank=pl.col("grade_rank").max(),
            expires_on=pl.col("expires_on").min(),
            rows=pl.col("rows").explode(),
            is_disputed=differ,
        )
    )
    return pl.concat([rows.filter(~pl.col("several")), merged.with_columns(several=True).select(rows.columns)]).drop(
        "several"
    )


def _folded(end: str) -> pl.Expr:
    """One end of a day's rows, as the question folds its parts."""
    fold, value = pl.col("fold").first(), pl.col(end)
    return (
        pl.when(fold == "sum").then(value.sum().cast(pl.Decimal(38, 6)))
        .when(fold == "max").then(value.max().cast(pl.Decimal(38, 6)))
        .otherwise(value.min().cast(pl.Decimal(38, 6)))
    )  # fmt: skip
