"""What cells tell by themselves: codes that prove themselves, currencies, days, the marks of numbers."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from impact_pipeline.ingest.canonical import columns_of
from impact_pipeline.ingest.files.spellings import BLANKS, DATE_SHAPES
from impact_pipeline.ingest.identifiers.codes import valid_isin, valid_lei
from impact_pipeline.ingest.reference import asset_class_of, currencies

#: Part of the cells that must fit: deposits have no ISIN, rows that add up have a word in its place.
_ENOUGH = 0.6
#: A bare number may be a day and seldom is.
_DAYS = [read for shape, read in DATE_SHAPES.items() if shape not in ("spreadsheet", "yyyy", "yyyymmdd")]
_CIC = re.compile(r"[A-Z]{2}[0-9A-F]{2}")

_IS: dict[str, Callable[[str], bool]] = {
    "instrument_id": lambda text: valid_isin(text) is not None,
    "issuer_id": lambda text: valid_lei(text) is not None,
    "currency": lambda text: text in currencies(),
    "cic": lambda text: _CIC.fullmatch(text) is not None and asset_class_of(text) is not None,
    "as_of_date": lambda text: any(read(text) is not None for read in _DAYS),
}


def by_contents(
    dataset: str, cells: Mapping[str, Sequence[str]], taken: Collection[str], unknown: Collection[str]
) -> dict[str, str]:
    """Our column to the only heading, of those not ``taken``, whose cells say that it is it."""
    found: dict[str, str] = {}
    for column in columns_of(dataset):
        test = _IS.get(column.name)
        if test is None:
            continue
        fitting = [
            heading
            for heading, texts in cells.items()
            if heading not in taken and heading not in found.values() and _fits(test, texts, unknown)
        ]
        if len(fitting) == 1:
            found[column.name] = fitting[0]
    return found


def _fits(test: Callable[[str], bool], texts: Sequence[str], unknown: Collection[str]) -> bool:
    known = [text for text in texts if text and text.lower() not in unknown]
    return bool(known) and sum(map(test, known)) >= _ENOUGH * len(known)


def marks(cells: dict[str, list[str]], remarks: list[str]) -> tuple[str, str]:
    """Marks of decimals and thousands that most numbers show."""
    votes: Counter[tuple[str, str]] = Counter()
    for text in itertools.chain.from_iterable(cells.values()):
        number = text.strip("()%+- ")
        if re.fullmatch(rf"\d{{1,3}}(?:{BLANKS}\d{{3}})+(?:[.,]\d+)?", number):
            votes["," if "," in number else ("." if "." in number else "?"), " "] += 1
        elif match := re.fullmatch(r"\d{1,3}(?:([.'])\d{3})+,\d+|\d{1,3}(?:([,'])\d{3})+\.\d+", number):
            votes["," if match[1] else ".", match[1] or match[2]] += 1
        elif grouped := re.fullmatch(r"\d{1,3}([.,'])\d{3}(?:\1\d{3})*", number):
            # 1.500 may be fifteen hundred or one and a half: the other numbers have to say
            votes["?", grouped[1]] += 1
        elif re.fullmatch(r"\d+,\d+", number):
            votes[",", ""] += 1
        elif re.fullmatch(r"\d+\.\d+", number):
            votes[".", ""] += 1
    decimals = Counter({mark: sum(n for (d, _), n in votes.items() if d == mark) for mark in ".,"})
    decimal = "," if decimals[","] > decimals["."] else "."
    if decimals[","] and decimals["."]:
        remarks.append("numbers with decimal points and with decimal commas: one of the two is refused")
    thousands = Counter({t: n for (_, t), n in votes.items() if t and t != decimal})
    return decimal, thousands.most_common(1)[0][0] if thousands else ""
