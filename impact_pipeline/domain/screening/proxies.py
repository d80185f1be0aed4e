"""Sector proxies: the lowest rung of the estimation ladder, for issuers nobody has researched.

A company whose main activity is soft drinks is probably in soft drinks: grade E. That may open a watch; it can neither
exclude nor clear, because rules ask for better grades and because a sector also holds companies without the activity.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, model_validator

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


def proxy_claims(
    cells: pl.DataFrame, live: pl.DataFrame, proxies: tuple[SectorProxy, ...], types: dict[str, pl.DataType]
) -> pl.DataFrame:
    """Claims of grade E for issuers of a listed sector about whose theme no live claim speaks.

    Args:
        cells: ``cell, as_of_date, issuer_id, sector_scheme, sector_code``.
        live: claims that stand, with ``cell`` and ``measure``.
        proxies: the policy's sector proxies.
        types: columns and types of the claims to return (those of ``staging.evidence``).
    """
    listed = pl.DataFrame(
        [
            {
                "measure": proxy.measure,
                "sector_scheme": proxy.scheme,
                "code": proxy.code,
                "role": proxy.role,
                "lo": proxy.lo,
                "hi": proxy.hi,
            }
            for proxy in proxies
        ],
        schema={
            "measure": pl.String,
            "sector_scheme": pl.String,
            "code": pl.String,
            "role": pl.String,
            "lo": types["lo"],
            "hi": types["hi"],
        },
    )
    themes = {proxy.measure: sibling(proxy.measure) or proxy.measure for proxy in proxies}
    spoken = pl.concat(
        [
            live.select("cell", "measure"),
            live.select("cell", measure=pl.col("measure").replace({other: own for own, other in themes.items()})),
        ]
    ).unique()
    found = (
        cells.filter(pl.col("sector_code").is_not_null())
        .join(listed, on="sector_scheme")
        .filter(pl.col("sector_code").str.starts_with(pl.col("code")))
        # the longest code that fits is the most precise one
        .sort("cell", "measure", -pl.col("code").str.len_chars().cast(pl.Int32), "code", "role")
        .unique(["cell", "measure"], keep="first", maintain_order=True)
        .join(spoken, on=["cell", "measure"], how="anti")
        .with_columns(
            evidence_id=pl.concat_str(pl.lit("SECTEUR-"), "sector_scheme", pl.lit("-"), "sector_code"),
            source=pl.concat_str(pl.lit("code sectoriel "), "sector_code", pl.lit(" (indice, pas une preuve)")),
            grade=pl.lit("E"),
            unit=pl.lit("pct"),
            reported_or_estimated=pl.lit("reported"),
            source_file_id=pl.lit("policy"),
            source_row=pl.lit(0, dtype=pl.Int64),
        )
    )
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in types.items() if name not in found.columns]
    return found.with_columns(absent).select("cell", *types)
