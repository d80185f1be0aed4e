"""Check digits of identifiers (a WKN has none). Spelling (case, spaces) is repaired; a wrong checksum never is."""

import re
import string
from collections.abc import Callable
from functools import lru_cache

import polars as pl
from stdnum import cusip, figi, isin, lei
from stdnum.de import wkn
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.fr import siren
from stdnum.gb import sedol

from impact_pipeline.ingest.reference import countries

#: ISIN prefixes in use that the library does not list: EZ = derivatives traded over the counter.
OTHER_ISIN_PREFIXES = ("EZ",)

#: Codes whose check is remembered: the same few thousand come back month after month.
CACHED_CODES = 100_000
#: Up to so many codes of one column are looked up one by one: most are remembered, and many at once cost 10 ms anyway.
FEW_CODES = 5_000

#: Prefixes in use that are no country; ZZ stands in codes made up for want of an ISIN.
_NO_COUNTRY = ("EU", "EZ", "QS", "QT", "XA", "XC", "XD", "XF", "XK", "XS", "ZZ")
#: Suppliers make a code for each leg of a swap by putting this behind its ISIN.
_LEGS = ("FIXED", "FLOAT")

#: What each letter stands for in the number whose check digits are computed.
_DIGITS = {letter: str(value) for value, letter in enumerate(string.ascii_uppercase, start=10)}
_ISIN_LIKE = re.compile(r"[A-Z]{2}[A-Z0-9]{10}")
_LEI_LIKE = re.compile(r"[A-Z0-9]{20}")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")


def compact(code: str) -> str:
    """The code in upper case without white space."""
    return "".join(code.split()).upper()


def compacted(name: str) -> pl.Expr:
    """``compact`` as an expression."""
    return pl.col(name).str.replace_all(r"\s", "").str.to_uppercase()


@lru_cache(maxsize=CACHED_CODES)
def valid_isin(code: str) -> str | None:
    """The ISIN in its normal spelling when its check digit is right."""
    candidate = compact(code)
    if candidate.isascii() and len(candidate) != 12:
        return None  # the library says so too, but a file has its own code for every deposit
    try:
        return isin.validate(candidate)
    except InvalidComponent:
        right = candidate[:2] in OTHER_ISIN_PREFIXES and isin.calc_check_digit(candidate[:-1]) == candidate[-1]
        return candidate if right else None
    except ValidationError:
        return None


@lru_cache(maxsize=CACHED_CODES)
def looks_like_isin(code: str) -> bool:
    """Whether a code was probably meant as an ISIN: 12 characters that start with 2 letters."""
    return _ISIN_LIKE.fullmatch(code.strip().upper()) is not None


@lru_cache(maxsize=CACHED_CODES)
def meant_as_isin(code: str) -> bool:
    """Whether a code of no stated type was meant as an ISIN: by prefix, length and digits, or as leg of a swap."""
    candidate = compact(code)
    base = candidate[:12]
    if candidate[12:] in _LEGS:
        return valid_isin(base) is not None
    is_prefixed = base[:2] in _NO_COUNTRY or base[:2] in countries()
    return looks_like_isin(candidate) and is_prefixed and any(character.isdigit() for character in base)


def is_otc_code(code: str) -> bool:
    """Whether a code is an ISIN of a derivative traded over the counter, or one of its legs."""
    base = valid_isin(compact(code)[:12])
    return base is not None and base[:2] in OTHER_ISIN_PREFIXES


@lru_cache(maxsize=CACHED_CODES)
def valid_lei(code: str | None) -> str | None:
    """The LEI in its normal spelling when its check digits are right."""
    candidate = compact(code or "")
    if _LEI.fullmatch(candidate) is None:
        return None
    try:
        return lei.validate(candidate)
    except ValidationError:
        return None


#: Schemes whose form or check digit a library knows, apart from ISIN and LEI.
_OTHER_SCHEMES = {"cusip": cusip, "sedol": sedol, "siren": siren, "wkn": wkn, "figi": figi}
#: Bloomberg's prefixes are letters; the library takes them as given. Vowels never occur (OMG FIGI 1.1, 6.1.2).
_FIGI = re.compile(r"[B-DF-HJ-NP-TV-Z]{2}G[B-DF-HJ-NP-TV-Z0-9]{8}[0-9]")


