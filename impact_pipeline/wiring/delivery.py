"""From files to ``raw``, ``audit`` and ``policy``: one transaction, so bad input changes nothing."""

import datetime as dt

import dagster as dg
import polars as pl

from impact_pipeline.errors import SettingsError
from impact_pipeline.ingest.corrections import months_alike
from impact_pipeline.ingest.delivery import Delivery, holdings_months, read_delivery
from impact_pipeline.ingest.files.archiving import archive
from impact_pipeline.ingest.identifiers.resolutions import identifier_frames
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.ingest.policy.tables import policy_frames
from impact_pipeline.partitions import MONTHLY, Window
from impact_pipeline.schemas import AUDIT, POLICY, RAW, TABLES
from impact_pipeline.settings import Settings
from impact_pipeline.warehouse.store import Store, ensure_layout, replace_files, replace_window
from impact_pipeline.wiring.headlines import Numbers, monthly_numbers
from impact_pipeline.wiring.metadata import asset_key, table_metadata
from impact_pipeline.wiring.months import baselines_to_read, month_window

DELIVERED_TABLES = [table.name for table in (*RAW, *AUDIT, *POLICY)]
_GROUPS = {"raw": "inputs", "audit": "inputs", "policy": "policy"}
#: Raw tables that a fund's TPT file in holdings/ feeds besides its own dataset's folder.
_FED_BY_HOLDINGS = ("portfolios", "issuers", "ownership")


class IngestConfig(dg.Config):
    """What the run may know."""

    known_as_of: str = ""  # ISO date; empty = everything received by the day of the run


def folder_specs() -> list[dg.AssetSpec]:
    """The folders people drop files into: the left edge of the lineage graph."""
    inputs = [
        dg.AssetSpec(
            ["files", table.name.split(".")[1]],
            group_name="files",
            description=f"Folder `{table.name.split('.')[1]}/` of the inputs. {table.description}",
            kinds={"csv", "json"},
            owners=["team:impact-data"],
        )
        for table in RAW
    ]
    policy = dg.AssetSpec(
        ["files", "policy"],
        group_name="files",
        description="Rules, methodology and targets of the committee, as YAML files.",
        kinds={"yaml"},
        owners=["team:impact-data"],
    )
    return [*inputs, policy]


def delivery_specs() -> list[dg.AssetSpec]:
    """One asset per table that the ingest step writes."""
    return [
        dg.AssetSpec(
            asset_key(name),
            deps=[dg.AssetKey(["files", folder]) for folder in _folders(name)],
            description=TABLES[name].description,
            group_name=_GROUPS[TABLES[name].layer],
            kinds={"polars", "duckdb"},
            owners=["team:impact-data"],
            code_version="1",
            metadata=table_metadata(TABLES[name]),
            # tables held once per archived file have no month of their own
            partitions_def=MONTHLY if TABLES[name].is_monthly else None,
        )
        for name in DELIVERED_TABLES
    ]


def _folders(name: str) -> list[str]:
    layer, _, table = name.partition(".")
    if layer == "raw":
        return [table, "holdings"] if table in _FED_BY_HOLDINGS else [table]
    if layer == "policy":
        return ["policy"]
    return [raw.name.split(".")[1] for raw in RAW]


def asked_day(known_as_of: str) -> dt.date | None:
    """The day of the ingest step's configuration; nothing when it is empty."""
    try:
        return dt.date.fromisoformat(known_as_of) if known_as_of else None
    except ValueError:
        raise SettingsError(f"known_as_of: found {known_as_of!r}; expected a date such as 2025-03-31") from None


def store_delivery(
    settings: Settings, store: Store, covered: Window, known_as_of: str = "", today: dt.date | None = None
) -> dict[str, Numbers]:
    """Read and check everything first; only then archive the bytes and write, in one transaction.

    The cut of the run's knowledge is as asked, else the last day something was received. The latter, rather than the
    day of the run, keeps a re-run next week identical to this one. When no file says when its facts were received, each
    month stands for itself.

    Returns:
        Row counts and refusals of each table and month.
    """
    settings.require_inputs()
    policy, asked, today = load_policy(settings.policy), asked_day(known_as_of), today or dt.date.today()
    wanted = baselines_to_read((target.baseline_date for target in policy.targets), covered, set(store.months()))
    profiles = settings.policy / "profiles"
    lacking = sorted(holdings_months(settings.inputs, profiles, today, asked, wanted)) if wanted else []
    windows = [*(month_window(day) for day in lacking), covered]
    months = [*lacking, *covered.month_ends]
    oldest = policy.methodology.max_inventory_age_days
    delivery = read_delivery(settings.inputs, profiles, months, today, policy.corrections, oldest, asked)
    frames = {**delivery.frames, **policy_frames(policy, months)}
    frames["audit.source_files"] = delivery.source_files
    frames["audit.rejected_rows"] = delivery.rejected_rows
    frames["audit.corrections"] = delivery.corrections
    known = asked or delivery.known_as_of
    frames["audit.months"] = _months(months, known, policy.sha256, delivery.source_files)
    frames |= _identifiers(delivery, months_alike(policy.corrections, months), known)
    archive(delivery, settings.archive)
    file_ids = sorted(set(delivery.source_files["source_file_id"]))
    del delivery  # the bytes of the files are archived: memory is for the write
    with store.write(f"ingest {covered.label}") as connection:
        ensure_layout(connection)
        for name in DELIVERED_TABLES:
            table = TABLES[name]
            if table.partition == "source_file_id":
                replace_files(connection, table, frames[name], file_ids)
                continue
            for window in windows:
                rows = frames[name].filter(pl.col("as_of_date").is_in(window.month_ends))
                replace_window(connection, table, rows, window.start, window.end)
        return {
            name: {
                partition: numbers
                for window in windows
                for partition, numbers in monthly_numbers(connection, TABLES[name], window).items()
            }
            for name in DELIVERED_TABLES
        }


def _identifiers(delivery: Delivery, groups: list[list[dt.date]], known: dt.date | None) -> dict[str, pl.DataFrame]:
    """Identifier tables; months that see the same file with other corrections each see their own reading of it."""
    if len(groups) == 1:
        return identifier_frames(delivery, groups[0], known)
    parts = [identifier_frames(delivery.of_months(group), group, known) for group in groups]
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}


def _months(
    months: list[dt.date], known: dt.date | None, policy_sha256: str, source_files: pl.DataFrame
) -> pl.DataFrame:
    counts = dict(source_files.group_by("as_of_date").len().iter_rows())
    return TABLES["audit.months"].frame(
        {
            "as_of_date": month,
            "known_as_of": known or month,
            "policy_sha256": policy_sha256,
            "source_file_count": counts.get(month, 0),
        }
        for month in months
    )
