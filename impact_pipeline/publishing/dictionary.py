"""The data dictionary as Markdown, from the schemas: ``python -m impact_pipeline.publishing.dictionary``."""

import sys
from collections.abc import Iterator

from impact_pipeline.schemas import LAYERS, TABLES, Table

_ABOUT = {
    "raw": "What suppliers sent, checked, once per archived file.",
    "audit": "Files, refusals and what each month knew.",
    "policy": "What the committee decided.",
    "staging": "What a month sees of the raw tables: views behind `as_of_date`.",
    "core": "Month by month resolution.",
    "marts": "What readers ask for.",
}


def dictionary() -> str:
    """Every table with its grain, columns, units and limits."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Generated from `impact_pipeline/schemas` by `make docs`; a test fails when it is stale."
    for layer in LAYERS:
        yield from ("", f"## {layer}", "", _ABOUT[layer])
        for table in TABLES.values():
            if table.layer == layer and layer != "staging":
                yield from _table(table)
        if layer == "staging":
            yield "Columns are those of the raw table of the same name."


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"### {table.name}", "", table.description, "", f"Grain: {', '.join(table.grain)}.", "")
    yield "| column | type | empty? | meaning | limits |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        limits = "; ".join(column.limits())
        empty = "may be" if column.name in table.nullable else "no"
        yield f"| {column.name} | {column.duckdb_type} | {empty} | {column.description} | {limits} |"


if __name__ == "__main__":
    sys.stdout.write(dictionary())
