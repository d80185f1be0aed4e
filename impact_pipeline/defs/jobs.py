"""The monthly job and its schedule."""

import dagster as dg

from impact_pipeline.partitions import MONTHLY
from impact_pipeline.wiring.runs import JOB

monthly_impact = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    description="Everything of a month: files in, screens, carbon, shares, indicators, readers' snapshot.",
)

#: 5th of the month, 06:00 in Paris, for the month just closed; analysts switch it on in the UI.
monthly_schedule = dg.build_schedule_from_partitioned_job(
    monthly_impact,
    name="monthly_impact_schedule",
    day_of_month=5,
    hour_of_day=6,
    minute_of_hour=0,
    description=f"The month just closed, in {MONTHLY.timezone}.",
)
