"""A factor set and a method written for tests."""

from pathlib import Path

from impact_pipeline_tests.builders import policy_with

#: Manufacturing by revenue and assets, trade by revenue and turnover; prices rose by a quarter from 2015 to 2024.
FACTORS = """\
id: TEST-SET
title_fr: "Facteurs d'essai"
status: approved
source: "methodology.md, D16"
scopes: "1_2"
sector_scheme: nace_2
price_year: 2015
price_index_source: "D16"
price_index:
  - {year: 2015, value: "1"}
  - {year: 2024, value: "1.25"}
factors:
  - {sector: C, tco2e_per_meur_revenue: "0.1", tco2e_per_meur_assets: "0.002"}
  - {sector: "46", tco2e_per_meur_revenue: "0.002", asset_turnover_ratio: "0.8"}
"""
UNDEFLATED = FACTORS.replace('value: "1.25"', 'value: "1"')


def method(folder: Path, *edits: tuple[str, str], factors: str = "") -> Path:
    """The demo policy with ``(old, new)`` edits of methodology.yaml and, when given, a factor set in force."""
    if factors:
        edits = (*edits, ("sector_average: none", "sector_average: TEST-SET"))
    files = {"sets_factors": factors} if factors else {}
    return policy_with(folder, *(("methodology.yaml", old, new) for old, new in edits), **files)
