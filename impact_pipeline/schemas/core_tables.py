"""``core.*``: month by month resolution, and what the marts read."""

from impact_pipeline.schemas.monthly import monthly

CORE = (
    monthly(
        "core.fx_rates",
        "Last exchange rate known at the month end, one row per month and currency.",
        "currency",
        "currency rate_date units_per_eur",
    ),
    monthly(
        "core.portfolios",
        "Portfolios and funds with lines in the month, one row per month and portfolio.",
        "portfolio_id",
        "portfolio_id portfolio_name? currency? kind? pocket? is_root net_asset_value_eur? inventory_date"
        " inventory_age_days",
        {"pocket": "Pocket of its lines unless the line says otherwise."},
    ),
    monthly(
        "core.issuers",
        "Issuers the month's files describe, one row per month and issuer; a canonical row wins over a fund file's.",
        "issuer_id",
        "issuer_id issuer_name? country? sector_scheme? sector_code? is_financial? is_listed? siren? enterprise_size?"
        " source_file_id source_row",
    ),
    monthly(
        "core.holdings",
        "Lines valued in EUR, one row per month, portfolio and line.",
        "portfolio_id line_id",
        "portfolio_id line_id valuation_date instrument_id? instrument_name? cic? asset_class pocket issuer_id?"
        " underlying_issuer_id?"
        " guarantor_id? use_of_proceeds? fund_id? currency? quantity? nominal_eur? book_value_eur? market_value_eur?"
        " value_status source_file_id source_row",
        is_view=True,
    ),
    monthly(
        "core.positions",
        "Lines of every portfolio with funds looked through, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path root_line_id holder_portfolio_id depth scale_ratio? instrument_id?"
        " instrument_name? asset_class pocket issuer_id? underlying_issuer_id? guarantor_id? use_of_proceeds? is_screened"
        " is_in_open_fund nominal_eur? book_value_eur? market_value_eur? value_status source_file_id source_row",
    ),
    monthly(
        "core.issuer_financials",
        "Latest usable balance sheet of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id fiscal_year period_end revenue_eur? evic_eur? evic_basis equity_plus_debt_eur? equity_plus_debt_basis"
        " first_total_assets_eur? source_file_id source_row",
    ),
    monthly(
        "core.issuer_emissions",
        "Latest usable emissions of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id fiscal_year? scope_1_tco2e? scope_2_tco2e? scope_2_basis? scope_3_tco2e? scope_3_fiscal_year? score_1_2?"
        " score_3? option_1_2? option_3? emissions_status scope_3_status scope_1_source_file_id? scope_1_source_row?"
        " scope_2_source_file_id? scope_2_source_row? scope_3_source_file_id? scope_3_source_row?"
        " scope_3_downstream_source_file_id? scope_3_downstream_source_row?",
    ),
    monthly(
        "core.sector_estimates",
        "What the sector says of issuers whose sector has factors, one row per month and issuer.",
        "issuer_id",
        "issuer_id factor_set sector_code fiscal_year? revenue_estimate_tco2e? tco2e_per_meur_outstanding?"
        " outstanding_option?",
    ),
    monthly(
        "core.own_entities",
        "Entities of the mutual and the companies they control, one row per month and issuer.",
        "issuer_id",
        "issuer_id pct_capital?",
    ),
    monthly(
        "core.sovereign_emissions",
        "Latest usable national emissions and GDP, one row per month and country.",
        "country",
        "country year ghg_excl_lulucf_tco2e? ghg_incl_lulucf_tco2e? gdp_ppp_intl_usd? gdp_nominal_eur? source_file_id"
        " source_row",
    ),
    monthly(
        "core.sub_sovereign_emissions",
        "Regions and cities with emissions of their own, one row per month and issuer.",
        "issuer_id",
        "issuer_id year ghg_excl_lulucf_tco2e? ghg_incl_lulucf_tco2e? gdp_ppp_intl_usd? source_file_id source_row",
    ),
    monthly(
        "core.outstanding_amounts",
        "Which amount of a position is attributed, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path issuer_id? asset_class pocket use_of_proceeds? market_value_eur?"
        " value_status attributed_as? outstanding_eur? outstanding_basis?",
        is_view=True,
    ),
    monthly(
        "core.fund_declarations",
        "Latest declaration of each fund about itself, one row per month and fund.",
        "instrument_id",
        "instrument_id reference_date carbon_footprint_scope_1_2_tco2e_per_meur?"
        " carbon_footprint_scope_1_2_coverage_ratio? carbon_footprint_scope_1_2_3_tco2e_per_meur?"
        " carbon_footprint_scope_1_2_3_coverage_ratio? ghg_intensity_scope_1_2_tco2e_per_meur?"
        " ghg_intensity_scope_1_2_coverage_ratio? ghg_intensity_scope_1_2_3_tco2e_per_meur?"
        " ghg_intensity_scope_1_2_3_coverage_ratio? declared_status source_file_id source_row",
    ),
    monthly(
        "core.fund_declared_positions",
        "Fund lines without look-through whose fund declares its impacts, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path instrument_id reference_date declared_status fund_declared_eur?"
        " declared_scope_1_2_tco2e_per_meur? declared_scope_3_tco2e_per_meur? financed_scope_1_2_tco2e?"
        " financed_scope_3_tco2e? waci_declared_eur? intensity_scope_1_2_tco2e_per_meur? intensity_scope_3_tco2e_per_meur?"
        " source_file_id source_row",
    ),
    monthly(
        "core.attribution",
        "Carbon of every position, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path outstanding_eur? outstanding_basis? denominator_eur? denominator_basis?"
        " fund_declared_eur? attribution_factor? scope_1_tco2e? scope_2_tco2e? scope_2_basis? scope_3_tco2e? scope_1_2_tco2e?"
        " use_of_proceeds_basis? attributed_scope_1_2_tco2e?"
        " financed_scope_1_2_tco2e? financed_scope_3_tco2e? data_quality_score? emissions_option? factor_set? score_3?"
        " scope_3_option? revenue_eur? carbon_status scope_3_status is_listed? is_eligible"
        " is_corporate emissions_fiscal_year?"
        " financials_fiscal_year? emissions_lag_years? vintage_gap_years?",
    ),
    monthly(
        "core.instrument_prices",
        "What one unit of an instrument was worth at a month end, one row per month, instrument, currency and basis.",
        "instrument_id currency price_basis",
        "instrument_id currency price_basis price",
    ),
    monthly(
        "core.pai_positions",
        "What the SFDR indicators need of every position, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path counterparty instrument_id? currency? market_value_eur? outstanding_eur?"
        " price_units? price_basis? price_date? units_per_eur? denominator_eur? scope_1_tco2e? scope_2_tco2e?"
        " scope_3_tco2e? revenue_eur? fund_declared_eur? declared_total_tco2e_per_meur? waci_declared_eur? declared_intensity_tco2e_per_meur?"
        " country_intensity_tco2e_per_meur_gdp? fossil_state? agrochemicals_state?"
        " deforestation_state? water_state?",
    ),
    monthly(
        "core.pai_month_ends",
        "SFDR indicators at month ends, one row per month, portfolio, indicator and valuation convention.",
        "portfolio_id indicator valuation_convention",
        "portfolio_id indicator=pai_indicator valuation_convention value=pai_value? unit numerator? denominator?"
        " coverage_ratio? unknown_ratio? fund_declared_ratio?",
        is_view=True,
    ),
    monthly(
        "core.headline_positions",
        "Covered positions of the committee's perimeter, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path is_root issuer_id? pocket is_listed? outstanding_eur? denominator_eur?"
        " financed_tco2e",
        is_view=True,
    ),
    monthly(
        "core.enterprise_value_changes",
        "How the enterprise values behind a portfolio moved since the baseline, one row per month and portfolio.",
        "portfolio_id",
        "portfolio_id baseline_date pcaf_adjustment_ratio? pcaf_adjustment_coverage_ratio? evic_inflation_ratio?"
        " evic_inflation_coverage_ratio? listed_financed_tco2e? unlisted_financed_tco2e?",
        is_view=True,
    ),
    monthly(
        "core.carbon_factors",
        "What the carbon of a position is a product of, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path is_root instrument_id? issuer_id? sector_code? asset_class pocket is_corporate"
        " is_listed? units? nominal_eur? outstanding_eur? market_value_eur? line_currency? line_units_per_eur? denominator_eur?"
        " revenue_eur? issuer_currency? issuer_units_per_eur? scope_1_2_tco2e? attributed_scope_1_2_tco2e? scope_3_tco2e?"
        " attributed_scope_3_tco2e?"
        " financed_scope_1_2_tco2e? financed_scope_3_tco2e?",
        is_view=True,
    ),
    monthly(
        "core.carbon_change_lines",
        "Why carbon figures moved, line by line, one row per month, earlier month, portfolio, line, metric and effect;"
        " an effect of 0 has no row.",
        "from_date portfolio_id line_key metric effect",
        "from_date to_date portfolio_id line_key held_by line_id lookthrough_path issuer_id? sector_code? metric effect method"
        " value=effect_value shapley_value",
    ),
    monthly(
        "core.carbon_change_totals",
        "Figures that are compared, one row per month, earlier month, portfolio and metric.",
        "from_date portfolio_id metric",
        "from_date to_date portfolio_id metric from_value? restated_value? to_value?"
        " from_covered_eur? restated_covered_eur? is_recomputed restatement_cause",
    ),
    monthly(
        "core.carbon_baselines",
        "Baseline first computed, restated and in force, one row per month, portfolio and metric.",
        "portfolio_id metric",
        "portfolio_id metric perimeter scopes unit baseline_date? months_since? baseline_value? original_baseline_value?"
        " restated_baseline_value? original_baseline_coverage_ratio? restated_baseline_coverage_ratio? restatement_ratio?"
        " restatement_cause? baseline_recalculation_threshold_ratio is_recalculation_due? raw_baseline_value? raw_value?"
        " value=metric_value? coverage_ratio? baseline_coverage_ratio? adjustment_factor? adjustment_coverage_ratio?",
        {"metric": "Figure followed over time."},
        is_view=True,
    ),
    monthly(
        "core.issuer_verdicts",
        "Outcome of each rule for each issuer, one row per month, issuer and rule.",
        "issuer_id rule_id",
        "issuer_id rule_id rule_version truth outcome outcome_rank inherited_from? override_id? is_near is_stale has_conflict text_fr",
    ),
    monthly(
        "core.verdict_explanations",
        "Evidence behind the verdicts, one row per month, issuer, rule and criterion.",
        "issuer_id rule_id criterion_id",
        "known_as_of issuer_id rule_id rule_version rule_sha criterion_id op threshold? lo? hi? unit? basis?"
        " fiscal_year? evidence_id? source? locator? published_on? retrieved_on? grade? truth admissible outcome inherited_from?"
        " path? min_pct? conflict_with? override_id? near stale_days? counterfactual_fr? text_fr",
        {"evidence_id": "Evidence used, separated by commas when several rows add up."},
    ),
    monthly(
        "core.exclusion_starts",
        "Since when an excluded issuer has been excluded without a break, one row per month, issuer and rule.",
        "issuer_id rule_id",
        "issuer_id rule_id first_seen",
    ),
    monthly(
        "core.position_outcomes",
        "What each rule says of each screened position, one row per month, portfolio, line, path and rule.",
        "portfolio_id line_id lookthrough_path rule_id",
        "portfolio_id line_id lookthrough_path rule_id issuer_id? tested_issuer_id? tested_as outcome outcome_rank"
        " exemption? override_id? derogation_id? derogated_issuer_id? market_value_eur?",
        {"outcome": "Worst outcome of the parties tested behind the line."},
    ),
)
