"""Invented names. Any resemblance to a real company is an accident."""

from generator.base import stream

STARTS = [
    "Bro",
    "Cal",
    "Dru",
    "Estra",
    "Fau",
    "Gre",
    "Hau",
    "Jor",
    "Kal",
    "Lor",
    "Mau",
    "Nor",
    "Ovra",
    "Pra",
    "Quel",
    "Ros",
    "Sor",
    "Tar",
    "Urba",
    "Vau",
    "Wes",
    "Yvo",
    "Zel",
    "Thi",
    "Clu",
    "Gwen",
    "Bri",
    "Ola",
    "Pel",
    "Ram",
]
MIDDLES = [
    "ban",
    "cor",
    "del",
    "fen",
    "gal",
    "lin",
    "mar",
    "nor",
    "par",
    "quin",
    "ras",
    "sel",
    "tor",
    "vel",
    "zan",
    "bru",
    "dac",
]
ENDS = ["ac", "aise", "ard", "elle", "erne", "euil", "ier", "oise", "on", "ours", "yre", "une", "ix", "ande"]
FORMS = {
    "FR": "SA", "DE": "AG", "NL": "NV", "IT": "SpA", "ES": "SA", "BE": "SA", "US": "Inc", "GB": "plc",
    "CH": "AG", "SE": "AB", "FI": "Oyj", "JP": "KK", "NO": "ASA", "LU": "SA",
}  # fmt: skip

_taken: dict[str, str] = {}


def coined(key: str) -> str:
    """Return a word that is always the same for a key and never shared."""
    attempt = 0
    while True:
        draw = stream("name", key, attempt)
        word = draw.choice(STARTS) + draw.choice(MIDDLES) + draw.choice(ENDS)
        if _taken.setdefault(word, key) == key:
            return word
        attempt += 1


def company(key: str, trade_name: str, country: str) -> str:
    """Return a company name: coined word, trade, legal form."""
    return f"{coined(key)} {trade_name} {FORMS[country]}"
