"""Issuers whose name is like an unknown one: suggestions for a person to review, never used by any figure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz, process

#: Legal forms say nothing about who it is, and suppliers write them in every way.
_LEGAL_FORMS = frozenset(
    (
        *("AB", "AG", "AS", "ASA", "BV", "CO", "COMPANY", "CORP", "CORPORATION", "GMBH", "GROUP", "GROUPE", "HOLDING"),
        *("HOLDINGS", "INC", "INCORPORATED", "KG", "KGAA", "LIMITED", "LTD", "NV", "OYJ", "PLC", "PUBL", "SA", "SARL"),
        *("SAS", "SE", "SPA", "THE"),
    )
)
#: Similarity (0 to 100) below which a name is no suggestion.
LEAST_SCORE = 75
#: Suggestions for one name.
MOST = 3


@lru_cache(maxsize=200_000)
def plain_name(name: str) -> str:
    """A name for comparison: capitals without accents, punctuation and legal forms."""
    letters = unicodedata.normalize("NFKD", name.upper())
    parts = re.sub(r"[^A-Z0-9 ]", " ", letters.encode("ascii", "ignore").decode().replace("'", " ")).split()
    return " ".join(part for part in parts if part not in _LEGAL_FORMS) or " ".join(parts)


class Candidates:
    """Named issuers to choose from: name and country by issuer id."""

    def __init__(self, issuers: Mapping[str, tuple[str, str | None]]) -> None:
        self._issuers = dict(sorted(issuers.items()))
        self._names = {issuer_id: plain_name(name) for issuer_id, (name, _) in self._issuers.items()}

    def text(self, name: str, country: str | None) -> str | None:
        """The best suggestions with score and country, one after the other; nothing when no name is alike.

        Equal scores: those of the same country first. MERCK finds both Mercks, and says which is of another country.
        """
        # more are taken than shown, so that the country decides among names that are equally alike
        similar = process.extract(
            plain_name(name), self._names, scorer=fuzz.token_ratio, score_cutoff=LEAST_SCORE, limit=10 * MOST
        )
        ranked = sorted(similar, key=lambda each: (-round(each[1]), self._agreement(each[2], country), each[2]))
        return "; ".join(self._said(issuer_id, score, country) for _, score, issuer_id in ranked[:MOST]) or None

    def _agreement(self, issuer_id: str, country: str | None) -> int:
        theirs = self._issuers[issuer_id][1]
        if not country or not theirs:
            return 1
        return 0 if theirs == country else 2

    def _said(self, issuer_id: str, score: float, country: str | None) -> str:
        name, theirs = self._issuers[issuer_id]
        words = ("same country", "country not known", f"other country: {theirs}")[self._agreement(issuer_id, country)]
        return f"{name} [{issuer_id}] {score:.0f} % alike, {words}"


def best_texts(
    candidates: Candidates, wanted: Iterable[tuple[str, str | None]], most: int
) -> dict[tuple[str, str | None], str | None]:
    """Suggestions for the first ``most`` different names."""
    names = list(dict.fromkeys(wanted))[:most]
    return {(name, country): candidates.text(name, country) for name, country in names}
