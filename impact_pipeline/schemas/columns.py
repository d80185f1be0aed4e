"""The dictionary of columns: one name, one meaning, one type, one unit, wherever it appears."""

from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.schemas.carbon_columns import (
    CARBON,
    CHANGES,
    EMISSIONS,
    FINANCIALS,
    METRICS,
)
from impact_pipeline.schemas.column_kinds import EUR, PER_MEUR, amount, day, flag, ratio, text, whole
from impact_pipeline.schemas.fund_columns import FUND_DECLARATIONS
from impact_pipeline.schemas.screening_columns import SCREENING
from impact_pipeline.schemas.table import AMOUNT, FACTOR, Column

_TIME = (
    day("as_of_date", "Calendar month end the row belongs to."),
    day("known_as_of", "The run sees only facts received on or before this day."),
    day(
        "valuation_date",
        "Date the supplier valued the line; more than 7 days from the month end in an earlier inventory of a fund.",
    ),
    day("valid_from", "First day the statement holds."),
    day("valid_to", "First day it no longer holds; empty = still valid."),
    day("known_from", "Day we received the fact."),
    day("received_on", "Day the file came, of its folder received-YYYY-MM-DD; empty = in none, read by every run."),
    day("published_on", "Day the source published the fact."),
    day("rate_date", "Day of the exchange rate."),
    Column("units_per_eur", FACTOR, "Units of the currency for one euro.", "currency per EUR", minimum=0),
    day("period_end", "Last day of the fiscal year."),
    whole("fiscal_year", "Fiscal year of the figure.", minimum=1990, maximum=2100),
    whole("year", "Calendar year of the figure.", minimum=1990, maximum=2100),
)

_SOURCE = (
    text(
        "source_file_id",
        "sha256 of the archived input file; of a corrected one, of the archived note that names it and its corrections.",
    ),
    whole(
        "source_row",
        "Row of the file, the header being row 1; JSON: position of the record, from 1.",
        minimum=0,
    ),
    text("source", "Who stated the fact (report, register, vendor)."),
    text("file", "Path of the file below the inputs folder."),
    whole("row", "Row of the file, the header being row 1.", minimum=0),
    text("column", "Column of the file."),
    text("value", "What was found, as text."),
    text("reason", "Why it was refused or flagged, in plain words."),
    text("rule", "Name of the rule that was broken."),
    text("severity", "error = the value is not used; warn = used and listed.", words.SEVERITIES),
    text("correction_id", "Id of the correction in the policy."),
    text("old_value", "What the file says, as text; empty = an empty cell."),
    text("new_value", "What is read instead, as text; empty = not known."),
    text(
        "correction_status",
        "applied; not_needed = the file says the new value already; expired = the cell is read as delivered.",
        words.CORRECTION_STATUSES,
    ),
    text("policy_file", "Path of the file below the policy folder."),
    text("file_sha256", "sha256 of the file as delivered."),
    text("dataset", "Folder of the inputs the file came from."),
    text("profile_id", "Supplier profile the file was read with."),
    whole("size_bytes", "Size of the file.", "bytes", minimum=0),
    whole("row_count", "Data rows read from the file.", minimum=0),
    amount(
        "control_total",
        "Sum of the market values in the file, as delivered; empty for files without values.",
        "",
    ),
    text("policy_sha256", "Digest of all policy files used."),
    whole("source_file_count", "Input files the month was computed from.", minimum=0),
)

