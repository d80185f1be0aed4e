-- model:       core.attribution
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Financed emissions of every position: attribution factor (outstanding / denominator) times the issuer's
--              emissions (PCAF Part A, table 1.3). Listed issuers are divided by EVIC, others by equity + debt, property
--              by its value at origination. A line that cannot be computed keeps its reason; a factor above 1 blocks
--              the line. Where methodology.yaml names sector factors, they stand in for what an issuer does not say
--              (options 3a to 3c). Where an issuer tells what its labelled bonds finance (methodology.yaml), their
--              holders count that pool, and all others the issuer without it (PCAF 5.7, pp. 98-109). Public issuers are counted in marts.sovereign_carbon and
--              marts.sub_sovereign_carbon and never added to companies.

with joined as (
    select
        amounts.as_of_date,
        amounts.portfolio_id,
        amounts.line_id,
        amounts.lookthrough_path,
        amounts.asset_class,
        amounts.pocket,
        amounts.value_status,
        amounts.attributed_as as kind,
        amounts.outstanding_basis,
        amounts.outstanding_eur,
        -- a negative value is a short position whatever the sign of its nominal
        coalesce(amounts.market_value_eur < 0, false) or coalesce(amounts.outstanding_eur < 0, false) as is_short,
        issuers.issuer_id is null and financials.issuer_id is null and emissions.issuer_id is null as is_unknown_issuer,
        own.issuer_id is not null as is_own,
        coalesce(own.pct_capital >= 100, false) as is_fully_owned,
        amounts.attributed_as = 'debt' and coalesce(amounts.use_of_proceeds, 'none') <> 'none' as is_labelled,
        pools.allocated_eur,
        pools.allocated_scope_1_2_tco2e,
        financials.issuer_id is null as has_no_financials,
        emissions.fiscal_year as emissions_fiscal_year,
        emissions.scope_1_tco2e,
        emissions.scope_2_tco2e,
        emissions.scope_2_basis,
        emissions.scope_3_tco2e,
        emissions.score_1_2,
        emissions.option_1_2,
        emissions.score_3,
        emissions.option_3,
        coalesce(emissions.emissions_status, 'missing_emissions') as emissions_status,
        coalesce(emissions.scope_3_status, 'missing_emissions') as scope_3_status,
        financials.fiscal_year as financials_fiscal_year,
        financials.revenue_eur,
        financials.evic_eur,
        financials.evic_basis,
        financials.equity_plus_debt_eur,
        financials.equity_plus_debt_basis,
        financials.first_total_assets_eur,
        declared.declared_status,
        declared.reference_date,
        declared.fund_declared_eur,
        declared.financed_scope_1_2_tco2e as declared_scope_1_2_tco2e,
        declared.financed_scope_3_tco2e as declared_scope_3_tco2e,
        estimates.factor_set,
        estimates.revenue_estimate_tco2e,
        estimates.tco2e_per_meur_outstanding,
        estimates.outstanding_option,
        sovereigns.gdp_ppp_intl_usd > 0
            and (sovereigns.ghg_excl_lulucf_tco2e is not null or sovereigns.ghg_incl_lulucf_tco2e is not null)
            as has_sovereign_data,
        regions.gdp_ppp_intl_usd > 0 as has_regional_data,
        case
            when amounts.asset_class = 'listed_equity' then true
            when amounts.asset_class in ('unlisted_equity', 'project_finance') then false
            when issuers.is_listed is not null then issuers.is_listed
            -- nobody said: an issuer with an enterprise value of its own is taken as listed; a balance sheet that
            -- cannot be used says neither
            when financials.evic_basis in ('stale_financials', 'missing_fx_rate') then null
            else financials.evic_basis in ('evic_parts', 'evic_reported')
        end as is_listed
    from core.outstanding_amounts as amounts
    left join core.issuers as issuers
        on amounts.as_of_date = issuers.as_of_date
        and amounts.issuer_id = issuers.issuer_id
    left join core.issuer_financials as financials
        on amounts.as_of_date = financials.as_of_date
        and amounts.issuer_id = financials.issuer_id
    left join core.issuer_emissions as emissions
        on amounts.as_of_date = emissions.as_of_date
        and amounts.issuer_id = emissions.issuer_id
    left join core.fund_declared_positions as declared
        on amounts.as_of_date = declared.as_of_date
        and amounts.portfolio_id = declared.portfolio_id
        and amounts.line_id = declared.line_id
        and amounts.lookthrough_path = declared.lookthrough_path
    left join core.sector_estimates as estimates
        on amounts.as_of_date = estimates.as_of_date
        and amounts.issuer_id = estimates.issuer_id
    -- the year of the emissions it is taken out of
    left join policy.use_of_proceeds_allocations as pools
        on amounts.as_of_date = pools.as_of_date
        and amounts.issuer_id = pools.issuer_id
        and emissions.fiscal_year = pools.fiscal_year
    left join core.own_entities as own
        on amounts.as_of_date = own.as_of_date
        and amounts.issuer_id = own.issuer_id
    left join core.sovereign_emissions as sovereigns
        on amounts.as_of_date = sovereigns.as_of_date
        -- a country code may stand for the issuer when no issuers file names it
        and coalesce(issuers.country, amounts.issuer_id) = sovereigns.country
        and amounts.asset_class = 'sovereign_bond'
    left join core.sub_sovereign_emissions as regions
        on amounts.as_of_date = regions.as_of_date
        and amounts.issuer_id = regions.issuer_id
        and amounts.asset_class = 'sub_sovereign_bond'
),

