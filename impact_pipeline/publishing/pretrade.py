"""May we buy it, may we keep it, until when, why, and who says so: the question before a trade.

Answers come from the readers' snapshot of a month, for everybody the month's files know, held or not.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from impact_pipeline.errors import SourceFileError
from impact_pipeline.publishing.figures import Figures

_BUY_OK = ("CLEARED", "ENGAGEMENT", "NOT_APPLICABLE")

_CANDIDATES = """
with issuers as (
    select issuer_id, issuer_name from core.issuers where as_of_date = $month
    union
    select issuer_id, null from core.issuer_verdicts where as_of_date = $month
),
matches as (
    select issuer_id, 1 as rank from issuers where issuer_id = $ident
    union
    select issuer_id, 1 from marts.positions
    where as_of_date = $month and instrument_id = $ident and issuer_id is not null
    union
    -- held or not: what the identifier map says of it, followed through mergers and renames
    select coalesce(followed.issuer_id, identifiers.issuer_id), 1
    from staging.identifiers as identifiers
    left join audit.identifier_map as followed
        on identifiers.as_of_date = followed.as_of_date and identifiers.issuer_id = followed.identifier
        and followed.used_as = 'issuer' and $month >= followed.stated_from and $month < followed.stated_to
        and $month >= followed.about_from and $month < followed.about_to
    where identifiers.as_of_date = $month and identifiers.identifier = $ident
        and identifiers.valid_from <= $month and ($month < identifiers.valid_to or identifiers.valid_to is null)
    union
    select issuer_id, 2 from issuers where lower(issuer_name) = lower($ident)
    union
    select issuer_id, 3 from issuers
    where length($ident) >= 3 and contains(lower(issuer_name), lower($ident))
)
-- an exact match stands alone; parts of names only when nothing else fits
select distinct issuer_id
from matches
where rank = (select min(rank) from matches)
order by issuer_id
"""

_VERDICTS = """
select
    verdicts.issuer_id, headlines.issuer_name, headlines.headline_outcome, headlines.exposure_eur,
    verdicts.rule_id, verdicts.rule_version, verdicts.outcome, verdicts.inherited_from, verdicts.override_id,
    verdicts.is_near, verdicts.is_stale,
    verdicts.has_conflict, verdicts.text_fr
from core.issuer_verdicts as verdicts
inner join marts.issuer_headlines as headlines using (as_of_date, issuer_id)
where as_of_date = $month and issuer_id = $issuer
order by verdicts.rule_id
"""

#: Days by which somebody has to act: sell, renew a decision, hear from the issuer, decide on a watched one.
_DEADLINES = """
select min(day) as decide_by
from (
    select divest_by as day from marts.breaches where as_of_date = $month and issuer_id = $issuer
    union all
    select expires_on from policy.overrides where as_of_date = $month and issuer_id = $issuer and is_in_force
    union all
    select due from policy.engagements
    where as_of_date = $month and issuer_id = $issuer and is_open and not is_done
    union all
    select cast(verdicts.as_of_date + to_days(cast(rules.decide_days as integer)) as date)
    from core.issuer_verdicts as verdicts
    inner join policy.rules as rules using (as_of_date, rule_id)
    where as_of_date = $month and verdicts.issuer_id = $issuer and verdicts.outcome = 'WATCHLIST'
)
"""

_SOURCES = """
select distinct rule_id, evidence_id, source, locator, fiscal_year, published_on, grade
from core.verdict_explanations
where as_of_date = $month and issuer_id = $issuer and evidence_id is not null
    and list_contains($rules, rule_id)
