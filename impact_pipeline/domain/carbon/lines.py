"""Which line of one date is which of the other, and factors that mean the same on both."""

import polars as pl

PAIR = ["as_of_date", "from_date"]
#: A line of one date: the portfolio that holds it, directly or through funds, and where.
LINE = [*PAIR, "portfolio_id", "lookthrough_path", "line_id"]


def matched(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add ``match_key`` to the lines of both dates: equal where it is the same line.

    A line is the same when its ``line_id`` is and its issuer did not become another one (an issuer that nobody named on
    one of the dates is no other issuer). Else, when a supplier has renumbered its lines, one line of an instrument of
    the same issuer in the same place is the other one of it, if there is exactly one on each date.
    """
    own = pl.concat_str(pl.col("portfolio_id"), pl.col("lookthrough_path"), pl.col("line_id"), separator="|")
    before, after = (side.with_columns(line_key=own) for side in (before, after))
    sides = before.select(*LINE, "issuer_id").join(
        after.select(*LINE, pl.col("issuer_id").alias("issuer_after")), on=LINE, how="inner"
    )
    same_issuer = (pl.col("issuer_id") == pl.col("issuer_after")).ne_missing(False)
    by_line = sides.filter(same_issuer).select(*LINE, is_matched=pl.lit(True))
    place = [*PAIR, "portfolio_id", "lookthrough_path", "issuer_id", "instrument_id"]
    lone = [
        side.join(by_line, on=LINE, how="anti")
        .filter(pl.col("instrument_id").is_not_null(), pl.len().over(place) == 1)
        .select(*place, pl.col("line_key").alias(name))
        for side, name in ((before, "key_before"), (after, "key_after"))
    ]
    renumbered = lone[0].join(lone[1], on=place, how="inner", nulls_equal=True).select(*PAIR, "key_before", "key_after")
    before = (
        before.join(by_line, on=LINE, how="left")
        .join(renumbered, left_on=[*PAIR, "line_key"], right_on=[*PAIR, "key_before"], how="left")
        .with_columns(
            match_key=pl.when(pl.col("is_matched"))
            .then(pl.col("line_key"))
            # a line that left must not be taken for one that came under the same id
            .otherwise(pl.coalesce("key_after", pl.lit("gone|") + pl.col("line_key")))
        )
        .drop("is_matched", "key_after")
    )
    return before, after.with_columns(match_key=pl.col("line_key"))


def comparable(lines: pl.DataFrame, other: pl.DataFrame, amount: str) -> pl.DataFrame:
    """Add the factors of a line's amount and of its issuer's figures, in units that mean the same on both dates.

    ``quantity`` x ``price_local`` / ``line_rate`` is the amount in EUR. Debt counts in nominal: attributed at nominal
    it has price 1 and no price effect. Other lines count in units held. Where the two dates do not count in the same
    thing, the amount itself (in the line's currency) is the quantity and the price is 1: what prices did cannot be told
    from trading then. Where a currency or its rate is unknown, or the currency is another one than before, both dates
    are taken in EUR.
    """
    key = [*PAIR, "portfolio_id", "match_key"]
    counted_in = (
        pl.when(pl.col("nominal_eur").ne_missing(0) & pl.col("nominal_eur").is_not_null())
        .then(pl.lit("nominal"))
        .when(pl.col("units").ne_missing(0) & pl.col("units").is_not_null())
        .then(pl.lit("units"))
        # nothing is held: whatever the other date counts in
        .when((pl.col(amount) == 0).eq_missing(True))
        .then(pl.lit("nothing"))
    )
    compared = {"counted_in": counted_in} | {
        f"{who}_unit": pl.when(pl.col(f"{who}_rate") > 0).then(pl.col(f"{who}_currency")) for who in ("line", "issuer")
    }
    lines, other = (side.with_columns(**compared) for side in (lines, other))
    there = other.select(*key, *(pl.col(name).alias(f"other {name}") for name in compared), is_there=pl.lit(True))
    lines = lines.join(there, on=key, how="left")
    same = {name: pl.col("is_there").is_null() | (pl.col(name) == pl.col(f"other {name}")) for name in compared}
    lines = lines.with_columns(
        pl.when(same[f"{who}_unit"] & pl.col(f"{who}_unit").is_not_null())
        .then(pl.col(f"{who}_rate").cast(pl.Float64))
        .otherwise(1.0)
        .alias(f"{who}_rate")
        for who in ("line", "issuer")
    )
    local, nominal = (pl.col(name).cast(pl.Float64) * pl.col("line_rate") for name in (amount, "nominal_eur"))
    lines = lines.with_columns(
        quantity=pl.when(same["counted_in"] & (pl.col("counted_in") == "nominal"))
        .then(nominal)
        .when(same["counted_in"] & (pl.col("counted_in") == "units"))
        .then(pl.col("units").cast(pl.Float64))
        .otherwise(local)
    )
    return lines.with_columns(
        price_local=pl.when(pl.col("quantity") != 0).then(local / pl.col("quantity")),
        denominator_local=pl.col("denominator_eur").cast(pl.Float64) * pl.col("issuer_rate"),
        revenue_local_meur=pl.col("revenue_eur").cast(pl.Float64) / 1_000_000 * pl.col("issuer_rate"),
    ).drop("is_there", *compared, *(f"other {name}" for name in compared))
