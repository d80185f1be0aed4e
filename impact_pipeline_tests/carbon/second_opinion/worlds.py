"""Random worlds from a seed: portfolios, nested funds, companies and countries with all that goes wrong in files.

A world shares nothing with the others but currencies and countries; many of them make one inputs folder, so that
the pipeline is started once for all. What ``test_second_opinion_findings`` shows is not drawn.
"""

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

from impact_pipeline_tests.builders import Rows, write_csv

MONTH_END = dt.date(2024, 12, 31)
KNOWN_AS_OF = dt.date(2025, 12, 31)
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "GBP", "CHF")
#: A currency no rate is known of, shipped or delivered.
NO_RATE = "ARS"
COUNTRIES = ("FR", "DE", "IT", "ES", "BE", "NL", "AT", "PT", "IE", "US", "GB", "CH")
#: Property, own use and securitisations are not drawn: their rules are tested in test_asset_classes. Nor are labelled
#: bonds: the demo policy tells no pool of an issuer apart (test_use_of_proceeds).
POCKETS = ("strategic", "return", "investment_property", "treasury", "other", None)
CLASSES = (
    *("listed_equity", "corporate_bond") * 5,
    *("covered_bond", "unlisted_equity", "private_debt", "loan", "sovereign_bond", "sovereign_bond") * 2,
    *("project_finance", "sub_sovereign_bond", "supranational_bond", "fund"),
    *("derivative", "cash", "cash", "other"),
)
SHORTABLE = ("listed_equity", "corporate_bond", "sovereign_bond", "derivative", "cash", "fund")
BASES = ("reported_verified", "reported", "energy", "production", "revenue_estimate", "asset_estimate")
SCOPES = ("1", "2_location", "2_market", "3_upstream", "3_downstream", "3")
LATEST = dt.date(2026, 9, 30)
Data = dict[str, list[dict[str, Any]]]


def write_worlds(folder: Path, data: dict[str, Rows]) -> Path:
    """Two files per dataset, every other row in each; one where a second would say nothing new."""
    for dataset, rows in data.items():
        write_csv(folder / dataset / "a.csv", rows[::2])
        if rows[1::2]:
            write_csv(folder / dataset / "b.csv", rows[1::2])
    return folder


