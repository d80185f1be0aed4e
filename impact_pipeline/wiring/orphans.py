"""Runs whose process died without a word: marked as failed, so that nothing waits for them.

A run of the command line carries its process in a tag. One that was killed would stay "started" for ever, and two of
them would fill the queue of the UI.
"""

import os
import socket
from pathlib import Path

import dagster as dg

#: Tag of command-line runs: host, process id and when the process started.
PROCESS = "impact/process"
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def process_tag() -> dict[str, str]:
    """The tag of a run of this process."""
    return {PROCESS: f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"}


def fail_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark unfinished command-line runs of dead processes of this machine as failed; their ids."""
    unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    dead = [run for run in unfinished if PROCESS in run.tags and not _is_alive(run.tags[PROCESS])]
    for run in dead:
        instance.report_run_failed(run, "its process died; start the month again")
    return [run.run_id for run in dead]


def _is_alive(process: str) -> bool:
    """Whether the process still runs; one of another machine is none of our business."""
    host, pid, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks: a number that was given out again is another process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""  # a system without /proc: the number alone must do
    return stat.rpartition(")")[2].split()[19]
