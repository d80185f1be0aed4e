"""How every issuer was found: the identifier map of the months, and the list of what still has to be reviewed.

The order is fixed: the id given for the issuer (LEI; else its group's, which is said; either of them translated by the
map), then the map's row for the security, then nothing: a name only ever suggests. The models in ``staging`` do the
same joins on ``audit.identifier_map``; a test compares the two.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from impact_pipeline.ingest.delivery import Delivery
from impact_pipeline.ingest.identifiers.codes import looks_like_lei, valid_lei
from impact_pipeline.ingest.identifiers.dated_map import IdentifierMap, map_frame
from impact_pipeline.ingest.identifiers.name_candidates import Candidates, best_texts
from impact_pipeline.ingest.identifiers.resolved_facts import FACTS, facts_of, known_by, own_codes
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.schemas.table import AMOUNT

RESOLUTIONS, MAP = "audit.issuer_resolutions", "audit.identifier_map"
#: Names for which suggestions are looked for, the largest exposure first.
NAMES_COMPARED = 200
#: Columns that hold issuer ids, by dataset.
_ISSUER_COLUMNS = {
    "holdings": ("issuer_id", "guarantor_id", "underlying_issuer_id"),
    "issuers": ("issuer_id",),
    "ownership": ("child_id", "parent_id"),
    "issuer_financials": ("issuer_id",),
    "issuer_emissions": ("issuer_id",),
    "evidence": ("issuer_id",),
    "classifications": ("subject_id",),
}
_NAME_KEY = r"^name:(.*)\|(.*)$"


def identifier_frames(
    delivery: Delivery, months: Sequence[dt.date], known_as_of: dt.date | None
) -> dict[str, pl.DataFrame]:
    """Rows of ``audit.identifier_map`` and ``audit.issuer_resolutions`` of the months."""
    frames = {name.removeprefix("raw."): frame for name, frame in delivery.frames.items()}
    identifiers = known_by(frames["identifiers"], known_as_of)
    # looked up once: for millions of lines that takes a second each
    ids = {
        (dataset, column): frames[dataset].get_column(column).drop_nulls().unique()
        for dataset, columns in _ISSUER_COLUMNS.items()
        for column in columns
    }
    held = ids["holdings", "issuer_id"]
    used = {
        "issuer": {code for codes in ids.values() for code in codes},
        "instrument": set(frames["holdings"].get_column("instrument_id").drop_nulls().unique()),
    }
    mapped = map_frame(IdentifierMap(identifiers), used, months)
    files = dict(delivery.source_files.select("source_file_id", "file").iter_rows())
    reference = delivery.source_files.filter(profile_id="reference").get_column("source_file_id").unique()
    lines = _lines(frames, _kinds(frames, held), reference, mapped, delivery.by_group)
    facts = [facts_of(dataset, frames, held, mapped, lines, known_as_of) for dataset in FACTS]
    resolutions = pl.concat([_with_candidates(lines, frames["issuers"]), *facts])
    table = TABLES[RESOLUTIONS]
    resolutions = resolutions.with_columns(
        pl.col("source_file_id").replace_strict(files, return_dtype=pl.String).alias("file")
    ).select(table.column_names)
    return {MAP: mapped, RESOLUTIONS: table.validate(resolutions.sort(table.grain))}


def _found(mapped: pl.DataFrame, used_as: str, key: str) -> pl.DataFrame:
    """Map rows that hold at the month end, keyed by month and identifier; the issuer is in ``_<used_as>``."""
    day = pl.col("as_of_date")
    return mapped.filter(
        pl.col("used_as") == used_as,
        (pl.col("stated_from") <= day) & (day < pl.col("stated_to")),
        (pl.col("about_from") <= day) & (day < pl.col("about_to")),
    ).select("as_of_date", pl.col("identifier").alias(key), pl.col("issuer_id").alias(f"_{used_as}"))


def _lines(
    frames: Mapping[str, pl.DataFrame],
    kinds: pl.DataFrame,
    reference: pl.Series,
    mapped: pl.DataFrame,
    by_group: pl.DataFrame,
) -> pl.DataFrame:
    """Resolutions of the holdings, one row per month, step and identifier."""
    given = pl.col("issuer_id")
    # lazy: of the wide lines only the columns that are needed are joined and sorted
    steps = (
        _valued(frames, reference)
        .filter(given.is_not_null() | pl.col("asset_class").is_in(words.CLASSES_WITH_ISSUER))
        .join(_found(mapped, "issuer", "issuer_id").lazy(), on=["as_of_date", "issuer_id"], how="left")
        .join(_found(mapped, "instrument", "instrument_id").lazy(), on=["as_of_date", "instrument_id"], how="left")
        .join(by_group.lazy().unique().with_columns(_by_group=True), on=["source_file_id", "source_row"], how="left")
        .join(kinds.lazy(), on="issuer_id", how="left")
        .with_columns(step=_step())
        .with_columns(**_answer())
        .sort("source_file_id", "source_row", "line_id")
    )
    return (
        steps.group_by("as_of_date", "step", "identifier", "issuer_id", maintain_order=True)
        .agg(
            pl.col("name", "country", "source_file_id").first(),
            pl.col("source_row").first().alias("row"),
            pl.len().cast(pl.Int64).alias("line_count"),
            pl.col("_eur").sum().alias("market_value_eur"),
            pl.col("_eur").count().alias("_valued"),
        )
        .with_columns(
            # a sum widens the type
            pl.when(pl.col("_valued") > 0).then(pl.col("market_value_eur").cast(AMOUNT)).alias("market_value_eur"),
            dataset=pl.lit("holdings"),
            candidates=pl.lit(None, dtype=pl.String),
        )
        .drop("_valued")
        .collect()
    )


def _step() -> pl.Expr:
    """The first step that names the issuer of a line."""
    given = pl.col("issuer_id")
    named = given.is_null() | given.str.starts_with("name:") | pl.col("_is_wrong")
    return (
        pl.when(pl.col("_issuer").is_not_null())
        .then(pl.lit("identifier_map"))
        .when(pl.col("_instrument").is_not_null() & named & pl.col("asset_class").is_in(words.CLASSES_WITH_ISSUER))
        .then(pl.lit("isin_map"))
        .when(pl.col("_is_lei") & pl.col("_by_group"))
        .then(pl.lit("group_lei"))
        .when(pl.col("_is_lei"))
        .then(pl.lit("lei"))
        .when(pl.col("_is_own"))
        .then(pl.lit("own_code"))
        .otherwise(pl.lit("unresolved"))
    )


def _answer() -> dict[str, pl.Expr]:
    """What was looked up by that step, the issuer it gave, and what a person may recognise it by."""
    given, code, step = pl.col("issuer_id"), pl.col("instrument_id"), pl.col("step")
    return {
        "identifier": pl.when(step == "isin_map")
        .then(code)
        .otherwise(pl.coalesce(given, code, "instrument_name", "line_id")),
        "issuer_id": pl.when(step == "identifier_map")
        .then("_issuer")
        .when(step == "isin_map")
        .then("_instrument")
        .when(step != "unresolved")
        .then(given),
        "name": pl.coalesce(given.str.extract(_NAME_KEY, 1), "instrument_name"),
        "country": given.str.extract(_NAME_KEY, 2).replace("", None),
    }


def _kinds(frames: Mapping[str, pl.DataFrame], held: pl.Series) -> pl.DataFrame:
    """What the issuer ids of lines are: a LEI, something meant as one, a code of the supplier's own."""
    own, codes = own_codes(frames), held.to_list()
    lei = {code for code in codes if valid_lei(code) is not None}
    wrong = {code for code in codes if code not in lei and looks_like_lei(code)}
    return pl.DataFrame(
        [(code, code in lei, code in wrong, code in own and code not in wrong) for code in codes],
        schema={"issuer_id": pl.String, "_is_lei": pl.Boolean, "_is_wrong": pl.Boolean, "_is_own": pl.Boolean},
        orient="row",
    )


