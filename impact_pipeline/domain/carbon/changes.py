"""The lines of two dates in; effects by line, and what each figure was, is restated to, and is."""

from dataclasses import dataclass

import polars as pl

from impact_pipeline.domain.carbon.decomposition import WHOLE, decompose
from impact_pipeline.domain.carbon.lines import PAIR, comparable, matched
from impact_pipeline.domain.carbon.metrics import METRICS, Metric

RESTATEMENT = "restatement"
ENTITY = "ALL"
_OWNER = [*PAIR, "portfolio_id"]
_EXACT = pl.Decimal(38, 12)
_SHOWN = ["line_key", "held_by", "line_id", "lookthrough_path", "issuer_id", "sector_code"]


@dataclass(frozen=True)
class LineChanges:
    """``effects``: one row per pair of dates, portfolio, line, metric and effect that is not 0.

    ``totals``: one row per pair, portfolio and metric: ``from_value`` as stored, ``restated_value``, ``to_value``, each
    empty when nothing was covered, and the amounts behind the first two. Effects of a total add up to
    ``to_value - from_value``, nothing covered being none.
    """

    effects: pl.DataFrame
    totals: pl.DataFrame


def line_changes(stored: pl.DataFrame, restated: pl.DataFrame, after: pl.DataFrame) -> LineChanges:
    """Split the change of every metric, of every portfolio and of the whole entity (root portfolios).

    Each frame has lines in the shape of ``metrics``, with ``as_of_date`` and ``from_date`` (the pair they are for),
    ``portfolio_id``, ``line_id``, ``lookthrough_path`` (unique within the pair), ``instrument_id``, ``issuer_id``,
    ``sector_code``, ``is_root``, ``line_currency`` and ``issuer_currency``.

    Args:
        stored: lines of the first date as they were published.
        restated: the same lines with what is known and decided at the second date.
        after: lines of the second date.
    """
    before, after = matched(restated, after)
    stored = stored.with_columns(line_key=pl.concat_str("portfolio_id", "lookthrough_path", "line_id", separator="|"))
    stored, before, after = (_with_entity(side) for side in (stored, before, after))
    parts = [_metric_changes(metric, stored, before, after) for metric in METRICS.values()]
    return LineChanges(
        pl.concat([part.effects for part in parts]),
        pl.concat([part.totals for part in parts]),
    )


def _with_entity(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of each portfolio, and those of root portfolios once more for the whole entity."""
    lines = lines.with_columns(held_by=pl.col("portfolio_id"))
    return pl.concat([lines, lines.filter("is_root").with_columns(portfolio_id=pl.lit(ENTITY))])


def _metric_changes(metric: Metric, stored: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> LineChanges:
    stored = metric.contributions(stored, _OWNER)
    before, after = (
        metric.contributions(comparable(side, other, metric.amount), _OWNER)
        for side, other in ((before, after), (after, before))
    )
    key = [*_OWNER, "match_key"]
    shown = pl.concat([side.select(*key, *_SHOWN) for side in (after, before)]).unique(key, keep="first")
    effects = decompose(before, after, metric.chain, key).join(shown, on=key, how="left")
    columns = [*_OWNER, *_SHOWN, "metric", "effect", "method", "value", "shapley_value"]
    effects = pl.concat(
        [
            side.with_columns(metric=pl.lit(metric.name)).select(columns)
            for side in (_restatements(stored, before), effects)
        ]
    ).filter((pl.col("value") != 0) | (pl.col("shapley_value") != 0))
    return LineChanges(effects, _totals(metric, stored, before, after))


def _restatements(stored: pl.DataFrame, restated: pl.DataFrame) -> pl.DataFrame:
    """What later knowledge and decisions make of the lines of the first date."""
    key = [*_OWNER, "line_key"]
    names = [name for name in _SHOWN if name != "line_key"]
    lines = stored.select(*key, *names, was="contribution").join(
        restated.select(*key, *(pl.col(name).alias(f"new {name}") for name in names), now="contribution"),
        on=key,
        how="full",
        coalesce=True,
    )
    # not covered contributes nothing: data that came or went on the way is part of the restatement
    value = pl.sum_horizontal("now", -pl.col("was"))
    return lines.select(
        *key,
        *(pl.coalesce(f"new {name}", name).alias(name) for name in names),
        effect=pl.lit(RESTATEMENT),
        method=pl.lit(WHOLE),
        value=value,
        shapley_value=value,
    )


def _totals(metric: Metric, stored: pl.DataFrame, restated: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    named = {"from_value": stored, "restated_value": restated, "to_value": after}
    owners = pl.concat([side.select(_OWNER) for side in named.values()]).unique()
    for name, side in named.items():
        # a sum of nothing is unknown, not 0; a sum of decimals is the same in any order
        exact = pl.col("contribution").cast(_EXACT)
        total = side.drop_nulls("contribution").group_by(_OWNER).agg(exact.sum().alias(name))
        owners = owners.join(total, on=_OWNER, how="left")
    for name, side in {"from_covered_eur": stored, "restated_covered_eur": restated}.items():
        covered = side.drop_nulls("contribution").group_by(_OWNER).agg(pl.col(metric.amount).sum().alias(name))
        owners = owners.join(covered, on=_OWNER, how="left")
    return owners.with_columns(metric=pl.lit(metric.name))