divided as (
    select
        joined.*,
        case
            when kind is null then null
            -- all of a building that is owned alone, whoever runs it (PCAF 5.4, p. 78)
            when asset_class = 'real_estate' and is_fully_owned then outstanding_eur
            when kind = 'property' then first_total_assets_eur
            when is_listed then evic_eur
            else equity_plus_debt_eur
        end as divisor_eur,
        case
            when asset_class = 'real_estate' and is_fully_owned then 'full_ownership'
            when kind = 'property' and first_total_assets_eur is null then 'missing_property_value'
            when kind = 'property' then 'value_at_origination'
            when has_no_financials then 'missing_financials'
            when is_listed then evic_basis
            else equity_plus_debt_basis
        end as divisor_basis
    from joined
),

attributed as (
    select
        divided.*,
        case
            when kind is null or is_short then null
            when divisor_basis = 'full_ownership' and outstanding_eur is not null then cast(1 as double)
            else cast(outstanding_eur as double) / cast(divisor_eur as double)
        end as factor
    from divided
),

judged as (
    select
        attributed.*,
        case
            when value_status = 'unallocated_fund_value' then 'unallocated_fund_value'
            when asset_class = 'cash' then 'out_of_scope_cash'
            when asset_class = 'derivative' then 'out_of_scope_derivative'
            when asset_class = 'supranational_bond' then 'out_of_scope_supranational'
            when is_short and (
                kind is not null or asset_class in ('fund', 'securitisation', 'sovereign_bond', 'sub_sovereign_bond')
            ) then 'short_position'
            -- buildings the mutual sits in, held directly or through a property company: its own scopes 1 and 2
            when pocket = 'own_use_property'
                and asset_class in ('real_estate', 'mortgage', 'unlisted_equity', 'private_debt', 'loan')
                then 'out_of_scope_own_use'
            -- a let building owned alone is not run by its owner: financed, at 100 %
            when is_own and kind in ('equity', 'debt') then 'consolidated'
            when asset_class = 'fund' and fund_declared_eur is not null then 'fund_declared'
            when asset_class = 'fund' and declared_status <> 'covered' then declared_status
            when asset_class = 'fund' then 'opaque_fund'
            when asset_class = 'securitisation' then 'missing_collateral_data'
            when asset_class = 'sovereign_bond' and has_sovereign_data then 'sovereign_covered'
            when asset_class = 'sovereign_bond' then 'missing_sovereign_data'
            when asset_class = 'sub_sovereign_bond' and has_regional_data then 'sub_sovereign_covered'
            when asset_class = 'sub_sovereign_bond' then 'out_of_scope_sub_sovereign'
            when kind is null then 'out_of_scope_other'
            when outstanding_eur is null and value_status = 'missing_fx_rate' then 'missing_fx_rate'
            when outstanding_eur is null then 'missing_outstanding'
            when is_unknown_issuer and kind = 'property' then 'missing_property_data'
            when is_unknown_issuer then 'unknown_issuer'
            when divisor_eur is null then divisor_basis
            when factor > 1 then 'attribution_above_1'
            else 'covered'
        end as line_status
    from attributed
),

opted as (
    select
        judged.*,
        line_status = 'covered' and emissions_status = 'covered' as is_delivered,
        case
            when kind = 'property' then null
            when line_status = 'covered' and emissions_status = 'covered' then null
            when line_status = 'covered' and revenue_estimate_tco2e is not null then '3a'
            when line_status = 'covered' then outstanding_option
            -- without a denominator no attribution factor exists (PCAF 5.1, footnote 41); a rate can still be asked for
            when kind is not null and line_status = divisor_basis and divisor_basis <> 'missing_fx_rate'
                then outstanding_option
        end as sector_option
    from judged
),

measured as (
    select
        opted.*,
        cast(
            case
                when is_delivered then scope_1_tco2e + scope_2_tco2e
                when sector_option = '3a' then revenue_estimate_tco2e
            end as decimal(24, 6)
        ) as scope_1_2_tco2e,
        case
            when sector_option = '3a' then 4
            when sector_option is not null then 5
            -- buildings: a label with a floor area scores 3, statistics 4, an average building 5 (tables 5.4-1, 5.5-1)
            when is_delivered and kind = 'property' and option_1_2 = '2a' then 3
            when is_delivered and kind = 'property' and option_1_2 = '2b' then 4
            when is_delivered and kind = 'property' and option_1_2 = '3a' then 5
            when is_delivered then score_1_2
        end as score,
        (kind is not null or asset_class in ('fund', 'securitisation'))
        -- what finances nobody, and what is in the group's own scopes 1 to 3
        and line_status not in ('short_position', 'out_of_scope_own_use', 'consolidated') as is_eligible,
        coalesce(
            is_delivered
            and kind in ('equity', 'debt')
            and allocated_eur < divisor_eur
            and allocated_scope_1_2_tco2e <= scope_1_tco2e + scope_2_tco2e,
            false
        ) as has_pool,
        case
            when sector_option is null then emissions_fiscal_year
            when sector_option = '3a' then financials_fiscal_year
        end as data_year
    from opted
),

