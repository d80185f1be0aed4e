"""What must hold for any lines: methodology.md 5.2 step 6, and an independent Shapley in plain Python."""

import math
import operator
import random
from fractions import Fraction
from functools import reduce
from itertools import permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact_pipeline.domain.carbon import Chain, Factor, decompose

NAMES = ["units", "price", "evic", "emitted"]
EFFECTS = ["quantity", "price", "enterprise_value", "emissions"]
CHAIN = Chain(
    (
        Factor("units", "quantity"),
        Factor("price", "price"),
        Factor("evic", "enterprise_value", -1),
        Factor("emitted", "emissions"),
    ),
    "units",
)
KEY = ["line"]
SCHEMA = {"line": pl.String, "sector": pl.String, **dict.fromkeys(NAMES, pl.Float64), "contribution": pl.Float64}

#: No deadline: the machine that runs the tests may be busy.
examples = settings(max_examples=40, deadline=None)
above_zero = st.floats(0.01, 1_000)
any_sign = st.one_of(above_zero, st.sampled_from([0.0, -1.0, -250.0]))


@st.composite
def lines(draw, factor=any_sign, unknown=True):
    """Lines of two dates: factors may be zero, negative or unknown; a line may be on one date or not covered."""
    sides = ([], [])
    for place in range(draw(st.integers(0, 6))):
        for side in sides:
            if draw(st.integers(0, 9)) == 0:
                continue
            found = {name: draw(factor) for name in NAMES}
            found["evic"] = draw(above_zero)
            contribution = found["units"] * found["price"] / found["evic"] * found["emitted"]
            if unknown and draw(st.booleans()):
                found[draw(st.sampled_from(NAMES[1:]))] = None
            if draw(st.integers(0, 7)) == 0:
                contribution = None
            row = {"line": f"L{place}", "sector": "AB"[place % 2], **found, "contribution": contribution}
            side.append(row)
    return tuple(pl.DataFrame(side, schema=SCHEMA, orient="row") for side in sides)


def held(side):
    """What a date adds up to: a line without units is not held."""
    return side.filter(pl.col("units") != 0)["contribution"].sum()


def scale(*sides):
    return max([1e-6, *(abs(value) for side in sides for value in side["contribution"].drop_nulls())])


def by_effect(effects, value="value"):
    return dict(effects.group_by("effect").agg(pl.col(value).sum()).iter_rows())


@examples
@given(lines())
def test_effects_add_up_whatever_is_zero_negative_or_unknown(sides):
    before, after = sides
    effects = decompose(before, after, CHAIN, KEY)
    change = held(after) - held(before)
    for value in ("value", "shapley_value"):
        assert effects[value].null_count() == 0
        assert effects[value].is_finite().all()
        assert effects[value].sum() == pytest.approx(change, abs=1e-9 * scale(before, after))


@examples
@given(lines())
def test_each_line_adds_up_to_its_own_change(sides):
    before, after = (side.filter(pl.col("units") != 0) for side in sides)
    effects = decompose(*sides, CHAIN, KEY)
    wanted = {}
    for side, sign in ((before, -1), (after, 1)):
        for name, contribution in side.select("line", "contribution").iter_rows():
            if contribution is not None:
                wanted[name] = wanted.get(name, 0) + sign * contribution
    found = dict(effects.group_by("line").agg(pl.col("value").sum()).iter_rows())
    assert found == pytest.approx(wanted, abs=1e-9 * scale(before, after))


@examples
@given(lines())
def test_dates_swapped_flip_every_sign(sides):
    forth = by_effect(decompose(*sides, CHAIN, KEY))
    back = by_effect(decompose(*reversed(sides), CHAIN, KEY))
    swapped = {"entrants": "leavers", "leavers": "entrants"}
    turned = {swapped.get(effect, effect): -value for effect, value in back.items()}
    assert forth == pytest.approx(turned, abs=1e-9 * scale(*sides))


