"""From rules to frames and expressions: one row per criterion, one Polars expression per rule.

Truth is the text T, F or U. Inside a rule it is ranked F < U < T: AND is a minimum, OR a maximum (Kleene).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening import measures
from impact_pipeline.domain.screening.rule_scope import NO_SETS, Sets, related, roles_of, sets_of
from impact_pipeline.domain.screening.rules import Criterion, Group, Rule
from impact_pipeline.domain.screening.wording import counterfactual_words, criterion_words, heading_words
from impact_pipeline.schemas.table import AMOUNT, FACTOR
from impact_pipeline.schemas.vocabulary import GRADES, OUTCOMES

FALSE, UNKNOWN, TRUE = 0, 1, 2
TRUTH_TEXT = {FALSE: "F", UNKNOWN: "U", TRUE: "T"}
GRADE_RANK = {grade: rank for rank, grade in enumerate(GRADES, start=1)}
OUTCOME_RANK = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}
#: Evidence without a grade counts as the weakest.
WEAKEST = GRADE_RANK["E"]
FOREVER = dt.date(9999, 12, 31)

#: What a criterion asks of evidence. Criteria that differ in nothing here get the same value.
_ASKED = (
    "measure", "asked_basis", "asked_roles", "asked_set", "asked_models", "asked_year", "asked_unit", "fold",
    "is_flag", "is_share", "is_conduct", "adds_models", "is_interval", "max_age_months", "scope_roles",
    "scope_sets", "asked_inner", "asked_outer",
)  # fmt: skip
_LEAF_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "leaf": pl.UInt32,
    "question": pl.UInt32,
    "rule": pl.UInt32,
    "criterion_id": pl.String,
    "order": pl.UInt32,
    "words_fr": pl.String,
    "measure": pl.String,
    "sibling": pl.String,
    "op": pl.String,
    "threshold": AMOUNT,
    "asked_basis": pl.String,
    "asked_roles": pl.List(pl.String),
    "scope_roles": pl.List(pl.String),
    "asked_set": pl.String,
    "scope_sets": pl.List(pl.String),
    "asked_inner": pl.List(pl.String),
    "asked_outer": pl.List(pl.String),
    "asked_models": pl.List(pl.String),
    "asked_year": pl.Int32,
    "asked_unit": pl.String,
    "fold": pl.String,
    "is_flag": pl.Boolean,
    "is_share": pl.Boolean,
    "is_conduct": pl.Boolean,
    "is_theme": pl.Boolean,
    "adds_models": pl.Boolean,
    "mitigates": pl.Boolean,
    "is_interval": pl.Boolean,
    "max_age_months": pl.Int32,
    "rank_true": pl.UInt8,
    "rank_false": pl.UInt8,
    "near_margin": AMOUNT,
    "counterfactual_fr": pl.String,
    "is_first_euro": pl.Boolean,
}
_RULE_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "rule": pl.UInt32,
    "rule_id": pl.String,
    "rule_order": pl.UInt32,
    "rule_version": pl.String,
    "rule_sha": pl.String,
    "heading_fr": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "asks_applicability": pl.Boolean,
    "applies_roles": pl.List(pl.String),
    "applies_sets": pl.List(pl.String),
    "has_theme": pl.Boolean,
    "if_true": pl.String,
    "if_true_weak": pl.String,
    "if_false": pl.String,
    "if_unknown": pl.String,
    "if_exposed": pl.String,
    "down_control": pl.Boolean,
    "down_min_pct": FACTOR,
    "stake_from": FACTOR,
    "stake_to": FACTOR,
}


@dataclass(frozen=True)
class Compiled:
    """A rule pack ready to be evaluated.

    ``leaves`` has a row per criterion; those that ask evidence the same ``question`` share its answer.
    """

    rules: pl.DataFrame
    leaves: pl.DataFrame
    trees: tuple["Tree", ...]

    @property
    def questions(self) -> pl.DataFrame:
        """One row per question: the measure (and its ``sibling``) and which claims about it count."""
        return self.leaves.select("question", "sibling", *_ASKED).unique("question", keep="first", maintain_order=True)


@dataclass(frozen=True)
class Tree:
    """The logic of one rule: a group and the number of its first criterion."""

    rule: int
    group: Group
    first_leaf: int

    @property
    def leaf_count(self) -> int:
        """Number of criteria, mitigations included."""
        return _leaf_count(self.group)

    def truth(self, prefix: str) -> pl.Expr:
        """Rank of the rule's truth from columns ``<prefix><leaf>`` and, for mitigations, ``proven<leaf>``."""
        return _group_truth(self.group, self.first_leaf, prefix)[0]


