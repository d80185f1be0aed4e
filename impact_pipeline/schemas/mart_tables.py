"""``marts.*``: what readers ask for."""

from impact_pipeline.schemas.monthly import monthly

MARTS = (
    monthly(
        "marts.positions",
        "Every position with its carbon and its verdict, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path instrument_id? instrument_name? issuer_id? issuer_name? country? sector_code?"
        " asset_class pocket market_value_eur? outstanding_eur? denominator_eur? denominator_basis? attribution_factor?"
        " scope_1_tco2e? scope_2_tco2e? scope_3_tco2e? financed_scope_1_2_tco2e? financed_scope_3_tco2e?"
        " data_quality_score? carbon_status use_of_proceeds_basis? headline_outcome? position_status source_file_id source_row",
    ),
    monthly(
        "marts.portfolio_carbon",
        "Carbon of portfolios, one row per month, portfolio, perimeter and scopes.",
        "portfolio_id perimeter scopes",
        "portfolio_id perimeter scopes market_value_eur? eligible_value_eur? covered_value_eur? coverage_ratio?"
        " financed_emissions_tco2e? economic_intensity_tco2e_per_meur? pai_2_footprint_tco2e_per_meur?"
        " waci_tco2e_per_meur? waci_coverage_ratio? data_quality_score? fund_declared_value_eur?",
    ),
    monthly(
        "marts.sovereign_carbon",
        "Carbon of sovereign exposures, one row per month, portfolio and treatment of land use.",
        "portfolio_id lulucf",
        "portfolio_id lulucf exposure_eur? covered_exposure_eur? financed_emissions_tco2e? intensity_tco2e_per_meur_gdp?"
        " intensity_coverage_ratio?",
    ),
    monthly(
        "marts.sub_sovereign_carbon",
        "Carbon of regions and cities, one row per month, portfolio and treatment of land use.",
        "portfolio_id lulucf",
        "portfolio_id lulucf exposure_eur? covered_exposure_eur? capped_exposure_eur? financed_emissions_tco2e?",
    ),
    monthly(
        "marts.pai_indicators",
        "SFDR principal adverse impacts, one row per month, portfolio, indicator, valuation convention and period.",
        "portfolio_id indicator valuation_convention period",
        "portfolio_id indicator=pai_indicator valuation_convention period value=pai_value? unit numerator? denominator?"
        " coverage_ratio? unknown_ratio? fund_declared_ratio? n_quarters",
        is_view=True,
    ),
    monthly(
        "marts.carbon_trajectory",
        "Carbon metrics against the baseline and the target path, one row per month, portfolio and metric.",
        "portfolio_id metric",
        "portfolio_id metric perimeter scopes unit baseline_date? baseline_value? value=metric_value? change_ratio?"
        " target_value? target_rule on_track? coverage_ratio? baseline_coverage_ratio? adjustment_factor?"
        " adjustment_coverage_ratio? raw_baseline_value? raw_value? value_at_baseline_prices?"
        " original_baseline_value? restated_baseline_value? original_baseline_coverage_ratio?"
        " restated_baseline_coverage_ratio? restatement_ratio? restatement_cause? baseline_recalculation_threshold_ratio is_recalculation_due? original_change_ratio?"
        " restated_change_ratio? status",
        is_view=True,
    ),
    monthly(
        "marts.footprint_by_category",
        "The mutual's own footprint and that of its investments, one row per month and category.",
        "category",
        "category year? protected_persons? tco2e? kg_per_person? share_ratio? coverage_ratio?",
        {
            "category": "Category of the organisation file, or financed_emissions.",
            "share_ratio": "Category over the sum of all; empty while one of them is unknown.",
            "year": "Year of the organisation's figures; empty for financed_emissions.",
        },
    ),
    monthly(
        "marts.physical_intensity",
        "Emissions over production where companies state it, one row per month, portfolio, product and unit.",
        "portfolio_id measure unit",
        "portfolio_id measure unit eligible_value_eur covered_value_eur coverage_ratio? financed_emissions_tco2e?"
        " attributed_production? physical_intensity_tco2e_per_unit?",
        {
            "measure": "What is made: production.<product>.",
            "unit": "Unit of the production.",
            "eligible_value_eur": "Amount attributed of the lines whose company states that it makes the product.",
            "covered_value_eur": "Amount attributed of the lines with emissions and production of one year.",
        },
    ),
    monthly(
        "marts.carbon_changes",
        "Why carbon figures moved, one row per month, earlier month, portfolio, metric and effect; the nine effects add up.",
        "from_date portfolio_id metric effect",
        "from_date to_date portfolio_id metric effect value=effect_value? shapley_value?",
        is_view=True,
    ),
    monthly(
        "marts.issuer_headlines",
        "Worst outcome of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id issuer_name? headline_outcome rules_excluding? n_unknown exposure_eur?",
        {"exposure_eur": "Market value held by the whole entity, funds looked through."},
    ),
    monthly(
        "marts.screening_exposures",
        "Market value by rule and outcome, one row per month, portfolio, rule and outcome.",
        "portfolio_id rule_id outcome",
        "portfolio_id rule_id outcome market_value_eur? share_ratio?",
        {"share_ratio": "Over the screened value of the portfolio: all lines with an issuer that rules apply to."},
    ),
    monthly(
        "marts.breaches",
        "Lines of excluded issuers, one row per month, portfolio, line and rule.",
        "portfolio_id line_id rule_id",
        "portfolio_id line_id issuer_id rule_id position_status first_seen divest_by? market_value_eur?",
    ),
    monthly(
        "marts.breach_changes",
        "Breaches against the month before, one row per month, portfolio, line and rule: new, still open, gone.",
        "portfolio_id line_id rule_id",
        "portfolio_id line_id issuer_id rule_id change position_status? divest_by? market_value_eur?",
        is_view=True,
    ),
    monthly(
        "marts.fund_screens",
        "Funds against the rules, one row per month, fund and rule: bounds of the excluded share, tolerance, result.",
        "portfolio_id rule_id",
        "portfolio_id rule_id kind? market_value_eur? excluded_ratio? excluded_upper_ratio? coverage_ratio?"
        " tolerance_ratio result",
        {
            "rule_id": "Rule of the policy; ALL = every rule that can exclude, a line counting once.",
            "market_value_eur": "Value of the whole fund, cash included: what the shares are over.",
            "coverage_ratio": "Share of the fund that is not unknown: 1 - (upper bound - lower bound).",
        },
    ),
    monthly(
        "marts.screening_worklist",
        "What analysts have to look at, largest exposure first, one row per month, work, issuer and rule.",
        "work issuer_id rule_id",
        "work issuer_id rule_id issuer_name? outcome exposure_eur? work_rank text_fr",
        {"exposure_eur": "Market value held by the whole entity, funds looked through."},
    ),
    monthly(
        "marts.screening_expiries",
        "What falls due within 90 days of the month end or is overdue, one row per month, kind, reference and day.",
        "expiry_kind reference rule_id due",
        "expiry_kind reference issuer_id rule_id due days_left text_fr",
        {"rule_id": "Rule concerned, or the theme of an engagement."},
    ),
    monthly(
        "marts.investment_shares",
        "Shares of strategic and real-economy investments, one row per month, portfolio, indicator and code.",
        "portfolio_id indicator code",
        "portfolio_id indicator code numerator_eur? denominator_eur? unknown_eur? share_ratio? share_upper_ratio?",
    ),
    monthly(
        "marts.mission_indicators",
        "The mission committee's table, one row per month and indicator.",
        "indicator_id",
        "indicator_id label_fr value=indicator_value? unit numerator? denominator? coverage_ratio? baseline_value? change_ratio?"
        " target_value? target_date? status",
        is_view=True,
    ),
)
