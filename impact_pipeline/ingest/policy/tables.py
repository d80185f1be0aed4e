"""A policy laid out as the tables ``policy.*``: one set of rows per month end."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from impact_pipeline.domain.screening.decisions import Engagement, Override
from impact_pipeline.domain.screening.measures import theme_of
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.ingest.policy.factors import FactorSet
from impact_pipeline.ingest.policy.loading import Methodology, Policy
from impact_pipeline.schemas import POLICY

Row = dict[str, Any]


def policy_frames(policy: Policy, months: Iterable[dt.date]) -> dict[str, pl.DataFrame]:
    """Every ``policy`` table: rules in force, methodology, targets, overrides and milestones known by the month end."""
    rows: dict[str, list[Row]] = {table.name: [] for table in POLICY}
    for day in sorted(set(months)):
        for name, found in _rows_of(policy, day).items():
            rows[name] += [{"as_of_date": day, **row} for row in found]
    return {table.name: table.frame(rows[table.name]).sort(table.grain) for table in POLICY}


def _rows_of(policy: Policy, day: dt.date) -> dict[str, list[Row]]:
    by_rule = zip(policy.rules, policy.rule_files, strict=True)
    by_override = zip(policy.overrides, policy.override_files, strict=True)
    by_engagement = zip(policy.engagements, policy.engagement_files, strict=True)
    return {
        "policy.rules": [_rule_row(rule, file) for rule, file in by_rule if rule.in_force(day)],
        "policy.measures": [row for rule in policy.rules if rule.in_force(day) for row in _measure_rows(rule)],
        "policy.methodology": [_methodology_row(policy.methodology)],
        "policy.own_entities": [{"issuer_id": name} for name in sorted(set(policy.methodology.own_entities))],
        "policy.use_of_proceeds_allocations": [
            allocation.model_dump() for allocation in policy.methodology.use_of_proceeds_allocations
        ],
        "policy.sector_factors": _factor_rows(policy.sector_factors),
        "policy.price_indices": _price_rows(policy.sector_factors),
        "policy.targets": [
            target.model_dump(exclude={"target_value"})
            | {"sort_order": place}
            | {"target_value": None if target.target_value is None else float(target.target_value)}
            for place, target in enumerate(policy.targets, start=1)
        ],
        "policy.overrides": [
            _override_row(override, day, file) for override, file in by_override if override.approved_on <= day
        ],
        "policy.engagements": [
            row
            for engagement, file in by_engagement
            if engagement.opened <= day
            for row in _milestone_rows(engagement, day, file)
        ],
    }


def _methodology_row(methodology: Methodology) -> Row:
    lists = {"own_entities", "use_of_proceeds_allocations"}  # tables of their own
    row = methodology.model_dump(exclude=lists)
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _factor_rows(factors: FactorSet | None) -> list[Row]:
    if factors is None:
        return []
    return [
        {
            "factor_set": factors.id,
            "sector_code": sector,
            "price_year": factors.price_year,
            "price_index": factors.base_index,
            "source": factors.source,
            **{
                name: None if value is None else float(value)
                for name, value in factor.model_dump(exclude={"sector"}).items()
            },
        }
        for sector, factor in factors.by_sector().items()
    ]


def _price_rows(factors: FactorSet | None) -> list[Row]:
    if factors is None:
        return []
    return [{"year": level.year, "price_index": float(level.value)} for level in factors.price_index]


def _rule_row(rule: Rule, file: str) -> Row:
    tested = rule.instruments
    return {
        "rule_id": rule.id,
        "rule_version": rule.version,
        "title_fr": rule.title_fr,
        "rule_status": rule.status,
        "can_exclude": rule.can_exclude,
        "valid_from": rule.valid.start,
        "valid_to": rule.valid.end,
        "scope_pockets": ",".join(rule.scope.pockets) or None,
        "scope_asset_classes": ",".join(rule.scope.asset_classes) or None,
        "divest_days": rule.holdings.divest_days,
        "decide_days": rule.holdings.decide_days,
        "illiquid": rule.holdings.illiquid,
        "run_off_max": rule.holdings.run_off_max,
        "eu_green_bond": tested.eu_green_bond,
        "other_uop": tested.other_uop,
        "exempt_unless": ",".join(tested.exempt_unless) or None,
        "exchangeable": tested.exchangeable,
        "open_fund_tolerance_ratio": float(tested.open_fund_tolerance_pct / 100),
        "rule_sha": rule.sha,
        "file": file,
    }


def _measure_rows(rule: Rule) -> Iterator[Row]:
    asked = {criterion.measure for _, criterion, _ in rule.criterions()}
    theme = {other for measure in asked for other in theme_of(measure)} - asked
    for measures, is_asked in ((asked, True), (theme, False)):
        yield from ({"rule_id": rule.id, "measure": name, "is_asked": is_asked} for name in sorted(measures))


def _override_row(override: Override, day: dt.date, file: str) -> Row:
    return {
        "override_id": override.id,
        "issuer_id": override.issuer_id,
        "rule_id": override.rule,
        "from_outcome": override.from_outcome,
        "to_outcome": override.to_outcome,
        "reason_fr": override.reason_fr,
        "evidence_ref": ", ".join(override.evidence),
        "author": override.author,
        "approver": override.approver,
        "approved_on": override.approved_on,
        "expires_on": override.expires_on,
        "minutes": override.minutes,
        "conditions_fr": override.conditions_fr,
        "is_in_force": override.in_force(day),
        "file": file,
    }


def _milestone_rows(engagement: Engagement, day: dt.date, file: str) -> Iterator[Row]:
    for place, milestone in enumerate(engagement.milestones, start=1):
        yield {
            "engagement_id": engagement.id,
            "milestone": place,
            "issuer_id": engagement.issuer_id,
            "theme": engagement.theme,
            "opened": engagement.opened,
            "ask_fr": engagement.ask_fr,
            "channel": engagement.channel,
            "due": milestone.due,
            "milestone_fr": milestone.what,
            "is_done": milestone.done is not None and milestone.done <= day,
            "is_open": engagement.is_open(day),
            "on_failure": engagement.on_failure,
            "file": file,
        }
