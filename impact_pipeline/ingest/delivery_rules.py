"""Rules on the whole delivery: keys across files, fund cycles, issuers not described or described twice."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.files.sources import SourceFile
from impact_pipeline.ingest.files.versions import or_newer_version
from impact_pipeline.ingest.findings import WARN, Finding, Findings
from impact_pipeline.ingest.policy.corrections import PlacedCorrection
from impact_pipeline.ingest.row_rules import ALWAYS
from impact_pipeline.schemas import TABLES

#: Figures that several files may tell together (GDP in one, emissions in another), by dataset.
_PARTS = {
    "sovereigns": ("ghg_excl_lulucf_tco2e", "ghg_incl_lulucf_tco2e", "gdp_ppp_intl_usd", "gdp_nominal_eur"),
}

#: Columns that tell a later word about a key from the one of another file; who reads them takes the last word.
_TOLD_AGAIN = {"ownership": ("known_from",)}


def check_keys(dataset: str, frame: pl.DataFrame, files: Mapping[str, str]) -> None:
    """Refuse rows that share a key, within a file or across files; both places are named.

    Rows of several files that fill other columns, or say the same, are parts of one row (``_PARTS``).
    """
    table = TABLES[f"raw.{dataset}"]
    across = [*(name for name in table.grain if name != "source_file_id"), *_TOLD_AGAIN.get(dataset, ())]
    within = list(table.grain)
    if dataset in _PARTS:
        _check_parts(dataset, frame, files)
        asked = [within]
    else:
        asked = [within, across] if dataset in _TOLD_AGAIN else [across]
    for keys in asked:
        if keys == within and table.is_in_order(frame):  # a look is cheaper than collecting the keys
            continue
        if frame.height != frame.select(keys).n_unique():
            raise _doubled(keys, frame, files)


def _doubled(keys: Sequence[str], frame: pl.DataFrame, files: Mapping[str, str]) -> SourceFileError:
    places = frame.select(*dict.fromkeys([*keys, "source_file_id", "source_row"])).with_columns(
        pl.col("source_file_id").replace_strict(files, return_dtype=pl.String).alias("_name")
    )
    doubles = places.filter(pl.struct(keys).is_duplicated()).sort("_name", "source_row", maintain_order=True)
    group = doubles.join(doubles.head(1).select(keys), on=keys, nulls_equal=True).sort("_name", "source_row")
    first, second = group.row(0, named=True), group.row(1, named=True)
    named = [name for name in keys if name != "source_file_id" and first[name] is not None]
    place = f"The first is in {first['_name']}, row {first['source_row']}"
    return SourceFileError(
        second["_name"],
        f"a second row for {', '.join(f'{name} {first[name]}' for name in named)}",
        "each key once",
        row=second["source_row"],
        column=named[-1],
        hint=or_newer_version(place, [first["_name"], second["_name"]]),
    )


def _check_parts(dataset: str, frame: pl.DataFrame, files: Mapping[str, str]) -> None:
    """Refuse two files that say different figures under one key; both cells are named."""
    keys = [name for name in TABLES[f"raw.{dataset}"].grain if name != "source_file_id"]
    for column in _PARTS[dataset]:
        told = frame.filter(pl.col(column).is_not_null())
        differing = told.filter(pl.col(column).n_unique().over(keys) > 1)
        if differing.is_empty():
            continue
        places = differing.with_columns(
            pl.col("source_file_id").replace_strict(files, return_dtype=pl.String).alias("_name")
        ).sort(*keys, "_name", "source_row")
        first = places.row(0, named=True)
        second = next(
            row
            for row in places.iter_rows(named=True)
            if row[column] != first[column] and all(row[name] == first[name] for name in keys)
        )
        if first["source_file_id"] == second["source_file_id"]:
            continue  # a second row within a file, whatever it says
        key = ", ".join(f"{name} {first[name]}" for name in keys if first[name] != ALWAYS)
        raise SourceFileError(
            second["_name"],
            f"{_plain_number(second[column])} for {key}",
            f"one figure, {_plain_number(first[column])} as in {first['_name']}, row {first['source_row']}",
            row=second["source_row"],
            column=column,
            hint="Empty one of the two cells, or give the later one its known_from: then it wins",
        )


def note_future(
    dataset: str, frame: pl.DataFrame, files: Mapping[str, str], today: dt.date, findings: Findings
) -> None:
    """List rows about a fiscal year that had not begun when they were received, or received after ``today``.

    Nobody uses them yet, and an older figure stands in: most are slips in a year.
    """
    if "known_from" not in frame.columns:
        return
    is_early = pl.lit(value=False)
    if "fiscal_year" in frame.columns:
        is_early = (pl.col("fiscal_year") > pl.col("known_from").dt.year()) & (pl.col("known_from") > ALWAYS)
    is_late = pl.col("known_from") > today
    for row in frame.filter(is_late | is_early).iter_rows(named=True):
        late = row["known_from"] > today
        column = "known_from" if late else "fiscal_year"
        reason = (
            f"received after today, {today}: not used before that day"
            if late
            else f"a year that had not begun on {row['known_from']}, when this was received: not used before it is over"
        )
        file_id = row["source_file_id"]
        finding = Finding(
            dataset, files[file_id], file_id, row["source_row"], column, f"{row[column]}", reason, "future_fact", WARN
        )
        findings.add(finding)


def check_fund_cycles(holdings: pl.DataFrame, files: Mapping[str, str], fund_columns: Mapping[str, str]) -> None:
    """Refuse funds that hold each other in a circle; the chain is named.

    ``fund_columns``: header that names the fund of a line, for the files (by sha256) where it is not ``fund_id``.
    """
    links = holdings.filter(pl.col("fund_id").is_not_null()).unique(
        ["as_of_date", "portfolio_id", "fund_id"], keep="first", maintain_order=True
    )
    for (_,), month in links.group_by("as_of_date", maintain_order=True):
        funds: dict[str, list[str]] = {}
        for holder, fund in month.select("portfolio_id", "fund_id").sort("portfolio_id", "fund_id").iter_rows():
            funds.setdefault(holder, []).append(fund)
        chain = _cycle(funds)
        if chain:
            row = month.filter((pl.col("portfolio_id") == chain[0]) & (pl.col("fund_id") == chain[1])).row(
                0, named=True
            )
            column = fund_columns.get(row["source_file_id"], "fund_id")
            hint = "Clear the fund_id of one of these lines"
            if column != "fund_id":
                hint = "One of these lines is not units of that fund: ask for the file again"
            raise SourceFileError(
                files[row["source_file_id"]],
                f"funds that hold each other: {' > '.join(chain)}",
                "no circle",
                row=row["source_row"],
                column=column,
                hint=hint,
            )


def _cycle(funds: Mapping[str, list[str]]) -> list[str]:
    """A circle of funds, starting and ending with the same one; empty when there is none."""
    done: set[str] = set()
    path: dict[str, None] = {}
    for start in funds:
        stack = [(start, False)]
        while stack:
            fund, is_leaving = stack.pop()
            if is_leaving:
                del path[fund]
                done.add(fund)
            elif fund in path:
                circle = list(path)
                return [*circle[circle.index(fund) :], fund]
            elif fund not in done:
                path[fund] = None
                stack.append((fund, True))
                stack.extend((inner, False) for inner in reversed(funds.get(fund, [])))
    return []


def note_unknown_issuers(
    holdings: pl.DataFrame,
    issuers: pl.DataFrame,
    template_months: Mapping[str, dt.date],
    files: Mapping[str, str],
    findings: Findings,
) -> None:
    """List lines whose issuer no issuers row of the month describes, where the month has issuers at all."""
    month = pl.col("source_file_id").replace_strict(template_months, default=None, return_dtype=pl.Date)
    known = issuers.select("issuer_id", month.alias("month"))
    everywhere = known.filter(pl.col("month").is_null()).get_column("issuer_id").unique()
    own = known.filter(pl.col("month").is_not_null()).select("issuer_id", as_of_date="month").unique()
    lines = holdings.filter(pl.col("issuer_id").is_not_null())
    if everywhere.is_empty():
        lines = lines.filter(pl.col("as_of_date").is_in(own.get_column("as_of_date").unique().to_list()))
    unknown = lines.filter(~pl.col("issuer_id").is_in(everywhere.implode())).join(
        own, on=["issuer_id", "as_of_date"], how="anti"
    )
    for row in unknown.select("as_of_date", "issuer_id", "source_file_id", "source_row").iter_rows(named=True):
        finding = Finding(
            dataset="holdings",
            file=files[row["source_file_id"]],
            source_file_id=row["source_file_id"],
            row=row["source_row"],
            column="issuer_id",
            value=row["issuer_id"],
            reason="no row of issuers describes this issuer",
            rule="unknown_issuer",
            severity=WARN,
            month=row["as_of_date"],
        )
        findings.add(finding)


def note_issuer_differences(
    canonical: pl.DataFrame,
    template: pl.DataFrame,
    template_months: Mapping[str, dt.date],
    files: Mapping[str, str],
    findings: Findings,
) -> None:
    """List issuers that are described otherwise: the issuers folder wins, else the template that core.issuers takes."""
    ours = {row["issuer_id"]: row for row in canonical.iter_rows(named=True)}
    first: dict[tuple[dt.date, str], dict[str, Any]] = {}
    # the order of core.issuers: rows with a sector, then by file name and row
    ranked = sorted(
        template.iter_rows(named=True),
        key=lambda row: (row["sector_code"] is None, files[row["source_file_id"]], row["source_row"]),
    )
    for row in ranked:
        sha256 = row["source_file_id"]
        place = files[sha256], sha256, template_months[sha256]
        taken = ours.get(row["issuer_id"])
        if taken is not None:
            _note_difference(row, taken, "TPT: {}; canonical: {}", "the issuers folder", place, findings)
            continue
        taken = first.setdefault((template_months[sha256], row["issuer_id"]), row)
        _note_difference(row, taken, "{}; used: {}", files[taken["source_file_id"]], place, findings)


def _note_difference(
    row: Mapping[str, Any],
    taken: Mapping[str, Any],
    values: str,
    winner: str,
    place: tuple[str, str, dt.date],
    findings: Findings,
) -> None:
    """List what one row says of an issuer when it is not what the row that is used says."""
    file, sha256, month = place
    for column in ("name", "country", "sector_code"):
        theirs, used = row[column], taken[column]
        if theirs is None or used is None or _plain(theirs) == _plain(used):
            continue
        if column == "sector_code" and "gics" in (row["sector_scheme"], taken["sector_scheme"]):
            continue
        finding = Finding(
            dataset="holdings",
            file=file,
            source_file_id=sha256,
            row=row["source_row"],
            column=column,
            value=values.format(theirs, used),
            reason=f"the {column.replace('_', ' ')} of {row['issuer_id']} differs; {winner} wins",
            rule="issuer_differs",
            severity=WARN,
            month=month,
        )
        findings.add(finding)


def _plain_number(amount: Decimal) -> str:
    """The figure without the zeros that its stored type adds."""
    return f"{amount.normalize():f}"


def _plain(text: str) -> str:
    return " ".join(text.upper().split())


def note_waiting(waiting: Sequence[tuple[PlacedCorrection, SourceFile]], findings: Findings) -> None:
    """List corrections of files that are not read: the newer version may hold the wrong cell still."""
    for placed, file in waiting:
        correction = placed.correction
        reason = (
            f"{correction.id} is not applied: {file.name} is not read. If the newer version is wrong too, correct that"
        )
        findings.add(
            Finding(
                correction.dataset, file.name, file.sha256, correction.row or 0, correction.column, correction.old,
                reason, "correction_waits", WARN,
            )
        )  # fmt: skip
