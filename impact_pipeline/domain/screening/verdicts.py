"""One outcome per month, issuer and rule: evidence resolved, rules evaluated, verdicts explained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from impact_pipeline.domain.screening import explanations
from impact_pipeline.domain.screening.applicability import applicability
from impact_pipeline.domain.screening.claims import live_claims, without_outdone_years
from impact_pipeline.domain.screening.compiler import FALSE, TRUE, UNKNOWN, Compiled, compile_rules
from impact_pipeline.domain.screening.resolution import resolve
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.domain.screening.truth import admitted_truths, interval_truth, near, rank
from impact_pipeline.domain.screening.wording import date_text
from impact_pipeline.errors import SchemaViolationError

_PAIR = ["cell", "rule"]
_FLAGS = ("is_near", "is_stale", "has_conflict", "is_ruled_out", "is_exposed", "is_public_body")
#: What is kept of every pair while all issuers are decided; the rest is joined again where it is written out.
_DECIDED = (*_PAIR, "truth", "outcome", "applies", "note_fr", *_FLAGS)
#: What the written tables say of a rule.
_NAMED = ("rule", "rule_id", "rule_order", "rule_version", "rule_sha", "heading_fr")
#: Issuers looked at together. It bounds the memory and changes no result.
ISSUERS_AT_ONCE = 2_500


@dataclass(frozen=True)
class Verdicts:
    """Frames in the shape of ``core.issuer_verdicts`` and ``core.verdict_explanations``, sorted by key."""

    issuer_verdicts: pl.DataFrame
    verdict_explanations: pl.DataFrame


def evaluate(evidence: pl.DataFrame, issuers: pl.DataFrame, months: pl.DataFrame, rules: Sequence[Rule]) -> Verdicts:
    """Evaluate every rule in force for every issuer of every month.

    Args:
        evidence: rows of ``staging.evidence``.
        issuers: ``as_of_date, issuer_id, issuer_name, is_public_body``; rules do not apply to public bodies.
        months: ``as_of_date, known_as_of``; evidence received later is not seen.
        rules: the policy; each is evaluated in the months it is in force.

    Raises:
        SchemaViolationError: the values of the evidence are not decimals.
    """
    parts = list(evaluate_in_parts(evidence, issuers, months, rules))
    return Verdicts(
        issuer_verdicts=pl.concat([part.issuer_verdicts for part in parts], rechunk=False),
        verdict_explanations=pl.concat([part.verdict_explanations for part in parts], rechunk=False),
    )


def evaluate_in_parts(
    evidence: pl.DataFrame, issuers: pl.DataFrame, months: pl.DataFrame, rules: Sequence[Rule]
) -> Iterator[Verdicts]:
    """The same as ``evaluate``, some issuers at a time in the order of the keys; at least one part, maybe empty.

    Deciding needs every issuer at once, because an exclusion can come from a parent; values and sentences do not.
    """
    _require_exact_numbers(evidence)
    compiled = compile_rules(rules)
    cells = (
        issuers.select("as_of_date", "issuer_id", "issuer_name", "is_public_body")
        .join(months.select("as_of_date", "known_as_of", day_fr=date_text("as_of_date")), on="as_of_date")
        .sort("as_of_date", "issuer_id")
        .with_row_index("cell")
    )
    claims = live_claims(evidence, months, cells)
    values, decided = [], []
    for some in _parts(cells):
        theirs = claims.join(some.select("cell"), on="cell", how="semi")
        values.append(resolve(without_outdone_years(theirs), compiled.questions))
        judged = judge_criteria(values[-1], compiled)
        truths = _rule_truths(judged, compiled, some)
        decided.append(_decide(truths, judged, applicability(theirs, compiled), compiled, some).select(_DECIDED))
    del claims
    # what one issuer owes to another belongs here, on the outcomes of all of them
    outcomes = pl.concat(decided, rechunk=False)
    for some in _parts(cells):
        pairs = outcomes.join(some.drop("is_public_body"), on="cell").join(compiled.rules.select(_NAMED), on="rule")
        criteria = explanations.criteria(judge_criteria(values.pop(0), compiled), pairs, compiled)
        yield Verdicts(
            issuer_verdicts=explanations.verdict_table(pairs, criteria),
            verdict_explanations=explanations.explanation_table(pairs, criteria),
        )


def _parts(cells: pl.DataFrame) -> list[pl.DataFrame]:
    return list(cells.iter_slices(ISSUERS_AT_ONCE)) or [cells]


def _require_exact_numbers(evidence: pl.DataFrame) -> None:
    """Refuse floating point: NaN sorts above every threshold and 0.6 + 3.8 + 0.6 is not 5."""
    inexact = [name for name in ("lo", "hi") if not isinstance(evidence.schema[name], pl.Decimal)]
    if inexact:
        raise SchemaViolationError("staging.evidence", [f"{name} is not a decimal" for name in inexact])


def judge_criteria(resolved: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    """One row per issuer and criterion that has evidence: value, truth and what the truth is worth."""
    none_found = pl.col("is_absent") & ~pl.col("has_conflict") & (pl.col("problem") == "")
    direct = resolved.filter(~pl.col("is_sibling"))
    sibling = resolved.filter(pl.col("is_sibling")).with_columns(none_found=none_found)
    # "not involved" said of one measure of a theme is said of the other one too
    implied = (
        sibling.filter(pl.col("none_found"))
        .drop("none_found")
        .join(direct, on=["cell", "question"], how="anti")
        .with_columns(unit=pl.lit(None, dtype=pl.String))
    )
    contrary = sibling.filter(~pl.col("none_found")).select("cell", "question", is_contradicted=True)
    return (
        pl.concat([direct, implied])
        .join(contrary, on=["cell", "question"], how="left")
        .join(compiled.leaves, on="question")
        .with_columns(raw=interval_truth())
        .with_columns(*admitted_truths(), near=near())
        .with_columns(
            found_absent=none_found
            & pl.col("is_contradicted").is_null()
            & (pl.col("grade_rank") <= pl.col("rank_false"))
            & ~pl.col("is_stale")
        )
    )


def _rule_truths(judged: pl.DataFrame, compiled: Compiled, cells: pl.DataFrame) -> pl.DataFrame:
    """Rank of each rule's truth, twice: ``plain`` (weak evidence may prove T) and ``strong`` (it may not)."""
    grid = (
        cells.select("cell")
        .join(compiled.leaves.select("leaf"), how="cross")
        .join(judged.select("cell", "leaf", "plain", "strong", "proven"), on=["cell", "leaf"], how="left")
        .sort("leaf", "cell")
        # no evidence is a truth of its own: unknown
        .with_columns(
            pl.when(pl.col(name).is_null()).then(rank(UNKNOWN)).otherwise(pl.col(name)).alias(name)
            for name in ("plain", "strong", "proven")
        )
    )
    found = []
    for tree in compiled.trees:
        wide = cells.select("cell", rule=pl.lit(tree.rule, dtype=pl.UInt32)).with_columns(
            grid[name].slice(leaf * cells.height, cells.height).alias(f"{name}{leaf}")
            for leaf in range(tree.first_leaf, tree.first_leaf + tree.leaf_count)
            for name in ("plain", "strong", "proven")
        )
        found.append(wide.select(*_PAIR, plain=tree.truth("plain"), strong=tree.truth("strong")))
    return (
        pl.concat(found)
        if found
        else pl.DataFrame(schema={**dict.fromkeys(_PAIR, pl.UInt32), "plain": pl.UInt8, "strong": pl.UInt8})
    )


