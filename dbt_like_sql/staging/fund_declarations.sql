-- model:       staging.fund_declarations
-- kind:        view
-- grain:       as_of_date, source_file_id, instrument_id, reference_date, known_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.instrument_id,
    facts.instrument_name,
    facts.reference_date,
    facts.carbon_footprint_scope_1_2_tco2e_per_meur,
    facts.carbon_footprint_scope_1_2_coverage_ratio,
    facts.carbon_footprint_scope_1_2_3_tco2e_per_meur,
    facts.carbon_footprint_scope_1_2_3_coverage_ratio,
    facts.ghg_intensity_scope_1_2_tco2e_per_meur,
    facts.ghg_intensity_scope_1_2_coverage_ratio,
    facts.ghg_intensity_scope_1_2_3_tco2e_per_meur,
    facts.ghg_intensity_scope_1_2_3_coverage_ratio,
    facts.eligible_assets_ratio,
    facts.is_pai_considered,
    facts.source,
    facts.published_on,
    facts.known_from,
    facts.source_file_id,
    facts.source_row
from raw.fund_declarations as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from <= months.known_as_of
