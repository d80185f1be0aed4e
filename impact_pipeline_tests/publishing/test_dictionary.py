"""The committed data dictionary says what the schemas say."""

from impact_pipeline.publishing.dictionary import dictionary
from impact_pipeline.settings import REPOSITORY


def test_the_data_dictionary_is_fresh():
    committed = (REPOSITORY / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert committed == dictionary(), "run `make docs` and commit docs/data_dictionary.md"
