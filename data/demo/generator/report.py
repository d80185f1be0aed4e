"""`expected.json` and `README.md`: what the inputs contain and which figures they give."""

from collections import defaultdict
from typing import Any

from generator import cases, classes
from generator.base import Row, month_end
from generator.figures import Leaf
from generator.issuers import FAULTS, roster
from generator.shares import pocket_share, valid_shares

Expected = dict[str, Any]
FAULT_TEXTS = {
    "no_emissions": "no emissions at all",
    "no_scope_3": "scopes 1 and 2 only",
    "location_only": "scope 2 location-based only",
    "market_only": "scope 2 market-based only",
    "no_scope_2": "scope 2 missing",
    "stale_2020": "last emissions are of 2020",
    "two_sources": "a vendor estimate beside the reported figure, 45 % higher",
    "restated": "emissions of 2021-2022 and accounts of 2021 restated one year later",
    "no_market_cap": "market capitalisation and total assets missing",
    "no_total_debt": "debt missing, total assets known",
    "no_minority": "minority interests missing",
    "no_deposits": "bank without deposits",
    "negative_equity": "negative book equity from 2021",
    "negative_evic": "negative `evic` in 2022, parts known",
    "tiny_private": "borrower smaller than its loan: factor above 1",
}


def _month(k: int) -> str:
    """Write a month."""
    return f"{month_end(k):%Y-%m}"


def _pockets(leaves: list[Leaf]) -> dict[str, float]:
    """Return the value of each pocket."""
    totals: dict[str, float] = defaultdict(float)
    for leaf in leaves:
        totals[leaf.pocket] += leaf.value
    return {name: round(value, 2) for name, value in sorted(totals.items())}


def _exposure(leaves: list[Leaf], keys: frozenset[str]) -> float:
    """Return the share of the return pocket in some issuers, as issuer, guarantor or underlying."""
    ids = {roster()[key].issuer_id for key in keys}
    columns = ("issuer_id", "guarantor_id", "underlying_issuer_id")
    pocket = [leaf for leaf in leaves if leaf.pocket == "return"]
    hit = sum(leaf.value for leaf in pocket if ids & {leaf.row.get(column, "") for column in columns})
    return hit / sum(leaf.value for leaf in pocket)


def _watched() -> frozenset[str]:
    """Return the issuers under PFAS engagement at 31/12/2024."""
    return frozenset(
        key for case in cases.ALL if case.rule == "PFAS-W1" for key, outcome in case.expected.items()
        if outcome == "ENGAGEMENT"
    )  # fmt: skip


def expected(
    datasets: dict[str, list[Row]], leaves: dict[int, list[Leaf]], monthly: dict[int, dict[str, float]]
) -> Expected:
    """Return the figures a pipeline should find in the inputs."""
    rows, excluded = datasets["classifications"], classes.excluded_ids()
    own: dict[int, float] = defaultdict(float)
    persons: dict[int, int] = {}
    for row in datasets["organisation"]:
        own[int(row["year"])] += float(row["tco2e"])
        persons[int(row["year"])] = int(row["protected_persons"])
    months: dict[str, object] = {}
    base = monthly[min(monthly)]["footprint"]
    for k, figures in monthly.items():
        strategic = pocket_share(leaves[k], valid_shares(rows, "strategic_purpose", k), "strategic", frozenset())
        real = pocket_share(leaves[k], valid_shares(rows, "real_economy", k), "return", excluded)
        entry: dict[str, object] = {
            "market_value_eur": round(sum(leaf.value for leaf in leaves[k]), 2),
            "pockets_eur": _pockets(leaves[k]),
            "footprint_tco2e_per_meur": round(figures["footprint"], 4),
            "footprint_change_ratio": round(figures["footprint"] / base - 1, 6),
            "financed_emissions_tco2e": round(figures["financed_tco2e"], 2),
            "covered_outstanding_eur": round(figures["covered_eur"], 2),
            "eligible_outstanding_eur": round(figures["eligible_eur"], 2),
            "lines_above_one": figures["lines_above_one"],
            "strategic_share": {name: round(value, 6) for name, value in strategic.items()},
            "real_economy_share": {name: round(value, 6) for name, value in real.items()},
            "excluded_exposure_ratio": round(_exposure(leaves[k], cases.excluded_keys()), 6),
            "pfas_exposure_ratio": round(_exposure(leaves[k], _watched()), 6),
        }
        year = month_end(k).year
        if month_end(k).month == 12 and year in own:
            entry["own_emissions_tco2e"] = round(own[year], 1)
            entry["kg_per_person"] = round((own[year] + figures["financed_tco2e"]) * 1000 / persons[year], 4)
        months[_month(k)] = entry
    return {
        "note": "Computed by the generator in plain python from the written rows; every fact in the files is known.",
        "months": months,
        "cases": _cases(),
        "faults": {fault: [roster()[key].issuer_id for key in keys] for fault, keys in FAULTS.items()},
        "issuers_without_evidence_ratio": _without_evidence(datasets),
        "rows": {name: len(content) for name, content in datasets.items()},
    }


