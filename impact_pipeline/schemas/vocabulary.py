"""Closed lists of the contract: the only words a column of this kind may hold."""

ASSET_CLASSES = (
    "listed_equity",
    "corporate_bond",
    "covered_bond",
    "sovereign_bond",
    "sub_sovereign_bond",
    "supranational_bond",
    "unlisted_equity",
    "private_debt",
    "loan",
    "project_finance",
    "real_estate",
    "mortgage",
    "fund",
    "securitisation",
    "derivative",
    "cash",
    "other",
)
POCKETS = ("strategic", "return", "own_use_property", "investment_property", "treasury", "other")
#: Perimeters of marts.portfolio_carbon; the asset class "other" has another name there than the pocket "other".
PERIMETERS = (
    *("corporate", "corporate_listed", "corporate_unlisted"),
    *POCKETS,
    *(name if name != "other" else "other_asset_class" for name in ASSET_CLASSES),
)
PORTFOLIO_KINDS = ("general_account", "mandate", "dedicated_fund", "open_fund", "unit_linked")
USES_OF_PROCEEDS = ("none", "green", "eu_green_bond", "social", "sustainability")
SECTOR_SCHEMES = ("nace_2", "nace_2_1", "gics")
ENTERPRISE_SIZES = ("micro", "pme", "eti", "ge")
EMISSION_SCOPES = ("1", "2_location", "2_market", "3_upstream", "3_downstream", "3")
EMISSION_BASES = (
    "reported_verified",
    "reported",
    "energy",
    "production",
    "revenue_estimate",
    "asset_estimate",
)
EVIDENCE_BASES = ("group", "entity", "site")
REPORTED_OR_ESTIMATED = ("reported", "estimated")
GRADES = ("A", "B", "C", "D", "E")
COVERAGE_STATUSES = (
    "researched_involved",
    "researched_not_involved",
    "not_researched",
    "not_covered",
    "withdrawn",
)
CLASSIFICATION_KINDS = ("strategic_purpose", "real_economy")
TRUTHS = ("F", "U", "T")
OUTCOMES = ("NOT_APPLICABLE", "CLEARED", "UNKNOWN", "ENGAGEMENT", "WATCHLIST", "EXCLUDED")
POSITION_STATUSES = (
    "COMPLIANT",
    "BUY_BLOCKED",
    "TO_DIVEST",
    "OVERDUE",
    "RUN_OFF",
    "DEROGATED",
    "PASSIVE_BREACH",
    "NOT_SCREENED",
)
BOND_TESTS = ("test_issuer", "exempt")
TESTED_AS = ("issuer", "guarantor", "underlying", "none", "out_of_scope")
EXEMPTIONS = ("eu_green_bond", "use_of_proceeds")
BREACH_CHANGES = ("new", "open", "gone", "no_previous_month")
WORK_KINDS = ("unknown", "conflict", "near", "stale")
EXPIRY_KINDS = ("override", "engagement", "divestment", "run_off")
#: PCAF options of the emissions figure (table 10.1-1), strongest first; unknown = nobody said how it was made.
EMISSION_OPTIONS = ("1a", "1b", "2a", "2b", "3a", "3b", "3c", "unknown")
OUTSTANDING_BASES = ("nominal", "book_value", "market_value")
ATTRIBUTED_AS = ("equity", "debt", "property")
USE_OF_PROCEEDS_BASES = ("allocated_pool", "beside_pool", "issuer_level")
CARBON_STATUSES = (
    "covered",
    "out_of_scope_cash",
    "out_of_scope_derivative",
    "out_of_scope_own_use",
    "out_of_scope_other",
    "out_of_scope_supranational",
    "out_of_scope_sub_sovereign",
    "sovereign_covered",
    "sub_sovereign_covered",
    "missing_sovereign_data",
    "opaque_fund",
    "stale_fund_declaration",
    "incomplete_fund_declaration",
    "unallocated_fund_value",
    "unknown_issuer",
    "missing_outstanding",
    "missing_emissions",
    "missing_scope_1",
    "missing_scope_2",
    "stale_emissions",
    "missing_financials",
    "missing_evic",
    "missing_deposits",
    "negative_evic",
    "missing_equity_and_debt",
    "stale_financials",
    "missing_fx_rate",
    "missing_property_data",
    "missing_property_value",
    "missing_collateral_data",
    "consolidated",
    "short_position",
    "attribution_above_1",
)
#: What can be made of a fund's own declaration.
DECLARED_STATUSES = ("covered", "stale_fund_declaration", "incomplete_fund_declaration")
#: Rows of Delegated Regulation (EU) 2022/1288, Annex I: pai_* of Table 1, t2_* of Table 2.
PAI_INDICATORS = (
    "pai_1_scope_1",
    "pai_1_scope_2",
    "pai_1_scope_3",
    "pai_1_total",
    "pai_2",
    "pai_3",
    "pai_4",
    "pai_15",
    "t2_8",
    "t2_9",
    "t2_15",
)
VALUATION_CONVENTIONS = ("RTS_LITERAL", "PCAF_YEAR_END", "ESA_FYE_PRICE")
PAI_PERIODS = ("month_end", "quarter_average")
COUNTERPARTIES = ("company", "country", "other")
STATES = ("yes", "no", "unknown")
TRAJECTORY_METRICS = (
    "economic_intensity",
    "economic_intensity_pcaf_adjusted",
    "economic_intensity_art_7_3",
    "financed_emissions",
    "pai_2_footprint",
    "waci",
)
TARGET_RULES = ("policy_geometric", "minus_7_pct_a_year")
CHANGE_METRICS = ("financed_emissions", "economic_intensity", "waci")
#: In the order in which they are told: what was corrected, who came and went, what those who stayed did.
CHANGE_EFFECTS = (
    "restatement",
    "entrants",
    "leavers",
    "coverage",
    "quantity",
    "price",
    "enterprise_value",
    "emissions",
    "fx",
)
#: What differs between two months besides their own lines: facts known, method choices, both, nothing.
RESTATEMENT_CAUSES = ("none", "facts", "method", "facts_and_method")
CHANGE_METHODS = ("LMDI", "Shapley", "whole")
SEVERITIES = ("error", "warn")
CORRECTION_STATUSES = ("applied", "not_needed", "expired")
#: Who gives an identifier. The first ones name a security, a name is only used once somebody has reviewed it.
INSTRUMENT_SCHEMES = ("isin", "cusip", "sedol", "wkn", "figi")
ISSUER_SCHEMES = ("lei", "siren", "vendor", "name")
IDENTIFIER_SCHEMES = (*INSTRUMENT_SCHEMES, *ISSUER_SCHEMES)
IDENTIFIER_REASONS = ("share_class", "adr", "merger", "rename", "vendor_id", "reviewed_match")
IDENTIFIER_USES = ("issuer", "instrument")
#: How an issuer was found, in the order in which it is looked for.
RESOLUTION_STEPS = ("lei", "group_lei", "identifier_map", "isin_map", "own_code", "unresolved")
#: Classes of assets whose lines are on an issuer; deposits and derivatives name a bank, which is not what is held.
CLASSES_WITH_ISSUER = (
    "listed_equity",
    "corporate_bond",
    "covered_bond",
    "sovereign_bond",
    "sub_sovereign_bond",
    "supranational_bond",
    "unlisted_equity",
    "private_debt",
    "loan",
    "project_finance",
    "securitisation",
)
