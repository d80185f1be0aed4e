"""The JSON Schemas for editors: fresh, and they accept and refuse what the loader accepts and refuses."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.ingest.policy.strict_yaml import read_documents
from impact_pipeline.publishing.policy_schemas import MODELS, schemas
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.ingest.test_corrections import BY_KEY, CORRECTION
from impact_pipeline_tests.ingest.test_expected_files import EXPECTED
from impact_pipeline_tests.ingest.test_policy import OVERRIDE, RULE

RULE_FILES = sorted(
    path
    for place in ("demo/policy/rules", "reference/packs")
    for path in (REPOSITORY / "data" / place).rglob("*@*.yaml")
)
TYPES = {
    "string": str, "integer": int, "boolean": bool, "null": type(None), "array": list, "object": dict,
}  # fmt: skip


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a plain value fits a schema: the keywords our schemas use, and an error for any other."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return all(_keyword(value, key, schema[key], schema, root) for key in schema)


def _keyword(value: Any, key: str, wanted: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    match key:
        case "type":
            return isinstance(value, TYPES[wanted]) and not (wanted == "integer" and isinstance(value, bool))
        case "enum":
            return value in wanted
        case "const":
            return value == wanted
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "minLength" | "minItems" | "minProperties":
            return not hasattr(value, "__len__") or len(value) >= wanted
        case "maxItems" | "maxLength":
            return not hasattr(value, "__len__") or len(value) <= wanted
        case "minimum":
            return not isinstance(value, int) or value >= wanted
        case "maximum":
            return not isinstance(value, int) or value <= wanted
        case "anyOf":
            return any(fits(value, part, root) for part in wanted)
        case "oneOf":
            return sum(fits(value, part, root) for part in wanted) == 1
        case "items":
            return not isinstance(value, list) or all(fits(item, wanted, root) for item in value)
        case "prefixItems":
            return all(fits(item, part, root) for item, part in zip(value, wanted, strict=False))
        case "required":
            return not isinstance(value, dict) or set(wanted) <= set(value)
        case "properties":
            return not isinstance(value, dict) or all(fits(value[k], wanted[k], root) for k in value if k in wanted)
        case "additionalProperties":
            free = set(value) - set(schema.get("properties", ())) if isinstance(value, dict) else set()
            return not free if wanted is False else all(fits(value[k], wanted, root) for k in free)
        case "propertyNames":
            return not isinstance(value, dict) or all(fits(key, wanted, root) for key in value)
        case "if":
            branch = schema.get("then" if fits(value, wanted, root) else "else")
            return branch is None or fits(value, branch, root)
        case "then" | "else" | "$schema" | "$defs" | "title" | "description" | "default" | "format":
            return True
    raise AssertionError(f"the schema uses {key}, which this test cannot judge")


def plain(value: Any) -> Any:
    """As an editor reads the file: days are text."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def accepted(text: str, name: str, tmp_path: Path) -> bool:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    schema = json.loads(schemas()[f"{name}.schema.json"])
    (document,) = read_documents(file, "x.yaml")
    return fits(plain(document.value), schema, schema)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_committed_schema_is_fresh(name: str) -> None:
    committed = REPOSITORY / "docs" / "schemas" / f"{name}.schema.json"
    assert committed.read_text(encoding="utf-8") == schemas()[committed.name], "run `make docs` and commit docs/schemas"
    assert {file.name for file in committed.parent.iterdir()} == set(schemas())


def test_there_are_rule_files() -> None:
    assert len(RULE_FILES) == 21  # 7 of the demo, 7 letters, 4 of the label, 3 of the peer


