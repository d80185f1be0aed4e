"""The code location: everything under ``defs/`` and the in-process executor."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All definitions. One process writes DuckDB at a time, so steps of a run share one process too."""
    with _without_collections():
        loaded = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
        return dg.Definitions.merge(loaded, dg.Definitions(executor=dg.in_process_executor))


@contextmanager
def _without_collections() -> Iterator[None]:
    """Put off the garbage collector: it would walk parse trees, which stay, again and again (a fifth of the load)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
