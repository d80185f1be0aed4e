"""The dictionary of columns: one name, one meaning, one type, one unit, wherever it appears."""

from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.schemas.table import AMOUNT, DATE, FACTOR, FLAG, RATIO, TEXT, WHOLE, Column

EUR = "EUR"
TONNES = "tCO2e"
PER_MEUR = "tCO2e per million EUR"


def _text(name: str, description: str, allowed: tuple[str, ...] | None = None) -> Column:
    return Column(name, TEXT, description, allowed=allowed)


def _amount(name: str, description: str, unit: str, minimum: float | None = None) -> Column:
    return Column(name, AMOUNT, description, unit, minimum=minimum)


def _day(name: str, description: str) -> Column:
    return Column(name, DATE, description)


def _ratio(
    name: str, description: str, unit: str = "ratio", minimum: float | None = 0, maximum: float | None = None
) -> Column:
    return Column(name, RATIO, description, unit, minimum=minimum, maximum=maximum)


def _whole(
    name: str, description: str, unit: str = "", minimum: float | None = None, maximum: float | None = None
) -> Column:
    return Column(name, WHOLE, description, unit, minimum=minimum, maximum=maximum)


def _flag(name: str, description: str) -> Column:
    return Column(name, FLAG, description)


_TIME = (
    _day("as_of_date", "Calendar month end the row belongs to."),
    _day("known_as_of", "The run sees only facts received on or before this day."),
    _day("valuation_date", "Date the supplier valued the line; at most 7 days away from the month end."),
    _day("valid_from", "First day the statement holds."),
    _day("valid_to", "First day it no longer holds; empty = still valid."),
    _day("known_from", "Day we received the fact."),
    _day("published_on", "Day the source published the fact."),
    _day("rate_date", "Day of the exchange rate."),
    Column("units_per_eur", FACTOR, "Units of the currency for one euro.", "currency per EUR", minimum=0),
    _day("period_end", "Last day of the fiscal year."),
    _whole("fiscal_year", "Fiscal year of the figure.", minimum=1990, maximum=2100),
    _whole("year", "Calendar year of the figure.", minimum=1990, maximum=2100),
)

_SOURCE = (
    _text("source_file_id", "sha256 of the archived input file."),
    _whole(
        "source_row",
        "Row of the file, the header being row 1; JSON: position of the record, from 1.",
        minimum=0,
    ),
    _text("source", "Who stated the fact (report, register, vendor)."),
    _text("file", "Path of the file below the inputs folder."),
    _whole("row", "Row of the file, the header being row 1.", minimum=0),
    _text("column", "Column of the file."),
    _text("value", "What was found, as text."),
    _text("reason", "Why it was refused or flagged, in plain words."),
    _text("rule", "Name of the rule that was broken."),
    _text("severity", "error = the value is not used; warn = used and listed.", words.SEVERITIES),
    _text("dataset", "Folder of the inputs the file came from."),
    _text("profile_id", "Supplier profile the file was read with."),
    _whole("size_bytes", "Size of the file.", "bytes", minimum=0),
    _whole("row_count", "Data rows read from the file.", minimum=0),
    _amount(
        "control_total",
        "Sum of the market values in the file, as delivered; empty for files without values.",
        "",
    ),
    _text("policy_sha256", "Digest of all policy files used."),
    _whole("source_file_count", "Input files the month was computed from.", minimum=0),
)

