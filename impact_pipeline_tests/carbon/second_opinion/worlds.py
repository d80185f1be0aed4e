"""Random worlds from a seed: portfolios, nested funds, companies and countries with all that goes wrong in files.

A world shares nothing with the others but currencies and countries; many of them make one inputs folder, so that
the pipeline is started once for all.
"""

import datetime as dt
from random import Random
from typing import Any

from impact_pipeline_tests.builders import Rows

MONTH_END = dt.date(2024, 12, 31)
KNOWN_AS_OF = dt.date(2025, 12, 31)
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "GBP", "CHF")
#: A currency no rate is known of, shipped or delivered.
NO_RATE = "ARS"
COUNTRIES = ("FR", "DE", "IT", "ES", "BE", "NL", "AT", "PT", "IE", "US", "GB", "CH")
POCKETS = ("strategic", "return", "own_use_property", "investment_property", "treasury", "other", None)
CLASSES = (
    *("listed_equity", "corporate_bond") * 5,
    *("covered_bond", "unlisted_equity", "private_debt", "loan", "sovereign_bond", "sovereign_bond") * 2,
    *("project_finance", "sub_sovereign_bond", "supranational_bond", "real_estate", "mortgage", "fund"),
    *("securitisation", "derivative", "cash", "cash", "other"),
)
SHORTABLE = ("listed_equity", "corporate_bond", "sovereign_bond", "derivative", "cash", "fund")
BASES = ("reported_verified", "reported", "energy", "production", "revenue_estimate", "asset_estimate")


