"""The installation all assets share, from ``IMPACT_*`` variables or the demo."""

import dagster as dg

from impact_pipeline.settings import Settings
from impact_pipeline.wiring.resources import Installation


@dg.definitions
def resources() -> dg.Definitions:
    """Resource keys of the code location."""
    return dg.Definitions(resources={"installation": Installation.from_settings(Settings.load())})
