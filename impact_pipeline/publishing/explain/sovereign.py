"""Figures of ``marts.sovereign_carbon`` walked back to lines, countries and the dollar."""

from typing import Any

from impact_pipeline.publishing.explain.names import Asked
from impact_pipeline.publishing.explain.parts import ranked, require_equal
from impact_pipeline.publishing.explain.sources import Row, Sources, cell
from impact_pipeline.publishing.explain.store import MonthRows, inside

#: Column -> numerator, its unit, denominator.
_SHAPES = {
    "exposure_eur": ("outstanding_eur", "EUR", ""),
    "covered_exposure_eur": ("covered_eur", "EUR", ""),
    "financed_emissions_tco2e": ("financed_tco2e", "tCO2e", ""),
    "intensity_tco2e_per_meur_gdp": ("intensity_term", "EUR × tCO2e/MEUR PIB", "weight_eur"),
    "intensity_coverage_ratio": ("weight_eur", "EUR", "outstanding_eur"),
}
_PUBLISHED = {
    "outstanding_eur": "exposure_eur",
    "covered_eur": "covered_exposure_eur",
    "financed_tco2e": "financed_emissions_tco2e",
}

_LINES = """
select
    lines.portfolio_id, lines.line_id, lines.lookthrough_path, '' as part, lines.country, lines.usd_per_eur,
    lines.ghg_tco2e, lines.outstanding_eur, lines.covered_eur, lines.financed_tco2e, lines.weight_eur,
    lines.intensity_term,
    case
        when lines.{covered} is not null then 'covered'
        when attributed.carbon_status <> 'sovereign_covered' then attributed.carbon_status
        when lines.usd_per_eur is null then 'missing_fx_rate'
        else 'missing_sovereign_data'
    end as reason,
    lines.{contribution} as contribution
from measured as lines
inner join core.attribution as attributed using (as_of_date, portfolio_id, line_id, lookthrough_path)
where lines.as_of_date = $month
    and (lines.portfolio_id = $portfolio or ($portfolio = 'ALL' and lines.is_root))
    and lines.lulucf = $lulucf
"""

_SUMS = """
select
    count(*) as lines, sum(outstanding_eur) as outstanding_eur, sum(coalesce(covered_eur, 0)) as covered_eur,
    sum(financed_tco2e) as financed_tco2e, sum(coalesce(weight_eur, 0)) as weight_eur,
    sum(intensity_term) as intensity_term
from parts
"""


def explain_sovereign(month: MonthRows, figure: Asked, portfolio: str, top: int) -> dict[str, Any]:
    """Value, numbers, coverage and contributors of a column of ``marts.sovereign_carbon``."""
    lulucf = figure.first or "excl"
    numerator, unit, denominator = _SHAPES[figure.name]
    is_intensity = figure.name.startswith("intensity")
    published = month.one(
        "select * from marts.sovereign_carbon where as_of_date = $month and portfolio_id = $portfolio"
        " and lulucf = $lulucf",
        portfolio=portfolio,
        lulucf=lulucf,
    )
    lines = _LINES.format(contribution=numerator, covered="weight_eur" if is_intensity else "covered_eur")
    month.keep(inside("marts.sovereign_carbon") + lines, portfolio=portfolio, lulucf=lulucf)
    sums = month.one(_SUMS)
    value = published.get(figure.name)
    if published:
        for name, column in _PUBLISHED.items():
            require_equal(column, sums[name], published[column])
    if denominator:
        divided = sums[numerator] is not None and sums[denominator]
        require_equal(figure.figure, float(sums[numerator]) / float(sums[denominator]) if divided else None, value)
    contributors = ranked(month, top)
    _add_lines(month, contributors["top"], lulucf, is_intensity)
    whole, covered = sums["outstanding_eur"], sums["weight_eur" if is_intensity else "covered_eur"]
    return {
        "value": value,
        "perimeter": {"perimeter": "sovereign_bond", "lulucf": lulucf},
        "numbers": {
            "numerator": sums[numerator],
            "numerator_unit": unit,
            "denominator": sums.get(denominator),
            "denominator_unit": "EUR" if denominator else "",
            "shown_in_millions": False,
        },
        "coverage": {
            "ratio": float(covered) / float(whole) if whole else None,
            "whole_fr": "exposition aux États",
            "reasons": month.rows(
                "select reason, sum(outstanding_eur) as value_eur, count(*) as lines from parts group by 1"
                " order by reason <> 'covered', value_eur desc nulls last, reason"
            ),
            "outside": [],
        },
        "contributors": {"unit": unit, **contributors},
        "reason_fr": _why_unknown(value, sums),
    }


def _add_lines(month: MonthRows, top: list[Row], lulucf: str, is_intensity: bool) -> None:
    sources = Sources(month)
    countries = {
        row["country"]: row for row in month.rows("select * from core.sovereign_emissions where as_of_date = $month")
    }
    emissions = f"ghg_{lulucf}_lulucf_tco2e"
    product, unit = ("gdp_nominal_eur", "EUR") if is_intensity else ("gdp_ppp_intl_usd", "USD internationaux")
    for part in top:
        line, cells = sources.line(part["place"], part["outstanding_eur"])
        country = countries.get(part["country"])
        if country:
            cells += [
                cell(
                    month, f"pays {part['country']}", _told(month, country, name), name, country[name], of,
                    fiscal_year=country["year"],
                )
                for name, of in ((emissions, "tCO2e"), (product, unit))
                if country[name] is not None
            ]  # fmt: skip
        if not is_intensity:
            cells += [rate for rate in sources.rate("USD") if rate not in cells]
        kept = {name: part[name] for name in ("place", "contribution", "share_ratio", "outstanding_eur", "country")}
        kept |= {
            "usd_per_eur": part["usd_per_eur"],
            "denominator_eur": None,
            "denominator_basis": "gdp_nominal" if is_intensity else "gdp_ppp",
            "denominator": country[product] if country else None,
            "denominator_unit": unit,
            "country_tco2e": part["ghg_tco2e"],
            "emissions_fiscal_year": country["year"] if country else None,
        }
        part.clear()
        part.update({**kept, **line, "inputs": cells})


def _told(month: MonthRows, country: Row, column: str) -> Row:
    """The delivered row that a country's figure is from: files may fill the figures of one year together."""
    rows = month.rows(
        "select source_file_id, source_row from staging.sovereigns where as_of_date = $month and country = $country"
        f" and year = $year and {column} = $figure order by known_from desc, source_file_id, source_row limit 1",
        country=country["country"],
        year=country["year"],
        figure=country[column],
    )
    return rows[0]


def _why_unknown(value: Any, sums: Row) -> str | None:
    if value is not None:
        return None
    return "aucune ligne couverte : les raisons sont ci-dessous" if sums["lines"] else "aucune obligation d'État"
