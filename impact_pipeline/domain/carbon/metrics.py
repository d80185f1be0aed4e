"""The figures whose change is explained, each as a sum of products of the same inputs of a line.

A line has the columns of ``core.carbon_factors``, and from ``measured``, in the scopes asked for: ``emissions_tco2e``
of the issuer, ``attributed_tco2e`` (the same but where a pool of labelled bonds is told apart) and ``financed_tco2e``;
and ``line_rate``, ``issuer_rate`` (units per EUR of the two currencies).
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from impact_pipeline.domain.carbon.decomposition import Chain, Factor

QUANTITY, PRICE, ENTERPRISE_VALUE, EMISSIONS, FX = "quantity", "price", "enterprise_value", "emissions", "fx"
MILLION = 1_000_000
#: Half a step of DECIMAL(24, 6), in which tonnes and euros are stored, with room for the way to doubles and back.
_STEP = 1e-6

_HELD = (Factor("quantity", QUANTITY), Factor("price_local", PRICE))
#: Rate of the line over rate of the issuer: one effect, so it is exactly 0 when both are in the same currency (D12).
_RATES = (Factor("line_rate", FX, -1), Factor("issuer_rate", FX))


@dataclass(frozen=True)
class Metric:
    """A figure: its chain, the amount a line is held for, and how a line contributes to it.

    ``weight`` is what the contributions are divided by, summed over the covered lines of the portfolio and given in
    ``weight_unit_eur``; none for absolute figures.
    """

    name: str
    chain: Chain
    amount: str
    is_covered: pl.Expr
    contribution: Callable[[], pl.Expr]
    weight: str | None = None
    weight_unit_eur: int = 1

    def contributions(self, lines: pl.DataFrame, group: list[str]) -> pl.DataFrame:
        """Add ``contribution`` (empty = not covered), ``total_weight`` of the group, and ``rounding``."""
        covered = self.is_covered
        if self.weight is None:
            total = pl.lit(1.0)
        else:
            # summed as DECIMAL: the same to the last bit in any order of the lines
            weighed = (
                pl.when(covered).then(pl.col(self.weight)).sum().over(group).cast(pl.Float64) / self.weight_unit_eur
            )
            total = pl.when(weighed != 0).then(weighed)
        return lines.with_columns(total_weight=total).with_columns(
            contribution=pl.when(covered).then(self.contribution() / pl.col("total_weight")),
            rounding=_STEP / pl.col("total_weight").abs(),
        )


def measured(factors: pl.DataFrame, perimeter: str, scopes: str) -> pl.DataFrame:
    """The lines of a perimeter of ``marts.portfolio_carbon``, measured in some scopes (1_2, 3 or 1_2_3)."""
    parts: dict[str, tuple[list[str], ...]] = {
        "1_2": (["financed_scope_1_2_tco2e"], ["scope_1_2_tco2e"], ["attributed_scope_1_2_tco2e"]),
        "3": (["financed_scope_3_tco2e"], ["scope_3_tco2e"], ["attributed_scope_3_tco2e"]),
    }
    parts["1_2_3"] = tuple(direct + other for direct, other in zip(parts["1_2"], parts["3"], strict=True))
    financed, emitted, attributed = parts[scopes]
    corporate = {"corporate": pl.lit(True), "corporate_listed": pl.col("is_listed")}
    corporate["corporate_unlisted"] = ~pl.col("is_listed")
    if perimeter in corporate:
        inside = pl.col("is_corporate") & corporate[perimeter]
    elif perimeter == "other_asset_class":
        inside = pl.col("asset_class") == "other"
    else:
        inside = (pl.col("pocket") == perimeter) | ((pl.col("asset_class") == perimeter) & pl.lit(perimeter != "other"))
    return factors.filter(inside).with_columns(
        # a scope that is not known leaves the sum unknown
        financed_tco2e=pl.sum_horizontal(financed, ignore_nulls=False),
        emissions_tco2e=pl.sum_horizontal(emitted, ignore_nulls=False),
        attributed_tco2e=pl.sum_horizontal(attributed, ignore_nulls=False),
        line_rate=pl.col("line_units_per_eur"),
        issuer_rate=pl.col("issuer_units_per_eur"),
    )


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


_IS_COVERED = pl.col("financed_tco2e").is_not_null()
_WAS_ISSUED = (
    Factor("denominator_local", ENTERPRISE_VALUE, -1),
    *_RATES,
    Factor("attributed_tco2e", EMISSIONS),
)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        # units x price x rate / (enterprise value x rate) x emissions
        Metric(
            "financed_emissions",
            Chain((*_HELD, *_WAS_ISSUED), "quantity"),
            "outstanding_eur",
            _IS_COVERED,
            lambda: _number("financed_tco2e"),
        ),
        # the weight of the line in the covered amount, times emissions / enterprise value. The total of the weights is
        # part of the price effect (P13: allocation = q, price = p + 1/V). Money that comes in makes the total grow like
        # prices do: then quantity and price are large with opposite signs, and their sum is the effect of the weights
        Metric(
            "economic_intensity",
            Chain((*_HELD, Factor("total_weight", PRICE, -1), *_WAS_ISSUED), "quantity"),
            "outstanding_eur",
            _IS_COVERED,
            lambda: _number("financed_tco2e"),
            weight="outstanding_eur",
            weight_unit_eur=MILLION,
        ),
        # the weight of the line, times the company's own intensity: emissions / revenue is one effect (P13), there is
        # no enterprise value in it
        Metric(
            "waci",
            Chain(
                (
                    *_HELD,
                    Factor("total_weight", PRICE, -1),
                    *_RATES,
                    Factor("revenue_local_meur", EMISSIONS, -1),
                    Factor("emissions_tco2e", EMISSIONS),
                ),
                "quantity",
            ),
            "market_value_eur",
            _IS_COVERED
            & (pl.col("revenue_eur") > 0)
            & pl.col("market_value_eur").is_not_null()
            & pl.col("emissions_tco2e").is_not_null(),
            # rounded as marts.portfolio_carbon rounds it before it sums
            lambda: (
                _number("market_value_eur") * (_number("emissions_tco2e") / (_number("revenue_eur") / MILLION))
            ).round(6),
            weight="market_value_eur",
        ),
    )
}
