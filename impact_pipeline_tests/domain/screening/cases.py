"""Claims, rules and verdicts in a few words, for one fictional company at the end of 2025."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from impact_pipeline.domain.screening import Rule, Verdicts, evaluate
from impact_pipeline.domain.screening.decisions import Override
from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import REPOSITORY

DAY, KNOWN = dt.date(2025, 12, 31), dt.date(2026, 1, 10)
EVIDENCE, OWNERSHIP = TABLES["staging.evidence"], TABLES["staging.ownership"]


@cache
def demo_rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_policy(REPOSITORY / "data" / "demo" / "policy").rules}


def rule(rule_id: str = "TEST-01", base: str | None = None, **changes: Any) -> Rule:
    """A demo rule with top-level keys replaced; without ``base``, an approved rule to be given criteria."""
    plain: dict[str, Any] = {
        "id": rule_id,
        "version": "1",
        "status": "approved",
        "title_fr": "Essai",
        "approved": {"by": "Comité", "on": "2018-12-14", "minutes": "CR-1"},
        "valid": {"from": "2019-01-01"},
    }
    if base:
        plain = demo_rules()[base].model_dump(mode="json", by_alias=True)
    return Rule.model_validate({**plain, **changes})


def criterion(measure: str, op: str, value: str | None = None, **given: Any) -> dict[str, Any]:
    return {"measure": measure, "op": op, **({} if value is None else {"value": value}), **given}


def claim(measure: str, lo: str | None = None, hi: str | None = "same", **given: Any) -> dict[str, Any]:
    """A reported claim of grade B for fiscal year 2024; ``hi`` repeats ``lo`` unless given."""
    hi = lo if hi == "same" else hi
    usual = {
        "as_of_date": DAY,
        "issuer_id": "ALPHA",
        "measure": measure,
        "lo": None if lo is None else Decimal(lo),
        "hi": None if hi is None else Decimal(hi),
        "fiscal_year": 2024,
        "source": "rapport annuel",
        "grade": "B",
        "known_from": dt.date(2025, 5, 15),
        "source_file_id": "f",
        "source_row": 1,
    }
    return {**usual, **given}


def absent(measure: str, **given: Any) -> dict[str, Any]:
    """Researched, nothing found, no value."""
    return claim(measure, coverage_status="researched_not_involved", **given)


def evidence_frame(claims: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    rows = [{"evidence_id": f"EV-{place}", **row} for place, row in enumerate(claims)]
    return EVIDENCE.frame(rows)


def owner(
    child: str, parent: str, pct: str | None = "100", controlled: bool | None = True, **given: Any
) -> dict[str, Any]:
    """A link known and valid for years."""
    usual = {
        "child_id": child,
        "parent_id": parent,
        "pct_capital": None if pct is None else Decimal(pct),
        "is_controlled": controlled,
        "valid_from": dt.date(2015, 1, 1),
        "known_from": dt.date(2019, 6, 30),
        "source_file_id": "f",
        "source_row": 1,
    }
    return {**usual, **given}


def ownership_frame(links: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return OWNERSHIP.frame(links)


def companies_frame(
    day: dt.date, names: Sequence[str], public: Sequence[str] = (), sectors: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Issuers of a month as the engine takes them; ``sectors`` are codes of NACE Rev. 2."""
    known = sectors or {}
    return pl.DataFrame(
        {
            "as_of_date": [day] * len(names),
            "issuer_id": names,
            "issuer_name": [name.title() + " SA" for name in names],
            "is_public_body": [name in public for name in names],
            "sector_scheme": ["nace_2" if name in known else None for name in names],
            "sector_code": [known.get(name) for name in names],
        },
        schema={
            "as_of_date": pl.Date,
            "issuer_id": pl.String,
            "issuer_name": pl.String,
            "is_public_body": pl.Boolean,
            "sector_scheme": pl.String,
            "sector_code": pl.String,
        },
    )


def screen(
    claims: Sequence[Mapping[str, Any]],
    rules: Sequence[Rule],
    *,
    day: dt.date = DAY,
    known: dt.date | None = None,
    issuers: Sequence[str] = ("ALPHA",),
    public: Sequence[str] = (),
    sectors: Mapping[str, str] | None = None,
    owners: Sequence[Mapping[str, Any]] = (),
    overrides: Sequence[Override] = (),
    proxies: Sequence[SectorProxy] = (),
    sets: Mapping[str, frozenset[str]] | None = None,
) -> Verdicts:
    """Evaluate and pass both tables through the write gate."""
    companies = companies_frame(day, issuers, public, sectors)
    months = pl.DataFrame({"as_of_date": [day], "known_as_of": [known or day + dt.timedelta(days=10)]})
    dated = [{**row, "as_of_date": day} for row in claims]
    found = evaluate(
        evidence_frame(dated),
        companies,
        months,
        rules,
        ownership=ownership_frame([{**row, "as_of_date": day} for row in owners]),
        overrides=overrides,
        proxies=proxies,
        sets=sets or {},
    )
    TABLES["core.issuer_verdicts"].validate(found.issuer_verdicts)
    TABLES["core.verdict_explanations"].validate(found.verdict_explanations)
    return found


def verdict(claims: Sequence[Mapping[str, Any]], the_rule: Rule, **given: Any) -> dict[str, Any]:
    """The only verdict of one company under one rule."""
    return screen(claims, [the_rule], **given).issuer_verdicts.row(0, named=True)


def explanations(claims: Sequence[Mapping[str, Any]], the_rule: Rule, **given: Any) -> dict[str, dict[str, Any]]:
    """Explanation rows of one company under one rule, by criterion."""
    rows = screen(claims, [the_rule], **given).verdict_explanations.iter_rows(named=True)
    return {row["criterion_id"]: row for row in rows}


def one(measure: str, op: str, value: str | None = None, **given: Any) -> Rule:
    """A rule with one criterion, ``c``."""
    return rule(criteria={"any": [criterion(measure, op, value, id="c")]}, **given)


def row(claims: Sequence[Mapping[str, Any]], the_rule: Rule, **given: Any) -> dict[str, Any]:
    """What is explained about the criterion ``c``."""
    return explanations(claims, the_rule, **given)["c"]
