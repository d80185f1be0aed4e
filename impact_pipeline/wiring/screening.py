"""Hands the month's evidence and issuers to the rule engine and stores what it decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from impact_pipeline.domain.screening import Verdicts, evaluate_in_parts
from impact_pipeline.domain.screening.history import exclusion_starts
from impact_pipeline.domain.screening.ownership import UNKNOWN_PARENTS
from impact_pipeline.errors import ImpactPipelineError
from impact_pipeline.ingest.policy.loading import Policy, load_policy
from impact_pipeline.partitions import Window
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import Settings
from impact_pipeline.warehouse.store import Store, replace_window, replace_window_in_parts
from impact_pipeline.wiring.headlines import Numbers, monthly_numbers
from impact_pipeline.wiring.metadata import computed_specs
from impact_pipeline.wiring.months import windows_for

_VERDICTS, _EXPLANATIONS, _STARTS = "core.issuer_verdicts", "core.verdict_explanations", "core.exclusion_starts"
VERDICT_TABLES = [_VERDICTS, _EXPLANATIONS, _STARTS]
_UPSTREAM = [
    *("staging.evidence", "staging.ownership", "core.issuers", "core.holdings"),
    *("policy.rules", "policy.overrides", "audit.months"),
]

#: Everybody a rule can be about: described, held, named by evidence, owner or owned. Who is held by public-sector lines
#: only is a public body, not a company.
_ISSUERS = """
with named as (
    select as_of_date, issuer_id, cast(null as boolean) as is_public from core.issuers
    union all
    select
        as_of_date, issuer_id,
        asset_class in ('sovereign_bond', 'sub_sovereign_bond', 'supranational_bond') as is_public
    from core.holdings
    where issuer_id is not null and asset_class <> 'cash' and asset_class <> 'derivative'
    union all
    select as_of_date, underlying_issuer_id, null from core.holdings where underlying_issuer_id is not null
    union all
    select as_of_date, guarantor_id, null from core.holdings where guarantor_id is not null
    union all
    select as_of_date, issuer_id, null from staging.evidence
    union all
    select as_of_date, child_id, null from staging.ownership
    union all
    select as_of_date, parent_id, null from staging.ownership where not list_contains($untold, upper(parent_id))
)
select
    named.as_of_date, named.issuer_id, issuers.issuer_name, issuers.sector_scheme, issuers.sector_code,
    coalesce(bool_and(named.is_public), false) as is_public_body
from named
left join core.issuers as issuers using (as_of_date, issuer_id)
where named.as_of_date >= $start and named.as_of_date < $end
group by named.as_of_date, named.issuer_id, issuers.issuer_name, issuers.sector_scheme, issuers.sector_code
order by named.as_of_date, named.issuer_id
"""
_SEEN = """
select as_of_date, issuer_id, source_file_id, evidence_id
from staging.evidence
where as_of_date >= ? and as_of_date < ?
"""
_OWNERSHIP = """
select *
from staging.ownership
where as_of_date >= ? and as_of_date < ?
"""
_CLAIMS = """
select claims.* exclude (issuer_id)
from raw.evidence as claims
where claims.source_file_id in (
    select source_file_id from audit.source_files where as_of_date >= ? and as_of_date < ?
)
"""


def verdict_specs() -> list[dg.AssetSpec]:
    """The tables of the screening step."""
    return computed_specs(VERDICT_TABLES, _UPSTREAM, "screening")


def screen_months(settings: Settings, store: Store, covered: Window) -> dict[str, Numbers]:
    """Read evidence, issuers and months; evaluate; replace the months' verdicts and explanations."""
    policy = load_policy(settings.policy)
    numbers: dict[str, Numbers] = {name: {} for name in VERDICT_TABLES}
    with store.read() as connection:
        windows = windows_for(connection, TABLES[VERDICT_TABLES[0]], covered)
    for months in windows:
        inputs = _inputs_of(store, policy, months)
        verdicts: list[pl.DataFrame] = []
        with store.write(f"screening {months.label}") as connection:
            # explanations are most of what is computed: they are written as they come, and not kept
            replace_window_in_parts(
                connection, TABLES[_EXPLANATIONS], _explanations(inputs, policy, verdicts), months.start, months.end
            )
            decided = pl.concat(verdicts, rechunk=False)
            replace_window(connection, TABLES[_VERDICTS], decided, months.start, months.end)
            starts = _starts(inputs, policy, decided)
            replace_window(connection, TABLES[_STARTS], starts, months.start, months.end)
            for name in VERDICT_TABLES:
                numbers[name] |= monthly_numbers(connection, TABLES[name], months)
    return numbers


