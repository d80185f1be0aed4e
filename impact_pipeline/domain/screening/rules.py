"""The rule language of the policy: what a committee may write, with every default filled in.

Thresholds, operators, roles and admissible grades are data; this module only says which words exist and which
combinations would be dangerous (an unknown that clears, an exclusion nobody approved).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, StrictBool, StrictInt, Tag, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from impact_pipeline.domain.screening.measures import is_share
from impact_pipeline.domain.screening.rule_parts import (
    AppliesIf,
    Approval,
    Demands,
    HoldingTerms,
    Instruments,
    Near,
    Number,
    Operator,
    Outcomes,
    Part,
    Propagation,
    Reentry,
    Scope,
    Text,
    Validity,
    Version,
    Words,
)


class Criterion(Part):
    """One comparison of a measure with a threshold, or of a yes/no with yes or no."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")] | None = None
    label_fr: Text | None = None
    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]
    op: Operator
    value: Number | None = None
    basis: Literal["group", "entity", "site"] | None = None
    roles: tuple[str, ...] = ()
    substance_set: Text | None = Field(default=None, alias="set")
    models: Words | None = None
    definition: Text | None = None
    tier: Text | None = None
    dated: StrictBool = False
    max_year: StrictInt | None = None
    #: Of this criterion's evidence; the rule's ``evidence.max_age_months`` when empty.
    max_age_months: Annotated[StrictInt, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        is_flag = self.op in ("is_true", "is_false")
        if not is_flag and self.value is None:
            raise PydanticCustomError("missing_threshold", "a threshold between quotes beside the operator")
        if is_flag and self.value is not None:
            raise ValueError(f"'op: {self.op}' takes no 'value'")
        if is_flag and is_share(self.measure):
            raise ValueError(f"{self.measure} is a percentage and needs one of > >= < <=")
        if is_share(self.measure) and self.value is not None and not 0 <= self.value <= 100:
            raise ValueError('a percentage threshold lies between "0" and "100"')
        if sum(key is not None for key in (self.models, self.definition, self.tier)) > 1:
            raise ValueError("models, definition and tier all qualify evidence.model: give one of them")
        return self

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """Values of ``evidence.model`` that count, whatever the rule calls them."""
        single = tuple(word for word in (self.definition, self.tier) if word)
        return self.models or single


def _kind(value: object) -> str:
    if isinstance(value, Criterion):
        return "criterion"
    return "criterion" if isinstance(value, dict) and ("measure" in value or "op" in value) else "group"


Node = Annotated[
    Annotated[Criterion, Tag("criterion")] | Annotated["Group", Tag("group")],
    Discriminator(_kind),
]
Nodes = Annotated[tuple[Node, ...], Field(min_length=1)]


class AtLeast(Part):
    """``n`` of the listed criteria."""

    n: StrictInt
    of: Nodes

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not 1 <= self.n <= len(self.of):
            raise ValueError(f"n must lie between 1 and {len(self.of)}, the number of criteria")
        return self


class Group(Part):
    """Criteria joined by exactly one of ``any``, ``all``, ``at_least``; ``unless`` lists what mitigates."""

    any_of: Nodes | None = Field(default=None, alias="any")
    all_of: Nodes | None = Field(default=None, alias="all")
    at_least: AtLeast | None = None
    unless: tuple[Node, ...] = ()

    @model_validator(mode="after")
    def _one_logic(self) -> Self:
        if sum(part is not None for part in (self.any_of, self.all_of, self.at_least)) != 1:
            raise ValueError("exactly one of any, all, at_least is needed")
        return self

    @property
    def members(self) -> tuple["Criterion | Group", ...]:
        """The criteria joined, whatever joins them."""
        return self.any_of or self.all_of or (self.at_least.of if self.at_least else ())


class Rule(Part):
    """One rule in one version. Only an approved rule can exclude; a retired one is no longer evaluated."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9-]{1,30}$")]
    version: Version
    status: Literal["draft", "approved", "retired"]
    title_fr: Text
    approved: Approval | None = None
    valid: Validity
    #: ``id@version`` of the defaults that filled the keys the rule leaves out.
    inherits: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}@[0-9A-Za-z][0-9A-Za-z.]{0,15}$")] | None = None
    scope: Scope = Scope()
    applies_if: AppliesIf | None = None
    criteria: Group
    outcome: Outcomes = Outcomes()
    evidence: Demands = Demands()
    near: Near = Near()
    reentry: Reentry | None = None
    propagation: Propagation = Propagation()
    instruments: Instruments = Instruments()
    holdings: HoldingTerms = HoldingTerms()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.status == "approved" and self.approved is None:
            raise ValueError("an approved rule says who approved it: 'approved: {by, on, minutes}'")
        names = [criterion_id for criterion_id, _, _ in self.criterions()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"criterion id {twice[0]} is used twice")
        return self

    @field_serializer("criteria")
    def _plain(self, criteria: Group) -> dict[str, Any]:
        return criteria.model_dump(mode="json", by_alias=True)

    def criterions(self) -> Iterator[tuple[str, Criterion, bool]]:
        """Every criterion in reading order: its id (``c1``... when not named) and whether it mitigates."""
        for position, (criterion, mitigates) in enumerate(_walk(self.criteria, False), start=1):
            yield criterion.id or f"c{position}", criterion, mitigates

    def in_force(self, day: dt.date) -> bool:
        """True when the rule is evaluated on ``day``."""
        within = self.valid.start <= day and (self.valid.end is None or day < self.valid.end)
        return within and self.status != "retired"

    @property
    def can_exclude(self) -> bool:
        """Whether the rule may exclude: approved, and true means EXCLUDED."""
        return self.status == "approved" and self.outcome.true == "EXCLUDED"

    @property
    def sha(self) -> str:
        """sha256 of the compiled rule, every default written out: what the committee signs."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _walk(group: Group, mitigates: bool) -> Iterator[tuple[Criterion, bool]]:
    for members, is_mitigation in ((group.members, mitigates), (group.unless, True)):
        for member in members:
            if isinstance(member, Criterion):
                yield member, is_mitigation
            else:
                yield from _walk(member, is_mitigation)
