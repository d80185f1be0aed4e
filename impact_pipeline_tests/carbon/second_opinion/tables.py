"""The rows of the published tables, from the input files (architecture.md 5, methodology 1.5, 1.7 and 2.1)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from impact_pipeline_tests.carbon.second_opinion import facts
from impact_pipeline_tests.carbon.second_opinion.attribution import Carbon, World, carbon
from impact_pipeline_tests.carbon.second_opinion.funds import declarations
from impact_pipeline_tests.carbon.second_opinion.lookthrough import positions
from impact_pipeline_tests.carbon.second_opinion.numbers import (
    STEP,
    Amount,
    divide,
    mean,
    published,
    ratio,
    times,
    total,
)
from impact_pipeline_tests.carbon.second_opinion.reading import read

MILLION = Decimal(1_000_000)
ZERO = Amount(Decimal(0))
Table = dict[tuple[str, ...], dict[str, Amount | None]]
SCOPES = ("1_2", "3", "1_2_3")


@dataclass(frozen=True)
class Opinion:
    """What the published tables must hold, by key without the month."""

    positions: Table
    portfolio_carbon: Table
    sovereign_carbon: Table


@dataclass(frozen=True)
class Share:
    """A covered line in one choice of scopes."""

    outstanding: Amount
    financed: Amount
    #: None: a fund's own declaration has none
    score: int | None


def opinion(inputs: Path, method: facts.Method) -> Opinion:
    """Everything, from an inputs folder."""
    fx = facts.rates(read(inputs, "fx_rates"), method)
    issuers = {row["issuer_id"]: row for row in read(inputs, "issuers")}
    balance_sheets = read(inputs, "issuer_financials")
    holdings = [row for row in read(inputs, "holdings") if row["as_of_date"] == method.as_of]
    quoted = {row["issuer_id"] for row in holdings if row["asset_class"] == "listed_equity"}
    world = World(
        method, fx, issuers,
        facts.sheets(balance_sheets, issuers, fx, method, quoted),
        facts.companies(read(inputs, "issuer_emissions"), facts.closings(balance_sheets, method), method),
        facts.countries(read(inputs, "sovereigns"), method),
        declarations(read(inputs, "fund_declarations"), method),
    )  # fmt: skip
    book = positions(holdings, read(inputs, "portfolios"), fx)
    lines: dict[str, list[Carbon]] = defaultdict(list)
    for position in book.positions:
        of = carbon(position, world)
        lines[position.portfolio_id].append(of)
        if position.portfolio_id in book.roots:
            lines["ALL"].append(of)
    all_lines = [of for portfolio, held in lines.items() if portfolio != "ALL" for of in held]
    return Opinion(
        {of.position.key: _position_row(of) for of in all_lines},
        {key: row for portfolio, held in lines.items() for key, row in _portfolio_rows(portfolio, held)},
        {key: row for portfolio, held in lines.items() for key, row in _sovereign_rows(portfolio, held, world)},
    )


def _position_row(of: Carbon) -> dict[str, Amount | None]:
    return {
        "market_value_eur": of.position.market,
        "attribution_factor": of.factor,
        "financed_scope_1_2_tco2e": of.financed_1_2,
        "financed_scope_3_tco2e": of.financed_3,
    }


def _portfolio_rows(
    portfolio: str, lines: Sequence[Carbon]
) -> Iterator[tuple[tuple[str, ...], dict[str, Amount | None]]]:
    book = total(of.position.market for of in lines)
    for perimeter, held in _perimeters(lines).items():
        for scopes in SCOPES:
            yield (portfolio, perimeter, scopes), _portfolio_row(held, scopes, book)


def _perimeters(lines: Sequence[Carbon]) -> dict[str, list[Carbon]]:
    found: dict[str, list[Carbon]] = defaultdict(list)
    for of in lines:
        asset_class = of.position.asset_class
        found[of.position.pocket].append(of)
        found["other_asset_class" if asset_class == "other" else asset_class].append(of)
        if of.is_eligible and asset_class != "sovereign_bond":
            found["corporate"].append(of)
            if of.is_listed is not None:
                found["corporate_listed" if of.is_listed else "corporate_unlisted"].append(of)
    return found


def _portfolio_row(lines: Sequence[Carbon], scopes: str, book: Amount | None) -> dict[str, Amount | None]:
    eligible = [of for of in lines if of.is_eligible and of.position.asset_class != "sovereign_bond"]
    shares = [share for of in eligible if (share := _share(of, scopes)) is not None]
    eligible_value = total(of.outstanding or of.position.market for of in eligible)
    covered = total(share.outstanding for share in shares)
    financed = total(share.financed for share in shares)
    # PCAF and TCFD: weights over the covered lines, here those with a revenue too
    weighed = [each for of in eligible if _share(of, scopes) is not None and (each := _weighed(of, scopes)) is not None]
    return {
        "market_value_eur": total(of.position.market for of in lines),
        "eligible_value_eur": eligible_value or ZERO,
        "covered_value_eur": covered or ZERO,
        "coverage_ratio": ratio(covered or ZERO, eligible_value),
        "financed_emissions_tco2e": financed,
        "economic_intensity_tco2e_per_meur": ratio(financed, covered, MILLION),
        "pai_2_footprint_tco2e_per_meur": ratio(financed, book, MILLION),
        "waci_tco2e_per_meur": mean(weighed, STEP / 2),
        "waci_coverage_ratio": ratio(
            total(market for market, _ in weighed) or ZERO, total(of.position.market for of in eligible)
        ),
        "data_quality_score": mean(
            [(share.outstanding, Decimal(share.score)) for share in shares if share.score is not None]
        ),
        "fund_declared_value_eur": total(share.outstanding for share in shares if share.score is None) or ZERO,
    }


def _share(of: Carbon, scopes: str) -> Share | None:
    """The line's part in a choice of scopes; covered only when every scope asked for is."""
    direct, indirect, company = of.financed_1_2, of.financed_3, of.company
    if of.declared is not None:
        parts = {"1_2": (direct,), "3": (indirect,), "1_2_3": (direct, indirect)}[scopes]
        return None if None in parts else Share(of.declared.covered, total(parts) or ZERO, None)
    needed = {
        "1_2": ((direct, company.score_1_2),),
        "3": ((indirect, company.score_3),),
        "1_2_3": ((direct, company.score_1_2), (indirect, company.score_3)),
    }[scopes]
    known = [(amount, score) for amount, score in needed if amount is not None and score is not None]
    if len(known) < len(needed) or of.outstanding is None:
        return None
    financed = total(amount for amount, _ in known)
    return Share(of.outstanding, financed or ZERO, max(score for _, score in known))


