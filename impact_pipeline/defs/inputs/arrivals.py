"""The month just closed starts by itself once its files are complete (``deliveries.yaml`` of the policy)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from impact_pipeline.defs.jobs import monthly_impact
from impact_pipeline.errors import ImpactPipelineError
from impact_pipeline.ingest.expected_files import HOW_TO, closed_month, look, read_expected
from impact_pipeline.partitions import TIMEZONE
from impact_pipeline.wiring.resources import Installation


@dg.sensor(
    name="complete_delivery",
    job=monthly_impact,
    minimum_interval_seconds=60,
    description="Starts the month just closed when the files of deliveries.yaml are there and have come to rest;"
    " says which ones are missing. A corrected or late file starts it again.",
)
def complete_delivery(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult | dg.SkipReason:
    """One run for one delivery; analysts switch it on in the UI, like the schedule."""
    settings = installation.settings
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    try:
        expected = read_expected(settings.policy)
        if expected is None:
            return dg.SkipReason(HOW_TO)
        seen = look(settings.inputs, expected, closed_month(today), today, context.cursor)
    except ImpactPipelineError as error:  # what a run would refuse: said here, without a traceback
        return dg.SkipReason(str(error))
    if seen.run_key is None:
        return dg.SensorResult(skip_reason=seen.sentence, cursor=seen.cursor)
    request = dg.RunRequest(run_key=seen.run_key, partition_key=f"{seen.month:%Y-%m}")
    return dg.SensorResult(run_requests=[request], cursor=seen.cursor)
