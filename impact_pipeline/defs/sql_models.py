"""Every file of ``dbt_like_sql/`` as an asset, every file of its ``tests/`` as a check. Adding a file is enough."""

import dagster as dg

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_models
from impact_pipeline.wiring.sql_assets import sql_asset, tests_of, view_assets


@dg.definitions
def sql_models() -> dg.Definitions:
    """Assets of the SQL models with their checks."""
    models = load_models(SQL_MODELS).values()
    staging = [model for model in models if model.table.layer == "staging"]
    computed = [model for model in models if model.table.layer != "staging"]
    return dg.Definitions(
        assets=[
            view_assets(staging, "staging_views"),
            *(sql_asset(model, tests_of(model.name)) for model in computed),
        ]
    )
