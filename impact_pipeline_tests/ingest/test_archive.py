"""The archive keeps each content once, whole and unchangeable; reading writes nothing."""

import hashlib
import stat
from pathlib import Path

import pytest

from impact_pipeline.ingest import Blob, archive
from impact_pipeline_tests.ingest.deliveries import Folder


class Blobs:
    def __init__(self, *contents: bytes) -> None:
        self.blobs = [Blob(hashlib.sha256(content).hexdigest(), Path("x"), content) for content in contents]


def test_the_bytes_that_were_read_are_kept_under_their_digest(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "inputs")
    delivery = folder.read()
    assert not (tmp_path / "archive").exists()
    original = (tmp_path / "inputs/holdings/2024-12.csv").read_bytes()
    folder.write("holdings/2024-12.csv", "changed meanwhile")
    stored = archive(delivery, tmp_path / "archive")
    digest = hashlib.sha256(original).hexdigest()
    kept = tmp_path / "archive" / digest[:2] / digest
    assert kept in stored
    assert kept.read_bytes() == original
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444
    assert sorted(path.name for path in stored) == sorted(delivery.source_files["source_file_id"])
    for path in stored:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def test_archiving_again_changes_nothing(tmp_path: Path) -> None:
    first = archive(Blobs(b"a"), tmp_path)[0]
    before = first.stat().st_mtime_ns, first.stat().st_ino
    archive(Blobs(b"a", b"b"), tmp_path)
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == before
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        archive(Blobs(b"a"), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
