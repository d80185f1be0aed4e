"""Cells of the delivered files behind the lines of an answer: file, row, column, and the value as delivered."""

from decimal import Decimal
from typing import Any

from impact_pipeline.publishing.explain.store import MonthRows

Row = dict[str, Any]

#: The biggest lines with what was delivered for them; lines a fund's lines do not explain have no row of their own.
_POSITIONS = """
select
    biggest.place, positions.portfolio_id, positions.line_id, positions.lookthrough_path, positions.asset_class,
    positions.pocket, positions.instrument_id, positions.instrument_name, positions.issuer_id, issuers.issuer_name,
    positions.market_value_eur, positions.nominal_eur, positions.book_value_eur, positions.scale_ratio,
    positions.source_file_id, positions.source_row, lines.currency, lines.nominal_amount, lines.book_value,
    lines.market_value, lines.market_value_eur as delivered_eur
from biggest
inner join core.positions as positions using (portfolio_id, line_id, lookthrough_path)
left join core.issuers as issuers
    on positions.as_of_date = issuers.as_of_date and positions.issuer_id = issuers.issuer_id
left join staging.holdings as lines
    on positions.as_of_date = lines.as_of_date
    and positions.holder_portfolio_id = lines.portfolio_id
    and positions.line_id = lines.line_id
where positions.as_of_date = $month
"""

_FUND_LINES = """
select
    holdings.portfolio_id, holdings.line_id, holdings.fund_id, lines.currency, lines.market_value,
    lines.market_value_eur as delivered_eur, holdings.source_file_id, holdings.source_row, funds.net_asset_value_eur
from core.holdings as holdings
inner join staging.holdings as lines using (as_of_date, portfolio_id, line_id)
inner join core.portfolios as funds
    on holdings.as_of_date = funds.as_of_date and holdings.fund_id = funds.portfolio_id
where holdings.as_of_date = $month
"""

#: Values of funds as delivered, the smallest first: core.portfolios takes the largest. The others are sums of lines.
_NET_ASSETS = """
select portfolio_id, currency, net_asset_value, source_file_id, source_row
from staging.portfolios
where as_of_date = $month and net_asset_value is not null
order by net_asset_value, source_file_id desc, source_row desc
"""

_RATES = """
select rates.currency, rates.rate_date, rates.units_per_eur, rates.source_file_id, rates.source_row
from core.fx_rates as chosen
inner join staging.fx_rates as rates using (as_of_date, currency, rate_date, units_per_eur)
inner join audit.source_files as files using (as_of_date, source_file_id)
where as_of_date = $month
-- the order in which core.fx_rates prefers one file to another
order by case when files.profile_id = 'reference' then 1 else 0 end, rates.source_file_id
"""

#: Classes whose amount is what is owed; the others count at market value first (core.attribution).
_OWED = ("corporate_bond", "covered_bond", "private_debt", "loan", "project_finance", "sovereign_bond")
_MARKET = (("market_value_eur", "market_value"), ("nominal_eur", "nominal_amount"), ("book_value_eur", "book_value"))
_NOMINAL = (*_MARKET[1:], _MARKET[0])


def cell(month: MonthRows, what_fr: str, row: Row, column: str, value: Any, unit: str = "", **more: Any) -> Row:
    """One cell of a delivered file. ``column`` is the canonical name; ``value`` as delivered, before any conversion.

    With a ``profile_id``: what the supplier's profile read from the row; it may have changed the unit, or brought a
    nominal to the portfolio's currency (ingest.tpt.rows).
    """
    file_id = row["source_file_id"]
    file, profile = month.files.get(file_id, (file_id, "canonical"))
    if profile != "canonical":
        more["profile_id"] = profile  # the columns of the file are the supplier's
    more["corrected_fr"] = month.corrected(file_id, row["source_row"], column if profile == "canonical" else None)
    return {
        "what_fr": what_fr,
        "file": file,
        "row": row["source_row"],
        "column": column,
        "value": value,
        "unit": unit,
        "source_file_id": file_id,
        **{name: given for name, given in more.items() if given is not None},
    }


