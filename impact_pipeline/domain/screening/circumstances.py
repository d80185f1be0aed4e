"""What decided or weighs on a verdict besides its criteria: owners, stakes, unknown parents, overrides.

Each is a row of the explanations with a sentence of its own, and the sentence is part of the verdict's.
"""

import polars as pl

from impact_pipeline.domain.screening.compiler import TRUE, UNKNOWN
from impact_pipeline.domain.screening.inheritance import Settled
from impact_pipeline.domain.screening.wording import OUTCOMES_FR, date_text, number_text

_PAIR = ["cell", "rule"]
#: Behind all criteria, in this order.
_ORDER = {"inheritance": 1001, "minority_stake": 1002, "unknown_parent": 1003, "override": 1004}
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "cell": pl.UInt32,
    "rule": pl.UInt32,
    "criterion_id": pl.String,
    "order": pl.UInt32,
    "op": pl.String,
    "raw": pl.UInt8,
    "inherited_from": pl.String,
    "path": pl.String,
    "min_pct": pl.Decimal(24, 12),
    "override_id": pl.String,
    "published_on": pl.Date,
    "clause_fr": pl.String,
}


def circumstances(settled: Settled, cells: pl.DataFrame) -> pl.DataFrame:
    """Rows ``TYPES``: at most one of each kind per pair; ``cells`` has the names of all issuers."""
    names = cells.select("cell", "issuer_id", name=_name())
    found = [
        _inherited(settled, names),
        _stakes(settled, names),
        _untold(settled, names),
        _overridden(settled),
    ]
    rows = [
        frame.with_columns(
            criterion_id=pl.lit(kind),
            order=pl.lit(order, dtype=pl.UInt32),
            **{name: pl.lit(None, dtype=kind_of) for name, kind_of in TYPES.items() if name not in _made(frame)},
        )
        for (kind, order), frame in zip(_ORDER.items(), found, strict=True)
    ]
    return pl.concat([frame.select(pl.col(name).cast(kind) for name, kind in TYPES.items()) for frame in rows])


def chains(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with ``path``: the issuers of each ``chain``, from where it starts to the issuer itself."""
    spelled = (
        rows.with_row_index("place")
        .select("place", "chain")
        .explode("chain")
        .join(names.select(chain="cell", link="issuer_id"), on="chain", how="left", maintain_order="left")
        .group_by("place", maintain_order=True)
        .agg(path=pl.col("link").str.join(" > "))
    )
    return rows.with_row_index("place").join(spelled, on="place").drop("place")


def _made(frame: pl.DataFrame) -> set[str]:
    return {*frame.columns, "criterion_id", "order"}


def _name() -> pl.Expr:
    return pl.when(pl.col("issuer_name").is_null()).then(pl.col("issuer_id")).otherwise(pl.col("issuer_name"))


def _inherited(settled: Settled, names: pl.DataFrame) -> pl.DataFrame:
    rows = chains(settled.inherited, names).join(
        names.rename({"cell": "first", "issuer_id": "inherited_from", "name": "first_name"}), on="first"
    )
    weakest = (
        pl.when(pl.col("min_pct").is_null()).then(pl.lit("part inconnue"))
        .otherwise(pl.concat_str(number_text("min_pct"), pl.lit(" % au plus faible")))
    )  # fmt: skip
    return rows.select(
        *_PAIR,
        "inherited_from",
        "path",
        "min_pct",
        op=pl.lit("controlled_by_excluded"),
        raw=pl.lit(TRUE, dtype=pl.UInt8),
        published_on="since",
        clause_fr=pl.concat_str(
            pl.lit("hérite de l'exclusion de "),
            "first_name",
            pl.lit(", qui la contrôle ("),
            weakest,
            pl.lit(" : "),
            "path",
            pl.lit(")"),
        ),
    )


def _stakes(settled: Settled, names: pl.DataFrame) -> pl.DataFrame:
    """One row per pair: several stakes are listed together, the largest counts as ``min_pct``."""
    pct = number_text("pct")
    side = (
        pl.when("is_owner").then(pl.concat_str(pl.lit("détient "), pct, pl.lit(" % de "), "name"))
        .otherwise(pl.concat_str(pl.lit("détenu à "), pct, pl.lit(" % par "), "name"))
    )  # fmt: skip
    return (
        settled.flagged.join(names.rename({"cell": "other"}), on="other")
        .with_columns(side=side)
        .sort(*_PAIR, "side")
        .group_by(_PAIR, maintain_order=True)
        .agg(path=pl.col("issuer_id").sort().str.join(", "), min_pct=pl.col("pct").max(), sides=pl.col("side"))
        .select(
            *_PAIR,
            "path",
            "min_pct",
            op=pl.lit("minority_stake"),
            raw=pl.lit(UNKNOWN, dtype=pl.UInt8),
            clause_fr=pl.concat_str(
                pl.lit("participation minoritaire signalée, sans effet : "),
                pl.col("sides").list.join(", "),
                pl.lit(" (exclu)"),
            ),
        )
    )


def _untold(settled: Settled, names: pl.DataFrame) -> pl.DataFrame:
    parent = names.select(parent="cell", inherited_from="issuer_id", parent_name="name")
    return settled.untold.join(parent, on="parent", how="left").select(
        *_PAIR,
        path="inherited_from",
        op=pl.lit("parent_untold"),
        raw=pl.lit(UNKNOWN, dtype=pl.UInt8),
        clause_fr=pl.when(pl.col("parent").is_null())
        .then(pl.lit("société mère non déclarée : on ne sait pas si elle est exclue"))
        .otherwise(pl.concat_str(pl.lit("lien de nature inconnue avec "), "parent_name", pl.lit(" (exclu)"))),
    )


def _overridden(settled: Settled) -> pl.DataFrame:
    words = {name: pl.col(name).replace_strict(OUTCOMES_FR, return_dtype=pl.String) for name in _SIDES}
    conditions = pl.when(pl.col("conditions_fr").is_null()).then(pl.lit(""))
    return settled.overridden.select(
        *_PAIR,
        "override_id",
        op=pl.lit("override"),
        raw=pl.lit(TRUE, dtype=pl.UInt8),
        clause_fr=pl.concat_str(
            pl.lit("décision "),
            "override_id",
            pl.lit(" du comité ("),
            "minutes",
            pl.lit(", approuvée par "),
            "approver",
            pl.lit(" le "),
            date_text("approved_on"),
            pl.lit(") : "),
            words["from_outcome"],
            pl.lit(" devient "),
            words["to_outcome"],
            pl.lit(" jusqu'au "),
            date_text("expires_on"),
            pl.lit(", motif : "),
            "reason_fr",
            conditions.otherwise(pl.lit(", conditions : ") + pl.col("conditions_fr")),
        ),
    )


_SIDES = ("from_outcome", "to_outcome")
