"""Marts as rows, and what a month refused. Reads the readers' snapshot only."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from impact_pipeline.errors import NotFoundError
from impact_pipeline.warehouse.snapshot import open_readers

#: What ``impact show`` prints: query by name of the view.
VIEWS = {
    "indicators": """
        select indicators.*
        from marts.mission_indicators as indicators
        inner join policy.targets as targets using (as_of_date, indicator_id)
        where as_of_date = $month
        order by targets.sort_order
    """,
    "breaches": """
        select breaches.*, issuers.issuer_name
        from marts.breaches as breaches
        left join core.issuers as issuers using (as_of_date, issuer_id)
        where as_of_date = $month and ($portfolio is null or portfolio_id = $portfolio)
        order by breaches.market_value_eur desc nulls last, portfolio_id, line_id, rule_id
    """,
    "carbon": """
        select *
        from marts.portfolio_carbon
        where as_of_date = $month and portfolio_id = coalesce($portfolio, 'ALL')
        order by scopes, perimeter
    """,
    "physical": """
        select *
        from marts.physical_intensity
        where as_of_date = $month and portfolio_id = coalesce($portfolio, 'ALL')
        order by measure, unit
    """,
    "sovereign": """
        select *
        from marts.sovereign_carbon
        where as_of_date = $month and portfolio_id = coalesce($portfolio, 'ALL')
        order by lulucf
    """,
    "shares": """
        select *
        from marts.investment_shares
        where as_of_date = $month and portfolio_id = coalesce($portfolio, 'ALL')
        order by indicator desc, code
    """,
    "resolutions": """
        select
            step, market_value_eur, line_count, identifier, name, country, issuer_id, candidates,
            dataset, file, row
        from audit.issuer_resolutions
        where as_of_date = $month
        order by
            case when step = 'unresolved' then 0 else 1 end,
            market_value_eur desc nulls last, dataset, identifier, file, row
    """,
    "rejected": """
        select file, row, "column", value, reason, rule, severity
        from audit.rejected_rows
        where as_of_date = $month
        order by severity, file, row, "column"
    """,
    "corrections": """
        select correction_id, file, row, "column", old_value, new_value, status, reason, author, approver, expires_on
        from audit.corrections
        where as_of_date = $month
        order by status, correction_id, file, row, "column"
    """,
}


class Figures:
    """Figures of one month, read from the snapshot."""

    def __init__(self, readers: Path, month: dt.date) -> None:
        if not readers.exists():
            raise NotFoundError(f"{readers} does not exist; run `impact run --month {month:%Y-%m}` first")
        self.readers, self.month = readers, month
        months = self.query("select as_of_date from audit.months order by as_of_date")["as_of_date"].to_list()
        if month not in months:
            known = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "no month"
            raise NotFoundError(
                f"{month:%Y-%m} is not in {readers} (it holds {known}); run `impact run --month {month:%Y-%m}` first"
            )

    @property
    def known_as_of(self) -> dt.date | None:
        """The day up to which the month's facts were received."""
        found = self.query("select known_as_of from audit.months where as_of_date = $month", month=self.month)
        return found["known_as_of"][0] if found.height else None

    def view(self, name: str, portfolio: str | None = None) -> pl.DataFrame:
        """Rows of one of ``VIEWS`` for the month.

        Raises:
            NotFoundError: the month has no such portfolio.
        """
        if portfolio is not None and portfolio != "ALL":
            asked = "select portfolio_id from core.portfolios where as_of_date = $month order by portfolio_id"
            known = self.query(asked, month=self.month)["portfolio_id"].to_list()
            if portfolio not in known:
                raise NotFoundError(f"portfolio {portfolio}: {self.month:%Y-%m} has {', '.join(known)}")
        return self.query(VIEWS[name], month=self.month, portfolio=portfolio)

    def query(self, sql: str, **params: Any) -> pl.DataFrame:
        """Rows of a query on the snapshot; only the parameters it names are handed over."""
        used = {name: value for name, value in params.items() if f"${name}" in sql}
        with open_readers(self.readers) as connection:
            return connection.sql(sql, params=used or None).pl()
