"""One outcome per month, issuer and rule: evidence resolved, rules evaluated, verdicts explained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from impact_pipeline.domain.screening import explanations
from impact_pipeline.domain.screening.applicability import applicability
from impact_pipeline.domain.screening.circumstances import circumstances
from impact_pipeline.domain.screening.claims import live_claims, without_outdone_years
from impact_pipeline.domain.screening.compiler import TRUE, Compiled, compile_rules
from impact_pipeline.domain.screening.decisions import Override
from impact_pipeline.domain.screening.inheritance import climbed, proofs, settle, with_risen
from impact_pipeline.domain.screening.judging import FLAGS, decide, judge_criteria, rule_truths
from impact_pipeline.domain.screening.ownership import Links, links
from impact_pipeline.domain.screening.proxies import SectorProxy, with_proxies
from impact_pipeline.domain.screening.resolution import resolve
from impact_pipeline.domain.screening.rule_scope import NO_SETS, Sets
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.domain.screening.wording import date_text
from impact_pipeline.errors import SchemaViolationError
from impact_pipeline.schemas import TABLES

#: What is kept of every pair while all issuers are decided; the rest is joined again where it is written out.
_DECIDED = ("cell", "rule", "truth", "outcome", "note_fr", *FLAGS)
#: What the written tables say of a rule.
_NAMED = ("rule", "rule_id", "rule_order", "rule_version", "rule_sha", "heading_fr")
#: Issuers looked at together. It bounds the memory and changes no result.
ISSUERS_AT_ONCE = 2_500


@dataclass(frozen=True)
class Verdicts:
    """Frames in the shape of ``core.issuer_verdicts`` and ``core.verdict_explanations``, sorted by key."""

    issuer_verdicts: pl.DataFrame
    verdict_explanations: pl.DataFrame


def evaluate(
    evidence: pl.DataFrame,
    issuers: pl.DataFrame,
    months: pl.DataFrame,
    rules: Sequence[Rule],
    *,
    ownership: pl.DataFrame | None = None,
    overrides: Sequence[Override] = (),
    proxies: Sequence[SectorProxy] = (),
    sets: Sets = NO_SETS,
) -> Verdicts:
    """Evaluate every rule in force for every issuer of every month.

    Args:
        evidence: rows of ``staging.evidence``.
        issuers: ``as_of_date, issuer_id, issuer_name, is_public_body, sector_scheme, sector_code``; owners and owned
            companies included. Rules do not apply to public bodies.
        months: ``as_of_date, known_as_of``; evidence and ownership received later are not seen.
        rules: the policy; each is evaluated in the months it is in force.
        ownership: rows of ``staging.ownership``; none: nothing is inherited.
        overrides: decisions of the committee; each acts in the months it is in force.
        proxies: sectors that stand in for evidence nobody gave.
        sets: members of the reference sets by id, to know which lists hold others.

    Raises:
        SchemaViolationError: the values of the evidence are not decimals.
    """
    parts = list(
        evaluate_in_parts(
            evidence, issuers, months, rules, ownership=ownership, overrides=overrides, proxies=proxies, sets=sets
        )
    )
    return Verdicts(
        issuer_verdicts=pl.concat([part.issuer_verdicts for part in parts], rechunk=False),
        verdict_explanations=pl.concat([part.verdict_explanations for part in parts], rechunk=False),
    )


def evaluate_in_parts(
    evidence: pl.DataFrame,
    issuers: pl.DataFrame,
    months: pl.DataFrame,
    rules: Sequence[Rule],
    *,
    ownership: pl.DataFrame | None = None,
    overrides: Sequence[Override] = (),
    proxies: Sequence[SectorProxy] = (),
    sets: Sets = NO_SETS,
) -> Iterator[Verdicts]:
    """The same as ``evaluate``, some issuers at a time in the order of the keys; at least one part, maybe empty.

    Deciding needs every issuer at once, because involvement and exclusions come from other issuers; values and
    sentences do not.
    """
    _require_exact_numbers(evidence)
    compiled = compile_rules(rules, sets)
    cells = (
        issuers.select("as_of_date", "issuer_id", "issuer_name", "is_public_body", "sector_scheme", "sector_code")
        .join(months.select("as_of_date", "known_as_of", day_fr=date_text("as_of_date")), on="as_of_date")
        .sort("as_of_date", "issuer_id")
        .with_row_index("cell")
    )
    owned = links(TABLES["staging.ownership"].frame() if ownership is None else ownership, cells)
    claims = with_proxies(live_claims(evidence, months, cells), cells, proxies)
    some_issuers = list(cells.iter_slices(ISSUERS_AT_ONCE)) or [cells]
    parts = [_Part(some, claims, compiled, owned) for some in some_issuers]
    risen = climbed(pl.concat([part.involved() for part in parts]), owned, compiled)
    decided = [part.decided(risen) for part in parts]
    settled = settle(
        pl.concat([outcomes for outcomes, _ in decided], rechunk=False),
        pl.concat([proofs for _, proofs in decided], rechunk=False),
        owned, overrides, compiled, cells,
    )  # fmt: skip
    around = circumstances(settled, cells)
    for part in parts:
        pairs = settled.pairs.join(part.cells.drop("is_public_body"), on="cell").join(
            compiled.rules.select(_NAMED), on="rule"
        )
        criteria = explanations.criteria(part.judged(risen), pairs, compiled, cells)
        theirs = around.join(part.cells.select("cell"), on="cell", how="semi")
        yield Verdicts(
            issuer_verdicts=explanations.verdict_table(pairs, criteria, theirs),
            verdict_explanations=explanations.explanation_table(pairs, criteria, theirs),
        )


class _Part:
    """Some issuers: their resolved evidence is kept, what follows from it is made again when it is needed."""

    def __init__(self, cells: pl.DataFrame, claims: pl.DataFrame, compiled: Compiled, owned: Links) -> None:
        self.cells, self.compiled, self.owned = cells, compiled, owned
        self.claims = claims.join(cells.select("cell"), on="cell", how="semi")
        self.resolved = resolve(without_outdone_years(self.claims), compiled.questions)

    def involved(self) -> pl.DataFrame:
        """Criteria of first-euro involvement that hold for these issuers."""
        first_euro = self.compiled.leaves.filter("is_first_euro").select("question")
        asked = self.resolved.join(first_euro, on="question", how="semi")
        judged = judge_criteria(asked, self.compiled, self.owned)
        return judged.filter(pl.col("is_first_euro") & (pl.col("plain") == TRUE))

    def judged(self, risen: pl.DataFrame) -> pl.DataFrame:
        """All criteria of these issuers, with what came up from companies they consolidate."""
        return with_risen(judge_criteria(self.resolved, self.compiled, self.owned), risen, self.cells)

    def decided(self, risen: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Own outcomes of all pairs, and what proves the proven ones."""
        judged = self.judged(risen)
        applies = applicability(self.claims, self.compiled)
        truths = rule_truths(judged, self.compiled, self.cells)
        outcomes = decide(truths, judged, applies, self.compiled, self.cells)
        return outcomes.select(_DECIDED), proofs(judged)


def _require_exact_numbers(evidence: pl.DataFrame) -> None:
    """Refuse floating point: NaN sorts above every threshold and 0.6 + 3.8 + 0.6 is not 5."""
    inexact = [name for name in ("lo", "hi") if not isinstance(evidence.schema[name], pl.Decimal)]
    if inexact:
        raise SchemaViolationError("staging.evidence", [f"{name} is not a decimal" for name in inexact])
