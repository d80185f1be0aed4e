"""Who waits for whom, what those who wait are told, and that nobody waits for the dead or for ever."""

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from polars.testing import assert_frame_equal

from impact_pipeline.errors import SettingsError, WarehouseBusyError
from impact_pipeline.schemas import TABLES
from impact_pipeline.warehouse.lock import FileLock, program_label
from impact_pipeline.warehouse.store import Store

FX = TABLES["core.fx_rates"]


def test_a_writer_killed_in_the_middle_leaves_the_old_month_and_no_lock(
    store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    put(FX.name, "2024-01")
    before = kit.rows(store, FX.name)
    writer = kit.start("hold_write", store.path, "impact run 2024-02")
    kit.wait_for(writer, "writing")
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert_frame_equal(kit.rows(store, FX.name), before)
    started = time.monotonic()
    put(FX.name, "2024-02")
    assert time.monotonic() - started < 5


def test_the_one_who_waits_is_told_whom_for_and_goes_on_when_it_is_free(store: Store, kit: SimpleNamespace) -> None:
    writer = kit.start("hold_lock", store.lock.path, "impact run 2024-12")
    kit.wait_for(writer, "writing")
    heard: list[str] = []

    def told(message: str) -> None:
        heard.append(message)
        assert writer.stdin is not None
        writer.stdin.write("\n")  # the writer ends once the message has come
        writer.stdin.flush()

    Store(store.path, lock_timeout_s=30, on_wait=told).query("select 1")
    clock = dt.datetime.now().astimezone()
    assert len(heard) == 1
    assert heard[0].startswith(
        f"waiting for the warehouse: process {writer.pid} (impact run 2024-12, since {clock:%H}:"
    ) or clock.minute in (0, 59)
    assert heard[0].endswith(") is writing")


def test_a_short_wait_is_not_worth_a_message(store: Store) -> None:
    heard: list[str] = []
    inside = threading.Event()

    def write() -> None:
        with store.write():
            inside.set()
            time.sleep(0.3)

    writer = threading.Thread(target=write)
    writer.start()
    inside.wait()
    Store(store.path, on_wait=heard.append).query("select 1")
    writer.join()
    assert heard == []


@pytest.mark.parametrize(("label", "said"), [("impact run 2024-12", "is writing"), ("", "is reading")])
def test_after_the_time_out_the_error_names_the_process_and_the_next_step(
    store: Store, kit: SimpleNamespace, label: str, said: str
) -> None:
    holder = kit.start("hold_lock", store.lock.path, label)
    kit.wait_for(holder, said.removeprefix("is "))
    impatient = Store(store.path, lock_timeout_s=0.2)
    with pytest.raises(WarehouseBusyError, match=rf"process {holder.pid}\b.* {said}; let it end, or stop"):  # noqa: SIM117
        with impatient.write():
            pass
    # giving up leaves nothing behind: as soon as the holder ends, the same store works
    holder.communicate("\n", timeout=20)
    with impatient.write():
        pass


def test_those_who_wait_do_not_block_each_other_by_looking_who_is_there(store: Store, kit: SimpleNamespace) -> None:
    holder = kit.start("hold_lock", store.lock.path, "")
    kit.wait_for(holder, "reading")
    heard: list[str] = []
    ended: list[float] = []

    def write() -> None:
        with FileLock(store.lock.path, 20, heard.append).hold(exclusive=True):
            ended.append(time.monotonic())

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while len(heard) < 2:
        time.sleep(0.05)
    released = time.monotonic()
    holder.communicate("\n", timeout=20)
    for writer in writers:
        writer.join()
    assert max(ended) - released < 5


def test_a_dead_writer_is_not_named(store: Store, kit: SimpleNamespace) -> None:
    """The note of a killed writer stays in the lock file; a reader that holds the lock is not that writer."""
    writer = kit.start("hold_lock", store.lock.path, "the dead one")
    kit.wait_for(writer, "writing")
    writer.kill()
    writer.wait()
    reader = kit.start("hold_lock", store.lock.path, "")
    kit.wait_for(reader, "reading")
    with pytest.raises(WarehouseBusyError) as caught, Store(store.path, lock_timeout_s=0.1).write():
        pass
    assert "the dead one" not in str(caught.value)
    assert f"process {reader.pid} is reading" in str(caught.value)


def test_two_processes_write_different_months_without_losing_any(store: Store, kit: SimpleNamespace) -> None:
    workers = [kit.start("write_months", store.path, first, 4, 2) for first in ("2023-01", "2023-05")]
    for worker in workers:
        kit.wait_for(worker, "ready")
    for worker in workers:
        kit.wait_for(worker, "done", 60)
        assert worker.wait(10) == 0
    expected = kit.fake(FX.name, kit.months("2023-01", 8), rows=50, seed=1)
    assert_frame_equal(kit.rows(store, FX.name), expected)


def test_a_stream_of_readers_does_not_starve_a_writer(store: Store) -> None:
    """Four readers that overlap leave no gap in the shared lock; the turnstile lets the writer in."""
    stop, reads = threading.Event(), [0] * 4

    def read(number: int) -> None:
        while not stop.is_set():
            with store.lock.hold(exclusive=False):
                reads[number] += 1
                time.sleep(0.05)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    waits = []
    try:
        for _ in range(10):
            time.sleep(0.02)
            started = time.monotonic()
            with store.lock.hold(exclusive=True):
                waits.append(time.monotonic() - started)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert max(waits) < 2, waits
    assert sum(reads) > 10


def test_threads_exclude_each_other(tmp_path: Path) -> None:
    """``flock`` belongs to the open file, not to the process, so threads are kept apart as well."""
    lock, inside, worst = FileLock(tmp_path / "x.lock", 20), [0], [0]

    def work() -> None:
        for _ in range(15):
            with lock.hold(exclusive=True):
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                time.sleep(0.001)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worst == [1]


def test_a_child_process_does_not_inherit_the_lock(store: Store, kit: SimpleNamespace) -> None:
    with store.write():
        child = kit.start("hold_lock", store.lock.path, "")
    kit.wait_for(child, "reading")
    child.communicate("\n", timeout=20)
    with store.write():
        pass


def test_a_folder_that_cannot_hold_the_lock_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot use the lock file .*absent.*check the home folder"):  # noqa: SIM117
        with FileLock(tmp_path / "absent" / "x.lock", 1).hold(exclusive=True):
            pass


def test_the_default_label_is_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/opt/bin/impact", "run", "--month", "2024-12"])
    assert program_label() == "impact run --month 2024-12"
