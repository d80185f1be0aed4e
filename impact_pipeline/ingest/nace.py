"""NACE codes as suppliers write them: padding removed, dots added, the revision told from the letter."""

import re
from collections import Counter
from collections.abc import Iterable

from impact_pipeline.ingest.reference import nace_sections

REV_2, REV_2_1 = "nace_2", "nace_2_1"

_CODE = re.compile(r"([A-V])?(\d{2})(\d{0,2})\d*[A-V]*")
_FINANCIAL = ("64", "65", "66")


def dotted(code: str) -> str | None:
    """Digits of a NACE code with dots, as precise as delivered: ``C1107`` is 11.07, ``F42FF`` is 42."""
    match = _CODE.fullmatch(_squeezed(code))
    if match is None or match[2] not in nace_sections():
        return None
    return f"{match[2]}.{match[3]}" if match[3] else match[2]


def revision(code: str) -> str | None:
    """Revision that uses this letter for this division, when only one does."""
    match = _CODE.fullmatch(_squeezed(code))
    if match is None or match[1] is None:
        return None
    rev_2, rev_2_1 = nace_sections().get(match[2], ("", ""))
    if (match[1] == rev_2) == (match[1] == rev_2_1):
        return None
    return REV_2 if match[1] == rev_2 else REV_2_1


def usual_revision(codes: Iterable[str]) -> str:
    """Revision of most codes whose letter decides; Rev. 2 when they tie or none decides."""
    votes = Counter(revision(code) for code in codes)
    return REV_2_1 if votes[REV_2_1] > votes[REV_2] else REV_2


def is_financial(sector_code: str | None) -> bool | None:
    """Bank, insurer or other financial company (divisions 64 to 66 in both revisions)."""
    return None if sector_code is None else sector_code[:2] in _FINANCIAL


def _squeezed(code: str) -> str:
    return re.sub(r"[\s.\-]", "", code).upper()
