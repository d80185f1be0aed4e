"""What is known of companies, countries and currencies on the run's day: methodology sheet, 1.3 to 1.5 and 7."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from impact_pipeline_tests.carbon.second_opinion.numbers import Amount, divide, published
from impact_pipeline_tests.carbon.second_opinion.reading import ALWAYS, Row

ZERO = Decimal(0)
#: Days after which a rate is no longer the month end's.
MAX_RATE_AGE = dt.timedelta(days=31)
#: Table 5.1-2: option of the basis -> score; of equal scores the company's own report comes first.
BASES = ("reported_verified", "reported", "energy", "production", "revenue_estimate", "asset_estimate")
SCORES = dict(zip(BASES, (1, 2, 2, 3, 4, 5), strict=True))


@dataclass(frozen=True)
class Method:
    """The run: its month end, the day it knows until, and the choices of methodology.yaml."""

    as_of: dt.date
    known_as_of: dt.date
    scope_2_preferred: str = "market"
    debt_outstanding: str = "nominal"
    max_emissions_age_years: int = 3
    max_financials_age_years: int = 3
    max_fund_declaration_age_months: int = 18


@dataclass(frozen=True)
class Company:
    """Emissions of a company: scopes 1+2 of one year, scope 3 of its own, each with its score."""

    scope_1: Decimal | None = None
    scope_2: Decimal | None = None
    scope_3: Decimal | None = None
    score_1_2: int | None = None
    score_3: int | None = None


@dataclass(frozen=True)
class Sheet:
    """Balance sheet of the year used, in EUR; a denominator is None when it cannot be built."""

    evic: Amount | None
    evic_basis: str | None
    equity_debt: Amount | None
    equity_debt_basis: str | None
    revenue: Amount | None


def known(rows: Iterable[Row], method: Method) -> list[Row]:
    """Facts received by the run's day."""
    return [row for row in rows if (row.get("known_from") or ALWAYS) <= method.known_as_of]


