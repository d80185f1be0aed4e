"""Yearly accounts of the issuers, in their own currency, with the deliberate faults.

Assumptions
* Market capitalisation follows the issuer's share price at its fiscal year end; debt grows 2 % a year.
* `evic` is filled for two issuers in three and then equals the sum of its known parts, so that a reader which
  prefers the column and one which adds the parts agree (except for the negative one, which is a fault).
* A fiscal year is named after the calendar year in which it ends.
* Exchange rates of 2022-12 turn the EUR size of an issuer into its own currency for every year.
"""

from datetime import date, timedelta

from generator.base import FISCAL_YEARS, REFERENCE_MONTH, Row, money, month, month_end, stream
from generator.fx import rate
from generator.issuers import Issuer, roster
from generator.market import issuer_level

WITHOUT_ACCOUNTS = {"small-24", "neo-vehicle", "neo-joint", "health-09"}
ROUNDING = 100_000


def published(key: object, year: int) -> date:
    """Return a publication date between March and the end of May after the fiscal year."""
    return date(year + 1, 3, 1) + timedelta(days=stream("published", key, year).randrange(90))


def known(day: date, key: object) -> date:
    """Return when the mutual received what was published on `day`: at most 25 days later."""
    return day + timedelta(days=2 + stream("known", key, day).randrange(24))


def _amount(value: float, issuer: Issuer) -> str:
    """Turn million EUR into units of the issuer's currency, rounded to 100,000 (1,000 for private ones)."""
    step = ROUNDING if issuer.listed else 1000
    units = value * 1e6 * rate(REFERENCE_MONTH, issuer.currency)
    return money(round(units / step) * step)


def _parts(issuer: Issuer, year: int) -> dict[str, float]:
    """Return the accounts of a year in million EUR."""
    sector = issuer.activity
    draw = stream("accounts", issuer.key, year)
    growth = 1.02 ** (year - 2022)
    debt_share = sector.debt_ratio / (1 + sector.debt_ratio) if sector.debt_ratio > 1 else sector.debt_ratio
    debt = issuer.size * debt_share * growth * draw.uniform(0.97, 1.03)
    equity_value = issuer.size * (1 - debt_share)
    parts = {
        "total_debt": debt,
        "revenue": issuer.size * sector.revenue_ratio * growth * draw.uniform(0.95, 1.05),
    }
    if issuer.listed:
        fiscal_close = month(year, issuer.fiscal_end)
        parts["market_cap"] = equity_value * issuer_level(issuer.key, fiscal_close)
        parts["total_equity"] = equity_value * 0.55 * growth
        if stream("minority", issuer.key).random() < 0.6:
            parts["minority_interest"] = issuer.size * 0.015 * growth
    else:
        parts["total_equity"] = equity_value * growth * draw.uniform(0.97, 1.03)
    if issuer.financial and issuer.listed:
        parts["deposits"] = issuer.size * 4 * growth if issuer.sector == "bank" else 0.0
    parts["total_assets"] = 1.25 * (parts["total_equity"] + debt) + parts.get("deposits", 0.0)
    return parts


def _apply_faults(issuer: Issuer, year: int, parts: dict[str, float]) -> dict[str, float]:
    """Remove or spoil what the deliberate faults say."""
    gone = {
        "no_market_cap": ("market_cap", "total_assets"),
        "no_total_debt": ("total_debt",),
        "no_minority": ("minority_interest",),
        "no_deposits": ("deposits",),
    }
    for fault, names in gone.items():
        if fault in issuer.faults:
            for name in names:
                parts.pop(name, None)
    if "negative_equity" in issuer.faults and year >= 2021:
        parts["total_equity"] = -0.08 * issuer.size
    return parts


def _evic(issuer: Issuer, year: int, parts: dict[str, float]) -> float | None:
    """Return the enterprise value when the supplier gives it."""
    if "negative_evic" in issuer.faults and year == 2022:
        return -issuer.size
    complete = "market_cap" in parts and "total_debt" in parts
    if not complete or ("no_deposits" in issuer.faults) or stream("evic", issuer.key).random() > 0.66:
        return None
    return sum(parts.get(name, 0.0) for name in ("market_cap", "total_debt", "minority_interest", "deposits"))


def _row(issuer: Issuer, year: int, published_on: date, factor: float = 1.0) -> Row:
    """Write one account row."""
    parts = _apply_faults(issuer, year, _parts(issuer, year))
    if factor != 1.0:
        parts = {name: value * (factor if name != "market_cap" else 1.0) for name, value in parts.items()}
    texts = {name: _amount(value, issuer) for name, value in parts.items()}
    evic = _evic(issuer, year, parts)
    if evic is not None and evic > 0:
        names = ("market_cap", "total_debt", "minority_interest", "deposits")
        texts["evic"] = money(sum(float(texts.get(name, "0")) for name in names))
    elif evic is not None:
        texts["evic"] = _amount(evic, issuer)
    source = "comptes_publies" if issuer.listed else "liasse_fiscale"
    return {
        "issuer_id": issuer.issuer_id,
        "fiscal_year": str(year),
        "period_end": month_end(month(year, issuer.fiscal_end)).isoformat(),
        "currency": issuer.currency,
        **texts,
        "source": source,
        "published_on": published_on.isoformat(),
        "known_from": known(published_on, (issuer.key, "accounts")).isoformat(),
    }


def rows() -> list[Row]:
    """Return the `issuer_financials` dataset."""
    result = []
    for issuer in roster().values():
        if issuer.group in {"state", "file"} or issuer.key in WITHOUT_ACCOUNTS:
            continue
        if not issuer.listed and issuer.financial:
            continue  # no rule says whether an unlisted bank's deposits count: none has accounts
        for year in FISCAL_YEARS:
            first = published((issuer.key, "accounts"), year)
            result.append(_row(issuer, year, first))
            if "restated" in issuer.faults and year == 2021:
                result.append(_row(issuer, year, published((issuer.key, "restated"), year + 1), factor=1.04))
    return result
