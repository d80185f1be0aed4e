"""Runs the monthly job in this process and says what happened in words: for the command line and for tests."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dagster as dg

from impact_pipeline.settings import Settings
from impact_pipeline.wiring.instance import ensure_instance
from impact_pipeline.wiring.orphans import process_tag
from impact_pipeline.wiring.resources import EXIT_CODE

JOB = "monthly_impact"
INGEST = "ingest"

#: Called with (steps done, steps in all, name of the last one).
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass: its asset, what it claims, and what was found."""

    asset: str
    name: str
    blocking: bool
    description: str


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ``exit_code`` 0 done, 1 a blocking check failed or a defect, 2 bad input."""

    run_id: str
    months: str
    exit_code: int
    message: str = ""
    failed_checks: list[FailedCheck] = field(default_factory=list)
    n_checks: int = 0


def run_months(
    settings: Settings,
    load_definitions: Callable[[], dg.Definitions],
    first: str,
    last: str,
    *,
    known_as_of: str = "",
    on_progress: OnProgress | None = None,
    log_level: str = "CRITICAL",
) -> Outcome:
    """Materialise everything for the months ``first`` to ``last`` (``YYYY-MM``) in one run.

    ``load_definitions`` is called once the settings are in the environment, where the definitions look for them.
    """
    ensure_instance(settings)
    job = load_definitions().resolve_job_def(JOB)
    months = first if first == last else f"{first}:{last}"
    # the tag files the run under the job's page of the UI, where launches by click are
    tags = {".dagster/repository": "__repository__@impact_pipeline", **process_tag()}
    if first != last:
        tags |= {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    run_config = {
        "ops": {INGEST: {"config": {"known_as_of": known_as_of}}},
        "loggers": {"console": {"config": {"log_level": log_level}}},
    }
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.get() as instance, _progress(instance, run_id, len(job.graph.nodes), on_progress):
        result = job.execute_in_process(
            run_config=run_config,
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            tags=tags,
            partition_key=first if first == last else None,
        )
    return _outcome(result, months)


@contextmanager
def _progress(
    instance: dg.DagsterInstance, run_id: str, n_steps: int, on_progress: OnProgress | None
) -> Iterator[None]:
    """Follow the run's event log beside the run itself; the log is the only account both UI and we can trust."""
    if on_progress is None:
        yield
        return
    over = threading.Event()
    follower = threading.Thread(target=_follow, args=(instance, run_id, n_steps, on_progress, over), daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join(timeout=5)


def _follow(
    instance: dg.DagsterInstance, run_id: str, n_steps: int, on_progress: OnProgress, over: threading.Event
) -> None:
    cursor, done, last = None, 0, ""
    while True:
        finished = over.wait(0.3)
        # only these events: reading all of them would cost more than the run itself in a long backfill
        batch = instance.get_records_for_run(run_id, cursor=cursor, of_type=dg.DagsterEventType.STEP_SUCCESS)
        cursor = batch.cursor
        for record in batch.records:
            done, last = done + 1, record.event_log_entry.step_key or ""
        on_progress(done, n_steps, last)
        if finished:
            return


def _outcome(result: dg.ExecuteInProcessResult, months: str) -> Outcome:
    # one per check: a range and a baseline month on the way also file one per month, for the UI's month bars
    evaluations = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.partition is None or evaluation.partition == months
    ]
    failed = [
        FailedCheck(
            asset=evaluation.asset_key.to_user_string().replace("/", "."),
            name=evaluation.check_name,
            blocking=bool(evaluation.blocking) and evaluation.severity == dg.AssetCheckSeverity.ERROR,
            description=_found(evaluation),
        )
        for evaluation in evaluations
        if not evaluation.passed
    ]
    if result.success:
        return Outcome(result.run_id, months, 0, failed_checks=failed, n_checks=len(evaluations))
    code, message = _failure(result, failed)
    return Outcome(result.run_id, months, code, message, failed, len(evaluations))


def _found(evaluation: dg.AssetCheckEvaluation) -> str:
    """What a check found, with the keys of some rows."""
    sample = evaluation.metadata.get("sample")
    said = evaluation.description or ""
    return f"{said}: {sample.value}" if sample is not None else said


def _failure(result: dg.ExecuteInProcessResult, failed: list[FailedCheck]) -> tuple[int, str]:
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        told = data.user_failure_data
        if told is not None and EXIT_CODE in told.metadata:
            return int(str(told.metadata[EXIT_CODE].value)), told.description or ""
        blocking = [check for check in failed if check.blocking]
        if blocking:
            sentences = [f"{check.asset}: {check.name} ({check.description})" for check in blocking]
            return 1, "blocking check failed: " + "; ".join(sentences)
        cause = data.error.cause if data.error and data.error.cause else data.error
        said = cause.message.strip().splitlines()[0] if cause and cause.message.strip() else "no message"
        return 1, f"step {event.step_key} stopped: {said} (the whole story is in the run's log: impact ui)"
    return 1, "the run failed before its first step"
