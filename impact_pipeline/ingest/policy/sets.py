"""Reference sets of the policy: substances and commodities, definitions, and sectors that stand in for evidence."""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.domain.screening.rule_parts import Day, Part, Text
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.ingest.nace_revisions import in_both_revisions
from impact_pipeline.ingest.policy.documents import documents
from impact_pipeline.ingest.policy.factors import FactorSet
from impact_pipeline.ingest.policy.strict_yaml import Document, parse

_CAS = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def _checked(cas: str) -> str:
    digits = cas.replace("-", "")
    if not _CAS.fullmatch(cas):
        raise ValueError("a CAS number such as 138261-41-3")
    if sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), start=1)) % 10 != int(digits[-1]):
        raise ValueError("a CAS number with a right check digit")
    return cas


Cas = Annotated[str, AfterValidator(_checked)]


class Member(Part):
    """One substance or commodity of a set, with what is known of it and where that was read."""

    name: Text
    cas: Cas | None = None
    #: Other registrations of the same substance (isomers); salts and branched forms are other substances.
    other_cas: tuple[Cas, ...] = ()
    #: Chemical or regulatory family, e.g. the IRAC group ``4A``.
    family: Text | None = None
    status_fr: Text | None = None
    #: Day from which the status holds.
    since: Day | None = None
    source: Text | None = None
    note_fr: Text | None = None


class NamedSet(Part):
    """A list that rules and evidence refer to by name (``evidence.substance_set``)."""

    id: Text
    title_fr: Text
    source: Text
    members: Annotated[tuple[Member, ...], Field(min_length=1)]


class Definition(Part):
    """One meaning of a word that several texts define differently (``evidence.model``)."""

    id: Text
    text_fr: Text
    source: Text


class Definitions(Part):
    """The definitions that a rule may name with ``definition:``."""

    id: Text
    title_fr: Text
    definitions: Annotated[tuple[Definition, ...], Field(min_length=1)]


class SectorProxies(Part):
    """Sectors whose companies are taken as exposed to a theme while nobody has researched them."""

    id: Text
    title_fr: Text
    source: Text
    sectors: Annotated[tuple[SectorProxy, ...], Field(min_length=1)]


@dataclass(frozen=True)
class ReferenceSets:
    """Everything of the folder ``sets``."""

    named: tuple[NamedSet, ...]
    definitions: tuple[Definition, ...]
    proxies: tuple[SectorProxy, ...]
    factors: tuple[FactorSet, ...] = ()

    def check(self, rule: Rule, document: Document) -> None:
        """Refuse a rule that names a set or a definition the policy does not have; a policy without any is free."""
        sets, definitions = [found.id for found in self.named], [found.id for found in self.definitions]
        for _, criterion, _ in rule.criterions():
            _require(document, "set", criterion.substance_set, sets, "a set of the folder sets")
            _require(document, "definition", criterion.definition, definitions, "a definition of the folder sets")


def _require(document: Document, key: str, wanted: str | None, known: list[str], expected: str) -> None:
    if wanted is None or not known or wanted in known:
        return
    near = difflib.get_close_matches(wanted, sorted(known), n=1)
    path = next((p for p in document.lines if p[-1:] == (key,) and _at(document.value, p) == wanted), ())
    hint = f"Did you mean {near[0]}?" if near else ""
    document.fail(path, f"the {key} {wanted}", expected, key=key, hint=hint)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def read_sets(folder: Path, files: list[str]) -> ReferenceSets:
    """Named sets, definitions, sector proxies and sector factors of all files together.

    Raises:
        PolicyFileError: a wrong entry, an id given twice, a CAS number that stands for two substances.
    """
    named: list[tuple[NamedSet, Document]] = []
    definitions: list[tuple[Definition, Document]] = []
    proxies: list[SectorProxy] = []
    factors: list[tuple[FactorSet, Document]] = []
    for _, document in documents(folder, files, "sets"):
        keys = document.value if isinstance(document.value, dict) else {}
        if "sectors" in keys:
            proxies += parse(SectorProxies, document).sectors
        elif "factors" in keys:
            factors.append((parse(FactorSet, document), document))
        elif "definitions" in keys:
            definitions += [(entry, document) for entry in parse(Definitions, document).definitions]
        else:
            named.append((parse(NamedSet, document), document))
    _refuse_twice(named, lambda entry: entry.id)
    _refuse_twice(definitions, lambda entry: entry.id)
    _refuse_twice(factors, lambda entry: entry.id)
    _one_name_per_number(named)
    return ReferenceSets(
        tuple(entry for entry, _ in named), tuple(entry for entry, _ in definitions), in_both_revisions(proxies),
        tuple(entry for entry, _ in factors),
    )  # fmt: skip


def _refuse_twice(entries: Iterable[tuple[Any, Document]], name_of: Callable[[Any], str]) -> None:
    first: dict[str, str] = {}
    for entry, document in entries:
        name = name_of(entry)
        if name in first:
            document.fail(("id",), f"{name} twice", "each id once", hint=f"The first is in {first[name]}")
        first[name] = document.file


def _one_name_per_number(named: Iterable[tuple[NamedSet, Document]]) -> None:
    """A right check digit says nothing about whose number it is: across all sets one number has one name, and back."""
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for found, document in named:
        for place, member in enumerate(found.members):
            path = ("members", place)
            if [other.name for other in found.members].count(member.name) > 1:
                document.fail((*path, "name"), f"{member.name} twice in {found.id}", "each member once")
            for number in filter(None, (member.cas, *member.other_cas)):
                if names.setdefault(number, member.name) != member.name:
                    document.fail((*path, "cas"), f"{number} for {member.name}", f"the number of {names[number]} alone")
            if member.cas and numbers.setdefault(member.name, member.cas) != member.cas:
                document.fail(
                    (*path, "cas"), f"{member.cas} for {member.name}", f"{numbers[member.name]} as in another set"
                )
