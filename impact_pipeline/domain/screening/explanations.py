"""Why each verdict is what it is: a row and a sentence per criterion, a sentence per verdict, in French."""

import polars as pl

from impact_pipeline.domain.screening.circumstances import chains
from impact_pipeline.domain.screening.compiler import FALSE, GRADE_RANK, TRUE, TRUTH_TEXT, UNKNOWN, Compiled
from impact_pipeline.domain.screening.wording import NOTES_FR, OUTCOMES_FR, source_text, value_text
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.vocabulary import OUTCOMES

_PAIR = ["cell", "rule"]
_VERDICTS, _EXPLANATIONS = TABLES["core.issuer_verdicts"], TABLES["core.verdict_explanations"]
_RANKS = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}
_GRADE = {rank: grade for grade, rank in GRADE_RANK.items()}
_MISSING = "donnée manquante"
#: Said once per sentence about what is unknown: who must fetch it.
_FETCH = " (à compléter par l'équipe ISR auprès de l'émetteur ou d'un fournisseur de données)"
_PLACE = "on ne sait pas si l'émetteur tient dans la filière une place que la règle vise"
_MOOT = "sans objet, l'émetteur n'est pas concerné"
_FROM_RULE = ("leaf", "criterion_id", "order", "op", "threshold", "mitigates", "counterfactual_fr")
#: What the two tables need of a judged criterion.
_KEPT = (
    "cell", "rule", *_FROM_RULE, "verdict", "is_ruled_out", "raw", "plain", "proven", "admissible", "near",
    "found_absent", "lo", "hi", "unit", "basis", "fiscal_year", "evidence_id", "source", "locator",
    "published_on", "retrieved_on", "grade", "conflict_with", "stale_days", "clause_fr", "inherited_from", "path",
    "min_pct",
)  # fmt: skip
#: criterion_id of the row that explains a verdict reached before any criterion was looked at.
APPLICABILITY = "applies_if"


def criteria(judged: pl.DataFrame, pairs: pl.DataFrame, compiled: Compiled, cells: pl.DataFrame) -> pl.DataFrame:
    """One row per criterion of every pair the rule applies to; ``counts`` = its clause is in the verdict.

    ``cells`` has the names of all issuers: an involvement may be another company's.
    """
    asked = pairs.filter(pl.col("own_outcome") != "NOT_APPLICABLE").select(*_PAIR, "is_ruled_out", verdict="own_truth")
    with_evidence = _told_by(judged, cells).join(asked, on=_PAIR).with_columns(clause_fr=_clause()).select(*_KEPT)
    nothing = pl.lit(UNKNOWN, dtype=pl.UInt8)
    without = (
        asked.join(compiled.leaves.select(*_PAIR[1:], *_FROM_RULE, "words_fr"), on="rule")
        .join(judged.select("cell", "leaf"), on=["cell", "leaf"], how="anti")
        .with_columns(raw=nothing, plain=nothing, proven=nothing)
        .with_columns(admissible=pl.lit(False), near=pl.lit(False), found_absent=pl.lit(False))
        .with_columns(
            clause_fr=pl.col("words_fr")
            + pl.when("is_ruled_out").then(pl.lit(f" : {_MOOT}")).otherwise(pl.lit(f" : {_MISSING}"))
        )
        .drop("words_fr")
    )
    return pl.concat([with_evidence, without], how="diagonal").with_columns(counts=_counts())


