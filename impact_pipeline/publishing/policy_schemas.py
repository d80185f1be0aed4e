"""JSON Schemas of the policy's files, for editors: ``python -m impact_pipeline.publishing.policy_schemas FOLDER``.

Made from the same models that read the files. An editor with YAML support that sees the first line of a rule file
(``# yaml-language-server: $schema=…``) offers the keys and marks what the loader would refuse. The loader refuses more:
what depends on several keys, sets and versions.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from impact_pipeline.domain.screening.decisions import Engagement, Override
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.ingest.expected_files import ExpectedFile
from impact_pipeline.ingest.policy.corrections import Correction
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.template import TemplateProfile

MODELS: dict[str, type[BaseModel]] = {
    "rule": Rule,
    "override": Override,
    "engagement": Engagement,
    "profile_columns": ColumnsProfile,
    "profile_tpt": TemplateProfile,
    "corrections": Correction,
    "deliveries": ExpectedFile,
}
#: Files that are lists of entries.
_LISTS = ("corrections", "deliveries")
_ONE_PLACE = {"oneOf": [{"required": ["file", "row"]}, {"required": ["key"]}]}
_FLAGS = ["is_true", "is_false"]
_THRESHOLD = {
    "if": {"properties": {"op": {"enum": _FLAGS}}},
    "then": {"properties": {"value": {"type": "null"}}},
    "else": {"required": ["value"]},
}
_ONE_LOGIC = {"oneOf": [{"required": [key]} for key in ("any", "all", "at_least")]}
_SIGNED = {
    "if": {"properties": {"status": {"const": "approved"}}},
    "then": {"required": ["approved"], "properties": {"approved": {"type": "object"}}},
}


def schemas() -> dict[str, str]:
    """Text of every schema by file name."""
    return {
        f"{name}.schema.json": json.dumps(_schema(name), ensure_ascii=False, indent=2) + "\n" for name in sorted(MODELS)
    }


def _schema(name: str) -> dict[str, Any]:
    model = MODELS[name]
    found = model.model_json_schema()
    if model is Rule:
        found["$defs"]["Criterion"] |= _THRESHOLD
        found["$defs"]["Group"] |= _ONE_LOGIC
        found |= _SIGNED
    elif name in _LISTS:
        found = {"items": found | (_ONE_PLACE if model is Correction else {}), "type": "array"}
    elif model in (Override, Engagement):
        # the issuer may be written under either name, pydantic shows the first one only
        found["properties"]["issuer_id"] = found["properties"]["issuer_lei"] | {"title": "Issuer Id"}
        found["required"].remove("issuer_lei")
        found["oneOf"] = [{"required": ["issuer_lei"]}, {"required": ["issuer_id"]}]
    elif model is ColumnsProfile:
        # a heading alone stands for a source
        heading_or_source = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Source"}]}
        found["$defs"]["Output"]["properties"]["columns"]["additionalProperties"] = heading_or_source
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def write(folder: Path) -> None:
    """Write every schema into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
