"""Which of two Tripartite Templates describes an issuer: told by the files' names, never by their digests."""

from pathlib import Path

import pytest

from impact_pipeline_tests.builders import compute
from impact_pipeline_tests.ingest.deliveries import LEI, Folder, position, tpt_json

FRENCH = tpt_json(position(f1="A", f47=LEI, f46="Maker", f52="FR", f54="C1107"))
GERMAN = tpt_json(position(f1="B", f47=LEI, f46="Maker AG", f52="DE", f54="C2020"))


@pytest.mark.parametrize(("first", "second", "country"), [(FRENCH, GERMAN, "FR"), (GERMAN, FRENCH, "DE")])
def test_the_first_file_by_name_describes_the_issuer(tmp_path: Path, first: str, second: str, country: str) -> None:
    folder = Folder(tmp_path / "inputs", None).write("holdings/a.json", first).write("holdings/b.json", second)
    done = compute(folder.path, tmp_path / "home", "2024-12")
    assert done.one("select country from core.issuers where issuer_id = ?", LEI) == {"country": country}


def test_a_file_with_the_sector_comes_first(tmp_path: Path) -> None:
    unsaid = tpt_json(position(f1="C", f47=LEI, f46="Maker", f52="IT"))
    folder = Folder(tmp_path / "inputs", None).write("holdings/0.json", unsaid).write("holdings/b.json", FRENCH)
    done = compute(folder.path, tmp_path / "home", "2024-12")
    assert done.one("select country from core.issuers where issuer_id = ?", LEI) == {"country": "FR"}