_PORTFOLIO = (
    _text("portfolio_id", "Portfolio; 'ALL' = the whole entity (root portfolios only, nothing counted twice)."),
    _text("portfolio_name", "Name of the portfolio."),
    _text("kind", "Kind of portfolio or of classification."),
    _text("name", "Name, for display only; never used to match."),
    _text("pocket", "Asset pocket of the line.", words.POCKETS),
    _flag("is_root", "No line refers to this portfolio as its fund."),
    _amount(
        "net_asset_value",
        "Net asset value delivered with the fund's file, in the portfolio currency.",
        "currency",
    ),
    _amount("net_asset_value_eur", "Value against which the fund's lines are scaled.", EUR),
    _text("line_id", "Line of the portfolio that directly holds it; stable from month to month."),
    _text(
        "lookthrough_path",
        "Holding lines and funds walked through, e.g. 'L7>FUND-A'; empty for direct lines.",
    ),
    _text("root_line_id", "Line of the portfolio through which the position is held."),
    _text("holder_portfolio_id", "Portfolio whose file holds the line itself."),
    _whole("depth", "Number of funds walked through.", minimum=0, maximum=1000),
    _ratio("scale_ratio", "Share of the holder's line that belongs to the portfolio.", minimum=None),
    _text("instrument_id", "ISIN when it passed its check digit, else the supplier's code; empty when refused."),
    _text("instrument_name", "Name of the instrument."),
    _text("cic", "Complementary identification code, 4 characters (Solvency II)."),
    _text("asset_class", "Asset class, given or derived from the CIC.", words.ASSET_CLASSES),
    _text("currency", "ISO 4217 code of the monetary columns of the row."),
    Column("quantity", AMOUNT, "Units or shares held.", "units"),
    _amount("nominal_amount", "Nominal outstanding, in currency.", "currency"),
    _amount("market_value", "Market value with accrued interest, in currency.", "currency"),
    _amount("book_value", "Book value, in currency.", "currency"),
    _amount("nominal_eur", "Nominal outstanding at the month-end rate.", EUR),
    _amount("book_value_eur", "Book value at the month-end rate.", EUR),
    _amount("market_value_eur", "Market value at the month end.", EUR),
    _text("use_of_proceeds", "Use-of-proceeds label of the bond.", words.USES_OF_PROCEEDS),
    _flag("is_screened", "A company, an opaque fund or a securitisation: counted in the screened value."),
    _flag("is_in_open_fund", "Held by an open fund or through one: only its manager can sell the line."),
    _text("fund_id", "portfolio_id of the looked-through fund when the line is fund units."),
    _text("guarantor_id", "Issuer that guarantees the line."),
    _text("underlying_issuer_id", "Issuer of the underlying of a derivative or exchangeable."),
    _text("value_status", "ok, or why the line has no value in EUR."),
)

_ISSUER = (
    _text("issuer_id", "LEI when there is one, else the supplier's own stable code."),
    _text("issuer_name", "Name of the issuer, for display only."),
    _text("country", "ISO 3166 alpha-2 code of the country of risk."),
    _text("sector_scheme", "Classification of sector_code.", words.SECTOR_SCHEMES),
    _text("sector_code", "NACE with dots (11.07) or GICS digits; as precise as delivered."),
    _flag("is_financial", "Bank, insurer or other financial company."),
    _flag("is_listed", "Shares quoted on a market."),
    _text("siren", "French company number, 9 digits."),
    _text("enterprise_size", "Size of the group (decree 2008-1354).", words.ENTERPRISE_SIZES),
    _text("child_id", "Owned company."),
    _text("parent_id", "Owner."),
    Column("pct_capital", FACTOR, "Share of the capital owned, 0 to 100.", "percent", minimum=0, maximum=100),
    _flag("is_controlled", "Consolidated by the owner."),
)

_FINANCIALS = (
    _amount("revenue", "Revenue of the year, in currency.", "currency"),
    _amount("market_cap", "Market value of ordinary and preferred shares at year end, in currency.", "currency"),
    _amount("total_debt", "Book value of debt, current and long-term, in currency.", "currency"),
    _amount("minority_interest", "Non-controlling interests, in currency.", "currency"),
    _amount("deposits", "Customer deposits of a bank, in currency.", "currency"),
    _amount("total_equity", "Book equity, in currency; may be negative.", "currency"),
    _amount("total_assets", "Balance sheet total, in currency.", "currency"),
    _amount("evic", "Enterprise value including cash as the supplier states it, in currency.", "currency"),
    _amount("revenue_eur", "Revenue at the month-end rate.", EUR),
    _amount("evic_eur", "Enterprise value including cash (EVIC): never minus cash.", EUR),
    _text("evic_basis", "How EVIC was obtained: parts, reported, total_assets; or why it is unknown."),
    _amount("equity_plus_debt_eur", "Book equity (not below 0) plus debt, for unlisted issuers.", EUR),
    _text("equity_plus_debt_basis", "How it was obtained: parts, total_assets; or why it is unknown."),
    _amount(
        "first_total_assets_eur",
        "Balance sheet total of the first fiscal year delivered; of a property entity: value at origination.",
        EUR,
    ),
)

