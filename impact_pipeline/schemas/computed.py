"""Tables the pipeline computes: ``core.*`` (month by month resolution) and ``marts.*`` (what readers ask for)."""

from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline.schemas.table import Table, table


def _monthly(
    name: str,
    description: str,
    grain: str,
    columns: str,
    other: dict[str, str] | None = None,
    *,
    is_view: bool = False,
) -> Table:
    return table(
        name,
        description,
        f"as_of_date {grain}",
        f"as_of_date {columns}",
        COLUMNS,
        other=other,
        is_view=is_view,
    )


CORE = (
    _monthly(
        "core.fx_rates",
        "Last exchange rate known at the month end, one row per month and currency.",
        "currency",
        "currency rate_date units_per_eur",
    ),
    _monthly(
        "core.portfolios",
        "Portfolios and funds with lines in the month, one row per month and portfolio.",
        "portfolio_id",
        "portfolio_id portfolio_name? currency? kind? pocket? is_root net_asset_value_eur?",
        {"pocket": "Pocket of its lines unless the line says otherwise."},
    ),
    _monthly(
        "core.issuers",
        "Issuers the month's files describe, one row per month and issuer; a canonical row wins over a fund file's.",
        "issuer_id",
        "issuer_id issuer_name? country? sector_scheme? sector_code? is_financial? is_listed? siren? enterprise_size?"
        " source_file_id source_row",
    ),
    _monthly(
        "core.holdings",
        "Lines valued in EUR, one row per month, portfolio and line.",
        "portfolio_id line_id",
        "portfolio_id line_id instrument_id? instrument_name? cic? asset_class pocket issuer_id? underlying_issuer_id?"
        " guarantor_id? use_of_proceeds? fund_id? currency? quantity? nominal_eur? book_value_eur? market_value_eur?"
        " value_status source_file_id source_row",
    ),
    _monthly(
        "core.positions",
        "Lines of every portfolio with funds looked through, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path root_line_id holder_portfolio_id depth scale_ratio? instrument_id?"
        " instrument_name? asset_class pocket issuer_id? underlying_issuer_id? guarantor_id? use_of_proceeds? is_screened"
        " is_in_open_fund nominal_eur? book_value_eur? market_value_eur? value_status source_file_id source_row",
    ),
    _monthly(
        "core.issuer_financials",
        "Latest usable balance sheet of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id fiscal_year period_end revenue_eur? evic_eur? evic_basis equity_plus_debt_eur? equity_plus_debt_basis"
        " first_total_assets_eur? source_file_id source_row",
    ),
    _monthly(
        "core.issuer_emissions",
        "Latest usable emissions of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id fiscal_year? scope_1_tco2e? scope_2_tco2e? scope_2_basis? scope_3_tco2e? scope_3_fiscal_year? score_1_2?"
        " score_3? option_1_2? option_3? emissions_status scope_3_status scope_1_source_file_id? scope_1_source_row?"
        " scope_2_source_file_id? scope_2_source_row? scope_3_source_file_id? scope_3_source_row?"
        " scope_3_downstream_source_file_id? scope_3_downstream_source_row?",
    ),
    _monthly(
        "core.sector_estimates",
        "What the sector says of issuers whose sector has factors, one row per month and issuer.",
        "issuer_id",
        "issuer_id factor_set sector_code fiscal_year? revenue_estimate_tco2e? tco2e_per_meur_outstanding?"
        " outstanding_option?",
    ),
    _monthly(
        "core.own_entities",
        "Entities of the mutual and the companies they control, one row per month and issuer.",
        "issuer_id",
        "issuer_id pct_capital?",
    ),
    _monthly(
        "core.sovereign_emissions",
        "Latest usable national emissions and GDP, one row per month and country.",
        "country",
        "country year ghg_excl_lulucf_tco2e? ghg_incl_lulucf_tco2e? gdp_ppp_intl_usd? gdp_nominal_eur? source_file_id"
        " source_row",
    ),
    _monthly(
        "core.sub_sovereign_emissions",
        "Regions and cities with emissions of their own, one row per month and issuer.",
        "issuer_id",
        "issuer_id year ghg_excl_lulucf_tco2e? ghg_incl_lulucf_tco2e? gdp_ppp_intl_usd? source_file_id source_row",
    ),
    _monthly(
        "core.attribution",
        "Carbon of every position, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path outstanding_eur? outstanding_basis? denominator_eur? denominator_basis?"
        " attribution_factor? scope_1_tco2e? scope_2_tco2e? scope_2_basis? scope_3_tco2e? scope_1_2_tco2e?"
        " financed_scope_1_2_tco2e? financed_scope_3_tco2e? data_quality_score? emissions_option? factor_set? score_3?"
        " scope_3_option? revenue_eur? carbon_status scope_3_status is_listed? is_eligible"
        " is_corporate emissions_fiscal_year?"
        " financials_fiscal_year? emissions_lag_years? vintage_gap_years?",
    ),
    _monthly(
        "core.instrument_prices",
        "What one unit of an instrument was worth at a month end, one row per month, instrument, currency and basis.",
        "instrument_id currency price_basis",
        "instrument_id currency price_basis price",
    ),
    _monthly(
        "core.pai_positions",
        "What the SFDR indicators need of every position, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path counterparty instrument_id? currency? market_value_eur? outstanding_eur?"
        " price_units? price_basis? price_date? units_per_eur? denominator_eur? scope_1_tco2e? scope_2_tco2e?"
        " scope_3_tco2e? revenue_eur? country_intensity_tco2e_per_meur_gdp? fossil_state? agrochemicals_state?"
        " deforestation_state? water_state?",
    ),
    _monthly(
        "core.pai_month_ends",
        "SFDR indicators at month ends, one row per month, portfolio, indicator and valuation convention.",
        "portfolio_id indicator valuation_convention",
        "portfolio_id indicator=pai_indicator valuation_convention value=pai_value? unit numerator? denominator?"
        " coverage_ratio? unknown_ratio?",
        is_view=True,
    ),
    _monthly(
        "core.headline_positions",
        "Covered positions of the committee's perimeter, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path is_root issuer_id? pocket is_listed? outstanding_eur? denominator_eur?"
        " financed_tco2e",
        is_view=True,
    ),
    _monthly(
        "core.enterprise_value_changes",
        "How the enterprise values behind a portfolio moved since the baseline, one row per month and portfolio.",
        "portfolio_id",
        "portfolio_id baseline_date pcaf_adjustment_ratio? pcaf_adjustment_coverage_ratio? evic_inflation_ratio?"
        " evic_inflation_coverage_ratio? listed_financed_tco2e? unlisted_financed_tco2e?",
        is_view=True,
    ),
    _monthly(
        "core.carbon_factors",
        "What the carbon of a position is a product of, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path is_root instrument_id? issuer_id? sector_code? asset_class pocket is_corporate"
        " is_listed? units? nominal_eur? outstanding_eur? market_value_eur? line_currency? line_units_per_eur? denominator_eur?"
        " revenue_eur? issuer_currency? issuer_units_per_eur? scope_1_2_tco2e? scope_3_tco2e?"
        " financed_scope_1_2_tco2e? financed_scope_3_tco2e?",
        is_view=True,
    ),
    _monthly(
        "core.carbon_change_lines",
        "Why carbon figures moved, line by line, one row per month, earlier month, portfolio, line, metric and effect;"
        " an effect of 0 has no row.",
        "from_date portfolio_id line_key metric effect",
        "from_date to_date portfolio_id line_key held_by line_id lookthrough_path issuer_id? sector_code? metric effect method"
        " value=effect_value shapley_value",
    ),
    _monthly(
        "core.carbon_change_totals",
        "Figures that are compared, one row per month, earlier month, portfolio and metric.",
        "from_date portfolio_id metric",
        "from_date to_date portfolio_id metric from_value? restated_value? to_value? is_recomputed",
    ),
    _monthly(
        "core.issuer_verdicts",
        "Outcome of each rule for each issuer, one row per month, issuer and rule.",
        "issuer_id rule_id",
        "issuer_id rule_id rule_version truth outcome outcome_rank inherited_from? override_id? is_near is_stale has_conflict text_fr",
    ),
    _monthly(
        "core.verdict_explanations",
        "Evidence behind the verdicts, one row per month, issuer, rule and criterion.",
        "issuer_id rule_id criterion_id",
        "known_as_of issuer_id rule_id rule_version rule_sha criterion_id op threshold? lo? hi? unit? basis?"
        " fiscal_year? evidence_id? source? locator? published_on? retrieved_on? grade? truth admissible outcome inherited_from?"
        " path? min_pct? conflict_with? override_id? near stale_days? counterfactual_fr? text_fr",
        {"evidence_id": "Evidence used, separated by commas when several rows add up."},
    ),
    _monthly(
        "core.exclusion_starts",
        "Since when an excluded issuer has been excluded without a break, one row per month, issuer and rule.",
        "issuer_id rule_id",
        "issuer_id rule_id first_seen",
    ),
    _monthly(
        "core.position_outcomes",
        "What each rule says of each screened position, one row per month, portfolio, line, path and rule.",
        "portfolio_id line_id lookthrough_path rule_id",
        "portfolio_id line_id lookthrough_path rule_id issuer_id? tested_issuer_id? tested_as outcome outcome_rank"
        " exemption? override_id? derogation_id? derogated_issuer_id? market_value_eur?",
        {"outcome": "Worst outcome of the parties tested behind the line."},
    ),
)

