"""docs/vectors.md: every vector of the methodology sheet is in it once, and its tests exist and name it."""

import ast
import re

import pytest

from impact_pipeline.settings import REPOSITORY

IDS = [f"P{number}" for number in range(1, 23)] + [f"D{number}" for number in range(1, 18)]
TESTS = REPOSITORY / "impact_pipeline_tests"


def listed():
    """Cells of each row of the table whose first one is an id."""
    text = (REPOSITORY / "docs" / "vectors.md").read_text(encoding="utf-8")
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|"))
    return [cells for cells in rows if re.fullmatch(r"[PD]\d+", cells[0])]


def source_of(reference):
    """Text of a test ``file::name``, empty when there is none."""
    file, _, name = reference.partition("::")
    path = TESTS / file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = [each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef) and each.name == name]
    # a name that is defined twice runs once
    return (ast.get_source_segment(text, found[0]) or "") if len(found) == 1 else ""


def test_each_vector_is_listed_once_in_order():
    assert [cells[0] for cells in listed()] == IDS


@pytest.mark.parametrize("cells", listed(), ids=lambda cells: cells[0])
def test_a_vector_has_tests_that_name_it_or_a_reason(cells):
    vector, _, tests, why_not = cells
    references = re.findall(r"`([^`]+)`", tests)
    for reference in references:
        words = re.split(r"[^A-Za-z0-9]+", source_of(reference))
        assert vector.lower() in map(str.lower, words), f"{reference} does not exist or does not name {vector}"
    through_files = [reference for reference in references if not reference.startswith("domain/")]
    assert through_files or why_not
