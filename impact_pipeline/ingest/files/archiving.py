"""The archive of input bytes: each content once, under its digest, never changed."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol


class Blob(NamedTuple):
    """Bytes to keep: their digest, where they came from, and the bytes that were read and checked."""

    sha256: str
    path: Path
    data: bytes


class HasBlobs(Protocol):
    """Anything with bytes to archive."""

    @property
    def blobs(self) -> Iterable[Blob]:
        """The bytes."""


def archive(delivery: HasBlobs, folder: Path) -> list[Path]:
    """Store the bytes of a checked delivery as ``ab/abcdef...``; content already there is left alone.

    Each file appears whole or not at all: written aside, flushed to disk, made read-only, then renamed.
    """
    stored = []
    for blob in delivery.blobs:
        target = folder / blob.sha256[:2] / blob.sha256
        stored.append(target)
        if target.exists() and target.stat().st_size == len(blob.data):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(blob.data)
                handle.flush()
                os.fsync(handle.fileno())
            Path(name).chmod(0o444)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)
    return stored


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