@pytest.mark.parametrize("file", RULE_FILES, ids=lambda file: file.stem)
def test_every_shipped_rule_fits_and_names_the_schema(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert accepted(text, "rule", tmp_path)
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert found
    assert (file.parent / found[1]).resolve() == REPOSITORY / "docs" / "schemas" / "rule.schema.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('value: "5"', "value: 5"),
        ('value: "5"', 'value: "5,5"'),
        ('value: "5"', 'vaule: "5"'),
        ('      value: "5"\n', ""),
        ('op: ">"', "op: is_true"),
        ('op: ">"', 'op: "=>"'),
        ("  any:\n", "  some:\n"),
        ("  any:\n", "  all: []\n  any:\n"),
        ("status: approved", "status: agreed"),
        ("id: TEST-01\n", ""),
        ('approved: {by: "Comité", on: 2018-12-14, minutes: "CR-1"}\n', ""),
        ("criteria:", "holdings: {divest_days: -1}\ncriteria:"),
        ("criteria:", 'outcome: {"unknown": CLEARED}\ncriteria:'),
    ],
)
def test_an_editor_marks_what_the_loader_refuses(old: str, new: str, tmp_path: Path) -> None:
    assert old in RULE
    assert accepted(RULE, "rule", tmp_path)
    assert not accepted(RULE.replace(old, new), "rule", tmp_path)


def test_a_rule_may_leave_out_what_defaults_fill(tmp_path: Path) -> None:
    assert accepted("inherits: defaults@1\n" + RULE, "rule", tmp_path)
    assert not accepted("inherits: 1\n" + RULE, "rule", tmp_path)


PROFILE_FILES = sorted((REPOSITORY / "data" / "demo" / "policy" / "profiles").glob("*.yaml"))


@pytest.mark.parametrize("file", PROFILE_FILES, ids=lambda file: file.stem)
def test_every_shipped_profile_fits_and_names_the_schema_of_its_kind(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    (document,) = read_documents(file, file.name)
    name = f"profile_{document.value['kind']}"
    assert accepted(text, name, tmp_path)
    assert text.startswith(f"# yaml-language-server: $schema=../../../../docs/schemas/{name}.schema.json\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: columns", "kind: column"),
        ('decimal: ","', "decimal: comma"),
        ("totals:", "total:"),
        ('as_of_date: {heading_line: "Date d\'inventaire"}', "as_of_date: {headingline: Date}"),
        ("dataset: holdings\nextensions", "dataset: positions\nextensions"),
    ],
)
def test_an_editor_marks_a_wrong_profile(old: str, new: str, tmp_path: Path) -> None:
    text = next(file for file in PROFILE_FILES if file.stem == "custodian_fr").read_text(encoding="utf-8")
    assert old in text
    assert not accepted(text.replace(old, new), "profile_columns", tmp_path)


def test_overrides_name_the_issuer_once_under_either_name(tmp_path: Path) -> None:
    assert accepted(OVERRIDE, "override", tmp_path)
    assert accepted(OVERRIDE.replace("issuer_lei", "issuer_id"), "override", tmp_path)
    assert not accepted(OVERRIDE.replace("issuer_lei: X\n", ""), "override", tmp_path)
    assert not accepted(OVERRIDE.replace("approver: c.y\n", ""), "override", tmp_path)


def test_an_engagement_has_milestones(tmp_path: Path) -> None:
    text = "id: ENG-12\nissuer_lei: X\ntheme: pfas\nopened: 2026-01-10\nask_fr: plan\nchannel: lettre\nmilestones: "
    assert accepted(text + "[{due: 2026-06-30, what: réponse}]\n", "engagement", tmp_path)
    assert not accepted(text + "[]\n", "engagement", tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  approver: c.durand\n", ""),
        ("dataset: holdings", "dataset: holding"),
        ('old: "100.5"', 'odl: "100.5"'),
        ("row: 2", 'row: "2"'),
        ('  file: "2024-12.csv"\n', ""),
        ("id: COR-1", "id: cor 1"),
        ("  row: 2\n", "  row: 2\n  key: {line_id: L1}\n"),
    ],
)
def test_corrections_name_their_cell_in_one_way(old: str, new: str, tmp_path: Path) -> None:
    assert old in CORRECTION
    assert accepted(CORRECTION, "corrections", tmp_path)
    assert accepted(BY_KEY, "corrections", tmp_path)
    assert not accepted(CORRECTION.replace(old, new), "corrections", tmp_path)


def test_expected_files_are_a_list(tmp_path: Path) -> None:
    assert accepted(EXPECTED, "deliveries", tmp_path)
    assert not accepted(EXPECTED.replace("due_days: 5", "due_days: -1"), "deliveries", tmp_path)
    assert not accepted(EXPECTED.replace("required: true, ", ""), "deliveries", tmp_path)
