"""Tables of the edges: ``raw.*`` (what suppliers sent), ``staging.*`` (what a month sees of it), ``audit.*`` (files, refusals).

``raw`` tables hold each archived file's rows once, under its ``source_file_id``; ``audit.source_files`` says which files
a month was computed from. So a month never sees another month's files and nothing is stored twice.
"""

from impact_pipeline.schemas.columns import COLUMNS
from impact_pipeline.schemas.table import Table, table

#: Provenance that ingestion adds to the columns of the contract.
PROVENANCE = ("source_file_id", "source_row")


def _raw(dataset: str, description: str, keys: str, columns: str, other: dict[str, str] | None = None) -> Table:
    return table(
        f"raw.{dataset}",
        description,
        f"source_file_id {keys}",
        f"{columns} source_file_id source_row",
        COLUMNS,
        partition="source_file_id",
        other=other,
    )


RAW = (
    _raw(
        "portfolios",
        "Portfolios and funds, one row per portfolio and file.",
        "portfolio_id",
        "portfolio_id name? currency? kind? pocket? net_asset_value? unit_price? unit_count?",
        {"kind": "general_account, mandate, dedicated_fund, open_fund or unit_linked."},
    ),
    table(
        "raw.holdings",
        "Lines of the portfolios at a month end, as delivered, one row per portfolio and line.",
        "as_of_date portfolio_id line_id",
        "as_of_date valuation_date portfolio_id line_id instrument_id? instrument_name? cic? asset_class issuer_id?"
        " currency? quantity? nominal_amount? market_value? book_value? market_value_eur? pocket? use_of_proceeds?"
        " fund_id? guarantor_id? underlying_issuer_id? quotation_currency? market_value_quotation? source_file_id"
        " source_row",
        COLUMNS,
    ),
    _raw(
        "issuers",
        "Issuers, one row per issuer and file.",
        "issuer_id",
        "issuer_id name? country? sector_scheme? sector_code? is_financial? is_listed? siren? enterprise_size?",
    ),
    _raw(
        "ownership",
        "Who owns whom, one row per link, validity and file.",
        "child_id parent_id valid_from",
        "child_id parent_id pct_capital? is_controlled? valid_from valid_to? known_from? source?",
    ),
    _raw(
        "issuer_financials",
        "Balance sheet figures, one row per issuer, fiscal year, day received and file.",
        "issuer_id fiscal_year known_from",
        "issuer_id fiscal_year period_end? currency? revenue? market_cap? total_debt? minority_interest? deposits?"
        " total_equity? total_assets? evic? source? published_on? known_from",
    ),
    _raw(
        "issuer_emissions",
        "Emissions of issuers, one row per issuer, fiscal year, scope, source, day received and file.",
        "issuer_id fiscal_year scope source known_from",
        "issuer_id fiscal_year scope tco2e? basis? source published_on? known_from",
        {"basis": "reported_verified, reported, energy, production, revenue_estimate or asset_estimate."},
    ),
    _raw(
        "sovereigns",
        "Emissions and GDP of countries, one row per country, year, day received and file.",
        "country year known_from",
        "country year ghg_excl_lulucf_tco2e? ghg_incl_lulucf_tco2e? gdp_ppp_intl_usd? gdp_nominal_eur? source? known_from",
    ),
    _raw(
        "fund_declarations",
        "What funds declare of themselves (European ESG Template), one row per fund, reference date, day received and file.",
        "instrument_id reference_date known_from",
        "instrument_id instrument_name? reference_date carbon_footprint_scope_1_2_tco2e_per_meur?"
        " carbon_footprint_scope_1_2_coverage_ratio? carbon_footprint_scope_1_2_3_tco2e_per_meur?"
        " carbon_footprint_scope_1_2_3_coverage_ratio? ghg_intensity_scope_1_2_tco2e_per_meur?"
        " ghg_intensity_scope_1_2_coverage_ratio? ghg_intensity_scope_1_2_3_tco2e_per_meur?"
        " ghg_intensity_scope_1_2_3_coverage_ratio? eligible_assets_ratio? is_pai_considered? source? published_on? known_from",
    ),
    _raw(
        "evidence",
        "Claims about issuers for the screens, one row per claim and file.",
        "evidence_id",
        "evidence_id issuer_id measure role? substance_set? model? lo? hi? hi_open? unit? basis? reported_or_estimated?"
        " fiscal_year? source? grade? coverage_status? locator? published_on? known_from? superseded_by?",
        {"basis": "Perimeter of the claim: group, entity or site."},
    ),
    _raw(
        "classifications",
        "What lines, instruments and issuers count for, one row per subject, kind, code, validity and file.",
        "subject_id kind code valid_from",
        "subject_id kind code share? valid_from valid_to? classified_by? rationale? evidence_ref?",
        {"kind": "strategic_purpose or real_economy."},
    ),
    _raw(
        "fx_rates",
        "Exchange rates, one row per day, currency and file.",
        *("rate_date currency", "rate_date currency units_per_eur"),
    ),
    _raw(
        "identifiers",
        "Which issuer an identifier stands for, from which day to which, one row per identifier, validity and file.",
        "scheme identifier valid_from",
        "scheme identifier country? issuer_id valid_from valid_to? reason reviewed_by? source? known_from?",
        {
            "country": "Country that the files give beside the name, for names; empty = they give none.",
            "identifier": "The identifier; a name as name:NAME|COUNTRY, the key of issuers without a code.",
            "reason": "Why the identifier stands for the issuer.",
        },
    ),
    _raw(
        "organisation",
        "The mutual's own emissions, one row per year, category and file.",
        "year category",
        "year protected_persons? category tco2e?",
    ),
)