@lru_cache(maxsize=CACHED_CODES)
def valid_code(scheme: str, code: str) -> str | None:
    """The code in its normal spelling when it keeps the rules of its scheme; vendor and name have none."""
    if scheme == "isin":
        return valid_isin(code)
    if scheme == "lei":
        return valid_lei(code)
    candidate = compact(code)
    if not candidate.isascii() or (scheme == "figi" and _FIGI.fullmatch(candidate) is None):
        return None
    try:
        # the library would drop separators inside the code: what it returns has to be what was given
        return candidate if _OTHER_SCHEMES[scheme].validate(candidate) == candidate else None
    except ValidationError:
        return None


def name_key(name: str, country: str | None) -> str:
    """Key of an issuer that no code names: as different as the names or countries are."""
    return f"name:{' '.join(name.upper().split())}|{(country or '').upper()}"


@lru_cache(maxsize=CACHED_CODES)
def looks_like_lei(code: str) -> bool:
    """Whether a code was probably meant as a LEI: 20 letters and digits."""
    return _LEI_LIKE.fullmatch(compact(code)) is not None


def plain_isins(codes: pl.Series) -> pl.Series:
    """Whether each code is an ISIN of a country, right and in its normal spelling: nothing to look at one by one.

    False says nothing: ``valid_isin`` decides. Luhn's sum over digits and letters (a letter stands for two digits).
    """
    places = range(2 * 12)
    twice = [2 * _digit(place) for place in places]
    luhn = [
        _digit(place) if place % 2 == 0 else pl.when(twice[place] > 9).then(twice[place] - 9).otherwise(twice[place])
        for place in places
    ]
    known = pl.col("code").str.slice(0, 2).is_in([code for code in countries() if code not in _NO_COUNTRY])
    return _told(codes, r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$", known & (pl.sum_horizontal(luhn) % 10 == 0))


def plain_leis(codes: pl.Series) -> pl.Series:
    """The same for LEIs: the remainder of the number by 97 is 1 (ISO 17442)."""
    parts = [_digit(place) * pow(10, place, 97) for place in range(2 * 20)]
    return _told(codes, r"^[A-Z0-9]{18}[0-9]{2}$", pl.sum_horizontal(parts) % 97 == 1)


def _digit(place: int) -> pl.Expr:
    """Digit of the number that a code stands for (A = 10 to Z = 35), counted from its end; 0 before its beginning."""
    return pl.col("reversed_digits").str.slice(place, 1).str.to_integer(dtype=pl.Int32, strict=False).fill_null(0)


def _told(codes: pl.Series, shape: str, right: pl.Expr) -> pl.Series:
    is_shaped = codes.str.contains(shape).fill_null(value=False)
    shaped = codes.filter(is_shaped).rename("code").to_frame()
    digits = pl.col("code").str.replace_many(_DIGITS).str.reverse().alias("reversed_digits")
    is_right = shaped.with_columns(digits).select(right).to_series()
    return is_shaped.scatter(is_shaped.arg_true(), is_right)


def odd_codes(codes: pl.Series, are_plain: Callable[[pl.Series], pl.Series]) -> list[str]:
    """Distinct codes that have to be looked at one by one: all when they are few, else those not ``are_plain``."""
    distinct = codes.drop_nulls().unique()
    odd = distinct if distinct.len() <= FEW_CODES else distinct.filter(~are_plain(distinct))
    return odd.sort().to_list()


def right_codes(
    codes: pl.Series, are_plain: Callable[[pl.Series], pl.Series], valid: Callable[[str], str | None]
) -> pl.Series:
    """Each code in its normal spelling, nothing where it is none; only those not ``are_plain`` are read one by one."""
    odd = odd_codes(codes, are_plain)
    return codes.replace(odd, pl.Series([valid(code) for code in odd], dtype=pl.String))


def isin_fault(code: str) -> tuple[str, str]:
    """Rule and reason for a code typed as ISIN that is not one."""
    if looks_like_isin(code):
        return (
            "isin_check_digit",
            "the ISIN check digit or country prefix is wrong; the line stays without identifier",
        )
    return "not_an_isin", "typed as ISIN but not one; the line stays without identifier"


def lei_fault() -> tuple[str, str]:
    """Rule and reason for 20 characters that are not a LEI."""
    return (
        "lei_check_digit",
        "the LEI check digits are wrong; the text is kept as an opaque key so that rows still join",
    )
