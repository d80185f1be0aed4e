"""The answer to ``impact explain``: one figure of one month, with everything it rests on."""

import datetime as dt
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from impact_pipeline.errors import NotFoundError, SettingsError
from impact_pipeline.publishing.explain.carbon import explain_carbon
from impact_pipeline.publishing.explain.methods import METHODS
from impact_pipeline.publishing.explain.names import WHOLE_ENTITY, Asked, asked
from impact_pipeline.publishing.explain.parts import require_equal
from impact_pipeline.publishing.explain.people import explain_people
from impact_pipeline.publishing.explain.screens import explain_screen, require_published
from impact_pipeline.publishing.explain.shares import explain_share
from impact_pipeline.publishing.explain.sovereign import explain_sovereign
from impact_pipeline.publishing.explain.store import MonthRows
from impact_pipeline.publishing.explain.wording import percent, with_unit
from impact_pipeline.warehouse.snapshot import open_readers

ALL = "ALL"
_BASELINE = """
select
    original_baseline_value, restated_baseline_value, restatement_ratio, is_recalculation_due,
    baseline_recalculation_threshold_ratio as threshold_ratio
from core.carbon_baselines
where as_of_date = $month and portfolio_id = $portfolio and metric = 'economic_intensity'
"""
Answer = dict[str, Any]


def explain(readers: Path, month: dt.date, figure: str, portfolio: str = ALL, top: int = 10) -> Answer:
    """Walk a figure of the readers' snapshot back to its parts and the cells of the files.

    Raises:
        SettingsError: no such figure, or one that exists for the whole entity only.
        NotFoundError: the snapshot has no such month or portfolio.
        PartsDoNotAddUpError: the parts are not the figure.
    """
    wanted = asked(figure)
    if portfolio != ALL and wanted.figure in WHOLE_ENTITY:
        raise SettingsError(f"figure {wanted.figure}: it exists for the whole entity only; leave --portfolio out")
    with ExitStack() as stack:
        rows = MonthRows(stack.enter_context(open_readers(readers)), month)
        _require_month(rows, readers)
        _require_portfolio(rows, portfolio)
        return _answer(rows, wanted, portfolio, top)


def _answer(rows: MonthRows, wanted: Asked, portfolio: str, top: int) -> Answer:
    mission = _mission_row(rows, wanted) if wanted.indicator_id else {}
    found = _found(rows, wanted, portfolio, top, mission)
    if mission and portfolio == ALL:
        require_equal(wanted.figure, found["value"], mission["value"])
    head = {
        "figure": wanted.figure,
        "label_fr": mission.get("label_fr") or wanted.label_fr,
        "value": found.pop("value"),
        "unit": mission.get("unit") or wanted.unit,
        "status": "",
        "reason_fr": found.pop("reason_fr"),
        "as_of_date": rows.month,
        "known_as_of": rows.known_as_of,
        "portfolio_id": portfolio,
        "method": METHODS[wanted.method_id].as_dict(),
    }
    if mission and portfolio == ALL:
        head |= {name: mission[name] for name in ("status", "baseline_value", "change_ratio", "target_value")}
        head["target_date"] = mission["target_date"]
    else:
        head["status"] = "no_data" if head["value"] is None else "measured"
    return {**head, **found}


def _found(rows: MonthRows, wanted: Asked, portfolio: str, top: int, mission: dict[str, Any]) -> Answer:
    if wanted.mart == "portfolio_carbon":
        return explain_carbon(rows, wanted, portfolio, top)
    if wanted.mart == "sovereign_carbon":
        return explain_sovereign(rows, wanted, portfolio, top)
    if wanted.mart == "investment_shares":
        return explain_share(rows, wanted, portfolio, top)
    if wanted.name == "footprint_per_person":
        nested = _answer(rows, asked("financed_emissions"), portfolio, top)
        found = explain_people(rows, {**nested, "value_exact": nested["numbers"]["numerator"]}, top)
        return {**found, "nested": [nested]}
    if wanted.name == "portfolio_footprint_change":
        return _change(rows, portfolio, top)
    found = explain_screen(rows, wanted.name, portfolio, top)
    if portfolio == ALL and mission:
        require_published(found, mission)
    return found


