"""``make mutants``: how many small mistakes in the rule engine and in the demo's rules the domain tests find.

Two processes, a time-out per mistake, no file touched. Survivors that change nothing are listed in ``equivalent.json``
with the reason. Ends with 1 when fewer than 90 % are killed, or when one listed as equivalent is killed or gone.

    python -m impact_pipeline_tests.mutation [PART OF A NAME ...] [--results FILE] [--list]

``--results`` keeps a JSON line per mistake as it is decided; a run that was stopped goes on from there.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue

from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.mutation.mutants import MODULES, mutants_of
from impact_pipeline_tests.mutation.rule_mutants import changes

HERE = Path(__file__).parent
TESTS = "impact_pipeline_tests/domain/screening"
#: Tests by hand arithmetic, the likeliest to see a mistake of the module first. The properties take long and see less.
FILES = (
    "test_truth_and_outcomes.py",
    "test_edges.py",
    "test_parts_and_sources.py",
    "test_evidence.py",
    "test_places.py",
    "test_ownership.py",
    "test_overrides.py",
    "test_proxies.py",
    "test_committee_cases.py",
    "test_demo_policy.py",
)
FIRST = {
    "resolution": "test_parts_and_sources.py",
    "claims": "test_parts_and_sources.py",
    "applicability": "test_edges.py",
    "truth": "test_edges.py",
    "judging": "test_places.py",
    "deliveries": "test_evidence.py",
    "ownership": "test_ownership.py",
    "inheritance": "test_overrides.py",
    "proxies": "test_proxies.py",
    "rules": "test_demo_policy.py",
}
TIMEOUT_S = 600
AT_ONCE = 2
LEAST_KILLED = 0.9


def every_mutant():
    """Name -> what the worker needs, always in the same order."""
    found = {}
    for module in MODULES:
        found |= {each.name: {"module": module, "source": each.source} for each in mutants_of(module)}
    for rule in load_policy(REPOSITORY / "data" / "demo" / "policy").rules:
        for told, changed in changes(rule.model_dump(mode="json", by_alias=True)):
            found[f"{rule.id}: {told}"] = {"rule": changed}
    return found


def tests_for(mutant):
    first = FIRST.get(mutant.get("module", "rules"), FILES[0])
    return [f"{TESTS}/{name}" for name in sorted(FILES, key=lambda name: name != first)]


class Worker:
    """A process that answers whether the tests pass on a mutant; started again after a time-out or a crash."""

    def __init__(self):
        self.process = None

    def survives(self, mutant):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "impact_pipeline_tests.mutation.worker"],
                cwd=REPOSITORY,
                env={**os.environ, "POLARS_MAX_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        alarm = threading.Timer(TIMEOUT_S, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps({**mutant, "tests": tests_for(mutant)}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        alarm.cancel()
        if not answer:
            self.process.wait()
        return answer.strip() == "true"

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def run(mutants, known, on_result):
    """Name -> whether it survived; survivors are told on stderr as they come."""
    waiting, found = SimpleQueue(), {name: survived for name, survived in known.items() if name in mutants}
    for name, mutant in mutants.items():
        if name not in found:
            waiting.put((name, mutant))

    def work():
        worker = Worker()
        while True:
            try:
                name, mutant = waiting.get_nowait()
            except Empty:
                return worker.close()
            found[name] = worker.survives(mutant)
            on_result(name, found[name])
            if found[name]:
                print(f"[{len(found)}/{len(mutants)}] survived: {name}", file=sys.stderr, flush=True)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: found[name] for name in mutants}


def report(found, equivalent):
    """Table per module; survivors with the reason when one is listed. True when good enough."""
    total, killed, same = Counter(), Counter(), Counter()
    for name, survived in found.items():
        where = name.split(".")[0] if name.split(".")[0] in MODULES else "rules"
        total[where] += 1
        killed[where] += not survived
        same[where] += survived and name in equivalent
    print(f"{'':16}{'mutants':>8}{'killed':>8}{'equal':>8}{'survived':>10}{'killed':>9}{'of those that differ':>22}")
    for where in [*total, "all"]:
        of, dead, equal = (sum(c.values()) if where == "all" else c[where] for c in (total, killed, same))
        print(
            f"{where:16}{of:8}{dead:8}{equal:8}{of - dead - equal:10}{dead / of:9.1%}{dead / max(1, of - equal):22.1%}"
        )
    for name in (name for name, survived in found.items() if survived):
        print(f"survived: {name}\n    {equivalent.get(name, 'NOT EXPLAINED')}")
    wrong = sorted(name for name in equivalent if name in found and not found[name])
    for name in wrong:
        print(f"listed as equivalent, and killed: {name}")
    return sum(killed.values()) >= LEAST_KILLED * sum(total.values()) and not wrong


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*")
    asked.add_argument("--results", type=Path)
    asked.add_argument("--list", action="store_true")
    given = asked.parse_args()
    every = every_mutant()
    mutants = {name: each for name, each in every.items() if not given.parts or any(p in name for p in given.parts)}
    if given.list:
        print("\n".join(mutants))
        return 0
    equivalent = json.loads((HERE / "equivalent.json").read_text(encoding="utf-8"))
    if gone := sorted(set(equivalent) - set(every)):
        print("listed in equivalent.json but no longer there:\n" + "\n".join(gone))
        return 1
    untouched = Worker()
    if not untouched.survives({}):
        print("the tests fail without any mutant")
        return 1
    untouched.close()
    started = time.perf_counter()
    known, on_result = kept_in(given.results)
    found = run(mutants, known, on_result)
    good = report(found, equivalent)
    print(f"{len(found)} mutants in {time.perf_counter() - started:.0f} s")
    return 0 if good else 1


def kept_in(path):
    """What a file of results says already, and how to add to it."""
    if path is None:
        return {}, lambda name, survived: None
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def add(name, survived):
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, survived], ensure_ascii=False) + "\n")

    return dict(json.loads(line) for line in lines), add


if __name__ == "__main__":
    sys.exit(main())
