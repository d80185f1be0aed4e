"""Figures of ``marts.portfolio_carbon`` walked back to lines, emissions and balance sheets."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from impact_pipeline.publishing.explain.funds import FundDeclarations
from impact_pipeline.publishing.explain.issuers import IssuerFacts
from impact_pipeline.publishing.explain.names import Asked
from impact_pipeline.publishing.explain.parts import gathered, ranked, require_equal
from impact_pipeline.publishing.explain.sources import Row, Sources
from impact_pipeline.publishing.explain.store import MonthRows, inside


@dataclass(frozen=True)
class _Shape:
    """Numerator and denominator of a column: columns of the model's lines; units; what is shown per line."""

    numerator: str
    unit: str
    denominator: str = ""
    denominator_unit: str = ""
    per_million: bool = False


_SHAPES = {
    "market_value_eur": _Shape("market_value_eur", "EUR"),
    "eligible_value_eur": _Shape("eligible_eur", "EUR"),
    "covered_value_eur": _Shape("covered_eur", "EUR"),
    "coverage_ratio": _Shape("covered_eur", "EUR", "eligible_eur", "EUR"),
    "financed_emissions_tco2e": _Shape("financed_tco2e", "tCO2e"),
    "economic_intensity_tco2e_per_meur": _Shape("financed_tco2e", "tCO2e", "covered_eur", "MEUR", per_million=True),
    "pai_2_footprint_tco2e_per_meur": _Shape("financed_tco2e", "tCO2e", "all_eur", "MEUR", per_million=True),
    "waci_tco2e_per_meur": _Shape("waci_term", "EUR × tCO2e/MEUR CA", "waci_weight_eur", "EUR"),
    "waci_coverage_ratio": _Shape("waci_weight_eur", "EUR", "waci_eligible_eur", "EUR"),
    "data_quality_score": _Shape("amount_x_score", "EUR × score", "scored_eur", "EUR"),
    "fund_declared_value_eur": _Shape("declared_eur", "EUR"),
}
#: Columns of the mart that the sums of the parts must equal to the last decimal.
_PUBLISHED = {
    "market_value_eur": "market_value_eur",
    "eligible_eur": "eligible_value_eur",
    "covered_eur": "covered_value_eur",
    "financed_tco2e": "financed_emissions_tco2e",
    "declared_eur": "fund_declared_value_eur",
}

_LINES = """
, asked as (
select
    lines.portfolio_id, lines.line_id, lines.lookthrough_path, '' as part, lines.is_eligible, lines.market_value_eur,
    lines.eligible_eur, lines.covered_{scopes} as covered_eur,
    lines.declared_{scopes} as declared_eur, lines.financed_{scopes} as financed_tco2e,
    lines.amount_x_score_{scopes} as amount_x_score, lines.covered_score_{scopes} as covered_score,
    lines.waci_eligible_eur, lines.waci_weight_{scopes} as waci_weight_eur, lines.waci_term_{scopes} as waci_term,
    case
        when lines.financed_{scopes} is not null then 'covered'
        when $scopes = '1_2' or attributed.carbon_status <> 'covered' then attributed.carbon_status
        else attributed.scope_3_status
    end as reason
from weighed as lines
inner join core.attribution as attributed using (as_of_date, portfolio_id, line_id, lookthrough_path)
where lines.as_of_date = $month
    and (lines.portfolio_id = $portfolio or ($portfolio = 'ALL' and lines.is_root))
    and (
        $perimeter = lines.pocket
        or $perimeter = case when lines.asset_class = 'other' then 'other_asset_class' else lines.asset_class end
        or ($perimeter = 'corporate' and lines.is_corporate)
        or ($perimeter = 'corporate_listed' and lines.is_corporate and lines.is_listed)
        or ($perimeter = 'corporate_unlisted' and lines.is_corporate and not lines.is_listed)
    )
)
select asked.*, {contribution} as contribution from asked
"""

_SUMS = """
select
    count(*) as lines, sum(market_value_eur) as market_value_eur, sum(coalesce(eligible_eur, 0)) as eligible_eur,
    sum(coalesce(covered_eur, 0)) as covered_eur, sum(financed_tco2e) as financed_tco2e,
    sum(coalesce(declared_eur, 0)) as declared_eur,
    sum(coalesce(covered_eur, 0) - coalesce(declared_eur, 0)) as scored_eur,
    sum(amount_x_score) as amount_x_score, sum(coalesce(waci_eligible_eur, 0)) as waci_eligible_eur,
    sum(coalesce(waci_weight_eur, 0)) as waci_weight_eur, sum(waci_term) as waci_term,
    min(covered_score) as best_score, max(covered_score) as weakest_score
from parts
"""

