"""Exact arithmetic, and how far a figure may be from the published one: not at all, except at a rounding tie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

#: 60 digits: more than any product or quotient here needs to be rounded rightly to 6 decimals.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
STEP = Decimal("0.000001")
#: Binary doubles keep 53 bits: one operation is off by at most 2**-53 of its result. The longest chain here has 24:
#: a product of three fund shares, times an amount, over a denominator, times emissions, each read from a decimal.
DOUBLES = 24 * Decimal(2) ** -53


@dataclass(frozen=True)
class Amount:
    """A figure, and how far a rightly made computation in doubles may publish it from there.

    The doubt is 0 nearly always: an amount is rounded to 6 decimals, and only near a tie can a double fall on the
    other side, by one step.
    """

    value: Decimal
    doubt: Decimal = Decimal(0)


def published(exact: Decimal, doubt: Decimal = Decimal(0)) -> Amount:
    """Rounded to 6 decimals; ``doubt``: how far off the amounts that ``exact`` was made of may have put it."""
    value, off = _rounded(exact), abs(exact) * DOUBLES + doubt
    return Amount(value, max(_rounded(exact + off) - value, value - _rounded(exact - off)))


def _rounded(exact: Decimal) -> Decimal:
    return exact.quantize(STEP, context=EXACT)


def total(amounts: Iterable[Amount | None]) -> Amount | None:
    """Sum of the known amounts; unknown (None) when there is none."""
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return None
    return Amount(sum((a.value for a in known), Decimal(0)), sum((a.doubt for a in known), Decimal(0)))


def ratio(a: Amount | None, b: Amount | None, unit: Decimal = Decimal(1)) -> Amount | None:
    """a / b in a unit; unknown when either side is, or when there is nothing to divide by."""
    if a is None or b is None or not b.value:
        return None
    value = divide(times(a.value, unit), b.value)
    return Amount(value, divide(a.doubt * unit + abs(value) * b.doubt, abs(b.value)))


def mean(weighed: Sequence[tuple[Amount, Decimal]], rounding: Decimal = Decimal(0)) -> Amount | None:
    """Weighted mean; unknown when the weights add up to nothing.

    ``rounding``: each product may have been rounded by so much before it was added (sums are made in DECIMAL, so
    that they do not depend on the order of the lines).
    """
    weight = sum((w.value for w, _ in weighed), Decimal(0))
    if not weight:
        return None
    value = divide(sum((times(w.value, x) for w, x in weighed), Decimal(0)), weight)
    doubt = sum((w.doubt * abs(x - value) + rounding for w, x in weighed), Decimal(0))
    return Amount(value, divide(doubt, abs(weight)))


def divide(a: Decimal, b: Decimal) -> Decimal:
    """a / b to 60 digits."""
    return EXACT.divide(a, b)


def times(a: Decimal, b: Decimal) -> Decimal:
    """a x b to 60 digits."""
    return EXACT.multiply(a, b)
