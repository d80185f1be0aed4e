"""The same for the demo's rule files: operators, thresholds, any/all, roles and admissible grades."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_OPERATORS = {">": ">=", ">=": ">", "<": "<=", "<=": "<", "is_true": "is_false", "is_false": "is_true"}
_WEAKER = {"A": "B", "B": "C", "C": "D", "D": "E", "E": "A"}


def changes(plain: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mistake of one rule, given as its plain JSON: what changed and the changed rule."""
    for told, criteria in _in(plain["criteria"]):
        yield told, {**plain, "criteria": criteria}
    for key in ("min_grade_true", "min_grade_false"):
        weaker = _WEAKER[plain["evidence"][key]]
        yield f"{key} -> {weaker}", {**plain, "evidence": {**plain["evidence"], key: weaker}}
    if plain.get("applies_if"):
        yield "applies_if dropped", {**plain, "applies_if": None}
    for key, other in (("true", "WATCHLIST"), ("unknown", "WATCHLIST"), ("unknown_exposed", "UNKNOWN")):
        if plain["outcome"][key] != other:
            yield f"outcome {key} -> {other}", {**plain, "outcome": {**plain["outcome"], key: other}}


def _in(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        for number, each in enumerate(node):
            for told, changed in _in(each, f"{place}[{number}]"):
                yield told, [*node[:number], changed, *node[number + 1 :]]
        return
    if not isinstance(node, dict):
        return
    yield from ((f"{place} {told}", changed) for told, changed in _here(node))
    for key, each in node.items():
        for told, changed in _in(each, f"{place}.{key}"):
            yield told, {**node, key: changed}


def _here(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "op" in node:
        yield f"{node['op']} -> {_OPERATORS[node['op']]}", {**node, "op": _OPERATORS[node["op"]]}
    if node.get("value") is not None:
        more = str(Decimal(node["value"]) + Decimal("0.1"))
        yield f"value {node['value']} -> {more}", {**node, "value": more}
    for word, other in (("any", "all"), ("all", "any")):
        if node.get(word) and len(node[word]) > 1:
            yield f"{word} -> {other}", {**node, word: None, other: node[word]}
    if node.get("at_least"):
        yield "at_least + 1", {**node, "at_least": {**node["at_least"], "n": node["at_least"]["n"] + 1}}
    if node.get("unless"):
        yield "unless dropped", {**node, "unless": []}
    for key in ("roles", "models"):
        if node.get(key):
            yield (
                f"{key} {node[key][-1]} dropped",
                {**node, key: node[key][:-1] or None if key == "models" else node[key][:-1]},
            )
    for key in ("set", "basis", "definition", "tier", "max_year"):
        if node.get(key) is not None:
            yield f"{key} dropped", {**node, key: None}
