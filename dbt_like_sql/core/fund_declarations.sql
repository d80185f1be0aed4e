-- model:       core.fund_declarations
-- grain:       as_of_date, instrument_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: What each fund last declared of itself (European ESG Template): the latest reference date up to the month
--              end, as last received. Usable up to the age methodology.yaml allows, and when it gives the footprint of
--              scopes 1+2 with a coverage above 0: without its coverage nobody knows what the figure is about.

with ranked as (
    select
        declarations.*,
        row_number() over (
            partition by declarations.as_of_date, declarations.instrument_id
            order by
                declarations.reference_date desc, declarations.known_from desc, declarations.source_file_id,
                declarations.source_row
        ) as recency,
        (year(declarations.as_of_date) - year(declarations.reference_date)) * 12
            + month(declarations.as_of_date) - month(declarations.reference_date) as age_months
    from staging.fund_declarations as declarations
    where declarations.reference_date <= declarations.as_of_date
)

select
    ranked.as_of_date,
    ranked.instrument_id,
    ranked.reference_date,
    ranked.carbon_footprint_scope_1_2_tco2e_per_meur,
    ranked.carbon_footprint_scope_1_2_coverage_ratio,
    ranked.carbon_footprint_scope_1_2_3_tco2e_per_meur,
    ranked.carbon_footprint_scope_1_2_3_coverage_ratio,
    ranked.ghg_intensity_scope_1_2_tco2e_per_meur,
    ranked.ghg_intensity_scope_1_2_coverage_ratio,
    ranked.ghg_intensity_scope_1_2_3_tco2e_per_meur,
    ranked.ghg_intensity_scope_1_2_3_coverage_ratio,
    case
        when ranked.age_months > methodology.max_fund_declaration_age_months then 'stale_fund_declaration'
        when ranked.carbon_footprint_scope_1_2_tco2e_per_meur is null then 'incomplete_fund_declaration'
        when ranked.carbon_footprint_scope_1_2_coverage_ratio > 0 then 'covered'
        else 'incomplete_fund_declaration'
    end as declared_status,
    ranked.source_file_id,
    ranked.source_row
from ranked
inner join policy.methodology as methodology on ranked.as_of_date = methodology.as_of_date
where ranked.recency = 1
