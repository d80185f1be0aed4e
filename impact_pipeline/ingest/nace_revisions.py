"""NACE codes from one revision to the other: sets where an activity was split, nothing where that is not known."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.ingest.nace import REV_2, REV_2_1
from impact_pipeline.ingest.reference import nace_changes

_OTHER = {REV_2: REV_2_1, REV_2_1: REV_2}


@cache
def _changes(scheme: str) -> dict[str, frozenset[str]]:
    """Codes of a revision that mean something else in the other one, and what they became (nothing: not mapped)."""
    own = 0 if scheme == REV_2 else 1
    found: dict[str, set[str]] = {}
    for pair in nace_changes():
        if pair[1]:
            found.setdefault(pair[own], set()).add(pair[1 - own])
        else:
            found.setdefault(pair[0], set())
    return {code: frozenset(others) for code, others in found.items()}


def counterparts(scheme: str, code: str) -> frozenset[str]:
    """Codes of the other revision that the activities of a code have there; empty when that is not known.

    More than one: the code was split, and the code alone does not say which. A group or division stands for all its
    classes: its own digits (the classes that did not change) and the codes of those that did.
    """
    changes, others = _changes(scheme), _changes(_OTHER[scheme])
    if not changes.get(code[:2], {code}):
        return frozenset()
    if code in changes:
        return changes[code]
    inside = [became for changed, became in changes.items() if changed.startswith(code)]
    if not inside and code in others:
        # digits that only the other revision has
        return frozenset()
    return frozenset({code}).union(*inside)


def _is_whole(scheme: str, code: str, within: str) -> bool:
    """Whether everything a code covers lies within a code of the other revision."""
    found = counterparts(scheme, code)
    return bool(found) and all(other.startswith(within) for other in found)


def in_both_revisions(proxies: Sequence[SectorProxy]) -> tuple[SectorProxy, ...]:
    """The proxies, and those that a policy gave for one revision of NACE only, for the other one too.

    Where a code of the other revision also covers what the proxy does not, it suggests nothing as its least: 0 to
    ``hi``. A measure with any proxy in a revision keeps that revision's own list.
    """
    listed = {(proxy.measure, proxy.scheme) for proxy in proxies}
    added: dict[tuple[str, str, str], SectorProxy] = {}
    for proxy in proxies:
        other = _OTHER.get(proxy.scheme)
        if other is None or (proxy.measure, other) in listed:
            continue
        for code in sorted(counterparts(proxy.scheme, proxy.code)):
            lo = proxy.lo if _is_whole(other, code, proxy.code) else Decimal(0)
            trap = f"NACE {proxy.code} dans l'autre révision"
            translated = proxy.model_copy(update={"scheme": other, "code": code, "lo": lo, "trap_fr": trap})
            key = (proxy.measure, other, code)
            # two codes that became one: what both suggest
            before = added.get(key)
            added[key] = translated if before is None else _wider(before, translated)
    return (*proxies, *added.values())


def _wider(first: SectorProxy, second: SectorProxy) -> SectorProxy:
    role = first.role if first.role == second.role else None
    return first.model_copy(update={"lo": min(first.lo, second.lo), "hi": max(first.hi, second.hi), "role": role})
