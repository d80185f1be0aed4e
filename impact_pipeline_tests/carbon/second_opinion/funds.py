"""What funds declare of themselves, and what it makes of a fund line without look-through (docs/profiles.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline_tests.carbon.second_opinion.facts import Method, known, last_words
from impact_pipeline_tests.carbon.second_opinion.numbers import Amount, divide, published, times
from impact_pipeline_tests.carbon.second_opinion.reading import Row

MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Declared:
    """A fund line by its fund's own word; scope 3 is unknown (None) when the figures cover different parts."""

    covered: Amount
    financed_1_2: Amount
    financed_3: Amount | None
    weight: Amount | None
    intensity_1_2: Decimal | None
    intensity_3: Decimal | None


def declarations(rows: Iterable[Row], method: Method) -> dict[str, Row]:
    """The latest declaration of each fund up to the month end, as last received."""
    latest: dict[str, Row] = {}
    for row in last_words(known(rows, method), lambda row: (row["instrument_id"], row["reference_date"])):
        fund, day = row["instrument_id"], row["reference_date"]
        if day <= method.as_of and (fund not in latest or day > latest[fund]["reference_date"]):
            latest[fund] = row
    return latest


def declared(
    instrument_id: str | None, market: Amount | None, funds: Mapping[str, Row], method: Method
) -> Declared | None:
    """The line by its fund's declaration; None when there is none to use."""
    row = funds.get(instrument_id or "")
    if row is None or market is None:
        return None
    day = row["reference_date"]
    age = (method.as_of.year - day.year) * 12 + method.as_of.month - day.month
    coverage, footprint, footprint_3 = _figures(row, "carbon_footprint")
    if age > method.max_fund_declaration_age_months or coverage is None or footprint is None:
        return None
    covered = _part(market, coverage)
    share, intensity, intensity_3 = _figures(row, "ghg_intensity")
    weight = None if share is None or intensity is None else _part(market, share)
    return Declared(
        covered, _tonnes(covered, footprint), None if footprint_3 is None else _tonnes(covered, footprint_3),
        weight, intensity if weight else None, intensity_3 if weight else None,
    )  # fmt: skip


def _figures(row: Row, name: str) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Coverage (None unless above 0), scopes 1+2, and scope 3 as the rest of the total at the same coverage."""
    coverage, direct = row.get(f"{name}_scope_1_2_coverage_ratio"), row.get(f"{name}_scope_1_2_tco2e_per_meur")
    total = row.get(f"{name}_scope_1_2_3_tco2e_per_meur")
    alike = row.get(f"{name}_scope_1_2_3_coverage_ratio") == coverage
    rest = total - direct if alike and total is not None and direct is not None and total >= direct else None
    return coverage or None, direct, rest


def _part(amount: Amount, share: Decimal) -> Amount:
    return published(times(amount.value, share), times(amount.doubt, share))


def _tonnes(covered: Amount, per_meur: Decimal) -> Amount:
    rate = divide(per_meur, MILLION)
    return published(times(covered.value, rate), times(covered.doubt, rate))