_EMISSIONS = (
    _text("scope", "GHG Protocol scope of the figure.", words.EMISSION_SCOPES),
    _amount("tco2e", "Emissions of the company or category.", TONNES),
    _text("basis", "How the figure was obtained."),
    _amount("scope_1_tco2e", "Scope 1 emissions of the issuer.", TONNES, 0),
    _amount("scope_2_tco2e", "Scope 2 emissions of the issuer, on the basis of scope_2_basis.", TONNES, 0),
    _text("scope_2_basis", "market or location."),
    _amount("scope_3_tco2e", "Scope 3 emissions of the issuer.", TONNES, 0),
    _whole("scope_3_fiscal_year", "Fiscal year of the scope 3 figure.", minimum=1990, maximum=2100),
    _whole("score_1_2", "PCAF data quality of scopes 1+2: the weaker of the two.", "PCAF 1-5", 1, 5),
    _whole("score_3", "PCAF data quality of scope 3.", "PCAF 1-5", 1, 5),
    _text("option_1_2", "PCAF option of scopes 1+2: the weaker of the two.", words.EMISSION_OPTIONS),
    _text("option_3", "PCAF option of scope 3.", words.EMISSION_OPTIONS),
    _text("factor_set", "Sector factor set that stood in for the issuer's own figures (sets/*.yaml)."),
    _amount("revenue_estimate_tco2e", "Scopes 1+2 of the issuer as its sector would emit for its revenue.", TONNES, 0),
    _ratio("tco2e_per_meur_outstanding", "Scopes 1+2 of the sector per million EUR held (options 3b, 3c).", PER_MEUR),
    _text("outstanding_option", "How tco2e_per_meur_outstanding was made: 3b or 3c.", words.EMISSION_OPTIONS),
    _text("emissions_status", "covered, or why scopes 1+2 cannot be used."),
    _text("scope_3_status", "covered, or why scope 3 cannot be used."),
    _text("scope_1_source_file_id", "File the scope 1 figure was read from."),
    _whole("scope_1_source_row", "Row of the scope 1 figure in its file.", minimum=0),
    _text("scope_2_source_file_id", "File the scope 2 figure was read from."),
    _whole("scope_2_source_row", "Row of the scope 2 figure in its file.", minimum=0),
    _text("scope_3_source_file_id", "File the scope 3 figure was read from: the total, else its upstream part."),
    _whole(
        "scope_3_source_row", "Row of the scope 3 figure in its file: the total, else its upstream part.", minimum=0
    ),
    _text(
        "scope_3_downstream_source_file_id", "File of the downstream part, when scope 3 was added up from two parts."
    ),
    _whole("scope_3_downstream_source_row", "Row of the downstream part in its file.", minimum=0),
    _amount("ghg_excl_lulucf_tco2e", "National emissions without land use, land-use change and forestry.", TONNES),
    _amount("ghg_incl_lulucf_tco2e", "National emissions with land use, land-use change and forestry.", TONNES),
    _amount("gdp_ppp_intl_usd", "GDP at purchasing power parity.", "international USD", 0),
    _amount("gdp_nominal_eur", "Nominal GDP.", EUR, 0),
)

