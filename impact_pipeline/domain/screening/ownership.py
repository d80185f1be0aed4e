"""Who controls whom at a month end, and what walks along: involvement up to the group, exclusions down from it.

Control is consolidation, or more of the capital than the rule's minimum when nobody said either. A smaller stake is
flagged, never inherited. What is not known about an owner is unknown, never "no owner".
"""

from dataclasses import dataclass

import polars as pl

from impact_pipeline.schemas.table import FACTOR

#: Reasons of a GLEIF reporting exception, written where the parent would be: nobody told us who the parent is.
UNKNOWN_PARENTS = (
    "NO_LEI",
    "NON_PUBLIC",
    "NATURAL_PERSONS",
    "NON_CONSOLIDATING",
    "NO_KNOWN_PERSON",
    "BINDING_LEGAL_COMMITMENTS",
    "LEGAL_OBSTACLES",
    "CONSENT_NOT_OBTAINED",
    "DETRIMENT_NOT_EXCLUDED",
    "DISCLOSURE_DETRIMENTAL",
    "UNKNOWN",
)
#: Walks stop here; a real chain of companies is much shorter, and a circle never gets that far.
DEEPEST = 50
_LINK_TYPES = {"child": pl.UInt32, "parent": pl.UInt32, "pct": FACTOR, "is_controlled": pl.Boolean, "since": pl.Date}


@dataclass(frozen=True)
class Links:
    """Ownership of every month as numbers of ``cells``.

    ``held``: ``child, parent, pct, is_controlled, since`` on the month end. ``left``: ``parent, left_on``, the last
    day a controlled company left the group. ``untold``: ``child`` whose parent is not told.
    """

    held: pl.DataFrame
    left: pl.DataFrame
    untold: pl.DataFrame


def links(ownership: pl.DataFrame, cells: pl.DataFrame) -> Links:
    """The links of each month, from rows of ``staging.ownership`` and the cells (with ``known_as_of``)."""
    numbers = cells.select("as_of_date", "issuer_id", "cell")
    known = (
        ownership.join(cells.select("as_of_date", "known_as_of").unique(), on="as_of_date")
        .filter(pl.col("known_from").is_null() | (pl.col("known_from") <= pl.col("known_as_of")))
        # the same link told several times: the last word holds
        .sort("as_of_date", "child_id", "parent_id", "valid_from", "known_from", "source_file_id", "source_row")
        .unique(["as_of_date", "child_id", "parent_id", "valid_from"], keep="last", maintain_order=True)
        .filter(pl.col("valid_from") <= pl.col("as_of_date"))
        .join(numbers.rename({"issuer_id": "child_id", "cell": "child"}), on=["as_of_date", "child_id"])
    )
    is_untold = pl.col("parent_id").str.to_uppercase().is_in(UNKNOWN_PARENTS)
    is_over = pl.col("valid_to").is_not_null() & (pl.col("valid_to") <= pl.col("as_of_date"))
    named = known.filter(~is_untold).join(
        numbers.rename({"issuer_id": "parent_id", "cell": "parent"}), on=["as_of_date", "parent_id"]
    )
    held = (
        named.filter(~is_over & (pl.col("child") != pl.col("parent")))
        .sort("child", "parent", "valid_from")
        .unique(["child", "parent"], keep="last", maintain_order=True)
        .select("child", "parent", "is_controlled", pct="pct_capital", since="valid_from")
        .select(*_LINK_TYPES)
    )
    gone = named.filter(is_over & pl.col("is_controlled").eq_missing(True)).join(
        held.select("child", "parent"), on=["child", "parent"], how="anti"
    )
    left = gone.group_by("parent").agg(left_on=pl.col("valid_to").max())
    return Links(held=held, left=left, untold=known.filter(is_untold & ~is_over).select("child").unique())


def controlled(held: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """``rule, child, parent, pct, since``: the links along which each rule's exclusions walk.

    ``rules`` has ``rule, down_control, down_min_pct``; a rule that does not walk down has an empty ``down_min_pct``.
    """
    said, pct = pl.col("is_controlled"), pl.col("pct")
    by_capital = (pct > pl.col("down_min_pct")) & ~said.eq_missing(False)
    by_control = pl.col("down_control") & said.eq_missing(True)
    walking = rules.filter(pl.col("down_min_pct").is_not_null()).select("rule", "down_control", "down_min_pct")
    return (
        held.join(walking, how="cross")
        .filter(pl.when(by_control).then(True).when(by_capital).then(True).otherwise(False))
        .select("rule", "child", "parent", "pct", "since")
    )


def stakes(held: pl.DataFrame, control: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """``rule, child, parent, pct``: stakes within the rule's ``minority_flag`` that are no control."""
    flagged = rules.select("rule", "stake_from", "stake_to")
    return (
        held.join(flagged, how="cross")
        .filter(pl.col("pct").is_between(pl.col("stake_from"), pl.col("stake_to")))
        .join(control.select("rule", "child", "parent"), on=["rule", "child", "parent"], how="anti")
        .select("rule", "child", "parent", "pct")
    )


def walk(start: pl.DataFrame, steps: pl.DataFrame, keys: list[str], stops: pl.DataFrame | None = None) -> pl.DataFrame:
    """Everybody reached from ``start`` along ``steps``, once, by the shortest and then strongest chain.

    Args:
        start: ``*keys, cell, since`` - where the walk starts and since when the fact holds there.
        steps: ``*keys, origin, target, pct, since`` - one step from a cell to another; keys may be a subset.
        keys: columns that must agree along the walk (the rule, or the criterion).
        stops: ``*keys, cell`` - cells that are reached but not walked on from.

    Returns:
        ``*keys, cell, first, chain, min_pct, since``: the cell the chain starts at, its cells from there to here,
        its weakest link (null when a link's share is not known) and the day from which all of it holds.
    """
    reached = start.select(
        *keys, "cell", "since", first=pl.col("cell"), chain=pl.concat_list("cell"), min_pct=pl.lit(100).cast(FACTOR)
    )
    frontier, found = reached, [reached.clear()]
    seen = reached.select(*keys, "cell")
    for _ in range(DEEPEST):
        if stops is not None:
            frontier = frontier.join(stops, on=[*keys, "cell"], how="anti")
        on = [key for key in keys if key in steps.columns]
        frontier = (
            frontier.rename({"cell": "origin", "since": "known_since"})
            .join(steps.unique(), on=[*on, "origin"])
            .join(seen.rename({"cell": "target"}), on=[*keys, "target"], how="anti")
            .select(
                *keys,
                "first",
                cell="target",
                since=pl.max_horizontal("known_since", "since"),
                chain=pl.concat_list("chain", "target"),
                min_pct=pl.when(pl.col("min_pct").is_null() | pl.col("pct").is_null())
                .then(None)
                .otherwise(pl.min_horizontal("min_pct", "pct")),
            )
            .sort(*keys, "cell", -pl.col("min_pct"), "chain", nulls_last=True)
            .unique([*keys, "cell"], keep="first", maintain_order=True)
        )
        if frontier.is_empty():
            break
        found.append(frontier)
        seen = pl.concat([seen, frontier.select(*keys, "cell")])
    columns = [*keys, "cell", "first", "chain", "min_pct", "since"]
    return pl.concat([frame.select(columns) for frame in found])
