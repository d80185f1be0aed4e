"""How suppliers write headings, numbers and dates; each is read by a stated shape, never guessed cell by cell."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

import polars as pl

from impact_pipeline.ingest.cells import NUMBER

#: Blanks that stand between thousands; spreadsheets use the no-break and the narrow no-break one.
BLANKS = "[ \u00a0\u202f\u2009]"
_FIELD_NUMBER = re.compile(r"^\s*0*(\d+[a-z]?)(?=$|[\s_.\-:])")
#: Days since this one are how spreadsheets count dates.
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30)


def field_number(heading: str) -> str | None:
    """Leading field number of a template heading: ``12_CIC_code...``, ``0012``, ``8b_Total...``."""
    match = _FIELD_NUMBER.match(heading)
    return match[1] if match else None


@lru_cache(maxsize=10_000)
def heading_key(heading: str) -> str:
    """What remains of a heading when letter case, accents, blanks and punctuation do not matter.

    ``Libellé``, ``LIBELLE`` and ``LibellÃ©`` (UTF-8 once read as cp1252) are the same.
    """
    if "Ã" in heading or "Â" in heading:
        with suppress(UnicodeError):
            heading = heading.encode("cp1252").decode("utf-8")
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum()) or heading.strip()


def numbers(texts: pl.Series, decimal: str, thousands: str) -> pl.Series:
    """Numbers with a point for decimals and nothing between thousands; null where a text is none of that spelling.

    The spelling is the profile's alone: with a decimal comma, ``1.234`` is never read as one and a bit. A minus may
    stand behind (``1 234,56-``), a negative number in round brackets.
    """
    if decimal == "." and not (~texts.str.contains(NUMBER)).any():
        return texts  # as almost always: nothing to copy
    text = pl.col("text").str.strip_chars()
    is_bracketed = text.str.starts_with("(") & text.str.ends_with(")")
    is_behind = ~is_bracketed & text.str.ends_with("-") & ~text.str.contains("^[+-]")
    bare = (
        pl.when(is_bracketed)
        .then(text.str.strip_prefix("(").str.strip_suffix(")").str.strip_chars())
        .when(is_behind)
        .then(text.str.strip_suffix("-").str.strip_chars())
        .otherwise(text)
        .str.replace_all("\u2212", "-", literal=True)
    )
    if thousands:
        mark = BLANKS if thousands == " " else re.escape(thousands)
        is_marked = bare.str.contains(rf"^[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{re.escape(decimal)}\d*)?$")
        bare = pl.when(is_marked).then(bare.str.replace_all(mark, "")).otherwise(bare)
    if decimal == ",":
        has_point = bare.str.contains(".", literal=True)
        bare = pl.when(~has_point).then(bare.str.replace_all(",", ".", literal=True))
    signed = pl.when(is_bracketed | is_behind).then("-" + bare).otherwise(bare)
    made = texts.rename("text").to_frame().select(pl.when(signed.str.contains(NUMBER)).then(signed))
    return made.to_series().alias(texts.name)


def number_fault(text: str, decimal: str, thousands: str) -> tuple[str, str]:
    """What is expected in place of a text that is no number, and what to do about it."""
    expected = f"a number with {decimal!r}"
    if thousands:
        expected += f" and {thousands!r} between thousands"
    if match := re.fullmatch(rf"[-+(]?\d[\d.,'{BLANKS[1:-1]}]*[)-]?{BLANKS}*([^\W\d_]+|[€$£])", text):
        hint = f"Set suffix: {match[1]} for this column in the profile; amounts of another unit stay refused"
        return expected, hint
    if "," in text and decimal == ".":
        return expected, "Does this supplier write decimal commas? Set decimal: ',' in a profile of its own"
    if "." in text and decimal == "," and thousands == ".":
        return expected, "A decimal point among decimal commas? Ask for one spelling"
    if "." in text and decimal == ",":
        return expected, "A mark of thousands? Set thousands: '.' in the profile. A decimal point? Set decimal: '.'"
    hint = "Leave the cell empty when the figure is not known, or list the text under unknown in the profile"
    return expected, hint


def scaled(text: str, factor: Fraction) -> str:
    """A number as text times a factor; exact where a decimal can be, else 20 digits behind the point."""
    if factor == 1:
        return text
    value = Fraction(text) * factor
    places = 20
    shifted = round(value * 10**places)
    digits = f"{abs(shifted):0{places + 1}d}"
    whole, behind = digits[:-places], digits[-places:].rstrip("0")
    return ("-" if shifted < 0 else "") + whole + (f".{behind}" if behind else "")


def _pattern(expression: str) -> Callable[[str], dt.date | None]:
    compiled = re.compile(expression)

    def read(text: str) -> dt.date | None:
        match = compiled.fullmatch(text)
        if match is None:
            return None
        found = match.groupdict()
        try:
            return dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            return None

    return read


def _serial(text: str) -> dt.date | None:
    match = re.fullmatch(r"(\d{4,6})(?:\.0+)?", text)
    return _SPREADSHEET_EPOCH + dt.timedelta(days=int(match[1])) if match else None


def _year_end(text: str) -> dt.date | None:
    match = re.fullmatch(r"(\d{4})(?:\.0+)?", text)
    return dt.date(int(match[1]), 12, 31) if match and match[1] > "0000" else None


_CLOCK = r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
#: The shapes of dates that a profile may name. A year alone stands for its last day.
DATE_SHAPES: dict[str, Callable[[str], dt.date | None]] = {
    "yyyy-mm-dd": _pattern(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})" + _CLOCK),
    "dd/mm/yyyy": _pattern(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "mm/dd/yyyy": _pattern(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
    "dd.mm.yyyy": _pattern(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
    "dd-mm-yyyy": _pattern(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    "yyyy/mm/dd": _pattern(r"(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})"),
    "yyyymmdd": _pattern(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    "spreadsheet": _serial,
    "yyyy": _year_end,
}


def date(cell: str, shapes: Iterable[str]) -> dt.date | None:
    """The day a cell says in the first of the shapes that fits; nothing when none does."""
    text = cell.strip()
    return next((day for shape in shapes if (day := DATE_SHAPES[shape](text)) is not None), None)
