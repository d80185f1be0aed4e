"""Whether a rule is about an issuer at all, and whether the issuer is known to be exposed to its subject."""

from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening.compiler import Compiled
from impact_pipeline.domain.screening.measures import volume_of
from impact_pipeline.domain.screening.wording import ROLES_FR, value_text

_KEY = ["cell", "rule"]
_READ = (
    "cell", "measure", "role", "substance_set", "coverage_status", "is_researched_absent",
    "lo", "hi", "hi_open", "unit", "grade_rank", "fiscal_year", "published_on", "known_from", "as_of_date",
)  # fmt: skip


def applicability(claims: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    """One row per issuer and rule with at least one claim: ``applies`` (T, F or U), ``is_exposed``, ``note_fr``.

    A pair without any row here is U: nobody looked. F needs evidence good and fresh enough to clear, that shows the
    issuer in another place than the rule's. A rule without ``applies_if`` applies to every issuer.
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
    age = pl.col("max_age_months").cast(pl.String) + "mo"
    told = pl.coalesce(pl.date(pl.col("fiscal_year"), 12, 31), pl.col("published_on"), pl.col("known_from"))
    sound = (
        (pl.col("grade_rank") <= pl.col("rank_false"))
        & (told.dt.offset_by(age) >= pl.col("as_of_date"))
        & (pl.col("unit").is_null() | pl.col("asked_unit").is_null() | (pl.col("unit") == pl.col("asked_unit")))
        & ~pl.col("is_volume")
    )
    rows = rows.with_columns(fits=fits, exposed=exposed, elsewhere=~fits & ~_known(found_absent) & _known(sound))
    elsewhere = rows.filter("elsewhere").with_columns(place=_place())
    notes = elsewhere.group_by(_KEY).agg(note_fr=pl.col("place").drop_nulls().unique().sort().str.join(" ; "))
    return (
        rows.group_by(_KEY)
        .agg(pl.col("fits", "elsewhere").any(), is_exposed=pl.col("exposed").any())
        .select(
            *_KEY,
            "is_exposed",
            applies=pl.when("fits").then(pl.lit("T")).when("elsewhere").then(pl.lit("F")).otherwise(pl.lit("U")),
        )
        .join(notes, on=_KEY, how="left")
    )


def _claims_by_rule(claims: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    asked = compiled.leaves.filter(~pl.col("mitigates")).select(
        "rule", "measure", "sibling", "is_conduct", "is_share", "is_flag", "asked_unit", "max_age_months", "rank_false",
        is_volume=pl.lit(False),
    )  # fmt: skip
    themes = asked.filter(pl.col("sibling").is_not_null())
    siblings = themes.with_columns(
        measure="sibling",
        is_flag=~pl.col("is_flag"),
        is_share=~pl.col("is_share"),
        asked_unit=pl.when("is_flag").then(pl.lit("pct")).otherwise(pl.lit("bool")),
    )
    volumes = themes.with_columns(measure=volume_of("measure"), is_volume=pl.lit(True))
    measures = pl.concat([asked, siblings, volumes]).drop("sibling").unique(["rule", "measure"], maintain_order=True)
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
