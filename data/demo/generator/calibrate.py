"""Choose the free inputs so that the year-end figures come out as stated in the design.

Free inputs: the emission trend of each fiscal year, the yearly share of one strategic line, the yearly share
of one fund of loans, and the mutual's own emissions. Each figure is linear in its free input, so two trials
solve it.
"""

from generator import classes, emissions, world
from generator.base import Row, month
from generator.emissions import Draft
from generator.figures import Leaf, carbon, index
from generator.shares import pocket_share, valid_shares

FOOTPRINT_2019 = 104.0
PATH = {2020: 0.872, 2021: 0.752, 2022: 0.645, 2023: 0.555, 2024: 0.43}  # over 2019; 0.43 is the -57 %
STRATEGIC = {2019: 0.741, 2020: 0.762, 2021: 0.784, 2022: 0.803, 2023: 0.8272, 2024: 0.85, 2025: 0.856}
REAL_ECONOMY = {2019: 0.142, 2020: 0.146, 2021: 0.148, 2022: 0.15, 2023: 0.14, 2024: 0.14, 2025: 0.14}
KG_PER_PERSON = {2019: 68.9, 2020: 61.2, 2021: 55.4, 2022: 50.0, 2023: 47.33, 2024: 41.4}
Leaves = dict[int, list[Leaf]]


def trend(drafts: list[Draft], leaves: Leaves, issuers: list[Row], accounts: list[Row]) -> dict[int, float]:
    """Solve the emission trend year by year so that each December meets the path."""
    levels = dict.fromkeys(range(2017, 2025), 1.0)

    def footprint(year: int, level: float) -> float:
        levels[year] = level
        if year == 2019:  # earlier years fall a little slower than later ones
            levels[2018], levels[2017] = level * 1.06, level * 1.13
        december = month(year, 12)
        known = index(issuers, accounts, emissions.rows(drafts, levels))
        return carbon(leaves[december], known, december)["footprint"]

    base = 0.0
    for year in range(2019, 2025):
        target = FOOTPRINT_2019 if year == 2019 else base * PATH[year]
        low, high = footprint(year, 0.5), footprint(year, 1.0)
        reached = footprint(year, 0.5 + 0.5 * (target - low) / (high - low))
        base = base or reached
    return levels


def _solve_share(
    kind: str, pocket: str, year: int, target: float, leaves: Leaves, excluded: frozenset[str], build: object
) -> str:
    """Return the share (4 decimals) of the tuned line which gives the target at the end of a year."""
    december = month(year, 12)

    def total(share: float) -> float:
        rows = build(dict.fromkeys(classes.YEARS, f"{share:.4f}"))  # type: ignore[operator]
        return pocket_share(leaves[december], valid_shares(rows, kind, december), pocket, excluded)["ratio"]

    low, high = total(0.0), total(1.0)
    share = (target - low) / (high - low)
    if not 0 <= share <= 1:
        raise ValueError(f"{kind} {year}: the tuned share would be {share:.3f} (range {low:.4f} to {high:.4f})")
    return f"{share:.4f}"


def classifications(leaves: Leaves) -> list[Row]:
    """Return the `classifications` dataset with both tuned lines solved."""
    excluded = classes.excluded_ids()
    purposes = {
        year: _solve_share("strategic_purpose", "strategic", year, target, leaves, frozenset(), classes.strategic_rows)
        for year, target in STRATEGIC.items()
    }
    real = {
        year: _solve_share("real_economy", "return", year, target, leaves, excluded, classes.real_economy_rows)
        for year, target in REAL_ECONOMY.items()
    }
    return [*classes.strategic_rows(purposes), *classes.real_economy_rows(real)]


def own_tonnes(financed: dict[int, float]) -> dict[int, float]:
    """Return the own emissions that, with the financed ones, give the stated kilograms a person."""
    return {year: kg * world.PERSONS[year] / 1000 - financed[year] for year, kg in KG_PER_PERSON.items()}
