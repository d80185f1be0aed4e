"""Cells of the emissions and balance sheets behind companies' lines."""

from decimal import Decimal
from typing import Any

from impact_pipeline.publishing.explain.sources import Row, Sources, cell
from impact_pipeline.publishing.explain.store import MonthRows

#: Parts of each denominator, in the order they are added; the first that make the denominator up are shown.
_PARTS = {
    "evic_parts": (
        ("market_cap", "total_debt", "minority_interest"),
        ("market_cap", "total_debt", "deposits", "minority_interest"),
    ),
    "evic_reported": (("evic",),),
    "equity_plus_debt": (("total_equity", "total_debt"), ("total_equity", "total_debt", "deposits")),
    "total_assets": (("total_assets",),),
}
_CENT = Decimal("0.01")


class IssuerFacts:
    """Emissions and balance sheet rows of the issuers of the biggest lines of a month."""

    def __init__(self, month: MonthRows, sources: Sources) -> None:
        self.month, self.sources = month, sources
        issuers = sources.issuers
        self.emissions = self._chosen("core.issuer_emissions", issuers)
        self.financials = self._chosen("core.issuer_financials", issuers)
        self._emission_rows = self._delivered("staging.issuer_emissions", issuers)
        self._sheets = self._delivered("staging.issuer_financials", issuers)
        self._units = {
            row["currency"]: row["units_per_eur"]
            for row in month.rows("select currency, units_per_eur from core.fx_rates where as_of_date = $month")
        }

    def emission_cells(self, issuer_id: str | None, scopes: str) -> list[Row]:
        """The rows the issuer's scopes were read from."""
        chosen = self.emissions.get(issuer_id or "", {})
        wanted = {"1_2": ("scope_1", "scope_2"), "3": ("scope_3", "scope_3_downstream")}
        cells = []
        for scope in wanted.get(scopes, (*wanted["1_2"], *wanted["3"])):
            place = (chosen.get(f"{scope}_source_file_id"), chosen.get(f"{scope}_source_row"))
            row = self._emission_rows.get(place)
            if row:
                cells.append(
                    cell(
                        self.month, f"scope {row['scope']}", row, "tco2e", row["tco2e"], "tCO2e",
                        fiscal_year=row["fiscal_year"], basis=row["basis"], source=row["source"],
                        known_from=row["known_from"],
                    )
                )  # fmt: skip
        return cells

    def denominator_cells(self, issuer_id: str | None, basis: str | None, denominator_eur: Decimal | None) -> list[Row]:
        """The parts of the denominator, and the exchange rate when they are not in euros."""
        return self._sheet_cells(issuer_id, self._parts(issuer_id, basis, denominator_eur))

    def revenue_cells(self, issuer_id: str | None) -> list[Row]:
        """The issuer's revenue."""
        return self._sheet_cells(issuer_id, ("revenue",))

    def _sheet(self, issuer_id: str | None) -> Row:
        chosen = self.financials.get(issuer_id or "", {})
        return self._sheets.get((chosen.get("source_file_id"), chosen.get("source_row")), {})

    def _parts(self, issuer_id: str | None, basis: str | None, denominator_eur: Decimal | None) -> tuple[str, ...]:
        sheet, known = self._sheet(issuer_id), _PARTS.get(basis or "", ())
        units = self._units.get(sheet.get("currency"))
        for parts in known:
            added = sum((_counted(name, sheet.get(name)) for name in parts), Decimal(0))
            if units and denominator_eur is not None and abs(added / units - denominator_eur) <= _CENT:
                return parts
        return known[0] if known else ()

    def _sheet_cells(self, issuer_id: str | None, columns: tuple[str, ...]) -> list[Row]:
        sheet = self._sheet(issuer_id)
        if not sheet or not columns:
            return []
        currency = sheet["currency"] or ""
        cells = [
            cell(
                self.month, "bilan", sheet, name, sheet[name], currency,
                fiscal_year=sheet["fiscal_year"], period_end=sheet["period_end"], source=sheet["source"],
                known_from=sheet["known_from"],
            )
            for name in columns
            if sheet[name] is not None
        ]  # fmt: skip
        return [*cells, *(self.sources.rate(currency) if currency != "EUR" else [])]

    def _chosen(self, table: str, issuers: list[str]) -> dict[str, Row]:
        found = self.month.rows(
            f"select * from {table} where as_of_date = $month and list_contains($issuers, issuer_id)", issuers=issuers
        )
        return {row["issuer_id"]: row for row in found}

    def _delivered(self, table: str, issuers: list[str]) -> dict[tuple[Any, Any], Row]:
        found = self.month.rows(
            f"select * from {table} where as_of_date = $month and list_contains($issuers, issuer_id)", issuers=issuers
        )
        return {(row["source_file_id"], row["source_row"]): row for row in found}


def _counted(column: str, value: Decimal | None) -> Decimal:
    """What a cell adds to the denominator: nothing when it is empty; negative book equity counts as 0."""
    if value is None or (column == "total_equity" and value < 0):
        return Decimal(0)
    return value
