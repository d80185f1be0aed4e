-- model:       core.fund_declared_positions
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Fund lines that nobody can look through and whose fund declares its impacts. A fund that is looked through
--              has no such line (core.positions replaced it), so its declaration never counts beside its lines. The
--              declared footprint counts for the declared coverage of the value held; the rest stays uncovered. Scope 3
--              is the declared total less scopes 1+2, only where both say the same coverage. No standard scores such a figure
--              (PCAF part A has none for it), so it has no data quality score.

with lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.instrument_id,
        positions.market_value_eur,
        declarations.reference_date,
        declarations.declared_status,
        declarations.declared_status = 'covered' and positions.market_value_eur >= 0 as is_usable,
        declarations.carbon_footprint_scope_1_2_coverage_ratio as coverage_ratio,
        declarations.carbon_footprint_scope_1_2_tco2e_per_meur as footprint_1_2,
        case
            when declarations.carbon_footprint_scope_1_2_3_coverage_ratio
                = declarations.carbon_footprint_scope_1_2_coverage_ratio
                and declarations.carbon_footprint_scope_1_2_3_tco2e_per_meur
                >= declarations.carbon_footprint_scope_1_2_tco2e_per_meur
                then declarations.carbon_footprint_scope_1_2_3_tco2e_per_meur
                    - declarations.carbon_footprint_scope_1_2_tco2e_per_meur
        end as footprint_3,
        declarations.ghg_intensity_scope_1_2_coverage_ratio as intensity_coverage_ratio,
        case
            when declarations.ghg_intensity_scope_1_2_coverage_ratio > 0
                then declarations.ghg_intensity_scope_1_2_tco2e_per_meur
        end as intensity_1_2,
        case
            when declarations.ghg_intensity_scope_1_2_3_coverage_ratio
                = declarations.ghg_intensity_scope_1_2_coverage_ratio
                and declarations.ghg_intensity_scope_1_2_coverage_ratio > 0
                and declarations.ghg_intensity_scope_1_2_3_tco2e_per_meur
                >= declarations.ghg_intensity_scope_1_2_tco2e_per_meur
                then declarations.ghg_intensity_scope_1_2_3_tco2e_per_meur
                    - declarations.ghg_intensity_scope_1_2_tco2e_per_meur
        end as intensity_3,
        declarations.source_file_id,
        declarations.source_row
    from core.positions as positions
    inner join core.fund_declarations as declarations
        on positions.as_of_date = declarations.as_of_date
        and positions.instrument_id = declarations.instrument_id
    where positions.asset_class = 'fund'
),

covered as (
    select
        lines.*,
        case
            when is_usable
                then cast(cast(market_value_eur as double) * cast(coverage_ratio as double) as decimal(24, 6))
        end as declared_eur,
        case
            when is_usable and intensity_1_2 is not null
                then cast(cast(market_value_eur as double) * cast(intensity_coverage_ratio as double) as decimal(24, 6))
        end as waci_eur
    from lines
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    instrument_id,
    reference_date,
    declared_status,
    declared_eur as fund_declared_eur, -- market value x declared coverage
    case when declared_eur is not null then cast(footprint_1_2 as decimal(24, 6)) end
        as declared_scope_1_2_tco2e_per_meur,
    case when declared_eur is not null then cast(footprint_3 as decimal(24, 6)) end as declared_scope_3_tco2e_per_meur,
    -- million EUR covered x declared footprint
    cast(cast(declared_eur as double) / 1000000 * cast(footprint_1_2 as double) as decimal(24, 6))
        as financed_scope_1_2_tco2e,
    cast(cast(declared_eur as double) / 1000000 * cast(footprint_3 as double) as decimal(24, 6))
        as financed_scope_3_tco2e,
    waci_eur as waci_declared_eur, -- market value x coverage of the declared intensity
    case when waci_eur is not null then cast(intensity_1_2 as decimal(24, 6)) end
        as intensity_scope_1_2_tco2e_per_meur,
    case when waci_eur is not null then cast(intensity_3 as decimal(24, 6)) end as intensity_scope_3_tco2e_per_meur,
    source_file_id, -- of the declaration
    source_row
from covered
