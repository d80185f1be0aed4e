"""Check digits of identifiers (a WKN has none). Spelling (case, spaces) is repaired; a wrong checksum never is."""

import re
from functools import lru_cache

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

#: Prefixes in use that are no country; ZZ stands in codes made up for want of an ISIN.
_NO_COUNTRY = ("EU", "EZ", "QS", "QT", "XA", "XC", "XD", "XF", "XK", "XS", "ZZ")
#: Suppliers make a code for each leg of a swap by putting this behind its ISIN.
_LEGS = ("FIXED", "FLOAT")

_ISIN_LIKE = re.compile(r"[A-Z]{2}[A-Z0-9]{10}")
_LEI_LIKE = re.compile(r"[A-Z0-9]{20}")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")


def compact(code: str) -> str:
    """The code in upper case without white space."""
    return "".join(code.split()).upper()


@lru_cache(maxsize=CACHED_CODES)
def valid_isin(code: str) -> str | None:
    """The ISIN in its normal spelling when its check digit is right."""
    candidate = compact(code)
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
