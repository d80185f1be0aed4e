"""Holdings lines: what a line is, and its canonical row for a month.

Assumptions
* A size is a market value (equities, units, property) or a nominal amount (bonds, loans) in million EUR at
  31/12/2022, before the factor which gives each pocket its public weight.
* Equities follow their issuer's path and are resized by up to 8 % a quarter; bonds keep their nominal until
  they mature and are then replaced by a new bond of the same issuer; loans amortise 6 % a year.
"""

from dataclasses import dataclass, replace

from generator.base import (
    FIRST_MONTH,
    LAST_MONTH,
    REFERENCE_MONTH,
    Row,
    money,
    month,
    month_end,
    plain,
    stream,
)
from generator.fx import rate
from generator.ids import make_isin
from generator.issuers import roster
from generator.market import base_yield, bond_price, equity_index, issuer_level

COLUMNS = [
    "as_of_date",
    "portfolio_id",
    "line_id",
    "instrument_id",
    "instrument_name",
    "cic",
    "asset_class",
    "issuer_id",
    "currency",
    "quantity",
    "nominal_amount",
    "market_value",
    "book_value",
    "market_value_eur",
    "pocket",
    "use_of_proceeds",
    "fund_id",
    "guarantor_id",
    "underlying_issuer_id",
]


@dataclass(frozen=True)
class Line:
    """One position through time."""

    line_id: str
    portfolio: str
    kind: str  # equity, bond, loan, valued, property, cash, units, lookthrough, weight
    name: str
    size: float
    issuer: str = ""
    instrument: str = ""
    cic: str = ""
    asset_class: str = ""
    currency: str = "EUR"
    pocket: str = ""
    group: str = "return"  # which scaling factor applies: strategic, return, other
    start: int = FIRST_MONTH
    end: int = LAST_MONTH
    maturity: int = 0
    coupon: float = 0.0
    spread: float = 1.0
    use_of_proceeds: str = ""
    fund_id: str = ""
    fund_share: float = 1.0  # part of the looked-through fund which the line holds
    guarantor: str = ""
    underlying: str = ""
    issuer_id: str = ""  # overrides the issuer's own id: deliberate faults
    drift: float = 0.02
    original_fund: str = ""  # TPT field 95

    def held(self, k: int) -> bool:
        """Say whether the line is in the book at month `k`."""
        return self.start <= k <= self.end


def issuer_code(line: Line) -> str:
    """Return the issuer id written on the line."""
    return line.issuer_id or (roster()[line.issuer].issuer_id if line.issuer else "")


