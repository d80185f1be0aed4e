"""Carbon of one position: attribution factor, financed emissions, score, or why not (methodology 1.2, 1.3 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline_tests.carbon.second_opinion.facts import Company, Method, Sheet
from impact_pipeline_tests.carbon.second_opinion.funds import Declared, declared
from impact_pipeline_tests.carbon.second_opinion.lookthrough import Position
from impact_pipeline_tests.carbon.second_opinion.numbers import Amount, published, ratio, times
from impact_pipeline_tests.carbon.second_opinion.reading import Row

SHARES = ("listed_equity", "unlisted_equity")
DEBT = ("corporate_bond", "covered_bond", "private_debt", "loan", "project_finance")
#: Divided by equity + debt whoever the issuer is: the share or the project is not listed (5.2, 5.3).
UNLISTED = ("unlisted_equity", "project_finance")
#: Funds nobody can look through stay in the perimeter, uncovered (methodology 7). Securitisations have a method of
#: their own (5.8), for which no input has the data.
CORPORATE = (*SHARES, *DEBT, "fund")
NOTHING_KNOWN = Company()


@dataclass(frozen=True)
class World:
    """All that is known on the run's day."""

    method: Method
    fx: Mapping[str, Decimal]
    issuers: Mapping[str, Row]
    sheets: Mapping[str, Sheet]
    companies: Mapping[str, Company]
    countries: Mapping[str, Row]
    funds: Mapping[str, Row]


@dataclass(frozen=True)
class Carbon:
    """A position with its carbon; amounts unknown (None) where nothing is covered."""

    position: Position
    outstanding: Amount | None
    is_eligible: bool
    is_listed: bool | None = None
    factor: Amount | None = None
    financed_1_2: Amount | None = None
    financed_3: Amount | None = None
    company: Company = NOTHING_KNOWN
    revenue: Amount | None = None
    country: Row | None = None
    declared: Declared | None = None

    @property
    def is_covered(self) -> bool:
        """Scopes 1 and 2 are attributed."""
        return self.financed_1_2 is not None


def carbon(position: Position, world: World) -> Carbon:
    """The carbon of a position."""
    outstanding = _outstanding(position, world.method)
    short = any(amount is not None and amount.value < 0 for amount in (position.market, outstanding))
    issuer = world.issuers.get(position.issuer_id or "", {})
    if position.asset_class == "sovereign_bond":
        country = world.countries.get(issuer.get("country") or position.issuer_id or "")
        return Carbon(position, outstanding, not short, country=country)
    if position.asset_class not in CORPORATE or short:
        return Carbon(position, outstanding, False)
    if position.asset_class == "fund":
        told = declared(position.instrument_id, position.market, world.funds, world.method)
        if told is None:
            return Carbon(position, outstanding, True)
        return Carbon(
            position, outstanding, True, financed_1_2=told.financed_1_2, financed_3=told.financed_3, declared=told
        )
    company = world.companies.get(position.issuer_id or "", NOTHING_KNOWN)
    sheet = world.sheets.get(position.issuer_id or "")
    revenue = sheet.revenue if sheet else None
    listed = _is_listed(position, issuer, sheet)
    denominator = None if sheet is None else sheet.evic if listed else sheet.equity_debt
    factor = None if denominator is None or denominator.value <= 0 else ratio(outstanding, denominator)
    if factor is None or factor.value > 1:
        return Carbon(position, outstanding, True, listed, factor, company=company, revenue=revenue)

    def financed(tonnes: Decimal | None) -> Amount | None:
        return None if tonnes is None else published(times(factor.value, tonnes), times(factor.doubt, tonnes))

    direct = None
    if company.scope_1 is not None and company.scope_2 is not None:
        direct = company.scope_1 + company.scope_2
    return Carbon(
        position, outstanding, True, listed, factor, financed(direct), financed(company.scope_3), company, revenue
    )


def _outstanding(position: Position, method: Method) -> Amount | None:
    """Shares at market value; debt at nominal, else book, else market value, or as the methodology says."""
    if position.asset_class not in (*DEBT, "sovereign_bond") or method.debt_outstanding == "market_value":
        return position.market
    ladder = [position.nominal, position.book, position.market]
    if method.debt_outstanding == "book_value":
        ladder = [position.book, position.nominal, position.market]
    # 0 of something that is worth something was not filled in
    has_value = position.market is not None and position.market.value != 0
    return next((amount for amount in ladder if amount is not None and (amount.value != 0 or not has_value)), None)


def _is_listed(position: Position, issuer: Row, sheet: Sheet | None) -> bool | None:
    """By the class of the line, else as the issuers file says, else by the signs of a listed company."""
    if position.asset_class == "listed_equity":
        return True
    if position.asset_class in UNLISTED:
        return False
    said: bool | None = issuer.get("is_listed")
    if said is None and sheet is not None:
        return sheet.evic_basis in ("parts", "reported") and sheet.evic is not None and sheet.evic.value > 0
    return said