#: What a month sees of the raw tables: the same columns behind ``as_of_date``; views, so nothing is stored again.
_TRANSLATED = ("issuers", "ownership", "issuer_financials", "issuer_emissions", "classifications")


def _staging_grain(raw: Table) -> tuple[str, ...]:
    """Two identifiers of one issuer may say the same thing: translated rows are told apart by their place in the file."""
    if raw.name.removeprefix("raw.") in _TRANSLATED:
        return ("as_of_date", "source_file_id", "source_row")
    return ("as_of_date", *(name for name in raw.grain if name != "as_of_date"))


STAGING = tuple(
    Table(
        name=raw.name.replace("raw.", "staging."),
        description=f"What the month's files say and the run may know. {raw.description}",
        grain=_staging_grain(raw),
        columns=(COLUMNS["as_of_date"], *(column for column in raw.columns if column.name != "as_of_date")),
        nullable=raw.nullable,
        is_view=True,
    )
    for raw in RAW
)

AUDIT = (
    table(
        "audit.months",
        "What each month's run knew: one row per month.",
        "as_of_date",
        "as_of_date known_as_of policy_sha256 source_file_count",
        COLUMNS,
    ),
    table(
        "audit.source_files",
        "Files a month was computed from, one row per month and file.",
        "as_of_date file",
        "as_of_date dataset file source_file_id size_bytes row_count control_total? valuation_date? received_on?"
        " profile_id",
        COLUMNS,
        other={"valuation_date": "Valuation date stated by the file, when it states one."},
    ),
    table(
        "audit.rejected_rows",
        "Everything refused or flagged on the way in, one row per month, file, row, column and rule.",
        "as_of_date source_file_id row column rule",
        "as_of_date dataset file row column value? reason rule severity source_file_id",
        COLUMNS,
    ),
    table(
        "audit.corrections",
        "Cells of delivered files that the policy corrects, one row per month, correction and cell.",
        "as_of_date correction_id file row column",
        "as_of_date correction_id dataset file row column old_value? new_value? status=correction_status reason author"
        " approver approved_on expires_on policy_file file_sha256 source_file_id",
        COLUMNS,
        other={
            "reason": "Why the cell is wrong and how the right value is known.",
            "expires_on": "The correction holds for months that end by this day.",
        },
    ),
    table(
        "audit.identifier_map",
        "Identifiers of the month's files that stand for another issuer id, one row per identifier and the days for which"
        " it does. Chains are followed to their end. Identifiers that stand for themselves are not listed.",
        "as_of_date used_as identifier stated_from about_from",
        "as_of_date used_as identifier stated_from stated_to about_from about_to issuer_id is_successor scheme reason"
        " source_file_id source_row",
        COLUMNS,
        other={
            "identifier": "Id as it stands in the files.",
            "issuer_id": "Issuer it stands for.",
            "reason": "Reason of the first row of identifiers that applies.",
        },
    ),
    table(
        "audit.issuer_resolutions",
        "How the issuer of lines and facts was found, one row per month, dataset, identifier and issuer: lines of the"
        " holdings always, facts when their identifier was translated or is not known.",
        "as_of_date dataset step identifier file row",
        "as_of_date dataset step identifier issuer_id? name? country? line_count market_value_eur? candidates? file row",
        COLUMNS,
        other={
            "identifier": "What was given and used: issuer id, else instrument id, else the instrument's name.",
            "issuer_id": "Issuer that was found; empty when unresolved.",
            "name": "Name that came with the identifier.",
            "country": "Country that came with it.",
            "market_value_eur": "Value of the lines in their files at the month-end rate; empty when no line has one.",
            "file": "File of the first row.",
            "row": "Row of the first one.",
        },
    ),
)
