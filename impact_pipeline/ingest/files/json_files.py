"""JSON files as tables of text cells: lists of records, flat or nested."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import (
    TextTable,
    check_cells,
    check_header,
    check_not_empty,
    no_rows,
    unreadable,
)


class _RepeatedKeyError(ValueError):
    """A JSON object that names a column twice."""


def read_json(file: SourceFile, explode: Sequence[str] | None = None) -> TextTable:
    """A list of records; numbers keep the digits they were written with, records are counted from 1.

    With ``explode``, records may be nested: ``a.b`` is the value under ``b`` of the object under ``a``. What is named
    in ``explode`` makes one row of each of its objects, beside what the record says itself: a list, or an object whose
    keys are years or codes (the key is ``a.*``). Other lists are left alone. Rows keep the number of their record.
    """
    check_not_empty(file)
    records = _records(file)
    numbered = list(enumerate(records, 1))
    if explode is not None:
        numbered = [(number, row) for number, record in numbered for row in _flattened(record, tuple(explode))]
    if not numbered:
        raise no_rows(file)
    keys = list(dict.fromkeys(key for _, record in numbered for key in record))
    header = check_header(file, keys, row=None)
    columns = {
        name: pl.Series(
            [_json_text(file, number, name, record.get(key)) for number, record in numbered], dtype=pl.String
        )
        for name, key in zip(header, keys, strict=True)
    }
    return check_cells(
        TextTable(file, pl.DataFrame(columns), pl.Series([number for number, _ in numbered], dtype=pl.Int64))
    )


def _flattened(record: dict[str, Any], explode: tuple[str, ...], path: str = "") -> list[dict[str, Any]]:
    """Flat rows of a nested record: one, or one for each item of the lists to explode."""
    rows: list[dict[str, Any]] = [{}]
    for key, value in record.items():
        name = f"{path}{key}"
        if name in explode and isinstance(value, dict | list):
            inner = [row for item in _items(value) for row in _flattened(item, explode, f"{name}.")] or [{}]
        elif isinstance(value, dict):
            inner = _flattened(value, explode, f"{name}.")
        elif isinstance(value, list):
            continue
        else:
            inner = [{name: value}]
        rows = [row | more for row in rows for more in inner]
    return rows


def _items(value: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any]]:
    """Objects of a list, or of an object whose keys are years or codes; the key is then found under ``*``."""
    named = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in named:
        if isinstance(item, dict):
            yield item if key is None else {"*": key, **item}


def _records(file: SourceFile) -> list[dict[str, Any]]:
    try:
        content = json.loads(
            file.data.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_record,
        )
    except UnicodeDecodeError as error:
        raise SourceFileError(file.name, f"bytes that are not UTF-8 at position {error.start}", "UTF-8 text") from None
    except _RepeatedKeyError as error:
        raise SourceFileError(file.name, "a record that names a column twice", "each once", column=str(error)) from None
    except json.JSONDecodeError as error:
        raise SourceFileError(
            file.name,
            f"text that is not JSON ({error.msg})",
            "a list of records",
            row=error.lineno,
            hint="The file may be cut: ask for it again",
        ) from None
    except RecursionError as error:
        raise unreadable(file, "JSON", error) from None
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else None
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise SourceFileError(file.name, "something else than a list of records", "[{column: value, ...}, ...]")
    if not content:
        raise no_rows(file)
    return content


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _RepeatedKeyError(next(key for key, count in Counter(k for k, _ in pairs).items() if count > 1))
    return record


def _json_text(file: SourceFile, row: int, column: str, value: Any) -> str | None:
    if isinstance(value, str) and any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise SourceFileError(file.name, "half of a character (\\ud8..)", "text", row=row, column=column)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise SourceFileError(file.name, "a nested value", "text, a number, true, false or null", row=row, column=column)
