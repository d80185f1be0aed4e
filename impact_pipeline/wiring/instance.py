"""The Dagster instance under the home: made once, alone, before anything else opens it.

Three processes opening an empty instance together break it for good (alembic heads), hence the lock and the marker.
"""

import os
from pathlib import Path

import dagster as dg

from impact_pipeline.settings import Settings
from impact_pipeline.warehouse.lock import FileLock
from impact_pipeline.wiring.orphans import fail_orphans

#: No absolute path in here: the home can be moved as a whole.
INSTANCE_YAML = """\
# Written by impact_pipeline when it is missing; yours to change afterwards.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency:
  runs:
    max_concurrent_runs: 2
  pools: {granularity: run, default_limit: 1}   # run, not op: a killed run cannot keep a slot
run_monitoring:
  enabled: true
  poll_interval_seconds: 30
  start_timeout_seconds: 180
  cancel_timeout_seconds: 120
  max_runtime_seconds: 7200   # without it a run whose code server died stays STARTED for ever
  free_slots_after_run_end_seconds: 60
# one file for the event log of all runs, written faster than Dagster's own class does
event_log_storage:
  module: impact_pipeline.wiring.event_log
  class: LocalEventLog
  config: {base_dir: {env: DAGSTER_HOME}}
retention:
  schedule: {purge_after_days: 400}   # a shorter one re-fires monthly ticks
auto_materialize: {enabled: false}
"""
_MARKER = ".initialised"


def ensure_instance(settings: Settings) -> Path:
    """Create and initialise ``<home>/dagster`` if needed, point ``DAGSTER_HOME`` at it, and return the folder."""
    settings.require_home()
    folder = settings.dagster_home
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(settings.environment())
    marker = folder / _MARKER
    if marker.exists():
        with dg.DagsterInstance.get() as instance:
            fail_orphans(instance)
        return folder
    with FileLock(folder / ".init.lock", timeout_s=120, subject="the Dagster instance").hold(exclusive=True):
        if not marker.exists():
            config = folder / "dagster.yaml"
            if not config.exists():
                config.write_text(INSTANCE_YAML, encoding="utf-8")
            with dg.DagsterInstance.get() as instance:
                instance.get_runs(limit=1)  # opens every storage, so the migrations run here
            marker.touch()
    return folder