_ATTRIBUTED = """
select biggest.place, biggest.covered_score, attributed.*
from biggest
inner join core.attribution as attributed using (portfolio_id, line_id, lookthrough_path)
where attributed.as_of_date = $month
"""

_BIGGEST_MISSING = """
, ranked as (
    select
        missing.*,
        row_number() over (order by amount_eur desc, portfolio_id, line_id, lookthrough_path) as place
    from missing
    where amount_eur is not null
)
select
    ranked.place, ranked.amount_eur as contribution, ranked.reason, ranked.portfolio_id, ranked.line_id,
    ranked.lookthrough_path, positions.instrument_id, positions.instrument_name, positions.issuer_id,
    positions.issuer_name
from ranked
inner join marts.positions as positions using (portfolio_id, line_id, lookthrough_path)
where positions.as_of_date = $month and ranked.place <= $top
order by ranked.place
"""


def explain_carbon(month: MonthRows, figure: Asked, portfolio: str, top: int) -> dict[str, Any]:
    """Value, numbers, coverage and contributors of a column of ``marts.portfolio_carbon``."""
    perimeter = figure.first or month.methodology["headline_perimeter"]
    scopes = figure.second or month.methodology["headline_scopes"]
    shape = _SHAPES[figure.name]
    asked = {"portfolio": portfolio, "perimeter": perimeter, "scopes": scopes}
    published = month.one(
        "select * from marts.portfolio_carbon where as_of_date = $month and portfolio_id = $portfolio"
        " and perimeter = $perimeter and scopes = $scopes",
        **asked,
    )
    month.keep(inside("marts.portfolio_carbon") + _LINES.format(contribution=shape.numerator, scopes=scopes), **asked)
    sums = _checked_sums(month, portfolio, published)
    value = published.get(figure.name)
    numerator, denominator = sums[shape.numerator], sums.get(shape.denominator)
    if shape.denominator:
        require_equal(figure.figure, _quotient(sums, shape), value)
    contributors = ranked(month, top)
    _add_lines(month, contributors["top"], figure.name, scopes)
    return {
        "value": value,
        "perimeter": {"perimeter": perimeter, "scopes": scopes},
        "numbers": {
            "numerator": numerator,
            "numerator_unit": shape.unit,
            "denominator": denominator,
            "denominator_unit": "EUR" if shape.denominator else "",
            "shown_in_millions": shape.per_million,
        },
        "coverage": _coverage(month, figure.name, published),
        "contributors": {"unit": shape.unit, **contributors},
        "uncovered": _uncovered(month, figure.name, top),
        "reason_fr": _why_unknown(value, sums),
    }


def _checked_sums(month: MonthRows, portfolio: str, published: Row) -> Row:
    """Sums of the lines; those that the mart publishes are compared with it to the last decimal."""
    sums = month.one(_SUMS)
    if published:
        for name, column in _PUBLISHED.items():
            require_equal(column, sums[name], published[column])
    whole = month.one(
        inside("marts.portfolio_carbon")
        + "select all_investments_eur from all_investments where as_of_date = $month and portfolio_id = $portfolio",
        portfolio=portfolio,
    )
    return {**sums, "all_eur": whole.get("all_investments_eur")}


def _quotient(sums: Row, shape: _Shape) -> float | None:
    """Numerator over denominator, in doubles as in the model."""
    numerator, denominator = sums[shape.numerator], sums[shape.denominator]
    if numerator is None or not denominator:
        return None
    if shape.numerator == "amount_x_score":
        mean = float(numerator) / float(denominator)
        return float(min(max(mean, sums["best_score"]), sums["weakest_score"]))
    return float(numerator) / (float(denominator) / (1_000_000 if shape.per_million else 1))


def _coverage(month: MonthRows, column: str, published: Row) -> dict[str, Any]:
    """Eligible amount by reason; of the WACI, market value, where a company also needs a revenue."""
    is_waci = column.startswith("waci")
    reasons = month.rows(
        f"with eligible as ({_eligible(column)})"
        " select reason, sum(amount_eur) as value_eur, count(*) as lines from eligible group by reason"
        " order by reason <> 'covered', value_eur desc nulls last, reason"
    )
    outside = month.rows(
        "select reason, sum(market_value_eur) as value_eur, count(*) as lines from parts where not is_eligible"
        " group by 1 order by value_eur desc nulls last, reason"
    )
    if published and not is_waci:
        added = sum(row["value_eur"] for row in reasons if row["value_eur"] is not None)
        require_equal("the reasons of coverage", added, published["eligible_value_eur"])
    return {
        "ratio": published.get("waci_coverage_ratio" if is_waci else "coverage_ratio"),
        "whole_fr": "valeur de marché éligible" if is_waci else "encours éligible",
        "reasons": reasons,
        "outside": outside,
    }


