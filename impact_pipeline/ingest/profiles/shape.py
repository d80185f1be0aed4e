"""What every supplier profile says: how the files are written, whatever their kind."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

Text = Annotated[str, Field(min_length=1, max_length=500)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Dataset = Literal[
    "portfolios",
    "holdings",
    "issuers",
    "ownership",
    "issuer_financials",
    "issuer_emissions",
    "sovereigns",
    "fund_declarations",
    "evidence",
    "classifications",
    "fx_rates",
    "organisation",
    "identifiers",
]
Extension = Literal["csv", "xlsx", "xls", "ods", "json", "parquet"]
Encoding = Literal["utf-8", "cp1252", "iso-8859-1"]


def one_or_more(value: Any) -> Any:
    """A text alone stands for a list of one."""
    return (value,) if isinstance(value, str) else value


#: Editors are told that a text may stand where a list may.
_TEXT_OR_LIST = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
#: One text or several.
OneOrMore = Annotated[tuple[Text, ...], BeforeValidator(one_or_more), WithJsonSchema(_TEXT_OR_LIST)]
Encodings = Annotated[
    tuple[Encoding, ...], BeforeValidator(one_or_more), Field(min_length=1), WithJsonSchema(_TEXT_OR_LIST)
]


class Part(BaseModel):
    """Only the keys that are named, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Shape(Part):
    """How a supplier's files are written, whatever their kind.

    ``encoding`` may list several: the first that the whole file is valid in counts (name utf-8 before cp1252: text in
    cp1252 is hardly ever valid UTF-8). ``thousands`` is the mark between thousands of a number, nothing when there is
    none; a blank stands for the no-break blanks of spreadsheets, too. ``dataset`` is the folder of the inputs that the
    files are put into. ``unknown`` lists the texts that stand for a missing figure.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    title: Text
    dataset: Dataset
    extensions: Annotated[tuple[Extension, ...], Field(min_length=1)]
    encoding: Encodings = ("utf-8",)
    delimiters: Annotated[tuple[Literal[",", ";", "|", "\t"], ...], Field(min_length=1)] = (",",)
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    signature: Texts
    unknown: tuple[str, ...] = ()

    @field_validator("thousands")
    @classmethod
    def _two_marks(cls, mark: str, info: ValidationInfo) -> str:
        if mark == info.data.get("decimal"):
            raise ValueError("another mark than that of decimals")
        return mark