_CARBON = (
    _amount(
        "outstanding_eur",
        "Amount attributed: market value for shares, nominal (else book, else market) for debt.",
        EUR,
    ),
    _text("outstanding_basis", "Which amount outstanding_eur is.", words.OUTSTANDING_BASES),
    _amount("scope_1_2_tco2e", "Scopes 1+2 of the issuer that are attributed, delivered or estimated.", TONNES, 0),
    _text("emissions_option", "PCAF option of the scopes 1+2 that count; empty when none do.", words.EMISSION_OPTIONS),
    _text("scope_3_option", "PCAF option of the scope 3 that counts; empty when none does.", words.EMISSION_OPTIONS),
    _whole("emissions_fiscal_year", "Fiscal year of scopes 1+2.", minimum=1990, maximum=2100),
    _whole("financials_fiscal_year", "Fiscal year of the denominator.", minimum=1990, maximum=2100),
    _whole("emissions_lag_years", "Year of the month less fiscal year of scopes 1+2.", "years"),
    _whole("vintage_gap_years", "Fiscal year of scopes 1+2 less that of the denominator.", "years"),
    _amount("capped_exposure_eur", "Exposure above the whole regional GDP, counted at a factor of 1.", EUR),
    _amount("denominator_eur", "What the outstanding amount is divided by.", EUR),
    _text(
        "denominator_basis",
        "evic_parts, evic_reported, equity_plus_debt, total_assets, value_at_origination or full_ownership.",
    ),
    _ratio("attribution_factor", "outstanding_eur / denominator_eur (PCAF).", minimum=None),
    _amount("financed_scope_1_2_tco2e", "Financed emissions, scopes 1+2; empty when not covered.", TONNES),
    _amount("financed_scope_3_tco2e", "Financed emissions, scope 3; empty when not covered.", TONNES),
    _ratio(
        "data_quality_score",
        "PCAF score, 1 best to 5 weakest; of several lines: weighted by amount.",
        "PCAF 1-5",
        1,
        5,
    ),
    _text("carbon_status", "covered, or the reason the line is not.", words.CARBON_STATUSES),
    _text("perimeter", "corporate, corporate_listed, corporate_unlisted, a pocket or an asset class."),
    _text("scopes", "Scopes added up: 1_2, 3 or 1_2_3.", ("1_2", "3", "1_2_3")),
    _amount("eligible_value_eur", "Amount attributed of the lines that should be covered.", EUR),
    _amount("covered_value_eur", "Amount attributed of the lines with emissions and denominator.", EUR),
    _ratio("coverage_ratio", "Covered over eligible.", maximum=1),
    _amount("financed_emissions_tco2e", "Sum of the financed emissions of the covered lines.", TONNES),
    _ratio(
        "economic_intensity_tco2e_per_meur",
        "PCAF economic emission intensity: covered over covered.",
        PER_MEUR,
        None,
    ),
    _ratio(
        "pai_2_footprint_tco2e_per_meur",
        "SFDR PAI 2: financed emissions over all investments.",
        PER_MEUR,
        None,
    ),
    _ratio("waci_tco2e_per_meur", "Weighted average carbon intensity: emissions over revenue.", PER_MEUR, None),
    _ratio("waci_coverage_ratio", "Market value behind the WACI over the eligible market value.", maximum=1),
    _text("lulucf", "Land use left out (excl) or included (incl); the two are never added.", ("excl", "incl")),
    _amount("exposure_eur", "Amount exposed.", EUR),
    _amount("covered_exposure_eur", "Exposure whose country has emissions and GDP.", EUR),
    _ratio(
        "intensity_tco2e_per_meur_gdp",
        "Emissions over nominal GDP, weighted by covered exposure (PAI 15).",
        PER_MEUR,
        None,
    ),
    _ratio("intensity_coverage_ratio", "Exposure behind the intensity over all exposure.", maximum=1),
)

