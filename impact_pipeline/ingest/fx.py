"""European Central Bank month-end rates of the reference folder: what counts where the delivery gives no rate."""

from dataclasses import dataclass

import polars as pl

from impact_pipeline.ingest.canonical import batch_of, convert, read_table
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.reference import FX_FILE
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import REFERENCE


@dataclass(frozen=True)
class ReferenceRates:
    """Rates of the reference file, with the file they came from."""

    file: SourceFile
    frame: pl.DataFrame


def reference_rates() -> ReferenceRates:
    """All rates of the reference file. ``core.fx_rates`` takes the delivery's own rate first."""
    file = SourceFile("fx_rates", f"reference/{FX_FILE}", REFERENCE / FX_FILE)
    batch = convert(batch_of("fx_rates", [read_table(file)]), Findings())
    frame = batch.frame.with_columns(pl.lit(file.sha256).alias("source_file_id"))
    return ReferenceRates(file, frame.select(TABLES["raw.fx_rates"].column_names))
