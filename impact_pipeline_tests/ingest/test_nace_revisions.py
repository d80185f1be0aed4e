"""NACE between Rev. 2 and Rev. 2.1: what kept its meaning, what moved, what was split."""

import csv
from decimal import Decimal

import pytest

from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.ingest.nace_revisions import counterparts, in_both_revisions
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.ingest.reference import nace_changes
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.builders import DEMO_POLICY

TITLES = REPOSITORY.parent / "shared" / "realdata" / "nacecodes.csv"


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        ("nace_2", "11.07", {"11.07"}),
        ("nace_2", "20.20", {"20.20"}),
        ("nace_2", "20.51", {"20.59"}),  # explosives
        ("nace_2_1", "20.51", {"20.14", "20.59"}),  # liquid biofuels
        ("nace_2_1", "20.59", {"20.51", "20.52", "20.53", "20.59"}),
        ("nace_2", "25.61", {"25.51", "25.52"}),  # coating and heat treatment
        ("nace_2_1", "25.61", {"25.71"}),  # cutlery
        ("nace_2", "35.11", {"35.11", "35.12", "35.16"}),
        ("nace_2_1", "35.12", {"35.11"}),  # renewable production
        ("nace_2", "35.12", {"35.13", "35.16"}),  # transmission
        ("nace_2_1", "35.15", {"35.14"}),  # trade
        ("nace_2_1", "22.26", {"22.29"}),
        ("nace_2", "22.26", set()),  # no such class in Rev. 2
        ("nace_2", "46.71", set()),  # renumbered, and not mapped
        ("nace_2", "45", set()),
    ],
)
def test_a_code_in_the_other_revision(scheme: str, code: str, expected: set[str]) -> None:
    """Expected: the classes that formats.md section 4 lists with their titles."""
    assert counterparts(scheme, code) == expected


def test_a_group_is_its_own_digits_and_the_classes_that_moved() -> None:
    assert counterparts("nace_2", "20.2") == {"20.2"}
    assert counterparts("nace_2", "20.5") == {"20.5", "20.51", "20.59"}


@pytest.mark.skipif(not TITLES.exists(), reason="the list of Rev. 2.1 titles is not here")
def test_every_code_of_rev_2_1_is_one() -> None:
    with TITLES.open(encoding="utf-8-sig", newline="") as file:
        classes = {row["code"] for row in csv.DictReader(file, delimiter=";")}
    assert {new for _, new in nace_changes() if new} <= classes


def palm(scheme: str, code: str, lo: str = "50") -> SectorProxy:
    return SectorProxy(measure="revenue_share.palm", scheme=scheme, code=code, lo=Decimal(lo))


def test_a_proxy_of_one_revision_serves_the_other_and_a_split_leaves_it_open() -> None:
    """20.52 (glues) became part of 20.59, which is much else: 0 to 100. 35.14 (trade) is all of 35.15: 50 to 100."""
    found = {
        (each.scheme, each.code): (each.lo, each.hi)
        for each in in_both_revisions([palm("nace_2", "20.52"), palm("nace_2", "35.14"), palm("nace_2", "11.07")])
    }
    assert found["nace_2_1", "20.59"] == (0, 100)
    assert found["nace_2_1", "35.15"] == (50, 100)
    assert found["nace_2_1", "11.07"] == (50, 100)
    assert ("nace_2_1", "20.52") not in found


def test_the_same_digits_with_another_meaning_are_never_compared() -> None:
    """35.12 is transmission in Rev. 2 and renewable production in Rev. 2.1."""
    found = {each.code for each in in_both_revisions([palm("nace_2", "35.12")]) if each.scheme == "nace_2_1"}
    assert found == {"35.13", "35.16"}


def test_a_policy_that_lists_both_revisions_is_left_alone() -> None:
    both = [palm("nace_2", "20.59"), palm("nace_2_1", "20.51")]
    assert in_both_revisions(both) == tuple(both)
    demo = load_policy(DEMO_POLICY).proxies
    assert in_both_revisions(demo) == demo
