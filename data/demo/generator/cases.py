"""Screening cases: the shape of a case, and the list of all of them.

A case is a small story (screening.md 4.12) told with fictional issuers: their evidence, their links, and the
outcome which one rule should give at 31/12/2024 under the demo policy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from generator.base import EVIDENCE_YEARS

Values = str | Callable[[int], str]  # constant, or by fiscal year


@dataclass(frozen=True)
class Member:
    """An issuer made for a case."""

    key: str
    name: str
    sector: str
    country: str = "FR"
    size: float = 6000
    listed: bool = True
    financial: bool = False
    enterprise_size: str = "ge"


@dataclass(frozen=True)
class Claim:
    """One statement about one issuer, repeated for each fiscal year of `years`."""

    issuer: str
    measure: str
    lo: Values = ""
    hi: Values | None = None  # same as lo unless told
    role: str = ""
    substances: str = ""
    model: str = ""
    unit: str = "pct"
    basis: str = "group"
    method: str = "reported"
    source: str = "rapport_annuel"
    grade: str = "B"
    coverage: str = "researched_involved"
    years: tuple[int, ...] = EVIDENCE_YEARS
    hi_open: bool = False
    locator: str = ""
    known: str = ""  # overrides published_on and known_from


@dataclass(frozen=True)
class Link:
    """An ownership edge."""

    child: str
    parent: str
    pct: str
    controlled: bool
    since: str = "2015-01-01"
    until: str = ""
    known: str = "2019-06-30"


@dataclass(frozen=True)
class Case:
    """A story, its rule and the outcome expected at 31/12/2024."""

    code: str
    rule: str
    expected: dict[str, str]  # outcome by issuer key; several accepted outcomes are joined by "|"
    note: str
    members: tuple[Member, ...] = ()
    claims: tuple[Claim, ...] = ()
    links: tuple[Link, ...] = ()
    also: dict[str, dict[str, str]] = field(default_factory=dict)  # outcomes under other rules


def flag(issuer: str, measure: str, value: str, **traits: object) -> Claim:
    """Return a yes/no claim."""
    return Claim(issuer, measure, value, unit="bool", **traits)  # type: ignore[arg-type]


def rspo(issuer: str, identity: str, segregated: str, balance: str, **traits: object) -> tuple[Claim, ...]:
    """Return the certified shares by model; they add up."""
    return tuple(
        Claim(issuer, "certified_share.rspo", share, model=model, source="declaration_rspo", **traits)  # type: ignore[arg-type]
        for model, share in (("IP", identity), ("SG", segregated), ("MB", balance))
    )


def _all() -> tuple[Case, ...]:
    """Collect the cases of each theme."""
    from generator import cases_neonics, cases_palm, cases_soda, cases_watch

    return (*cases_palm.CASES, *cases_neonics.CASES, *cases_soda.CASES, *cases_watch.CASES)


ALL: tuple[Case, ...] = _all()


def excluded_keys() -> frozenset[str]:
    """Return the issuers which are EXCLUDED by construction at every month of the demo."""
    return frozenset(
        key
        for case in ALL
        for outcomes in (case.expected, *case.also.values())
        for key, outcome in outcomes.items()
        if outcome == "EXCLUDED"
    )