order by all
"""

_POSITIONS = """
select portfolio_id, line_id, rule_id, position_status, divest_by, market_value_eur
from marts.breaches
where as_of_date = $month and issuer_id = $issuer
order by all
"""


class PreTrade:
    """Answers of one month."""

    def __init__(self, figures: Figures) -> None:
        self.figures, self.month = figures, figures.month

    def answer(self, ident: str) -> list[dict[str, Any]]:
        """Verdict for an ISIN, an LEI or a name: one entry per issuer that matches, UNKNOWN when none does."""
        wanted = ident.strip()
        found = self._rows(_CANDIDATES, ident=wanted)
        if not found:
            return [_unknown(wanted)]
        return [self._verdict(wanted, row["issuer_id"]) for row in found]

    def _verdict(self, ident: str, issuer: str) -> dict[str, Any]:
        rules = self._rows(_VERDICTS, issuer=issuer)
        if not rules:
            return _unknown(ident, issuer)
        headline = rules[0]["headline_outcome"]
        decisive = [rule["rule_id"] for rule in rules if rule["outcome"] == headline]
        kept = (
            *("rule_id", "rule_version", "outcome", "inherited_from", "override_id"),
            *("is_near", "is_stale", "has_conflict", "text_fr"),
        )
        return {
            "ident": ident,
            "issuer_id": issuer,
            "issuer_name": rules[0]["issuer_name"],
            "headline_outcome": headline,
            "buy_ok": headline in _BUY_OK,
            "hold_ok": headline != "EXCLUDED",
            "decide_by": self._rows(_DEADLINES, issuer=issuer)[0]["decide_by"],
            "why": [rule["text_fr"] for rule in rules if rule["rule_id"] in decisive],
            "sources": self._rows(_SOURCES, issuer=issuer, rules=decisive),
            "positions": self._rows(_POSITIONS, issuer=issuer),
            "exposure_eur": rules[0]["exposure_eur"],
            "rules": [{name: rule[name] for name in kept} for rule in rules],
        }

    def _rows(self, sql: str, **params: Any) -> list[dict[str, Any]]:
        return self.figures.query(sql, month=self.month, **params).to_dicts()


def idents_of(file: Path) -> Iterable[str]:
    """ISINs, LEIs or names of a text file: the first cell of each line; blank lines and comments (#) are left out.

    Raises:
        SourceFileError: the file cannot be read as UTF-8 text or names nobody.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = "bytes that are not UTF-8" if isinstance(error, UnicodeDecodeError) else f"no file ({error.strerror})"
        raise SourceFileError(str(file), reason, "a text file with one ISIN, LEI or name a line") from None
    cells = (line.split(";")[0].split("\t")[0].strip().strip('"') for line in lines)
    found = [cell for cell in cells if cell and not cell.startswith("#")]
    if not found:
        raise SourceFileError(str(file), "no line", "one ISIN, LEI or name a line")
    return found


def position_sentence(position: dict[str, Any]) -> str:
    """What the holder of a line has to do, in French."""
    by = position["divest_by"]
    day = f"{by:%d/%m/%Y}" if isinstance(by, dt.date) else "une date à fixer"
    words = {
        "TO_DIVEST": f"à céder avant le {day}",
        "OVERDUE": f"aurait dû être cédée avant le {day}",
        "RUN_OFF": f"conservée jusqu'à son terme, au plus tard le {day}",
        "DEROGATED": f"conservée par dérogation jusqu'au {day}",
        "PASSIVE_BREACH": "détenue au travers d'un fonds ouvert, à suivre avec le gérant",
    }
    status = str(position["position_status"])
    line = f"{position['portfolio_id']} {position['line_id']} ({position['rule_id']})"
    return f"Position {line} : {words.get(status, status)}."


def _unknown(ident: str, issuer: str | None = None) -> dict[str, Any]:
    return {
        "ident": ident,
        "issuer_id": issuer,
        "issuer_name": None,
        "headline_outcome": "UNKNOWN",
        "buy_ok": False,
        "hold_ok": True,
        "decide_by": None,
        "why": [],
        "sources": [],
        "positions": [],
        "exposure_eur": None,
        "rules": [],
        "reason": "no issuer of the month has this ISIN, LEI or name: research it before buying",
    }