_SCREENING = (
    _text("evidence_id", "One claim of one source."),
    _text("measure", "What is claimed, e.g. revenue_share.palm."),
    _text("role", "Place in the value chain; empty = holds for every role."),
    _text("substance_set", "Named set of substances or commodity; empty = every set."),
    _text("model", "Qualifier (RSPO model, sugar tier, PFAS definition); empty = every one."),
    _amount("lo", "Lower end of the value.", ""),
    _amount("hi", "Upper end of the value.", ""),
    _flag("hi_open", "The upper end itself is not included."),
    _text("unit", "Unit of lo and hi, or of the value."),
    _text("reported_or_estimated", "Stated by the issuer or estimated.", words.REPORTED_OR_ESTIMATED),
    _text("grade", "Strength of the evidence, A to E.", words.GRADES),
    _text("coverage_status", "Whether the source researched the issuer.", words.COVERAGE_STATUSES),
    _text("locator", "Page, cell or quote in the source."),
    _text("superseded_by", "evidence_id that replaces this one."),
    _text("rule_id", "Rule of the policy."),
    _text("rule_version", "Version of the rule."),
    _text("rule_sha", "sha256 of the compiled rule: what the committee signs."),
    _text("title_fr", "Title of the rule, in French."),
    _text("rule_status", "draft, approved or retired; only approved rules can exclude."),
    _flag("can_exclude", "Approved, and true means EXCLUDED; false for watch rules."),
    _text("scope_pockets", "Pockets the rule is about, separated by commas; empty = all."),
    _text("scope_asset_classes", "Asset classes the rule is about, separated by commas; empty = all."),
    _whole("outcome_rank", "Place of the outcome from NOT_APPLICABLE = 0 to EXCLUDED = 5.", minimum=0, maximum=5),
    _text(
        "derogation_id", "Override that takes an exclusion of a tested party back, when nothing else excludes the line."
    ),
    _text("derogated_issuer_id", "Issuer whose exclusion that override takes back."),
    _whole("divest_days", "Days to sell after the decision.", "days", minimum=0),
    _flag("is_asked", "A criterion asks for this very measure; false for the others of its theme."),
    _whole("decide_days", "Days within which the committee decides on a watched issuer.", "days", minimum=0),
    _text("illiquid", "What happens to illiquid lines of an excluded issuer.", ("run_off", "divest")),
    _day("run_off_max", "Last day an illiquid line may run off."),
    _text("eu_green_bond", "Whether EU Green Bonds are tested by their issuer or exempt.", words.BOND_TESTS),
    _text("other_uop", "Whether other use-of-proceeds bonds are tested by their issuer or exempt.", words.BOND_TESTS),
    _text("exempt_unless", "Rules whose exclusion takes the exemption back, separated by commas."),
    _text("exchangeable", "Who is tested behind an exchangeable bond.", ("issuer_and_underlying", "issuer")),
    _ratio("open_fund_tolerance_ratio", "Excluded share of an open fund that is tolerated.", maximum=1),
    _text("from_outcome", "Outcome of the rule that the override replaces.", words.OUTCOMES),
    _text("to_outcome", "Outcome it is replaced by.", words.OUTCOMES),
    _text("reason_fr", "Why, in French."),
    _text("author", "Who proposed it."),
    _text("approver", "Who approved it; never the author."),
    _day("approved_on", "Day of the approval."),
    _day("expires_on", "Last day it holds; the rule's own outcome comes back by itself."),
    _text("minutes", "Minutes of the committee."),
    _text("conditions_fr", "Conditions, in French."),
    _flag("is_in_force", "Approved and not expired at the month end."),
    _text("engagement_id", "One dialogue with an issuer."),
    _whole("milestone", "Place of the milestone in the engagement, from 1.", minimum=1),
    _text("theme", "What the dialogue is about."),
    _day("opened", "Day the dialogue was opened."),
    _text("ask_fr", "What is asked of the issuer, in French."),
    _text("channel", "Alone or with other investors."),
    _day("due", "Day something is due."),
    _text("milestone_fr", "What is due, in French."),
    _flag("is_done", "Done by the month end."),
    _flag("is_open", "The dialogue is open at the month end."),
    _text("on_failure", "What follows when the dialogue fails."),
    _text("tested_issuer_id", "Issuer whose verdict decides for the line; empty when nobody is known."),
    _text(
        "tested_as",
        "Why this issuer: issuer, guarantor, underlying, none known; or not asked, out of the rule's scope.",
        words.TESTED_AS,
    ),
    _text("exemption", "Why an excluded line may be kept: eu_green_bond or use_of_proceeds.", words.EXEMPTIONS),
    _ratio("excluded_ratio", "Share of the fund's value in excluded issuers: lower bound.", maximum=1),
    _ratio("excluded_upper_ratio", "The same if everything unknown were excluded: upper bound.", maximum=1),
    _ratio("tolerance_ratio", "Excluded share that the rule tolerates in this kind of fund.", maximum=1),
    _text("result", "PASS, FAIL or UNKNOWN: the bounds against the tolerance.", ("PASS", "FAIL", "UNKNOWN")),
    _text("change", "Against the month before.", words.BREACH_CHANGES),
    _text("work", "What the analyst has to do.", words.WORK_KINDS),
    _whole("work_rank", "Place in the list: largest exposure first.", minimum=1),
    _text("expiry_kind", "What falls due.", words.EXPIRY_KINDS),
    _text("reference", "Override, engagement, or portfolio and line."),
    _whole("days_left", "Days from the month end to the due day; negative when it has passed.", "days"),
    _text("truth", "T, F or U (unknown).", words.TRUTHS),
    _text("outcome", "Outcome of the rule.", words.OUTCOMES),
    _text("inherited_from", "Issuer the outcome was inherited from."),
    _text("override_id", "Override that decided the outcome."),
    _flag("is_near", "The value is close to the threshold."),
    _flag("near", "The value of this criterion is close to its threshold."),
    _day("retrieved_on", "Day we received the evidence (known_from)."),
    _flag("is_stale", "Some evidence is older than the rule allows."),
    _flag("has_conflict", "Sources of equal rank disagree."),
    _text("text_fr", "Sentence for the committee, in French."),
    _text("criterion_id", "Criterion of the rule."),
    _text("op", "Operator of the criterion."),
    _amount("threshold", "Threshold of the criterion.", ""),
    _flag("admissible", "The evidence is strong and fresh enough for this truth."),
    _text("path", "Ownership path of an inherited outcome."),
    Column("min_pct", FACTOR, "Weakest link of the ownership path, 0 to 100.", "percent"),
    _text("conflict_with", "Evidence that disagrees."),
    _whole("stale_days", "Days past the maximum age.", "days"),
    _text("counterfactual_fr", "What would change the outcome, in French."),
    _text(
        "headline_outcome",
        "Worst outcome over all rules; empty where issuers are not screened.",
        words.OUTCOMES,
    ),
    _text("rules_excluding", "Rules that exclude the issuer, separated by commas."),
    _whole("n_unknown", "Rules whose outcome is UNKNOWN.", minimum=0),
    _text("position_status", "What the holder must do with the line.", words.POSITION_STATUSES),
    _ratio("share_ratio", "Numerator over denominator.", minimum=None),
    _day("first_seen", "Day since which the issuer is excluded without a break, with what was known then."),
    _day("divest_by", "Day by which the line must be sold."),
)