def _without_evidence(datasets: dict[str, list[Row]]) -> float:
    """Return the share of issuers (states apart) without any evidence row."""
    told = {row["issuer_id"] for row in datasets["evidence"]}
    companies = [row["issuer_id"] for row in datasets["issuers"] if row["sector_code"] != "84.11"]
    return round(sum(ident not in told for ident in companies) / len(companies), 4)


def _cases() -> list[dict[str, object]]:
    """Return each case with the issuers that stand for it."""
    result: list[dict[str, object]] = []
    for case in cases.ALL:
        for rule, outcomes in {case.rule: case.expected, **case.also}.items():
            for key, outcome in outcomes.items():
                issuer = roster()[key]
                result.append({
                    "case": case.code, "rule_id": rule, "issuer_id": issuer.issuer_id,
                    "issuer_name": issuer.name,
                    "accepted_outcomes_2024_12": outcome.split("|"), "note": case.note,
                })  # fmt: skip
    return result


README = """# Demo inputs

The files of a **fictional** French health mutual, 2019-12 to 2025-12. Everything is synthetic: companies,
funds, managers, vendors and people are invented, LEI codes start with `DEMO` (a range nobody issues) and ISIN
codes are made up; check digits are right except where a fault is intended. Only countries, exchange rates
(European Central Bank reference rates at month end, rounded) and rounded country statistics are real.
Licence: same as the repository.

`python data/demo/generate.py` writes `inputs/`, `expected.json` and this file again, byte for byte. The seed
is in `generator/base.py`; each module's docstring states its assumptions.

| module | makes |
|---|---|
| `issuers`, `names`, `ids`, `sectors`, `strategic` | who exists, with valid check digits |
| `market`, `fx` | prices, yields, exchange rates |
| `lines`, `book`, `account`, `funds`, `tpt`, `holdings` | positions, canonical and TPT |
| `financials`, `emissions`, `evidence`, `cases*`, `classes`, `world` | issuer, country, organisation data |
| `figures`, `shares`, `calibrate`, `report` | plain-python figures, solved free inputs, expected figures |

## Shape

* Roots: `COMPTE-GENERAL` and three mandates. Two dedicated funds come as one TPT file a month each (V6 until
  2024-12, V7 from 2025-01); fund 1 holds a nested fund (two levels) and derivatives. Three open funds and the
  2024 health fund publish their lines; five units stay opaque (four funds without inventory, one `fund_id`
  without lines).
* TPT units of the nested fund carry its `portfolio_id` in field 14: that is the only link between the two.
* EUR lines of the mandates fill `market_value` only, those of open funds `market_value_eur` only, the general
  account both. The equity mandate gives the CIC and no asset class. Mandate lines take the pocket of their
  portfolio.
* `organisation` stops at 2024: the 2025 balance is not known at 2026-01-31.
* Nothing is known after 2026-01-31. Units of evidence: pct, bool, kg_y, t, t_per_meur, score
  (and pct_volume, case 23). `model` of `pfas.phase_out` is the year of the plan.

## Year-end figures (from `expected.json`)

{figures}

## Deliberate faults

{faults}

* holdings: two ISIN with a wrong check digit (`OB-faute*`, `EO-faute*`), one issuer LEI with a wrong check
  digit (`AC-faute`), one issuer that is in no file (`OB-inconnu*`); one private line (`CG-sme-40`) has an
  attribution factor above 1; the swap legs are typed ISIN in TPT but are not (`EZ...FIXED`, `EZ...FLOAT`)
* issuers: one row with a wrong LEI check digit (a typing double); four issuers exist only in TPT files
* evidence: a share of traded volume where a share of revenue is asked (case 23), one superseded row (case 02)
* checks `holdings: lines_that_come_are_paid_for` and `lines_that_leave_leave_their_money`: ten lines of
  `MANDAT-EMPLOI` are sold for the health fund in 2024-02, which the general account holds from 2024-03 on; in
  eleven other months of 73 a purchase or sale of one or two lines above 2 %, without cash beside it
* sovereigns: Austria without 2024, the Netherlands without land use in 2024; the supranational has no country
  figure

## Screening cases (screening.md 4.12; from 24 on, our own)

Several accepted outcomes mean that the text leaves the choice to the engine. Cases 17 (green bonds of
excluded issuers: `OB-neo-group*`, `OB-soda-segments*`), 18 (fund `Talverne Diversifié`: 2.1 % excluded, 30 %
without inventory) and 22 (share classes, receipt and bond of one LEI) live in the holdings. Cases 20 and 21
are about policy files.

{cases}
"""