@examples
@given(lines(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(sides, random):
    def shuffled(side):
        places = list(range(side.height))
        random.shuffle(places)
        return side[places]

    columns = ["line", "effect"]
    straight = decompose(*sides, CHAIN, KEY).sort(columns)
    other = decompose(*map(shuffled, sides), CHAIN, KEY).sort(columns)
    assert straight.equals(other), "to the last bit"


@examples
@given(lines())
def test_sectors_are_sums_of_lines(sides):
    together = decompose(*sides, CHAIN, ["line", "sector"])
    parts = {}
    for sector in "AB":
        inside = [side.filter(pl.col("sector") == sector) for side in sides]
        for effect, value in by_effect(decompose(*inside, CHAIN, KEY)).items():
            parts[sector, effect] = value
    found = {(s, e): v for s, e, v in together.group_by("sector", "effect").agg(pl.col("value").sum()).iter_rows()}
    assert found == pytest.approx(parts, abs=1e-9 * scale(*sides))


@examples
@given(lines(factor=above_zero, unknown=False), st.lists(above_zero, min_size=12, max_size=12))
def test_a_factor_split_in_two_splits_its_effect(sides, shares):
    # emissions = activity x intensity
    activity = dict(zip(((date, f"L{place}") for date in (0, 1) for place in range(6)), shares, strict=True))
    split = []
    for date, side in enumerate(sides):
        share = [activity[date, name] for name in side["line"]]
        with_share = side.with_columns(activity=pl.Series(share, dtype=pl.Float64))
        split.append(with_share.with_columns(intensity=pl.col("emitted") / pl.col("activity")))
    finer = Chain((*CHAIN.factors[:-1], Factor("activity", "activity"), Factor("intensity", "intensity")), "units")
    whole, parts = by_effect(decompose(*sides, CHAIN, KEY)), by_effect(decompose(*split, finer, KEY))
    if "emissions" in whole:
        whole["emissions"] -= parts.pop("activity") + parts.pop("intensity")
        assert whole.pop("emissions") == pytest.approx(0, abs=1e-8 * scale(*sides))
    assert parts == pytest.approx(whole, abs=1e-8 * scale(*sides))


@examples
@given(lines())
def test_two_columns_of_one_effect_are_one_factor(sides):
    # whatever the signs: the columns of an effect are multiplied before anything is split
    twice = [side.with_columns(half=pl.col("price") / 4, four=pl.lit(4.0)) for side in sides]
    factors = [Factor("half", "price"), Factor("four", "price"), *CHAIN.factors[2:]]
    finer = Chain((CHAIN.factors[0], *factors), "units")
    whole, parts = by_effect(decompose(*sides, CHAIN, KEY)), by_effect(decompose(*twice, finer, KEY))
    assert parts == pytest.approx(whole, abs=1e-9 * scale(*sides))


def shapley(before, after):
    """Sun (1998) as defined: the average, over all orders, of what each factor's change adds. Exact fractions."""
    found = dict.fromkeys(range(len(before)), Fraction(0))
    orders = list(permutations(found))
    for order in orders:
        now = list(before)
        for place in order:
            was = math.prod(now)
            now[place] = after[place]
            found[place] += (math.prod(now) - was) / len(orders)
    return [float(value) for value in found.values()]


fractions = st.fractions(-100, 100, max_denominator=50)
quantity = fractions.filter(lambda value: value != 0)
divisor = st.fractions(Fraction(1, 50), 100, max_denominator=50)


@examples
@given(*[st.tuples(quantity, fractions, divisor, fractions) for _ in range(2)])
def test_shapley_is_the_average_over_all_orders(before, after):
    sides = []
    for units, price, evic, emitted in (before, after):
        row = dict(zip(NAMES, map(float, (units, price, evic, emitted)), strict=True))
        sides.append(pl.DataFrame([{"line": "A", **row, "contribution": float(units * price / evic * emitted)}]))
    effects = decompose(*sides, CHAIN, KEY)
    mine = shapley(*((units, price, 1 / evic, emitted) for units, price, evic, emitted in (before, after)))
    wanted = dict(zip(EFFECTS, mine, strict=True))
    size = max(1.0, *map(abs, mine))
    assert by_effect(effects, "shapley_value") == pytest.approx(wanted, abs=1e-8 * size)
    is_positive = all(value > 0 for side in (before, after) for value in side)
    assert set(effects["method"]) == {"LMDI" if is_positive else "Shapley"}


@examples
@given(*[st.tuples(above_zero, above_zero, above_zero, above_zero) for _ in range(2)])
def test_lmdi_is_the_logarithmic_mean_times_the_logarithms(before, after):
    sides = []
    for values in (before, after):
        row = dict(zip(NAMES, values, strict=True))
        sides.append(
            pl.DataFrame([{"line": "A", **row, "contribution": values[0] * values[1] / values[2] * values[3]}])
        )
    p0, p1 = (side.item(0, "contribution") for side in sides)
    # math.log1p of the relative change: the plain quotient loses its digits where p1 is close to p0
    mean = p0 if p0 == p1 else (p1 - p0) / math.log1p((p1 - p0) / p0)
    signs = (1, 1, -1, 1)
    wanted = {
        effect: sign * mean * math.log(after[place] / before[place])
        for place, (effect, sign) in enumerate(zip(EFFECTS, signs, strict=True))
    }
    assert by_effect(decompose(*sides, CHAIN, KEY)) == pytest.approx(wanted, abs=1e-8 * max(p0, p1), rel=1e-8)


def test_units_that_are_unknown_on_one_date_are_unknown_on_both():
    # 10 units at 5, then only the amount 80 is known: all of 50 -> 80 goes to quantity, nothing to price
    chain = Chain((Factor("units", "quantity"), Factor("price", "price"), Factor("emitted", "emissions")))
    before = pl.DataFrame([{"line": "A", "units": 10.0, "price": 5.0, "emitted": 2.0, "contribution": 100.0}])
    after = before.with_columns(
        units=pl.lit(None, pl.Float64), price=pl.lit(None, pl.Float64), emitted=pl.lit(3.0), contribution=pl.lit(240.0)
    )
    effects = decompose(before, after, chain, KEY)
    # Shapley of 50 -> 80 and 2 -> 3: (80 - 50) x (2 + 3) / 2 = 75; (3 - 2) x (50 + 80) / 2 = 65
    assert by_effect(effects) == pytest.approx({"quantity": 75, "price": 0, "emissions": 65})
    assert set(effects["method"]) == {"Shapley"}


def test_factors_that_do_not_give_the_contribution_are_refused():
    row = {"line": "A", "units": 2.0, "price": 3.0, "evic": 4.0, "emitted": 8.0, "contribution": 12.0}
    wrong = pl.DataFrame([row | {"contribution": 12.1}])
    with pytest.raises(ValueError, match=r"1 lines are not the product of their factors, first \['A'\]: 12\.1"):
        decompose(pl.DataFrame([row]), wrong, CHAIN, KEY)


def test_twice_the_same_lines_give_the_same_effects_to_the_last_bit():
    # six effects are sums of 32 terms: added in the order in which threads come, one run in three differs
    draw, names = random.Random(20), [f"f{place}" for place in range(6)]
    chain = Chain(tuple(Factor(name, name) for name in names))
    sides = []
    for _ in range(2):
        columns = {name: [draw.uniform(0.01, 100) for _ in range(20_000)] for name in names}
        side = pl.DataFrame({"line": [f"L{place}" for place in range(20_000)], **columns})
        sides.append(side.with_columns(contribution=reduce(operator.mul, map(pl.col, names))))
    first = decompose(*sides, chain, KEY).sort("line", "effect")
    for _ in range(10):
        assert decompose(*sides, chain, KEY).sort("line", "effect").equals(first)