_PORTFOLIO = (
    text("portfolio_id", "Portfolio; 'ALL' = the whole entity (root portfolios only, nothing counted twice)."),
    text("portfolio_name", "Name of the portfolio."),
    text("kind", "Kind of portfolio or of classification."),
    text("name", "Name, for display only; never used to match."),
    text("pocket", "Asset pocket of the line.", words.POCKETS),
    flag("is_root", "No line refers to this portfolio as its fund."),
    amount(
        "net_asset_value",
        "Net asset value delivered with the fund's file, in the portfolio currency.",
        "currency",
    ),
    amount("unit_price", "Price of one share or unit, in the portfolio currency.", "currency"),
    amount("unit_count", "Shares or units of the share class.", "units"),
    day("inventory_date", "Oldest valuation date of its lines."),
    whole("inventory_age_days", "Days from then to the month end.", "days"),
    amount("net_asset_value_eur", "Value against which the fund's lines are scaled.", EUR),
    text("line_id", "Line of the portfolio that directly holds it; stable from month to month."),
    text(
        "lookthrough_path",
        "Holding lines and funds walked through, e.g. 'L7>FUND-A'; empty for direct lines.",
    ),
    text("root_line_id", "Line of the portfolio through which the position is held."),
    text("holder_portfolio_id", "Portfolio whose file holds the line itself."),
    whole("depth", "Number of funds walked through.", minimum=0, maximum=1000),
    ratio("scale_ratio", "Share of the holder's line that belongs to the portfolio.", minimum=None),
    text("instrument_id", "ISIN when it passed its check digit, else the supplier's code; empty when refused."),
    text("instrument_name", "Name of the instrument."),
    text("cic", "Complementary identification code, 4 characters (Solvency II)."),
    text("asset_class", "Asset class, given or derived from the CIC.", words.ASSET_CLASSES),
    text("currency", "ISO 4217 code of the monetary columns of the row."),
    Column("quantity", AMOUNT, "Units or shares held.", "units"),
    amount("nominal_amount", "Nominal outstanding, in currency.", "currency"),
    amount("market_value", "Market value with accrued interest, in currency.", "currency"),
    amount("book_value", "Book value, in currency.", "currency"),
    text("quotation_currency", "ISO 4217 code of the currency a fund's file quotes the line in."),
    amount(
        "market_value_quotation",
        "Market value in the quotation currency, as the fund's file says beside the one in currency.",
        "quotation currency",
    ),
    amount("nominal_eur", "Nominal outstanding at the month-end rate.", EUR),
    amount("book_value_eur", "Book value at the month-end rate.", EUR),
    amount("market_value_eur", "Market value at the month end.", EUR),
    text("use_of_proceeds", "Use-of-proceeds label of the bond.", words.USES_OF_PROCEEDS),
    flag("is_screened", "A company, an opaque fund or a securitisation: counted in the screened value."),
    flag("is_in_open_fund", "Held by an open fund or through one: only its manager can sell the line."),
    text("fund_id", "portfolio_id of the looked-through fund when the line is fund units."),
    text("guarantor_id", "Issuer that guarantees the line."),
    text("underlying_issuer_id", "Issuer of the underlying of a derivative or exchangeable."),
    text("value_status", "ok, or why the line has no value in EUR."),
)

_ISSUER = (
    text("issuer_id", "LEI when there is one, else the supplier's own stable code."),
    text("issuer_name", "Name of the issuer, for display only."),
    text("country", "ISO 3166 alpha-2 code of the country of risk."),
    text("sector_scheme", "Classification of sector_code.", words.SECTOR_SCHEMES),
    text("sector_code", "NACE with dots (11.07) or GICS digits; as precise as delivered."),
    flag("is_financial", "Bank, insurer or other financial company."),
    flag("is_listed", "Shares quoted on a market."),
    text("siren", "French company number, 9 digits."),
    text("enterprise_size", "Size of the group (decree 2008-1354).", words.ENTERPRISE_SIZES),
    text("child_id", "Owned company."),
    text("parent_id", "Owner."),
    Column("pct_capital", FACTOR, "Share of the capital owned, 0 to 100.", "percent", minimum=0, maximum=100),
    flag("is_controlled", "Consolidated by the owner."),
)

_IDENTIFIERS = (
    text("scheme", "Who gave the identifier; name = a name that somebody has reviewed.", words.IDENTIFIER_SCHEMES),
    text("identifier", "The identifier."),
    text("reviewed_by", "Who compared the two; needed for names."),
    text("used_as", "Where the identifier stands: as the issuer or as the instrument.", words.IDENTIFIER_USES),
    day("stated_from", "First day of receipt of a fact for which this holds."),
    day("stated_to", "First day of receipt for which it no longer holds."),
    day("about_from", "First day a fact may be about for which this holds."),
    day("about_to", "First such day for which it no longer holds."),
    flag("is_successor", "The issuer took over another one that the identifier stood for."),
    text(
        "step", "How the issuer was found; group_lei = the group's stands in for the issuer's.", words.RESOLUTION_STEPS
    ),
    whole("line_count", "Lines or facts.", minimum=0),
    text("candidates", "Issuers of a similar name, to be reviewed; never used."),
)

