"""The same inputs give the same rows in every published table, with any number of threads, rows in any order."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from impact_pipeline.schemas import TABLES
from impact_pipeline.warehouse import connections
from impact_pipeline_tests.builders import Computed, Rows, compute, write_inputs
from impact_pipeline_tests.carbon.second_opinion.worlds import KNOWN_AS_OF, Maker, write_worlds

MARTS = sorted(name for name in TABLES if name.startswith("marts."))
#: Where a row came from changes with the order of the rows in the files; nothing else may.
PLACES = ("source_file_id", "source_row")
#: DuckDB gives a thread one row group at a time: a table must hold more than that for two threads to meet in it.
ROW_GROUP = 122_880


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Every connection opened meanwhile has so many threads (``warehouse.connections`` takes those of the machine)."""
    usual = connections.limits

    def limits(folder: Path) -> dict[str, Any]:
        return {**usual(folder), "threads": number}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "limits", limits)
        yield


def computed(inputs: Path, home: Path, number: int) -> dict[str, bytes]:
    """Every marts table as readers get it (in the order of its grain), columns with their types, as bytes."""
    with threads(number):
        done = compute(inputs, home, known_as_of=KNOWN_AS_OF.isoformat())
        assert done.one("select current_setting('threads') as threads")["threads"] == number
        return {name: _bytes(done, name) for name in MARTS}


def _bytes(done: Computed, name: str) -> bytes:
    frame = done.store.query(f"select * from {name} order by {', '.join(TABLES[name].grain)}")
    # exact: repr gives every bit of a double and the scale of a decimal
    return "\n".join([repr(frame.schema), *map(repr, frame.rows())]).encode()


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [name for name in MARTS if one[name] != other[name]]


def test_any_number_of_threads_gives_the_same_bytes(tmp_path: Path) -> None:
    inputs = write_worlds(tmp_path / "inputs", Maker(4).inputs(25))
    alone = computed(inputs, tmp_path / "alone", 1)
    assert len(MARTS) > 10
    assert alone["marts.portfolio_carbon"].count(b"\n") > 1_000
    for number in (2, 4):
        assert differing(alone, computed(inputs, tmp_path / f"with {number}", number)) == []


def rows_without_places(done: Computed) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(map(repr, done.table(name).drop(PLACES, strict=False).rows())) for name in MARTS}


def test_the_order_of_the_rows_in_the_files_changes_nothing(tmp_path: Path) -> None:
    data = Maker(5).inputs(25)
    shuffled: dict[str, Rows] = {name: Random(6).sample(rows, len(rows)) for name, rows in data.items()}
    assert shuffled["holdings"] != data["holdings"]
    until = KNOWN_AS_OF.isoformat()
    first = compute(write_worlds(tmp_path / "first", data), tmp_path / "home 1", known_as_of=until)
    # and one file where there were two
    second = compute(write_inputs(tmp_path / "second", **shuffled), tmp_path / "home 2", known_as_of=until)
    ours, theirs = rows_without_places(first), rows_without_places(second)
    assert [name for name in MARTS if ours[name] != theirs[name]] == []
    assert len(ours["marts.positions"]) > 500


@pytest.mark.slow
def test_threads_that_really_share_the_work_give_the_same_bytes(tmp_path: Path) -> None:
    """Enough positions for several threads to meet in every sum."""
    data = Maker(7).inputs(60)
    copies = [
        {**row, "line_id": f"{row['line_id']}/{number}"}
        for row in data["holdings"] if not row["fund_id"] for number in range(60)
    ]  # fmt: skip
    held = [row for row in data["holdings"] if row["fund_id"]]
    inputs = write_worlds(tmp_path / "inputs", {**data, "holdings": [*held, *copies]})
    alone = computed(inputs, tmp_path / "alone", 1)
    assert alone["marts.positions"].count(b"\n") > ROW_GROUP
    for number in (2, 4):
        assert differing(alone, computed(inputs, tmp_path / f"with {number}", number)) == []
