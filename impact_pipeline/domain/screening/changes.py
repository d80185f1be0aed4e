"""What another policy would change: rules and outcomes compared before a vote. Nothing is decided here."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from impact_pipeline.domain.screening.rules import Rule

EXCLUDED = "EXCLUDED"


@dataclass(frozen=True)
class RuleChange:
    """A rule that is new, gone or different; ``assumed`` says what was taken for granted to evaluate it."""

    rule_id: str
    change: Literal["added", "removed", "changed"]
    old_version: str | None
    new_version: str | None
    assumed: tuple[str, ...]
    #: Compiled keys that differ: path, old value, new value.
    keys: tuple[tuple[str, str | None, str | None], ...]


def compiled_keys(rule: Rule) -> dict[str, str]:
    """Every key of the compiled rule and its value as text; criteria by id, ``–`` where there is nothing."""
    return dict(_leaves(rule.model_dump(mode="json", by_alias=True), ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for place, part in enumerate(value, start=1):
            name = (part.get("id") if isinstance(part, dict) else None) or place
            yield from _leaves(part, f"{path}[{name}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value)) or "–"
    elif isinstance(value, bool):
        yield path, str(value).lower()
    else:
        yield path, "–" if value is None or value == {} else str(value)


def changed_keys(old: Rule, new: Rule) -> tuple[tuple[str, str | None, str | None], ...]:
    """Compiled keys whose values differ; ``None`` where a rule has no such key."""
    before, after = compiled_keys(old), compiled_keys(new)
    names = [*before, *(name for name in after if name not in before)]
    return tuple((name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))


def proposed(old: Sequence[Rule], new: Sequence[Rule], day: dt.date) -> dict[str, tuple[Rule, tuple[str, ...]]]:
    """Rules of ``new`` to evaluate on ``day``, by id, with what is assumed of each.

    A version that ``old`` does not have in this form is what people are to vote on: it stands in for the versions
    before it as if it were approved and in force already. All others are evaluated as they are.
    """
    known = {(rule.id, rule.version): rule.sha for rule in old}
    found: dict[str, tuple[Rule, tuple[str, ...]]] = {}
    for rule in sorted(new, key=lambda rule: rule.valid.start):
        if rule.status == "retired" or (rule.valid.end is not None and rule.valid.end <= day):
            continue
        if known.get((rule.id, rule.version)) != rule.sha:
            found[rule.id] = _as_if_voted(rule, day)
        elif rule.in_force(day) and rule.id not in found:
            found[rule.id] = rule, ()
    return found


def _as_if_voted(rule: Rule, day: dt.date) -> tuple[Rule, tuple[str, ...]]:
    changes: dict[str, Any] = {}
    assumed = []
    if rule.status != "approved":
        changes["status"] = "approved"
        assumed.append("approved")
    if rule.valid.start > day:
        changes["valid"] = rule.valid.model_copy(update={"start": day})
        assumed.append(f"in force on {day.isoformat()}")
    return rule.model_copy(update=changes), tuple(assumed)


def rule_changes(old: Sequence[Rule], new: Sequence[Rule], day: dt.date) -> list[RuleChange]:
    """Rules added, removed or changed among those evaluated on ``day``, by id."""
    before = {rule.id: rule for rule in old if rule.in_force(day)}
    voted = proposed(old, new, day)
    written = {(rule.id, rule.version): rule for rule in new}
    found = []
    for name in sorted({*before, *voted}):
        was = before.get(name)
        stands, assumed = voted.get(name, (None, ()))
        now = written[name, stands.version] if stands else None
        if was is not None and now is not None and was.sha == now.sha:
            continue
        found.append(
            RuleChange(
                rule_id=name,
                change="changed" if was and now else "added" if now else "removed",
                old_version=was.version if was else None,
                new_version=now.version if now else None,
                assumed=assumed,
                keys=changed_keys(was, now) if was and now else (),
            )
        )
    return found


def changed_outcomes(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Pairs of issuer and rule whose outcome differs: ``old_outcome``, ``new_outcome``, ``text_fr`` of the new one.

    Args:
        old: ``core.issuer_verdicts`` of one month under one policy.
        new: the same month under the other; a rule that only one of them has leaves the other outcome null.
    """
    key = ["issuer_id", "rule_id"]
    return (
        old.select(*key, old_outcome="outcome")
        .join(new.select(*key, "text_fr", new_outcome="outcome"), on=key, how="full", coalesce=True)
        .filter(pl.col("old_outcome").ne_missing(pl.col("new_outcome")))
        .select(*key, "old_outcome", "new_outcome", "text_fr")
        .sort(key)
    )


def names_in_and_out(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Issuers that come onto the exclusion list or leave it: ``movement`` (in, out) and the rules that exclude."""
    sides = [
        verdicts.filter(pl.col("outcome") == EXCLUDED)
        .group_by("issuer_id")
        .agg(pl.col("rule_id").sort().str.join(", ").alias(name))
        for verdicts, name in ((old, "old_rules"), (new, "new_rules"))
    ]
    was, is_now = pl.col("old_rules").is_not_null(), pl.col("new_rules").is_not_null()
    return (
        sides[0]
        .join(sides[1], on="issuer_id", how="full", coalesce=True)
        .filter(was != is_now)
        .select("issuer_id", movement=pl.when(is_now).then(pl.lit("in")).when(was).then(pl.lit("out")),
                rules=pl.coalesce("new_rules", "old_rules"))
        .sort("movement", "issuer_id")
    )  # fmt: skip
