"""Figures that look typed to fill a cell: 12345, 56789000, 99999."""

import polars as pl

from impact_pipeline.ingest.canonical import note
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.findings import WARN, Findings

RULE = "placeholder_figure"

_AMOUNTS = {
    "issuer_emissions": ("tco2e",),
    "issuer_financials": (
        "revenue", "market_cap", "total_debt", "minority_interest", "deposits", "total_equity", "total_assets", "evic",
    ),
}  # fmt: skip
#: Five digits and more that count up, count down or repeat; zero follows nine, as on a keyboard.
_RUNS = [
    "".join(str((start + step * place) % 10) for place in range(length))
    for start in range(1, 10)
    for step in (1, -1, 0)
    for length in range(5, 13)
]
_NOTHING_ELSE = r"0*(?:\.0*)?$"
_ANY_RUN = f"^(?:{'|'.join(sorted(_RUNS, reverse=True))}){_NOTHING_ELSE}"
_FROM_ONE = f"^(?:{'|'.join(run for run in reversed(_RUNS) if run.startswith('12345'))}){_NOTHING_ELSE}"


def note_placeholders(batch: Batch, findings: Findings) -> None:
    """List figures of issuers whose digits are a run; the figures stay.

    12345 is listed wherever it stands. Other runs meet an honest figure once in some 4,000, so they are listed when the
    file has at least two of them for the same issuer.
    """
    names = [name for name in _AMOUNTS.get(batch.dataset, ()) if name in batch.frame.columns]
    if not names:
        return
    text = {name: pl.col(name).cast(pl.String).str.strip_chars_start("-") for name in names}
    runs = pl.sum_horizontal(each.str.contains(_ANY_RUN).fill_null(value=False) for each in text.values())
    frame = batch.frame.with_columns(runs.sum().over("issuer_id").alias("_runs")).filter(runs > 0)
    for name in names:
        wanted = text[name].str.contains(_FROM_ONE) | (text[name].str.contains(_ANY_RUN) & (pl.col("_runs") >= 2))
        for row in frame.filter(wanted).iter_rows(named=True):
            reason = "digits in a row, as typed to fill a cell; kept: compare it with the issuer's report"
            note(batch, findings, row, name, row[name], reason, RULE, WARN)
