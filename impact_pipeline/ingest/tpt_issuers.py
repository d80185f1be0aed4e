"""Issuers, groups and sectors that the positions of one Tripartite Template state."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from impact_pipeline.ingest import nace
from impact_pipeline.ingest.identifiers import lei_fault, looks_like_lei, name_key, valid_isin, valid_lei
from impact_pipeline.ingest.reference import countries
from impact_pipeline.ingest.tpt import TptNotes, TptRow, code_type

Row = dict[str, Any]
_Value = TypeVar("_Value", str, tuple[str, str])
TYPE_LEI = "1"
#: Code of Namibia, and in many files the word for a country that is not known.
_NAMIBIA = "NA"


class IssuerBook:
    """Issuers met while the positions are read; ``ownership`` links them to their groups.

    ``by_group``: file and row of the positions whose issuer has no LEI, so that its group's stands in.
    """

    def __init__(self, notes: TptNotes) -> None:
        self.notes = notes
        self.ownership: list[Row] = []
        self.by_group: list[tuple[str, int]] = []
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._mentions: dict[str, list[tuple[TptRow, str | None]]] = defaultdict(list)

    def issuer_of(self, row: TptRow) -> str | None:
        """Id of the issuer that fields 46 to 52 name: its LEI, its group's LEI, or a key of its own."""
        issuer, group = self._lei(row, "issuer_code"), self._lei(row, "group_code")
        issuer_id = issuer or group or _local_issuer(row)
        if issuer_id is None:
            return None
        of_group = issuer is None and group is not None
        if of_group:
            self.by_group.append((self.notes.tpt.file.sha256, row.row))
        self._mentions[issuer_id].append((row, row.text.get("group_name") if of_group else None))
        if group is not None and group != issuer_id and group not in self._groups[issuer_id]:
            self._link(row, issuer_id, group)
        return issuer_id

    def _link(self, row: TptRow, issuer_id: str, group: str) -> None:
        self._groups[issuer_id].add(group)
        if self._is_owned_by(group, issuer_id):
            reason = f"{group} is itself said to belong to {issuer_id}: both links are kept"
            self.notes.add(row, "group_code", "group_circle", reason)
        tpt = self.notes.tpt
        self.ownership.append(
            {
                "child_id": issuer_id,
                "parent_id": group,
                "is_controlled": True,
                "valid_from": dt.date(row.valuation_date.year, 1, 1),
                "source": tpt.profile.constants.ownership_source,
                "source_file_id": tpt.file.sha256,
                "source_row": row.row,
            }
        )

    def _is_owned_by(self, child: str, owner: str) -> bool:
        """Whether the links met so far lead up from one to the other."""
        reached, ahead = {child}, [child]
        while ahead:
            above = self._groups.get(ahead.pop(), set()) - reached
            reached |= above
            ahead += above
        return owner in reached

    def _lei(self, row: TptRow, name: str) -> str | None:
        code = row.text.get(name)
        if code is None:
            return None
        right = valid_lei(code)
        if right is None and looks_like_lei(code):
            self.notes.add(row, name, *lei_fault())
        elif right is None and (code_type(row, f"{name}_type") == TYPE_LEI or valid_isin(code) is not None):
            instead = "group code or name used instead" if name == "issuer_code" else "the group is not known"
            self.notes.add(row, name, "not_a_lei", f"typed as LEI but not one; {instead}")
        elif right is not None and right != code:
            self.notes.add(row, name, "identifier_repaired", f"lower case or spaces: read as {right}")
        return right

    def issuer_rows(self) -> list[Row]:
        """Rows of raw.issuers: name, country and sector as most positions of the file say."""
        old_codes = [code for row in self.notes.tpt.rows if (code := row.text.get("sector")) is not None]
        usual = nace.usual_revision(old_codes)
        issuers: list[Row] = []
        for issuer_id, mentions in self._mentions.items():
            rows = [row for row, _ in mentions]
            sector = self._sector(rows, usual)
            issuers.append(
                {
                    "issuer_id": issuer_id,
                    "name": _usual([group_name or row.text.get("issuer_name") for row, group_name in mentions]),
                    "country": self._country(rows),
                    "sector_scheme": sector[0] if sector else None,
                    "sector_code": sector[1] if sector else None,
                    "is_financial": nace.is_financial(sector[1]) if sector else None,
                    "source_file_id": self.notes.tpt.file.sha256,
                    "source_row": rows[0].row,
                }
            )
        return issuers

    def _country(self, rows: Sequence[TptRow]) -> str | None:
        country = _usual([(row.text.get("country") or "").upper() or None for row in rows])
        if country == _NAMIBIA:
            self.notes.add(rows[0], "country", "country_ambiguous", "Namibia, or not known? Kept as Namibia")
        elif country is not None and country not in countries():
            self.notes.add(rows[0], "country", "unknown_country", "not an ISO 3166 alpha-2 code; kept as it is")
        return country

    def _sector(self, rows: Sequence[TptRow], usual: str) -> tuple[str, str] | None:
        """Scheme and code of an issuer: the most frequent, then the smallest; disagreement is listed."""
        read: list[tuple[TptRow, str, tuple[str, str]]] = []
        for row in rows:
            newer, older = row.text.get("sector_nace_2_1"), row.text.get("sector")
            text = newer or older
            if text is None:
                continue
            name = "sector_nace_2_1" if newer else "sector"
            sector = nace.read(text)
            if sector.rule is not None:
                self.notes.add(row, name, sector.rule, sector.reason)
            if sector.code is not None:
                scheme = nace.REV_2_1 if newer else nace.revision(text) or usual
                read.append((row, name, (scheme, sector.code)))
        chosen = _usual([sector for _, _, sector in read])
        for row, name, told in read:
            if told != chosen and chosen is not None:
                reason = f"another row of the issuer says {chosen[1]} ({chosen[0]}), which is used"
                self.notes.add(row, name, "sector_conflict", reason)
        return chosen


def _local_issuer(row: TptRow) -> str | None:
    """Key of an issuer without LEI: its mistyped LEI when there is one, else name and country."""
    code = row.text.get("issuer_code")
    if code is not None and looks_like_lei(code):
        return code
    name = row.text.get("issuer_name")
    return name_key(name, row.text.get("country")) if name else None


def _usual(values: Sequence[_Value | None]) -> _Value | None:
    """The most frequent value, the smallest of those that tie; nothing when all are empty."""
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None
