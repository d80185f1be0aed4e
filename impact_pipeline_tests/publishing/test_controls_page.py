"""The committed list of controls says what the checks say."""

from impact_pipeline.publishing.controls import controls
from impact_pipeline.settings import REPOSITORY, SQL_MODELS


def test_the_list_of_controls_is_fresh():
    committed = (REPOSITORY / "docs" / "controls.md").read_text(encoding="utf-8")
    assert committed == controls(), "run `make docs` and commit docs/controls.md"


def test_every_check_is_there_with_the_threshold_that_it_reads():
    text = controls()
    for path in (SQL_MODELS / "tests").glob("*.sql"):
        assert text.count(f"tests/{path.name}`") == 1
    by_check = {line.split("**")[1]: line for line in text.splitlines() if line.startswith("* **")}
    assert "`fx_tolerance_ratio`" in by_check["supplier_rates_follow_the_reference"]
    assert "`moved_value_threshold_ratio`" in by_check["lines_that_come_are_paid_for"]
    assert "Threshold" not in by_check["every_line_has_a_value"]