_CHANGES = (
    _day("from_date", "Earlier month end of the two that are compared."),
    _day("to_date", "Later month end of the two that are compared: the month the row belongs to."),
    _text("metric", "Figure whose change is explained.", words.CHANGE_METRICS),
    _text("effect", "What moved the figure.", words.CHANGE_EFFECTS),
    _text(
        "method", "LMDI or Shapley (a factor is zero, negative or unknown); whole = not split.", words.CHANGE_METHODS
    ),
    Column("effect_value", FACTOR, "Part of the change, in the unit of the metric.", "tCO2e, or tCO2e per million EUR"),
    Column("shapley_value", FACTOR, "The same by Shapley: the difference is the method's own risk.", "as value"),
    Column("from_value", FACTOR, "Figure of from_date as stored; empty when nothing was covered.", "as value"),
    Column("restated_value", FACTOR, "The same with what is known and decided at as_of_date.", "as value"),
    Column("to_value", FACTOR, "Figure of as_of_date.", "as value"),
    _flag("is_recomputed", "Facts or method choices differ, so from_date was computed again; else nothing to restate."),
    _text("line_key", "Portfolio, path and line that the effect is about: of the later month where it is held then."),
    _text("held_by", "Portfolio that holds the line; portfolio_id may be ALL."),
    _flag(
        "is_eligible", "Should be covered: company, fund, property, securitisation; not a short, not the group itself."
    ),
    _flag("is_corporate", "Eligible and in the corporate perimeter: companies and opaque funds."),
    _ratio("units", "Units of the line that belong to the portfolio.", "units", None),
    _text("line_currency", "Currency the line is valued in."),
    Column("line_units_per_eur", FACTOR, "Month-end rate of the line's currency.", "currency per EUR", minimum=0),
    _text("issuer_currency", "Currency of the issuer's balance sheet."),
    Column("issuer_units_per_eur", FACTOR, "Month-end rate of the issuer's currency.", "currency per EUR", minimum=0),
)

