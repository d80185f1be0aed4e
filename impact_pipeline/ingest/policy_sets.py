"""Reference sets of the policy: substances and commodities by name, and sector codes that stand in for evidence."""

from typing import Annotated

from pydantic import Field, field_validator

from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.domain.screening.rule_parts import Part, Text


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


class SectorProxies(Part):
    """Sectors whose companies are taken as exposed to a theme while nobody has researched them."""

    id: Text
    title_fr: Text
    source: Text
    sectors: Annotated[tuple[SectorProxy, ...], Field(min_length=1)]
