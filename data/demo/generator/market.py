"""Markets of the fictional world: an equity index, one path per issuer, a yield curve point, bond prices.

Assumption: paths are smooth between the year-end levels below; they resemble the period without copying it.
"""

from functools import cache
from math import exp, log

from generator.base import REFERENCE_MONTH, month, stream

EQUITY_LEVELS = {
    month(2016, 12): 84.0, month(2017, 12): 92.0, month(2018, 12): 83.0, month(2019, 12): 100.0,
    month(2020, 3): 80.0, month(2020, 12): 98.0, month(2021, 12): 119.0, month(2022, 9): 99.0,
    month(2022, 12): 107.0, month(2023, 12): 121.0, month(2024, 12): 127.0, month(2025, 3): 129.0,
    month(2025, 12): 138.0,
}  # fmt: skip
YIELD_LEVELS = {
    month(2016, 12): 0.9, month(2019, 12): 0.5, month(2020, 3): 1.1, month(2020, 12): 0.2,
    month(2021, 12): 0.5,
    month(2022, 9): 3.2, month(2022, 12): 3.4, month(2023, 9): 3.7, month(2023, 12): 2.9,
    month(2024, 12): 2.8, month(2025, 12): 3.0,
}  # fmt: skip
PATH_START = month(2016, 12)
PATH_END = month(2025, 12)


def _between(levels: dict[int, float], k: int, geometric: bool) -> float:
    """Interpolate between the two nearest levels."""
    if k in levels:
        return levels[k]
    before = max(point for point in levels if point < k)
    after = min(point for point in levels if point > k)
    weight = (k - before) / (after - before)
    if geometric:
        return exp((1 - weight) * log(levels[before]) + weight * log(levels[after]))
    return (1 - weight) * levels[before] + weight * levels[after]


@cache
def equity_index(k: int) -> float:
    """Return the equity market, 100 at 2019-12."""
    return _between(EQUITY_LEVELS, k, geometric=True)


@cache
def base_yield(k: int) -> float:
    """Return the reference yield in percent."""
    return _between(YIELD_LEVELS, k, geometric=False)


@cache
def issuer_path(key: str) -> tuple[float, ...]:
    """Return the share price of an issuer from 2016-12 to 2025-12, 1 at the reference month."""
    draw = stream("path", key)
    beta = draw.uniform(0.7, 1.2)
    drift, own, path = draw.uniform(-0.03, 0.03) / 12, 0.0, []
    for k in range(PATH_START, PATH_END + 1):
        own = 0.93 * own + draw.gauss(drift, 0.022)
        path.append(exp(beta * log(equity_index(k) / 100) + own))
    anchor = path[REFERENCE_MONTH - PATH_START]
    return tuple(value / anchor for value in path)


def issuer_level(key: str, k: int) -> float:
    """Return the relative share price of an issuer at a month."""
    return issuer_path(key)[min(max(k, PATH_START), PATH_END) - PATH_START]


def bond_price(coupon: float, maturity: int, k: int, spread: float) -> float:
    """Return a dirty price in percent, kept between 80 and 105 as in the books of the period."""
    years = max(maturity - k, 0) / 12
    rate = max(base_yield(k) + spread, 0.05) / 100
    discount = (1 + rate) ** -years
    price = coupon / rate * (1 - discount) + 100 * discount
    return float(min(max(price, 80.0), 105.0))
