"""From each issuer's own outcome to the final one: what comes up, what is inherited, what the committee overrode.

Order: first-euro involvement of a consolidated company is the group's; exclusions go down along control; then an
override that was made for exactly the outcome so reached replaces it, and nothing is inherited from a company whose
exclusion was taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from impact_pipeline.domain.screening.compiler import TRUE, UNKNOWN, Compiled
from impact_pipeline.domain.screening.decisions import Override
from impact_pipeline.domain.screening.ownership import Links, controlled, stakes, walk
from impact_pipeline.schemas.table import FACTOR

_PAIR = ["cell", "rule"]
_OVERRIDE_TYPES = {
    "issuer_id": pl.String,
    "rule_id": pl.String,
    "override_id": pl.String,
    "from_outcome": pl.String,
    "to_outcome": pl.String,
    "approved_on": pl.Date,
    "expires_on": pl.Date,
    "approver": pl.String,
    "minutes": pl.String,
    "reason_fr": pl.String,
    "conditions_fr": pl.String,
}

_RISEN_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "risen_from": pl.UInt32,
    "chain": pl.List(pl.UInt32),
    "min_pct": FACTOR,
}


@dataclass(frozen=True)
class Settled:
    """Final outcomes, and what ownership and overrides had to do with them.

    ``pairs`` has ``outcome``, ``truth``, ``inherited_from`` and ``override_id`` besides its own columns.
    ``inherited``: ``*pair, first, chain, min_pct, since``. ``flagged``: ``*pair, other, pct, is_owner``.
    ``untold``: ``*pair, parent``, pairs whose owner or link is not told. ``overridden``: pairs with their override.
    """

    pairs: pl.DataFrame
    inherited: pl.DataFrame
    flagged: pl.DataFrame
    untold: pl.DataFrame
    overridden: pl.DataFrame


def climbed(involved: pl.DataFrame, owned: Links, compiled: Compiled) -> pl.DataFrame:
    """First-euro involvement carried up to the groups that consolidate the company.

    Args:
        involved: judged criteria of first-euro involvement that hold, for all issuers.
        owned: who controls whom.
        compiled: the rules.

    Returns:
        Rows like ``involved`` about the groups, with ``risen_from`` (the company's cell), ``chain`` and ``min_pct``.
    """
    empty = involved.clear().with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in _RISEN_TYPES.items())
    if involved.is_empty() or owned.held.is_empty():
        return empty
    upward = controlled(owned.held, compiled.rules).select("rule", "pct", "since", origin="child", target="parent")
    found = walk(involved.select("rule", "leaf", "cell", since="published_on"), upward, ["rule", "leaf"])
    return (
        found.select("cell", "leaf", "chain", "min_pct", risen_from="first")
        .join(involved.rename({"cell": "risen_from"}), on=["risen_from", "leaf"])
        .select(empty.columns)
    )


def with_risen(judged: pl.DataFrame, risen: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Judged criteria of some issuers (``cells``); what came up stands in where they do not say it themselves.

    Adds ``risen_from``, ``chain`` and ``min_pct``, empty for what an issuer says itself.
    """
    own = judged.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in _RISEN_TYPES.items())
    said = own.filter(pl.col("plain") == TRUE).select("cell", "leaf")
    theirs = risen.join(cells.select("cell"), on="cell", how="semi").join(said, on=["cell", "leaf"], how="anti")
    if theirs.is_empty():
        return own
    kept = own.join(theirs.select("cell", "leaf"), on=["cell", "leaf"], how="anti")
    return pl.concat([kept, theirs.select(own.columns)])


def proofs(judged: pl.DataFrame) -> pl.DataFrame:
    """``*pair, since, first``: day a proven pair was public, and the company it is borrowed from if all of it is."""
    proven = judged.filter((pl.col("plain") == TRUE) & ~pl.col("mitigates"))
    own = pl.col("risen_from").is_null().any()
    return proven.group_by(_PAIR).agg(
        since=pl.coalesce("published_on", "retrieved_on").min(),
        first=pl.when(own).then(None).otherwise(pl.col("risen_from").min()),
    )


def settle(
    pairs: pl.DataFrame,
    proven: pl.DataFrame,
    owned: Links,
    overrides: Sequence[Override],
    compiled: Compiled,
    cells: pl.DataFrame,
) -> Settled:
    """Final outcomes of all pairs (``cell, rule, truth, outcome``); ``proven`` as ``proofs`` makes it."""
    decided = _in_force(cells, overrides, compiled)
    excluded = pairs.filter(pl.col("outcome") == "EXCLUDED").select(*_PAIR)
    taken_back = decided.filter((pl.col("from_outcome") == "EXCLUDED") & (pl.col("to_outcome") != "EXCLUDED"))
    imposed = decided.filter(pl.col("to_outcome") == "EXCLUDED").join(
        pairs.select(*_PAIR, "outcome"), left_on=[*_PAIR, "from_outcome"], right_on=[*_PAIR, "outcome"]
    )
    start = (
        pl.concat([excluded, imposed.select(*_PAIR)])
        .unique()
        .join(proven.select(*_PAIR, "since"), on=_PAIR, how="left")
        .select(*_PAIR, "since")
    )
    control = controlled(owned.held, compiled.rules)
    downward = control.select("rule", "pct", "since", origin="parent", target="child")
    inherited = walk(start, downward, ["rule"], stops=taken_back.select(*_PAIR))
    # rules are evaluated in the months they are in force only
    inherited = inherited.join(pairs.select(*_PAIR), on=_PAIR, how="semi")
    reached = pl.concat([start.select(*_PAIR), inherited.select(*_PAIR)])
    untold = _untold(pairs, owned, compiled, reached)
    combined = _combined(pairs, inherited, untold)
    overridden = decided.join(
        combined.select(*_PAIR, "outcome"), left_on=[*_PAIR, "from_outcome"], right_on=[*_PAIR, "outcome"]
    )
    final = (
        combined.join(overridden.select(*_PAIR, "to_outcome", "override_id"), on=_PAIR, how="left")
        .with_columns(outcome=pl.when(pl.col("to_outcome").is_not_null()).then("to_outcome").otherwise("outcome"))
        .drop("to_outcome")
        .join(_inherited_from(inherited, proven, cells), on=_PAIR, how="left")
    )
    return Settled(
        pairs=final,
        inherited=inherited,
        flagged=_flagged(final, owned, control, compiled),
        untold=untold,
        overridden=overridden,
    )


