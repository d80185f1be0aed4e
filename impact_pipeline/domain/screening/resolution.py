"""From claims to one interval per issuer and question: what adds up, what wins, what conflicts.

The order is the policy's: segments of one source and year add up, the best grade wins (age costs a grade),
then the latest year, and every source that is left is kept. Values are never averaged.
"""

import polars as pl

from impact_pipeline.domain.screening.claims import NOTHING, ONE, WHOLE, claims_by_question
from impact_pipeline.domain.screening.compiler import GRADE_RANK
from impact_pipeline.domain.screening.deliveries import one_voice
from impact_pipeline.schemas.table import AMOUNT

#: Added to the rank of a candidate so that it only speaks when no sound one does.
OUTDATED, UNUSABLE = 10, 100

_STATEMENT = ["cell", "question", "is_sibling", "problem", "source", "fiscal_year", "is_part"]
_ANSWER = ["cell", "question", "is_sibling"]
_GRADES = {rank: grade for grade, rank in GRADE_RANK.items()}


def resolve(claims: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """One row per issuer and question: the strongest statement, or all that are equally strong."""
    numbered = claims.with_row_index("row")
    asked = one_voice(claims_by_question(numbered, questions))
    return _strongest(_statements(asked)).pipe(_with_sources, numbered)


def _statements(claims: pl.DataFrame) -> pl.DataFrame:
    """Rows of one source and year folded into one statement: parts add up, or the worst part counts."""
    lo, hi, is_open = pl.col("lo"), pl.col("hi"), pl.col("hi_open")
    valued = pl.col("has_value")
    listed, others = valued & pl.col("is_listed"), valued & ~pl.col("is_listed")
    first = ["fold", "is_share", "is_flag", "adds_models", "max_age_months", "as_of_date", "scope_roles"]
    roles = pl.col("role")
    folded = claims.group_by(_STATEMENT).agg(
        *(pl.col(name).first() for name in first),
        lo_sum=lo.filter(listed).sum(),
        hi_sum=hi.filter(listed).sum(),
        others_sum=lo.filter(others).sum(),
        lo_max=lo.max(),
        hi_max=hi.max(),
        lo_min=lo.min(),
        hi_min=hi.min(),
        any_open=is_open.any(),
        open_min=hi.filter(is_open).min(),
        closed_max=hi.filter(~is_open).max(),
        unbounded=(valued & hi.is_null()).any(),
        models_asked=pl.col("asked_models").first().list.len(),
        models_known=pl.col("model").filter(listed).n_unique(),
        has_value=valued.any(),
        is_absent=pl.col("is_absent").all(),
        is_disputed=pl.col("is_disputed").any(),
        every_role=roles.is_null().any(),
        roles=roles.drop_nulls().unique(),
        is_narrow=pl.col("is_narrow").all(),
        by_word=(pl.col("is_researched_absent") | pl.col("is_flag")).any(),
        grade_rank=pl.col("grade_rank").max(),
        expires_on=pl.col("expires_on").min(),
        is_undated=pl.col("expires_on").is_null().any(),
        was_fresh=(pl.col("received_on") <= pl.col("expires_on")).eq_missing(True).all(),
        rows=pl.col("rows").explode(),
    )
    return (
        folded.with_columns(lo=_lower_end(), hi=_upper_end(), hi_open=_upper_end_is_open())
        .with_columns(says_part=_absent_in_part())
        .with_columns(
            is_absent=pl.col("is_absent") & ~pl.col("says_part"),
            hi=pl.when(~pl.col("says_part")).then("hi")
            .when("is_share").then(WHOLE)
            .when("is_flag").then(ONE)
            .otherwise(NOTHING),
        )
    )  # fmt: skip


def _absent_in_part() -> pl.Expr:
    """Nothing found, but looked for in some of the places only: the roles asked for, else those of the rule.

    A share of revenue stated as 0 is a figure and speaks for itself.
    """
    places = pl.col("scope_roles")
    all_looked_at = pl.col("every_role") | (
        (places.list.len() > 0) & (places.list.set_difference("roles").list.len() == 0)
    )
    return pl.col("is_absent") & pl.col("by_word") & (~all_looked_at | pl.col("is_narrow"))


def _lower_end() -> pl.Expr:
    fold, total = pl.col("fold"), pl.col("lo_sum").cast(AMOUNT)
    return (
        pl.when(~pl.col("has_value")).then(NOTHING)
        .when((fold == "sum") & pl.col("is_share")).then(pl.min_horizontal(total, WHOLE))
        .when(fold == "sum").then(total)
        .when(fold == "max").then(pl.col("lo_max"))
        .when(fold == "min").then(pl.col("lo_min"))
    )  # fmt: skip


def _upper_end() -> pl.Expr:
    fold = pl.col("fold")
    in_models = pl.col("adds_models") & pl.col("is_part")
    lo_sum, hi_sum = pl.col("lo_sum").cast(AMOUNT), pl.col("hi_sum").cast(AMOUNT)
    # the models of one certified volume make at most 100 %
    room = pl.max_horizontal((WHOLE - pl.col("others_sum")).cast(AMOUNT), lo_sum)
    return (
        pl.when(~pl.col("has_value")).then(NOTHING)
        .when(pl.col("unbounded") & (fold != "min")).then(NOTHING)
        # models nobody spoke about may fill all the room that the known ones leave
        .when(in_models & (pl.col("models_known") < pl.col("models_asked"))).then(room)
        .when(in_models).then(pl.min_horizontal(hi_sum, room))
        .when((fold == "sum") & pl.col("is_share")).then(pl.min_horizontal(hi_sum, WHOLE))
        .when(fold == "sum").then(hi_sum)
        .when(fold == "max").then(pl.col("hi_max"))
        .when(fold == "min").then(pl.col("hi_min"))
    )  # fmt: skip


def _upper_end_is_open() -> pl.Expr:
    """A sum with one open part is open; a highest end is open only if no row reaches it closed."""
    fold, partial = pl.col("fold"), pl.col("models_known") < pl.col("models_asked")
    return (
        pl.when(pl.col("adds_models") & pl.col("is_part") & partial).then(False)
        .when(fold == "sum").then(pl.col("any_open"))
        .when((fold == "max") & (pl.col("closed_max") == pl.col("hi_max"))).then(False)
        .when(fold == "max").then(pl.col("any_open"))
        .when((fold == "min") & (pl.col("open_min") == pl.col("hi_min"))).then(True)
        .otherwise(False)
    )  # fmt: skip


def _strongest(statements: pl.DataFrame) -> pl.DataFrame:
    """Best grade, then latest year; what is left is kept as the hull of its intervals.

    Past its age a statement ranks one grade lower, past twice its age behind every fresh one. A statement
    without fiscal year neither beats nor loses to those that have one.
    """
    age_limit = pl.col("max_age_months").cast(pl.String) + "mo"
    overdue = (pl.col("as_of_date") - pl.col("expires_on")).dt.total_days()
    outdated = pl.col("is_undated") | (pl.col("expires_on").dt.offset_by(age_limit) < pl.col("as_of_date"))
    unusable = pl.col("problem") != ""
    penalty = (
        # who looked in some places only speaks when nobody looked everywhere
        pl.when(outdated | pl.col("says_part")).then(OUTDATED).when(overdue > 0).then(1).otherwise(0)
        + pl.when(unusable).then(UNUSABLE).otherwise(0)
    )  # fmt: skip
    year = pl.col("fiscal_year")
    return (
        statements.with_columns(
            is_stale=pl.when(pl.col("is_undated") | (overdue > 0)).then(True).otherwise(False),
            stale_days=pl.when(overdue > 0).then(overdue),
            is_outdated=pl.when(outdated).then(True).otherwise(False),
            candidate=pl.col("grade_rank").cast(pl.Int32) + penalty,
        )
        .filter(pl.col("candidate") == pl.col("candidate").min().over(_ANSWER))
        .filter(year.is_null() | (year == year.max().over(_ANSWER)))
        .group_by(_ANSWER)
        .agg(*_hull())
    )


def _hull() -> list[pl.Expr]:
    lo, hi, is_open, valued = pl.col("lo"), pl.col("hi"), pl.col("hi_open"), pl.col("has_value")
    unbounded = (valued & hi.is_null()).any()
    ends_differ = (
        (lo.min() != lo.max())
        | (hi.min() != hi.max())
        | (is_open.any() != is_open.all())
        | (valued.any() != valued.all())
        | (unbounded & (hi.count() > 0))
    )
    closed_top = hi.filter(~is_open).max()
    return [
        lo.min().alias("lo"),
        pl.when(unbounded).then(NOTHING).otherwise(hi.max()).alias("hi"),
        pl.when(closed_top == hi.max()).then(False).otherwise(is_open.any()).alias("hi_open"),
        valued.any().alias("has_value"),
        pl.col("is_absent").all().alias("is_absent"),
        pl.when(ends_differ | pl.col("is_disputed").any()).then(True).otherwise(False).alias("has_conflict"),
        pl.col("problem").max().alias("problem"),
        pl.col("grade_rank").max().alias("grade_rank"),
        pl.col("is_stale").any().alias("is_stale"),
        pl.col("is_outdated").any().alias("is_outdated"),
        pl.col("was_fresh").all().alias("was_fresh"),
        pl.col("says_part").all().alias("says_part"),
        pl.col("stale_days").max().alias("stale_days"),
        pl.col("fiscal_year").max().alias("fiscal_year"),
        pl.col("rows").explode().alias("rows"),
    ]


def _with_sources(resolved: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Add where the value comes from; several claims are listed, separated by commas or semicolons."""
    wanted = ["row", "evidence_id", "source", "locator", "published_on", "known_from", "unit", "basis"]
    cited = claims.select(wanted).rename({"known_from": "retrieved_on"})
    numbered = resolved.with_row_index("place")
    alone = numbered.filter(pl.col("rows").list.len() == 1).select("place", row=pl.col("rows").list.first())
    several = numbered.filter(pl.col("rows").list.len() > 1).select("place", row="rows").explode("row")
    joined = (
        several.join(cited, on="row")
        .group_by("place")
        .agg(
            pl.col("evidence_id").sort().str.join(", "),
            *(pl.col(name).drop_nulls().unique().sort().str.join(" ; ") for name in ("source", "locator")),
            pl.col("published_on").max(),
            pl.col("retrieved_on").max(),
            pl.col("unit").min(),
            pl.col("basis").min(),
        )
    )
    sources = pl.concat([alone.join(cited, on="row").drop("row"), joined])
    return (
        numbered.join(sources, on="place")
        .drop("place", "rows")
        .with_columns(
            grade=pl.col("grade_rank").replace_strict(_GRADES, return_dtype=pl.String),
            conflict_with=pl.when("has_conflict").then("evidence_id"),
            # joining no text gives "", which would read as a known but empty source
            **{name: pl.when(pl.col(name) != "").then(pl.col(name)) for name in ("source", "locator")},
        )
    )