MARTS = (
    _monthly(
        "marts.positions",
        "Every position with its carbon and its verdict, one row per month, portfolio, line and path.",
        "portfolio_id line_id lookthrough_path",
        "portfolio_id line_id lookthrough_path instrument_id? instrument_name? issuer_id? issuer_name? country? sector_code?"
        " asset_class pocket market_value_eur? outstanding_eur? denominator_eur? denominator_basis? attribution_factor?"
        " scope_1_tco2e? scope_2_tco2e? scope_3_tco2e? financed_scope_1_2_tco2e? financed_scope_3_tco2e?"
        " data_quality_score? carbon_status headline_outcome? position_status source_file_id source_row",
    ),
    _monthly(
        "marts.portfolio_carbon",
        "Carbon of portfolios, one row per month, portfolio, perimeter and scopes.",
        "portfolio_id perimeter scopes",
        "portfolio_id perimeter scopes market_value_eur? eligible_value_eur? covered_value_eur? coverage_ratio?"
        " financed_emissions_tco2e? economic_intensity_tco2e_per_meur? pai_2_footprint_tco2e_per_meur?"
        " waci_tco2e_per_meur? waci_coverage_ratio? data_quality_score?",
    ),
    _monthly(
        "marts.sovereign_carbon",
        "Carbon of sovereign exposures, one row per month, portfolio and treatment of land use.",
        "portfolio_id lulucf",
        "portfolio_id lulucf exposure_eur? covered_exposure_eur? financed_emissions_tco2e? intensity_tco2e_per_meur_gdp?"
        " intensity_coverage_ratio?",
    ),
    _monthly(
        "marts.sub_sovereign_carbon",
        "Carbon of regions and cities, one row per month, portfolio and treatment of land use.",
        "portfolio_id lulucf",
        "portfolio_id lulucf exposure_eur? covered_exposure_eur? capped_exposure_eur? financed_emissions_tco2e?",
    ),
    _monthly(
        "marts.pai_indicators",
        "SFDR principal adverse impacts, one row per month, portfolio, indicator, valuation convention and period.",
        "portfolio_id indicator valuation_convention period",
        "portfolio_id indicator=pai_indicator valuation_convention period value=pai_value? unit numerator? denominator?"
        " coverage_ratio? unknown_ratio? n_quarters",
        is_view=True,
    ),
    _monthly(
        "marts.carbon_trajectory",
        "Carbon metrics against the baseline and the target path, one row per month, portfolio and metric.",
        "portfolio_id metric",
        "portfolio_id metric perimeter scopes unit baseline_date? baseline_value? value=metric_value? change_ratio?"
        " target_value? target_rule on_track? coverage_ratio? baseline_coverage_ratio? adjustment_factor?"
        " adjustment_coverage_ratio? raw_baseline_value? raw_value? value_at_baseline_prices? status",
        is_view=True,
    ),
    _monthly(
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
    _monthly(
        "marts.carbon_changes",
        "Why carbon figures moved, one row per month, earlier month, portfolio, metric and effect; the nine effects add up.",
        "from_date portfolio_id metric effect",
        "from_date to_date portfolio_id metric effect value=effect_value? shapley_value?",
        is_view=True,
    ),
    _monthly(
        "marts.issuer_headlines",
        "Worst outcome of each issuer, one row per month and issuer.",
        "issuer_id",
        "issuer_id issuer_name? headline_outcome rules_excluding? n_unknown exposure_eur?",
        {"exposure_eur": "Market value held by the whole entity, funds looked through."},
    ),
    _monthly(
        "marts.screening_exposures",
        "Market value by rule and outcome, one row per month, portfolio, rule and outcome.",
        "portfolio_id rule_id outcome",
        "portfolio_id rule_id outcome market_value_eur? share_ratio?",
        {"share_ratio": "Over the screened value of the portfolio: all lines with an issuer that rules apply to."},
    ),
    _monthly(
        "marts.breaches",
        "Lines of excluded issuers, one row per month, portfolio, line and rule.",
        "portfolio_id line_id rule_id",
        "portfolio_id line_id issuer_id rule_id position_status first_seen divest_by? market_value_eur?",
    ),
    _monthly(
        "marts.breach_changes",
        "Breaches against the month before, one row per month, portfolio, line and rule: new, still open, gone.",
        "portfolio_id line_id rule_id",
        "portfolio_id line_id issuer_id rule_id change position_status? divest_by? market_value_eur?",
        is_view=True,
    ),
    _monthly(
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
    _monthly(
        "marts.screening_worklist",
        "What analysts have to look at, largest exposure first, one row per month, work, issuer and rule.",
        "work issuer_id rule_id",
        "work issuer_id rule_id issuer_name? outcome exposure_eur? work_rank text_fr",
        {"exposure_eur": "Market value held by the whole entity, funds looked through."},
    ),
    _monthly(
        "marts.screening_expiries",
        "What falls due within 90 days of the month end or is overdue, one row per month, kind, reference and day.",
        "expiry_kind reference rule_id due",
        "expiry_kind reference issuer_id rule_id due days_left text_fr",
        {"rule_id": "Rule concerned, or the theme of an engagement."},
    ),
    _monthly(
        "marts.investment_shares",
        "Shares of strategic and real-economy investments, one row per month, portfolio, indicator and code.",
        "portfolio_id indicator code",
        "portfolio_id indicator code numerator_eur? denominator_eur? unknown_eur? share_ratio? share_upper_ratio?",
    ),
    _monthly(
        "marts.mission_indicators",
        "The mission committee's table, one row per month and indicator.",
        "indicator_id",
        "indicator_id label_fr value=indicator_value? unit numerator? denominator? coverage_ratio? baseline_value? change_ratio?"
        " target_value? target_date? status",
        is_view=True,
    ),
)
