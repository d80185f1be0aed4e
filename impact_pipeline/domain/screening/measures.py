"""What kind of thing a measure is: the few facts about measures that the engine needs and no rule may change.

A measure is ``family.theme`` (``revenue_share.palm``). Only families are listed: a new theme is data.
"""

from typing import Literal

import polars as pl

Fold = Literal["sum", "max", "min"]

#: Percentages of a whole: between 0 and 100, segments of one source add up.
SHARE_FAMILIES = ("revenue_share.", "certified_share.")
#: Two ways to say the same involvement: a source that found none for one of them found none for both.
THEME_FAMILIES = ("revenue_share.", "involvement.")
#: Quantities, the unit by ending: rows of one source are parts of a total.
QUANTITY_UNITS = {"_t": "t", "_kg_y": "kg_y", "_m3": "m3"}
QUANTITY_ENDINGS = tuple(QUANTITY_UNITS)
#: Measures of good conduct. "Not involved" makes them pointless, it does not make them zero.
CONDUCT_FAMILIES = ("certified_share.", "deforestation_policy.", "water_policy.", "plastic_target.")
CONDUCT_MEASURES = ("pfas.phase_out",)


def is_share(measure: str) -> bool:
    """True for percentages of revenue or volume."""
    return measure.startswith(SHARE_FAMILIES)


def unit(measure: str) -> str | None:
    """The unit a measure is stated in; ``None`` when its name does not say."""
    found = next((name for ending, name in QUANTITY_UNITS.items() if measure.endswith(ending)), None)
    return "pct" if is_share(measure) else found


def adds_models(measure: str) -> bool:
    """True when rows of different ``model`` are parts of one whole (IP + SG + MB + credits <= 100 %)."""
    return measure.startswith("certified_share.")


def is_conduct(measure: str) -> bool:
    """True for good conduct (certificates, policies, targets, phase-out plans)."""
    return measure.startswith(CONDUCT_FAMILIES) or measure in CONDUCT_MEASURES


def sibling(measure: str) -> str | None:
    """The other measure of the same theme, e.g. ``involvement.palm`` for ``revenue_share.palm``."""
    for family, other in (THEME_FAMILIES, THEME_FAMILIES[::-1]):
        if measure.startswith(family):
            return other + measure.removeprefix(family)
    return None


def theme_of(measure: str) -> tuple[str, ...]:
    """Other measures of the same theme that say something about this one; none for what is no theme."""
    other = sibling(measure)
    return () if other is None else (other, f"volume_share.{measure.partition('.')[2]}")


def volume_of(column: str) -> pl.Expr:
    """The share of volume of the theme that a column of measures is about: it exposes, it proves no revenue."""
    return pl.lit("volume_share.") + pl.col(column).str.split(".").list.last()


def fold(measure: str, op: str, is_mitigation: bool) -> Fold:
    """How rows of one source and year become one value.

    Shares and quantities add up. Anything else (scores, yes/no) is read on its worst part: a criterion holds
    when it holds for one part, a mitigation only when it holds for all.
    """
    if is_share(measure) or measure.endswith(QUANTITY_ENDINGS):
        return "sum"
    looks_for_high = op in (">", ">=", "is_true")
    return "max" if looks_for_high != is_mitigation else "min"
