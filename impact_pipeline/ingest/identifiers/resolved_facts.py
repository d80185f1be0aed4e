"""Issuers that figures and claims are about: which stood under another identifier, and which nobody can place."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from impact_pipeline.ingest.identifiers.codes import valid_lei
from impact_pipeline.ingest.reference import countries
from impact_pipeline.schemas.table import AMOUNT

#: Datasets of figures and claims: day of receipt and last day a fact is about, as the models in ``staging`` have them.
FACTS = {
    "issuer_financials": (pl.col("known_from"), pl.coalesce("period_end", pl.date(pl.col("fiscal_year"), 12, 31))),
    "issuer_emissions": (pl.col("known_from"), pl.date(pl.col("fiscal_year"), 12, 31)),
    "evidence": (
        pl.coalesce("known_from", "published_on", pl.date(pl.col("fiscal_year"), 12, 31)),
        pl.coalesce(pl.date(pl.col("fiscal_year"), 12, 31), "published_on", "known_from"),
    ),
}


def known_by(rows: pl.DataFrame, known_as_of: dt.date | None) -> pl.DataFrame:
    """Rows received up to a day, and those without a day of receipt."""
    if known_as_of is None:
        return rows
    return rows.filter(pl.col("known_from").is_null() | (pl.col("known_from") <= known_as_of))


def own_codes(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    """Codes of the suppliers' own that something is known about, and countries, which issue sovereign bonds."""
    told = [frames[name].get_column("issuer_id").unique() for name in ("issuers", *FACTS)]
    return {code for ids in told for code in ids if not code.startswith("name:")} | set(countries())


def facts_of(
    dataset: str,
    frames: Mapping[str, pl.DataFrame],
    held: pl.Series,
    mapped: pl.DataFrame,
    lines: pl.DataFrame,
    known_as_of: dt.date | None,
) -> pl.DataFrame:
    """Facts about held issuers that were stated under another identifier, and, per file, those nobody can place.

    ``held``: issuer ids of lines as delivered; ``lines``: the same resolved, by month.
    """
    stated, about = FACTS[dataset]
    facts = (
        known_by(frames[dataset], known_as_of)
        .select("issuer_id", "source_file_id", "source_row", stated=stated, about=about)
        .rename({"issuer_id": "identifier"})
    )
    columns = ["as_of_date", "step", "_group", "issuer_id", "identifier", "source_file_id", "source_row"]
    is_lost = pl.col("step") == "unresolved"
    text = pl.concat_str(
        pl.col("_codes").cast(pl.String), pl.lit(" identifiers that no row of identifiers or issuers has")
    )
    return (
        pl.concat(
            [_moved(facts, mapped, lines).select(columns), _lost(facts, frames, held, mapped, lines).select(columns)]
        )
        .sort("source_file_id", "source_row")
        .group_by("as_of_date", "step", "_group", "issuer_id", maintain_order=True)
        .agg(
            pl.col("identifier", "source_file_id").first(),
            pl.col("source_row").first().alias("row"),
            pl.len().cast(pl.Int64).alias("line_count"),
            pl.col("identifier").n_unique().alias("_codes"),
        )
        .with_columns(
            dataset=pl.lit(dataset),
            name=pl.lit(None, dtype=pl.String),
            country=pl.lit(None, dtype=pl.String),
            market_value_eur=pl.lit(None, dtype=AMOUNT),
            candidates=pl.when(is_lost).then(text),
        )
        .select(lines.columns)
    )


def _moved(facts: pl.DataFrame, mapped: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Facts about held issuers under another identifier that stands for the issuer on the day of the fact."""
    held = lines.select("as_of_date", "issuer_id").drop_nulls().unique()
    day = {name: pl.coalesce(name, "as_of_date") for name in ("stated", "about")}
    return (
        facts.join(mapped.filter(pl.col("used_as") == "issuer").drop("source_file_id", "source_row"), on="identifier")
        .filter(
            (pl.col("stated_from") <= day["stated"]) & (day["stated"] < pl.col("stated_to")),
            (pl.col("about_from") <= day["about"]) & (day["about"] < pl.col("about_to")),
        )
        .join(held, on=["as_of_date", "issuer_id"], how="semi")
        .with_columns(step=pl.lit("identifier_map"), _group=pl.col("identifier"))
    )


def _lost(
    facts: pl.DataFrame,
    frames: Mapping[str, pl.DataFrame],
    held: pl.Series,
    mapped: pl.DataFrame,
    lines: pl.DataFrame,
) -> pl.DataFrame:
    """Facts under an identifier that is no LEI and that nothing else of the delivery names, for every month."""
    known = {*own_codes({**frames, **{name: facts.select(issuer_id="identifier").clear() for name in FACTS}})}
    known |= {*held, *lines.get_column("issuer_id").drop_nulls(), *mapped.get_column("identifier")}
    codes = facts.get_column("identifier").unique().to_list()
    open_codes = [code for code in codes if code not in known and valid_lei(code) is None]
    return (
        facts.filter(pl.col("identifier").is_in(open_codes))
        .join(lines.select("as_of_date").unique(), how="cross")
        .with_columns(
            issuer_id=pl.lit(None, dtype=pl.String), step=pl.lit("unresolved"), _group=pl.col("source_file_id")
        )
    )