def resize(line: Line, k: int) -> float:
    """Return the trading factor of an equity line: a slow walk of quarterly steps around 1."""
    level = 1.0
    for quarter in range((REFERENCE_MONTH // 3), k // 3):
        level *= 1 + stream("trade", line.line_id, quarter).uniform(-0.06, 0.06)
    for quarter in range(k // 3, REFERENCE_MONTH // 3):
        level *= 1 + stream("trade", line.line_id, quarter).uniform(-0.06, 0.06)
    return level


def valuation(line: Line, k: int, scale: float) -> Row:
    """Return quantity, nominal, market value and book value of a line, in its currency."""
    amount = line.size * scale * 1e6 * rate(REFERENCE_MONTH, line.currency)
    if line.kind == "equity":
        price = stream("price", line.instrument).uniform(15, 180)
        if line.currency == "JPY":
            price *= 100
        quantity = round(amount / price * resize(line, k))
        return {
            "quantity": str(quantity),
            "market_value": money(quantity * price * issuer_level(line.issuer, k)),
        }
    if line.kind == "bond":
        nominal = round(amount / 1000) * 1000
        price = bond_price(line.coupon, line.maturity, k, line.spread) / 100
        bought = bond_price(line.coupon, line.maturity, line.start, line.spread) / 100
        return {
            "nominal_amount": money(nominal), "market_value": money(nominal * price),
            "book_value": money(nominal * bought),
        }  # fmt: skip
    if line.kind == "loan":
        balance = round(amount * (1 - 0.005 * (k - REFERENCE_MONTH)), 2)
        return {
            "nominal_amount": money(balance), "market_value": money(balance * 0.988),
            "book_value": money(balance),
        }  # fmt: skip
    if line.kind == "units":
        price = 100 * (equity_index(k) / equity_index(REFERENCE_MONTH)) ** line.drift
        quantity_units = round(amount / 100, 3)
        return {"quantity": plain(quantity_units, 3), "market_value": money(quantity_units * price)}
    if line.kind == "weight":
        return {"market_value": money(amount * (equity_index(k) / equity_index(REFERENCE_MONTH)) ** 0.5)}
    if line.kind == "cash":
        return {"market_value": money(amount * stream("cash", line.line_id, k).uniform(0.9, 1.1))}
    quarter = (k + 1) // 3 * 3
    level = (1 + line.drift) ** ((quarter - REFERENCE_MONTH - 1) / 12)
    value = amount * level * stream("value", line.line_id, quarter).uniform(0.99, 1.01)
    return {"market_value": money(value), "book_value": money(amount * 0.82)}


def describe(line: Line, k: int) -> Row:
    """Return the columns of a canonical row that do not depend on its value."""
    return {
        "as_of_date": month_end(k).isoformat(), "portfolio_id": line.portfolio, "line_id": line.line_id,
        "instrument_id": line.instrument, "instrument_name": line.name, "cic": line.cic,
        "asset_class": line.asset_class, "issuer_id": issuer_code(line), "currency": line.currency,
        "pocket": line.pocket,
        "use_of_proceeds": line.use_of_proceeds or ("none" if line.kind == "bond" else ""),
        "fund_id": line.fund_id,
        "guarantor_id": roster()[line.guarantor].issuer_id if line.guarantor else "",
        "underlying_issuer_id": roster()[line.underlying].issuer_id if line.underlying else "",
    }  # fmt: skip


def equity(portfolio: str, line_id: str, issuer: str, size: float, **traits: object) -> Line:
    """Return a listed share line; the ISIN belongs to the issuer and the share class."""
    who = roster()[issuer]
    fields: dict[str, object] = {
        "line_id": line_id, "portfolio": portfolio, "kind": "equity", "name": f"{who.name} action",
        "size": size,
        "issuer": issuer, "instrument": make_isin(f"{issuer}:A", who.country), "cic": f"{who.country}31",
        "asset_class": "listed_equity", "currency": who.currency,
    }  # fmt: skip
    return Line(**(fields | traits))  # type: ignore[arg-type]


def bonds(portfolio: str, line_id: str, issuer: str, size: float, **traits: object) -> list[Line]:
    """Return a bond and the bonds that replace it after maturity, until the end of the demo."""
    who = roster()[issuer]
    asset_class = str(traits.get("asset_class", "corporate_bond"))
    cic = {
        "sovereign_bond": "11",
        "supranational_bond": "12",
        "sub_sovereign_bond": "13",
        "covered_bond": "26",
    }
    draw = stream("bond", line_id)
    start = int(str(traits.get("start", FIRST_MONTH)))
    last = int(str(traits.get("end", LAST_MONTH)))
    spread = 0.3 if asset_class == "sovereign_bond" else draw.uniform(0.7, 2.2)
    chain: list[Line] = []
    while start <= last:
        maturity = start + draw.randrange(18 if not chain else 48, 110)
        issued = start - (draw.randrange(0, 30) if not chain else 0)
        coupon = round(max(base_yield(max(issued, month(2017, 1))) + spread, 0.1) * 8) / 8
        number = f"{line_id}{'abcdefgh'[len(chain)]}"
        label = f"{who.name} {plain(coupon, 3)} % {1 + maturity % 12:02}/{maturity // 12}"
        bond = Line(
            number, portfolio, "bond", label, size, issuer, make_isin(f"{issuer}:{number}", who.country),
            f"{'XL' if not who.listed and who.group != 'state' else who.country}{cic.get(asset_class, '21')}",
            asset_class, "USD" if who.country == "US" else "EUR", start=start, end=min(maturity - 1, last),
            maturity=maturity, coupon=coupon, spread=spread,
        )  # fmt: skip
        kept = {name: value for name, value in traits.items() if name not in {"start", "end"}}
        chain.append(replace(bond, **kept))  # type: ignore[arg-type]
        start = maturity
    return chain


def window(line: Line) -> Line:
    """Give a quarter of the lines an entry or an exit during the demo."""
    draw = stream("window", line.line_id)
    chance, moment = draw.random(), draw.randrange(FIRST_MONTH + 4, LAST_MONTH - 3)
    if chance < 0.12:
        return replace(line, start=moment)
    if chance < 0.24:
        return replace(line, end=moment)
    return line
