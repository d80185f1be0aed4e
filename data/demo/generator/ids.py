"""Made-up identifiers with true check digits."""

from stdnum import lei as lei_checker
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from generator.base import stream

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_lei(key: str) -> str:
    """Return a valid LEI in the `DEMO` range, which no issuing organisation uses."""
    draw = stream("lei", key)
    body = "DEMO00" + "".join(draw.choice(ALPHABET) for _ in range(12))
    code = body + mod_97_10.calc_check_digits(body)
    return str(lei_checker.validate(code))


def isin_digit(body: str) -> str:
    """Return the check digit of the first eleven characters of an ISIN."""
    digits = "".join(str(int(char, 36)) for char in body)
    return str(luhn.calc_check_digit(digits))


def make_isin(key: str, country: str) -> str:
    """Return an ISIN with a true check digit; `D` opens every national part."""
    draw = stream("isin", key)
    body = country + "D" + "".join(draw.choice(ALPHABET) for _ in range(2))
    body += "".join(draw.choice("0123456789") for _ in range(6))
    return body + isin_digit(body)


def make_fund_isin(key: str) -> str:
    """Return a fund ISIN of the form FR0014xxxxx1."""
    draw = stream("fund-isin", key)
    while True:
        body = "FR0014" + "".join(draw.choice(ALPHABET) for _ in range(5))
        if isin_digit(body) == "1":
            return body + "1"


def make_siren(key: str) -> str:
    """Return a SIREN; those starting with 0 are not given to companies."""
    body = "0" + "".join(stream("siren", key).choice("0123456789") for _ in range(7))
    return body + str(luhn.calc_check_digit(body))


def break_digit(code: str) -> str:
    """Return the code with a wrong last digit: a deliberate fault."""
    return code[:-1] + str((int(code[-1]) + 3) % 10)
