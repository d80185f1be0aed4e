"""A change split into effects that add up to it exactly (methodology 5.2, steps 2, 3 and 5).

A figure is a sum of contributions, a contribution a product of factors. Who came, who went and whose data came or went
explains a contribution as a whole; what stayed on both dates is split over its factors, by LMDI-I (Ang 2015) where
every factor is above zero, else by Shapley's average over all orders of change (Sun 1998), which takes zeros and signs.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations

import polars as pl

ENTRANTS, LEAVERS, COVERAGE = "entrants", "leavers", "coverage"
LMDI, SHAPLEY, WHOLE = "LMDI", "Shapley", "whole"
#: Part of a contribution that arithmetic in doubles may lose between the product and the stored figure.
RELATIVE_NOISE = 1e-9


@dataclass(frozen=True)
class Factor:
    """One factor of a contribution: its column, the effect its change is shown under, +1 or -1 (a divisor)."""

    column: str
    effect: str
    power: int = 1


@dataclass(frozen=True)
class Chain:
    """The factors of a contribution.

    ``held`` is the column that is 0 when nothing is held: such a line is not there (it left, or has yet to come).
    Factors of one effect are multiplied before anything is split. So a rate that stands above and below the line
    cancels for good (D12), and the split of an effect over several columns changes nothing.
    """

    factors: tuple[Factor, ...]
    held: str | None = None

    @cached_property
    def effects(self) -> tuple[str, ...]:
        """Effects in order of first use."""
        return tuple(dict.fromkeys(factor.effect for factor in self.factors))

    def product(self, effect: str) -> pl.Expr:
        """The factors of one effect: multipliers over divisors; unknown when one of them is, or when a divisor is 0."""
        above, below = (
            _times(pl.col(f.column).cast(pl.Float64) for f in self.factors if f.effect == effect and f.power == power)
            for power in (1, -1)
        )
        return above / pl.when(below != 0).then(below)


def decompose(before: pl.DataFrame, after: pl.DataFrame, chain: Chain, key: Sequence[str]) -> pl.DataFrame:
    """Effects of every line of two dates.

    Args:
        before: lines of the first date: ``key`` (unique), ``contribution`` (empty = not covered), the columns of the
            chain, and optionally ``rounding``, the absolute rounding of the stored contribution (default 1e-6).
        after: lines of the second date, the same columns.
        chain: the factors whose product is the contribution.
        key: columns that say which line of one date is which of the other.

    Returns:
        ``key``, ``effect``, ``method`` (LMDI, Shapley, or whole for entrants, leavers and coverage), ``value``, and
        ``shapley_value``, what Shapley gives for the same line: their difference is the method's own risk. The values
        of a line add up to its change. A line that is covered on neither date has no rows.

    Raises:
        ValueError: a contribution that is not the product of its factors.
    """
    lines = _held(before, chain, key, "0").join(
        _held(after, chain, key, "1"), on=list(key), how="full", coalesce=True, nulls_equal=True
    )
    covered_0, covered_1 = pl.col("c0").is_not_null(), pl.col("c1").is_not_null()
    lines = lines.filter(covered_0 | covered_1).with_columns(
        part=pl.when(pl.col("held_0").is_null())
        .then(pl.lit(ENTRANTS))
        .when(pl.col("held_1").is_null())
        .then(pl.lit(LEAVERS))
        .when(covered_0 != covered_1)
        .then(pl.lit(COVERAGE))
    )
    return pl.concat(
        [
            _whole(lines.filter(pl.col("part").is_not_null()), key),
            _split(lines.filter(pl.col("part").is_null()), chain, key),
        ]
    )


def _times(factors: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(operator.mul, factors, pl.lit(1.0))


def _plus(terms: Iterable[pl.Expr]) -> pl.Expr:
    """A sum in the order given: ``sum_horizontal`` adds as its threads come, and the last digit with them."""
    return reduce(operator.add, terms)


def _held(lines: pl.DataFrame, chain: Chain, key: Sequence[str], date: str) -> pl.DataFrame:
    """Lines that are held: contribution, rounding, and one multiplied factor for each effect."""
    if chain.held is not None:
        lines = lines.filter(pl.col(chain.held).ne_missing(0))
    rounding = pl.col("rounding") if "rounding" in lines.columns else pl.lit(1e-6)
    return lines.select(
        *key,
        pl.lit(True).alias(f"held_{date}"),
        pl.col("contribution").cast(pl.Float64).alias(f"c{date}"),
        rounding.cast(pl.Float64).alias(f"rounding_{date}"),
        *(chain.product(effect).alias(f"{effect}_{date}") for effect in chain.effects),
    )


def _whole(lines: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One effect for the whole contribution: there is nothing on the other date to compare with."""
    value = pl.when(pl.col("c0").is_null()).then(pl.col("c1")).otherwise(-pl.col("c0"))
    return lines.select(*key, effect="part", method=pl.lit(WHOLE), value=value, shapley_value=value)


