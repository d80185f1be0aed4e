"""``defaults.yaml``: what rules of the policy share. A rule names the version it inherits; what it says itself wins.

The compiled rule shows every key, and its sha covers them all: new defaults are a new version that no signed rule
picks up by itself.
"""

from pathlib import Path
from typing import Any

from impact_pipeline.domain.screening.rule_parts import (
    Demands,
    HoldingTerms,
    Instruments,
    Near,
    Outcomes,
    Part,
    Propagation,
    Scope,
    Text,
    Version,
)
from impact_pipeline.ingest.policy.documents import single
from impact_pipeline.ingest.policy.strict_yaml import Document, parse

FILE = "defaults.yaml"


class Defaults(Part):
    """Keys of a rule that its file may leave out, under one id and version."""

    id: Text = "defaults"
    version: Version
    scope: Scope | None = None
    outcome: Outcomes | None = None
    evidence: Demands | None = None
    near: Near | None = None
    propagation: Propagation | None = None
    instruments: Instruments | None = None
    holdings: HoldingTerms | None = None


def read_defaults(folder: Path, files: list[str]) -> dict[str, dict[str, Any]]:
    """Keys by ``id@version``, as written; nothing without a file.

    Raises:
        PolicyFileError: an unknown key, a wrong value, the same version twice.
    """
    if FILE not in files:
        return {}
    document = single(folder, FILE)
    entries = [document]
    if isinstance(document.value, list):
        entries = [document.item(place) for place in range(len(document.value))]
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        defaults = parse(Defaults, entry)
        name = f"{defaults.id}@{defaults.version}"
        if name in found:
            entry.fail(("version",), f"{name} twice", "each version once")
        found[name] = {key: value for key, value in entry.value.items() if key not in ("id", "version")}
    return found


def inherited(document: Document, defaults: dict[str, dict[str, Any]]) -> Document:
    """The rule's document with the keys it leaves out taken from the defaults it names."""
    rule = document.value
    name = rule.get("inherits") if isinstance(rule, dict) else None
    if not isinstance(name, str):
        return document
    if name not in defaults:
        known = ", ".join(sorted(defaults)) or f"none: there is no {FILE}"
        document.fail(("inherits",), f"the defaults {name}", f"one of {FILE} ({known})")
    return Document(document.file, _merged(rule, defaults[name]), document.lines)


def _merged(own: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    both = dict(own)
    for key, value in shared.items():
        if key not in own:
            both[key] = value
        elif isinstance(value, dict) and isinstance(own[key], dict):
            both[key] = _merged(own[key], value)
    return both
