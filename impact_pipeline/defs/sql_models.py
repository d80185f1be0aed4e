"""Every file of ``dbt_like_sql/`` as an asset, every file of its ``tests/`` as a check. Adding a file is enough."""

import dagster as dg

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_models, load_tests
from impact_pipeline.wiring.sql_assets import sql_asset, view_assets


@dg.definitions
def sql_models() -> dg.Definitions:
    """Assets of the SQL models with their checks."""
    tests = load_tests(SQL_MODELS / "tests")
    models = load_models(SQL_MODELS).values()
    staging = [model for model in models if model.table.layer == "staging"]
    computed = [model for model in models if model.table.layer != "staging"]
    return dg.Definitions(
        assets=[
            view_assets(staging, "staging_views"),
            *(sql_asset(model, [test for test in tests if test.model == model.name]) for model in computed),
        ]
    )
