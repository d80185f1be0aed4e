"""What people decided about single issuers: overrides of a rule's outcome, and engagements with milestones.

Both are files with two signatures. An override that is out of date, or whose case has changed, falls away by itself.
"""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from impact_pipeline.domain.screening.rule_parts import Day, Part, Text

Outcome = Literal["NOT_APPLICABLE", "CLEARED", "UNKNOWN", "ENGAGEMENT", "WATCHLIST", "EXCLUDED"]
IssuerId = Annotated[str, Field(min_length=1, validation_alias=AliasChoices("issuer_lei", "issuer_id"))]


def a_year_after(day: dt.date) -> dt.date:
    """The same day of the following year; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class Override(Part):
    """One outcome of one rule for one issuer replaced by the committee, for at most twelve months.

    It acts only while the rule says ``from_outcome``: when the case has changed, the override is idle.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9-]{1,40}$")]
    issuer_id: IssuerId
    rule: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9-]{1,30}$")]
    from_outcome: Outcome = Field(alias="from")
    to_outcome: Outcome = Field(alias="to")
    reason_fr: Text
    evidence: Annotated[tuple[Text, ...], Field(min_length=1)]
    author: Text
    approver: Text
    approved_on: Day
    expires_on: Day
    minutes: Text
    conditions_fr: Text | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.author.strip().casefold() == self.approver.strip().casefold():
            raise ValueError(f"an approver other than the author {self.author} (four eyes)")
        if self.from_outcome == self.to_outcome:
            raise ValueError("'from' and 'to' that differ")
        if self.expires_on <= self.approved_on:
            raise ValueError("'expires_on' after 'approved_on'")
        if self.expires_on > a_year_after(self.approved_on):
            raise ValueError(f"'expires_on' at most twelve months after 'approved_on' ({self.approved_on})")
        for name in ("reason_fr", "author", "approver", "minutes"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"some text in '{name}'")
        return self

    def in_force(self, day: dt.date) -> bool:
        """True from the approval to the day it expires, both included."""
        return self.approved_on <= day <= self.expires_on


class Milestone(Part):
    """One thing asked of the issuer, and by when; ``done`` when it happened."""

    due: Day
    what: Text
    done: Day | None = None


class Engagement(Part):
    """A dialogue with an issuer: what is asked, through whom, by when, and what follows if it fails."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Za-z0-9-]{1,40}$")]
    issuer_id: IssuerId
    theme: Text
    opened: Day
    closed: Day | None = None
    ask_fr: Text
    channel: Text
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1)]
    escalation: tuple[Text, ...] = ()
    on_failure: Text | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.closed is not None and self.closed < self.opened:
            raise ValueError("'closed' not before 'opened'")
        if any(milestone.due < self.opened for milestone in self.milestones):
            raise ValueError("milestones due after the engagement was opened")
        return self

    def is_open(self, day: dt.date) -> bool:
        """True from the opening until it is closed."""
        return self.opened <= day and (self.closed is None or day < self.closed)
