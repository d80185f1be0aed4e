"""Canonical files: the columns of the contract, from any kind of file, to one typed batch per dataset."""

from collections.abc import Sequence

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import Batch, typed
from impact_pipeline.ingest.files.csv_bytes import encoding_of, slices
from impact_pipeline.ingest.files.csv_files import read_csv, wrong_delimiter
from impact_pipeline.ingest.files.json_files import read_json
from impact_pipeline.ingest.files.sources import SourceFile, nearest
from impact_pipeline.ingest.files.tables import TextTable, as_text, read_parquet
from impact_pipeline.ingest.files.workbooks import read_sheet
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.schemas import PROVENANCE, TABLES, Column
from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.schemas.table import TEXT

PROFILE_ID = "canonical"

#: Columns of the raw tables that no canonical file carries.
_DERIVED = {
    "holdings": ("valuation_date", "quotation_currency", "market_value_quotation"),
    "portfolios": ("net_asset_value", "unit_price", "unit_count"),
}
#: Columns the raw table needs but a file may leave out: filled by a rule of the dataset.
_FILLED = {
    "holdings": ("asset_class",),
    "sovereigns": ("known_from",),
    "fund_declarations": ("known_from",),
    "identifiers": ("valid_from",),
}
#: Closed lists that depend on the dataset, because the column's name has several meanings.
_WORDS = {
    ("portfolios", "kind"): words.PORTFOLIO_KINDS,
    ("classifications", "kind"): words.CLASSIFICATION_KINDS,
    ("issuer_emissions", "basis"): words.EMISSION_BASES,
    ("evidence", "basis"): words.EVIDENCE_BASES,
    ("identifiers", "reason"): words.IDENTIFIER_REASONS,
}


def columns_of(dataset: str) -> list[Column]:
    """Columns that a canonical file of the dataset may have."""
    left_out = (*PROVENANCE, *_DERIVED.get(dataset, ()))
    return [column for column in TABLES[f"raw.{dataset}"].columns if column.name not in left_out]


def required_columns(dataset: str) -> list[str]:
    """Columns that every canonical file of the dataset must have, with no empty cell."""
    table = TABLES[f"raw.{dataset}"]
    free = table.nullable | set(_FILLED.get(dataset, ()))
    return [column.name for column in columns_of(dataset) if column.name not in free]


def read_table(file: SourceFile) -> TextTable:
    """Text cells of a file in the canonical shape of its kind."""
    if file.extension == "csv":
        encoding = encoding_of(file)
        first = next(slices(file, encoding)).split(b"\n", 1)[0].decode()
        wrong_delimiter(file, first.split(","))
        return read_csv(file, encoding)
    if file.extension == "json":
        return read_json(file)
    return read_parquet(file) if file.extension == "parquet" else read_sheet(file)


def check_columns(table: TextTable) -> TextTable:
    """Refuse columns that the contract does not have and keys that are missing."""
    file = table.file
    known = [column.name for column in columns_of(table.dataset)]
    row = 1 if file.extension in ("csv", "xlsx") else None
    for name in table.frame.columns:
        if name not in known:
            raise SourceFileError(
                file.name,
                "a column that the contract does not have",
                "one of " + ", ".join(known),
                row=row,
                column=name,
                hint=nearest(name, known),
            )
    for name in required_columns(table.dataset):
        if name not in table.frame.columns:
            raise SourceFileError(file.name, "no such column", "a column that is never absent", row=row, column=name)
    return table


def batch_of(dataset: str, tables: Sequence[TextTable]) -> Batch:
    """Rows of several files, with every column of the dataset, not yet of its type."""
    names = [column.name for column in columns_of(dataset)]
    frames = []
    for index, table in enumerate(tables):
        absent = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in table.frame.columns]
        frames.append(
            table.frame.with_columns(*absent)
            .select(names)
            .with_columns(table.rows.alias("source_row"), pl.lit(index, dtype=pl.Int32).alias("_file"))
        )
    # a column that one file types and another spells is read as text in both
    kinds = {name: {frame.schema[name] for frame in frames} for name in names}
    mixed = [name for name, found in kinds.items() if len(found) > 1]
    frames = [frame.with_columns(as_text(name, frame.schema[name]) for name in mixed) for frame in frames]
    return Batch(dataset, tuple(table.file for table in tables), pl.concat(frames))


def convert(batch: Batch, findings: Findings, done: Sequence[str] = ()) -> Batch:
    """Give every column not yet ``done`` its type; refuse empty keys.

    Notes blanks around identifiers and an unfinished last line.
    """
    for index, file in enumerate(batch.files):
        _note_unfinished(batch, index, file, findings)
    for column in columns_of(batch.dataset):
        if column.name not in done:
            _note_blanks(batch, column, findings)
            batch = convert_column(batch, column.name)
    for name in required_columns(batch.dataset):
        require(batch, name)
    return batch


def convert_column(batch: Batch, name: str) -> Batch:
    """Give one column its type."""
    column = next(column for column in columns_of(batch.dataset) if column.name == name)
    return typed(batch, column, _WORDS.get((batch.dataset, name), column.allowed))


def require(batch: Batch, name: str) -> None:
    """Refuse an empty cell in a column that may have none."""
    batch.refuse(pl.col(name).is_null(), name, "a value: the row means nothing without it", lambda row: "an empty cell")


def _note_blanks(batch: Batch, column: Column, findings: Findings) -> None:
    name = column.name
    if column.dtype != TEXT or not name.endswith("_id"):
        return
    padded = batch.frame.filter(pl.col(name) != pl.col(name).str.strip_chars())
    for row in padded.iter_rows(named=True):
        note(
            batch,
            findings,
            row,
            name,
            row[name],
            "blanks around the identifier were removed",
            "identifier_repaired",
            WARN,
        )


def _note_unfinished(batch: Batch, index: int, file: SourceFile, findings: Findings) -> None:
    if file.extension != "csv" or file.data.endswith((b"\n", b"\r")):
        return
    lines = file.data.count(b"\n") + 1
    header = file.data.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    for row in batch.frame.filter((pl.col("_file") == index) & (pl.col("source_row") == lines)).iter_rows(named=True):
        reason = "the file does not end with a line break: its last row may have been cut"
        note(
            batch,
            findings,
            row,
            header.rsplit(",", 1)[-1].strip('"'),
            None,
            reason,
            "unfinished_last_line",
            WARN,
        )


def note(
    batch: Batch,
    findings: Findings,
    row: dict[str, object],
    column: str,
    value: object,
    reason: str,
    rule: str,
    severity: str,
) -> None:
    """Record a finding about a row; holdings rows carry their month, other datasets serve every month."""
    file, number = batch.place(row)
    text = None if value is None else str(value)
    month = row.get("as_of_date") if batch.dataset == "holdings" else None
    sha256 = batch.files[int(str(row["_file"]))].sha256
    findings.add(
        Finding(batch.dataset, file, sha256, number, column, text, reason, rule, severity, month)  # type: ignore[arg-type]
    )
