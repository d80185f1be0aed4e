"""Sector factor sets of the policy: emissions per revenue or assets of a NACE sector, with the prices they are in."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from impact_pipeline.domain.screening.rule_parts import Number, Part, Text
from impact_pipeline.ingest.policy.strict_yaml import Document
from impact_pipeline.ingest.reference import nace_sections

#: Value of ``sector_average`` that asks for no factor set.
NONE = "none"
_Year = Annotated[StrictInt, Field(ge=1990, le=2100)]
_Positive = Annotated[Number, Field(gt=0)]
_Factor = Annotated[Number, Field(ge=0)]


class SectorFactor(Part):
    """Scopes 1+2 of one sector, in tCO2e per million EUR of its revenue and, where known, of its assets."""

    sector: Text
    tco2e_per_meur_revenue: _Factor | None = None
    tco2e_per_meur_assets: _Factor | None = None
    #: Revenue over assets: with it, revenue factors speak about amounts held (PCAF option 3c).
    asset_turnover_ratio: _Positive | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.tco2e_per_meur_revenue is None and self.tco2e_per_meur_assets is None:
            raise ValueError("tco2e_per_meur_revenue, tco2e_per_meur_assets or both")
        known = set(nace_sections()) | {letters[0] for letters in nace_sections().values()}
        if self.sector not in known:
            raise ValueError("a section letter or a two-digit division of NACE Rev. 2 in sector")
        return self


class PriceLevel(Part):
    """Price index of one year."""

    year: _Year
    value: _Positive


class FactorSet(Part):
    """Factors of one source and one base year. A draft is for reading: no month is computed with it."""

    id: Text
    title_fr: Text
    status: Literal["draft", "approved"]
    source: Text
    scopes: Literal["1_2"]
    sector_scheme: Literal["nace_2"]
    price_year: _Year
    price_index_source: Text
    price_index: Annotated[tuple[PriceLevel, ...], Field(min_length=1)]
    factors: Annotated[tuple[SectorFactor, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        years = [level.year for level in self.price_index]
        sectors = [factor.sector for factor in self.factors]
        if self.id == NONE:
            raise ValueError(f"another id than {NONE}: it stands for no set")
        if self.price_year not in years:
            raise ValueError(f"the price_index of the price_year {self.price_year}")
        if len(set(years)) < len(years) or len(set(sectors)) < len(sectors):
            raise ValueError("each year and each sector once")
        return self

    @property
    def base_index(self) -> float:
        """Price level of the factors' own year."""
        return next(float(level.value) for level in self.price_index if level.year == self.price_year)

    def by_sector(self) -> dict[str, SectorFactor]:
        """The factor of every section and division it says something about; a division's own one wins."""
        own = {factor.sector: factor for factor in self.factors}
        divisions = {
            division: own[letters[0]] for division, letters in nace_sections().items() if letters[0] in own
        }  # fmt: skip
        return divisions | own


def chosen(name: str, sets: tuple[FactorSet, ...], document: Document) -> FactorSet | None:
    """The factor set that ``sector_average`` names; nothing for ``none``.

    Raises:
        PolicyFileError: no such set, or one that is a draft.
    """
    if name == NONE:
        return None
    found = next((each for each in sets if each.id == name), None)
    if found is None:
        known = ", ".join(sorted(each.id for each in sets)) or "the folder sets has none"
        document.fail(("sector_average",), f"the factor set {name}", f"{NONE}, or a factor set of sets/ ({known})")
    if found.status == "draft":
        document.fail(
            ("sector_average",), f"{name}, a draft", "an approved factor set",
            hint="The committee approves its source and values first: status approved in its file",
        )  # fmt: skip
    return found
