"""What people see: the list of resolutions, and a security that is not held but known to the map."""

from pathlib import Path

from impact_pipeline.publishing.figures import VIEWS
from impact_pipeline.publishing.pretrade import _CANDIDATES
from impact_pipeline_tests.identifiers.worlds import NEW, OLD, OTHER_ISIN, SHARE, month, row, share


def test_unresolved_ones_come_first_by_exposure(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        holdings=[
            share("L1", OLD) | {"market_value": 9},
            share("L2", "SMALL") | {"market_value": 1},
            share("L3", "LARGE") | {"market_value": 5},
        ],
    )
    asked = VIEWS["resolutions"].replace("$month", "date '2024-12-31'")
    found = [(each["step"], each["identifier"]) for each in done.rows(asked)]
    assert found == [("unresolved", "LARGE"), ("unresolved", "SMALL"), ("lei", OLD)]


def test_a_security_that_nobody_holds_leads_to_its_issuer_of_the_day(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        holdings=[share("L1", OLD)],
        identifiers=[
            row("isin", SHARE, OLD, "share_class"),
            row("isin", OTHER_ISIN, OLD, "adr", valid_to="2024-12-31"),
            row("lei", OLD, NEW, "merger", valid_from="2024-06-30"),
        ],
    )
    asked = _CANDIDATES.replace("$month", "date '2024-12-31'")
    assert done.rows(asked.replace("$ident", f"'{SHARE}'")) == [{"issuer_id": NEW}]
    assert done.rows(asked.replace("$ident", f"'{OTHER_ISIN}'")) == []
