"""Holdings of a month: canonical rows of the roots and of the published funds, TPT files of the two others.

Assumption: the value of a looked-through fund is the sum of its lines in EUR at month-end rates (for TPT,
field 5), and the line which holds it is worth that value times the part held. Units are priced as the TPT says,
at 100 where the fund states no price.
"""

from collections.abc import Callable
from dataclasses import dataclass

from generator import book, tpt
from generator.base import MONTHS, REFERENCE_MONTH, Row, money
from generator.fx import rate
from generator.lines import Line, describe, valuation

TARGET_TOTAL = 2.9e9
TARGET_POCKETS = {"strategic": 0.39, "return": 0.49, "other": 0.12}
EURO_ONLY = {book.OPEN_CLIMATE, book.OPEN_MIXED, book.OPEN_CREDIT, book.HEALTH}
BOTH_VALUES = {book.GENERAL}
PUBLISHED_FUNDS = (book.NESTED, book.OPEN_CLIMATE, book.OPEN_MIXED, book.OPEN_CREDIT, book.HEALTH)
TPT_FUNDS = (book.FUND_1, book.FUND_2)


@dataclass(frozen=True)
class Inventory:
    """What is delivered for one month."""

    month: int
    rows: list[Row]
    files: list[tpt.Delivery]


def euro_value(row: Row, k: int) -> float:
    """Return the market value of a canonical row in EUR."""
    if row.get("market_value_eur"):
        return float(row["market_value_eur"])
    return float(row["market_value"]) / rate(k, row["currency"])


def _row(line: Line, k: int, figures: Row) -> Row:
    """Write a canonical row; EUR values go to either column, or to both, according to the portfolio."""
    row = describe(line, k) | figures
    if line.currency == "EUR" and line.portfolio in EURO_ONLY | BOTH_VALUES:
        row["market_value_eur"] = row["market_value"]
        if line.portfolio in EURO_ONLY:
            row["market_value"] = ""
    return row


def inventory(k: int, scales: dict[str, float]) -> Inventory:
    """Build the deliveries of one month, inner funds first."""
    held: dict[str, list[Line]] = {}
    for line in book.lines():
        if line.held(k):
            held.setdefault(line.portfolio, []).append(line)
    values: dict[str, float] = {}
    rows: list[Row] = []

    def plain_row(line: Line) -> Row:
        return _row(line, k, valuation(line, k, scales.get(line.group, 1.0)))

    for fund in PUBLISHED_FUNDS:
        fund_rows = [plain_row(line) for line in held.get(fund, [])]
        values[fund] = round(sum(euro_value(row, k) for row in fund_rows), 2)
        rows += fund_rows
    files = [tpt.deliver(fund, held[fund], k, scales["return"], values) for fund in TPT_FUNDS]
    values |= {file.fund: float(file.nav) for file in files}
    for portfolio in (book.GENERAL, book.CREDIT, book.SHARES, book.JOBS):
        for line in held[portfolio]:
            rows.append(_units(line, k, values) if line.kind == "lookthrough" else plain_row(line))
    return Inventory(k, rows, files)


def _units(line: Line, k: int, values: dict[str, float]) -> Row:
    """Write units of a looked-through fund; the bond mandate holds what the account leaves of fund 1."""
    value = round(values[line.fund_id] * line.fund_share, 2)
    if line.line_id == "OB-fonds-1":
        value = values[line.fund_id] - round(values[line.fund_id] * book.FUND_1_GENERAL_SHARE, 2)
    unit_price = values[line.fund_id] / tpt.SHARES.get(line.fund_id, values[line.fund_id] / 100)
    return _row(line, k, {"quantity": f"{value / unit_price:.4f}", "market_value": money(value)})


def pocket_of(row: Row) -> str:
    """Return the pocket of a root row: its own, or the return pocket of its portfolio."""
    return row["pocket"] or "return"


def root_rows(one: Inventory) -> list[Row]:
    """Return the rows of the root portfolios."""
    roots = {book.GENERAL, book.CREDIT, book.SHARES, book.JOBS}
    return [row for row in one.rows if row["portfolio_id"] in roots]


def solve_scales() -> dict[str, float]:
    """Find the factors that give the pockets their public weights at the reference month."""
    scales = dict.fromkeys(TARGET_POCKETS, 1.0)
    for _ in range(4):  # funds hold fixed amounts (margin, swap), so one pass is not exact
        one = inventory(REFERENCE_MONTH, scales)
        totals = dict.fromkeys(TARGET_POCKETS, 0.0)
        for row in root_rows(one):
            pocket = pocket_of(row)
            totals[pocket if pocket in totals else "other"] += euro_value(row, REFERENCE_MONTH)
        for pocket, share in TARGET_POCKETS.items():
            scales[pocket] *= TARGET_TOTAL * share / totals[pocket]
    return scales


def all_months(tell: Callable[[str], None]) -> list[Inventory]:
    """Build every month with the solved factors."""
    scales = solve_scales()
    tell("pocket factors " + ", ".join(f"{name} {value:.4f}" for name, value in scales.items()))
    return [inventory(k, scales) for k in MONTHS]
