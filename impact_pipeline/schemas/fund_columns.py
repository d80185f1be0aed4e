"""Columns of what funds declare of themselves (European ESG Template)."""

from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.schemas.column_kinds import EUR, TONNES, amount, day, flag, ratio, share, text

FUND_DECLARATIONS = (
    day("reference_date", "Day the fund's figures are about."),
    amount(
        "carbon_footprint_scope_1_2_tco2e_per_meur",
        "Carbon footprint (PAI 2), scopes 1+2, that the fund declares.",
        "tCO2e per million EUR invested",
        0,
    ),
    share("carbon_footprint_scope_1_2_coverage_ratio", "Share of the fund's assets with the data behind that figure."),
    amount(
        "carbon_footprint_scope_1_2_3_tco2e_per_meur",
        "Carbon footprint (PAI 2), scopes 1+2+3, that the fund declares.",
        "tCO2e per million EUR invested",
        0,
    ),
    share(
        "carbon_footprint_scope_1_2_3_coverage_ratio", "Share of the fund's assets with the data behind that figure."
    ),
    amount(
        "ghg_intensity_scope_1_2_tco2e_per_meur",
        "GHG intensity of investee companies (PAI 3), scopes 1+2, that the fund declares.",
        "tCO2e per million EUR of revenue",
        0,
    ),
    share("ghg_intensity_scope_1_2_coverage_ratio", "Share of the fund's assets with the data behind that figure."),
    amount(
        "ghg_intensity_scope_1_2_3_tco2e_per_meur",
        "GHG intensity of investee companies (PAI 3), scopes 1+2+3, that the fund declares.",
        "tCO2e per million EUR of revenue",
        0,
    ),
    share("ghg_intensity_scope_1_2_3_coverage_ratio", "Share of the fund's assets with the data behind that figure."),
    share("eligible_assets_ratio", "Share of the fund's assets that the carbon footprint can be asked of."),
    flag("is_pai_considered", "The fund says that it considers principal adverse impacts."),
    text("declared_status", "covered, or why the fund's declaration cannot be used.", words.DECLARED_STATUSES),
    amount(
        "fund_declared_eur",
        "Amount covered by what funds declare of themselves: outstanding_eur times the declared coverage.",
        EUR,
        0,
    ),
    amount(
        "declared_scope_1_2_tco2e_per_meur",
        "Declared carbon footprint, scopes 1+2.",
        "tCO2e per million EUR invested",
        0,
    ),
    amount(
        "declared_scope_3_tco2e_per_meur",
        "Declared carbon footprint of scopes 1+2+3 less that of scopes 1+2; empty when they cover different parts.",
        "tCO2e per million EUR invested",
        0,
    ),
    amount(
        "declared_total_tco2e_per_meur",
        "Declared carbon footprint, scopes 1+2+3, where scope 3 can be told apart.",
        "tCO2e per million EUR invested",
        0,
    ),
    amount(
        "declared_intensity_tco2e_per_meur",
        "Declared GHG intensity, scopes 1+2+3, where scope 3 can be told apart.",
        "tCO2e per million EUR of revenue",
        0,
    ),
    amount("waci_declared_eur", "Market value times the coverage of the declared intensity.", EUR, 0),
    amount(
        "intensity_scope_1_2_tco2e_per_meur",
        "Declared GHG intensity, scopes 1+2.",
        "tCO2e per million EUR of revenue",
        0,
    ),
    amount(
        "intensity_scope_3_tco2e_per_meur",
        "Declared GHG intensity of scopes 1+2+3 less that of scopes 1+2; empty when they cover different parts.",
        "tCO2e per million EUR of revenue",
        0,
    ),
    amount(
        "fund_declared_value_eur",
        "Part of covered_value_eur that funds declare of themselves; it has no PCAF score.",
        EUR,
        0,
    ),
    amount("attributed_scope_3_tco2e", "What attribution_factor multiplies for scope 3.", TONNES, 0),
    ratio("fund_declared_ratio", "Part of coverage_ratio that funds declare of themselves.", maximum=1),
)
