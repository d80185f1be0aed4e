"""Two policies on the same published month, before a vote: who comes in, who leaves, how much money. Writes nothing."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from impact_pipeline.domain.screening.changes import (
    RuleChange,
    changed_outcomes,
    names_in_and_out,
    proposed,
    rule_changes,
)
from impact_pipeline.errors import NotFoundError
from impact_pipeline.ingest.policy.loading import Policy
from impact_pipeline.partitions import Window
from impact_pipeline.warehouse.snapshot import open_readers
from impact_pipeline.wiring.screening import ScreeningInputs, evaluate_policy, read_inputs

#: What the whole entity holds, as in ``marts.issuer_headlines``; a line without a value leaves the sum unknown.
_EXPOSURES = """
select
    positions.issuer_id,
    case when count(*) = count(positions.market_value_eur) then sum(positions.market_value_eur) end as exposure_eur
from core.positions as positions
inner join core.portfolios as portfolios using (as_of_date, portfolio_id)
where as_of_date = ? and portfolios.is_root
    and positions.asset_class not in ('cash', 'derivative') and positions.issuer_id is not null
group by positions.issuer_id
"""
_NAMES = "select issuer_id, issuer_name from core.issuers where as_of_date = ?"


@dataclass(frozen=True)
class PolicyChange:
    """What the new policy changes in one month, exposures in EUR; frames are sorted by exposure or key."""

    rules: list[RuleChange]
    names: pl.DataFrame
    outcomes: pl.DataFrame
    totals: pl.DataFrame


def policy_change(readers: Path, old: Policy, new: Policy, month: dt.date) -> PolicyChange:
    """Evaluate both policies on the readers' evidence, issuers and positions of one month.

    Versions that only ``new`` has are evaluated as if they were approved and in force (``RuleChange.assumed``).

    Raises:
        NotFoundError: the month is not published.
    """
    window = Window(month.replace(day=1), month + dt.timedelta(days=1))
    with open_readers(readers) as connection:
        inputs = read_inputs(connection, window)
        if inputs.months.is_empty():
            raise NotFoundError(f"{month:%Y-%m} is not in {readers}; run `impact run --month {month:%Y-%m}` first")
        about = _about(connection, month)
    voted = tuple(rule for rule, _ in proposed(old.rules, new.rules, month).values())
    before = _verdicts(inputs, old)
    after = _verdicts(inputs, replace(new, rules=voted, rule_files=("",) * len(voted)))
    outcomes = _with_exposure(changed_outcomes(before, after), about)
    return PolicyChange(
        rules=rule_changes(old.rules, new.rules, month),
        names=_with_exposure(names_in_and_out(before, after), about),
        outcomes=outcomes,
        totals=_totals(outcomes),
    )


def _verdicts(inputs: ScreeningInputs, policy: Policy) -> pl.DataFrame:
    return pl.concat([part.issuer_verdicts for part in evaluate_policy(inputs, policy)], rechunk=False)


def _about(connection: duckdb.DuckDBPyConnection, month: dt.date) -> dict[str, pl.DataFrame]:
    return {
        "exposures": connection.sql(_EXPOSURES, params=[month]).pl().with_columns(is_held=pl.lit(True)),
        "names": connection.sql(_NAMES, params=[month]).pl(),
    }


def _with_exposure(rows: pl.DataFrame, about: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Name and exposure of each issuer: nothing held is 0, a holding without a value stays unknown."""
    nothing = pl.lit(0).cast(about["exposures"].schema["exposure_eur"])
    return (
        rows.join(about["names"], on="issuer_id", how="left", maintain_order="left")
        .join(about["exposures"], on="issuer_id", how="left", maintain_order="left")
        .with_columns(
            exposure_eur=pl.when(pl.col("is_held").is_null()).then(nothing).otherwise(pl.col("exposure_eur")),
            is_held=pl.col("is_held").eq_missing(True),
        )
        .sort("exposure_eur", descending=True, nulls_last=False, maintain_order=True)
    )


def _totals(outcomes: pl.DataFrame) -> pl.DataFrame:
    exposure = pl.col("exposure_eur")
    key = ["rule_id", "old_outcome", "new_outcome"]
    return (
        outcomes.group_by(key)
        .agg(
            issuers=pl.len(),
            held=pl.col("is_held").sum(),
            exposure_eur=pl.when(exposure.null_count() == 0).then(exposure.sum()),
        )
        .sort(key, nulls_last=True)
    )
