"""The policy folder: rules, sets, decisions, corrections, methodology and targets, read and checked as a whole.

Nothing of a policy is applied before all of it is valid. Supplier profiles are read elsewhere; their bytes
count in ``sha256`` all the same, because they change results.
"""

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import Field, StrictInt, field_validator, model_validator

from impact_pipeline.domain.screening.decisions import Engagement, Override
from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.domain.screening.rule_parts import Day, Number, Part, Text
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.expected_files import ExpectedFile, read_expected
from impact_pipeline.ingest.policy.corrections import PlacedCorrection, read_corrections
from impact_pipeline.ingest.policy.defaults import inherited, read_defaults
from impact_pipeline.ingest.policy.documents import digest, documents, policy_files, single
from impact_pipeline.ingest.policy.factors import NONE, FactorSet, chosen
from impact_pipeline.ingest.policy.sets import Definition, NamedSet, ReferenceSets, read_sets
from impact_pipeline.ingest.policy.strict_yaml import Document, parse
from impact_pipeline.schemas.table import month_end
from impact_pipeline.schemas.vocabulary import PERIMETERS

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
#: What the figures are computed in; a ratio where nothing is said. Another unit would only be another label.
_UNITS = {
    "portfolio_footprint": "tCO2e/MEUR",
    "financed_emissions": "tCO2e",
    "footprint_per_person": "kgCO2e/person",
    "data_quality": "score",
}
_Years = Annotated[StrictInt, Field(ge=0, le=20)]
_FOREVER = dt.date.max


class UseOfProceedsAllocation(Part):
    """What an issuer says of its labelled bonds for a fiscal year: the amount allocated, the emissions it finances.

    EUR, and tCO2e of scopes 1+2. Either may be unknown; only with both the pool is told apart from the issuer.
    """

    issuer_id: Text
    fiscal_year: Annotated[StrictInt, Field(ge=1990, le=2100)]
    allocated_eur: Annotated[Number, Field(gt=0)] | None = None
    allocated_scope_1_2_tco2e: Annotated[Number, Field(ge=0)] | None = None
    source: Text


class Methodology(Part):
    """Method choices of the carbon and share figures: the columns of ``policy.methodology``.

    Keys with a default are newer than the first policies, and the default is what those did.
    """

    scope_2_preferred: Literal["market", "location"]
    debt_outstanding: Literal["nominal", "book_value", "market_value"]
    unlisted_equity_outstanding: Literal["market_value", "book_value"] = "market_value"
    #: Id of the factor set of ``sets/`` that stands in for issuers without figures, or ``none``.
    sector_average: Text = NONE
    #: The mutual and the companies that hold for it, by the ids of ``ownership``; a table of its own.
    own_entities: tuple[Text, ...] = ()
    #: Allocation reports of green, social and sustainability bonds; a table of its own.
    use_of_proceeds_allocations: tuple[UseOfProceedsAllocation, ...] = ()
    max_emissions_age_years: _Years
    max_financials_age_years: _Years
    #: Age of a fund's declaration about itself up to which it stands in for its lines; yearly ones come late.
    max_fund_declaration_age_months: Annotated[StrictInt, Field(ge=0, le=240)] = 18
    #: An earlier inventory of a held fund is used up to this age; 0 = never.
    max_inventory_age_days: Annotated[StrictInt, Field(ge=0, le=1100)] = 0
    headline_perimeter: Text
    headline_scopes: Literal["1_2", "3", "1_2_3"]
    #: A baseline restated by at least this ratio replaces the one first computed; no standard sets the figure.
    baseline_recalculation_threshold_ratio: Number = Decimal("0.05")
    #: Thresholds of controls (docs/controls.md): they list lines and move no figure.
    fx_tolerance_ratio: Number = Decimal("0.01")
    moved_value_threshold_ratio: Number = Decimal("0.02")

    @field_validator("headline_perimeter")
    @classmethod
    def _known_perimeter(cls, name: str) -> str:
        if name not in PERIMETERS:
            raise ValueError("one of " + ", ".join(PERIMETERS))
        return name

    @field_validator("baseline_recalculation_threshold_ratio", "fx_tolerance_ratio", "moved_value_threshold_ratio")
    @classmethod
    def _is_a_share(cls, ratio: Decimal) -> Decimal:
        # 0 would replace the baseline every month, also where nothing was restated
        if not 0 < ratio <= 1:
            raise ValueError('above "0" and at most "1", e.g. "0.05" for 5 %')
        return ratio

    @field_validator("use_of_proceeds_allocations")
    @classmethod
    def _told_once(cls, given: tuple[UseOfProceedsAllocation, ...]) -> tuple[UseOfProceedsAllocation, ...]:
        if len({(each.issuer_id, each.fiscal_year) for each in given}) < len(given):
            raise ValueError("each issuer_id and fiscal_year once")
        return given


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
        day = self.baseline_date
        if day is not None and day != month_end(day.year, day.month):
            raise ValueError(f"a baseline_date at a month end, e.g. {month_end(day.year, day.month)}")
        if (self.target_value is None) != (self.target_date is None):
            raise ValueError("target_value and target_date together, or neither")
        unit = _UNITS.get(self.indicator_id, "ratio")
        if self.unit != unit:
            raise ValueError(f"unit: {unit}, in which {self.indicator_id} is computed, not {self.unit}")
        if unit == "ratio" and self.target_value is not None and abs(self.target_value) > 1:
            raise ValueError('a target_value between -1 and 1: "-0.5" for minus 50 %')
        return self


