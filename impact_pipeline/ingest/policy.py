"""The policy folder: rules, sets, methodology and targets, read, checked and laid out as tables.

Nothing of a policy is applied before all of it is valid. Overrides, engagements and supplier profiles are
read elsewhere; their bytes count in ``sha256`` all the same, because they change results.
"""

import datetime as dt
import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

import polars as pl
from pydantic import Field, StrictInt, field_validator, model_validator

from impact_pipeline.domain.screening.rule_parts import Day, Number, Part, Text
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy_yaml import Document, parse, read_documents
from impact_pipeline.schemas import TABLES

FOLDERS = ("rules", "sets", "overrides", "engagements", "profiles")
FILES = ("methodology.yaml", "targets.yaml")
IndicatorId = Literal[
    "portfolio_footprint",
    "portfolio_footprint_change",
    "financed_emissions",
    "strategic_share",
    "real_economy_share",
    "excluded_exposure",
    "pfas_exposure",
    "footprint_per_person",
    "carbon_coverage",
    "data_quality",
]
INDICATORS: tuple[str, ...] = get_args(IndicatorId)
_Years = Annotated[StrictInt, Field(ge=0, le=20)]
_FOREVER = dt.date.max


class Methodology(Part):
    """Method choices of the carbon and share figures: the columns of ``policy.methodology``."""

    scope_2_preferred: Literal["market", "location"]
    debt_outstanding: Literal["nominal", "book_value", "market_value"]
    max_emissions_age_years: _Years
    max_financials_age_years: _Years
    headline_perimeter: Text
    headline_scopes: Literal["1_2", "3", "1_2_3"]


class Target(Part):
    """One line of the committee's table: label, unit and, where published, baseline and target."""

    indicator_id: IndicatorId
    label_fr: Text
    unit: Text
    baseline_date: Day | None = None
    target_value: Number | None = None
    target_date: Day | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.target_value is None) != (self.target_date is None):
            raise ValueError("target_value and target_date together, or neither")
        return self


class Member(Part):
    """One substance or commodity of a set."""

    name: Text
    cas: Text | None = None

    @field_validator("cas")
    @classmethod
    def _check_digit(cls, cas: str | None) -> str | None:
        if cas is not None:
            digits = cas.replace("-", "")
            total = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), start=1))
            if not digits.isdigit() or total % 10 != int(digits[-1]):
                raise ValueError("a CAS number with a right check digit")
        return cas