def _split(lines: pl.DataFrame, chain: Chain, key: Sequence[str]) -> pl.DataFrame:
    """Lines held and covered on both dates, over the factors."""
    effects = chain.effects
    lines = _without_unknowns(lines, effects)
    dates = [[pl.col(f"{effect}_{date}") for effect in effects] for date in "01"]
    lines = lines.with_columns(
        is_positive=pl.all_horizontal(*(factor > 0 for factors in dates for factor in factors))
        & ~pl.col("has_unknown"),
        p0=_times(dates[0]),
        p1=_times(dates[1]),
    )
    _require_products(lines, key)
    lines = lines.with_columns(
        *(_lmdi(effect).alias(f"lmdi {effect}") for effect in effects),
        *(_shapley(effects, place).alias(f"shapley {effect}") for place, effect in enumerate(effects)),
    )
    for method in ("lmdi", "shapley"):
        lines = lines.with_columns(_closed([f"{method} {effect}" for effect in effects]))
    rows = []
    for effect in effects:
        lmdi, shapley = pl.col(f"lmdi {effect}"), pl.col(f"shapley {effect}")
        rows.append(
            lines.select(
                *key,
                effect=pl.lit(effect),
                method=pl.when("is_positive").then(pl.lit(LMDI)).otherwise(pl.lit(SHAPLEY)),
                value=pl.when("is_positive").then(lmdi).otherwise(shapley),
                shapley_value=shapley,
            )
        )
    return pl.concat(rows)


def _closed(names: Sequence[str]) -> list[pl.Expr]:
    """Let the largest effect take what rounding leaves between the effects and the change: what is 0 stays 0."""
    gap = pl.col("c1") - pl.col("c0") - _plus(pl.col(name) for name in names)
    largest = pl.max_horizontal(*(pl.col(name).abs() for name in names))
    closed = []
    for place, name in enumerate(names):
        is_largest = pl.col(name).abs() == largest
        is_earlier = pl.any_horizontal(pl.lit(False), *(pl.col(other).abs() == largest for other in names[:place]))
        closed.append(pl.when(is_largest & ~is_earlier).then(pl.col(name) + gap).otherwise(pl.col(name)).alias(name))
    return closed


def _without_unknowns(lines: pl.DataFrame, effects: Sequence[str]) -> pl.DataFrame:
    """Give factors that are unknown on either date a value on both, so that no tonne is lost.

    What is unknown on one date cannot be compared: the first unknown effect of the chain takes all that the known ones
    leave of the contribution (on each date), further unknown ones are 1.
    """
    known = {
        effect: pl.all_horizontal(*(pl.col(f"{effect}_{date}").is_finite().eq_missing(True) for date in "01"))
        for effect in effects
    }
    lines = lines.with_columns(*(expression.alias(f"{effect} known") for effect, expression in known.items()))
    lines = lines.with_columns(has_unknown=pl.any_horizontal(*(~pl.col(f"{effect} known") for effect in effects)))
    filled = []
    for date in "01":
        given = [pl.when(pl.col(f"{e} known")).then(pl.col(f"{e}_{date}")).otherwise(1.0) for e in effects]
        product = _times(given)
        rest = pl.when(product != 0).then(pl.col(f"c{date}") / product).otherwise(1.0)
        for place, effect in enumerate(effects):
            is_first = pl.all_horizontal(pl.lit(True), *(pl.col(f"{e} known") for e in effects[:place]))
            filled.append(
                pl.when(pl.col(f"{effect} known"))
                .then(pl.col(f"{effect}_{date}"))
                .when(is_first)
                .then(rest)
                .otherwise(1.0)
                .alias(f"{effect}_{date}")
            )
    return lines.with_columns(filled)


def _require_products(lines: pl.DataFrame, key: Sequence[str]) -> None:
    """Refuse lines whose factors do not give their contribution: the effects would explain another figure."""
    for date in "01":
        contribution, product = pl.col(f"c{date}"), pl.col(f"p{date}")
        allowed = pl.col(f"rounding_{date}") + RELATIVE_NOISE * pl.max_horizontal(contribution.abs(), product.abs())
        off = lines.filter(((contribution - product).abs() <= allowed).ne_missing(True))
        if off.height:
            row = off.row(0, named=True)
            raise ValueError(
                f"{off.height} lines are not the product of their factors, first"
                f" {[row[name] for name in key]}: {row[f'c{date}']} is not {row[f'p{date}']}"
            )


def _lmdi(effect: str) -> pl.Expr:
    """``L(p1, p0) * ln(f1 / f0)``, L being the logarithmic mean; only meant for factors above zero."""
    growth = pl.col("p1") / pl.col("p0") - 1
    # log1p keeps its digits where a quotient of two nearly equal logarithms would lose them; L(a, a) = a
    mean = pl.when(growth == 0).then(pl.col("p0")).otherwise(pl.col("p0") * growth / growth.log1p())
    return mean * (pl.col(f"{effect}_1") / pl.col(f"{effect}_0")).log()


def _shapley(effects: Sequence[str], place: int) -> pl.Expr:
    """Average over all orders in which the factors may change: a weighted sum over the sets that changed before.

    Of n factors, a set of s others comes before this one in s! (n - s - 1)! of the n! orders.
    """
    effect, n = effects[place], len(effects)
    others = [other for other in effects if other != effect]
    terms = []
    for size in range(n):
        weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
        for changed in combinations(others, size):
            around = [pl.col(f"{other}_{int(other in changed)}") for other in others]
            terms.append(weight * _times(around))
    return (pl.col(f"{effect}_1") - pl.col(f"{effect}_0")) * _plus(terms)
