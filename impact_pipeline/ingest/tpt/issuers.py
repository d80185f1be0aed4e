"""Issuers, groups and sectors that the positions of one Tripartite Template state."""

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from impact_pipeline.ingest import nace
from impact_pipeline.ingest.cells import translated
from impact_pipeline.ingest.identifiers.codes import lei_fault, looks_like_lei, name_key
from impact_pipeline.ingest.reference import countries
from impact_pipeline.ingest.tpt.leis import leis
from impact_pipeline.ingest.tpt.template import TptFile, TptNotes

#: Code of Namibia, and in many files the word for a country that is not known.
_NAMIBIA = "NA"
#: What the columns of a position say of its issuer.
_FIELDS = (
    "row", "valued_on", "issuer_code", "issuer_code_type", "issuer_name", "group_code", "group_code_type", "group_name",
    "country", "sector", "sector_nace_2_1",
)  # fmt: skip
#: Those that name it.
_NAMING = ("issuer_code", "issuer_name", "group_code")


@dataclass(frozen=True)
class Issuers:
    """Issuers of one file: their id on each position that has one, rows of raw.issuers and raw.ownership.

    ``by_group``: rows of the positions whose issuer has no LEI, so that its group's stands in.
    """

    ids: pl.Series
    described: pl.DataFrame
    ownership: pl.DataFrame
    by_group: pl.Series


def issuers_of(tpt: TptFile, notes: TptNotes) -> Issuers:
    """The issuers that fields 46 to 52 name, by LEI, else by their group's LEI, else by a key of their own."""
    no_lei = "typed as LEI but not one; {}".format
    # nothing is read on a line that may name its counterparty
    rows = tpt.frame.select(
        pl.when("has_issuer").then(name).alias(name) if name in _NAMING else pl.col(name) for name in _FIELDS
    )
    issuer = leis(rows, "issuer_code", notes, lei_fault()[1], no_lei("group code or name used instead"))
    group = leis(rows, "group_code", notes, lei_fault()[1], no_lei("the group is not known"))
    is_local = issuer.is_null() & group.is_null()
    ids = group.zip_with(issuer.is_null(), issuer).scatter(is_local.arg_true(), _local_issuers(rows.filter(is_local)))
    rows = rows.with_columns(group=group, of_group=issuer.is_null() & group.is_not_null(), issuer_id=ids)
    mentions = rows.filter(pl.col("issuer_id").is_not_null())
    sectors = tpt.frame.get_column("sector").drop_nulls().value_counts()
    return Issuers(
        ids=ids,
        described=_described(mentions, nace.usual_revision(dict(sectors.iter_rows())), notes),
        ownership=_ownership(mentions, notes),
        by_group=mentions.filter("of_group").get_column("row"),
    )


def _local_issuers(rows: pl.DataFrame) -> pl.Series:
    """Key of each issuer without LEI: its mistyped LEI when there is one, else name and country."""
    names = ["issuer_code", "issuer_name", "country"]
    distinct = rows.select(names).unique()
    keys = distinct.with_columns(
        key=pl.Series([_local_issuer(*texts) for texts in distinct.iter_rows()], dtype=pl.String)
    )
    return (
        rows.select(names).join(keys, on=names, how="left", nulls_equal=True, maintain_order="left").get_column("key")
    )


def _local_issuer(code: str | None, name: str | None, country: str | None) -> str | None:
    if code is not None and looks_like_lei(code):
        return code
    return name_key(name, country) if name else None


def _described(mentions: pl.DataFrame, usual_revision: str, notes: TptNotes) -> pl.DataFrame:
    """Rows of raw.issuers: name, country and sector as most positions of the file say."""
    mentions = mentions.with_columns(
        name=pl.coalesce(pl.when("of_group").then("group_name"), "issuer_name"),
        usual_country=pl.col("country").str.to_uppercase(),
    )
    first = mentions.unique("issuer_id", keep="first", maintain_order=True).select("issuer_id", "row", "country")
    country = _usual(mentions, "usual_country")
    sector = _sectors(mentions, usual_revision, notes)
    for part in (_usual(mentions, "name"), country, sector):
        first = first.join(part, on="issuer_id", how="left", maintain_order="left")
    is_namibia = pl.col("usual_country") == _NAMIBIA
    notes.add(first.filter(is_namibia), "country", "country_ambiguous", "Namibia, or not known? Kept as Namibia")
    strange = first.filter(~is_namibia & ~pl.col("usual_country").is_in(list(countries())))
    notes.add(strange, "country", "unknown_country", "not an ISO 3166 alpha-2 code; kept as it is")
    is_financial = translated(first.get_column("sector_code"), nace.is_financial, pl.Boolean)
    return first.select(
        "issuer_id",
        "name",
        pl.col("usual_country").alias("country"),
        "sector_scheme",
        "sector_code",
        is_financial.alias("is_financial"),
        pl.col("row").alias("source_row"),
    )