class Maker:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        #: Apart, so that what funds declare does not change what else is drawn.
        self.declared = Random(f"declared {seed}")

    def inputs(self, worlds: int) -> dict[str, Rows]:
        """Datasets of so many worlds, rows in random order."""
        data: Data = {
            "holdings": [], "portfolios": [], "issuers": [], "issuer_financials": [], "issuer_emissions": [],
            "fx_rates": self._fx_rates(), "sovereigns": self._sovereigns(),
            "fund_declarations": [],
        }  # fmt: skip
        for number in range(worlds):
            self._world(f"W{number:04d}", data)
        for rows in data.values():
            self.random.shuffle(rows)
        return dict(data)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _maybe(self, value: Any, probability: float) -> Any:
        return value if self._chance(probability) else None

    def _amount(self, low: float, high: float, negative: float = 0) -> str:
        """Between two powers of ten, to the cent."""
        return f"{'-' if self._chance(negative) else ''}{10 ** self.random.uniform(low, high):.2f}"

    def _days_received(self, year: int, most: int) -> list[str]:
        """In the two years after the fiscal year: of recent years some only after the run's day."""
        start = dt.date(year + 1, 2, 1)
        days = {start + dt.timedelta(days=self.random.randrange(500)) for _ in range(self.random.randint(1, most))}
        return [min(day, LATEST).isoformat() for day in sorted(days) if day <= LATEST] or [LATEST.isoformat()]

    def _fx_rates(self) -> list[dict[str, Any]]:
        return [
            {"rate_date": day, "currency": currency, "units_per_eur": f"{self.random.uniform(0.5, 2):.4f}"}
            for currency in ("USD", "GBP", "CHF")
            for day in ("2024-12-10", "2024-12-30", "2025-01-02")
        ]

    def _sovereigns(self) -> list[dict[str, Any]]:
        return [
            {
                "country": country, "year": year, "known_from": received, "source": "a statistical office",
                "ghg_excl_lulucf_tco2e": self._maybe(self._amount(7, 10), 0.85),
                "ghg_incl_lulucf_tco2e": self._maybe(self._amount(6, 9, negative=0.2), 0.7),
                "gdp_ppp_intl_usd": self._maybe(self._amount(11, 13), 0.85),
                "gdp_nominal_eur": self._maybe(self._amount(11, 13), 0.85),
            }
            for country in COUNTRIES
            for year in self.random.sample(range(2019, 2026), self.random.randint(0, 4))
            for received in self._days_received(year, 2)
        ]  # fmt: skip

    def _world(self, name: str, data: Data) -> None:
        data["fund_declarations"] += self._declarations(name)
        companies = [f"{name}-C{number}" for number in range(self.random.randint(1, 6))]
        for issuer in companies:
            self._company(issuer, data)
        states = [f"{name}-S{number}" for number in range(2)]
        for state in states:
            country = self._maybe(self.random.choice(COUNTRIES), 0.9)
            data["issuers"].append({"issuer_id": state, "name": state, "country": country})
        funds = [f"{name}-F{number}" for number in range(self.random.randint(0, 3))]
        for number in range(self.random.randint(1, 2)):
            self._portfolio(f"{name}-P{number}", funds, companies, states, data)
        for place, fund in enumerate(funds):
            # a fund holds only those after it: no cycles
            self._portfolio(fund, funds[place + 1 :], companies, states, data)

    def _portfolio(self, portfolio: str, funds: list[str], companies: list[str], states: list[str], data: Data) -> None:
        if self._chance(0.5):
            pocket = self.random.choice(POCKETS)
            data["portfolios"].append({"portfolio_id": portfolio, "name": portfolio, "pocket": pocket})
        for number in range(self.random.randint(1, 9)):
            data["holdings"].append(self._line(portfolio, f"{portfolio}-L{number}", companies, states))
        for fund in funds:
            for number in range(self.random.choice((0, 1, 1, 2))):
                line = self._line(portfolio, f"{portfolio}-U{number}-{fund}", companies, states)
                data["holdings"].append({**line, "asset_class": "fund", "issuer_id": None, "fund_id": fund})

    def _line(self, portfolio: str, line_id: str, companies: list[str], states: list[str]) -> dict[str, Any]:
        asset_class = self.random.choice(CLASSES)
        issuer = self._maybe(self.random.choice([*companies, *companies, f"{line_id}-UNHEARD-OF"]), 0.95)
        if asset_class == "sovereign_bond":
            issuer = self.random.choice([*states, self.random.choice(COUNTRIES)])
        value = self._amount(4, 7.5, negative=0.06 if asset_class in SHORTABLE else 0)
        in_eur = self._chance(0.3)
        # a line without a value in EUR blocks the month: only a nominal or a book value may lack its rate
        currency = NO_RATE if in_eur and self._chance(0.05) else self.random.choice(CURRENCIES)
        nominal, book = (f"{float(value) * self.random.uniform(0.6, 1.4):.2f}" for _ in range(2))
        return {
            "as_of_date": MONTH_END.isoformat(), "portfolio_id": portfolio, "line_id": line_id,
            "instrument_name": line_id, "asset_class": asset_class, "issuer_id": issuer, "currency": currency,
            "market_value": None if in_eur else value, "market_value_eur": value if in_eur else None,
            "nominal_amount": "0" if self._chance(0.03) else self._maybe(nominal, 0.5),
            "book_value": "0" if self._chance(0.03) else self._maybe(book, 0.5),
            "pocket": self.random.choice(POCKETS),
            "instrument_id": f"{line_id[:5]}-D{self.declared.randrange(5)}" if asset_class == "fund" else None,
            "fund_id": self._maybe("NOWHERE", 0.5) if asset_class == "fund" else None,
        }  # fmt: skip

    def _declarations(self, name: str) -> list[dict[str, Any]]:
        """Up to three per fund, some about the future, some stale, some received after the run's day."""
        draw, rows = self.declared, []
        for fund in range(4):
            for day in draw.sample(
                ("2022-12-31", "2023-05-31", "2023-06-30", "2024-09-30", "2025-03-31"), draw.randrange(4)
            ):
                row: dict[str, Any] = {"instrument_id": f"{name}-D{fund}", "reference_date": day}
                row["known_from"] = draw.choice(("2024-10-15", "2025-02-10", "2026-03-01"))
                for figure in ("carbon_footprint", "ghg_intensity"):
                    coverage = draw.choice(("0", "0.35", "0.777777", "1"))
                    for scopes, low in (("1_2", 0.5), ("1_2_3", 1.5)):
                        kept = draw.random() < 0.9
                        row[f"{figure}_scope_{scopes}_tco2e_per_meur"] = (
                            f"{10 ** draw.uniform(low, low + 1.5):.4f}" if kept else None
                        )
                        other = draw.choice((coverage, coverage, coverage, "0.5", None))
                        row[f"{figure}_scope_{scopes}_coverage_ratio"] = other
                rows.append(row)
        return rows

    def _company(self, issuer: str, data: Data) -> None:
        is_listed = self.random.choice(("true", "true", "false", None))
        is_named = self._chance(0.85)
        # of its own: what is drawn after it stays what it was
        sector = Random(issuer).choice(("64.19", "65.12", "20.10", None))
        if is_named:
            data["issuers"].append(
                {
                    "issuer_id": issuer, "name": issuer, "country": self.random.choice(COUNTRIES),
                    "is_listed": is_listed, "is_financial": self.random.choice(("true", "true", "false", None)),
                    "sector_scheme": "nace_2", "sector_code": sector,
                }
            )  # fmt: skip
        sheets, is_classified = data["issuer_financials"], is_named and is_listed is not None
        years = self.random.sample(range(2019, 2026), self.random.randint(0, 4))
        for year in years:
            self._sheets(issuer, year, sheets, NO_RATE if is_classified else "EUR")
        if years and not is_classified:
            # of a company nobody classified, a balance sheet that cannot be used says neither listed nor unlisted;
            # such a company has a usable one here (test_second_opinion_findings has the other case)
            sheets.append(
                {
                    "issuer_id": issuer, "fiscal_year": 2023, "known_from": "2024-01-15", "period_end": None,
                    "currency": "EUR", "total_debt": self._amount(8, 10),
                    "market_cap": self._maybe(self._amount(8, 10), 0.5), "total_equity": self._amount(8, 10),
                    "revenue": self._maybe(self._amount(8, 10), 0.8), "deposits": self._maybe(self._amount(8, 9), 0.2),
                }
            )  # fmt: skip
        for year in self.random.sample(range(2020, 2026), self.random.randint(0, 4)):
            self._emissions(issuer, year, data["issuer_emissions"])

    def _sheets(self, issuer: str, year: int, rows: list[dict[str, Any]], rare_currency: str) -> None:
        ends = (f"{year}-12-31", f"{year}-12-31", f"{year}-06-30", f"{year + 1}-03-31", None)
        # one closing day per year: its correction is in test_second_opinion_findings
        period_end = self.random.choice(ends)
        for day in self._days_received(year, 3):
            size = self.random.choice((7.0, 9.0, 10.0))

            def part(chance: float, negative: float = 0, size: float = size) -> Any:
                return self._maybe(self._amount(size - 1, size + 1, negative), chance)

            rows.append(
                {
                    "issuer_id": issuer, "fiscal_year": year, "known_from": day, "period_end": period_end,
                    "currency": rare_currency if self._chance(0.04) else self.random.choice(CURRENCIES),
                    "revenue": part(0.8), "market_cap": part(0.75), "total_debt": part(0.8),
                    "minority_interest": part(0.5), "deposits": part(0.5), "total_equity": part(0.8, 0.3),
                    "total_assets": part(0.3), "evic": part(0.3),
                    "source": self.random.choice(("report", "report", "vendor")),
                }
            )  # fmt: skip

    def _emissions(self, issuer: str, year: int, rows: list[dict[str, Any]]) -> None:
        size = self.random.choice((3.0, 5.0, 6.0))
        bases = self.random.sample(BASES, self.random.choice((1, 1, 2, 3)))
        for source, basis in zip(("report", "vendor A", "vendor B"), bases, strict=False):
            for scope in SCOPES:
                for day in self._days_received(year, 2) if self._chance(0.7) else ():
                    tonnes = self._maybe(self._amount(size - 1, size + 1, negative=0.02), 0.96)
                    rows.append(
                        {
                            "issuer_id": issuer, "fiscal_year": year, "scope": scope,
                            "tco2e": "0" if self._chance(0.03) else tonnes,
                            # no option of PCAF makes a scope 3 from the company's energy (footnote 53)
                            "basis": "production" if basis == "energy" and scope[0] == "3" else basis,
                            "source": source, "known_from": day,
                        }
                    )  # fmt: skip
