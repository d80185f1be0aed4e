"""The properties of ``test_invariants`` on two thousand examples each."""

import pytest
from hypothesis import given, settings

from impact_pipeline_tests.domain.screening.test_invariants import FAST, INVARIANTS

MANY = settings(FAST, max_examples=2_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", INVARIANTS)
def test_holds_for_two_thousand_examples(name: str) -> None:
    check, strategies = INVARIANTS[name]
    MANY(given(*strategies)(check))()
