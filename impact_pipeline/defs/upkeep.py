"""What the daemon looks after by itself."""

import dagster as dg

from impact_pipeline.wiring.orphans import fail_orphans


@dg.sensor(
    name="dead_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs of the command line whose process was killed as failed, so that the queue goes on.",
)
def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Starts nothing: says which runs it marked."""
    found = fail_orphans(context.instance)
    return dg.SkipReason(f"marked as failed: {', '.join(found)}" if found else "no dead run")