@dataclass(frozen=True)
class ScreeningInputs:
    """What a policy is evaluated on: frames in the shapes ``evaluate`` asks for, whatever the policy."""

    evidence: pl.DataFrame
    issuers: pl.DataFrame
    ownership: pl.DataFrame
    months: pl.DataFrame


def read_inputs(connection: duckdb.DuckDBPyConnection, covered: Window) -> ScreeningInputs:
    """Evidence, issuers and months of a window, from the working file or from the readers' snapshot."""
    bounds: list[object] = [covered.start, covered.end]
    everybody = {"start": covered.start, "end": covered.end, "untold": list(UNKNOWN_PARENTS)}
    # the same claim serves many months: carry it over once, then lay the months beside it
    seen = connection.sql(_SEEN, params=bounds).pl()
    claims = connection.sql(_CLAIMS, params=bounds).pl()
    evidence = seen.join(claims, on=["source_file_id", "evidence_id"])
    return ScreeningInputs(
        evidence=evidence.select(TABLES["staging.evidence"].column_names),
        issuers=connection.sql(_ISSUERS, params=everybody).pl(),
        ownership=connection.sql(_OWNERSHIP, params=bounds).pl(),
        months=_months_of(connection, "audit.months", bounds),
    )


def evaluate_policy(inputs: ScreeningInputs, policy: Policy) -> Iterator[Verdicts]:
    """Verdicts of any policy on a window's inputs, some issuers at a time.

    Whether it is the policy of these months is not asked.
    """
    return evaluate_in_parts(
        inputs.evidence,
        inputs.issuers,
        inputs.months.select("as_of_date", "known_as_of"),
        policy.rules,
        ownership=inputs.ownership,
        **_decided(policy),
    )


def _explanations(inputs: ScreeningInputs, policy: Policy, verdicts: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Explanations some issuers at a time; what was decided is added to ``verdicts``."""
    for part in evaluate_policy(inputs, policy):
        verdicts.append(part.issuer_verdicts)
        yield part.verdict_explanations


def _starts(inputs: ScreeningInputs, policy: Policy, verdicts: pl.DataFrame) -> pl.DataFrame:
    return exclusion_starts(
        verdicts,
        inputs.evidence,
        inputs.issuers,
        inputs.months,
        policy.rules,
        ownership=inputs.ownership,
        **_decided(policy),
    )


def _decided(policy: Policy) -> dict[str, Any]:
    """What the policy says besides its rules, as the engine takes it."""
    return {"overrides": policy.overrides, "proxies": policy.proxies, "sets": policy.set_members}


def _inputs_of(store: Store, policy: Policy, covered: Window) -> ScreeningInputs:
    """Inputs of months that were ingested with this very policy."""
    with store.read() as connection:
        inputs = read_inputs(connection, covered)
    if set(inputs.months["policy_sha256"]) != {policy.sha256}:
        raise ImpactPipelineError(
            f"the policy files changed since {covered.label} was ingested; run these months again, from the files on"
        )
    return inputs


def _months_of(connection: duckdb.DuckDBPyConnection, name: str, bounds: list[object]) -> pl.DataFrame:
    columns = ", ".join(TABLES[name].column_names)
    query = f"select {columns} from {name} where as_of_date >= ? and as_of_date < ? order by all"
    return connection.sql(query, params=bounds).pl()
