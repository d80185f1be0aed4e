"""From resolved evidence to the truth of each criterion, of each rule, and to each issuer's own outcome."""

import polars as pl

from impact_pipeline.domain.screening.compiler import FALSE, TRUE, UNKNOWN, Compiled
from impact_pipeline.domain.screening.ownership import Links
from impact_pipeline.domain.screening.truth import admitted_truths, interval_truth, near, rank

_PAIR = ["cell", "rule"]
FLAGS = ("is_near", "is_stale", "has_conflict", "is_ruled_out", "is_exposed", "is_public_body")


def judge_criteria(resolved: pl.DataFrame, compiled: Compiled, owned: Links) -> pl.DataFrame:
    """One row per issuer and criterion that has evidence: value, truth and what the truth is worth."""
    none_found = pl.col("is_absent") & ~pl.col("has_conflict") & (pl.col("problem") == "")
    direct = resolved.filter(~pl.col("is_sibling"))
    sibling = resolved.filter(pl.col("is_sibling")).with_columns(none_found=none_found)
    # "not involved" said of one measure of a theme is said of the other one too
    implied = (
        sibling.filter(pl.col("none_found"))
        .drop("none_found")
        .join(direct.filter(~pl.col("says_part")), on=["cell", "question"], how="anti")
        .with_columns(unit=pl.lit(None, dtype=pl.String))
    )
    contrary = sibling.filter(~pl.col("none_found")).select("cell", "question", is_contradicted=True)
    # looked for in some places only gives way to nothing found at all
    direct = direct.join(
        implied.select("cell", "question", gives_way=pl.lit(True)), on=["cell", "question"], how="left"
    ).filter(~(pl.col("says_part") & pl.col("gives_way").eq_missing(True)))
    return (
        pl.concat([direct.drop("gives_way"), implied])
        .join(contrary, on=["cell", "question"], how="left")
        .join(compiled.leaves, on="question")
        .join(owned.left.rename({"parent": "cell"}), on="cell", how="left")
        .with_columns(raw=interval_truth())
        .with_columns(lost_perimeter=_lost_perimeter())
        .with_columns(raw=pl.when("lost_perimeter").then(rank(UNKNOWN)).otherwise("raw"))
        .with_columns(*admitted_truths(), near=near())
        .with_columns(
            found_absent=none_found
            & pl.col("is_contradicted").is_null()
            & (pl.col("grade_rank") <= pl.col("rank_false"))
            & ~pl.col("is_stale")
        )
    )


def _lost_perimeter() -> pl.Expr:
    """An involvement told of the group before a company left it: it may have left with the company.

    Shares of revenue stay: a sale of one company does not undo them, and they grow stale by themselves.
    """
    told = pl.coalesce(pl.date(pl.col("fiscal_year"), 12, 31), pl.col("published_on"), pl.col("retrieved_on"))
    moves = ~pl.col("is_share") & ~pl.col("is_conduct")
    return ((pl.col("raw") == TRUE) & moves & (told < pl.col("left_on"))).eq_missing(True)


def rule_truths(judged: pl.DataFrame, compiled: Compiled, cells: pl.DataFrame) -> pl.DataFrame:
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
    # what is proven is not moot, whatever was not found elsewhere
    proven = judged.filter((pl.col("plain") == TRUE) & ~pl.col("mitigates")).select(*_PAIR)
    found = counted.filter(pl.col("absent") == pl.col("needed")).join(proven, on=_PAIR, how="anti")
    return found.select(*_PAIR, is_ruled_out=True)


def decide(
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
    risen = judged.filter(pl.col("risen_from").is_not_null()).select(*_PAIR, rises=pl.lit(True)).unique()
    pairs = (
        truths.join(cells, on="cell")
        .join(compiled.rules, on="rule")
        .filter((pl.col("valid_from") <= pl.col("as_of_date")) & (pl.col("as_of_date") < pl.col("valid_to")))
        .join(applying, on=_PAIR, how="left")
        .join(_ruled_out(judged, compiled), on=_PAIR, how="left")
        .join(flags, on=_PAIR, how="left")
        .join(risen, on=_PAIR, how="left")
        .with_columns(
            applies=pl.when(pl.col("is_public_body")).then(pl.lit("F"))
            .when(pl.col("rises")).then(pl.lit("T"))
            .when(pl.col("applies").is_not_null()).then(pl.col("applies"))
            # no claim at all: whatever the rule asks for, nothing can be said
            .otherwise(pl.lit("U")),
            # a flag that nothing raised is down; none of them clears
            **{name: pl.col(name).eq_missing(True) for name in FLAGS},
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
