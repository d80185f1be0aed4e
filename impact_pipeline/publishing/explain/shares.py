"""Shares of ``marts.investment_shares`` walked back to lines and their classifications."""

from typing import Any

from impact_pipeline.errors import NotFoundError
from impact_pipeline.publishing.explain.names import Asked
from impact_pipeline.publishing.explain.parts import ranked, require_equal
from impact_pipeline.publishing.explain.sources import Row, Sources, cell
from impact_pipeline.publishing.explain.store import MonthRows, inside

_OF = """
judged.as_of_date = $month
    and (judged.portfolio_id = $portfolio or ($portfolio = 'ALL' and judged.is_root))
    and judged.indicator = $indicator
"""

#: One row per line and class; a line nobody classified, or outside by nature, has none.
_CLASSES = f"""
select
    judged.portfolio_id, judged.line_id, judged.lookthrough_path, classified.code as part, judged.market_value_eur,
    judged.subject_id, classified.code, classified.share, classified.source_file_id, classified.source_row,
    cast(cast(judged.market_value_eur as double) * cast(classified.share as double) as decimal(24, 6)) as contribution
from judged
inner join classified
    on judged.as_of_date = classified.as_of_date
    and judged.indicator = classified.indicator
    and judged.subject_id = classified.subject_id
where {_OF} and judged.standing = 'classified' and ($code = 'TOTAL' or classified.code = $code)
"""

_STANDINGS = f"""
select
    judged.standing as reason, sum(judged.market_value_eur) as value_eur, count(*) as lines
from judged
where {_OF}
group by judged.standing
order by case judged.standing when 'classified' then 1 when 'outside' then 2 else 3 end
"""

_UNKNOWN = f"""
select
    judged.portfolio_id, judged.line_id, judged.lookthrough_path, '' as part, judged.market_value_eur as contribution
from judged
where {_OF} and judged.standing = 'unknown'
"""

#: Delivered lines nobody classified that are named beside the share.
_UNKNOWN_SHOWN = 5


def explain_share(month: MonthRows, figure: Asked, portfolio: str, top: int) -> dict[str, Any]:
    """Value, numbers, unclassified value and contributors of a share.

    Raises:
        NotFoundError: the month has no such class.
    """
    asked = {"portfolio": portfolio, "indicator": figure.name, "code": figure.first or "TOTAL"}
    _require_code(month, asked)
    published = month.one(
        "select * from marts.investment_shares where as_of_date = $month and portfolio_id = $portfolio"
        " and indicator = $indicator and code = $code",
        **asked,
    )
    model = inside("marts.investment_shares")
    standings = month.rows(model + _STANDINGS, **asked)
    month.keep(model + _UNKNOWN, **asked)
    unknown = ranked(month, min(top, _UNKNOWN_SHOWN))
    _add_unknown(month, unknown["top"])
    month.keep(model + _CLASSES, **asked)
    contributors = ranked(month, top)
    _add_lines(month, contributors["top"])
    value, denominator = published.get("share_ratio"), published.get("denominator_eur")
    if published:
        added = sum(row["value_eur"] for row in standings)
        require_equal("the lines of the denominator", added, denominator)
        require_equal("the unclassified lines", unknown["total"] or 0, published["unknown_eur"])
        if published["numerator_eur"] is not None:
            require_equal("the classified lines", contributors["total"] or 0, published["numerator_eur"])
    return {
        "value": value,
        "perimeter": {
            "perimeter": "strategic" if figure.name == "strategic_purpose" else "return",
            "code": asked["code"],
        },
        "numbers": {
            "numerator": published.get("numerator_eur"),
            "numerator_unit": "EUR",
            "denominator": denominator,
            "denominator_unit": "EUR",
            "shown_in_millions": False,
        },
        "upper_value": published.get("share_upper_ratio"),
        "coverage": {
            "ratio": 1 - float(published["unknown_eur"]) / float(denominator) if denominator else None,
            "whole_fr": "valeur de la poche",
            "reasons": standings,
            "outside": [],
        },
        "contributors": {"unit": "EUR", **contributors},
        "unknown": {"unit": "EUR", **unknown},
        "reason_fr": _why_unknown(value, standings),
    }


def _require_code(month: MonthRows, asked: dict[str, str]) -> None:
    if asked["code"] == "TOTAL":
        return
    found = month.rows(
        "select distinct code from staging.classifications where as_of_date = $month and kind = $indicator"
        " order by code",
        **asked,
    )
    known = [row["code"] for row in found]
    if asked["code"] not in known:
        raise NotFoundError(
            f"class {asked['code']!r}: {month.month:%Y-%m} has {', '.join(['TOTAL', *known])} for {asked['indicator']}"
        )


def _add_lines(month: MonthRows, top: list[Row]) -> None:
    sources = Sources(month)
    decided = {
        (row["source_file_id"], row["source_row"]): row
        for row in month.rows("select * from staging.classifications where as_of_date = $month")
    }
    for part in top:
        line, cells = sources.line(part["place"], part["market_value_eur"])
        row = decided[part["source_file_id"], part["source_row"]]
        cells.append(
            cell(
                month, f"classement de {row['subject_id']}", row, "share", row["share"], "",
                code=row["code"], valid_from=row["valid_from"], source=row["classified_by"],
                rationale=row["rationale"], evidence_ref=row["evidence_ref"],
            )
        )  # fmt: skip
        kept = ("place", "contribution", "share_ratio", "code", "subject_id")
        known = {name: part[name] for name in kept} | {"classified_share": part["share"]}
        part.clear()
        part.update({**known, **line, "inputs": cells})


def _add_unknown(month: MonthRows, top: list[Row]) -> None:
    sources = Sources(month)
    for part in top:
        line, cells = sources.line(part["place"], part["contribution"])
        part |= {**line, "inputs": cells}


def _why_unknown(value: Any, standings: list[Row]) -> str | None:
    if value is not None:
        return None
    return "personne n'a classé ces lignes" if standings else "aucune ligne dans cette poche"
