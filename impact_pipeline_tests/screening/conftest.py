"""A month computed from hand-written lines and claims."""

import pytest

from impact_pipeline_tests.builders import DEMO_POLICY, compute, write_inputs


@pytest.fixture
def run(tmp_path):
    """The month 2024-12 of the lines given, under the demo policy or another one."""

    def of(*lines, policy=DEMO_POLICY, **datasets):
        inputs = write_inputs(tmp_path / "inputs", holdings=lines, **datasets)
        return compute(inputs, tmp_path / "home", policy=policy)

    return of
