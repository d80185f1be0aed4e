"""Lines in EUR, and funds replaced by what they hold, to any depth (architecture.md 5, methodology D17)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline_tests.carbon.second_opinion.numbers import Amount, divide, published, ratio, times, total
from impact_pipeline_tests.carbon.second_opinion.reading import Row

WHOLE = Amount(Decimal(1))


@dataclass(frozen=True)
class Position:
    """One line as a portfolio owns it, directly or through funds; amounts in EUR."""

    portfolio_id: str
    line_id: str
    path: str
    asset_class: str
    pocket: str
    issuer_id: str | None
    market: Amount | None
    nominal: Amount | None
    book: Amount | None
    instrument_id: str | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Portfolio, line and path."""
        return self.portfolio_id, self.line_id, self.path


@dataclass(frozen=True)
class Book:
    """The positions of every portfolio, and which portfolios are the entity's own (no line holds them as a fund)."""

    positions: list[Position]
    roots: set[str]


def positions(holdings: Iterable[Row], portfolios: Iterable[Row], fx: Mapping[str, Decimal]) -> Book:
    """Every portfolio's lines with its funds looked through."""
    default_pocket = {row["portfolio_id"]: row.get("pocket") for row in portfolios}
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in holdings:
        lines[row["portfolio_id"]].append(_in_eur(row, fx))
    values = {portfolio: total(line["market"] for line in held) for portfolio, held in lines.items()}
    funds = {line.get("fund_id") for held in lines.values() for line in held}
    found = [
        position
        for portfolio, held in lines.items()
        for line in held
        for position in _walk(line, portfolio, lines, values, line.get("pocket") or default_pocket.get(portfolio))
    ]
    return Book(found, set(lines) - funds)


def _in_eur(row: Row, fx: Mapping[str, Decimal]) -> Row:
    rate = fx.get(row.get("currency") or "")

    def eur(amount: Decimal | None) -> Amount | None:
        return None if amount is None or rate is None else published(divide(amount, rate))

    stated = row.get("market_value_eur")
    return {
        **row,
        "market": published(stated) if stated is not None else eur(row.get("market_value")),
        "nominal": eur(row.get("nominal_amount")),
        "book": eur(row.get("book_value")),
    }


def _walk(
    line: Row,
    portfolio: str,
    lines: Mapping[str, list[Row]],
    values: Mapping[str, Amount | None],
    pocket: str | None,
    scale: Amount | None = WHOLE,
    path: tuple[str, ...] = (),
) -> Iterator[Position]:
    """The line itself, or each line of the fund it holds times (line value / fund value)."""
    fund = line.get("fund_id")
    fund_value = values.get(fund) if fund else None
    if fund is None or fund_value is None or not fund_value.value:
        yield Position(
            portfolio, line["line_id"], ">".join(path), line["asset_class"], pocket or "other", line.get("issuer_id"),
            *(_scaled(line[name], scale, path) for name in ("market", "nominal", "book")),
            line.get("instrument_id"),
        )  # fmt: skip
        return
    share = _product(scale, ratio(line["market"], fund_value))
    for inside in lines[fund]:
        yield from _walk(inside, portfolio, lines, values, pocket, share, (*path, line["line_id"], fund))


def _product(a: Amount | None, b: Amount | None) -> Amount | None:
    if a is None or b is None:
        return None
    return Amount(times(a.value, b.value), abs(a.value) * b.doubt + abs(b.value) * a.doubt)


def _scaled(amount: Amount | None, scale: Amount | None, path: tuple[str, ...]) -> Amount | None:
    if not path:
        return amount
    exact = _product(amount, scale)
    return None if exact is None else published(exact.value, exact.doubt)
