"""Three-valued comparison of an interval with a threshold, admissibility and nearness.

Every decision names the case it covers; what no case covers is U. Nothing here clears by default.
"""

from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening.compiler import FALSE, TRUE, UNKNOWN

_LO, _HI, _AT = pl.col("lo"), pl.col("hi"), pl.col("threshold")
#: The upper end lies below the threshold; an open end is not reached ([0, 5) is below 5).
_HI_BELOW = (_HI < _AT) | (pl.col("hi_open") & (_HI <= _AT))
ONE, ZERO = Decimal(1), Decimal(0)

#: operator -> (proved true, proved false)
_PROOFS: dict[str, tuple[pl.Expr, pl.Expr]] = {
    ">": (_LO > _AT, _HI <= _AT),
    ">=": (_LO >= _AT, _HI_BELOW),
    "<": (_HI_BELOW, _LO >= _AT),
    "<=": (_HI <= _AT, _LO > _AT),
    "is_true": (_LO >= ONE, _HI <= ZERO),
    "is_false": (_HI <= ZERO, _LO >= ONE),
}


def rank(value: int) -> pl.Expr:
    """A truth rank as a literal."""
    return pl.lit(value, dtype=pl.UInt8)


def interval_truth() -> pl.Expr:
    """T, F or U (as a rank) of ``[lo, hi] op threshold``; an unusable or missing value is U."""
    usable = pl.col("problem") == ""
    proved_true = pl.any_horizontal((pl.col("op") == op) & proofs[0] for op, proofs in _PROOFS.items())
    proved_false = pl.any_horizontal((pl.col("op") == op) & proofs[1] for op, proofs in _PROOFS.items())
    return (
        pl.when(usable & proved_true).then(rank(TRUE))
        .when(usable & proved_false).then(rank(FALSE))
        .otherwise(rank(UNKNOWN))
    )  # fmt: skip


def admitted_truths() -> list[pl.Expr]:
    """What each truth is worth once grade and age are looked at.

    ``plain``: a weak or stale F is U; a weak T stays T. ``strong``: T when it may exclude; nothing else is asked of it.
    Stale evidence keeps an exclusion: it counts as it did when it was received fresh. What was received stale counts
    a grade lower, and past twice its age it excludes nobody.
    ``proven``: what a mitigation needs, T on evidence good enough to clear.
    """
    is_true, is_false = pl.col("raw") == TRUE, pl.col("raw") == FALSE
    arrived_late = ~pl.col("was_fresh")
    lowered = pl.col("grade_rank") + (pl.col("is_stale") & arrived_late).cast(pl.UInt8)
    fit_to_condemn = (lowered <= pl.col("rank_true")) & ~(pl.col("is_outdated") & arrived_late)
    fit_to_clear = (pl.col("grade_rank") <= pl.col("rank_false")) & ~pl.col("is_stale")
    cleared = is_false & fit_to_clear
    return [
        pl.when(is_true).then(rank(TRUE)).when(cleared).then(rank(FALSE)).otherwise(rank(UNKNOWN)).alias("plain"),
        pl.when(is_true & fit_to_condemn).then(rank(TRUE)).otherwise(rank(UNKNOWN)).alias("strong"),
        pl.when(is_true & fit_to_clear).then(rank(TRUE)).otherwise(rank(UNKNOWN)).alias("proven"),
        (pl.when(pl.col("mitigates")).then(is_true & fit_to_clear)
         .when(is_true).then(fit_to_condemn)
         .when(is_false).then(fit_to_clear)
         .otherwise(pl.col("has_value") & (pl.col("problem") == ""))).alias("admissible"),
    ]  # fmt: skip


def near() -> pl.Expr:
    """The threshold lies within the margin of an end, or inside the interval; total ignorance is not near.

    A first-euro threshold (0) has no margin: half a point of nothing would flag every clean issuer.
    """
    says_nothing = pl.col("hi").is_null() | (pl.col("is_share") & (_LO == ZERO) & (Decimal(100) == _HI))
    straddles = (pl.col("raw") == UNKNOWN) & ~says_nothing
    margin = pl.col("near_margin")
    close = ((_LO - _AT).abs() <= margin) | ((_HI - _AT).abs() <= margin)
    found = ~pl.col("is_flag") & (pl.col("problem") == "") & (straddles | ((_AT > ZERO) & close))
    return pl.when(found).then(True).otherwise(False)
