"""The list of controls as Markdown, from the checks' own files: ``python -m impact_pipeline.publishing.controls``."""

import sys
from collections.abc import Iterator

from sqlglot import exp

from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import SqlTest, load_tests

_METHODOLOGY = "policy.methodology"
_SEVERITIES = {"error": "error: what is downstream does not run", "warn": "warn: listed, the value is used"}

#: Controls that stop a run at the door: exit 2, one sentence with file, row and column, nothing changed.
REFUSED = {
    "unreadable, of another kind, damaged, or with a column that nobody knows": "the file",
    "dated otherwise than its name says, or in the middle of a month": "the file",
    "other bytes, rows or control total than manifest.csv says": "`manifest.csv`, where one is given",
    "the same bytes under two names": "all files",
    "two rows of one key, in one file or in two, unless they are parts of one row (sovereigns)": "all datasets",
    "a file said to have come after today, or two versions of one file on one day": "folders `received-YYYY-MM-DD`",
    "positions that do not add up to the net asset value": "Tripartite Template; `totals` of the profile",
    "a total that is not the sum above it, or is not there; rows behind the last one": "`totals` of a supplier profile",
    "a text alone in its row that no group has": "`group_rows` of a supplier profile",
    "UTF-8 where the profile says cp1252 alone": "CSV read by a supplier profile",
    "funds that hold each other in a circle": "holdings",
}


def controls() -> str:
    """Every control: id, severity, sentence for people, threshold and where it is changed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Controls"
    yield ""
    yield "Generated from `dbt_like_sql/tests` by `make docs`; a test fails when it is stale."
    yield ""
    yield "## At the door"
    yield ""
    yield "These refuse the file: exit 2, one sentence with file, row and column, nothing changed."
    yield ""
    yield "| refused | where it applies |"
    yield "|---|---|"
    yield from (f"| {what} | {where} |" for what, where in REFUSED.items())
    yield ""
    yield "What is repaired, emptied or doubtful in single cells is in `audit.rejected_rows`, each with its rule and a"
    yield "reason; `impact show rejected` prints them. The control total of each file (sum of its market values) is"
    yield "stored in `audit.source_files`, also without a manifest."
    yield ""
    yield "## On the tables"
    yield ""
    yield "Each is an asset check: `impact run` and the Dagster UI show the number of bad rows, the months, and"
    yield "the keys of five rows. A threshold with a name is changed in `methodology.yaml` (no figure moves); others"
    yield "stand in the check's file."
    tests = load_tests(SQL_MODELS / "tests")
    for table in sorted({test.model for test in tests}):
        yield from ("", f"### {table}", "")
        for test in tests:
            if test.model == table:
                yield f"* **{test.claim}** ({_SEVERITIES[test.severity]}). {test.description} {_threshold(test)}"


def _threshold(test: SqlTest) -> str:
    """Where the limits of a check are changed."""
    file = f"`tests/{test.path.name}`"
    names: list[str] = []
    if _METHODOLOGY in test.depends_on:
        read = {column.name for column in test.tree.find_all(exp.Column)} - {"as_of_date"}
        names = [name for name in TABLES[_METHODOLOGY].column_names if name in read]
    return f"*Threshold: {', '.join(f'`{name}`' for name in names)}; {file}.*" if names else f"*{file}.*"


if __name__ == "__main__":
    sys.stdout.write(controls())
