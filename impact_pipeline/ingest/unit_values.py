"""Units of a fund that came without a value: quantity x the price of the fund's own file of the month."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import decimal_of
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.schemas.table import AMOUNT

#: Quantity and price have 24 digits each: their product is rounded once, as it is stored.
_DIGITS = 60


def with_values_of_units(
    frame: pl.DataFrame,
    portfolios: pl.DataFrame,
    records: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    findings: Findings,
) -> pl.DataFrame:
    """Lines of ``raw.holdings``, those with a quantity of a fund and no value at all valued and listed.

    A Tripartite Template is about one share class, so its price is that of the class whose code the line gives.
    ``records``: of the files of each month, whose prices count; ``names`` of all files by sha256.

    Raises:
        SourceFileError: no price in a file of the month, or one in another currency than the line's.
    """
    is_open = pl.col("market_value").is_null() & pl.col("market_value_eur").is_null()
    open_lines = frame.with_row_index("place").filter(is_open)
    if open_lines.is_empty():
        return frame
    prices = _prices(portfolios, records)
    places, values, currencies = open_lines.get_column("place"), [], []
    for line in open_lines.iter_rows(named=True):
        file, row = names[line["source_file_id"]], line["source_row"]
        currency, price = prices.get((line["as_of_date"], line["fund_id"]), (None, None))
        if price is None or line["currency"] not in (None, currency):
            expected = "a market_value or a market_value_eur"
            hint = "Only units of a fund may do without, if the fund's file of the month has a price in their currency"
            raise SourceFileError(file, "neither of the two", expected, row=row, column="market_value", hint=hint)
        with localcontext() as context:
            context.prec = _DIGITS
            value = decimal_of(str(line["quantity"] * price))
        reason = f"no value: {value} {currency} is {line['quantity']} units x {price}, the price in the fund's file"
        place = "holdings", file, line["source_file_id"], row, "market_value"
        findings.add(Finding(*place, None, reason, "units_valued", WARN, line["as_of_date"]))
        values.append(value)
        currencies.append(currency)
    return frame.with_columns(
        frame.get_column("market_value").clone().scatter(places, pl.Series(values, dtype=AMOUNT)),
        frame.get_column("currency").clone().scatter(places, pl.Series(currencies, dtype=pl.String)),
    )


def _prices(
    portfolios: pl.DataFrame, records: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, str], tuple[str | None, Decimal]]:
    """Currency and unit price by month and fund."""
    months: dict[str, list[Any]] = {}
    for record in records:
        months.setdefault(record["source_file_id"], []).append(record["as_of_date"])
    told = portfolios.filter(pl.col("unit_price").is_not_null())
    rows = told.select("source_file_id", "portfolio_id", "currency", "unit_price").iter_rows()
    return {
        (month, portfolio): (currency, price)
        for file, portfolio, currency, price in rows
        for month in months.get(file, [])
    }
