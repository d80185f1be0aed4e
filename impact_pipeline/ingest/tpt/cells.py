"""Texts of a Tripartite Template to typed columns; of all cells that cannot be read, the first in the file is named."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.cells import decimals, iso_date, translated
from impact_pipeline.ingest.files.spellings import number_fault, numbers
from impact_pipeline.ingest.files.tables import SPREADSHEET_ERROR, TextTable
from impact_pipeline.ingest.profiles.template import FIELDS, TemplateProfile
from impact_pipeline.ingest.reference import countries, currencies
from impact_pipeline.schemas.table import AMOUNT

AMOUNTS = (
    "net_asset_value",
    "share_price",
    "share_count",
    "quantity",
    "nominal_amount",
    "market_value_quotation",
    "market_value",
    "weight",
)
MANDATORY = ("portfolio_id", "valuation_date", "portfolio_currency")
DATES = {"valuation_date": "valued_on", "reporting_date": "reported_on"}


class _Bad(NamedTuple):
    """Cells of one column that cannot be read, and what was expected there."""

    cells: pl.Series
    name: str
    expected: str
    hint: str = ""


def typed(profile: TemplateProfile, table: TextTable, headers: Mapping[str, str]) -> pl.DataFrame:
    """The columns of ``TptFile.frame`` that the cells alone give.

    Raises:
        SourceFileError: a cell that is no number, date or currency, a broken formula, a missing mandatory cell.
    """
    texts = _known(profile, table.frame.select(pl.col(header).alias(name) for name, header in headers.items()))
    made: dict[str, pl.Series] = {}
    for name in AMOUNTS:
        if name in texts:
            digits = numbers(texts[name], profile.decimal, profile.thousands)
            made[f"{name}_digits"], made[f"{name}_number"] = digits, decimals(digits, AMOUNT)
    for name, day in DATES.items():
        if name in texts:
            made[day] = translated(texts[name], iso_date, pl.Date)
    _refuse_first(profile, table, headers, texts, made)
    if "weight" in texts:
        made["weight_number"] = made["weight_digits"].cast(pl.Float64)
    lacking = {name: pl.lit(None, pl.String) for name in FIELDS if name not in texts}
    for name in AMOUNTS:
        if name not in texts:
            lacking |= {f"{name}_digits": pl.lit(None, pl.String), f"{name}_number": pl.lit(None, AMOUNT)}
    if "reporting_date" not in texts:
        lacking["reported_on"] = pl.lit(None, pl.Date)
    return pl.DataFrame({"row": table.rows, **texts, **made}).with_columns(**lacking)


def _known(profile: TemplateProfile, cells: pl.DataFrame) -> dict[str, pl.Series]:
    """The cells without blanks around them, those that stand for nothing left out; a column in order is not copied."""
    words = {name: ["", *set(profile.unknown)] for name in cells.columns}
    words["country"] = [word for word in ("", *profile.unknown) if word not in countries()]
    # one pass for the flags of all columns: one for each column costs more than a small file does
    is_odd = cells.select(
        ((pl.col(name).str.strip_chars() != pl.col(name)) | pl.col(name).is_in(words[name])).any()
        for name in cells.columns
    ).row(0, named=True)
    odd = cells.select(pl.col(name).str.strip_chars() for name in cells.columns if is_odd[name]).select(
        pl.when(~pl.col(name).is_in(words[name])).then(name).alias(name) for name in cells.columns if is_odd[name]
    )
    return {name: (odd if is_odd[name] else cells).get_column(name) for name in cells.columns}


def _refuse_first(
    profile: TemplateProfile,
    table: TextTable,
    headers: Mapping[str, str],
    texts: Mapping[str, pl.Series],
    made: Mapping[str, pl.Series],
) -> None:
    bad = [one for one in _bad_cells(profile, texts, made) if one.cells.any()]
    if not bad:
        return
    # of several in the same row, the first that is looked for
    first = min(bad, key=lambda one: one.cells.arg_true()[0])
    place = first.cells.arg_true()[0]
    text = texts[first.name][place]
    expected, hint = first.expected, first.hint
    if first.name in AMOUNTS and not expected:
        expected, hint = number_fault(text, profile.decimal, profile.thousands)
    found, row = "an empty cell" if text is None else repr(text), table.rows[place]
    raise SourceFileError(table.file.name, found, expected, row=row, column=headers[first.name], hint=hint)


def _bad_cells(
    profile: TemplateProfile, texts: Mapping[str, pl.Series], made: Mapping[str, pl.Series]
) -> Iterator[_Bad]:
    may_be_broken = pl.DataFrame(texts).select(pl.all().str.starts_with("#").any()).row(0, named=True)
    for name in (name for name in texts if may_be_broken[name]):
        broken = texts[name].str.contains(f"^(?i:{SPREADSHEET_ERROR})$")
        yield _Bad(broken, name, "a value", "Ask for the file with the values themselves")
    for name in MANDATORY:
        yield _Bad(texts[name].is_null(), name, "a value in a mandatory field")
    for name in AMOUNTS:
        if name in texts:
            yield _Bad(made[f"{name}_number"].is_null() & texts[name].is_not_null(), name, "")
    for name, day in DATES.items():
        if name in texts:
            no_date = made[day].is_null() & texts[name].is_not_null()
            yield _Bad(no_date, name, "a date YYYY-MM-DD", "Ask for dates year-month-day")
    for name in ("portfolio_currency", "quotation_currency"):
        if name in texts:
            strange = ~texts[name].is_in(list(currencies())) & texts[name].is_not_null()
            yield _Bad(strange, name, "an ISO 4217 currency code")
