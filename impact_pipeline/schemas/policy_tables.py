"""Tables of the policy: what the committee decided, as the files of the policy folder say it for each month."""

from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline.schemas.table import table

POLICY = (
    table(
        "policy.rules",
        "Screening rules in force, one row per month and rule.",
        "as_of_date rule_id",
        "as_of_date rule_id rule_version title_fr rule_status can_exclude valid_from valid_to? scope_pockets?"
        " scope_asset_classes? divest_days?"
        " decide_days? illiquid run_off_max? eu_green_bond other_uop exempt_unless? exchangeable"
        " open_fund_tolerance_ratio rule_sha file",
        COLUMNS,
    ),
    table(
        "policy.methodology",
        "Method choices of the run (methodology.yaml), one row per month.",
        "as_of_date",
        "as_of_date scope_2_preferred debt_outstanding unlisted_equity_outstanding sector_average"
        " max_emissions_age_years max_financials_age_years max_fund_declaration_age_months"
        " max_inventory_age_days headline_perimeter headline_scopes baseline_recalculation_threshold_ratio fx_tolerance_ratio moved_value_threshold_ratio",
        COLUMNS,
    ),
    table(
        "policy.own_entities",
        "Entities of the mutual itself (methodology.yaml), one row per month and issuer.",
        "as_of_date issuer_id",
        "as_of_date issuer_id",
        COLUMNS,
    ),
    table(
        "policy.use_of_proceeds_allocations",
        "What issuers say of the proceeds of their labelled bonds (methodology.yaml), one row per month, issuer and year.",
        "as_of_date issuer_id fiscal_year",
        "as_of_date issuer_id fiscal_year allocated_eur? allocated_scope_1_2_tco2e? source",
        COLUMNS,
    ),
    table(
        "policy.sector_factors",
        "Factors of the set that sector_average names, one row per month and NACE section or division.",
        "as_of_date sector_code",
        "as_of_date factor_set sector_code tco2e_per_meur_revenue? tco2e_per_meur_assets? asset_turnover_ratio?"
        " price_year price_index source",
        COLUMNS,
        other={"sector_code": "Section letter or two-digit division of NACE Rev. 2."},
    ),
    table(
        "policy.price_indices",
        "Price levels of that set, one row per month and year.",
        "as_of_date year",
        "as_of_date year price_index",
        COLUMNS,
    ),
    table(
        "policy.targets",
        "Indicators of the mission committee with labels and targets (targets.yaml), one row per month and indicator.",
        "as_of_date indicator_id",
        "as_of_date indicator_id label_fr unit baseline_date? target_value? target_date? sort_order",
        COLUMNS,
    ),
    table(
        "policy.measures",
        "Measures of evidence that the rules in force look at, one row per month, rule and measure.",
        "as_of_date rule_id measure",
        "as_of_date rule_id measure is_asked",
        COLUMNS,
        other={"measure": "Measure of a criterion, or another one of its theme that says something about it."},
    ),
    table(
        "policy.overrides",
        "Decisions of the committee on single issuers, one row per month and override approved by then.",
        "as_of_date override_id",
        "as_of_date override_id issuer_id rule_id from_outcome to_outcome reason_fr evidence_ref author approver"
        " approved_on expires_on minutes conditions_fr? is_in_force file",
        COLUMNS,
        other={
            "evidence_ref": "Documents and evidence ids that support it.",
            "rule_id": "Rule whose outcome it replaces.",
        },
    ),
    table(
        "policy.engagements",
        "Dialogues with issuers, one row per month, engagement opened by then and milestone.",
        "as_of_date engagement_id milestone",
        "as_of_date engagement_id milestone issuer_id theme opened ask_fr channel due milestone_fr is_done is_open"
        " on_failure? file",
        COLUMNS,
    ),
)
