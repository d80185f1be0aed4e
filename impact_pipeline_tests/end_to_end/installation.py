"""An installation for tests: a folder with inputs, policy and home, and the real ``impact`` command that runs on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from impact_pipeline_tests.builders import DEMO_POLICY, line, write_csv

IMPACT = Path(sys.executable).with_name("impact")


class Installation:
    """A folder with inputs, policy and home, and the command that runs on it."""

    def __init__(self, folder):
        self.inputs, self.policy, self.home = folder / "inputs", folder / "policy", folder / "home"
        shutil.copytree(DEMO_POLICY, self.policy)

    def impact(self, *words, expect=0):
        done = subprocess.run(
            [IMPACT, *words],
            env=environment_of(self),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def tables(self, file="readers.duckdb"):
        """Every table of a store as text, to compare byte for byte."""
        with duckdb.connect(str(self.home / file), read_only=True) as connection:
            names = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables order by all"
            ).fetchall()
            return {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in names}


def environment_of(installation):
    """The variables that point a child process at the installation, and none of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IMPACT_", "DAGSTER_"))}
    paths = {"INPUTS": installation.inputs, "POLICY": installation.policy, "HOME": installation.home}
    return kept | {f"IMPACT_{name}": str(path) for name, path in paths.items()}


def write_month(folder, month_end, value=10_000_000):
    """Two lines of portfolio P: listed shares of X and private debt of Y."""
    write_csv(
        folder / "holdings" / f"{month_end[:7]}.csv",
        [
            line("A", as_of_date=month_end, asset_class="listed_equity", issuer_id="X", market_value=value),
            line("B", as_of_date=month_end, asset_class="private_debt", issuer_id="Y", market_value=value),
        ],
    )