def compile_rules(rules: Sequence[Rule], sets: Sets = NO_SETS) -> Compiled:
    """Lay rules out as frames, in the order given, without retired ones; ``sets`` tells which lists hold others."""
    rule_rows: list[dict[str, object]] = []
    leaf_rows: list[dict[str, object]] = []
    trees: list[Tree] = []
    for number, rule in enumerate(rule for rule in rules if rule.status != "retired"):
        trees.append(Tree(number, rule.criteria, len(leaf_rows)))
        found = list(rule.criterions())
        for criterion_id, criterion, mitigates in found:
            leaf_rows.append(_leaf_row(len(leaf_rows), number, rule, criterion_id, criterion, mitigates, sets))
        themes = [c for _, c, mitigates in found if measures.sibling(c.measure) and not mitigates]
        rule_rows.append(_rule_row(number, rule, bool(themes)))
    numbers: dict[str, int] = {}
    for row in leaf_rows:
        row["question"] = numbers.setdefault(repr([row[name] for name in _ASKED]), len(numbers))
    return Compiled(
        # numbers that sort like the ids: sorting text again for every month would cost more than the rules
        rules=pl.DataFrame(rule_rows, schema=_RULE_TYPES, orient="row").with_columns(
            rule_order=pl.col("rule_id").rank("dense").cast(pl.UInt32)
        ),
        leaves=pl.DataFrame(leaf_rows, schema=_LEAF_TYPES, orient="row").with_columns(
            order=pl.col("criterion_id").rank("dense").cast(pl.UInt32)
        ),
        trees=tuple(trees),
    )


def _leaf_row(
    leaf: int, number: int, rule: Rule, criterion_id: str, c: Criterion, mitigates: bool, sets: Sets
) -> dict[str, object]:
    share = measures.is_share(c.measure)
    year = c.max_year if c.max_year is not None else (9999 if c.dated else None)
    return {
        "leaf": leaf,
        "rule": number,
        "criterion_id": criterion_id,
        "words_fr": criterion_words(c),
        "measure": c.measure,
        "sibling": measures.sibling(c.measure),
        "op": c.op,
        "threshold": c.value,
        "asked_basis": c.basis,
        "asked_roles": list(c.roles),
        # where a company must have been looked at before nothing found is nothing there
        "scope_roles": list(c.roles or roles_of(rule)),
        "asked_set": c.substance_set,
        # a rule that names lists is about these, also where one of its criteria names none
        "scope_sets": sets_of(rule),
        "asked_inner": related(c.substance_set, sets, lambda asked, other: other <= asked),
        "asked_outer": related(c.substance_set, sets, lambda asked, other: other >= asked),
        "asked_models": list(c.qualifiers),
        "asked_year": year,
        "asked_unit": "bool" if c.op in ("is_true", "is_false") else measures.unit(c.measure),
        "fold": measures.fold(c.measure, c.op, mitigates),
        "is_flag": c.op in ("is_true", "is_false"),
        "is_share": share,
        "is_conduct": measures.is_conduct(c.measure),
        "is_theme": measures.sibling(c.measure) is not None,
        "adds_models": measures.adds_models(c.measure) and bool(c.qualifiers),
        "mitigates": mitigates,
        "is_interval": rule.evidence.estimates == "interval",
        "max_age_months": c.max_age_months or rule.evidence.max_age_months,
        "rank_true": GRADE_RANK[rule.evidence.min_grade_true],
        "rank_false": GRADE_RANK[rule.evidence.min_grade_false],
        "near_margin": _near_margin(rule, c),
        "counterfactual_fr": _counterfactual(rule, c),
        "is_first_euro": _is_first_euro(c) and not mitigates,
    }