def _in_force(cells: pl.DataFrame, overrides: Sequence[Override], compiled: Compiled) -> pl.DataFrame:
    """Overrides beside the pairs they are about, in the months they hold."""
    listed = pl.DataFrame(
        [
            {"rule_id": override.rule, "override_id": override.id, **override.model_dump(include=set(_OVERRIDE_TYPES))}
            for override in overrides
        ],
        schema=_OVERRIDE_TYPES,
        orient="row",
    )
    return (
        listed.join(cells.select("cell", "as_of_date", "issuer_id"), on="issuer_id")
        .join(compiled.rules.select("rule", "rule_id"), on="rule_id")
        .filter(pl.col("as_of_date").is_between(pl.col("approved_on"), pl.col("expires_on")))
        .drop("as_of_date", "issuer_id", "rule_id")
    )


def _untold(pairs: pl.DataFrame, owned: Links, compiled: Compiled, excluded: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rules that walk down whose inheritance cannot be told, with the excluded ``parent`` if there is one.

    Either nobody told who the parent is, or the parent is excluded and nobody told what the link is.
    """
    walking = compiled.rules.filter(
        pl.col("down_min_pct").is_not_null() & (pl.col("if_true") == "EXCLUDED")
    ).select("rule")  # fmt: skip
    asked = pairs.select(*_PAIR).join(walking, on="rule", how="semi")
    nobody = asked.join(owned.untold.rename({"child": "cell"}), on="cell", how="semi").with_columns(
        parent=pl.lit(None, dtype=pl.UInt32)
    )
    vague = (
        owned.held.filter(pl.col("is_controlled").is_null() & pl.col("pct").is_null())
        .join(excluded.rename({"cell": "parent"}), on="parent")
        .select("rule", "parent", cell="child")
        .join(asked, on=_PAIR, how="semi")
        .select(*_PAIR, "parent")
    )
    return pl.concat([vague, nobody]).sort(*_PAIR, "parent", nulls_last=True).unique(_PAIR, keep="first")


def _combined(pairs: pl.DataFrame, inherited: pl.DataFrame, untold: pl.DataFrame) -> pl.DataFrame:
    """The worse of the own outcome and what ownership adds; an unknown owner never leaves a pair cleared."""
    is_free = pl.col("outcome").is_in(["CLEARED", "NOT_APPLICABLE"])
    falls = pl.col("falls").eq_missing(True)
    unclear = pl.col("unclear").eq_missing(True) & is_free
    return (
        pairs.join(inherited.select(*_PAIR, falls=pl.lit(True)), on=_PAIR, how="left")
        .join(untold.select(*_PAIR, unclear=pl.lit(True)), on=_PAIR, how="left")
        .with_columns(
            own_outcome="outcome",
            own_truth="truth",
            truth=pl.when(falls)
            .then(pl.lit(TRUE, dtype=pl.UInt8))
            .when(unclear)
            .then(pl.lit(UNKNOWN, dtype=pl.UInt8))
            .otherwise("truth"),
            outcome=pl.when(falls).then(pl.lit("EXCLUDED")).when(unclear).then(pl.lit("UNKNOWN")).otherwise("outcome"),
        )
        .drop("falls", "unclear")
    )


def _inherited_from(inherited: pl.DataFrame, proven: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The issuer an exclusion comes from: the chain's first, or the company whose involvement alone proves it."""
    borrowed = (
        proven.filter(pl.col("first").is_not_null())
        .select(*_PAIR, "first")
        .join(inherited.select(_PAIR), on=_PAIR, how="anti")
    )
    names = cells.select(first="cell", inherited_from="issuer_id")
    return pl.concat([inherited.select(*_PAIR, "first"), borrowed]).join(names, on="first").drop("first")


def _flagged(final: pl.DataFrame, owned: Links, control: pl.DataFrame, compiled: Compiled) -> pl.DataFrame:
    """Stakes between an issuer and an excluded one, seen from both sides."""
    excluded = final.filter(pl.col("outcome") == "EXCLUDED").select(*_PAIR)
    found = stakes(owned.held, control, compiled.rules)
    owners = found.join(excluded.rename({"cell": "child"}), on=["rule", "child"]).select(
        "rule", "pct", cell="parent", other="child", is_owner=pl.lit(True)
    )
    owned_by = found.join(excluded.rename({"cell": "parent"}), on=["rule", "parent"]).select(
        "rule", "pct", cell="child", other="parent", is_owner=pl.lit(False)
    )
    return pl.concat([owners, owned_by]).join(final.select(*_PAIR), on=_PAIR, how="semi")
