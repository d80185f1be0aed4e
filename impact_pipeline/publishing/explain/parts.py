"""Parts of a figure: the biggest, the rest as one, and the proof that they add up."""

from decimal import Decimal, localcontext
from typing import Any

from impact_pipeline.errors import ImpactPipelineError
from impact_pipeline.publishing.explain.store import MonthRows

#: More digits than any sum of DECIMAL(38, 6) has.
_DIGITS = 60
#: Two divisions of the same doubles may differ by their last bits.
_RELATIVE = 1e-12

_RANKED = """
with ranked as (
    select
        parts.*,
        row_number() over (order by abs(contribution) desc, portfolio_id, line_id, lookthrough_path, part) as place
    from parts
    where contribution is not null
)
"""


class PartsDoNotAddUpError(ImpactPipelineError):
    """The parts of a figure and the figure itself disagree: a defect, or SQL models newer than the store."""

    exit_code = 1


def ranked(month: MonthRows, top: int) -> dict[str, Any]:
    """The ``top`` biggest rows of the table ``parts`` by ``contribution``, and all the others as one.

    ``parts`` has portfolio_id, line_id, lookthrough_path, part (tells rows of one line apart) and contribution.
    """
    month.rows(
        f"create or replace temp table biggest as {_RANKED}"
        " select * from ranked where place <= $top and contribution <> 0 order by place",
        top=top,
    )
    biggest = month.rows("select * from biggest order by place")
    others = month.one(
        f"{_RANKED} select coalesce(sum(contribution), 0) as contribution, count(*) as lines"
        " from ranked where place > $shown",
        shown=len(biggest),
    )
    total = month.one("select sum(contribution) as total, count(contribution) as lines from parts")
    return gathered(biggest, Decimal(others["contribution"]), others["lines"], total["total"])


def gathered(biggest: list[dict[str, Any]], rest: Decimal, rest_lines: int, total: Decimal | None) -> dict[str, Any]:
    """Top, rest and total in one; every part gets its share of the total.

    Raises:
        PartsDoNotAddUpError: top and rest are not the total, to the last decimal.
    """
    for row in biggest:
        row["share_ratio"] = _share(row["contribution"], total)
    with localcontext(prec=_DIGITS):
        added = sum((row["contribution"] for row in biggest), rest)
    require_equal("the parts", added, Decimal(0) if total is None else total)
    return {
        "total": total,
        "lines": len(biggest) + rest_lines,
        "top": biggest,
        "rest": {
            "contribution": rest,
            "lines": rest_lines,
            "share_ratio": _share(rest, total),
        },
    }


def _share(contribution: Decimal, total: Decimal | None) -> float | None:
    return float(contribution) / float(total) if total else None


def require_equal(what: str, found: Decimal | float | None, published: Decimal | float | None) -> None:
    """Refuse to explain a figure by parts that do not make it.

    Decimals must be equal; of doubles the last bits may differ.

    Raises:
        PartsDoNotAddUpError: they are not the same.
    """
    if found is None or published is None:
        same = found is None and published is None
    elif isinstance(found, Decimal) and isinstance(published, Decimal):
        same = found == published
    else:
        same = abs(float(found) - float(published)) <= _RELATIVE * max(abs(float(found)), abs(float(published)))
    if not same:
        raise PartsDoNotAddUpError(
            f"{what} add up to {found}, the figure says {published}: the month was computed with other SQL models; "
            "run it again with `impact run --month`"
        )