def _eligible(column: str) -> str:
    """Query of the eligible lines: amount, and the reason why it is covered or not.

    A fund that declares its impacts is two rows: what its declaration covers, and the rest.
    """
    amount, covered, reason = "eligible_eur", "covered_eur", "reason"
    if column.startswith("waci"):
        amount, covered = "waci_eligible_eur", "waci_weight_eur"
        reason = "case when reason = 'covered' and waci_weight_eur is null then 'missing_revenue' else reason end"
    told = f"select portfolio_id, line_id, lookthrough_path, {reason} as reason, {amount} as whole_eur,"
    told += f" {covered} as covered_eur from parts where is_eligible"
    return (
        f"with told as ({told}) select portfolio_id, line_id, lookthrough_path, reason,"
        " case when reason = 'covered' then covered_eur else whole_eur end as amount_eur from told"
        " union all select portfolio_id, line_id, lookthrough_path, 'part_not_declared', whole_eur - covered_eur"
        " from told where reason = 'covered' and whole_eur <> covered_eur"
    )


def _uncovered(month: MonthRows, column: str, top: int) -> dict[str, Any]:
    """The largest eligible lines that are not covered, each with its reason: what to ask a supplier for first."""
    missing = f"with missing as (select * from ({_eligible(column)}) where reason <> 'covered')"
    biggest = month.rows(f"{missing} {_BIGGEST_MISSING}", top=top)
    whole = month.one(f"{missing} select sum(amount_eur) as total, count(*) as lines from missing")
    total = whole["total"]
    rest = (total or Decimal(0)) - sum((row["contribution"] for row in biggest), Decimal(0))
    return {"unit": "EUR", **gathered(biggest, rest, whole["lines"] - len(biggest), total)}


def _add_lines(month: MonthRows, top: list[Row], column: str, scopes: str) -> None:
    """Give each of the biggest lines its amounts, its issuer's figures and the cells of both."""
    sources = Sources(month)
    facts = IssuerFacts(month, sources)
    declared = FundDeclarations(month)
    attributed = {row["place"]: row for row in month.rows(_ATTRIBUTED)}
    for part in top:
        row = attributed[part["place"]]
        with_market_value = column.startswith("waci") or column == "market_value_eur"
        amount = part["market_value_eur"] if with_market_value else row["outstanding_eur"]
        line, cells = sources.line(part["place"], amount)
        issuer = line["issuer_id"]
        chosen, sheet = facts.emissions.get(issuer, {}), facts.financials.get(issuer, {})
        part_keys = {"place": part["place"], "contribution": part["contribution"], "share_ratio": part["share_ratio"]}
        is_attributed = row["denominator_eur"] is not None
        if is_attributed and not column.startswith("waci"):
            cells += facts.denominator_cells(issuer, row["denominator_basis"], row["denominator_eur"])
        cells += declared.cells(part["place"], scopes, is_waci=column.startswith("waci"))
        if is_attributed:
            cells += facts.emission_cells(issuer, scopes)
        if column.startswith("waci"):
            cells += facts.revenue_cells(issuer)
        shown = (
            *("outstanding_eur", "denominator_eur", "denominator_basis", "attribution_factor", "scope_1_tco2e"),
            *(
                "fund_declared_eur",
                "scope_2_tco2e",
                "scope_3_tco2e",
                "revenue_eur",
                "use_of_proceeds_basis",
                "attributed_scope_1_2_tco2e",
            ),
        )
        part.clear()
        part.update(
            {
                **part_keys,
                **line,
                **{name: row[name] for name in shown},
                "emissions_fiscal_year": chosen.get("fiscal_year", row["emissions_fiscal_year"]),
                "scope_3_fiscal_year": chosen.get("scope_3_fiscal_year"),
                "scope_2_basis": chosen.get("scope_2_basis"),
                "financials_fiscal_year": sheet.get("fiscal_year"),
                "data_quality_score": row["covered_score"],
                "carbon_status": row["carbon_status"],
                "counted_as": _counted_as(column),
                "inputs": cells,
            }
        )


def _counted_as(column: str) -> str:
    """What a line's contribution is made of: the words of the page differ."""
    if column.startswith("waci"):
        return "revenue_intensity"
    is_amount = column.endswith("_value_eur") or column == "coverage_ratio"
    return "amount" if is_amount else "attribution"


def _why_unknown(value: Any, sums: Row) -> str | None:
    if value is not None:
        return None
    if not sums["lines"]:
        return "aucune ligne dans ce périmètre"
    if not sums["eligible_eur"]:
        return "aucune ligne éligible au calcul carbone"
    return "aucune ligne couverte : les raisons sont ci-dessous"