def _ruled_out(judged: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    """Pairs where every theme of a rule with ``applies_if`` was researched and absent: the rest is moot.

    A share of certified palm oil says nothing about a company without palm oil. A rule without a theme
    measure is ruled out when all its criteria were researched and found absent.
    """
    rules = compiled.rules.filter("asks_applicability").select("rule", "has_theme")
    asked = compiled.leaves.filter(~pl.col("mitigates")).join(rules, on="rule")
    asked = asked.filter(pl.col("is_theme") | ~pl.col("has_theme")).select("leaf", "rule")
    needed = asked.group_by("rule").agg(needed=pl.len())
    absent = judged.filter("found_absent").select("cell", "leaf").join(asked, on="leaf")
    counted = absent.group_by(_PAIR).agg(absent=pl.len()).join(needed, on="rule")
    return counted.filter(pl.col("absent") == pl.col("needed")).select(*_PAIR, is_ruled_out=True)


def _decide(
    truths: pl.DataFrame,
    judged: pl.DataFrame,
    applying: pl.DataFrame,
    compiled: Compiled,
    cells: pl.DataFrame,
) -> pl.DataFrame:
    """Add to every pair its truth and outcome; an uncovered case stays null and the write gate refuses it."""
    flags = judged.group_by(_PAIR).agg(
        is_near=pl.col("near").any(),
        is_stale=pl.col("is_stale").any(),
        has_conflict=pl.col("has_conflict").any(),
    )
    asks = pl.col("asks_applicability")
    pairs = (
        truths.join(cells, on="cell")
        .join(compiled.rules, on="rule")
        .filter((pl.col("valid_from") <= pl.col("as_of_date")) & (pl.col("as_of_date") < pl.col("valid_to")))
        .join(applying, on=_PAIR, how="left")
        .join(_ruled_out(judged, compiled), on=_PAIR, how="left")
        .join(flags, on=_PAIR, how="left")
        .with_columns(
            applies=pl.when(pl.col("is_public_body")).then(pl.lit("F"))
            .when(~asks).then(pl.lit("T"))
            .when(pl.col("applies").is_not_null()).then(pl.col("applies"))
            .otherwise(pl.lit("U")),
            # a flag that nothing raised is down; none of them clears
            **{name: pl.col(name).eq_missing(True) for name in _FLAGS},
        )
    )  # fmt: skip
    truth = (
        pl.when(pl.col("applies") == "F").then(rank(FALSE))
        .when(pl.col("applies") == "U").then(rank(UNKNOWN))
        .when(pl.col("is_ruled_out")).then(rank(FALSE))
        .otherwise(pl.col("plain"))
    )  # fmt: skip
    return pairs.with_columns(truth=truth).with_columns(outcome=_outcome())


def _outcome() -> pl.Expr:
    truth, strong = pl.col("truth"), pl.col("strong")
    return (
        pl.when(pl.col("applies") == "F").then(pl.lit("NOT_APPLICABLE"))
        .when(pl.col("applies") == "U").then(pl.col("if_unknown"))
        .when(truth == FALSE).then(pl.col("if_false"))
        .when((truth == TRUE) & (strong == TRUE)).then(pl.col("if_true"))
        .when(truth == TRUE).then(pl.col("if_true_weak"))
        .when((truth == UNKNOWN) & pl.col("is_exposed")).then(pl.col("if_exposed"))
        .when(truth == UNKNOWN).then(pl.col("if_unknown"))
    )  # fmt: skip