_SHARES = (
    _text("subject_id", "line_id, instrument_id or issuer_id the classification is about."),
    _text("code", "Class; TOTAL = all classes of the indicator."),
    Column("share", FACTOR, "Share of the subject that counts, 0 to 1.", "ratio", minimum=0, maximum=1),
    _text("classified_by", "Who classified."),
    _text("rationale", "Why, in French."),
    _text("evidence_ref", "Document that supports it."),
    _text("indicator", "strategic_purpose or real_economy.", words.CLASSIFICATION_KINDS),
    _amount("numerator_eur", "Value that counts.", EUR),
    _amount("denominator_eur", "What the numerator is divided by.", EUR),
    _amount("unknown_eur", "Value of the lines nobody classified; inside the denominator.", EUR),
    _ratio("share_upper_ratio", "Share if every unclassified line counted.", minimum=None),
    _whole("protected_persons", "People covered by the mutual.", "persons", 1),
    _text("category", "Category of the mutual's own emissions."),
    _text("indicator_id", "Indicator of the mission committee's table."),
    _text("label_fr", "Label in the committee's table, in French."),
    _ratio("indicator_value", "Value of the indicator; empty when it cannot be computed.", "see unit", None),
    _ratio("numerator", "Numerator of the figure.", "see unit", None),
    _ratio("denominator", "Denominator of the figure.", "see unit", None),
    _ratio("baseline_value", "Value of the indicator at its baseline date.", "see unit", None),
    _ratio("change_ratio", "value / baseline_value - 1.", minimum=None),
    _ratio("target_value", "Target set by the policy.", "see unit", None),
    _day("baseline_date", "Month end the change is measured from."),
    _day("target_date", "Day the target must be met."),
    _text("status", "measured, or why the value, baseline or target is missing."),
)

_POLICY = (
    _text("scope_2_preferred", "Scope 2 basis used first.", ("market", "location")),
    _text("debt_outstanding", "Amount attributed for debt.", words.OUTSTANDING_BASES),
    _text("unlisted_equity_outstanding", "Amount attributed for unlisted shares.", ("market_value", "book_value")),
    _text("sector_average", "Sector factor set that stands in for missing figures; none = nothing does."),
    _ratio("tco2e_per_meur_revenue", "Scopes 1+2 of the sector over its revenue.", PER_MEUR),
    _ratio("tco2e_per_meur_assets", "Scopes 1+2 of the sector over its assets.", PER_MEUR),
    _ratio("asset_turnover_ratio", "Revenue of the sector over its assets."),
    _whole("price_year", "Year whose prices the factors are in.", minimum=1990, maximum=2100),
    _ratio("price_index", "Price level of the year; of a factor: of its price year.", "index"),
    _whole("max_emissions_age_years", "Emissions older than this are not used.", "years", 0, 20),
    _whole("max_financials_age_years", "Balance sheets older than this are not used.", "years", 0, 20),
    _text("headline_perimeter", "Perimeter of the committee's footprint."),
    _text("headline_scopes", "Scopes of the committee's footprint.", ("1_2", "3", "1_2_3")),
    _whole("sort_order", "Place in the committee's table.", minimum=0),
)

