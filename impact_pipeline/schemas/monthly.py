"""Tables the pipeline computes month by month."""

from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline.schemas.table import Table, table


def monthly(
    name: str,
    description: str,
    grain: str,
    columns: str,
    other: dict[str, str] | None = None,
    *,
    is_view: bool = False,
) -> Table:
    """A table held month by month: ``as_of_date`` leads its grain and its columns."""
    return table(
        name,
        description,
        f"as_of_date {grain}",
        f"as_of_date {columns}",
        COLUMNS,
        other=other,
        is_view=is_view,
    )
