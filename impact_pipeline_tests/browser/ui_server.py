"""A real ``impact ui`` on a free port, in a process group of its own that never outlives the test."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from impact_pipeline_tests.end_to_end.installation import IMPACT, Installation, environment_of

LOADED = """
{ workspaceOrError { ... on Workspace { locationEntries {
    loadStatus locationOrLoadError { __typename ... on PythonError { message } } } } } }
"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime } } }"


class UiServer:
    """``with UiServer(installation, log) as ui``: loaded on entry, gone with all its children on exit."""

    def __init__(self, installation: Installation, log: Path) -> None:
        self.installation, self.log = installation, log
        self.url = f"http://127.0.0.1:{free_port()}"

    def __enter__(self) -> "UiServer":
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [IMPACT, "ui", "--port", self.url.rpartition(":")[2]],
                env=environment_of(self.installation),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.wait_until("the code location is loaded", self._loaded, seconds=120)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ctrl-C first: the UI and every run it started must end by themselves."""
        try:
            self._signal(signal.SIGINT)
            self.process.wait(30)
            wait_until("the UI's children are gone", lambda: not self._signal(0), seconds=60)
        finally:
            self._kill()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer of the UI's own GraphQL door, for what no page shows as text."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)["data"]
        return found

    def run(self, run_id: str) -> dict[str, Any]:
        """Status, start and end of a run."""
        found: dict[str, Any] = self.ask(RUN, id=run_id)["runOrError"]
        return found

    def wait_until(self, what: str, true: Callable[[], object], seconds: float) -> None:
        """Poll until ``true()``; on failure say what was awaited and what the server said last."""

        def alive() -> object:
            assert self.process.poll() is None, f"impact ui ended by itself ({self.process.returncode})"
            return true()

        try:
            wait_until(what, alive, seconds)
        except AssertionError as error:
            log = self.log.read_text()[-2000:]
            raise AssertionError(f"{error}; the server's last words:\n{log}") from None

    def _loaded(self) -> bool:
        try:
            entries = self.ask(LOADED)["workspaceOrError"]["locationEntries"]
        except OSError:
            return False
        for entry in entries:
            problem = (entry["locationOrLoadError"] or {}).get("message")
            assert not problem, f"the code location does not load: {problem}"
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)

    def _signal(self, number: int) -> bool:
        """Send a signal to the whole group; false when nobody is left in it."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        self.process.wait()


def wait_until(what: str, true: Callable[[], object], seconds: float) -> None:
    """Poll until ``true()``."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(0.2)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
