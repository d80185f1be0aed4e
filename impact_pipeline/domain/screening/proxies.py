"""Sector proxies: the lowest rung of the estimation ladder, for issuers nobody has researched.

A company whose main activity is soft drinks is probably in soft drinks: grade E. That may open a watch; it can neither
exclude nor clear, because rules ask for better grades and because a sector also holds companies without the activity.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from impact_pipeline.domain.screening.compiler import WEAKEST
from impact_pipeline.domain.screening.measures import is_share, sibling
from impact_pipeline.domain.screening.rule_parts import Number, Part, Text


class SectorProxy(Part):
    """One sector code and what it suggests: a measure between ``lo`` and ``hi``, in a role or in any."""

    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]
    scheme: Literal["nace_2", "nace_2_1", "gics"]
    code: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{1,2})?$|^[0-9]{2,8}$")]
    lo: Number = Decimal(50)
    hi: Number = Decimal(100)
    role: Text | None = None
    trap_fr: Text | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not is_share(self.measure):
            raise ValueError(f"a share such as revenue_share.palm: a sector says nothing about {self.measure}")
        if not 0 <= self.lo <= self.hi <= 100:
            raise ValueError('lo and hi between "0" and "100", in this order')
        return self


def with_proxies(live: pl.DataFrame, cells: pl.DataFrame, proxies: Sequence[SectorProxy]) -> pl.DataFrame:
    """The claims, and one of grade E for each issuer of a listed sector about whose theme no claim speaks.

    Args:
        live: claims that stand, behind the number of their issuer (``cell``).
        cells: ``cell, as_of_date, known_as_of, issuer_id, sector_scheme, sector_code``.
        proxies: the policy's sector proxies.
    """
    if not proxies:
        return live
    listed = pl.DataFrame(
        [proxy.model_dump(exclude={"trap_fr"}) for proxy in proxies],
        schema=dict.fromkeys(("measure", "scheme", "code", "role"), pl.String)
        | {name: live.schema[name] for name in ("lo", "hi")},
        orient="row",
    ).rename({"scheme": "sector_scheme"})
    themes = {measure: sibling(measure) or measure for measure in listed["measure"].unique()}
    # evidence about either measure of a theme ends the ladder before its lowest rung
    about_theme = pl.col("measure").replace({other: own for own, other in themes.items()})
    spoken = live.select("cell", measure=about_theme).unique()
    code = pl.col("sector_code")
    found = (
        cells.filter(code.is_not_null())
        .join(listed, on="sector_scheme")
        .filter(code.str.starts_with(pl.col("code")))
        # the longest code that fits is the most precise one
        .sort("cell", "measure", -pl.col("code").str.len_chars().cast(pl.Int32), "code", "role")
        .unique(["cell", "measure"], keep="first", maintain_order=True)
        .join(spoken, on=["cell", "measure"], how="anti")
        .with_columns(
            evidence_id=pl.concat_str(pl.lit("SECTEUR-"), "sector_scheme", pl.lit("-"), code),
            source=pl.concat_str(pl.lit("code sectoriel "), code, pl.lit(", indice et non preuve")),
            grade=pl.lit("E"),
            grade_rank=pl.lit(WEAKEST, dtype=live.schema["grade_rank"]),
            unit=pl.lit("pct"),
            is_researched_absent=pl.lit(False),
            source_file_id=pl.lit("policy"),
            source_row=pl.lit(0, dtype=pl.Int64),
        )
    )
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in live.schema.items() if name not in found.columns]
    return pl.concat([live, found.with_columns(absent).select(live.columns)])