def last_words(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[Row]:
    """Per key the row received last."""
    last: dict[Any, Row] = {}
    for row in rows:
        kept = last.get(key(row))
        if kept is None or (row.get("known_from") or ALWAYS) > (kept.get("known_from") or ALWAYS):
            last[key(row)] = row
    return list(last.values())


def rates(rows: Iterable[Row], method: Method) -> dict[str, Decimal]:
    """Units per EUR: the last one on or before the month end."""
    latest: dict[str, Row] = {}
    for row in rows:
        age = method.as_of - row["rate_date"]
        if dt.timedelta(0) <= age <= MAX_RATE_AGE and (
            row["currency"] not in latest or row["rate_date"] > latest[row["currency"]]["rate_date"]
        ):
            latest[row["currency"]] = row
    return {currency: row["units_per_eur"] for currency, row in latest.items()} | {"EUR": Decimal(1)}


def sheets(
    rows: Iterable[Row],
    issuers: Mapping[str, Row],
    fx: Mapping[str, Decimal],
    method: Method,
    quoted: Container[str],
) -> dict[str, Sheet]:
    """The balance sheet to use of each company; ``quoted`` have listed shares somewhere in the book."""
    by_issuer: dict[str, list[Row]] = defaultdict(list)
    of_source = last_words(
        known(rows, method), lambda row: (row["issuer_id"], row["fiscal_year"], row.get("source") or "")
    )
    for row in of_source:
        closed = row.get("period_end") or dt.date(row["fiscal_year"], 12, 31)
        if closed <= method.as_of and method.as_of.year - row["fiscal_year"] <= method.max_financials_age_years:
            by_issuer[row["issuer_id"]].append(row)
    return {
        issuer: _best_sheet(years, issuers.get(issuer, {}), fx, issuer in quoted) for issuer, years in by_issuer.items()
    }


def _best_sheet(years: list[Row], issuer: Row, fx: Mapping[str, Decimal], is_quoted: bool) -> Sheet:
    """The latest year that gives the denominator the company needs; the balance sheet total only for want of one."""

    def rank(row: Row) -> tuple[float, int, int]:
        sheet = _sheet(row, issuer, fx)
        listed = {"parts": 0, "reported": 0, "total_assets": 1}.get(sheet.evic_basis or "", 2)
        unlisted = {"parts": 0, "total_assets": 1}.get(sheet.equity_debt_basis or "", 2)
        # a quoted company nobody classified: any year with an enterprise value comes first
        has_no_evic = is_quoted and listed > 0 and unlisted == 0
        either = 0.5 if has_no_evic else min(listed, unlisted)
        needed = {True: listed, False: unlisted, None: either}[issuer.get("is_listed")]
        return needed, -row["fiscal_year"], -(row.get("known_from") or ALWAYS).toordinal()

    return _sheet(min(years, key=rank), issuer, fx)


def _sheet(row: Row, issuer: Row, fx: Mapping[str, Decimal]) -> Sheet:
    rate = fx.get(row.get("currency") or "")

    def eur(amount: Decimal | None) -> Amount | None:
        return None if amount is None or rate is None else published(divide(amount, rate))

    deposits, is_bank, division = row.get("deposits"), issuer.get("is_financial"), (issuer.get("sector_code") or "")[:2]
    if is_bank is None and division:
        is_bank = division in ("64", "65", "66")
    if deposits is None and division == "65":
        deposits = ZERO  # an insurer takes none
    # a bank's debt without its customers' deposits is not its debt (p. 43)
    debt = row.get("total_debt")
    complete = None if is_bank and deposits is None else debt
    if complete is not None and deposits is not None and is_bank is not False:
        complete += deposits
    evic, evic_basis = _evic(row, complete, bool(is_bank) and deposits is None)
    equity_debt, basis = _equity_and_debt(row, complete)
    return Sheet(eur(evic), evic_basis, eur(equity_debt), basis, eur(row.get("revenue")))


def _evic(row: Row, debt: Decimal | None, bank_without_deposits: bool) -> tuple[Decimal | None, str | None]:
    market_cap, minorities, stated = row.get("market_cap"), row.get("minority_interest") or ZERO, row.get("evic")
    if market_cap is not None and debt is not None:
        return market_cap + debt + minorities, "parts"
    if stated is not None:
        parts = (
            None if market_cap is None or row.get("total_debt") is None else market_cap + row["total_debt"] + minorities
        )
        # no more than its parts without deposits: the deposits are not in it (D4)
        if not bank_without_deposits or parts is None or stated > parts:
            return stated, "reported"
    return row.get("total_assets"), "total_assets" if row.get("total_assets") is not None else None


def _equity_and_debt(row: Row, debt: Decimal | None) -> tuple[Decimal | None, str | None]:
    equity = row.get("total_equity")
    if equity is not None and debt is not None:
        return max(equity, ZERO) + debt, "parts"
    return row.get("total_assets"), "total_assets" if row.get("total_assets") is not None else None


def closings(rows: Iterable[Row], method: Method) -> dict[tuple[str, int], dt.date]:
    """Last day of the fiscal years whose balance sheet states it; the others close with the calendar year."""
    said = last_words(known(rows, method), lambda row: (row["issuer_id"], row["fiscal_year"]))
    return {(row["issuer_id"], row["fiscal_year"]): row["period_end"] for row in said if row.get("period_end")}


def companies(rows: Iterable[Row], ends: Mapping[tuple[str, int], dt.date], method: Method) -> dict[str, Company]:
    """The emissions to use of each company."""
    said = last_words(
        known(rows, method), lambda row: (row["issuer_id"], row["fiscal_year"], row["scope"], row["source"])
    )
    figures: dict[str, dict[int, dict[str, list[Row]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in said:
        year = row["fiscal_year"]
        closed = ends.get((row["issuer_id"], year), dt.date(year, 12, 31)) <= method.as_of
        fresh = method.as_of.year - year <= method.max_emissions_age_years
        if row.get("tco2e") is not None and row["tco2e"] >= 0 and closed and fresh:
            figures[row["issuer_id"]][row["fiscal_year"]][row["scope"]].append(row)
    return {issuer: _company(years, method) for issuer, years in figures.items()}


def _company(years: Mapping[int, Mapping[str, list[Row]]], method: Method) -> Company:
    latest_first = sorted(years, reverse=True)
    direct = next(filter(None, (_scopes_1_2(years[year], method) for year in latest_first)), None)
    indirect = next(filter(None, (_scope_3(years[year]) for year in latest_first)), None)
    scope_1, scope_2, score = direct or (None, None, None)
    scope_3, score_3 = indirect or (None, None)
    return Company(scope_1, scope_2, scope_3, score, score_3)


def _scopes_1_2(year: Mapping[str, list[Row]], method: Method) -> tuple[Decimal, Decimal, int] | None:
    other = {"market": "location", "location": "market"}[method.scope_2_preferred]
    first = _best(year.get("1", []))
    second = _best(year.get(f"2_{method.scope_2_preferred}", [])) or _best(year.get(f"2_{other}", []))
    if first is None or second is None:
        return None
    return first["tco2e"], second["tco2e"], max(SCORES[first["basis"]], SCORES[second["basis"]])


def _scope_3(year: Mapping[str, list[Row]]) -> tuple[Decimal, int] | None:
    whole, up, down = (_best(year.get(scope, [])) for scope in ("3", "3_upstream", "3_downstream"))
    if whole is not None:
        return whole["tco2e"], SCORES[whole["basis"]]
    if up is not None and down is not None:
        return up["tco2e"] + down["tco2e"], max(SCORES[up["basis"]], SCORES[down["basis"]])
    return None


def _best(rows: list[Row]) -> Row | None:
    """The best option of PCAF, then the one received last, then the first source by name."""
    return min(
        rows,
        key=lambda row: (BASES.index(row["basis"]), -row["known_from"].toordinal(), row["source"]),
        default=None,
    )


def countries(rows: Iterable[Row], method: Method) -> dict[str, Row]:
    """Latest closed year of each country with PPP GDP and emissions, as last received; else the latest year."""
    by_country: dict[str, list[Row]] = defaultdict(list)
    for row in last_words(known(rows, method), lambda row: (row["country"], row["year"])):
        closed = dt.date(row["year"], 12, 31) <= method.as_of
        if closed and method.as_of.year - row["year"] <= method.max_emissions_age_years:
            by_country[row["country"]].append(row)

    def usable(row: Row) -> bool:
        emitted = row.get("ghg_excl_lulucf_tco2e"), row.get("ghg_incl_lulucf_tco2e")
        return row.get("gdp_ppp_intl_usd") is not None and emitted != (None, None)

    return {country: max(years, key=lambda row: (usable(row), row["year"])) for country, years in by_country.items()}