def _rule_row(number: int, rule: Rule, has_theme: bool) -> dict[str, object]:
    asks = rule.applies_if
    best = rule.outcome.true if rule.status == "approved" else _at_most_watched(rule.outcome.true)
    return {
        "rule": number,
        "rule_id": rule.id,
        "rule_version": rule.version,
        "rule_sha": rule.sha,
        "heading_fr": heading_words(rule),
        "valid_from": rule.valid.start,
        "valid_to": rule.valid.end or FOREVER,
        "asks_applicability": asks is not None,
        "applies_roles": list(asks.roles_any) if asks else [],
        "applies_sets": list(asks.commodities_any) if asks else [],
        "has_theme": has_theme,
        "if_true": best,
        "if_true_weak": _at_most_watched(best),
        "if_false": rule.outcome.false,
        "if_unknown": rule.outcome.unknown,
        "if_exposed": rule.outcome.unknown_exposed,
        "down_control": rule.propagation.down is not None and rule.propagation.down.control,
        "down_min_pct": Decimal(rule.propagation.down.min_pct) if rule.propagation.down else None,
        "stake_from": Decimal(rule.propagation.minority_flag[0]),
        "stake_to": Decimal(rule.propagation.minority_flag[1]),
    }


def _is_first_euro(criterion: Criterion) -> bool:
    """The slightest involvement is enough, so that of a consolidated company is the group's."""
    if measures.sibling(criterion.measure) is None:
        return False
    return criterion.op == "is_true" or (criterion.op == ">" and criterion.value == 0)


def _at_most_watched(outcome: str) -> str:
    return min(outcome, "WATCHLIST", key=OUTCOME_RANK.__getitem__)


def _near_margin(rule: Rule, criterion: Criterion) -> Decimal | None:
    """The larger of the two margins; percentage points mean nothing for tonnes or scores."""
    if criterion.value is None:
        return None
    relative = (rule.near.rel * abs(criterion.value)).quantize(Decimal("0.000001"))
    return max(rule.near.abs_pp, relative) if measures.is_share(criterion.measure) else relative


def _counterfactual(rule: Rule, criterion: Criterion) -> str | None:
    if rule.reentry is None or rule.reentry.measure != criterion.measure:
        return None
    return counterfactual_words(rule.reentry, criterion)


def _leaf_count(group: Group) -> int:
    return sum(1 if isinstance(m, Criterion) else _leaf_count(m) for m in (*group.members, *group.unless))


def _group_truth(group: Group, leaf: int, prefix: str) -> tuple[pl.Expr, int]:
    """Rank of the group's truth and the number of the leaf that follows it."""
    members, leaf = _members(group.members, leaf, prefix)
    mitigations, leaf = _members(group.unless, leaf, "proven")
    if group.any_of is not None:
        truth = pl.max_horizontal(members)
    elif group.all_of is not None:
        truth = pl.min_horizontal(members)
    else:
        truth = _at_least(members, group.at_least.n if group.at_least else len(members))
    if mitigations:
        # deliberately not Kleene: only a proven mitigation counts, and it only takes back a proven T
        is_mitigated = (pl.max_horizontal(mitigations) == TRUE) & (truth == TRUE)
        truth = pl.when(is_mitigated).then(pl.lit(FALSE, dtype=pl.UInt8)).otherwise(truth)
    return truth, leaf


def _members(nodes: Iterable[Criterion | Group], leaf: int, prefix: str) -> tuple[list[pl.Expr], int]:
    found = []
    for node in nodes:
        if isinstance(node, Criterion):
            found.append(pl.col(f"{prefix}{leaf}"))
            leaf += 1
        else:
            truth, leaf = _group_truth(node, leaf, prefix)
            found.append(truth)
    return found, leaf


def _at_least(members: list[pl.Expr], n: int) -> pl.Expr:
    """T with n proven members, F when not even the unknown ones could make n."""
    proven = pl.sum_horizontal([(m == TRUE).cast(pl.UInt8) for m in members])
    possible = pl.sum_horizontal([(m != FALSE).cast(pl.UInt8) for m in members])
    return (
        pl.when(proven >= n).then(pl.lit(TRUE, dtype=pl.UInt8))
        .when(possible < n).then(pl.lit(FALSE, dtype=pl.UInt8))
        .otherwise(pl.lit(UNKNOWN, dtype=pl.UInt8))
    )  # fmt: skip
