"""``impact doctor``: what works, what does not, and what to do about it."""

import datetime as dt
import importlib.metadata
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from impact_pipeline.errors import ImpactPipelineError
from impact_pipeline.ingest.delivery import holdings_months, read_delivery
from impact_pipeline.ingest.expected_files import HOW_TO, arrivals, closed_month, read_expected
from impact_pipeline.ingest.policy.corrections import read_corrections
from impact_pipeline.ingest.policy.documents import policy_files
from impact_pipeline.ingest.policy.loading import load_policy, read_methodology
from impact_pipeline.settings import Settings
from impact_pipeline.warehouse.snapshot import query_readers
from impact_pipeline.warehouse.store import Store

_PACKAGES = ("dagster", "dagster-webserver", "duckdb", "polars", "pandera", "sqlglot")
_NEEDED_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing examined: ``OK``, ``LOOK`` (works, but) or ``FIX`` (does not work)."""

    what: str
    state: str
    found: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything a run needs, without changing anything."""
    return [
        Finding("python", "OK" if sys.version_info >= (3, 11) else "FIX", sys.version.split()[0]),
        Finding("packages", "OK", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)),
        _tried("inputs", lambda: _inputs(settings)),
        _tried("policy", lambda: _policy(settings)),
        _tried("deliveries", lambda: _deliveries(settings)),
        _home(settings),
        _tried("store", lambda: _store(settings)),
        _readers(settings),
    ]


def _tried(what: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        return Finding(what, *look())
    except ImpactPipelineError as error:
        return Finding(what, "FIX", str(error))


def _inputs(settings: Settings) -> tuple[str, str]:
    settings.require_inputs()
    today = dt.date.today()
    months = sorted(holdings_months(settings.inputs, settings.policy / "profiles", today))
    if not months:
        return "FIX", f"{settings.inputs}/holdings has no month"
    corrections = read_corrections(settings.policy, policy_files(settings.policy))
    oldest = read_methodology(settings.policy).max_inventory_age_days
    delivery = read_delivery(settings.inputs, settings.policy / "profiles", months, today, corrections, oldest)
    span = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}, {len(months)} months"
    listed = delivery.rejected_rows.filter(delivery.rejected_rows["as_of_date"] == months[-1]).height
    return "OK", f"{settings.inputs}: {span}; in the last one {listed} cells were refused or flagged"


def _policy(settings: Settings) -> tuple[str, str]:
    settings.require_inputs()
    policy = load_policy(settings.policy)
    rules = ", ".join(f"{rule.id}@{rule.version}" for rule in policy.rules)
    return "OK", f"{settings.policy}: {rules}; {len(policy.targets)} indicators"


def _deliveries(settings: Settings) -> tuple[str, str]:
    settings.require_inputs()
    expected = read_expected(settings.policy)
    if expected is None:
        return "OK", HOW_TO
    today = dt.date.today()
    month = closed_month(today)
    there = arrivals(settings.inputs, expected, month, today)
    optional = f"; not there and not required: {there.without}" if there.without else ""
    if there.missing:
        return "LOOK", f"{month:%Y-%m} waits for {there.waits}{optional}"
    return "OK", f"{month:%Y-%m} has the files it waits for: {len(there.present)}{optional}"


def _home(settings: Settings) -> Finding:
    try:
        settings.require_home()
    except ImpactPipelineError as error:
        return Finding("home", "FIX", str(error))
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    state = "OK" if free > _NEEDED_BYTES else "FIX"
    return Finding("home", state, f"{settings.home}: {free // 2**20} MiB free")


def _store(settings: Settings) -> tuple[str, str]:
    days = Store(settings.warehouse, lock_timeout_s=10).months()
    if not days:
        return "LOOK", "nothing has been run yet: `impact run --month 2024-12`"
    return "OK", f"{settings.warehouse}: {len(days)} months, {days[0]:%Y-%m} to {days[-1]:%Y-%m}"


def _readers(settings: Settings) -> Finding:
    if not settings.readers.exists():
        return Finding("readers", "LOOK", "no snapshot yet: it appears after the first complete run")
    try:
        months = query_readers(settings.readers, "select count(*) as n from audit.months")["n"][0]
    except ImpactPipelineError as error:
        return Finding("readers", "FIX", str(error))
    return Finding(
        "readers", "OK", f"{settings.readers}: {months} months, {settings.readers.stat().st_size // 2**10} KiB"
    )