class Sources:
    """Cells behind the rows of the table ``biggest`` of a month."""

    def __init__(self, month: MonthRows) -> None:
        self.month = month
        self.positions: dict[int, Row] = {row["place"]: row for row in month.rows(_POSITIONS)}
        self._rates: dict[str, Row] | None = None
        self._fund_lines: dict[tuple[str, str], Row] | None = None
        self._net_assets: dict[str, Row] = {}

    @property
    def issuers(self) -> list[str]:
        """Issuers of the biggest lines."""
        return sorted({row["issuer_id"] for row in self.positions.values() if row["issuer_id"]})

    def line(self, place: int, amount_eur: Decimal | None) -> tuple[Row, list[Row]]:
        """What the answer says of a line, and the cells its ``amount_eur`` was made from."""
        row = self.positions[place]
        shown = (
            *("portfolio_id", "line_id", "lookthrough_path", "instrument_id", "instrument_name", "issuer_id"),
            *("issuer_name", "asset_class", "pocket", "market_value_eur"),
        )
        return {name: row[name] for name in shown}, [*self._amount(row, amount_eur), *self._through(row)]

    def rate(self, currency: str) -> list[Row]:
        """The exchange rate of a currency; none for the euro."""
        if self._rates is None:
            self._rates = {}
            for row in self.month.rows(_RATES):
                self._rates.setdefault(row["currency"], row)
        found = self._rates.get(currency)
        if found is None:
            return []
        return [
            cell(
                self.month, f"cours {currency}", found, "units_per_eur", found["units_per_eur"], f"{currency} par EUR",
                rate_date=found["rate_date"],
            )
        ]  # fmt: skip

    def _amount(self, row: Row, amount_eur: Decimal | None) -> list[Row]:
        for in_eur, column in _NOMINAL if row["asset_class"] in _OWED else _MARKET:
            if amount_eur is None or row[in_eur] != amount_eur:
                continue
            if column == "market_value":
                return self._market_value("position", row)
            if row[column] is not None:
                currency = row["currency"] or ""
                return [
                    cell(self.month, "position", row, column, row[column], currency),
                    *(self.rate(currency) if currency != "EUR" else []),
                ]
        return [cell(self.month, "position", row, "", None)]

    def _market_value(self, what_fr: str, row: Row, **more: Any) -> list[Row]:
        """The value a line was delivered with: in euros when the file says so, else in its currency."""
        if row["delivered_eur"] is not None:
            return [cell(self.month, what_fr, row, "market_value_eur", row["delivered_eur"], "EUR", **more)]
        if row["market_value"] is None:
            return [cell(self.month, what_fr, row, "", None, **more)]
        currency = row["currency"] or ""
        return [
            cell(self.month, what_fr, row, "market_value", row["market_value"], currency, **more),
            *(self.rate(currency) if currency != "EUR" else []),
        ]

    def _through(self, row: Row) -> list[Row]:
        """Fund lines a position is held through, outermost first."""
        if not row["lookthrough_path"]:
            return []
        if self._fund_lines is None:
            found = self.month.rows(_FUND_LINES)
            self._fund_lines = {(one["portfolio_id"], one["line_id"]): one for one in found}
            self._net_assets = {one["portfolio_id"]: one for one in self.month.rows(_NET_ASSETS)}
        steps: list[Row] = []
        holder, left = row["portfolio_id"], row["lookthrough_path"]
        while left:
            # by what is known rather than by '>', which a supplier's code may hold
            step = next(
                (
                    one
                    for (portfolio, line), one in self._fund_lines.items()
                    if portfolio == holder and f"{left}>".startswith(f"{line}>{one['fund_id']}>")
                ),
                None,
            )
            if step is None:
                break
            fund = step["fund_id"]
            steps += self._market_value(f"part du fonds {fund}", step, fund_value_eur=step["net_asset_value_eur"])
            if fund in self._net_assets:
                worth = self._net_assets[fund]
                unit = worth["currency"] or ""
                steps.append(
                    cell(self.month, f"actif net {fund}", worth, "net_asset_value", worth["net_asset_value"], unit)
                )
            holder, left = fund, left[len(f"{step['line_id']}>{fund}>") :]
        return steps
