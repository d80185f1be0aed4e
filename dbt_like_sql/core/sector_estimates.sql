-- model:       core.sector_estimates
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: What the sector says of an issuer's scopes 1+2, for issuers that say nothing themselves (PCAF options 3a
--              to 3c). Empty unless methodology.yaml names a factor set (sector_average). Factors are brought to the
--              prices of the year they meet: factor / (P_t / P_v) (PCAF Part A, box 6.1-5), P_t of the last known year.

with described as (
    select
        issuers.as_of_date,
        issuers.issuer_id,
        -- factors are of Rev. 2: divisions mean the same in both revisions of NACE, section letters do not
        case
            when issuers.sector_scheme not in ('nace_2', 'nace_2_1') then null
            when substr(issuers.sector_code, 1, 1) between '0' and '9' then substr(issuers.sector_code, 1, 2)
            when issuers.sector_scheme = 'nace_2' or substr(issuers.sector_code, 1, 1) between 'A' and 'J'
                then substr(issuers.sector_code, 1, 1)
            when substr(issuers.sector_code, 1, 1) = 'K' then 'J'
            when substr(issuers.sector_code, 1, 1) = 'L' then 'K'
            when substr(issuers.sector_code, 1, 1) = 'M' then 'L'
            when substr(issuers.sector_code, 1, 1) = 'N' then 'M'
            when substr(issuers.sector_code, 1, 1) = 'O' then 'N'
            when substr(issuers.sector_code, 1, 1) = 'P' then 'O'
            when substr(issuers.sector_code, 1, 1) = 'Q' then 'P'
            when substr(issuers.sector_code, 1, 1) = 'R' then 'Q'
            when substr(issuers.sector_code, 1, 1) = 'S' then 'R'
            -- T has the repair of vehicles, G in Rev. 2, beside what was S: the letter alone does not say
            when substr(issuers.sector_code, 1, 1) = 'U' then 'T'
            when substr(issuers.sector_code, 1, 1) = 'V' then 'U'
        end as sector_code,
        case when financials.evic_basis <> 'stale_financials' then financials.fiscal_year end as fiscal_year,
        case
            when financials.evic_basis <> 'stale_financials' and financials.revenue_eur > 0 then financials.revenue_eur
        end as revenue_eur
    from core.issuers as issuers
    left join core.issuer_financials as financials
        on issuers.as_of_date = financials.as_of_date
        and issuers.issuer_id = financials.issuer_id
),

issuers_with_factors as (
    select
        described.as_of_date,
        described.issuer_id,
        described.fiscal_year,
        described.revenue_eur,
        factors.factor_set,
        factors.sector_code,
        factors.tco2e_per_meur_revenue,
        factors.tco2e_per_meur_assets,
        factors.asset_turnover_ratio,
        factors.price_index
    from described
    inner join policy.sector_factors as factors
        on described.as_of_date = factors.as_of_date
        and described.sector_code = factors.sector_code
),

deflated as (
    select
        sectors.as_of_date,
        sectors.issuer_id,
        sectors.fiscal_year,
        sectors.revenue_eur,
        sectors.factor_set,
        sectors.sector_code,
        sectors.tco2e_per_meur_revenue,
        sectors.tco2e_per_meur_assets,
        sectors.asset_turnover_ratio,
        -- P_t / P_v of the year of the revenue, and of the year of the amount held
        cast(max_by(prices.price_index, case when prices.year <= sectors.fiscal_year then prices.year end) as double)
            / cast(sectors.price_index as double) as inflation_of_revenue,
        cast(max_by(prices.price_index, prices.year) as double)
            / cast(sectors.price_index as double) as inflation_of_amount
    from issuers_with_factors as sectors
    inner join policy.price_indices as prices
        on sectors.as_of_date = prices.as_of_date
        and prices.year <= year(sectors.as_of_date)
    group by
        sectors.as_of_date, sectors.issuer_id, sectors.fiscal_year, sectors.revenue_eur, sectors.factor_set,
        sectors.sector_code, sectors.tco2e_per_meur_revenue, sectors.tco2e_per_meur_assets,
        sectors.asset_turnover_ratio, sectors.price_index
)

select
    as_of_date,
    issuer_id,
    factor_set,
    sector_code,
    fiscal_year, -- of the revenue
    cast(
        cast(revenue_eur as double) / 1000000 * cast(tco2e_per_meur_revenue as double) / inflation_of_revenue
        as decimal(24, 6)
    ) as revenue_estimate_tco2e, -- option 3a: revenue x sector factor at the prices of the revenue
    case
        when tco2e_per_meur_assets is not null
            then cast(tco2e_per_meur_assets as double) / inflation_of_amount
        else cast(asset_turnover_ratio as double) * cast(tco2e_per_meur_revenue as double) / inflation_of_amount
    end as tco2e_per_meur_outstanding, -- option 3b: emissions / assets; 3c: asset turnover x emissions / revenue
    case
        when tco2e_per_meur_assets is not null then '3b'
        when asset_turnover_ratio is not null and tco2e_per_meur_revenue is not null then '3c'
    end as outstanding_option
from deflated