_METRICS = (
    _text("pai_indicator", "Indicator of Delegated Regulation (EU) 2022/1288, Annex I.", words.PAI_INDICATORS),
    _text("valuation_convention", "Which value of the investment is meant.", words.VALUATION_CONVENTIONS),
    _text("period", "One month end, or the average of the year's quarter-ends (Art. 6(3)).", words.PAI_PERIODS),
    _ratio("pai_value", "Value of the indicator; empty when it cannot be computed.", "see unit", None),
    _ratio(
        "unknown_ratio", "Share of all investments in companies nobody has told about; yes/no indicators.", maximum=1
    ),
    _whole("n_quarters", "Quarter-ends with a value, out of four; 1 for a month end.", minimum=0, maximum=4),
    _text("counterparty", "What the line finances.", words.COUNTERPARTIES),
    _ratio("price_units", "Shares, or nominal in EUR, held through the line.", "see price_basis", None),
    _text("price_basis", "What the price is per: one share, or one EUR of nominal.", ("quantity", "nominal")),
    _ratio("price", "Market value per unit, in currency (per nominal: a ratio).", "see price_basis"),
    _day("price_date", "Month end of the issuer's fiscal year end: ESAs' date for the price."),
    _ratio("country_intensity_tco2e_per_meur_gdp", "National emissions over nominal GDP.", PER_MEUR, None),
    _text("fossil_state", "Any revenue from coal, oil or gas: yes, no or unknown.", words.STATES),
    _text("agrochemicals_state", "Main activity in NACE 20.2: yes, no or unknown.", words.STATES),
    _text("deforestation_state", "No policy against deforestation where one is due: yes, no or unknown.", words.STATES),
    _text("water_state", "Water-stressed sites without a policy: yes, no or unknown.", words.STATES),
    _text("metric", "Figure followed over time.", words.TRAJECTORY_METRICS),
    _ratio("metric_value", "Value of the metric in the month; empty when it cannot be computed.", "see unit", None),
    _ratio("baseline_coverage_ratio", "Coverage of the baseline.", maximum=1),
    _text("target_rule", "Where the target comes from.", words.TARGET_RULES),
    _flag("on_track", "value <= target_value; empty when either is unknown."),
    _ratio("adjustment_factor", "What the enterprise values moved by since the baseline (see metric)."),
    _ratio("adjustment_coverage_ratio", "Covered amount with an enterprise value at both dates.", maximum=1),
    _ratio("raw_baseline_value", "Baseline before the adjustment.", "see unit", None),
    _ratio("raw_value", "Value before the adjustment.", "see unit", None),
    _ratio(
        "value_at_baseline_prices",
        "raw_value / adjustment_factor: the value on the baseline's footing.",
        "see unit",
        None,
    ),
    _ratio("pcaf_adjustment_ratio", "Sum of current weight x denominator then / denominator now (Box 5.1-3)."),
    _ratio("pcaf_adjustment_coverage_ratio", "Covered amount with a denominator at both dates.", maximum=1),
    _ratio("evic_inflation_ratio", "Average EVIC now / at the baseline, same listed issuers (Art. 7(3))."),
    _ratio("evic_inflation_coverage_ratio", "Listed covered amount with an EVIC at both dates.", maximum=1),
    _amount("financed_tco2e", "Financed emissions of the line, in the committee's scopes.", TONNES),
    _amount("listed_financed_tco2e", "Financed emissions of lines divided by EVIC, headline scopes.", TONNES),
    _amount(
        "unlisted_financed_tco2e", "Financed emissions of lines divided by equity + debt, headline scopes.", TONNES
    ),
    _ratio("kg_per_person", "Kilograms of CO2e per protected person and year.", "kgCO2e/person", None),
)

COLUMNS: dict[str, Column] = {}
for _group in (
    _TIME,
    _SOURCE,
    _PORTFOLIO,
    _ISSUER,
    _FINANCIALS,
    _EMISSIONS,
    _CARBON,
    _CHANGES,
    _SCREENING,
    _SHARES,
    _POLICY,
    _METRICS,
):
    for _column in _group:
        # shares and carbon both have a denominator_eur: same meaning, declared once by whoever comes first
        COLUMNS.setdefault(_column.name, _column)
