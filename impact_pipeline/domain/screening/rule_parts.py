"""Small parts of the rule language: numbers, days, validity, demands on evidence, terms for holders."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from impact_pipeline.schemas.vocabulary import ASSET_CLASSES, POCKETS

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
NOT_QUOTED = 'a number between quotes with a dot, at most 6 decimals, e.g. "5" or "0.5"'

Grade = Literal["A", "B", "C", "D", "E"]
Operator = Literal[">", ">=", "<", "<=", "is_true", "is_false"]


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    raise ValueError(NOT_QUOTED)


def _day(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    raise ValueError("a date such as 2025-04-01")


def _version(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


#: Editors are told the same: a number is text, so that 0.1 stays 0.1.
Number = Annotated[
    Decimal, BeforeValidator(_number), WithJsonSchema({"type": "string", "pattern": f"^{NUMBER.pattern}$"})
]
Day = Annotated[dt.date, BeforeValidator(_day)]
_VERSION = r"^[0-9A-Za-z][0-9A-Za-z.]{0,15}$"
Version = Annotated[
    str,
    BeforeValidator(_version),
    Field(pattern=_VERSION),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _VERSION}, {"type": "integer"}]}),
]
Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """Base of every part of a rule: immutable, and a key that does not exist is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Approval(Part):
    """Who signed the rule, when, in which minutes."""

    by: Text
    on: Day
    minutes: Text


class Validity(Part):
    """In force from ``from`` (included) to ``to`` (excluded; empty = until further notice)."""

    start: Day = Field(alias="from")
    end: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("'to' must be after 'from'")
        return self


#: Words of ``scope.portfolio``: the pockets they stand for. A line nobody gave a pocket ("other") is in every scope.
_POCKETS_MEANT = {
    **{pocket: (pocket,) for pocket in POCKETS},
    "actifs_rendement": ("return",),
    "participations_strategiques": ("strategic",),
    "immobilier_exploitation": ("own_use_property",),
    "immobilier_placement": ("investment_property",),
    "tresorerie": ("treasury",),
}
#: Words of ``scope.asset``: the asset classes they stand for.
_ASSETS_MEANT = {
    **{name: (name,) for name in ASSET_CLASSES},
    "equity": ("listed_equity", "unlisted_equity"),
    "bond": (
        *("corporate_bond", "covered_bond", "sovereign_bond", "sub_sovereign_bond", "supranational_bond"),
        "securitisation",
    ),
    "convertible": ("corporate_bond",),
    "loan": ("loan", "private_debt", "project_finance", "mortgage"),
    "fund_dedicated": ("fund",),
    "fund_open": ("fund",),
}


def _known_words(words: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        raise ValueError(f"{unknown} is not one of " + ", ".join(sorted(known)))
    return words


class Scope(Part):
    """Pockets and kinds of assets the rule is about; empty = all. A line outside is NOT_APPLICABLE for the rule.

    Derivatives are in every scope: they stand for their underlying. Lines of a fund have their own kind of asset and
    the pocket of the line that holds the fund.
    """

    portfolio: Annotated[tuple[str, ...], AfterValidator(lambda words: _known_words(words, _POCKETS_MEANT))] = ()
    asset: Annotated[tuple[str, ...], AfterValidator(lambda words: _known_words(words, _ASSETS_MEANT))] = ()

    @property
    def pockets(self) -> tuple[str, ...]:
        """Pockets of the lines in scope; empty = all."""
        meant = {pocket for word in self.portfolio for pocket in _POCKETS_MEANT[word]}
        return tuple(pocket for pocket in POCKETS if pocket in meant | {"other"}) if meant else ()

    @property
    def asset_classes(self) -> tuple[str, ...]:
        """Asset classes of the lines in scope; empty = all."""
        meant = {name for word in self.asset for name in _ASSETS_MEANT[word]}
        always = {"derivative", "other"}
        return tuple(name for name in ASSET_CLASSES if name in meant | always) if meant else ()


class AppliesIf(Part):
    """The places in the value chain and the commodities the rule is about."""

    roles_any: tuple[str, ...] = ()
    commodities_any: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.roles_any or self.commodities_any):
            raise ValueError("roles_any or commodities_any is needed")
        return self


class Outcomes(Part):
    """What follows from each truth of the rule: only a proven F may clear, only a proven T may exclude."""

    true: Literal["ENGAGEMENT", "WATCHLIST", "EXCLUDED"] = "EXCLUDED"
    false: Literal["CLEARED"] = "CLEARED"
    unknown: Literal["UNKNOWN", "ENGAGEMENT", "WATCHLIST"] = "UNKNOWN"
    unknown_exposed: Literal["UNKNOWN", "ENGAGEMENT", "WATCHLIST"] = "WATCHLIST"


class Demands(Part):
    """How strong and how fresh evidence must be. Weaker than the minimum: T watches, F becomes unknown."""

    min_grade_true: Grade = "C"
    min_grade_false: Grade = "C"
    max_age_months: Annotated[StrictInt, Field(ge=1, le=120)] = 24
    estimates: Literal["interval", "conservative"] = "interval"


class Near(Part):
    """A value is near its threshold within ``abs_pp`` percentage points or ``rel`` of the threshold."""

    abs_pp: Number = Decimal("0.5")
    rel: Number = Decimal("0.10")


class Reentry(Part):
    """What an excluded issuer must show to come back."""

    measure: Text
    op: Literal[">", ">=", "<", "<="]
    value: Number
    fiscal_years: StrictInt = 1
    decision: Literal["committee", "automatic"] = "committee"


class Down(Part):
    """To which subsidiaries an exclusion goes down."""

    control: StrictBool = True
    min_pct: StrictInt = 50


class Propagation(Part):
    """How an exclusion walks along ownership: down to controlled companies, never up; stakes between are flagged."""

    down: Down | None = Down()
    up: Literal["none"] = "none"
    minority_flag: tuple[StrictInt, StrictInt] = (10, 50)


class Instruments(Part):
    """Who is tested behind an instrument, which bonds are exempt, how much of an open fund may be excluded."""

    eu_green_bond: Literal["test_issuer", "exempt"] = "test_issuer"
    other_uop: Literal["test_issuer", "exempt"] = "test_issuer"
    #: Rules whose exclusion takes the exemption of a use-of-proceeds bond back (a breach of international norms).
    exempt_unless: tuple[Text, ...] = ()
    exchangeable: Literal["issuer_and_underlying", "issuer"] = "issuer_and_underlying"
    short: Literal["never_offsets"] = "never_offsets"
    #: Share of an open fund, in percent, up to which exclusions inside it are tolerated; dedicated funds: none.
    open_fund_tolerance_pct: Number = Decimal("5")

    @model_validator(mode="after")
    def _percentage(self) -> Self:
        if not 0 <= self.open_fund_tolerance_pct <= 100:
            raise ValueError('open_fund_tolerance_pct lies between "0" and "100"')
        return self


class HoldingTerms(Part):
    """What the holder of an excluded issuer must do, and by when."""

    buy: Literal["forbidden_at_decision", "allowed"] = "forbidden_at_decision"
    divest_days: Annotated[StrictInt, Field(ge=0, le=3650)] | None = None
    #: Days within which the committee decides on a watched issuer.
    decide_days: Annotated[StrictInt, Field(ge=0, le=3650)] | None = None
    illiquid: Literal["run_off", "divest"] = "run_off"
    run_off_max: Day | None = None
