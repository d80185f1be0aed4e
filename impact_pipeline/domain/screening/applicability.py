"""Whether a rule is about an issuer at all, and whether the issuer is known to be exposed to its subject."""

from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening.compiler import Compiled
from impact_pipeline.domain.screening.wording import ROLES_FR, value_text

_KEY = ["cell", "rule"]
_READ = (
    "cell", "measure", "role", "substance_set", "coverage_status", "is_researched_absent",
    "lo", "hi", "hi_open", "unit",
)  # fmt: skip


def applicability(claims: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    """One row per issuer and rule with at least one claim: ``applies`` (T or F), ``is_exposed``, ``note_fr``.

    A pair without any row here is U: nobody looked. A rule without ``applies_if`` applies to every issuer.
    Exposed means that some claim places the issuer in the subject; "researched and found absent" does not.
    """
    rows = _claims_by_rule(claims, compiled)
    roles, sets = pl.col("applies_roles"), pl.col("applies_sets")
    in_role = pl.col("role").is_null() | (roles.list.len() == 0) | pl.col("role").is_in(roles)
    in_set = pl.col("substance_set").is_null() | (sets.list.len() == 0) | pl.col("substance_set").is_in(sets)
    fits = ~pl.col("asks_applicability") | (in_role & in_set)
    found_absent = pl.col("is_researched_absent") | (
        pl.col("coverage_status").is_null() & (pl.col("hi") == Decimal(0)) & ~pl.col("is_conduct")
    )
    said_involved = pl.col("coverage_status").eq_missing(pl.lit("researched_involved"))
    positive = ~pl.col("is_conduct") & (pl.col("lo") > Decimal(0))
    exposed = (
        pl.when(pl.col("asks_applicability")).then(fits & ~_known(found_absent))
        .otherwise(said_involved | _known(positive))
    )  # fmt: skip
    rows = rows.with_columns(fits=fits, exposed=exposed)
    elsewhere = rows.filter(~pl.col("fits")).with_columns(place=_place())
    notes = elsewhere.group_by(_KEY).agg(note_fr=pl.col("place").drop_nulls().unique().sort().str.join(" ; "))
    return (
        rows.group_by(_KEY)
        .agg(fits=pl.col("fits").any(), is_exposed=pl.col("exposed").any())
        .select(*_KEY, "is_exposed", applies=pl.when("fits").then(pl.lit("T")).otherwise(pl.lit("F")))
        .join(notes, on=_KEY, how="left")
    )


def _claims_by_rule(claims: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    asked = compiled.leaves.filter(~pl.col("mitigates")).select(
        "rule", "measure", "sibling", "is_conduct", "is_share", "is_flag"
    )
    siblings = asked.filter(pl.col("sibling").is_not_null()).with_columns(
        measure="sibling", is_flag=~pl.col("is_flag"), is_share=~pl.col("is_share")
    )
    measures = pl.concat([asked, siblings]).drop("sibling").unique(["rule", "measure"])
    return (
        claims.select(*_READ)
        .join(measures, on="measure")
        .join(compiled.rules.select("rule", "asks_applicability", "applies_roles", "applies_sets"), on="rule")
    )


def _place() -> pl.Expr:
    """``distributeur 6 %``: the place in the value chain a claim is about, with its value when it has one."""
    place = pl.coalesce("role", "substance_set").replace(ROLES_FR)
    has_value = pl.col("lo").is_not_null() & pl.col("hi").is_not_null()
    return pl.when(has_value).then(pl.concat_str(place, pl.lit(" "), value_text())).otherwise(place)


def _known(condition: pl.Expr) -> pl.Expr:
    """A condition on values that may be missing: what cannot be shown does not hold."""
    return pl.when(condition).then(True).otherwise(False)
