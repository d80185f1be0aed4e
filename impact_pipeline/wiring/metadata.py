"""What Dagster shows of a table: schema, column lineage, links. Everything comes from the table and its model."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from impact_pipeline.partitions import MONTHLY
from impact_pipeline.schemas import TABLES, Table
from impact_pipeline.warehouse.models import SqlModel

ColumnSources = dict[str, list[tuple[str, str]]]


def asset_key(table_name: str) -> dg.AssetKey:
    """``marts.positions`` is the asset ``marts/positions``."""
    return dg.AssetKey(table_name.split("."))


def _link(table_name: str, column: str) -> str:
    # The OSS UI draws no column lineage, so each upstream column is a link in the Columns table.
    return f"[{table_name}.{column}](/assets/{table_name.replace('.', '/')})"


def _column(table: Table, name: str, sources: ColumnSources, comments: dict[str, str]) -> dg.TableColumn:
    column = next(column for column in table.columns if column.name == name)
    parts = [column.description]
    if name in comments:
        parts.append(f"Here: {comments[name]}.")
    if sources.get(name):
        parts.append("From " + ", ".join(_link(*source) for source in sources[name]))
    return dg.TableColumn(
        name=name,
        type=column.duckdb_type,
        description=" ".join(parts),
        constraints=dg.TableColumnConstraints(nullable=name in table.nullable, other=column.limits()),
    )


def table_metadata(table: Table, model: SqlModel | None = None) -> dict[str, Any]:
    """Static metadata of a table's asset."""
    sources: ColumnSources = model.lineage if model else {}
    comments = model.column_comments if model else {}
    metadata: dict[str, Any] = {
        "dagster/table_name": table.name,
        "dagster/column_schema": dg.TableSchema(
            columns=[_column(table, name, sources, comments) for name in table.column_names],
            constraints=dg.TableConstraints(other=[f"one row per {', '.join(table.grain)}"]),
        ),
    }
    if model:
        lineage = {
            name: [dg.TableColumnDep(asset_key(upstream), column) for upstream, column in found]
            for name, found in sources.items()
            if found
        }
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(deps_by_column=lineage)
        metadata["sql_file"] = f"dbt_like_sql/{model.path.parent.name}/{model.path.name}"
    return metadata


def computed_specs(names: Iterable[str], upstream: Iterable[str], group: str) -> list[dg.AssetSpec]:
    """Assets of the monthly tables that one step computes in Polars, all from the same upstream tables."""
    deps = [asset_key(table) for table in upstream]
    return [
        dg.AssetSpec(
            asset_key(name),
            deps=deps,
            description=TABLES[name].description,
            group_name=group,
            kinds={"polars", "duckdb"},
            owners=["team:impact-data"],
            code_version="1",
            metadata=table_metadata(TABLES[name]),
            partitions_def=MONTHLY,
        )
        for name in names
    ]