_SHARES = (
    text("subject_id", "line_id, instrument_id or issuer_id the classification is about."),
    text("code", "Class; TOTAL = all classes of the indicator."),
    Column("share", FACTOR, "Share of the subject that counts, 0 to 1.", "ratio", minimum=0, maximum=1),
    text("classified_by", "Who classified."),
    text("rationale", "Why, in French."),
    text("evidence_ref", "Document that supports it."),
    text("indicator", "strategic_purpose or real_economy.", words.CLASSIFICATION_KINDS),
    amount("numerator_eur", "Value that counts.", EUR),
    amount("denominator_eur", "What the numerator is divided by.", EUR),
    amount("unknown_eur", "Value of the lines nobody classified; inside the denominator.", EUR),
    ratio("share_upper_ratio", "Share if every unclassified line counted.", minimum=None),
    whole("protected_persons", "People covered by the mutual.", "persons", 1),
    text("category", "Category of the mutual's own emissions."),
    text("indicator_id", "Indicator of the mission committee's table."),
    text("label_fr", "Label in the committee's table, in French."),
    ratio("indicator_value", "Value of the indicator; empty when it cannot be computed.", "see unit", None),
    ratio("numerator", "Numerator of the figure.", "see unit", None),
    ratio("denominator", "Denominator of the figure.", "see unit", None),
    ratio("baseline_value", "Value of the indicator at its baseline date.", "see unit", None),
    ratio("change_ratio", "value / baseline_value - 1.", minimum=None),
    ratio("target_value", "Target set by the policy.", "see unit", None),
    day("baseline_date", "Month end the change is measured from."),
    day("target_date", "Day the target must be met."),
    text("status", "measured, or why the value, baseline or target is missing."),
)

_POLICY = (
    text("scope_2_preferred", "Scope 2 basis used first.", ("market", "location")),
    text("debt_outstanding", "Amount attributed for debt.", words.OUTSTANDING_BASES),
    text("unlisted_equity_outstanding", "Amount attributed for unlisted shares.", ("market_value", "book_value")),
    text("sector_average", "Sector factor set that stands in for missing figures; none = nothing does."),
    ratio("tco2e_per_meur_revenue", "Scopes 1+2 of the sector over its revenue.", PER_MEUR),
    ratio("tco2e_per_meur_assets", "Scopes 1+2 of the sector over its assets.", PER_MEUR),
    ratio("asset_turnover_ratio", "Revenue of the sector over its assets."),
    whole("price_year", "Year whose prices the factors are in.", minimum=1990, maximum=2100),
    ratio("price_index", "Price level of the year; of a factor: of its price year.", "index"),
    whole("max_emissions_age_years", "Emissions older than this are not used.", "years", 0, 20),
    whole("max_financials_age_years", "Balance sheets older than this are not used.", "years", 0, 20),
    whole(
        "max_fund_declaration_age_months",
        "Declarations of funds about themselves older than this are not used.",
        "months",
        0,
        240,
    ),
    whole(
        "max_inventory_age_days", "Fund inventories older than this are not used; 0 = none of another month.", "days", 0
    ),
    text("headline_perimeter", "Perimeter of the committee's footprint."),
    text("headline_scopes", "Scopes of the committee's footprint.", ("1_2", "3", "1_2_3")),
    ratio(
        "baseline_recalculation_threshold_ratio",
        "A baseline restated by at least this ratio replaces the one first computed.",
        maximum=1,
    ),
    ratio(
        "fx_tolerance_ratio",
        "A supplier's own conversion further than this from the ECB rate is listed.",
        maximum=1,
    ),
    ratio(
        "moved_value_threshold_ratio",
        "Lines that leave or enter a portfolio are looked at when they are worth this share of it.",
        maximum=1,
    ),
    whole("sort_order", "Place in the committee's table.", minimum=0),
)

COLUMNS: dict[str, Column] = {}
for _group in (
    _TIME,
    _SOURCE,
    _PORTFOLIO,
    _ISSUER,
    _IDENTIFIERS,
    FINANCIALS,
    EMISSIONS,
    FUND_DECLARATIONS,
    CARBON,
    CHANGES,
    SCREENING,
    _SHARES,
    _POLICY,
    METRICS,
):
    for _column in _group:
        # shares and carbon both have a denominator_eur: same meaning, declared once by whoever comes first
        COLUMNS.setdefault(_column.name, _column)
