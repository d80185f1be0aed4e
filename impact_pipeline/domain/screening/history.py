"""Since when an issuer has been excluded without a break: the day the clock of its holders starts.

The rules are evaluated again as of every day on which something about the issuer was learnt or decided, with what was
known on that day. So the answer does not depend on which months were run, and fresh evidence of the same exclusion
does not start the clock again.
"""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from impact_pipeline.domain.screening.decisions import Override
from impact_pipeline.domain.screening.proxies import SectorProxy
from impact_pipeline.domain.screening.rule_scope import NO_SETS, Sets
from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.domain.screening.verdicts import evaluate
from impact_pipeline.schemas import TABLES

_TABLE = TABLES["core.exclusion_starts"]
_KEY = ["issuer_id", "rule_id"]


def exclusion_starts(
    verdicts: pl.DataFrame,
    evidence: pl.DataFrame,
    issuers: pl.DataFrame,
    months: pl.DataFrame,
    rules: Sequence[Rule],
    *,
    ownership: pl.DataFrame,
    overrides: Sequence[Override] = (),
    proxies: Sequence[SectorProxy] = (),
    sets: Sets = NO_SETS,
) -> pl.DataFrame:
    """Rows of ``core.exclusion_starts`` for the excluded pairs of ``verdicts``; other arguments as for ``evaluate``.

    A past month that is excluded by what was only learnt later starts on the day that was learnt.
    """
    excluded = verdicts.filter(pl.col("outcome") == "EXCLUDED").select("as_of_date", *_KEY)
    if excluded.is_empty():
        return _TABLE.frame()
    names = _concerned(excluded, ownership)
    claims = _latest(evidence.filter(pl.col("issuer_id").is_in(names)), ["evidence_id"])
    links = _latest(ownership, ["child_id", "parent_id", "valid_from", "known_from"])
    # rules and overrides begin and end after the last fact, too
    last = max(*months["known_as_of"], *months["as_of_date"])
    days = [day for day in _turning_points(claims, links, rules, overrides) if day <= last]
    past = pl.DataFrame(
        {"as_of_date": days, "known_as_of": days}, schema={"as_of_date": pl.Date, "known_as_of": pl.Date}
    )
    at_each = past.select("as_of_date")
    who = _latest(issuers.filter(pl.col("issuer_id").is_in(names)), ["issuer_id"])
    then = evaluate(
        at_each.join(claims.drop("as_of_date"), how="cross").select(claims.columns),
        at_each.join(who.drop("as_of_date"), how="cross").select(who.columns),
        past,
        rules,
        ownership=at_each.join(links.drop("as_of_date"), how="cross").select(links.columns),
        overrides=overrides,
        proxies=proxies,
        sets=sets,
    ).issuer_verdicts.select(*_KEY, day="as_of_date", is_excluded=pl.col("outcome") == "EXCLUDED")
    seen = (
        excluded.join(months.select("as_of_date", "known_as_of"), on="as_of_date")
        .join(then, on=_KEY)
        .filter(pl.col("day") <= pl.max_horizontal("known_as_of", "as_of_date"))
    )
    is_past, is_free = pl.col("day") <= pl.col("as_of_date"), ~pl.col("is_excluded")
    breaks = seen.filter(is_past & is_free).group_by("as_of_date", *_KEY).agg(broken_on=pl.col("day").max())
    runs = (
        seen.join(breaks, on=["as_of_date", *_KEY], how="left")
        .filter("is_excluded", pl.col("broken_on").is_null() | (pl.col("day") > pl.col("broken_on")))
        .group_by("as_of_date", *_KEY)
        .agg(run=pl.col("day").filter(is_past).min(), learnt=pl.col("day").min())
    )
    return (
        excluded.join(runs, on=["as_of_date", *_KEY], how="left")
        .with_columns(first_seen=pl.coalesce("run", "learnt", "as_of_date"))
        .sort("as_of_date", *_KEY)
        .select(_TABLE.column_names)
    )


def _concerned(excluded: pl.DataFrame, ownership: pl.DataFrame) -> list[str]:
    """Excluded issuers and everybody in the ownership graph, from whom an exclusion may come."""
    parties = pl.concat([excluded["issuer_id"], ownership["child_id"], ownership["parent_id"]])
    return sorted(parties.unique().to_list())


def _latest(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Each thing once, as the last of the months tells it."""
    return rows.sort("as_of_date", *key).unique(key, keep="last", maintain_order=True)


def _turning_points(
    claims: pl.DataFrame, links: pl.DataFrame, rules: Sequence[Rule], overrides: Sequence[Override]
) -> list[dt.date]:
    """Days on which an outcome may have changed because something was learnt or decided, in order."""
    day = dt.timedelta(days=1)
    days = {rule.valid.start for rule in rules} | {rule.valid.end for rule in rules}
    for override in overrides:
        days |= {override.approved_on, override.expires_on + day}
    for column in (claims["known_from"], links["known_from"], links["valid_from"], links["valid_to"]):
        days |= set(column.unique())
    return sorted(each for each in days if each is not None)
