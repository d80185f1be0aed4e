"""The identifier map of a month: chains of identifiers followed to the issuer, as plain day ranges that SQL can join.

Two kinds of rows. Most say that an identifier *denotes* an issuer (share class, ADR, vendor's id, reviewed name): they
hold for what was received, or is about, a day of their validity; when the two days name different issuers the fact is
left alone. The others say that an issuer id was *succeeded* by another: a rename is the same company, so its whole past
goes along once it has happened; a merger begins a new one, so only facts both received and about days after it do.
A spin-off is no row at all: both companies exist, and ``ownership`` says that the unit left.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from impact_pipeline.ingest.identifiers.rules import ALWAYS
from impact_pipeline.schemas import TABLES
from impact_pipeline.schemas import vocabulary as words

TABLE = "audit.identifier_map"
#: Bounds of a range that has none. The first one lies before every day a fact can bear.
FIRST_DAY, LAST_DAY = dt.date(1800, 1, 1), dt.date(9999, 12, 31)
_SUCCESSIONS = ("rename", "merger")


@dataclass(frozen=True)
class _Row:
    """One row of the identifiers dataset."""

    issuer_id: str
    since: dt.date
    until: dt.date
    scheme: str
    reason: str
    source: tuple[str, int]

    @property
    def is_succession(self) -> bool:
        return self.reason in _SUCCESSIONS and self.scheme in words.ISSUER_SCHEMES

    @property
    def is_everlasting(self) -> bool:
        return not self.is_succession and (self.since, self.until) == (FIRST_DAY, LAST_DAY)

    def holds(self, day: dt.date) -> bool:
        return self.since <= day < self.until


class Found(NamedTuple):
    """What an identifier stands for, and the first row that said so; ``is_successor``: a merger was on the way."""

    issuer_id: str
    is_successor: bool
    row: _Row


class _Range(NamedTuple):
    since: dt.date
    until: dt.date


class IdentifierMap:
    """Rows of ``raw.identifiers`` that a run may know."""

    def __init__(self, identifiers: pl.DataFrame) -> None:
        self._as: dict[str, dict[str, list[_Row]]] = {"instrument": {}, "issuer": {}}
        rows = identifiers.sort("scheme", "identifier", "valid_from", "source_file_id").to_dicts()
        schemes = {row["identifier"]: row["scheme"] for row in rows if row["scheme"] in words.INSTRUMENT_SCHEMES}
        # a code that is also an issuer's own means the issuer where an issuer is asked for: SIREN and CUSIP look alike
        schemes |= {row["identifier"]: row["scheme"] for row in rows if row["scheme"] in words.ISSUER_SCHEMES}
        for given in rows:
            identifier, scheme = given["identifier"], given["scheme"]
            row = _Row(
                given["issuer_id"],
                FIRST_DAY if given["valid_from"] <= ALWAYS else given["valid_from"],
                given["valid_to"] or LAST_DAY,
                scheme,
                given["reason"],
                (given["source_file_id"], given["source_row"]),
            )
            if scheme in words.INSTRUMENT_SCHEMES:
                self._as["instrument"].setdefault(identifier, []).append(row)
            if scheme == schemes[identifier]:
                self._as["issuer"].setdefault(identifier, []).append(row)

    def knows(self, used_as: str, identifier: str) -> bool:
        """Whether any row is about the identifier."""
        return identifier in self._as[used_as]

    def find(self, used_as: str, identifier: str, stated: dt.date, about: dt.date, month: dt.date) -> Found | None:
        """Issuer that an identifier stands for in a fact received and about these days, as the month sees it."""
        current, is_successor = identifier, False
        first: _Row | None = None
        rows = self._as[used_as].get(identifier, [])
        while row := _next(rows, stated, about, month):
            first = first or row
            is_successor |= row.is_succession and row.reason == "merger"
            current = row.issuer_id
            rows = self._as["issuer"].get(current, [])
        return Found(current, is_successor, first) if first else None

    def ranges(self, used_as: str, identifier: str, month: dt.date) -> Iterable[tuple[_Range, _Range, Found]]:
        """Days of receipt, days a fact is about, and what the identifier then stands for; no two overlap."""
        rows = self._as[used_as].get(identifier, [])
        if len(rows) == 1 and rows[0].is_everlasting and rows[0].issuer_id not in self._as["issuer"]:
            # most rows by far: one issuer, always
            always = _Range(FIRST_DAY, LAST_DAY)
            return [(always, always, Found(rows[0].issuer_id, False, rows[0]))]
        days = self._turning_days(used_as, identifier)
        spans = [_Range(*pair) for pair in itertools.pairwise(days)]
        merged: list[tuple[_Range, list[tuple[_Range, Found]]]] = []
        for stated in spans:
            row: list[tuple[_Range, Found]] = []
            for about in spans:
                found = self.find(used_as, identifier, stated.since, about.since, month)
                if found and row and row[-1][0].until == about.since and row[-1][1] == found:
                    row[-1] = (_Range(row[-1][0].since, about.until), found)
                elif found:
                    row.append((about, found))
            if merged and merged[-1][1] == row:
                merged[-1] = (_Range(merged[-1][0].since, stated.until), row)
            else:
                merged.append((stated, row))
        return [(stated, about, found) for stated, row in merged for about, found in row]

    def depends_on_month(self, used_as: str, identifier: str) -> bool:
        """Whether a succession is on the way: it holds from the month in which it has happened."""
        return any(row.is_succession for row in self._reachable(used_as, identifier))

    def _turning_days(self, used_as: str, identifier: str) -> list[dt.date]:
        days = {FIRST_DAY, LAST_DAY}
        for row in self._reachable(used_as, identifier):
            days |= {row.since, row.until}
        return sorted(days)

    def _reachable(self, used_as: str, identifier: str) -> list[_Row]:
        rows = list(self._as[used_as].get(identifier, []))
        for row in rows:  # grows while it is walked; the door has refused circles
            rows += [further for further in self._as["issuer"].get(row.issuer_id, []) if further not in rows]
        return rows


def _next(rows: Sequence[_Row], stated: dt.date, about: dt.date, month: dt.date) -> _Row | None:
    """The row that applies: what the identifier denotes, else who succeeded."""
    denoting = [row for row in rows if not row.is_succession and (row.holds(about) or row.holds(stated))]
    if denoting:
        # what it denoted on the one day is not what it denoted on the other: nobody can say which was meant
        return denoting[0] if len({row.issuer_id for row in denoting}) == 1 else None
    for row in rows:
        is_after = row.reason == "rename" or (row.since <= stated and row.since <= about)
        if row.is_succession and row.holds(month) and is_after:
            return row
    return None


def map_frame(known: IdentifierMap, used: Mapping[str, Iterable[str]], months: Sequence[dt.date]) -> pl.DataFrame:
    """Rows of ``audit.identifier_map`` for the identifiers that the delivery uses, by where they stand."""
    rows: list[tuple[Any, ...]] = []
    for used_as, identifiers in used.items():
        for identifier in sorted(identifiers):
            if not known.knows(used_as, identifier):
                continue
            is_monthly = known.depends_on_month(used_as, identifier)
            ranges: Iterable[tuple[_Range, _Range, Found]] = []
            for position, month in enumerate(months):
                if is_monthly or position == 0:
                    ranges = known.ranges(used_as, identifier, month)
                rows += [_map_row(month, used_as, identifier, *each) for each in ranges]
    table = TABLES[TABLE]
    return table.validate(pl.DataFrame(rows, schema=table.polars_schema, orient="row").sort(table.grain))


def _map_row(
    month: dt.date, used_as: str, identifier: str, stated: _Range, about: _Range, found: Found
) -> tuple[Any, ...]:
    """Values in the order of the table's columns."""
    row = found.row
    return (
        *(month, used_as, identifier, *stated, *about),
        *(found.issuer_id, found.is_successor, row.scheme, row.reason, *row.source),
    )
