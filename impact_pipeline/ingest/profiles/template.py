"""Profiles of kind ``tpt``: the Tripartite Template, recognised by its field numbers."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, field_validator

from impact_pipeline.ingest.files.spellings import field_number, heading_key
from impact_pipeline.ingest.profiles.shape import Part, Shape, Text
from impact_pipeline.schemas import vocabulary as words

#: Names that a profile of kind ``tpt`` maps to field numbers; the first seven must be mapped.
NEEDED_FIELDS = (
    "portfolio_id",
    "portfolio_currency",
    "net_asset_value",
    "valuation_date",
    "instrument_code",
    "market_value",
    "cic",
)
OTHER_FIELDS = (
    "portfolio_name",
    "reporting_date",
    "share_price",
    "share_count",
    "instrument_code_type",
    "grouping_code",
    "instrument_name",
    "quantity",
    "nominal_amount",
    "quotation_currency",
    "market_value_quotation",
    "weight",
    "issuer_name",
    "issuer_code",
    "issuer_code_type",
    "group_name",
    "group_code",
    "group_code_type",
    "country",
    "sector",
    "underlying_cic",
    "underlying_code",
    "underlying_code_type",
    "underlying_name",
    "underlying_issuer_name",
    "underlying_issuer_code",
    "underlying_issuer_code_type",
    "underlying_group_code",
    "embedded_portfolio",
    "asset_category",
    "sector_nace_2_1",
)
FIELDS = (*NEEDED_FIELDS, *OTHER_FIELDS)


def _field_number(text: str) -> str:
    if field_number(text) != text:
        raise ValueError("a field number of the template")
    return text


FieldNumber = Annotated[str, AfterValidator(_field_number)]


class Constants(Part):
    """Values that every row of a Tripartite Template gets."""

    portfolio_kind: Literal[words.PORTFOLIO_KINDS] | None = None  # type: ignore[valid-type]
    ownership_source: Text | None = None


class TemplateProfile(Shape):
    """A Tripartite Template. ``fields`` maps our names to field numbers of the template.

    ``headers`` maps headings that carry no field number to one; letter case, accents and everything but letters and
    digits do not matter there.
    """

    header_rows: ClassVar[int] = 1

    kind: Literal["tpt"]
    dataset: Literal["holdings"]
    fields: dict[Literal[FIELDS], FieldNumber]  # type: ignore[valid-type]
    headers: dict[Text, FieldNumber] = Field(default_factory=dict)
    constants: Constants = Constants()

    @field_validator("fields")
    @classmethod
    def _complete(cls, fields: dict[str, str]) -> dict[str, str]:
        missing = [needed for needed in NEEDED_FIELDS if needed not in fields]
        if missing:
            raise ValueError("a field number for " + ", ".join(missing))
        return fields

    def uses(self, heading: str) -> bool:
        """Whether a column of the file is mapped."""
        return self.number_of(heading) in self.fields.values()

    reads = uses

    def is_date(self, heading: str) -> bool:
        """Whether a column of the file may be the valuation date."""
        return self.number_of(heading) == self.fields["valuation_date"]

    def number_of(self, heading: str) -> str | None:
        """Field number of a heading: the one it starts with, else the one of its name."""
        return field_number(heading) or self._numbers.get(heading_key(heading))

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {heading_key(heading): number for heading, number in self.headers.items()}

    def missing(self, header: Sequence[str]) -> list[str]:
        """Field numbers of the signature that a header lacks."""
        found = {self.number_of(name) for name in header}
        return [number for number in self.signature if number not in found]

    def gap(self, missing: Sequence[str]) -> tuple[str, str]:
        """What a refusal says was found and expected when these fields are missing."""
        what = {number: name.replace("_", " ") for name, number in self.fields.items()}
        expected = ", ".join(f"{number} ({what.get(number, 'signature')})" for number in missing)
        return f"field {', '.join(missing)} missing", f"a column for {expected}"