def _change(rows: MonthRows, portfolio: str, top: int) -> Answer:
    """Footprint of the month over footprint of the baseline month, each with its own parts."""
    footprint = asked("portfolio_footprint")
    now = _answer(rows, footprint, portfolio, top)
    target = rows.one(
        "select baseline_date from policy.targets where as_of_date = $month and indicator_id = 'portfolio_footprint'"
    )
    baseline_date, then, reason = target.get("baseline_date"), None, None
    if baseline_date is None:
        reason = "aucune date de référence dans targets.yaml"
    else:
        before = MonthRows(rows.connection, baseline_date)
        if before.known_as_of is None:
            missing = f"{baseline_date:%Y-%m}"
            reason = f"le mois de référence n'est pas calculé : impact run --month {missing}"
        elif not _has_portfolio(before, portfolio):
            reason = f"le portefeuille {portfolio} n'existait pas au {baseline_date:%d/%m/%Y}"
        else:
            then = _answer(before, footprint, portfolio, top)
            if now["value"] is None or not then["value"]:
                reason = "empreinte inconnue à l'une des deux dates"
    first = then["value"] if then else None
    in_force = rows.one(_BASELINE, portfolio=portfolio)
    if in_force.get("is_recalculation_due"):
        first, reason = in_force["restated_baseline_value"], _recalculated(in_force, footprint.unit)
    value = now["value"] / first - 1 if now["value"] is not None and first else None
    return {
        "value": value,
        "perimeter": now["perimeter"] | {"baseline_date": baseline_date},
        "numbers": {
            "numerator": now["value"],
            "numerator_unit": footprint.unit,
            "denominator": first,
            "denominator_unit": footprint.unit,
            "shown_in_millions": False,
        },
        "coverage": now["coverage"],
        "contributors": None,
        "nested": [answer for answer in (then, now) if answer],
        "reason_fr": reason,
    }


def _recalculated(baseline: dict[str, Any], unit: str) -> str:
    """The two baselines in a sentence; the parts that are shown are those of the one first computed."""
    then, now = (with_unit(baseline[f"{which}_baseline_value"], unit) for which in ("original", "restated"))
    moved = baseline["restatement_ratio"]
    return f"référence recalculée avec les données et la méthode du mois : {now}, {then} à l'origine" + (
        "" if moved is None else f" ({percent(moved)}, seuil {percent(baseline['threshold_ratio'])})"
    )


def _mission_row(rows: MonthRows, wanted: Asked) -> dict[str, Any]:
    return rows.one(
        "select * from marts.mission_indicators where as_of_date = $month and indicator_id = $indicator",
        indicator=wanted.indicator_id,
    )


def _require_month(rows: MonthRows, readers: Path) -> None:
    if rows.known_as_of is not None:
        return
    months = [row["as_of_date"] for row in rows.rows("select as_of_date from audit.months order by as_of_date")]
    known = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "no month"
    raise NotFoundError(
        f"{rows.month:%Y-%m} is not in {readers} (it holds {known}); run `impact run --month {rows.month:%Y-%m}` first"
    )


def _has_portfolio(rows: MonthRows, portfolio: str) -> bool:
    found = rows.one(
        "select portfolio_id from core.portfolios where as_of_date = $month and portfolio_id = $portfolio",
        portfolio=portfolio,
    )
    return portfolio == ALL or bool(found)


def _require_portfolio(rows: MonthRows, portfolio: str) -> None:
    if not _has_portfolio(rows, portfolio):
        found = rows.rows("select portfolio_id from core.portfolios where as_of_date = $month order by portfolio_id")
        known = ", ".join(row["portfolio_id"] for row in found)
        raise NotFoundError(f"portfolio {portfolio}: {rows.month:%Y-%m} has {known}")
