"""Funds across the files of a delivery: one file each, found again by code, and nothing counted twice."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import note
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.findings import WARN, Findings
from impact_pipeline.ingest.identifiers.codes import compact, valid_isin
from impact_pipeline.ingest.tpt.template import TptFile


@dataclass
class Delivered:
    """Portfolios that the delivery has lines of, by month; found whatever the letter case and blanks of the code."""

    _ids: dict[tuple[dt.date | None, str], dict[str, str]] = field(default_factory=dict)

    def add(self, month: dt.date | None, portfolio_id: str, file: str) -> None:
        """Remember a portfolio and the file of its lines."""
        self._ids.setdefault((month, compact(portfolio_id)), {}).setdefault(portfolio_id, file)

    def find(self, month: dt.date | None, code: str) -> str | None:
        """Id of the portfolio that a code names; nothing when there is none or several differ in letter case only."""
        ids = self._ids.get((month, compact(code)), {})
        if code in ids:
            return code
        return next(iter(ids)) if len(ids) == 1 else None

    def found(self, month: dt.date | None, codes: pl.Series) -> pl.Series:
        """``find`` for each of the codes: only those that are a portfolio's, but for case and blanks, are looked at."""
        keys = [key for at, key in self._ids if at == month]
        alike = codes.str.replace_all(r"\s", "").str.to_uppercase().is_in(keys)
        distinct = codes.filter(alike).unique()
        ids = pl.Series([self.find(month, code) for code in distinct], dtype=pl.String)
        return codes.replace_strict(distinct, ids, default=None, return_dtype=pl.String)

    def file_of(self, month: dt.date | None, portfolio_id: str) -> str:
        """File of the lines of a portfolio that was added."""
        return self._ids[month, compact(portfolio_id)][portfolio_id]


def delivered_portfolios(templates: Sequence[TptFile], lines: Batch | None) -> Delivered:
    """The portfolios of the templates and of the canonical lines.

    Raises:
        SourceFileError: a fund of one month in two files, or canonical lines of a fund that has a template.
    """
    delivered = Delivered()
    funds: dict[tuple[dt.date | None, str], str] = {}
    for tpt in templates:
        for first in tpt.funds.iter_rows(named=True):
            other = funds.setdefault((tpt.month, compact(first["portfolio"])), tpt.file.name)
            if other != tpt.file.name:
                found = f"the fund {first['portfolio']}, which {other} holds for the same month"
                hint = "Keep the right file; a fund in two parts has to come in one file"
                raise tpt.refusal(first, "portfolio_id", found, "each fund in one file", hint)
            delivered.add(tpt.month, first["portfolio"], tpt.file.name)
    if lines is None:
        return delivered
    names = ("as_of_date", "portfolio_id")
    places = lines.frame.select(*names, "_file", "source_row").unique(names, keep="first", maintain_order=True)
    for row in places.iter_rows(named=True):
        file, number = lines.place(row)
        template = funds.get((row["as_of_date"], compact(row["portfolio_id"])))
        if template is not None:
            raise SourceFileError(
                file,
                f"lines of {row['portfolio_id']}, a fund whose lines are in {template}",
                "lines of other portfolios",
                row=number,
                column="portfolio_id",
                hint="Remove them, or give them a portfolio of their own",
            )
        delivered.add(row["as_of_date"], row["portfolio_id"], file)
    return delivered


def with_held_funds(batch: Batch, delivered: Delivered, supplied: Sequence[int]) -> Batch:
    """Lines of suppliers' files (``supplied``: their places in the batch) that are units of a delivered fund.

    Such files have no column for it: a line is taken for units of a portfolio when its own code is that portfolio's.
    """
    free = pl.col("_file").is_in(list(supplied)) & (pl.col("asset_class") == "fund") & pl.col("fund_id").is_null()
    codes = batch.frame.filter(free).select("as_of_date", "instrument_id").drop_nulls().unique()
    rows = [(month, code, delivered.find(month, code)) for month, code in codes.iter_rows()]
    schema = {"as_of_date": pl.Date, "instrument_id": pl.String, "_fund": pl.String}
    held = pl.DataFrame(rows, schema=schema, orient="row")
    frame = batch.frame.join(held, on=["as_of_date", "instrument_id"], how="left", maintain_order="left")
    told = pl.when(free).then(pl.col("_fund")).otherwise(pl.col("fund_id")).alias("fund_id")
    return batch.with_frame(frame.with_columns(told).drop("_fund"))


def with_fund_ids(batch: Batch, delivered: Delivered, findings: Findings) -> Batch:
    """Canonical lines whose ``fund_id`` is spelled as the portfolio it names; what was changed is listed."""
    named = batch.frame.filter(pl.col("fund_id").is_not_null())
    meant = {
        (month, fund_id): delivered.find(month, fund_id) or valid_isin(fund_id) or fund_id
        for month, fund_id in named.select("as_of_date", "fund_id").unique().iter_rows()
    }
    rows = [(month, told, right) for (month, told), right in meant.items() if told != right]
    if not rows:
        return batch
    schema = {"as_of_date": pl.Date, "fund_id": pl.String, "_meant": pl.String}
    mended = pl.DataFrame(rows, schema=schema, orient="row")
    frame = batch.frame.join(mended, on=["as_of_date", "fund_id"], how="left", maintain_order="left")
    for row in frame.filter(pl.col("_meant").is_not_null()).iter_rows(named=True):
        reason = f"another letter case or spaces: read as {row['_meant']}"
        note(batch, findings, row, "fund_id", row["fund_id"], reason, "identifier_repaired", WARN)
    return batch.with_frame(frame.with_columns(pl.coalesce("_meant", "fund_id").alias("fund_id")).drop("_meant"))


def check_embedded(templates: Iterable[TptFile], delivered: Delivered, held: Mapping[dt.date, set[str]]) -> None:
    """Refuse an inner fund delivered beside a fund that has its lines already, unless somebody holds its units.

    ``held``: the funds that some line of the month is units of. An inner fund that no line holds would count as a
    portfolio of its own, and its value twice.
    """
    for tpt in templates:
        inside = tpt.frame.filter(pl.col("embedded_portfolio").is_not_null())
        pairs = inside.unique(["embedded_portfolio", "portfolio"], keep="first", maintain_order=True)
        for row in pairs.iter_rows(named=True):
            inner = delivered.find(tpt.month, row["embedded_portfolio"])
            if (
                inner is None
                or inner == row["portfolio"]
                or (tpt.month is not None and inner in held.get(tpt.month, ()))
            ):
                continue
            file = delivered.file_of(tpt.month, inner)
            found = f"a line of {inner} inside {row['portfolio']}, while {file} delivers {inner} itself"
            hint = f"Remove {inner} from the delivery, or ask for {row['portfolio']} with units instead of its lines"
            raise tpt.refusal(row, "embedded_portfolio", found, "the lines of a fund once", hint)