class Maker:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def inputs(self, worlds: int) -> dict[str, Rows]:
        """Datasets of so many worlds, rows in random order."""
        data: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in ("holdings", "portfolios", "issuers", "issuer_financials", "issuer_emissions")
        } | {"fx_rates": self._fx_rates(), "sovereigns": self._sovereigns()}  # fmt: skip
        for number in range(worlds):
            self._world(f"W{number:04d}", data)
        for rows in data.values():
            self.random.shuffle(rows)
        return data

    def _maybe(self, value: Any, probability: float) -> Any:
        return value if self.random.random() < probability else None

    def _amount(self, low: float, high: float) -> str:
        """Between two powers of ten, to the cent."""
        return f"{10 ** self.random.uniform(low, high):.2f}"

    def _day_received(self, year: int) -> str:
        """In the two years after the fiscal year; of recent years some only after the run's day."""
        day = dt.date(year + 1, 2, 1) + dt.timedelta(days=self.random.randrange(500))
        return min(day, dt.date(2026, 9, 30)).isoformat()

    def _fx_rates(self) -> list[dict[str, Any]]:
        return [
            {"rate_date": day, "currency": currency, "units_per_eur": f"{self.random.uniform(0.5, 2):.4f}"}
            for currency in ("USD", "GBP", "CHF")
            for day in ("2024-12-10", "2024-12-30", "2025-01-02")
        ]

    def _sovereigns(self) -> list[dict[str, Any]]:
        rows = []
        for country in COUNTRIES:
            for year in self.random.sample(range(2019, 2026), self.random.randint(0, 4)):
                for received in (f"{year + 1}-06-01", f"{year + 2}-{self.random.randint(1, 9):02d}-15")[
                    : self.random.randint(1, 2)
                ]:
                    emitted = self._amount(7, 10)
                    rows.append(
                        {
                            "country": country, "year": year, "known_from": received,
                            "ghg_excl_lulucf_tco2e": self._maybe(emitted, 0.85),
                            "ghg_incl_lulucf_tco2e": self._maybe(self._signed(6, 9, 0.2), 0.7),
                            "gdp_ppp_intl_usd": self._maybe(self._amount(11, 13), 0.85),
                            "gdp_nominal_eur": self._maybe(self._amount(11, 13), 0.85),
                        }
                    )  # fmt: skip
        return rows

    def _signed(self, low: float, high: float, negative: float) -> str:
        return ("-" if self.random.random() < negative else "") + self._amount(low, high)

    def _world(self, name: str, data: dict[str, list[dict[str, Any]]]) -> None:
        companies = [f"{name}-C{number}" for number in range(self.random.randint(1, 6))]
        for issuer in companies:
            self._company(issuer, data)
        states = [f"{name}-S{number}" for number in range(2)]
        for state in states:
            data["issuers"].append({"issuer_id": state, "name": state, "country": self._maybe(self._country(), 0.9)})
        funds = [f"{name}-F{number}" for number in range(self.random.randint(0, 3))]
        roots = [f"{name}-P{number}" for number in range(self.random.randint(1, 2))]
        for place, portfolio in enumerate([*roots, *funds]):
            # a fund holds only those after it: no cycles
            below = funds if portfolio in roots else funds[place - len(roots) + 1 :]
            self._portfolio(portfolio, below, companies, states, data)

    def _country(self) -> str:
        return self.random.choice(COUNTRIES)

    def _portfolio(
        self, portfolio: str, funds: list[str], companies: list[str], states: list[str],
        data: dict[str, list[dict[str, Any]]],
    ) -> None:  # fmt: skip
        if self.random.random() < 0.5:
            pocket = self.random.choice(POCKETS)
            data["portfolios"].append({"portfolio_id": portfolio, "name": portfolio, "pocket": pocket})
        for number in range(self.random.randint(1, 9)):
            line = self._line(portfolio, f"{portfolio}-L{number}", companies, states)
            data["holdings"].append(line)
        for fund in funds:
            for number in range(self.random.choice((0, 1, 1, 2))):
                line = self._line(portfolio, f"{portfolio}-U{number}-{fund}", companies, states)
                data["holdings"].append({**line, "asset_class": "fund", "issuer_id": None, "fund_id": fund})

    def _line(self, portfolio: str, line_id: str, companies: list[str], states: list[str]) -> dict[str, Any]:
        asset_class = self.random.choice(CLASSES)
        issuer = self._maybe(self.random.choice([*companies, f"{line_id}-UNHEARD-OF"]), 0.95)
        if asset_class == "sovereign_bond":
            issuer = self.random.choice([*states, self._country()])
        value = self._amount(4, 7.5)
        if asset_class in SHORTABLE and self.random.random() < 0.06:
            value = f"-{value}"
        in_eur = self.random.random() < 0.3
        # a line without a value in EUR blocks the month: only a nominal or a book value may lack its rate
        currency = NO_RATE if in_eur and self.random.random() < 0.05 else self.random.choice(CURRENCIES)
        nominal = f"{float(value) * self.random.uniform(0.6, 1.4):.2f}"
        return {
            "as_of_date": MONTH_END.isoformat(), "portfolio_id": portfolio, "line_id": line_id,
            "instrument_name": line_id, "asset_class": asset_class, "issuer_id": issuer, "currency": currency,
            "market_value": None if in_eur else value, "market_value_eur": value if in_eur else None,
            "nominal_amount": self._maybe(nominal, 0.5), "book_value": self._maybe(nominal, 0.5),
            "pocket": self.random.choice(POCKETS),
            "fund_id": self._maybe("NOWHERE", 0.5) if asset_class == "fund" else None,
        }  # fmt: skip

    def _company(self, issuer: str, data: dict[str, list[dict[str, Any]]]) -> None:
        said = (True, True, False, None)
        if self.random.random() < 0.85:
            data["issuers"].append(
                {
                    "issuer_id": issuer, "name": issuer, "country": self._country(),
                    "is_listed": _text(self.random.choice(said)),
                    "is_financial": _text(self.random.choice((True, False, None, None))),
                }
            )  # fmt: skip
        for year in self.random.sample(range(2020, 2026), self.random.randint(0, 4)):
            self._sheets(issuer, year, data["issuer_financials"])
        for year in self.random.sample(range(2020, 2026), self.random.randint(0, 4)):
            self._emissions(issuer, year, data["issuer_emissions"])

    def _sheets(self, issuer: str, year: int, rows: list[dict[str, Any]]) -> None:
        days = {self._day_received(year) for _ in range(self.random.choice((1, 1, 1, 2, 3)))}
        for day in sorted(days):
            size = self.random.choice((7.0, 9.0, 10.0))
            part = lambda chance: self._maybe(self._amount(size - 1, size + 1), chance)  # noqa: E731
            rows.append(
                {
                    "issuer_id": issuer, "fiscal_year": year, "known_from": day,
                    "period_end": self._maybe(self.random.choice((f"{year}-12-31", f"{year}-06-30", f"{year}-03-31")), 0.8),
                    "currency": NO_RATE if self.random.random() < 0.02 else self.random.choice(CURRENCIES),
                    "revenue": part(0.8), "market_cap": part(0.75), "total_debt": part(0.8),
                    "minority_interest": part(0.5), "deposits": part(0.3),
                    "total_equity": self._maybe(self._signed(size - 1, size + 1, 0.15), 0.7),
                    "total_assets": part(0.3), "evic": part(0.3), "source": "report",
                }
            )  # fmt: skip

    def _emissions(self, issuer: str, year: int, rows: list[dict[str, Any]]) -> None:
        size = self.random.choice((3.0, 5.0, 6.0))
        sources = dict(zip(("report", "vendor A", "vendor B"), self.random.sample(BASES, 3), strict=True))
        for source, basis in list(sources.items())[: self.random.choice((1, 1, 2, 3))]:
            for scope in ("1", "2_location", "2_market", "3_upstream", "3_downstream", "3"):
                if self.random.random() < 0.3:
                    continue
                for day in {self._day_received(year) for _ in range(self.random.choice((1, 1, 1, 2)))}:
                    tonnes = self._maybe(self._signed(size - 1, size + 1, 0.02), 0.96)
                    tonnes = "0" if self.random.random() < 0.03 else tonnes
                    rows.append(
                        {
                            "issuer_id": issuer, "fiscal_year": year, "scope": scope, "tco2e": tonnes, "basis": basis,
                            "source": source, "known_from": day,
                        }
                    )  # fmt: skip


def _text(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()