def _sectors(mentions: pl.DataFrame, usual_revision: str, notes: TptNotes) -> pl.DataFrame:
    """Scheme and code of each issuer: the most frequent, then the smallest; disagreement is listed."""
    told = mentions.select(
        "row", "issuer_id", "sector", "sector_nace_2_1",
        pl.when(pl.col("sector_nace_2_1").is_not_null()).then(pl.lit("sector_nace_2_1")).otherwise(pl.lit("sector"))
        .alias("field"),
        pl.coalesce("sector_nace_2_1", "sector").alias("text"),
    ).filter(pl.col("text").is_not_null())  # fmt: skip
    read = translated(told.get_column("text"), lambda text: nace.read(text).code, pl.String)
    rule = translated(told.get_column("text"), lambda text: nace.read(text).rule, pl.String)
    stated = translated(told.get_column("text"), nace.revision, pl.String).fill_null(usual_revision)
    newer = pl.lit(nace.REV_2_1)
    told = told.with_columns(
        sector_scheme=pl.when(pl.col("field") == "sector").then(stated).otherwise(newer), sector_code=read, rule=rule
    )
    usual = _usual(told, "sector_scheme", "sector_code")
    for (field, rule_id), rows in told.filter(pl.col("rule").is_not_null()).group_by("field", "rule"):
        notes.add(rows, str(field), str(rule_id), lambda row: nace.read(row["text"]).reason)
    chosen = told.filter(pl.col("sector_code").is_not_null()).join(usual, on="issuer_id", suffix="_used")
    is_other = (pl.col("sector_code") != pl.col("sector_code_used")) | (
        pl.col("sector_scheme") != pl.col("sector_scheme_used")
    )
    reason = "another row of the issuer says {sector_code_used} ({sector_scheme_used}), which is used"
    for field in ("sector", "sector_nace_2_1"):
        rows = chosen.filter(is_other, pl.col("field") == field)
        notes.add(rows, field, "sector_conflict", lambda row: reason.format(**row))
    return usual


def _usual(mentions: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The most frequent value of each issuer, the smallest of those that tie; no row when all are empty."""
    counted = mentions.filter(pl.col(names[-1]).is_not_null()).group_by("issuer_id", *names).len()
    ranked = counted.sort("len", *names, descending=[True, *(False for _ in names)])
    return ranked.unique("issuer_id", keep="first", maintain_order=True).drop("len")


def _ownership(mentions: pl.DataFrame, notes: TptNotes) -> pl.DataFrame:
    """Rows of raw.ownership: each issuer and the group its positions name; groups in a circle are listed."""
    links = mentions.filter(pl.col("group") != pl.col("issuer_id")).unique(
        ["issuer_id", "group"], keep="first", maintain_order=True
    )
    groups: dict[str, set[str]] = defaultdict(set)
    in_circle = []
    for issuer_id, group in links.select("issuer_id", "group").iter_rows():
        groups[issuer_id].add(group)
        in_circle.append(_is_owned_by(groups, group, issuer_id))
    circles = links.filter(pl.Series(in_circle, dtype=pl.Boolean))
    reason = "{group} is itself said to belong to {issuer_id}: both links are kept"
    notes.add(circles, "group_code", "group_circle", lambda row: reason.format(**row))
    return links.select(
        pl.col("issuer_id").alias("child_id"),
        pl.col("group").alias("parent_id"),
        pl.lit(value=True).alias("is_controlled"),
        pl.date(pl.col("valued_on").dt.year(), 1, 1).alias("valid_from"),
        pl.lit(notes.tpt.profile.constants.ownership_source, dtype=pl.String).alias("source"),
        pl.col("row").alias("source_row"),
    )


def _is_owned_by(groups: dict[str, set[str]], child: str, owner: str) -> bool:
    """Whether the links met so far lead up from one to the other."""
    reached, ahead = {child}, [child]
    while ahead:
        above = groups.get(ahead.pop(), set()) - reached
        reached |= above
        ahead += above
    return owner in reached
