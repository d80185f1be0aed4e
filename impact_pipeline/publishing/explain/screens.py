"""Exposures of the screens walked back to lines, rules, verdicts and the evidence behind them."""

from typing import Any

from impact_pipeline.publishing.explain.parts import ranked, require_equal
from impact_pipeline.publishing.explain.sources import Row, Sources, cell
from impact_pipeline.publishing.explain.store import MonthRows, inside

PFAS_RULE = "PFAS-W1"
_PFAS_OUTCOMES = ("ENGAGEMENT", "WATCHLIST", "EXCLUDED")

#: A column ``counts`` says whether the line is in the numerator.
_EXCLUDED = """
select
    portfolio_id, line_id, lookthrough_path, '' as part, held_eur,
    case when is_excluded then 'excluded' when is_undecided then 'undecided' else 'decided' end as reason,
    case when is_excluded then held_eur end as contribution
from lines
where as_of_date = $month
"""

_PFAS = f"""
select
    portfolio_id, line_id, lookthrough_path, '' as part, held_eur,
    case
        when outcome in {_PFAS_OUTCOMES} then 'pfas'
        when outcome = 'UNKNOWN' then 'undecided'
        else 'decided'
    end as reason,
    case when outcome in {_PFAS_OUTCOMES} then held_eur end as contribution
from positions
where as_of_date = $month
    and (portfolio_id = $portfolio or ($portfolio = 'ALL' and is_root))
    and rule_id = '{PFAS_RULE}'
"""

_RULES = """
select
    biggest.place, outcomes.rule_id, outcomes.outcome, outcomes.tested_as, outcomes.tested_issuer_id,
    outcomes.override_id, verdicts.rule_version, verdicts.text_fr, breaches.position_status, breaches.first_seen,
    breaches.divest_by
from biggest
inner join core.position_outcomes as outcomes using (portfolio_id, line_id, lookthrough_path)
left join core.issuer_verdicts as verdicts
    on outcomes.as_of_date = verdicts.as_of_date
    and outcomes.tested_issuer_id = verdicts.issuer_id
    and outcomes.rule_id = verdicts.rule_id
left join marts.breaches as breaches
    on outcomes.as_of_date = breaches.as_of_date
    and outcomes.portfolio_id = breaches.portfolio_id
    and outcomes.line_id = breaches.line_id
    and outcomes.rule_id = breaches.rule_id
where outcomes.as_of_date = $month
    and list_contains($outcomes, outcomes.outcome)
    and ($rule = '' or outcomes.rule_id = $rule)
order by biggest.place, outcomes.rule_id
"""

#: An explanation names its evidence by id, several joined by commas; an inherited verdict has its group's evidence.
_EVIDENCE = """
with used as (
    select distinct issuer_id, rule_id, trim(unnest(string_split(evidence_id, ','))) as evidence_id
    from core.verdict_explanations
    where as_of_date = $month and list_contains($issuers, issuer_id) and evidence_id is not null
)
select
    used.issuer_id as tested_issuer_id, used.rule_id, evidence.evidence_id, evidence.issuer_id, evidence.measure,
    evidence.lo, evidence.hi, evidence.unit, evidence.source, evidence.grade, evidence.fiscal_year,
    evidence.published_on, evidence.known_from, evidence.locator, evidence.source_file_id, evidence.source_row
from used
inner join staging.evidence as evidence
    on evidence.as_of_date = $month and used.evidence_id = evidence.evidence_id
order by all
"""


def explain_screen(month: MonthRows, indicator: str, portfolio: str, top: int) -> dict[str, Any]:
    """Value, numbers, coverage and contributors of ``excluded_exposure`` or ``pfas_exposure``."""
    if indicator == "excluded_exposure":
        month.keep(inside("marts.mission_indicators") + _EXCLUDED)
        rule, outcomes = "", ["EXCLUDED"]
    else:
        month.keep(inside("marts.screening_exposures") + _PFAS, portfolio=portfolio)
        rule, outcomes = PFAS_RULE, list(_PFAS_OUTCOMES)
    reasons = month.rows(
        "select reason, sum(held_eur) as value_eur, count(*) as lines from parts group by 1"
        " order by case reason when 'decided' then 2 when 'undecided' then 3 else 1 end"
    )
    screened = sum(row["value_eur"] for row in reasons if row["value_eur"] is not None)
    undecided = sum(row["value_eur"] for row in reasons if row["reason"] == "undecided" and row["value_eur"])
    contributors = ranked(month, top)
    _add_lines(month, contributors["top"], rule, outcomes)
    counted = contributors["total"] or 0
    is_known = bool(screened) and undecided < screened
    return {
        "value": float(counted) / float(screened) if is_known else None,
        "perimeter": {"perimeter": "screened", "rule_id": rule or "ALL"},
        "numbers": {
            "numerator": counted if reasons else None,
            "numerator_unit": "EUR",
            "denominator": screened if reasons else None,
            "denominator_unit": "EUR",
            "shown_in_millions": False,
        },
        "coverage": {
            "ratio": 1 - float(undecided) / float(screened) if screened else None,
            "whole_fr": "valeur des lignes examinées",
            "reasons": reasons,
            "outside": [],
        },
        "contributors": {"unit": "EUR", **contributors},
        "reason_fr": None if is_known else _why_unknown(reasons),
    }


def require_published(answer: dict[str, Any], published: Row) -> None:
    """Compare numerator and denominator with the committee's table."""
    for name in ("numerator", "denominator"):
        found = answer["numbers"][name]
        require_equal(name, None if found is None else float(found), published[name])


def _add_lines(month: MonthRows, top: list[Row], rule: str, outcomes: list[str]) -> None:
    sources = Sources(month)
    rules = month.rows(_RULES, rule=rule, outcomes=outcomes)
    tested = sorted({row["tested_issuer_id"] for row in rules if row["tested_issuer_id"]})
    evidence = month.rows(_EVIDENCE, issuers=tested)
    for part in top:
        line, cells = sources.line(part["place"], part["contribution"])
        verdicts = [row for row in rules if row["place"] == part["place"]]
        for verdict in verdicts:
            cells += [
                cell(
                    month, f"preuve {row['evidence_id']}", row, "lo", row["lo"], row["unit"] or "",
                    measure=row["measure"], hi=row["hi"], source=row["source"], grade=row["grade"],
                    fiscal_year=row["fiscal_year"], published_on=row["published_on"], known_from=row["known_from"],
                    locator=row["locator"], rule_id=row["rule_id"],
                )
                for row in evidence
                if (row["tested_issuer_id"], row["rule_id"]) == (verdict["tested_issuer_id"], verdict["rule_id"])
            ]  # fmt: skip
        kept = {name: part[name] for name in ("place", "contribution", "share_ratio")}
        shown = [{name: value for name, value in row.items() if name != "place"} for row in verdicts]
        part.clear()
        part.update({**kept, **line, "rules": shown, "inputs": cells})


def _why_unknown(reasons: list[Row]) -> str:
    return "rien n'est tranché, faute de preuves" if reasons else "aucune ligne examinée"