def _valued(frames: Mapping[str, pl.DataFrame], reference: pl.Series) -> pl.LazyFrame:
    """Lines with their value in EUR (``_eur``); rates as in ``core.fx_rates``, ``reference`` being files of ours."""
    lines = frames["holdings"]
    month_end_rates = (
        lines.select("as_of_date", "currency")
        .unique()
        .join(frames["fx_rates"], on="currency")
        .filter(
            pl.col("rate_date").is_between(pl.col("as_of_date").dt.offset_by("-31d"), pl.col("as_of_date")),
            pl.col("units_per_eur") > 0,
        )
        .sort(
            pl.col("source_file_id").is_in(reference.implode()), -pl.col("rate_date").cast(pl.Int32), "source_file_id"
        )
        .unique(["as_of_date", "currency"], keep="first", maintain_order=True)
        .select("as_of_date", "currency", "units_per_eur")
    )
    in_euro = pl.when(pl.col("currency") == "EUR").then("market_value")
    converted = pl.col("market_value").cast(pl.Float64) / pl.col("units_per_eur").cast(pl.Float64)
    return (
        lines.lazy()
        .join(month_end_rates.lazy(), on=["as_of_date", "currency"], how="left")
        .with_columns(_eur=pl.coalesce("market_value_eur", in_euro, converted.cast(AMOUNT)))
    )


def _with_candidates(lines: pl.DataFrame, issuers: pl.DataFrame) -> pl.DataFrame:
    """Suggestions for the unresolved lines, the largest exposure first."""
    named = issuers.filter(pl.col("name").is_not_null(), ~pl.col("issuer_id").str.starts_with("name:"))
    known = {
        issuer_id: (name, country)
        for issuer_id, name, country in named.sort("issuer_id", "source_file_id", "source_row", descending=True)
        .select("issuer_id", "name", "country")
        .iter_rows()
        if valid_lei(issuer_id) is not None or not looks_like_lei(issuer_id)
    }
    open_ones = (
        lines.filter(pl.col("step") == "unresolved", pl.col("name").is_not_null())
        .sort("market_value_eur", "name", descending=[True, False], nulls_last=True)
        .select("name", "country")
    )
    found = best_texts(Candidates(known), open_ones.iter_rows(), NAMES_COMPARED)
    texts = pl.DataFrame(
        [(name, country, text) for (name, country), text in found.items()],
        schema={"name": pl.String, "country": pl.String, "_text": pl.String},
        orient="row",
    )
    joined = lines.join(texts, on=["name", "country"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.when(pl.col("step") == "unresolved").then("_text").alias("candidates")).drop("_text")
