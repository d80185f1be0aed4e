"""What a rule is about besides its thresholds: roles, lists, and which lists hold others."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from impact_pipeline.domain.screening.rules import Rule

#: Members of the policy's reference sets, by id of the set.
Sets = Mapping[str, frozenset[str]]
NO_SETS: Sets = MappingProxyType({})


def roles_of(rule: Rule) -> tuple[str, ...]:
    """Roles the rule is about: those of its ``applies_if``, else those its criteria name."""
    if rule.applies_if is not None and rule.applies_if.roles_any:
        return rule.applies_if.roles_any
    return tuple(sorted({role for _, c, mitigates in rule.criterions() if not mitigates for role in c.roles}))


def sets_of(rule: Rule) -> list[str]:
    """Lists and commodities the rule is about."""
    named = {c.substance_set for _, c, mitigates in rule.criterions() if c.substance_set and not mitigates}
    return sorted(named | set(rule.applies_if.commodities_any if rule.applies_if else ()))


def related(asked: str | None, sets: Sets, is_related: Callable[[frozenset[str], frozenset[str]], bool]) -> list[str]:
    """Other sets that hold no more, or no less, than the asked one; the same members under another name are both."""
    if asked is None or asked not in sets:
        return []
    return sorted(name for name, members in sets.items() if name != asked and is_related(sets[asked], members))
