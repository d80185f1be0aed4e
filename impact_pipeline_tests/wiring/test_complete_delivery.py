"""The sensor that starts a month when its files are complete: what it asks of Dagster."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from impact_pipeline.definitions import defs
from impact_pipeline.defs.inputs import arrivals
from impact_pipeline.defs.inputs.arrivals import complete_delivery
from impact_pipeline.settings import Settings
from impact_pipeline.wiring.resources import Installation

EXPECTED = '- {dataset: holdings, file: "{yyyy-mm}.csv", required: true, due_days: 5}\n'


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation in the first hour of 2025, with an empty inputs folder and no policy yet."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "Clock":
            # half past midnight in Paris, the zone of the partitions; a machine on UTC is still in December
            return cls(2024, 12, 31, 23, 30, tzinfo=dt.UTC).astimezone(tz)  # type: ignore[return-value]

    monkeypatch.setattr(arrivals, "datetime", Clock)  # the sensor's clock alone: Dagster keeps its own
    (tmp_path / "inputs" / "holdings").mkdir(parents=True)
    (tmp_path / "policy").mkdir()
    return Installation.from_settings(Settings(tmp_path / "inputs", tmp_path / "policy", tmp_path / "home"))


def tick(installation: Installation, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance, cursor=cursor, resources={"installation": installation}, definitions=defs()
        )
        found = complete_delivery(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def test_without_a_list_it_says_how_to_write_one(installation: Installation) -> None:
    found = tick(installation)
    assert isinstance(found, dg.SkipReason)
    assert "no deliveries.yaml" in str(found.skip_message)
    assert '{dataset: holdings, file: "{yyyy-mm}.csv"' in str(found.skip_message)


def test_one_run_for_one_delivery(installation: Installation) -> None:
    settings = installation.settings
    (settings.policy / "deliveries.yaml").write_text(EXPECTED, encoding="utf-8")
    waits = tick(installation)
    assert isinstance(waits, dg.SensorResult)
    assert waits.skip_reason is not None
    assert "2024-12 waits for holdings/2024-12.csv (due 2025-01-05)" in str(waits.skip_reason.skip_message)
    (settings.inputs / "holdings" / "2024-12.csv").write_text("a\n", encoding="utf-8")
    first = tick(installation, waits.cursor)
    assert isinstance(first, dg.SensorResult)
    assert not first.run_requests
    second = tick(installation, first.cursor)
    assert isinstance(second, dg.SensorResult)
    assert second.run_requests is not None
    [request] = second.run_requests
    assert request.partition_key == "2024-12"
    assert request.run_key is not None
    assert request.run_key.startswith("2024-12:")
    third = tick(installation, second.cursor)
    assert isinstance(third, dg.SensorResult)
    assert not third.run_requests


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("policy/deliveries.yaml", "- {dataset: holding}\n", "deliveries.yaml, row 1"),
        ("inputs/holdings/lines.txt", "x", "holdings/lines.txt: found a file of kind '.txt'"),
    ],
)
def test_what_a_run_would_refuse_is_said_without_a_traceback(
    installation: Installation, name: str, text: str, said: str
) -> None:
    (installation.settings.policy / "deliveries.yaml").write_text(EXPECTED, encoding="utf-8")
    (installation.settings.policy.parent / name).write_text(text, encoding="utf-8")
    found = tick(installation)
    assert isinstance(found, dg.SkipReason)
    assert said in str(found.skip_message)


def test_it_is_switched_on_by_people() -> None:
    assert complete_delivery in list(defs().sensors or ())
    assert complete_delivery.default_status == dg.DefaultSensorStatus.STOPPED
    assert complete_delivery.job_name == "monthly_impact"
