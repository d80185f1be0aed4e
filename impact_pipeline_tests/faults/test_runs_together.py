"""Two runs at once, a reader in between, and a process killed in the middle: nobody else notices."""

import os
import signal
import sqlite3
import subprocess
import threading
import time

import duckdb
import pytest

from impact_pipeline_tests.end_to_end.installation import IMPACT, Installation, environment_of, write_month


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    for month_end in ("2024-10-31", "2024-11-30", "2024-12-31"):
        write_month(made.inputs, month_end)
    return made


class Reader(threading.Thread):
    """Opens the snapshot again and again: every month it sees must be whole."""

    def __init__(self, file):
        super().__init__(daemon=True)
        self.file, self.over, self.reads, self.faults = file, threading.Event(), 0, []

    def run(self):
        while not self.over.is_set():
            if self.file.exists():
                try:
                    self.faults += self._look()
                except duckdb.Error as error:
                    self.faults.append(str(error))
                self.reads += 1
            time.sleep(0.02)

    def _look(self):
        # a fresh engine each time: a plain connect would show the first file again while it is open in this process
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.file}' as r (read_only)")
            counts = connection.execute(
                """
                select months.as_of_date,
                    (select count(*) from r.marts.positions as p where p.as_of_date = months.as_of_date),
                    (select count(*) from r.marts.portfolio_carbon as c where c.as_of_date = months.as_of_date),
                    (select count(*) from r.policy.targets as t where t.as_of_date = months.as_of_date)
                from r.audit.months as months
                """
            ).fetchall()
        return [f"half a month: {row}" for row in counts if row[1] != 2 or row[2] == 0 or row[3] != 10]


def start(installation, month):
    return subprocess.Popen(
        [IMPACT, "run", "--month", month],
        env=environment_of(installation),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runs_a_reader_and_a_kill(installation):
    installation.impact("run", "--month", "2024-10")
    held = duckdb.connect(str(installation.home / "readers.duckdb"), read_only=True)
    seen_by_holder = held.execute("select count(*) from marts.positions").fetchall()
    reader = Reader(installation.home / "readers.duckdb")
    reader.start()

    first, second = start(installation, "2024-11"), start(installation, "2024-12")
    for run in (first, second):
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, out + err

    victim = start(installation, "2024-12")
    wait_for_a_write(installation.home, victim)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert unfinished(installation.home) == 1
    assert victim.returncode == -signal.SIGKILL, "it was still running when it was killed"

    before = installation.tables()
    installation.impact("run", "--month", "2024-12")
    installation.impact("run", "--month", "2024-11")
    reader.over.set()
    reader.join()
    assert installation.tables() == before
    assert unfinished(installation.home) == 0, "a killed run holds no place in the queue"
    assert reader.reads > 20
    assert not reader.faults
    assert held.execute("select count(*) from marts.positions").fetchall() == seen_by_holder
    held.close()


def unfinished(home):
    """Runs that the instance believes to be under way."""
    with sqlite3.connect(home / "dagster" / "history" / "runs.db") as connection:
        asked = "select count(*) from runs where status in ('NOT_STARTED', 'STARTING', 'STARTED')"
        return connection.execute(asked).fetchone()[0]


def wait_for_a_write(home, process):
    """Until the run is past its set-up: the lock file of the store names it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if str(process.pid) in (home / "warehouse.duckdb.lock").read_text():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    raise AssertionError("the run never wrote")