def _weighed(of: Carbon, scopes: str) -> tuple[Amount, Decimal] | None:
    """Weight of a line in the WACI, and its tonnes per million EUR of revenue."""
    if of.declared is not None:
        told = of.declared
        wanted = {
            "1_2": (told.intensity_1_2,),
            "3": (told.intensity_3,),
            "1_2_3": (told.intensity_1_2, told.intensity_3),
        }
        figures = [each for each in wanted[scopes] if each is not None]
        is_known = told.weight is not None and len(figures) == len(wanted[scopes])
        return (told.weight, sum(figures, Decimal(0))) if told.weight is not None and is_known else None
    tonnes = _tonnes(of, scopes)
    if tonnes is None or of.revenue is None or of.revenue.value <= 0 or of.position.market is None:
        return None
    return of.position.market, divide(tonnes, divide(of.revenue.value, MILLION))


def _tonnes(of: Carbon, scopes: str) -> Decimal | None:
    company = of.company
    needed = {
        "1_2": (company.scope_1, company.scope_2),
        "3": (company.scope_3,),
        "1_2_3": (company.scope_1, company.scope_2, company.scope_3),
    }[scopes]
    known = [tonnes for tonnes in needed if tonnes is not None]
    return sum(known, Decimal(0)) if len(known) == len(needed) else None


def _sovereign_rows(
    portfolio: str, lines: Sequence[Carbon], world: World
) -> Iterator[tuple[tuple[str, ...], dict[str, Amount | None]]]:
    held = [of for of in lines if of.position.asset_class == "sovereign_bond" and of.is_eligible]
    usd = world.fx.get("USD")
    for lulucf in ("excl", "incl") if held else ():
        emitted = f"ghg_{lulucf}_lulucf_tco2e"

        def known(of: Carbon, gdp: str, emitted: str = emitted) -> tuple[Decimal, Decimal] | None:
            row = of.country
            if row is None or not row.get(gdp) or row.get(emitted) is None or of.outstanding is None:
                return None
            return row[emitted], row[gdp]

        financed = _sum_of(held, lambda of: known(of, "gdp_ppp_intl_usd"), usd)
        covered = [of for of in held if usd is not None and known(of, "gdp_ppp_intl_usd") is not None]
        weighed = [
            (of.outstanding, divide(pair[0], divide(pair[1], MILLION)))
            for of in held
            if of.outstanding is not None and (pair := known(of, "gdp_nominal_eur")) is not None
        ]
        exposure = total(of.outstanding for of in held)
        yield (
            (portfolio, lulucf),
            {
                "exposure_eur": exposure,
                "covered_exposure_eur": total(of.outstanding for of in covered) or ZERO,
                "financed_emissions_tco2e": financed,
                "intensity_tco2e_per_meur_gdp": mean(weighed, STEP / 2),
                "intensity_coverage_ratio": ratio(total(w for w, _ in weighed) or ZERO, exposure),
            },
        )


def _sum_of(
    held: Sequence[Carbon], known: Callable[[Carbon], tuple[Decimal, Decimal] | None], usd: Decimal | None
) -> Amount | None:
    """Financed emissions of sovereigns: exposure in USD over PPP GDP, times national emissions."""
    parts = []
    for of in held:
        pair = known(of)
        if pair is not None and usd is not None and of.outstanding is not None:
            per_eur = divide(times(pair[0], usd), pair[1])
            parts.append(published(times(of.outstanding.value, per_eur), times(of.outstanding.doubt, per_eur)))
    return total(parts)
