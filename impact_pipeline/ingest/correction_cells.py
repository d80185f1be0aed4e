"""Where a correction's cell is in the text of a file, and whether the cell says what the correction expects."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from impact_pipeline.ingest.canonical import columns_of
from impact_pipeline.ingest.cells import FLAGS, decimal_of, iso_date
from impact_pipeline.ingest.files.sources import nearest
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.months import month_of, own_month
from impact_pipeline.ingest.policy.corrections import Correction, PlacedCorrection, text_of
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas.table import DATE, FACTOR, FLAG, TEXT

#: Where a template has the key of a holdings line.
_KEYS_OF_TEMPLATES = {"as_of_date": "valuation_date", "line_id": "instrument_code"}


def column_of(placed: PlacedCorrection, table: TextTable, headers: Mapping[str, str], *, is_canonical: bool) -> str:
    """Header of the column in the file: as written there, by our name for it, or of the contract and absent."""
    name, there = placed.correction.column, table.frame.columns
    if name in there:
        return name
    if name in headers:
        return headers[name]
    absent = [column.name for column in columns_of(table.file.dataset)] if is_canonical else []
    if name not in absent:
        known = [*there, *headers, *absent]
        expected = f"a column of {table.file.name}"
        placed.document.fail(("column",), f"the column {name}", expected, hint=nearest(name, known))
    return name


def places_of(placed: PlacedCorrection, table: TextTable, headers: Mapping[str, str]) -> list[int]:
    """Positions in the table of the rows that a correction is about: one at most."""
    correction = placed.correction
    if correction.key is None:
        place = table.rows.index_of(correction.row)
        return [] if place is None else [place]
    names = {name: headers.get(_KEYS_OF_TEMPLATES.get(name, name), name) for name in correction.key}
    frame = table.frame
    if any(header not in frame.columns for header in names.values()):
        return []
    kinds = TABLES[f"raw.{correction.dataset}"].polars_schema
    exact = [
        pl.col(names[name]).str.strip_chars().replace("", None).eq_missing(pl.lit(value, dtype=pl.String))
        for name, value in correction.key.items()
        if kinds[name] == TEXT
    ]
    frame = frame.with_row_index("_place").filter(exact) if exact else frame.with_row_index("_place")
    places = [
        int(row["_place"])
        for row in frame.iter_rows(named=True)
        if all(_same_key(correction, name, row[names[name]], value) for name, value in correction.key.items())
    ]
    if len(places) > 1:
        rows = " and ".join(str(table.rows[place]) for place in places[:2])
        placed.document.fail(
            ("key",), f"{text_of(correction.key)} in rows {rows} of {table.file.name}", "the key of one row",
            hint="Give file and row instead",
        )  # fmt: skip
    return places


def _same_key(correction: Correction, name: str, cell: str | None, value: str | None) -> bool:
    if name == "as_of_date" and cell and value:
        day, wanted = iso_date(cell.strip()), iso_date(value)
        if day is None or wanted is None:
            return False
        # a day in the middle of a month is of no month that others of it could be meant with
        return day == wanted or (month_of(day) is not None and month_of(day) == month_of(wanted))
    return is_same(correction, name, cell, value)


def is_same(correction: Correction, column: str, cell: str | None, value: str | None) -> bool:
    """Whether a cell says a value: the same text, or the same number, day or flag where the column is one."""
    text = (cell or "").strip() or None
    if text is None or value is None or text == value:
        return text == value
    kind = TABLES[f"raw.{correction.dataset}"].polars_schema.get(column)
    if kind is None or kind == TEXT:
        return False
    if kind == DATE:
        return iso_date(text) is not None and iso_date(text) == iso_date(value)
    if kind == FLAG:
        return text.lower() in FLAGS and FLAGS[text.lower()] == FLAGS.get(value.lower())
    scale = 12 if kind == FACTOR else 6
    number = decimal_of(text, scale)
    return number is not None and number == decimal_of(value, scale)


def month_of_row(table: TextTable, place: int, dates: str | None, new: str | None) -> dt.date | None:
    """Month that a row of holdings belongs to, its date corrected or not; nothing for other datasets and odd dates."""
    if dates is None or dates not in table.frame.columns:
        return None
    text = new or table.frame.item(place, dates)
    day = iso_date((text or "").strip())
    return None if day is None else own_month(day)


def with_cell(frame: pl.DataFrame, place: int, column: str, value: str | None) -> pl.DataFrame:
    """The frame with one cell replaced; a column of the contract that the file left out is added."""
    if column not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    is_there = pl.int_range(pl.len()) == place
    cell = pl.lit(value, dtype=pl.String)
    return frame.with_columns(pl.when(is_there).then(cell).otherwise(pl.col(column)).alias(column))
