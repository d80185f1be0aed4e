"""Marts as rows, the answer to "may we buy this?", and what a month refused. Reads the readers' snapshot only."""

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
    "rejected": """
        select file, row, "column", value, reason, rule, severity
        from audit.rejected_rows
        where as_of_date = $month
        order by severity, file, row, "column"
    """,
}

_CANDIDATES = """
with issuers as (
    select issuer_id, issuer_name from core.issuers where as_of_date = $month
    union
    select issuer_id, null from core.issuer_verdicts where as_of_date = $month
),
by_id as (select issuer_id from issuers where issuer_id = $ident),
by_instrument as (
    select distinct issuer_id from marts.positions
    where as_of_date = $month and instrument_id = $ident and issuer_id is not null
),
by_name as (
    select distinct issuer_id from issuers
    where lower(issuer_name) = lower($ident) or (length($ident) >= 3 and contains(lower(issuer_name), lower($ident)))
)
select issuer_id from by_id
union select issuer_id from by_instrument
union select issuer_id from by_name
order by issuer_id
"""

_VERDICTS = """
select
    verdicts.issuer_id, headlines.issuer_name, headlines.headline_outcome, headlines.exposure_eur,
    verdicts.rule_id, verdicts.rule_version, verdicts.outcome, verdicts.is_near, verdicts.is_stale,
    verdicts.has_conflict, verdicts.text_fr
from core.issuer_verdicts as verdicts
inner join marts.issuer_headlines as headlines using (as_of_date, issuer_id)
where as_of_date = $month and issuer_id = $issuer
order by verdicts.rule_id
"""

_BUY_OK = ("CLEARED", "ENGAGEMENT", "NOT_APPLICABLE")


class Figures:
    """Figures of one month, read from the snapshot."""

    def __init__(self, readers: Path, month: dt.date) -> None:
        if not readers.exists():
            raise NotFoundError(f"{readers} does not exist; run `impact run --month {month:%Y-%m}` first")
        self.readers, self.month = readers, month
        months = self._query("select as_of_date from audit.months order by as_of_date")["as_of_date"].to_list()
        if month not in months:
            known = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "no month"
            raise NotFoundError(
                f"{month:%Y-%m} is not in {readers} (it holds {known}); run `impact run --month {month:%Y-%m}` first"
            )

    def view(self, name: str, portfolio: str | None = None) -> pl.DataFrame:
        """Rows of one of ``VIEWS`` for the month."""
        return self._query(VIEWS[name], month=self.month, portfolio=portfolio)

    def screen(self, ident: str) -> list[dict[str, Any]]:
        """Verdict for an ISIN, an LEI or a name: one entry per issuer that matches, UNKNOWN when none does."""
        wanted = ident.strip()
        found = self._query(_CANDIDATES, month=self.month, ident=wanted)["issuer_id"].to_list()
        if not found:
            return [_unknown(wanted)]
        return [self._verdict(wanted, issuer) for issuer in found]

    def _verdict(self, ident: str, issuer: str) -> dict[str, Any]:
        rules = self._query(_VERDICTS, month=self.month, issuer=issuer).to_dicts()
        if not rules:
            return _unknown(ident, issuer)
        headline = rules[0]["headline_outcome"]
        kept = ("rule_id", "rule_version", "outcome", "is_near", "is_stale", "has_conflict", "text_fr")
        return {
            "ident": ident,
            "issuer_id": issuer,
            "issuer_name": rules[0]["issuer_name"],
            "headline_outcome": headline,
            "buy_ok": headline in _BUY_OK,
            "hold_ok": headline != "EXCLUDED",
            "exposure_eur": rules[0]["exposure_eur"],
            "rules": [{name: rule[name] for name in kept} for rule in rules],
        }

    def _query(self, sql: str, **params: Any) -> pl.DataFrame:
        used = {name: value for name, value in params.items() if f"${name}" in sql}
        with open_readers(self.readers) as connection:
            return connection.sql(sql, params=used or None).pl()


def _unknown(ident: str, issuer: str | None = None) -> dict[str, Any]:
    return {
        "ident": ident,
        "issuer_id": issuer,
        "issuer_name": None,
        "headline_outcome": "UNKNOWN",
        "buy_ok": False,
        "hold_ok": True,
        "exposure_eur": None,
        "rules": [],
        "reason": "no issuer of the month has this ISIN, LEI or name: research it before buying",
    }