_Decision = TypeVar("_Decision", Override, Engagement)


@dataclass(frozen=True)
class Policy:
    """A whole, valid policy; ``sha256`` names its exact content, overrides and profiles included."""

    rules: tuple[Rule, ...]
    methodology: Methodology
    sector_factors: FactorSet | None
    targets: tuple[Target, ...]
    sets: tuple[NamedSet, ...]
    definitions: tuple[Definition, ...]
    proxies: tuple[SectorProxy, ...]
    overrides: tuple[Override, ...]
    engagements: tuple[Engagement, ...]
    corrections: tuple[PlacedCorrection, ...]
    expected_files: tuple[ExpectedFile, ...] | None
    files: tuple[str, ...]
    rule_files: tuple[str, ...]
    override_files: tuple[str, ...]
    engagement_files: tuple[str, ...]
    sha256: str

    @property
    def set_members(self) -> dict[str, frozenset[str]]:
        """What each set holds: CAS numbers, or names where there are none."""
        return {each.id: frozenset(member.cas or member.name for member in each.members) for each in self.sets}


def read_methodology(folder: Path) -> Methodology:
    """The method choices alone.

    Raises:
        PolicyFileError: no such file, an unknown key, a wrong value.
    """
    return parse(Methodology, single(folder, "methodology.yaml"))


def load_policy(folder: Path) -> Policy:
    """Read and check the policy folder.

    Raises:
        PolicyFileError: with file, line, key, what was expected and the nearest known name.
    """
    if not folder.is_dir():
        raise PolicyFileError(str(folder), "no such folder", "a policy folder", hint="Give another with --policy")
    files = policy_files(folder)
    sets = read_sets(folder, files)
    rules = _rules(folder, files, sets)
    overrides = _decisions(Override, folder, files, "overrides")
    _check_overrides(overrides, {rule.id for rule, _ in rules})
    engagements = _decisions(Engagement, folder, files, "engagements")
    method_file = single(folder, "methodology.yaml")
    methodology = parse(Methodology, method_file)
    return Policy(
        rules=tuple(rule for rule, _ in rules),
        methodology=methodology,
        sector_factors=chosen(methodology.sector_average, sets.factors, method_file),
        targets=_targets(single(folder, "targets.yaml")),
        sets=sets.named,
        definitions=sets.definitions,
        proxies=sets.proxies,
        overrides=tuple(override for override, _ in overrides),
        engagements=tuple(engagement for engagement, _ in engagements),
        corrections=read_corrections(folder, files),
        expected_files=read_expected(folder),
        files=tuple(files),
        rule_files=tuple(document.file for _, document in rules),
        override_files=tuple(document.file for _, document in overrides),
        engagement_files=tuple(document.file for _, document in engagements),
        sha256=digest(folder, files),
    )


def _decisions(kind: type[_Decision], folder: Path, files: list[str], place: str) -> list[tuple[_Decision, Document]]:
    """Overrides or engagements with their documents; each id once."""
    found: list[tuple[_Decision, Document]] = []
    for _, document in documents(folder, files, place):
        decision = parse(kind, document)
        twin = next((other for known, other in found if known.id == decision.id), None)
        if twin is not None:
            document.fail(("id",), f"{decision.id} twice", "each id once", hint=f"The first is in {twin.file}")
        found.append((decision, document))
    return found


def _check_overrides(overrides: Sequence[tuple[Override, Document]], rule_ids: set[str]) -> None:
    """An override is about a rule of the policy, and one decision at a time holds for an issuer and a rule."""
    for place, (override, document) in enumerate(overrides):
        if override.rule not in rule_ids:
            near = difflib.get_close_matches(override.rule, sorted(rule_ids), n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            document.fail(("rule",), f"the rule {override.rule}", "a rule of the policy", hint=hint)
        for other, _ in overrides[:place]:
            same = (other.issuer_id, other.rule) == (override.issuer_id, override.rule)
            if same and override.approved_on <= other.expires_on and other.approved_on <= override.expires_on:
                document.fail(
                    ("approved_on",), f"{other.id} and {override.id} in force together",
                    "one override of an issuer and rule at a time",
                )  # fmt: skip


def _rules(folder: Path, files: list[str], sets: ReferenceSets) -> list[tuple[Rule, Document]]:
    found: list[tuple[Rule, Document]] = []
    defaults = read_defaults(folder, files)
    for _, document in documents(folder, files, "rules"):
        rule = parse(Rule, inherited(document, defaults))
        _check_file_name(rule, document)
        sets.check(rule, document)
        for other, _ in found:
            if other.id == rule.id:
                _check_versions(rule, other, document)
        found.append((rule, document))
    if not found:
        raise PolicyFileError("rules", "no rule", "at least one file rules/*.yaml")
    return found


def _check_file_name(rule: Rule, document: Document) -> None:
    """A file called ``ID@version.yaml`` holds that rule in that version."""
    stem = Path(document.file).name.removesuffix(".yaml")
    if "@" in stem and stem != f"{rule.id}@{rule.version}":
        document.fail(("id",), f"{rule.id}@{rule.version}", f"{stem} as the file is called")


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
