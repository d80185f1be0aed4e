"""Whose figures and claims are whose, when companies merge, change ids, or leave their group."""

from pathlib import Path
from typing import Any

import pytest

from impact_pipeline_tests.builders import claim
from impact_pipeline_tests.identifiers.worlds import (
    MID,
    NEW,
    OLD,
    SHARE,
    balance,
    issuer_of,
    month,
    reported,
    row,
    share,
    steps,
)

MERGER = row("lei", OLD, NEW, "merger", valid_from="2024-06-30")
RENAME = row("lei", OLD, NEW, "rename", valid_from="2024-06-30")
BEFORE = {"as_of_date": "2024-05-31"}
SPIN_OFF_MONTHS = (
    *("2023-06-30", "2023-07-31", "2023-08-31", "2023-09-30"),
    *("2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31"),
)


def scope_1(done: Any, issuer_id: str, day: str = "2024-12-31") -> Any:
    rows = done.rows(
        "select scope_1_tco2e from core.issuer_emissions where issuer_id = ? and as_of_date = ?", issuer_id, day
    )
    return rows[0]["scope_1_tco2e"] if rows else None


def claims_of(done: Any, issuer_id: str, day: str = "2024-12-31") -> set[str]:
    query = "select evidence_id from staging.evidence where issuer_id = ? and as_of_date = ?"
    return {each["evidence_id"] for each in done.rows(query, issuer_id, day)}


def test_a_vendors_code_brings_its_figures_to_the_issuer(tmp_path: Path) -> None:
    """1 M EUR over 100 M EUR times 5,000 t = 50 t, though no file of figures knows the LEI."""
    done = month(
        tmp_path,
        holdings=[share("L1", OLD)],
        identifiers=[row("vendor", "V1", OLD, "vendor_id"), row("isin", SHARE, OLD, "share_class")],
        issuer_emissions=reported("V1", 5_000),
        issuer_financials=[balance(SHARE, 100_000_000)],
        evidence=[claim("V1", "revenue_share.palm", 9)],
        issuers=[{"issuer_id": "V1", "name": "Maker", "is_listed": True, "is_financial": False}],
    )
    assert done.position("L1")["financed_scope_1_2_tco2e"] == 50
    assert done.position("L1")["issuer_name"] == "Maker"
    assert len(claims_of(done, OLD)) == 1
    assert done.one("select issuer_id from core.verdict_explanations where evidence_id is not null limit 1") == {
        "issuer_id": OLD
    }
    assert steps(done, "issuer_emissions") == {("identifier_map", "V1", OLD, 2)}
    assert steps(done, "issuer_financials") == {("identifier_map", SHARE, OLD, 1)}


def test_a_merger_leaves_the_past_to_the_old_company(tmp_path: Path) -> None:
    """Figures of 2023 are the old company's. From the merger on its lines are the new one's, and unknown."""
    done = month(
        tmp_path,
        "2024-05:2024-12",
        holdings=[
            share("L1", OLD) | {"as_of_date": day}
            for day in ("2024-05-31", "2024-06-30", *(f"2024-{m:02}-{d}" for m, d in ((7, 31), (8, 31), (9, 30))))
        ]
        + [share("L1", OLD) | {"as_of_date": day} for day in ("2024-10-31", "2024-11-30", "2024-12-31")],
        identifiers=[MERGER],
        issuers=[{"issuer_id": NEW, "is_listed": True, "is_financial": False}],
        issuer_emissions=reported(OLD, 5_000),
        issuer_financials=[balance(OLD, 100_000_000), balance(NEW, 300_000_000)],
        evidence=[claim(OLD, "revenue_share.palm", 9, published_on="2024-04-01", known_from="2024-04-01")],
    )
    assert [issuer_of(done, "L1", day) for day in ("2024-05-31", "2024-06-30", "2024-12-31")] == [OLD, NEW, NEW]
    assert [scope_1(done, OLD, "2024-05-31"), scope_1(done, OLD), scope_1(done, NEW)] == [5_000, 5_000, None]
    assert len(claims_of(done, OLD)) == 1
    assert claims_of(done, NEW) == set()
    # no evidence about the new company: unknown, never cleared by the exclusion of the old one going away
    palm = done.one(
        "select outcome from core.issuer_verdicts where issuer_id = ? and rule_id = 'PALM-01' and as_of_date = ?",
        NEW,
        "2024-12-31",
    )
    assert palm["outcome"] == "UNKNOWN"
    status = "select carbon_status from marts.positions where as_of_date = '2024-12-31' and line_id = 'L1'"
    assert done.one(status) == {"carbon_status": "missing_emissions"}


