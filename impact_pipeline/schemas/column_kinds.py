"""Kinds of columns, and the units that occur more than once."""

from impact_pipeline.schemas.table import AMOUNT, DATE, FLAG, RATIO, TEXT, WHOLE, Column

EUR = "EUR"
TONNES = "tCO2e"
PER_MEUR = "tCO2e per million EUR"


def text(name: str, description: str, allowed: tuple[str, ...] | None = None) -> Column:
    """A text; ``allowed`` closes the list of words."""
    return Column(name, TEXT, description, allowed=allowed)


def amount(name: str, description: str, unit: str, minimum: float | None = None) -> Column:
    """Money, tonnes and other exact quantities."""
    return Column(name, AMOUNT, description, unit, minimum=minimum)


def share(name: str, description: str) -> Column:
    """An exact ratio between 0 and 1, as a file states it."""
    return Column(name, AMOUNT, description, "ratio", minimum=0, maximum=1)


def day(name: str, description: str) -> Column:
    """A calendar day."""
    return Column(name, DATE, description)


def ratio(
    name: str, description: str, unit: str = "ratio", minimum: float | None = 0, maximum: float | None = None
) -> Column:
    """A number that results from a division."""
    return Column(name, RATIO, description, unit, minimum=minimum, maximum=maximum)


def whole(
    name: str, description: str, unit: str = "", minimum: float | None = None, maximum: float | None = None
) -> Column:
    """A whole number."""
    return Column(name, WHOLE, description, unit, minimum=minimum, maximum=maximum)


def flag(name: str, description: str) -> Column:
    """True or false."""
    return Column(name, FLAG, description)
