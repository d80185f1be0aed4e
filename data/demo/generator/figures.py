"""Plain-python figures from the written rows, independent of the pipeline and of the generator's own sizes.

Rules applied (architecture section 4 and 5, methodology 1.3 and 7)
* Look-through: a line with `fund_id` (or a TPT fund line whose field 14 is a known portfolio) is replaced by
  the lines of that fund times line value / fund value, to any depth; a fund without lines stays one opaque
  line.
* Roots are the portfolios which no line refers to as its fund. A looked-through line takes the root line's
  pocket.
* Corporate classes: see `CORPORATE`. Outstanding = market value EUR for equity, else nominal (else book, else
  market value) at the month-end rate, times the look-through ratio.
* Denominator, at the month-end rate, from the latest fiscal year whose `period_end` is not after the month
  end and at most 3 calendar years old; for one year the latest `known_from` wins. Listed: market cap + debt +
  minorities + deposits (financial companies must know them, else total assets); without its parts, the `evic`
  column if positive, else total assets. Unlisted: max(equity, 0) + debt, else total assets.
* Emissions: latest fiscal year with both scopes, same age limit (fiscal year not after the month's year,
  period end from the accounts when known); for one issuer, year, scope and source the latest `known_from`,
  then the best basis. Scope 2 market-based, else location-based.
* Covered = both known and attribution factor at most 1. Footprint = financed / outstanding of covered lines,
  per million EUR. Everything in the files counts as known.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from generator.base import Row, month_end
from generator.fx import rate
from generator.holdings import Inventory

CORPORATE = {
    "listed_equity", "corporate_bond", "covered_bond", "unlisted_equity", "private_debt", "loan",
    "project_finance",
}  # fmt: skip
EQUITY = {"listed_equity", "unlisted_equity"}
BASES = ("reported_verified", "reported", "energy", "production", "revenue_estimate", "asset_estimate")
CIC_CLASS = {
    "11": "sovereign_bond", "12": "supranational_bond", "13": "sub_sovereign_bond", "21": "corporate_bond",
    "22": "corporate_bond", "26": "covered_bond", "31": "listed_equity",
}  # fmt: skip
MAX_AGE = 3


@dataclass(frozen=True)
class Leaf:
    """An expanded line: its row, value, look-through ratio, and the lines above it (nearest first)."""

    row: Row
    value: float
    ratio: float
    pocket: str
    above: tuple[Row, ...] = ()


@dataclass
class Known:
    """Issuer data indexed for reading."""

    listed: dict[str, bool]
    financial: dict[str, bool]
    accounts: dict[str, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    emissions: dict[tuple[str, int, str], float] = field(default_factory=dict)
    years: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def asset_class(row: Row) -> str:
    """Return the class of a row, from the CIC when absent."""
    if row.get("asset_class"):
        return row["asset_class"]
    code = row["cic"][2:]
    if code[0] in "ABCDEF":
        return "derivative"
    return {"7": "cash", "4": "fund"}.get(code[0]) or CIC_CLASS[code]


def from_tpt(fields: Row, funds: set[str]) -> Row:
    """Turn TPT fields into a canonical row; a fund unit points to the portfolio named in field 14."""
    points = fields["12"][2] == "4" and fields["14"] in funds
    return {
        "portfolio_id": fields["1"], "line_id": "", "instrument_id": fields["14"], "cic": fields["12"],
        "asset_class": "", "issuer_id": fields.get("47", ""), "currency": fields["21"],
        "nominal_amount": fields.get("19", ""), "market_value": fields["22"],
        "market_value_eur": fields["24"],
        "pocket": "", "fund_id": fields["14"] if points else "",
    }  # fmt: skip


def value_eur(row: Row, k: int) -> float:
    """Return the value of a row in EUR."""
    return float(row["market_value_eur"]) if row.get("market_value_eur") else (
        float(row["market_value"]) / rate(k, row["currency"])
    )  # fmt: skip


def expand(one: Inventory, default_pocket: dict[str, str]) -> list[Leaf]:
    """Return the leaves of the root portfolios of a month."""
    book: dict[str, list[Row]] = defaultdict(list)
    for row in one.rows:
        book[row["portfolio_id"]].append(row)
    funds = set(book) | {file.fund for file in one.files}
    for file in one.files:
        book[file.fund] = [from_tpt(fields, funds) for fields in file.rows]
    totals = {name: sum(value_eur(row, one.month) for row in rows) for name, rows in book.items()}
    inner = {row["fund_id"] for rows in book.values() for row in rows if row.get("fund_id")}

    def walk(row: Row, ratio: float, pocket: str, above: tuple[Row, ...]) -> list[Leaf]:
        fund, value = row.get("fund_id", ""), value_eur(row, one.month) * ratio
        if not fund or fund not in book:
            return [Leaf(row, value, ratio, pocket, above)]
        return [leaf for line in book[fund] for leaf in walk(line, value / totals[fund], pocket, (row, *above))]

    return [
        leaf
        for name, rows in book.items()
        if name not in inner
        for row in rows
        for leaf in walk(row, 1.0, row["pocket"] or default_pocket[name], ())
    ]


def index(issuers: list[Row], accounts: list[Row], emissions: list[Row]) -> Known:
    """Index issuer data: latest knowledge per key, then best basis per issuer, year and scope."""
    known = Known(
        {row["issuer_id"]: row["is_listed"] == "true" for row in issuers},
        {row["issuer_id"]: row["is_financial"] == "true" for row in issuers},
    )
    for row in sorted(accounts, key=lambda row: row["known_from"]):
        known.accounts[row["issuer_id"]][int(row["fiscal_year"])] = row
    latest: dict[tuple[str, int, str, str], Row] = {}
    for row in sorted(emissions, key=lambda row: row["known_from"]):
        latest[row["issuer_id"], int(row["fiscal_year"]), row["scope"], row["source"]] = row
    for (issuer, year, scope, _), row in sorted(
        latest.items(), key=lambda item: BASES.index(item[1]["basis"]), reverse=True
    ):
        known.emissions[issuer, year, scope] = float(row["tco2e"])
        known.years[issuer].add(year)
    return known


def denominator(known: Known, issuer: str, k: int) -> float | None:
    """Return the enterprise value or equity plus debt of an issuer at a month, in EUR."""
    day = month_end(k)
    years = [
        year
        for year, row in known.accounts.get(issuer, {}).items()
        if row["period_end"] <= day.isoformat() and day.year - year <= MAX_AGE
    ]
    if not years:
        return None
    row = known.accounts[issuer][max(years)]

    def number(name: str) -> float | None:
        return float(row[name]) if row.get(name) else None

    cap, debt, equity, assets = map(number, ("market_cap", "total_debt", "total_equity", "total_assets"))
    amount: float | None
    if not known.listed[issuer]:
        amount = assets if equity is None or debt is None else max(equity, 0.0) + debt
    elif known.financial[issuer] and number("deposits") is None:
        amount = assets
    elif cap is not None and debt is not None:
        amount = cap + debt + (number("minority_interest") or 0.0) + (number("deposits") or 0.0)
    else:
        stated = number("evic")
        amount = stated if stated is not None and stated > 0 else assets
    return None if not amount or amount <= 0 else amount / rate(k, row["currency"])


def emissions_1_2(known: Known, issuer: str, k: int) -> float | None:
    """Return scope 1 plus scope 2 of the latest usable fiscal year."""
    day = month_end(k)
    for year in sorted(known.years.get(issuer, ()), reverse=True):
        row = known.accounts.get(issuer, {}).get(year)
        if (row["period_end"] if row else f"{year}-12-31") > day.isoformat():
            continue
        if day.year - year > MAX_AGE:
            return None
        first = known.emissions.get((issuer, year, "1"))
        second = known.emissions.get((issuer, year, "2_market"), known.emissions.get((issuer, year, "2_location")))
        if first is not None and second is not None:
            return first + second
    return None


def outstanding(leaf: Leaf, k: int) -> float:
    """Return the amount attributed, in EUR."""
    if asset_class(leaf.row) in EQUITY:
        return leaf.value
    for name in ("nominal_amount", "book_value"):
        if leaf.row.get(name):
            return float(leaf.row[name]) / rate(k, leaf.row["currency"]) * leaf.ratio
    return leaf.value


def carbon(leaves: list[Leaf], known: Known, k: int) -> dict[str, float]:
    """Return financed emissions, covered and eligible amounts, and the footprint."""
    financed = covered = eligible = 0.0
    above_one = 0
    for leaf in leaves:
        if asset_class(leaf.row) not in CORPORATE:
            continue
        amount, issuer = outstanding(leaf, k), leaf.row["issuer_id"]
        eligible += amount
        if issuer not in known.listed:
            continue
        base, tonnes = denominator(known, issuer, k), emissions_1_2(known, issuer, k)
        if base is None or tonnes is None:
            continue
        if amount > base:
            above_one += 1
            continue
        financed, covered = financed + amount / base * tonnes, covered + amount
    return {
        "financed_tco2e": financed, "covered_eur": covered, "eligible_eur": eligible,
        "lines_above_one": above_one,
        "coverage_ratio": covered / eligible, "footprint": financed / covered * 1e6,
    }  # fmt: skip