@pytest.mark.parametrize(
    ("own", "expected"), [([], 7_000), (reported(NEW, 90_000, 2022), 90_000)], ids=["nothing else", "its own first"]
)
def test_what_is_still_told_under_the_old_id_after_a_merger(tmp_path: Path, own: list[Any], expected: int) -> None:
    """Fiscal year 2024 ends after the merger and was received after it: the new company's, where it has none itself."""
    done = month(
        tmp_path,
        "2025-06",
        holdings=[share("L1", OLD) | {"as_of_date": "2025-06-30"}],
        identifiers=[MERGER],
        issuer_emissions=[*reported(OLD, 7_000, 2024), *reported(OLD, 5_000, 2023), *own],
    )
    assert scope_1(done, NEW, "2025-06-30") == expected
    # fiscal year 2023 stays where it was
    assert scope_1(done, OLD, "2025-06-30") == 5_000


def test_a_year_that_ends_after_the_merger_but_was_told_before_it_is_the_old_companys(tmp_path: Path) -> None:
    early = claim(OLD, "revenue_share.palm", 9, fiscal_year=2024, published_on="2024-05-01")
    done = month(tmp_path, holdings=[share("L1", OLD)], identifiers=[MERGER], evidence=[early])
    assert claims_of(done, NEW) == set()
    assert len(claims_of(done, OLD)) == 1


def test_a_rename_takes_the_whole_past_along_from_its_day(tmp_path: Path) -> None:
    """The same company under another LEI: December sees 2023 under the new one, May saw it under the old one."""
    done = month(
        tmp_path,
        "2024-05:2024-06",
        holdings=[share("L1", OLD, **BEFORE), share("L1", OLD) | {"as_of_date": "2024-06-30"}],
        identifiers=[RENAME],
        issuer_emissions=reported(OLD, 5_000),
    )
    assert [scope_1(done, OLD, "2024-05-31"), scope_1(done, NEW, "2024-05-31")] == [5_000, None]
    assert [scope_1(done, OLD, "2024-06-30"), scope_1(done, NEW, "2024-06-30")] == [None, 5_000]


def test_mergers_one_after_the_other_are_followed_to_the_end_of_the_chain(tmp_path: Path) -> None:
    second = row("lei", MID, NEW, "merger", valid_from="2024-12-01")
    done = month(
        tmp_path,
        "2024-11:2024-12",
        holdings=[share("L1", OLD) | {"as_of_date": "2024-11-30"}, share("L1", OLD)],
        identifiers=[row("lei", OLD, MID, "merger", valid_from="2024-06-30"), second],
    )
    assert [issuer_of(done, "L1", "2024-11-30"), issuer_of(done, "L1")] == [MID, NEW]


def test_a_code_that_changed_hands_is_left_alone_when_nobody_can_say_who_was_meant(tmp_path: Path) -> None:
    """V1 was OLD's to the end of 2023 and is NEW's since. What is about 2022 and came in 2024 may be about either."""
    hands = [
        row("vendor", "V1", OLD, "vendor_id", valid_to="2024-01-01"),
        row("vendor", "V1", NEW, "vendor_id", valid_from="2024-01-01"),
    ]
    unclear = [{**each, "known_from": "2024-04-01"} for each in reported("V1", 1_000, 2022)]
    done = month(
        tmp_path,
        holdings=[share("L1", OLD), share("L2", NEW)],
        identifiers=hands,
        issuer_emissions=[
            *unclear,
            *reported("V1", 2_000, 2021),
            *reported("V1", 3_000, 2024, known_from="2024-11-01"),
        ],
    )
    # fiscal year 2021 came in April 2022: OLD's. Fiscal year 2024 is not over in December 2024 before its last day
    assert scope_1(done, OLD) == 2_000
    assert scope_1(done, NEW) == 3_000
    assert scope_1(done, "V1") == 1_000


