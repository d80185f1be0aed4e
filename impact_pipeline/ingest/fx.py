"""European Central Bank rates of the reference folder, for currencies that the delivery does not give."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from impact_pipeline.ingest.canonical import batch_of, convert, read_table
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.reference import FX_FILE
from impact_pipeline.ingest.sources import SourceFile
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import REFERENCE


@dataclass(frozen=True)
class _Excerpt(SourceFile):
    """Some rows of a file: its bytes are the excerpt, so that its digest says exactly what was used."""

    content: bytes = b""

    @property
    def data(self) -> bytes:
        """The bytes of the excerpt."""
        return self.content


@dataclass(frozen=True)
class ReferenceRates:
    """Rates taken from the reference file."""

    file: SourceFile
    frame: pl.DataFrame


def reference_rates(own: pl.DataFrame) -> ReferenceRates | None:
    """Rates of the currencies that ``own`` (the delivery's fx_rates) does not have; nothing when it has all.

    The excerpt, not the whole file, is archived: rows behind a ``source_file_id`` never change.
    """
    given = set(own.get_column("currency").unique().to_list())
    path = REFERENCE / FX_FILE
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[1] not in given]
    if not kept:
        return None
    content = "\n".join([header, *kept, ""]).encode()
    file = _Excerpt("fx_rates", f"reference/{FX_FILE}", Path(path), content)
    batch = convert(batch_of("fx_rates", [read_table(file)]), Findings())
    frame = batch.frame.with_columns(pl.lit(file.sha256).alias("source_file_id"))
    return ReferenceRates(file, frame.select(TABLES["raw.fx_rates"].column_names))
