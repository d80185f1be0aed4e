"""What a row of the identifiers dataset must keep, or the file is refused."""

import datetime as dt
import itertools
from collections.abc import Callable, Mapping

import polars as pl

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest.canonical import note
from impact_pipeline.ingest.cells import Batch
from impact_pipeline.ingest.findings import WARN, Findings
from impact_pipeline.ingest.identifiers.codes import looks_like_lei, name_key, valid_code, valid_lei

#: ``valid_from`` of a row that does not say since when: always.
ALWAYS = dt.date(1900, 1, 1)
_CHECKED = ("isin", "lei", "cusip", "sedol", "siren", "wkn", "figi")


def identifier_rows(batch: Batch, findings: Findings) -> Batch:
    """Rows in their normal spelling; names become the key that issuers without a code have."""
    _check_codes(batch)
    _check_names(batch)
    batch.refuse(
        pl.col("reason").is_in(("merger", "rename")) & pl.col("valid_from").is_null(),
        "valid_from",
        "the day it happened",
        lambda row: f"a {row['reason']} without a date",
    )
    rows = batch.frame.select("scheme", "identifier", "country").to_dicts()
    spelled = pl.Series("identifier", [_spelled(row) for row in rows], dtype=pl.String)
    mended = batch.frame.filter(pl.col("scheme").is_in(_CHECKED) & (pl.col("identifier") != spelled))
    for row in mended.iter_rows(named=True):
        right = _spelled(row)
        reason = f"lower case or spaces: read as {right}"
        note(batch, findings, row, "identifier", row["identifier"], reason, "identifier_repaired", WARN)
    return batch.with_frame(batch.frame.with_columns(spelled, pl.col("valid_from").fill_null(ALWAYS)))


def _spelled(row: Mapping[str, str | None]) -> str:
    scheme, identifier = str(row["scheme"]), str(row["identifier"])
    if scheme == "name":
        return name_key(identifier, row["country"])
    return valid_code(scheme, identifier) or identifier if scheme in _CHECKED else identifier


def _check_codes(batch: Batch) -> None:
    pairs = batch.frame.select("scheme", "identifier").unique().sort("scheme", "identifier").rows()
    wrong = [(scheme, code) for scheme, code in pairs if scheme in _CHECKED and valid_code(scheme, code) is None]
    bad = pl.struct("scheme", "identifier").is_in([{"scheme": s, "identifier": c} for s, c in wrong])
    if wrong:
        batch.refuse(
            bad, "identifier", "a code of its scheme with the right check digit", _code, "Check it at its source"
        )
    lei = [code for code in batch.frame.get_column("issuer_id").unique().sort() if looks_like_lei(code)]
    strange = [code for code in lei if valid_lei(code) is None]
    batch.refuse(
        pl.col("issuer_id").is_in(strange),
        "issuer_id",
        "a LEI with the right check digits",
        lambda row: repr(row["issuer_id"]),
    )


def _code(row: dict[str, object]) -> str:
    return f"{str(row['scheme']).upper()} {row['identifier']!r}"


def _check_names(batch: Batch) -> None:
    """A name is never used unless somebody has compared the two."""
    is_name, is_reviewed = pl.col("scheme") == "name", pl.col("reason") == "reviewed_match"
    found: Callable[[dict[str, object]], str] = lambda row: repr(row["reason"])  # noqa: E731
    batch.refuse(is_name & ~is_reviewed, "reason", "reviewed_match for a name", found)
    batch.refuse(
        is_reviewed & pl.col("reviewed_by").is_null(),
        "reviewed_by",
        "who reviewed the match",
        lambda row: "an empty cell",
        "A match is used once somebody stands behind it",
    )


def check_identifier_map(frame: pl.DataFrame, files: Mapping[str, str]) -> None:
    """Refuse identifiers that stand for two issuers on one day, and issuer ids that stand for each other."""
    _check_overlaps(frame, files)
    _check_circles(frame, files)


def _check_overlaps(frame: pl.DataFrame, files: Mapping[str, str]) -> None:
    keys = ["scheme", "identifier"]
    rows = frame.filter(pl.struct(keys).is_duplicated()).sort(*keys, "valid_from", "source_file_id", "source_row")
    before: dict[str, object] | None = None
    for row in rows.iter_rows(named=True):
        if before is not None and all(before[key] == row[key] for key in keys):
            until = before["valid_to"]
            if until is None or until > row["valid_from"]:
                end = f"to {until}" if until else "without end"
                place = f"{files[str(before['source_file_id'])]}, row {before['source_row']}"
                raise SourceFileError(
                    files[row["source_file_id"]],
                    f"{_code(row)} from {row['valid_from']}, while an earlier row holds {end}",
                    "one row for each day",
                    row=row["source_row"],
                    column="valid_from",
                    hint=f"Close {place}, with a valid_to",
                )
        before = row


def _check_circles(frame: pl.DataFrame, files: Mapping[str, str]) -> None:
    """Whatever the dates: a code that was given back is rare, a circle by mistake is not."""
    targets: dict[str, list[str]] = {}
    for identifier, issuer_id in frame.select("identifier", "issuer_id").unique().sort(pl.all()).iter_rows():
        targets.setdefault(identifier, []).append(issuer_id)
    sound: set[str] = set()
    for start in targets:
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            code, depth = waiting.pop()
            del path[depth:]
            if code in path:
                _refuse_circle(frame, files, [*path[path.index(code) :], code])
            if code in sound:
                continue
            path.append(code)
            waiting += [(target, depth + 1) for target in targets.get(code, ())]
        sound.add(start)


def _refuse_circle(frame: pl.DataFrame, files: Mapping[str, str], circle: list[str]) -> None:
    links = pl.concat(
        [
            frame.filter((pl.col("identifier") == code) & (pl.col("issuer_id") == target))
            for code, target in itertools.pairwise(circle)
        ]
    )
    row = links.sort("valid_from", "source_row").row(-1, named=True)
    raise SourceFileError(
        files[row["source_file_id"]],
        f"ids that stand for each other: {' > '.join(circle)}",
        "no circle",
        row=row["source_row"],
        column="issuer_id",
        hint="Delete the row that goes back",
    )
