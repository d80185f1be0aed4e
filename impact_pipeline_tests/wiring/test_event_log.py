"""Dagster's event log as we write it: the same events as Dagster's own class, in fewer transactions."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from impact_pipeline.wiring.event_log import LocalEventLog
from impact_pipeline.wiring.instance import INSTANCE_YAML

MONTHS = dg.StaticPartitionsDefinition([f"2024-{month:02d}" for month in range(1, 13)])


@dg.asset(partitions_def=MONTHS, backfill_policy=dg.BackfillPolicy.single_run())
def figures(context: dg.AssetExecutionContext) -> None:
    for key in context.partition_keys:
        context.add_asset_metadata({"month": key}, partition_key=key)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(INSTANCE_YAML, encoding="utf-8")
    with dg.DagsterInstance.get() as made:
        assert isinstance(made.event_log_storage, LocalEventLog)
        yield made


def run_a_year(instance: dg.DagsterInstance) -> None:
    tags = {"dagster/asset_partition_range_start": "2024-01", "dagster/asset_partition_range_end": "2024-12"}
    assert dg.materialize([figures], instance=instance, tags=tags).success


def seen_by_another_program(home: Path, event_type: str) -> list[str]:
    """Months of the events in the file itself, read past Dagster."""
    with sqlite3.connect(home / "event_log.db") as connection:
        rows = connection.execute(
            "select partition from event_logs where dagster_event_type = ? order by partition", [event_type]
        ).fetchall()
    return [month for (month,) in rows]


@pytest.mark.parametrize("batch_size", ["0", "5", "500"])
def test_every_month_has_its_events_whatever_the_batches(instance, tmp_path, monkeypatch, batch_size):
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", batch_size)

    run_a_year(instance)

    for event_type in ("ASSET_MATERIALIZATION", "ASSET_MATERIALIZATION_PLANNED"):
        assert seen_by_another_program(tmp_path, event_type) == MONTHS.get_partition_keys()
    latest = instance.get_latest_materialization_events([dg.AssetKey("figures")])[dg.AssetKey("figures")]
    assert latest is not None


def test_batch_that_fails_half_way_leaves_nothing_and_is_stored_again_one_by_one(instance, tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "500")
    log = instance.event_log_storage
    stored_before_failing, store = [], log.store_event
    left_behind: list[list[str]] = []

    def fails_once(event):
        if len(stored_before_failing) == 7:
            stored_before_failing.append("the one that fails")
            raise SQLAlchemyError("disk full")
        if stored_before_failing and not left_behind and len(stored_before_failing) > 7:
            left_behind.append(seen_by_another_program(tmp_path, "ASSET_MATERIALIZATION_PLANNED"))
        stored_before_failing.append(event.message)
        store(event)

    monkeypatch.setattr(log, "store_event", fails_once)

    run_a_year(instance)

    assert left_behind == [[]]  # the seven before the failure went with it
    assert seen_by_another_program(tmp_path, "ASSET_MATERIALIZATION_PLANNED") == MONTHS.get_partition_keys()


def test_commit_does_not_wait_for_the_disk(instance):
    with instance.event_log_storage.index_connection() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 1  # NORMAL
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"


def test_connections_are_closed_with_the_instance(instance, tmp_path):
    run_a_year(instance)
    assert (tmp_path / "event_log.db-wal").exists()

    instance.dispose()

    assert not (tmp_path / "event_log.db-wal").exists()  # SQLite removes it when the last connection closes