def test_case_12_a_spin_off_is_no_row_of_the_map(tmp_path: Path) -> None:
    """screening.md case 12: a unit leaves its group in December 2023 under a LEI of its own.

    Both companies exist: ownership says that the unit left. The parent's old evidence is out of perimeter (unknown, not
    cleared), the unit has none of its own (unknown), and June 2023 is what it was.
    """
    unit, told = NEW, {"fiscal_year": 2022, "published_on": "2023-04-01", "unit": "bool"}
    done = month(
        tmp_path,
        "2023-06:2024-01",
        holdings=[
            share(name, issuer) | {"as_of_date": day}
            for name, issuer in (("L1", OLD), ("L2", unit))
            for day in SPIN_OFF_MONTHS
        ],
        identifiers=[row("vendor", "V-OLD", OLD, "vendor_id"), row("vendor", "V-UNIT", unit, "vendor_id")],
        ownership=[
            {"child_id": "V-UNIT", "parent_id": "V-OLD", "pct_capital": 100, "is_controlled": True,
             "valid_from": "2015-01-01", "valid_to": "2023-12-11", "known_from": "2015-01-01"},
        ],
        evidence=[
            claim("V-OLD", "pfas.producer", 1, model="OECD2021", **told),
            claim("V-OLD", "pfas.litigation_material", 1, **told),
        ],
    )  # fmt: skip
    query = (
        "select truth, outcome from core.issuer_verdicts where issuer_id = ? and rule_id = 'PFAS-W1' and as_of_date = ?"
    )

    def pfas(issuer: str, day: str) -> tuple[str, ...]:
        return tuple(done.one(query, issuer, day).values())

    assert pfas(OLD, "2023-06-30") == ("T", "ENGAGEMENT")
    assert pfas(OLD, "2024-01-31") == ("U", "WATCHLIST")
    assert pfas(unit, "2024-01-31") == ("U", "UNKNOWN")
    assert claims_of(done, unit, "2024-01-31") == set()


def test_ownership_names_the_companies_of_the_month_and_a_merged_subsidiary_is_none(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        holdings=[share("L1", MID)],
        identifiers=[MERGER],
        ownership=[
            {"child_id": MID, "parent_id": OLD, "pct_capital": 100, "valid_from": "2020-01-01"},
            {"child_id": OLD, "parent_id": NEW, "pct_capital": 100, "valid_from": "2020-01-01"},
        ],
    )
    links = done.rows("select child_id, parent_id from staging.ownership")
    assert links == [{"child_id": MID, "parent_id": NEW}]


def test_classifications_of_two_ids_do_not_add_up(tmp_path: Path) -> None:
    """Each of the issuer's two ids is said to count in full: the issuer counts once. A security's stays its own."""
    given = {"kind": "real_economy", "share": 1, "valid_from": "2020-01-01"}
    done = month(
        tmp_path,
        holdings=[share("L1", OLD)],
        identifiers=[
            row("vendor", "V1", OLD, "vendor_id"),
            row("vendor", "V2", OLD, "vendor_id"),
            row("isin", SHARE, OLD, "share_class"),
        ],
        classifications=[
            {"subject_id": subject, "code": code, **given}
            for subject, code in (("V1", "pme"), ("V2", "hospital"), (SHARE, "bond"))
        ],
    )
    assert done.rows("select subject_id, code from staging.classifications order by all") == [
        {"subject_id": OLD, "code": "pme"},
        {"subject_id": SHARE, "code": "bond"},
    ]


def test_figures_that_nobody_can_place_are_listed_once_a_file(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        holdings=[share("L1", OLD)],
        issuers=[{"issuer_id": OLD, "name": "Old"}],
        issuer_emissions=[*reported("V1", 1), *reported("V2", 2), *reported(OLD, 3)],
    )
    found = done.one("select * from audit.issuer_resolutions where dataset = 'issuer_emissions'")
    assert (found["step"], found["identifier"], found["line_count"], found["row"]) == ("unresolved", "V1", 4, 2)
    assert found["candidates"] == "2 identifiers that no row of identifiers or issuers has"


def test_a_year_before_the_merger_that_was_told_after_it_is_the_old_companys(tmp_path: Path) -> None:
    late = reported(OLD, 5_000, 2023, known_from="2024-09-01")
    done = month(tmp_path, holdings=[share("L1", OLD)], identifiers=[MERGER], issuer_emissions=late)
    assert (scope_1(done, OLD), scope_1(done, NEW)) == (5_000, None)
