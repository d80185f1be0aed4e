"""NACE codes as suppliers write them: padding removed, dots added, the revision told from the letter."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from impact_pipeline.ingest.reference import nace_sections

REV_2, REV_2_1 = "nace_2", "nace_2_1"

#: A section letter, digits, and what pads the code to its length or tells the national class (NAF 11.07Z).
_CODE = re.compile(r"([A-V])?(\d+)([A-Z]*)")
#: A class or group that went through a spreadsheet as a number: 1107.0, 126.0.
_AS_NUMBER = re.compile(r"([A-V]?\d{3,})\.0+")
#: A code whose dot shows that the zero of its division is gone: 1.26.
_CUT_DIVISION = re.compile(r"\d\.\d+")
_FINANCIAL = ("64", "65", "66")


@dataclass(frozen=True)
class Nace:
    """A code as read: digits with dots (nothing = not known), and the rule of the finding when one is due."""

    code: str | None
    letter: str | None = None
    rule: str | None = None
    reason: str = ""


@lru_cache(maxsize=10_000)
def read(text: str) -> Nace:
    """Digits of a NACE code with dots, as precise as delivered: ``C1107`` is 11.07, ``F42FF`` is 42.

    A zero lost from the front is put back where the letter or the dot leaves one reading only.
    """
    text = text.strip().upper()
    number = _AS_NUMBER.fullmatch(text)
    is_cut = _CUT_DIVISION.fullmatch(text) is not None
    match = _CODE.fullmatch(number[1] if number else re.sub(r"[\s.\-]", "", text))
    if match is None:
        return _unreadable()
    letter, digits, _ = match.groups()
    padded = "0" + digits
    if letter is None:
        if len(digits) == 1:
            return _unreadable()
        if is_cut and padded[:2] in nace_sections():
            return _repaired(padded, None)
        has_dot = "." in text and number is None
        if len(digits) == 3 and not has_dot and {digits[:2], padded[:2]} <= nace_sections().keys():
            reason = f"{_dotted(digits)} or {_dotted(padded)}, its zero lost: the sector is not known"
            return Nace(None, None, "nace_ambiguous", reason)
        return Nace(_dotted(digits)) if digits[:2] in nace_sections() else _not_in_nace()
    if letter in nace_sections().get(digits[:2], ()):
        return Nace(_dotted(digits), letter)
    if len(digits) in (1, 2, 3) and letter in nace_sections().get(padded[:2], ()):
        return _repaired(padded, letter)
    return _not_in_nace()


def _dotted(digits: str) -> str:
    return f"{digits[:2]}.{digits[2:4]}" if digits[2:] else digits


def _repaired(digits: str, letter: str | None) -> Nace:
    return Nace(_dotted(digits), letter, "nace_repaired", f"its first zero was lost: read as {_dotted(digits)}")


def _unreadable() -> Nace:
    return Nace(None, None, "sector_unreadable", "not a NACE code: the sector is not known")


def _not_in_nace() -> Nace:
    reason = "no such division under that letter in NACE Rev. 2 or 2.1: the sector is not known"
    return Nace(None, None, "nace_unknown", reason)


def revision(text: str) -> str | None:
    """Revision that uses this letter for this division, when only one does."""
    nace = read(text)
    if nace.code is None or nace.letter is None:
        return None
    rev_2, rev_2_1 = nace_sections()[nace.code[:2]]
    if rev_2 == rev_2_1:
        return None
    return REV_2 if nace.letter == rev_2 else REV_2_1


def usual_revision(codes: Mapping[str, int]) -> str:
    """Revision of most codes whose letter decides; Rev. 2 when they tie or none decides.

    ``codes``: how often each is there.
    """
    votes: Counter[str | None] = Counter()
    for code, count in codes.items():
        votes[revision(code)] += count
    return REV_2_1 if votes[REV_2_1] > votes[REV_2] else REV_2


def is_financial(sector_code: str | None) -> bool | None:
    """Bank, insurer or other financial company (divisions 64 to 66 in both revisions)."""
    return None if sector_code is None else sector_code[:2] in _FINANCIAL
