"""Which claims a month may use, and how each reads as an interval against each criterion it can answer."""

from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening.compiler import GRADE_RANK, WEAKEST
from impact_pipeline.domain.screening.measures import SHARE_FAMILIES, volume_of
from impact_pipeline.schemas.table import AMOUNT

ZERO, ONE, WHOLE = (pl.lit(Decimal(n)).cast(AMOUNT) for n in (0, 1, 100))
NOTHING = pl.lit(None).cast(AMOUNT)
#: What a claim says, apart from where it can be read; ``row`` finds the rest again.
_SAID = (
    "row", "cell", "as_of_date", "measure", "role", "substance_set", "model", "lo", "hi", "hi_open", "unit", "basis",
    "reported_or_estimated", "fiscal_year", "source", "locator", "coverage_status", "published_on", "known_from",
    "grade_rank",
    "is_researched_absent",
)  # fmt: skip


def live_claims(evidence: pl.DataFrame, months: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Claims that still stand and say something, behind the number of their month and issuer (``cell``).

    Left out: claims received after ``known_as_of``, claims replaced by a visible one about the same issuer,
    claims their source took back, and rows that carry no information (withdrawn, not researched, not covered,
    empty).
    """
    visible = evidence.join(months.select("as_of_date", "known_as_of"), on="as_of_date").filter(
        pl.col("known_from").is_null() | (pl.col("known_from") <= pl.col("known_as_of"))
    )
    if visible.select("as_of_date", "evidence_id").n_unique() < visible.height:
        # the same claim delivered in several files: the latest delivery, and of equal ones the most cautious
        visible = visible.sort(
            "as_of_date", "evidence_id", "known_from", "hi", "lo", "source_file_id", "source_row"
        ).unique(["as_of_date", "evidence_id"], keep="last", maintain_order=True)
    seen = visible.select("as_of_date", "issuer_id", superseded_by="evidence_id")
    visible = visible.with_columns(
        # nobody replaces itself
        superseded_by=pl.when(pl.col("superseded_by") != pl.col("evidence_id")).then("superseded_by")
    )
    status, lo, hi = pl.col("coverage_status"), pl.col("lo"), pl.col("hi")
    informative = (
        pl.when(status.is_in(["researched_involved", "researched_not_involved"])).then(True)
        .when(status.is_null()).then(lo.is_not_null() | hi.is_not_null())
        .otherwise(False)
    )  # fmt: skip
    return (
        visible.join(seen, on=["as_of_date", "issuer_id", "superseded_by"], how="anti")
        .join(_taken_back(visible), on=["as_of_date", "evidence_id"], how="anti")
        .join(cells.select("as_of_date", "issuer_id", "cell"), on=["as_of_date", "issuer_id"])
        .filter(informative)
        .with_columns(
            is_researched_absent=status.eq_missing(pl.lit("researched_not_involved"))
            & (hi.is_null() | (hi == ZERO))
            & (lo.is_null() | (lo == ZERO)),
            grade_rank=pl.col("grade").replace_strict(GRADE_RANK, default=WEAKEST, return_dtype=pl.UInt8),
        )
    )


def _taken_back(visible: pl.DataFrame) -> pl.DataFrame:
    """Claims that a row of their source takes back: ``withdrawn``, or later no longer researched or covered.

    An empty qualifier or year of that row stands for all of them.
    """
    status = pl.col("coverage_status")
    asked = ["role", "substance_set", "model", "fiscal_year"]
    back = visible.filter(status.is_in(["withdrawn", "not_researched", "not_covered"])).select(
        "as_of_date", "issuer_id", "measure", "source", back_from="known_from", back_status="coverage_status",
        **{f"back_{name}": pl.col(name) for name in asked},
    )  # fmt: skip
    if back.is_empty():
        return visible.select("as_of_date", "evidence_id").clear()
    said, taken = pl.col("known_from"), pl.col("back_from")
    in_time = (
        pl.when(said.is_null()).then(True)
        .when(taken.is_null()).then(False)
        .when(pl.col("back_status") == "withdrawn").then(said <= taken)
        .otherwise(said < taken)
    )  # fmt: skip
    same = [pl.col(f"back_{name}").is_null() | pl.col(f"back_{name}").eq_missing(pl.col(name)) for name in asked]
    return (
        visible.join(back, on=["as_of_date", "issuer_id", "measure", "source"], nulls_equal=True)
        .filter(in_time, *same)
        .select("as_of_date", "evidence_id")
        .unique()
    )


def without_outdone_years(claims: pl.DataFrame) -> pl.DataFrame:
    """Drop older years that cannot win, so that a long history does not cost time; no result depends on it.

    A source's only claim for a year is outdone by its only claim for a later year with the same qualifiers,
    unit and perimeter, an equal or better grade and a possible value: fresher, and ranked lower by no rule.
    """
    lo, hi, unit, year = pl.col("lo"), pl.col("hi"), pl.col("unit"), pl.col("fiscal_year")
    share = pl.any_horizontal(pl.col("measure").str.starts_with(family) for family in SHARE_FAMILIES)
    most = pl.when((unit == "pct") | share).then(WHOLE).when(unit.is_null() | (unit == "bool")).then(ONE)
    wrong = (
        (lo < ZERO) | (hi < ZERO) | (lo > hi) | (lo > most) | (hi > most)
        | ((pl.col("coverage_status") == "researched_not_involved") & (lo > ZERO))
    )  # fmt: skip
    alone = (pl.len().over("cell", "measure", "source", "fiscal_year") == 1) & year.is_not_null()
    grade = pl.col("grade_rank").cast(pl.Int64)
    same = ["cell", "measure", "source", "role", "substance_set", "model", "unit", "basis"]
    newest = pl.when("alone", ~pl.col("wrong")).then(year * 8 + grade).max().over(same)
    return (
        claims.with_columns(alone=alone, wrong=pl.when(wrong).then(True).otherwise(False))
        .with_columns(newest=newest)
        .with_columns(outdone=pl.col("alone") & (year < pl.col("newest") // 8) & (grade >= pl.col("newest") % 8))
        .filter(~pl.col("outdone").eq_missing(True))
        .drop("alone", "wrong", "newest", "outdone")
    )


def claims_by_question(claims: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """Claims beside each question they can answer: about its measure (or the theme's sibling), with its qualifiers."""
    themes = questions.filter(pl.col("sibling").is_not_null())
    asked = pl.concat(
        [
            questions.with_columns(is_sibling=pl.lit(False), is_volume=pl.lit(False)),
            themes.with_columns(measure="sibling", is_sibling=pl.lit(True), is_volume=pl.lit(False)),
            themes.with_columns(measure=volume_of("measure"), is_sibling=pl.lit(False), is_volume=pl.lit(True)),
        ]
    ).drop("sibling")
    role, substance, asked_set = pl.col("role"), pl.col("substance_set"), pl.col("asked_set")
    model, models = pl.col("model"), pl.col("asked_models")
    no_models = models.list.len() == 0
    listed = model.is_null() | no_models | model.is_in(models)
    # a plan without its year is no dated plan
    year_fits = pl.col("asked_year").is_null() | (model.cast(pl.Int32, strict=False) <= pl.col("asked_year"))
    # who makes something of a narrower list makes something of the asked one; nothing of a wider list is nothing of it
    is_inner = substance.is_in("asked_inner") & (pl.col("lo") > ZERO)
    is_outer = substance.is_in("asked_outer") & pl.col("is_researched_absent")
    return (
        claims.select(_SAID)
        .join(asked, on="measure")
        .filter(
            role.is_null() | (pl.col("asked_roles").list.len() == 0) | role.is_in("asked_roles"),
            substance.is_null() | asked_set.is_null() | (substance == asked_set) | is_inner | is_outer,
            year_fits,
            listed | pl.col("adds_models"),
        )
        .with_columns(is_listed=listed, is_inner=is_inner.eq_missing(True))
        .pipe(_with_interval)
    )  # fmt: skip


def _with_interval(rows: pl.DataFrame) -> pl.DataFrame:
    """Read each claim as an interval: empty ends get the widest value possible, never a convenient one."""
    lo, hi, status = pl.col("lo"), pl.col("hi"), pl.col("coverage_status")
    share, flag, conduct = pl.col("is_share"), pl.col("is_flag"), pl.col("is_conduct")
    # "involved: 0" is not an absence; nor is a missing certificate or policy
    absent = pl.col("is_researched_absent") | (status.is_null() & (hi == ZERO) & ~conduct)
    blank_yes = flag & ~conduct & lo.is_null() & hi.is_null()
    estimated = pl.col("reported_or_estimated").eq_missing(pl.lit("estimated")) & share & hi.is_not_null()
    point = lo.is_null() | (lo == hi)
    no_value = pl.col("is_researched_absent") & conduct
    unit = pl.col("unit")
    # one site, or one list among several, is a part: it can show that something is there, never that nothing is
    substance_in_scope = pl.col("substance_set").is_in("scope_sets")
    only_part = pl.col("is_inner") | ((pl.col("basis") == "site") & pl.col("asked_basis").is_null()).eq_missing(True)
    return rows.with_columns(
        is_absent=pl.when(absent & ~only_part).then(True).otherwise(False),
        has_value=~no_value,
        lo=pl.when(no_value).then(NOTHING)
        .when(pl.col("is_researched_absent")).then(ZERO)
        .when(blank_yes).then(ONE)
        .when(estimated & point & pl.col("is_interval")).then(ZERO)
        .when(estimated & ~pl.col("is_interval")).then(hi)
        .when(lo.is_not_null()).then(lo)
        .otherwise(ZERO),
        hi=pl.when(no_value).then(NOTHING)
        .when(only_part & share).then(WHOLE)
        .when(only_part & flag).then(ONE)
        .when(only_part).then(NOTHING)
        .when(pl.col("is_researched_absent")).then(ZERO)
        .when(hi.is_not_null()).then(hi)
        .when(share).then(WHOLE)
        .when(flag).then(ONE)
        .otherwise(NOTHING),
        hi_open=pl.col("hi_open").eq_missing(True),
        grade_rank=pl.when(estimated & ~pl.col("is_interval"))
        .then(pl.max_horizontal("grade_rank", pl.lit(GRADE_RANK["D"], dtype=pl.UInt8)))
        .otherwise(pl.col("grade_rank")),
        problem=pl.when("is_volume").then(pl.lit("volume"))
        .when(pl.col("basis") != pl.col("asked_basis")).then(pl.lit("basis"))
        # nothing is nothing in any unit: "not involved" needs none
        .when((unit != pl.col("asked_unit")) & ~pl.col("is_researched_absent")).then(pl.lit("unit"))
        .when((lo > hi) | (lo < ZERO) | (hi < ZERO)).then(pl.lit("value"))
        .when(share & ((lo > WHOLE) | (hi > WHOLE))).then(pl.lit("value"))
        .when(flag & ((lo > ONE) | (hi > ONE))).then(pl.lit("value"))
        .when((status == "researched_not_involved") & (lo > ZERO)).then(pl.lit("value"))
        .otherwise(pl.lit("")),
        is_part=pl.any_horizontal(pl.col("role", "substance_set", "model").is_not_null()),
        # a list or model where the question asks for any says nothing about the others
        is_narrow=(pl.col("substance_set").is_not_null() & pl.col("asked_set").is_null() & ~substance_in_scope)
        | (pl.col("model").is_not_null() & (pl.col("asked_models").list.len() == 0)),
        received_on=pl.coalesce("known_from", "published_on"),
        expires_on=pl.coalesce(
            pl.date(pl.col("fiscal_year"), 12, 31), pl.col("published_on"), pl.col("known_from")
        ).dt.offset_by(pl.col("max_age_months").cast(pl.String) + "mo"),
    )  # fmt: skip
