"""Kilograms per protected person walked back to the mutual's own balance and the financed emissions."""

from decimal import Decimal, localcontext
from typing import Any

from impact_pipeline.publishing.explain.parts import gathered
from impact_pipeline.publishing.explain.sources import Row, cell
from impact_pipeline.publishing.explain.store import MonthRows, inside

_OWN = """
select organisation.*
from staging.organisation as organisation
inner join years
    on organisation.as_of_date = years.as_of_date
    and organisation.year = years.year
where organisation.as_of_date = $month
order by organisation.tco2e desc nulls last, organisation.category
"""
_KG = 1000


def explain_people(month: MonthRows, financed: dict[str, Any], top: int) -> dict[str, Any]:
    """Value, numbers and parts of ``footprint_per_person``; ``financed`` is the answer for financed_emissions."""
    own = month.rows(inside("marts.footprint_by_category") + _OWN)
    persons = max((row["protected_persons"] for row in own if row["protected_persons"] is not None), default=None)
    missing = [row["category"] for row in own if row["tco2e"] is None]
    tonnes = financed["value_exact"]
    parts = [_own_part(month, row) for row in own if row["tco2e"] is not None]
    if tonnes is not None:
        parts.append(
            {
                "category": "emissions_financees",
                "label_fr": "Émissions financées par le portefeuille",
                "contribution": tonnes * _KG,
                "inputs": [],
            }
        )
    parts.sort(key=lambda part: (-part["contribution"], part["category"]))
    with localcontext(prec=60):
        total = sum((part["contribution"] for part in parts), Decimal(0))
        rest = sum((part["contribution"] for part in parts[top:]), Decimal(0))
    is_known = bool(own) and not missing and tonnes is not None
    shown = [{"place": place, **part} for place, part in enumerate(parts[:top], start=1)]
    contributors = gathered(shown, rest, len(parts[top:]), total if parts else None)
    cells = [row for row in own if row["protected_persons"] == persons][:1] if persons is not None else []
    return {
        "value": float(total) / persons if is_known and persons else None,
        "perimeter": {"perimeter": "whole_entity", "year": own[0]["year"] if own else None},
        "numbers": {
            "numerator": total if is_known else None,
            "numerator_unit": "kgCO2e",
            "denominator": persons if is_known else None,
            "denominator_unit": "personnes",
            "shown_in_millions": False,
        },
        "coverage": financed["coverage"],
        "contributors": {"unit": "kgCO2e", **contributors},
        "denominator_inputs": [
            cell(month, "personnes protégées", row, "protected_persons", persons, "personnes", fiscal_year=row["year"])
            for row in cells
        ],
        "reason_fr": None if is_known and persons else _why_unknown(own, missing, tonnes, persons),
    }


def _own_part(month: MonthRows, row: Row) -> Row:
    return {
        "category": row["category"],
        "label_fr": f"Émissions propres : {row['category']}",
        "contribution": row["tco2e"] * _KG,
        "inputs": [
            cell(month, row["category"], row, "tco2e", row["tco2e"], "tCO2e", fiscal_year=row["year"]),
        ],
    }


def _why_unknown(own: list[Row], missing: list[str], tonnes: Any, persons: Any) -> str:
    if not own:
        return "aucun bilan propre de l'année ni de la précédente (organisation)"
    if missing:
        return f"bilan propre incomplet : {', '.join(missing)}"
    if tonnes is None:
        return "émissions financées inconnues"
    return "nombre de personnes protégées inconnu" if persons is None else "nombre de personnes protégées nul"
