"""Policy files read strictly: the small, unambiguous part of YAML, every value with its line.

YAML 1.1 reads ``1_2`` as 12, ``no`` as false, ``010`` as 8 and 0.1 as a float; a policy that people sign must
not depend on that. So anchors, tags, duplicate keys, floats and ambiguous words are refused, and keys are
always plain text.
"""

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from impact_pipeline.errors import PolicyFileError

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
#: The parser in C where it was built: ten times as fast, the same events.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")

Key = str | int
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """One YAML document: plain values, and the line of every key and item."""

    file: str
    value: Any
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)

    def fail(
        self, path: tuple[Key, ...], found: str, expected: str, *, key: str | None = None, hint: str = ""
    ) -> NoReturn:
        """Raise ``PolicyFileError`` at the deepest line known for ``path``."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        column = key or next((str(part) for part in reversed(path) if isinstance(part, str)), None)
        raise PolicyFileError(self.file, found, expected, row=self.lines.get(known), column=column, hint=hint)

    def item(self, position: int) -> "Document":
        """One item of a document that is a list."""
        lines = {path[1:]: line for path, line in self.lines.items() if path[:1] == (position,)}
        return Document(self.file, self.value[position], lines)


def read_documents(path: Path, name: str) -> list[Document]:
    """Read the documents of a policy file, empty ones left out.

    Raises:
        PolicyFileError: too large, not UTF-8, not YAML, or more YAML than the policy allows.
    """
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise PolicyFileError(name, f"{len(data)} bytes", f"at most {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PolicyFileError(name, "bytes that are not UTF-8", "UTF-8 text", row=line) from None
    try:
        _refuse_tricks(text, name)
        nodes = list(yaml.compose_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row = None if mark is None else mark.line + 1
        raise PolicyFileError(name, error.problem or "text that is not YAML", "valid YAML", row=row) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise PolicyFileError(name, f"the character #x{error.character:04x}", "printable text", row=line) from None
    found = []
    for node in nodes:
        lines: dict[tuple[Key, ...], int] = {}
        value = _plain(node, (), lines, name)
        if value is not None:
            found.append(Document(name, value, lines))
    return found


def _refuse_tricks(text: str, name: str) -> None:
    """Refuse what makes a file read differently from what it shows, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        row = _row(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise PolicyFileError(name, "an anchor or alias (& or *)", "the value written out", row=row)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise PolicyFileError(name, f"the tag {tag}", "values without tags", row=row)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PolicyFileError(name, f"more than {MAX_DEPTH} levels", "a flatter structure", row=row)


def _plain(node: yaml.Node, path: tuple[Key, ...], lines: dict[tuple[Key, ...], int], name: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, place), lines, name) for place, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            row = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise PolicyFileError(name, "a list or mapping used as a key", "a word", row=row)
            key = key_node.value
            if key in found:
                raise PolicyFileError(name, f"the key {key} twice", "each key once", row=row, column=key)
            lines[(*path, key)] = row
            found[key] = _plain(child, (*path, key), lines, name)
        return found
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, name)
    raise PolicyFileError(name, "something that is no value", "a value", row=_row(node))


def _row(part: "yaml.Event | yaml.Node") -> int | None:
    return None if part.start_mark is None else part.start_mark.line + 1


def _scalar(node: yaml.ScalarNode, path: tuple[Key, ...], name: str) -> Any:
    kind, text = node.tag.removeprefix(_TAG), node.value
    row = node.start_mark.line + 1
    column = next((str(part) for part in reversed(path) if isinstance(part, str)), None)
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    if kind == "int" and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if kind == "timestamp" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise PolicyFileError(name, f"the day {text}", "a day of the calendar", row=row, column=column) from None
    raise PolicyFileError(
        name, f"{text} without quotes", f'the text between quotes: "{text}"', row=row, column=column,
        hint="YAML reads it as something else than what it shows",
    )  # fmt: skip


def parse(model: type[Model], document: Document) -> Model:
    """Check a document against ``model``; the first fault is raised with file, line, key and a suggestion."""
    if not isinstance(document.value, dict):
        document.fail((), f"a {type(document.value).__name__}", "keys and values")
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        order = {"extra_forbidden": 0, "missing": 1}
        first = min(error.errors(), key=lambda fault: order.get(fault["type"], 2))
        _fail(model, document, first)


def _fail(model: type[BaseModel], document: Document, fault: ErrorDetails) -> NoReturn:
    path = _written_path(document.value, fault["loc"])
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if fault["type"] == "extra_forbidden":
        word = str(path[-1])
        near = difflib.get_close_matches(word, known_keys(model), n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        document.fail(path, f"the unknown key {word}", f"a key of {_about(model)}", hint=hint)
    if fault["type"] == "missing":
        document.fail(path, f"no {path[-1]}", f"the key {path[-1]}")
    if fault["type"] == "missing_threshold":
        document.fail(path, "no value", message, key="value")
    found = fault["input"]
    shown = "keys " + ", ".join(map(str, found)) if isinstance(found, dict) else repr(found)
    expected, hint = message[:1].lower() + message[1:], ""
    if isinstance(found, dt.date | int | float) and fault["type"] in ("string_type", "model_type"):
        shown, hint = f"{found} without quotes", f'Write "{found}": YAML takes it for a {_yaml_kind(found)}'
    document.fail(path, shown, expected, hint=hint)


def _yaml_kind(value: dt.date | float) -> str:
    if isinstance(value, bool):
        return "yes or no"
    return "date" if isinstance(value, dt.date) else "number"


def _written_path(value: Any, location: tuple[Key, ...]) -> tuple[Key, ...]:
    """The path as written in the file: names that pydantic adds for the branches of a union are taken out."""
    path: list[Key] = []
    for place, part in enumerate(location):
        is_last = place == len(location) - 1
        inside = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if inside:
            value = value[part]
            path.append(part)
        elif is_last and part not in ("criterion", "group"):
            path.append(part)
    return tuple(path)


def known_keys(model: type[BaseModel]) -> list[str]:
    """Every key that may be written somewhere in ``model``."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _about(model: type[BaseModel]) -> str:
    return {"Rule": "the rule language", "Methodology": "methodology.yaml", "Target": "targets.yaml"}.get(
        model.__name__, "the file"
    )