class NamedSet(Part):
    """A list that rules and evidence refer to by name (``evidence.substance_set``)."""

    id: Text
    title_fr: Text
    source: Text
    members: Annotated[tuple[Member, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Policy:
    """A whole, valid policy; ``sha256`` names its exact content, overrides and profiles included."""

    rules: tuple[Rule, ...]
    methodology: Methodology
    targets: tuple[Target, ...]
    sets: tuple[NamedSet, ...]
    files: tuple[str, ...]
    rule_files: tuple[str, ...]
    sha256: str


def load_policy(folder: Path) -> Policy:
    """Read and check the policy folder.

    Raises:
        PolicyFileError: with file, line, key, what was expected and the nearest known name.
    """
    if not folder.is_dir():
        raise PolicyFileError(str(folder), "no such folder", "a policy folder", hint="Give another with --policy")
    files = _policy_files(folder)
    sets = tuple(parse(NamedSet, document) for _, document in _documents(folder, files, "sets"))
    rules = _rules(folder, files, {found.id for found in sets})
    return Policy(
        rules=tuple(rule for rule, _ in rules),
        methodology=parse(Methodology, _single(folder, "methodology.yaml")),
        targets=_targets(_single(folder, "targets.yaml")),
        sets=sets,
        files=tuple(files),
        rule_files=tuple(document.file for _, document in rules),
        sha256=_digest(folder, files),
    )


def policy_frames(policy: Policy, months: Iterable[dt.date]) -> dict[str, pl.DataFrame]:
    """Tables ``policy.rules``, ``policy.methodology``, ``policy.targets``: one set of rows per month end."""
    days = sorted(set(months))
    by_rule = sorted(zip(policy.rules, policy.rule_files, strict=True), key=lambda pair: pair[0].id)
    rules = [
        {"as_of_date": day, **_rule_row(rule, file)} for day in days for rule, file in by_rule if rule.in_force(day)
    ]
    methodology = [{"as_of_date": day, **policy.methodology.model_dump()} for day in days]
    targets = [
        {"as_of_date": day, **target.model_dump(exclude={"target_value"}), "sort_order": place}
        | {"target_value": None if target.target_value is None else float(target.target_value)}
        for day in days
        for place, target in enumerate(policy.targets, start=1)
    ]
    rows = {"policy.rules": rules, "policy.methodology": methodology, "policy.targets": targets}
    return {name: TABLES[name].frame(found).sort(TABLES[name].grain) for name, found in rows.items()}


def _rule_row(rule: Rule, file: str) -> dict[str, object]:
    return {
        "rule_id": rule.id,
        "rule_version": rule.version,
        "title_fr": rule.title_fr,
        "rule_status": rule.status,
        "can_exclude": rule.can_exclude,
        "valid_from": rule.valid.start,
        "divest_days": rule.holdings.divest_days,
        "rule_sha": rule.sha,
        "file": file,
    }


def _policy_files(folder: Path) -> list[str]:
    """Paths of the policy's YAML files below the folder, sorted; a file nobody would read is an error."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith(".") for part in Path(name).parts):
            continue
        if path.suffix.lower() in (".yml", ".json") or (path.suffix.lower() == ".yaml" and path.suffix != ".yaml"):
            raise PolicyFileError(name, f"the ending {path.suffix}", "the ending .yaml", hint="Rename the file")
        if path.suffix == ".yaml":
            _refuse_stray(name)
            found.append(name)
    return sorted(found)


def _refuse_stray(name: str) -> None:
    place, _, rest = name.partition("/")
    known = FOLDERS if rest else FILES
    if place not in known:
        near = difflib.get_close_matches(place, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise PolicyFileError(name, "a file the policy does not know", "one of " + ", ".join(known), hint=hint)


def _documents(folder: Path, files: list[str], place: str) -> Iterator[tuple[str, Document]]:
    """Documents of the files in ``place``; a document that is a list counts as many."""
    for name in files:
        if not name.startswith(f"{place}/"):
            continue
        documents = read_documents(folder / name, name)
        if not documents:
            raise PolicyFileError(name, "an empty file", f"at least one entry of {place}")
        for document in documents:
            if isinstance(document.value, list):
                yield from ((name, document.item(position)) for position in range(len(document.value)))
            else:
                yield name, document


def _single(folder: Path, name: str) -> Document:
    if not (folder / name).is_file():
        raise PolicyFileError(
            name, "no such file", "the file in the policy folder", hint="Copy it from the demo policy"
        )
    documents = read_documents(folder / name, name)
    if len(documents) != 1:
        raise PolicyFileError(name, f"{len(documents)} documents", "exactly one")
    return documents[0]


def _rules(folder: Path, files: list[str], set_ids: set[str]) -> list[tuple[Rule, Document]]:
    found: list[tuple[Rule, Document]] = []
    for _, document in _documents(folder, files, "rules"):
        rule = parse(Rule, document)
        _check_sets(rule, document, set_ids)
        for other, _ in found:
            if other.id == rule.id:
                _check_versions(rule, other, document)
        found.append((rule, document))
    if not found:
        raise PolicyFileError("rules", "no rule", "at least one file rules/*.yaml")
    return found


def _check_sets(rule: Rule, document: Document, set_ids: set[str]) -> None:
    for _, criterion, _ in rule.criterions():
        wanted = criterion.substance_set
        if wanted is not None and set_ids and wanted not in set_ids:
            near = difflib.get_close_matches(wanted, sorted(set_ids), n=1)
            path = next((p for p in document.lines if p[-1:] == ("set",)), ())
            hint = f"Did you mean {near[0]}?" if near else ""
            document.fail(path, f"the set {wanted}", "a set of the folder sets", key="set", hint=hint)


def _check_versions(rule: Rule, other: Rule, document: Document) -> None:
    if rule.version == other.version:
        document.fail(("version",), f"{rule.id} version {rule.version} twice", "each version once")
    if "retired" in (rule.status, other.status):
        return
    if rule.valid.start < (other.valid.end or _FOREVER) and other.valid.start < (rule.valid.end or _FOREVER):
        document.fail(
            ("valid",), f"{rule.id} versions {other.version} and {rule.version} in force together",
            "one version of a rule at a time", hint="Give the older one a 'to' date",
        )  # fmt: skip


def _targets(document: Document) -> tuple[Target, ...]:
    if not isinstance(document.value, list):
        document.fail((), "no list", "a list of indicators")
    targets = tuple(parse(Target, document.item(place)) for place in range(len(document.value)))
    ids = [target.indicator_id for target in targets]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            document.fail((place, "indicator_id"), f"{name} twice", "each indicator once")
    missing = [name for name in INDICATORS if name not in ids]
    if missing:
        document.fail((), f"no {missing[0]}", "all ten indicators", key="indicator_id")
    return targets


def _digest(folder: Path, files: list[str]) -> str:
    """sha256 over path and bytes of every file, each with its length so that no two policies look alike."""
    digest = hashlib.sha256()
    for name in files:
        for part in (name.encode(), (folder / name).read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