-- the pool of labelled bonds told apart from the rest of the issuer, when both of its figures are known and fit in it
pooled as (
    select
        measured.*,
        case
            when is_labelled and outstanding_eur <= allocated_eur and has_pool then 'allocated_pool'
            when is_labelled then 'issuer_level'
            when has_pool then 'beside_pool'
        end as use_of_proceeds_basis
    from measured
),

shared as (
    select
        pooled.*,
        -- scaled to the whole denominator: the factors of all holders of an issuer still add up to at most 1, and what
        -- knows no pool (scope 3, revenue, SFDR) keeps the same factor
        case use_of_proceeds_basis
            when 'allocated_pool' then cast(
                cast(allocated_scope_1_2_tco2e as double)
                * (cast(divisor_eur as double) / cast(allocated_eur as double)) as decimal(24, 6)
            )
            when 'beside_pool' then cast(
                cast(scope_1_2_tco2e - allocated_scope_1_2_tco2e as double)
                * (cast(divisor_eur as double) / cast(divisor_eur - allocated_eur as double)) as decimal(24, 6)
            )
            else scope_1_2_tco2e
        end as attributed_scope_1_2_tco2e
    from pooled
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    outstanding_eur, -- the amount that outstanding_basis names
    outstanding_basis, -- as methodology.yaml asks, else the next one known
    case when kind is not null then divisor_eur end as denominator_eur,
    case
        when line_status = 'fund_declared' then 'fund_declared'
        when kind is not null and divisor_eur is not null then divisor_basis
    end as denominator_basis,
    case when line_status = 'fund_declared' then fund_declared_eur end as fund_declared_eur,
    factor as attribution_factor, -- outstanding_eur / denominator_eur
    scope_1_tco2e,
    scope_2_tco2e,
    scope_2_basis,
    scope_3_tco2e,
    scope_1_2_tco2e, -- scope 1 + scope 2; option 3a: revenue x sector factor; options 3b, 3c: there is none
    use_of_proceeds_basis,
    attributed_scope_1_2_tco2e, -- scope_1_2_tco2e unless a pool of labelled bonds is told apart
    case
        when line_status = 'fund_declared' then declared_scope_1_2_tco2e
        when sector_option in ('3b', '3c')
            then cast(cast(outstanding_eur as double) / 1000000 * tco2e_per_meur_outstanding as decimal(24, 6))
        when is_delivered or sector_option = '3a'
            then cast(factor * cast(attributed_scope_1_2_tco2e as double) as decimal(24, 6))
    end as financed_scope_1_2_tco2e, -- attribution_factor x what is attributed; options 3b, 3c: outstanding x sector factor
    case
        when line_status = 'fund_declared' then declared_scope_3_tco2e
        when line_status = 'covered' and scope_3_status = 'covered'
            then cast(factor * cast(scope_3_tco2e as double) as decimal(24, 6))
    end as financed_scope_3_tco2e, -- attribution_factor x scope 3
    cast(score as double) as data_quality_score,
    case when is_delivered then option_1_2 else sector_option end as emissions_option,
    case when sector_option is not null then factor_set end as factor_set,
    case when line_status = 'covered' and scope_3_status = 'covered' then score_3 end as score_3,
    case when line_status = 'covered' and scope_3_status = 'covered' then option_3 end as scope_3_option,
    revenue_eur,
    case
        when sector_option is not null or line_status = 'fund_declared' then 'covered'
        when line_status = 'covered' then emissions_status
        else line_status
    end as carbon_status,
    case
        when line_status = 'covered' then scope_3_status
        when line_status = 'fund_declared' and declared_scope_3_tco2e is null then 'incomplete_fund_declaration'
        when line_status = 'fund_declared' then 'covered'
        else line_status
    end as scope_3_status,
    case when kind in ('equity', 'debt') then is_listed end as is_listed,
    is_eligible,
    is_eligible and asset_class not in ('real_estate', 'mortgage', 'securitisation') as is_corporate,
    -- option 3a: year of the revenue; a fund's own declaration: of its reference date
    case when line_status = 'fund_declared' then year(reference_date) when kind is not null then data_year end
        as emissions_fiscal_year,
    case when kind is not null then financials_fiscal_year end as financials_fiscal_year,
    case
        when line_status = 'fund_declared' then year(as_of_date) - year(reference_date)
        when kind is not null then year(as_of_date) - data_year
    end as emissions_lag_years,
    case when kind is not null then data_year - financials_fiscal_year end as vintage_gap_years
from shared
