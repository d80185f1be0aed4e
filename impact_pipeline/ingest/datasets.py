"""Text tables of one dataset, from canonical files and from suppliers' ones, to its typed and checked rows."""

from collections.abc import Sequence

import polars as pl

from impact_pipeline.ingest import canonical
from impact_pipeline.ingest.corrections import Mending
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.tables import TextTable, no_rows
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.mapped import outputs_of
from impact_pipeline.ingest.profiles.recognition import Profile, read_with_profile
from impact_pipeline.ingest.row_rules import apply_rules
from impact_pipeline.schemas import TABLES


def tables_of(file: SourceFile, profiles: Sequence[Profile], mending: Mending) -> list[TextTable]:
    """Canonical text tables of a file, corrected: its own when it is canonical, else those its profile makes of it.

    Raises:
        SourceFileError: columns that neither the contract nor a profile knows, a cell that is not as stated, no rows.
    """
    profile, table = read_with_profile(file, profiles)
    if isinstance(profile, ColumnsProfile) and table is not None:
        outputs = [canonical.check_columns(output) for output in outputs_of(profile, mending.mend(table, {}))]
        if not outputs:
            raise no_rows(file)
        return outputs
    return [canonical.check_columns(mending.mend(canonical.read_table(file)))]


def typed_rows(dataset: str, tables: Sequence[TextTable], findings: Findings) -> pl.DataFrame:
    """Rows of a raw table from all its text tables, after the rules of the dataset."""
    table = TABLES[f"raw.{dataset}"]
    if not tables:
        return table.frame()
    batch = canonical.convert(canonical.batch_of(dataset, tables), findings)
    batch = apply_rules(batch, findings)
    ids = pl.Series([text.file.sha256 for text in tables], dtype=pl.String)
    frame = batch.frame.with_columns(ids.gather(batch.frame.get_column("_file")).alias("source_file_id"))
    absent = [
        pl.lit(None, dtype=table.polars_schema[name]).alias(name)
        for name in table.column_names
        if name not in frame.columns
    ]
    return frame.with_columns(absent).select(table.column_names)
