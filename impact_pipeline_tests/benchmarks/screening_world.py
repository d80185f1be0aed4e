"""A made-up universe for the screening benchmark: the same issuers, claims and rules on every machine.

Sizes are those of a large vendor universe; shares of blanks, zeros and bands resemble the demo's evidence.
"""

import datetime as dt
import itertools
import string
from decimal import Decimal

import polars as pl

from impact_pipeline.domain.screening import Rule
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import REPOSITORY

#: As often as in the demo: mostly looked at, now and then not covered or taken back.
STATUSES = (
    [None] * 4 + ["researched_involved"] * 6 + ["researched_not_involved"] * 8 + ["not_covered", "withdrawn"]
)  # fmt: skip
DAY, KNOWN = dt.date(2025, 12, 31), dt.date(2026, 1, 10)
#: The three themes of the demo under several names, as palm stands beside soy, tobacco, coal, ...
THEMES = string.ascii_lowercase[:4]
THEMED = ("revenue_share.", "involvement.", "certified_share.")
WATCHED = {
    "pfas.producer": "bool", "pfas.release_kg_y": "kg_y", "pfas.litigation_material": "bool", "pfas.phase_out": "bool",
    "deforestation_policy.score": None, "withdrawal_m3.high_stress_share": None,
    "water_policy.sites_in_stress": "bool", "virgin_polymer_t": "t", "plastic_packaging_t_per_meur": None,
    "plastic_target.dated": "bool",
}  # fmt: skip
SUBJECTS = {
    "revenue_share.palm": "pct", "involvement.palm": "bool", "certified_share.rspo": "pct",
    "revenue_share.neonic": "pct", "involvement.neonic": "bool", "revenue_share.added_sugar_drinks": "pct",
}  # fmt: skip


def rules() -> list[Rule]:
    """Forty rules: three exclusions x four themes x two thresholds, four watch rules x four thresholds."""
    demo = {rule.id: rule for rule in load_policy(REPOSITORY / "data" / "demo" / "policy").rules}
    watch = sorted(name for name in demo if name.endswith("-W1"))
    exclusions = itertools.product(("NEO-01", "PALM-01", "SODA-01"), THEMES, ("1", "1.5"))
    others = itertools.product(watch, [""], ("0.5", "1", "1.25", "2"))
    return [variant(demo[name], theme, Decimal(factor)) for name, theme, factor in (*exclusions, *others)]


def variant(rule: Rule, theme: str, factor: Decimal) -> Rule:
    """The rule about another theme, with its thresholds multiplied (shares end at 100)."""
    plain = rule.model_dump(mode="json", by_alias=True)
    number = str(factor).replace(".", "-")
    return Rule.model_validate(_changed({**plain, "id": f"{rule.id}-{theme}{number}"}, theme, factor))


def _changed(node, theme, factor):
    if isinstance(node, list):
        return [_changed(each, theme, factor) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _changed(each, theme, factor) for key, each in node.items()}
    if theme and str(found.get("measure")).startswith(THEMED):
        found["measure"] += f"_{theme}"
    if "measure" in found and "op" in found and found.get("value") is not None:
        found["value"] = str(min(Decimal(found["value"]) * factor, Decimal(100)))
    return found


def issuers(count: int) -> pl.DataFrame:
    """``count`` companies of one sector, one in fifty a public body."""
    number = pl.int_range(count, eager=True).cast(pl.String).str.zfill(6)
    companies = pl.DataFrame({"issuer_id": "LEI0000000" + number, "issuer_name": "Société " + number})
    return companies.with_columns(
        as_of_date=pl.lit(DAY),
        is_public_body=pl.int_range(pl.len()) % 50 == 0,
        sector_scheme=pl.lit("nace_2"),
        sector_code=pl.lit("20.14"),
    )


def months() -> pl.DataFrame:
    return pl.DataFrame({"as_of_date": [DAY], "known_as_of": [KNOWN]})


def evidence(count: int, of: pl.DataFrame) -> pl.DataFrame:
    """``count`` claims about companies drawn at random, in the shape of ``staging.evidence``."""
    seeds = itertools.count(1)

    def draw(values, dtype=None):
        return pl.Series(values, dtype=dtype).sample(count, with_replacement=True, seed=next(seeds))

    themed = {f"{measure}_{theme}": unit for measure, unit in SUBJECTS.items() for theme in THEMES}
    units = {**themed, **WATCHED}
    amount = TABLES["staging.evidence"].polars_schema["lo"]
    year = pl.col("fiscal_year")
    drawn = pl.DataFrame(
        {
            "issuer_id": draw(of["issuer_id"]),
            "measure": draw(list(units)),
            "role": draw([None] * 5 + ["grower", "manufacturer", "bottler", "active_maker", "retailer"]),
            "model": draw([None, None, None, "IP", "SG", "MB", "OECD2021"]),
            "point": draw([Decimal(n) / 10 for n in [0] * 6 + [3, 9, 12, 48, 50, 61, 180, 210, 400, 950]], amount),
            "width": draw([Decimal(n) / 10 for n in [0] * 6 + [1, 30]], amount),
            "yes": draw([Decimal(0), Decimal(0), Decimal(1)], amount),
            "hi_open": draw([False] * 9 + [True]),
            "basis": draw([None, "group", "group", "group", "entity"]),
            "reported_or_estimated": draw(["reported"] * 4 + ["estimated"]),
            "fiscal_year": draw([2020, 2021, 2022, 2023, 2024, 2024]),
            "source": draw(["rapport annuel", "vendeur A", "vendeur B", "registre public"]),
            "grade": draw(["A", "B", "B", "C", "C", "D", "E"]),
            "coverage_status": draw(
                [None] * 4
                + ["researched_involved"] * 6
                + ["researched_not_involved"] * 8
                + ["not_covered", "withdrawn"]
            ),
        }
    )
    is_flag = pl.col("unit") == "bool"
    absent = pl.col("coverage_status").eq_missing("researched_not_involved")
    blank = pl.col("coverage_status").is_in(["not_covered", "withdrawn"])
    nothing, zero = pl.lit(None, dtype=amount), pl.lit(Decimal(0)).cast(amount)
    point = pl.when(is_flag).then("yes").otherwise("point")
    return (
        drawn.with_columns(unit=pl.col("measure").replace_strict(units, return_dtype=pl.String))
        .with_columns(
            lo=pl.when(blank).then(nothing).when(absent).then(zero).otherwise(point),
            hi=pl.when(blank).then(nothing).when(absent).then(zero).when(is_flag.eq_missing(True)).then(point)
            .otherwise((point + pl.col("width")).cast(amount)),
            as_of_date=pl.lit(DAY),
            evidence_id="EV-" + pl.int_range(pl.len()).cast(pl.String).str.zfill(8),
            substance_set=pl.lit(None, dtype=pl.String),
            locator="p. " + (pl.int_range(pl.len()) % 300).cast(pl.String),
            published_on=pl.date(year + 1, 4, 15),
            known_from=pl.date(year + 1, 5, 15),
            superseded_by=pl.lit(None, dtype=pl.String),
            source_file_id=pl.lit("benchmark"),
            source_row=pl.int_range(1, pl.len() + 1),
        )
        .select(TABLES["staging.evidence"].column_names)
    )  # fmt: skip