def _told_by(judged: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Criteria with the company whose involvement they are, and the path to it, where it is not the issuer's own."""
    is_risen = pl.col("risen_from").is_not_null()
    own = judged.filter(~is_risen)
    risen = chains(judged.filter(is_risen), cells).join(
        cells.select(risen_from="cell", inherited_from="issuer_id", risen_name="issuer_name"), on="risen_from"
    )
    empty = [pl.lit(None, dtype=pl.String).alias(name) for name in ("path", "inherited_from", "risen_name")]
    return pl.concat([own.with_columns(empty), risen.select(*own.columns, "path", "inherited_from", "risen_name")])


def _counts() -> pl.Expr:
    """The criteria that carry the verdict: those that share its truth, or what mitigated it."""
    carried = pl.when(pl.col("mitigates")).then((pl.col("proven") == TRUE) & (pl.col("verdict") == FALSE))
    return (
        carried.when(pl.col("is_ruled_out")).then(pl.col("found_absent"))
        .otherwise(pl.col("plain") == pl.col("verdict"))
    )  # fmt: skip


def _clause() -> pl.Expr:
    value = (
        pl.when(pl.col("has_value")).then(pl.lit(" : valeur ") + value_text())
        .otherwise(pl.lit(" : recherché, non concerné"))
    )  # fmt: skip
    note = _note()
    company = pl.when(pl.col("risen_name").is_null()).then("inherited_from").otherwise("risen_name")
    through = (
        pl.when(company.is_null()).then(pl.lit(""))
        .otherwise(pl.lit(", par la société consolidée ") + company)
    )  # fmt: skip
    return pl.concat_str(
        pl.col("words_fr"),
        through,
        value,
        pl.lit(" ("),
        source_text(),
        pl.lit(")"),
        pl.when(note.is_null()).then(pl.lit("")).otherwise(pl.lit(", ") + note),
    )


def _note() -> pl.Expr:
    """What keeps the value from proving something, or weakens what it proves; null when nothing does."""
    raw, problem = pl.col("raw"), pl.col("problem")
    is_true, is_false = raw == TRUE, raw == FALSE
    weak_true = is_true & (pl.col("grade_rank") > pl.col("rank_true"))
    weak_false = is_false & (pl.col("grade_rank") > pl.col("rank_false"))
    asked = pl.when(is_true).then("rank_true").otherwise("rank_false")
    minimum = asked.replace_strict(_GRADE, return_dtype=pl.String)
    return (
        pl.when(problem != "").then(problem.replace(NOTES_FR))
        .when("lost_perimeter").then(pl.lit(NOTES_FR["perimeter"]))
        .when(pl.col("has_conflict") & (raw == UNKNOWN)).then(pl.lit(NOTES_FR["conflict"]))
        .when("has_conflict").then(pl.lit(NOTES_FR["same_side"]))
        .when(~pl.col("has_value")).then(None)
        .when(raw == UNKNOWN).then(pl.lit(NOTES_FR["straddles"]))
        .when(is_false & pl.col("is_stale")).then(pl.lit(NOTES_FR["stale_false"]))
        .when(weak_false).then(pl.lit(NOTES_FR["weak_false"]) + minimum)
        .when(weak_true).then(pl.lit(NOTES_FR["weak_true"]) + minimum)
        .when("is_stale").then(pl.lit(NOTES_FR["stale_true"]))
        .when("near").then(pl.lit(NOTES_FR["near"]))
    )  # fmt: skip


def verdict_table(pairs: pl.DataFrame, criteria_rows: pl.DataFrame, around: pl.DataFrame) -> pl.DataFrame:
    """``core.issuer_verdicts``: the outcome and one sentence."""
    clauses = (
        criteria_rows.filter("counts")
        .select(*_PAIR, "leaf", "clause_fr")
        .sort("cell", "leaf")
        .group_by(_PAIR, maintain_order=True)
        .agg(clauses="clause_fr")
        .with_columns(pl.col("clauses").list.join(" ; "))
    )
    asked = pl.col("own_outcome") != "NOT_APPLICABLE"
    is_note = pl.col("criterion_id") == "minority_stake"
    circumstances = (
        around.sort("cell", "order")
        .group_by(_PAIR)
        .agg(
            before=pl.col("clause_fr").filter(~is_note).str.join(" ; "),
            after=pl.col("clause_fr").filter(is_note).str.join(" ; "),
        )
    )
    rows = (
        pairs.join(clauses, on=_PAIR, how="left")
        .join(circumstances, on=_PAIR, how="left")
        .with_columns(
            truth=_truth_text("truth"),
            outcome_rank=pl.col("outcome").replace_strict(_RANKS, return_dtype=pl.Int64),
            text_fr=_sentence(),
            **{name: pl.col(name) & asked for name in ("is_near", "is_stale", "has_conflict")},
        )
        .sort("cell", "rule_order")
    )
    return rows.select(_VERDICTS.column_names)


def _sentence() -> pl.Expr:
    name = pl.when(pl.col("issuer_name").is_null()).then(pl.col("issuer_id")).otherwise(pl.col("issuer_name"))
    lead = (
        pl.when(pl.col("own_outcome") == "NOT_APPLICABLE").then(_reason_apart())
        .when(pl.col("own_truth") == TRUE).then(pl.col("clauses"))
        .when(pl.col("is_ruled_out")).then(pl.lit("recherché et non concerné : ") + pl.col("clauses"))
        .when(pl.col("own_truth") == FALSE).then(pl.lit("critère non atteint, preuve à l'appui : ") + pl.col("clauses"))
        .when(pl.col("clauses").is_null()).then(pl.lit(f"{_PLACE}{_FETCH}"))
        .otherwise(pl.concat_str(pl.lit("ne peut être tranché : "), "clauses", pl.lit(_FETCH)))
    )  # fmt: skip
    before, after = pl.col("before"), pl.col("after")
    return pl.concat_str(
        name,
        pl.lit(" — "),
        pl.col("outcome").replace_strict(OUTCOMES_FR, return_dtype=pl.String),
        pl.lit(" au "),
        "day_fr",
        pl.lit(". "),
        "heading_fr",
        pl.lit(" : "),
        pl.when(before.is_null() | (before == "")).then(pl.lit("")).otherwise(before + pl.lit(" ; en propre : ")),
        lead,
        pl.when(after.is_null() | (after == "")).then(pl.lit("")).otherwise(pl.lit(" ; ") + after),
        pl.lit("."),
    )


def explanation_table(pairs: pl.DataFrame, criteria_rows: pl.DataFrame, around: pl.DataFrame) -> pl.DataFrame:
    """``core.verdict_explanations``: a row per criterion, or one saying why none was looked at, and circumstances."""
    shared = [
        "as_of_date",
        "known_as_of",
        "issuer_id",
        "rule_id",
        "rule_version",
        "rule_sha",
        "outcome",
        "rule_order",
        *_PAIR,
    ]
    rule = pl.concat_str("rule_id", pl.lit(" v"), "rule_version")
    place = pl.concat_str(rule, pl.lit(", critère "), "criterion_id", pl.lit(" : "))
    state = pl.col("raw").replace_strict(
        {TRUE: " : atteint", FALSE: " : non atteint", UNKNOWN: " : indéterminé"}, return_dtype=pl.String
    )
    leaves = (
        pairs.select(shared)
        .join(criteria_rows, on=_PAIR)
        .with_columns(
            text_fr=pl.concat_str(place, "clause_fr", state, pl.lit(".")),
            truth=_truth_text("raw"),
            counterfactual_fr=pl.when(pl.col("outcome") == "EXCLUDED").then(pl.col("counterfactual_fr")),
        )
    )
    apart = pairs.filter(pl.col("own_outcome") == "NOT_APPLICABLE").select(
        *shared,
        criterion_id=pl.lit(APPLICABILITY),
        order=pl.lit(0, dtype=pl.UInt32),
        op=pl.when("is_public_body").then(pl.lit("is_corporate")).otherwise(pl.lit("roles_any")),
        truth=_truth_text("own_truth"),
        admissible=pl.lit(True),
        near=pl.lit(False),
        text_fr=pl.concat_str(rule, pl.lit(" : "), _reason_apart(), pl.lit(".")),
    )
    beside = (
        pairs.select(shared)
        .join(around, on=_PAIR)
        .with_columns(
            truth=_truth_text("raw"),
            admissible=pl.lit(True),
            near=pl.lit(False),
            text_fr=pl.concat_str(rule, pl.lit(" : "), "clause_fr", pl.lit(".")),
        )
    )
    rows = pl.concat([leaves, apart, beside], how="diagonal")
    types = _EXPLANATIONS.polars_schema
    later = [pl.lit(None, dtype=types[name]).alias(name) for name in types if name not in rows.columns]
    return (
        rows.with_columns(later)
        .select("cell", "rule_order", "order", *(pl.col(name).cast(dtype) for name, dtype in types.items()))
        .sort("cell", "rule_order", "order")
        .select(*types)
    )


def _reason_apart() -> pl.Expr:
    """Why the rule is not about the issuer."""
    return (
        pl.when("is_public_body").then(pl.lit("émetteur public, hors du champ des règles sur les sociétés"))
        .otherwise(pl.lit("place dans la filière que la règle ne vise pas : ") + pl.col("note_fr"))
    )  # fmt: skip


def _truth_text(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(TRUTH_TEXT, return_dtype=pl.String)
