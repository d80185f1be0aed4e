"""A fair lock between processes and threads: many readers or one writer, freed when its holder dies."""

import datetime as dt
import fcntl
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from impact_pipeline.errors import SettingsError, WarehouseBusyError

#: Waits shorter than this are not worth a line on the screen.
QUIET_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.001, 0.03

_held = threading.local()


def program_label() -> str:
    """What this process is, for the message others read while they wait: its command line, shortened."""
    words = [Path(sys.argv[0]).name or "python", *sys.argv[1:]]
    return " ".join(words)[:80]


class FileLock:
    """``flock`` on ``path``, taken through a turnstile so that a stream of readers cannot starve a writer.

    Whoever wants the lock first passes the turnstile (``path`` + ``.queue``) and keeps it until the lock is
    theirs: while a writer waits, new readers queue behind it. Both files stay for ever: removing one would
    let two processes lock different files of the same name.
    """

    def __init__(
        self,
        path: Path,
        timeout_s: float,
        on_wait: Callable[[str], None] | None = None,
        subject: str = "the warehouse",
    ) -> None:
        self.path, self.timeout_s, self.on_wait, self.subject = path, timeout_s, on_wait, subject

    @contextmanager
    def hold(self, *, exclusive: bool, label: str | None = None) -> Iterator[None]:
        """Hold the lock for the block.

        Raises:
            WarehouseBusyError: somebody else kept it for longer than the time-out.
            RuntimeError: this thread holds it already (waiting for oneself would never end).
        """
        mine: set[str] = _held.__dict__.setdefault("paths", set())
        key = os.path.realpath(self.path)
        if key in mine:
            raise RuntimeError(f"this thread already holds {self.path}; close that connection before opening another")
        turnstile, lock = self._open(".queue"), self._open("")
        mine.add(key)
        try:
            deadline = _Deadline(self, lock)
            deadline.take(turnstile, fcntl.LOCK_EX)
            deadline.take(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            fcntl.flock(turnstile, fcntl.LOCK_UN)
            if exclusive:
                _write_note(lock, label or program_label())
            yield
        finally:
            mine.discard(key)
            if exclusive:
                with suppress(OSError):
                    _clear_note(lock)
            # explicit: a forked child may still share the descriptors, and closing ours would not free the
            # lock then
            for descriptor in (lock, turnstile):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)

    def _open(self, suffix: str) -> int:
        file = f"{self.path}{suffix}"
        try:
            return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise SettingsError(f"cannot use the lock file {file}: {error.strerror}; check the home folder") from error

    def holder(self, descriptor: int) -> str:
        """Who has the lock, in words."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read_note(descriptor) or "another process is writing"
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        pids = _flock_holders(os.fstat(descriptor).st_ino)
        return f"process {', '.join(map(str, pids))} is reading" if pids else "another process is reading or waiting"


class _Deadline:
    """One wait for one lock: says once whom it waits for, and gives up when the time is over."""

    def __init__(self, lock: FileLock, descriptor: int) -> None:
        self.lock, self.descriptor = lock, descriptor
        self.started, self.announced = time.monotonic(), lock.on_wait is None

    def take(self, descriptor: int, mode: int) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
            except BlockingIOError:
                self._check()
            # the pauses differ so that waiting processes do not knock in step
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 1.5, _LONGEST_PAUSE_S)

    def _check(self) -> None:
        waited = time.monotonic() - self.started
        if waited >= self.lock.timeout_s:
            raise WarehouseBusyError(
                f"waited {waited:.0f} s for {self.lock.subject} ({self.lock.path.with_suffix('')}): "
                f"{self.lock.holder(self.descriptor)}; let it end, or stop that process, then run again"
            )
        if not self.announced and waited >= QUIET_S and self.lock.on_wait is not None:
            self.announced = True
            self.lock.on_wait(f"waiting for {self.lock.subject}: {self.lock.holder(self.descriptor)}")


def _write_note(descriptor: int, label: str) -> None:
    since = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    note = json.dumps({"pid": os.getpid(), "label": label, "since": since}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, note, 0)


def _clear_note(descriptor: int) -> None:
    note = os.pread(descriptor, 1000, 0)
    if note and json.loads(note).get("pid") == os.getpid():
        os.ftruncate(descriptor, 0)


def _read_note(descriptor: int) -> str | None:
    try:
        note = json.loads(os.pread(descriptor, 1000, 0))
        since = dt.datetime.fromisoformat(note["since"])
        same_day = since.date() == dt.datetime.now().astimezone().date()
        clock = since.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M")
        return f"process {note['pid']} ({note['label']}, since {clock}) is writing"
    except (ValueError, KeyError, TypeError):
        return None


def _flock_holders(inode: int) -> list[int]:
    """Processes with a lock on the file, from the kernel's list; empty where the system does not show it."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    fields = [line.split() for line in lines if "FLOCK" in line]
    return sorted({int(field[4]) for field in fields if field[5].endswith(f":{inode}")} - {os.getpid()})
