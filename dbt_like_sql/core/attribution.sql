-- model:       core.attribution
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Financed emissions of every position: attribution factor (outstanding / denominator) times the issuer's
--              emissions (PCAF Part A, table 1.3). Listed issuers are divided by EVIC, others by equity + debt. A line
--              that cannot be computed keeps its reason; a factor above 1 blocks the line. Sovereign lines are counted
--              in marts.sovereign_carbon and never added to companies.

with positions as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.asset_class,
        positions.value_status,
        positions.issuer_id,
        positions.market_value_eur,
        case
            when positions.asset_class in ('listed_equity', 'unlisted_equity') then 'equity'
            when positions.asset_class in ('corporate_bond', 'covered_bond', 'private_debt', 'loan', 'project_finance')
                then 'debt'
        end as corporate_kind,
        case
            when positions.asset_class not in (
                'corporate_bond', 'covered_bond', 'private_debt', 'loan', 'project_finance', 'sovereign_bond'
            ) then positions.market_value_eur
            when methodology.debt_outstanding = 'market_value' then positions.market_value_eur
            when methodology.debt_outstanding = 'book_value'
                then coalesce(positions.book_value_eur, positions.nominal_eur, positions.market_value_eur)
            else coalesce(positions.nominal_eur, positions.book_value_eur, positions.market_value_eur)
        end as outstanding_eur
    from core.positions as positions
    inner join policy.methodology as methodology on positions.as_of_date = methodology.as_of_date
),

joined as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.asset_class,
        positions.value_status,
        positions.corporate_kind,
        positions.market_value_eur,
        positions.outstanding_eur,
        issuers.issuer_id is null and financials.issuer_id is null and emissions.issuer_id is null as is_unknown_issuer,
        financials.issuer_id is null as has_no_financials,
        emissions.scope_1_tco2e,
        emissions.scope_2_tco2e,
        emissions.scope_3_tco2e,
        emissions.score_1_2,
        emissions.score_3,
        coalesce(emissions.emissions_status, 'missing_emissions') as emissions_status,
        coalesce(emissions.scope_3_status, 'missing_emissions') as scope_3_status,
        financials.revenue_eur,
        financials.evic_eur,
        financials.evic_basis,
        financials.equity_plus_debt_eur,
        financials.equity_plus_debt_basis,
        sovereigns.gdp_ppp_intl_usd > 0
            and (sovereigns.ghg_excl_lulucf_tco2e is not null or sovereigns.ghg_incl_lulucf_tco2e is not null)
            as has_sovereign_data,
        case
            when positions.asset_class = 'listed_equity' then true
            when positions.asset_class in ('unlisted_equity', 'project_finance') then false
            when issuers.is_listed is not null then issuers.is_listed
            -- nobody said: an issuer with an enterprise value of its own is taken as listed
            else financials.evic_basis in ('evic_parts', 'evic_reported')
        end as is_listed
    from positions
    left join core.issuers as issuers
        on positions.as_of_date = issuers.as_of_date
        and positions.issuer_id = issuers.issuer_id
    left join core.issuer_financials as financials
        on positions.as_of_date = financials.as_of_date
        and positions.issuer_id = financials.issuer_id
    left join core.issuer_emissions as emissions
        on positions.as_of_date = emissions.as_of_date
        and positions.issuer_id = emissions.issuer_id
    left join core.sovereign_emissions as sovereigns
        on positions.as_of_date = sovereigns.as_of_date
        -- a country code may stand for the issuer when no issuers file names it
        and coalesce(issuers.country, positions.issuer_id) = sovereigns.country
        and positions.asset_class = 'sovereign_bond'
),

divided as (
    select
        joined.*,
        -- a negative value is a short position whatever the sign of its nominal
        coalesce(market_value_eur < 0, false) or coalesce(outstanding_eur < 0, false) as is_short,
        case when is_listed then evic_eur else equity_plus_debt_eur end as divisor_eur,
        case
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
            when corporate_kind is not null and outstanding_eur >= 0 and not is_short
                then cast(outstanding_eur as double) / cast(divisor_eur as double)
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
            when asset_class in ('real_estate', 'mortgage') then 'out_of_scope_property'
            when asset_class = 'supranational_bond' then 'out_of_scope_supranational'
            when asset_class = 'sub_sovereign_bond' then 'out_of_scope_sub_sovereign'
            when is_short and (corporate_kind is not null or asset_class in ('fund', 'sovereign_bond'))
                then 'short_position'
            when asset_class = 'fund' then 'opaque_fund'
            when asset_class = 'sovereign_bond' and has_sovereign_data then 'sovereign_covered'
            when asset_class = 'sovereign_bond' then 'missing_sovereign_data'
            when corporate_kind is null then 'out_of_scope_other'
            when outstanding_eur is null and value_status = 'missing_fx_rate' then 'missing_fx_rate'
            when outstanding_eur is null then 'missing_outstanding'
            when is_unknown_issuer then 'unknown_issuer'
            when divisor_eur is null then divisor_basis
            when factor > 1 then 'attribution_above_1'
            else 'covered'
        end as line_status
    from attributed
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    outstanding_eur, -- shares: market value; debt: nominal, else book, else market value (methodology.yaml)
    case when corporate_kind is not null then divisor_eur end as denominator_eur,
    case when corporate_kind is not null and divisor_eur is not null then divisor_basis end as denominator_basis,
    factor as attribution_factor, -- outstanding_eur / denominator_eur
    scope_1_tco2e,
    scope_2_tco2e,
    scope_3_tco2e,
    case
        when line_status = 'covered' and emissions_status = 'covered'
            then cast(factor * cast(scope_1_tco2e + scope_2_tco2e as double) as decimal(24, 6))
    end as financed_scope_1_2_tco2e, -- attribution_factor x (scope 1 + scope 2)
    case
        when line_status = 'covered' and scope_3_status = 'covered'
            then cast(factor * cast(scope_3_tco2e as double) as decimal(24, 6))
    end as financed_scope_3_tco2e, -- attribution_factor x scope 3
    case
        when line_status = 'covered' and emissions_status = 'covered' then cast(score_1_2 as double)
    end as data_quality_score,
    case when line_status = 'covered' and scope_3_status = 'covered' then score_3 end as score_3,
    revenue_eur,
    case when line_status = 'covered' then emissions_status else line_status end as carbon_status,
    case when line_status = 'covered' then scope_3_status else line_status end as scope_3_status,
    case when corporate_kind is not null then is_listed end as is_listed
from judged
