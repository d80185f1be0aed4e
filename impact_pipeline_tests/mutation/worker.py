"""Runs the tests on one mutant after another in one process: loading polars and pytest anew would cost more than they.

Reads a JSON line per mutant, answers with a JSON line. The engine, the reader of rules and the tests are forgotten and
imported again each time, with the mutant in the place of the real module; files are not touched.
"""

import contextlib
import dataclasses
import importlib.abc
import importlib.util
import io
import json
import os
import sys

import pytest

from impact_pipeline.schemas.table import Table

FORGOTTEN = ("impact_pipeline.domain", "impact_pipeline.ingest", "impact_pipeline_tests")
PREFIX = "impact_pipeline.domain.screening."


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Offers some source as one module."""

    def __init__(self, module, source):
        self.name, self.source = PREFIX + module, source

    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module):
        exec(compile(self.source, f"<mutant of {self.name}>", "exec"), module.__dict__)


def _with_rule(changed):
    """Let the policy of the demo hold one rule otherwise."""
    from impact_pipeline.domain.screening import Rule
    from impact_pipeline.ingest.policy import loading as files

    real, mutated = files.load_policy, Rule.model_validate(changed)

    def load(path):
        policy = real(path)
        rules = tuple(mutated if rule.id == mutated.id else rule for rule in policy.rules)
        return dataclasses.replace(policy, rules=rules)

    files.load_policy = load


def passes(mutant):
    """True when the tests do not see the mutant; a mutant that cannot even be imported is seen."""
    for name in [name for name in sys.modules if name.startswith(FORGOTTEN)]:
        del sys.modules[name]
    finders = [_Instead(mutant["module"], mutant["source"])] if "source" in mutant else []
    sys.meta_path[:0] = finders
    try:
        if "rule" in mutant:
            _with_rule(mutant["rule"])
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return pytest.main(["-x", "-q", "--no-header", "--tb=no", *mutant["tests"]]) == pytest.ExitCode.OK
    except Exception:
        return False
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)


def main():
    answers = os.fdopen(os.dup(1), "w")
    # a third of the time, and the tests look at every value that matters
    Table.validate = lambda table, frame: frame
    for line in sys.stdin:
        mutant = json.loads(line)
        answers.write(json.dumps(passes(mutant)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