def _table(header: list[str], lines: list[list[str]]) -> str:
    """Write a Markdown table."""
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)


def _figures(months: dict[str, Any]) -> str:
    """Write the year-end figures."""
    lines = [
        [
            label,
            f"{entry['market_value_eur'] / 1e6:.1f}",
            f"{entry['footprint_tco2e_per_meur']:.2f}",
            f"{100 * entry['footprint_change_ratio']:.2f} %",
            f"{100 * entry['strategic_share']['ratio']:.2f} %",
            f"{100 * entry['real_economy_share']['ratio']:.2f} %",
            f"{100 * entry['excluded_exposure_ratio']:.2f} %",
            f"{100 * entry['pfas_exposure_ratio']:.2f} %",
            f"{entry.get('kg_per_person', '')}",
        ]
        for label, entry in months.items()
        if label.endswith("-12")
    ]
    header = ["month", "M EUR", "tCO2e per M EUR", "since 2019", "strategic", "real economy"]
    return _table([*header, "excluded (of return)", "PFAS engagement (of return)", "kg per person"], lines)


def _faults(faults: dict[str, Any]) -> str:
    """Write the deliberate faults of issuers: meaning, count, the first ones (expected.json has all)."""
    lines = []
    for fault, idents in faults.items():
        names = {issuer.issuer_id: issuer.name for issuer in roster().values()}
        first = ", ".join(f"{names[ident]} `{ident}`" for ident in idents[:3])
        lines.append([fault, FAULT_TEXTS[fault], str(len(idents)), first])
    return _table(["fault", "what", "issuers", "first ones"], lines)


def readme(content: Expected) -> str:
    """Return the README text."""
    lines = [
        [
            row["case"],
            row["rule_id"],
            row["issuer_name"],
            f"`{row['issuer_id']}`",
            " or ".join(row["accepted_outcomes_2024_12"]),
            row["note"],
        ]
        for row in content["cases"]
    ]
    table = _table(["case", "rule", "issuer", "id", "outcome at 2024-12", "story"], lines)
    return README.format(figures=_figures(content["months"]), faults=_faults(content["faults"]), cases=table)
