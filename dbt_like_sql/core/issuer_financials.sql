-- model:       core.issuer_financials
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Latest fiscal year closed by the month end whose balance sheet gives the issuer's denominator; a year
--              that only gives the balance sheet total stands back behind one that gives the parts. Of one source the row
--              received last counts, as a whole; of several sources each stands for itself, and of one year the one that
--              gives the denominator comes first, then the one received last. One year for all lines
--              of an issuer, so that its shares and its debt are parts of the same whole: listed shares that are held say
--              that a company nobody classified is listed, and a year with an EVIC comes before a later one without. EVIC
--              is market capitalisation + debt (+ minority interests when known, + deposits for financials), cash never deducted
--              (Reg. (EU) 2020/1818 art. 1(d); PCAF Part A 5.1). The debt of a bank includes its deposits, listed or not.
--              Both legs of an attribution use the month-end rate.

with shares as (
    select distinct as_of_date, issuer_id
    from core.holdings
    where asset_class = 'listed_equity'
),

facts as (
    select
        financials.as_of_date,
        financials.issuer_id,
        financials.fiscal_year,
        coalesce(financials.period_end, make_date(financials.fiscal_year, 12, 31)) as period_end,
        financials.revenue,
        financials.market_cap,
        financials.total_debt,
        financials.minority_interest,
        -- an insurer takes none: nothing is missing when it states none
        case
            when financials.deposits is not null then financials.deposits
            when issuers.sector_scheme in ('nace_2', 'nace_2_1') and substr(issuers.sector_code, 1, 2) = '65' then 0
            when issuers.sector_scheme = 'gics' and substr(issuers.sector_code, 1, 4) = '4030' then 0
        end as deposits,
        financials.total_equity,
        financials.total_assets,
        financials.evic,
        -- nobody said whether it is a bank: customer deposits say so
        coalesce(issuers.is_financial, financials.deposits > 0) as is_financial,
        issuers.is_listed,
        issuers.is_listed is null and shares.issuer_id is not null as needs_evic,
        rates.units_per_eur,
        financials.known_from,
        financials.source_file_id,
        financials.source_row,
        row_number() over (
            partition by
                financials.as_of_date, financials.issuer_id, financials.fiscal_year, coalesce(financials.source, '')
            order by financials.known_from desc, financials.source_file_id, financials.source_row
        ) as recency
    from staging.issuer_financials as financials
    left join core.issuers as issuers
        on financials.as_of_date = issuers.as_of_date
        and financials.issuer_id = issuers.issuer_id
    left join shares
        on financials.as_of_date = shares.as_of_date
        and financials.issuer_id = shares.issuer_id
    left join core.fx_rates as rates
        on financials.as_of_date = rates.as_of_date
        and financials.currency = rates.currency
),

built as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        period_end,
        revenue,
        units_per_eur,
        known_from,
        source_file_id,
        source_row,
        -- without its deposits a bank's enterprise value would be far too small: unknown, not small
        case
            when market_cap is null or total_debt is null then null
            when is_financial and deposits is null then null
            when is_financial and minority_interest is not null
                then market_cap + total_debt + deposits + minority_interest
            when is_financial then market_cap + total_debt + deposits
            -- minority interests may be left out (PCAF, precaution: a smaller denominator attributes more)
            when minority_interest is not null then market_cap + total_debt + minority_interest
            else market_cap + total_debt
        end as evic_parts,
        -- a vendor's figure for a bank that is no more than the parts without deposits has left them out
        case
            when is_financial and deposits is null
                and evic <= market_cap + total_debt + coalesce(minority_interest, cast(0 as decimal(24, 6))) then null
            else evic
        end as evic_reported,
        is_listed,
        needs_evic,
        -- negative book equity counts as 0: all emissions go to the lenders (PCAF 5.1, footnote 42)
        case
            when total_equity is null or total_debt is null then null
            when is_financial and deposits is null then null
            when is_financial and total_equity < 0 then total_debt + deposits
            when is_financial then total_equity + total_debt + deposits
            when total_equity < 0 then total_debt
            else total_equity + total_debt
        end as equity_plus_debt_parts,
        total_assets,
        first_value(cast(total_assets / units_per_eur as decimal(24, 6))) over (
            partition by as_of_date, issuer_id
            order by
                case when total_assets is null then 1 else 0 end, fiscal_year, known_from desc, source_file_id, source_row
        ) as first_total_assets_eur,
        case
            when is_financial and deposits is null and total_equity is not null and total_debt is not null
                then 'missing_deposits'
            else 'missing_equity_and_debt'
        end as equity_plus_debt_gap,
        case
            when units_per_eur is null then 'missing_fx_rate'
            when is_financial and deposits is null and market_cap is not null and total_debt is not null
                then 'missing_deposits'
            else 'missing_evic'
        end as evic_gap
    from facts
    where recency = 1
        and period_end <= as_of_date
),

dated as (
    select
        built.*,
        year(built.as_of_date) - built.fiscal_year > methodology.max_financials_age_years as is_stale,
        -- what the issuer's lines are divided by: EVIC when listed, equity + debt when not, either when nobody said
        case
            when is_listed then coalesce(evic_parts, evic_reported)
            when not is_listed then equity_plus_debt_parts
            else coalesce(evic_parts, evic_reported, equity_plus_debt_parts)
        end as denominator
    from built
    inner join policy.methodology as methodology on built.as_of_date = methodology.as_of_date
),

chosen as (
    select
        dated.*,
        row_number() over (
            partition by as_of_date, issuer_id
            order by
                case
                    when is_stale then 4
                    when needs_evic and evic_parts is null and evic_reported is null and denominator is not null then 1
                    when denominator is not null then 0
                    when total_assets is not null then 2
                    else 3
                end,
                fiscal_year desc, known_from desc, source_file_id, source_row
        ) as preference
    from dated
),

priced as (
    select
        chosen.as_of_date,
        chosen.issuer_id,
        chosen.fiscal_year,
        chosen.period_end,
        chosen.is_stale,
        chosen.units_per_eur,
        chosen.revenue,
        chosen.first_total_assets_eur,
        coalesce(chosen.evic_parts, chosen.evic_reported, chosen.total_assets) as evic,
        case
            when chosen.evic_parts is not null then 'evic_parts'
            when chosen.evic_reported is not null then 'evic_reported'
            when chosen.total_assets is not null then 'total_assets'
            else chosen.evic_gap
        end as evic_basis,
        coalesce(chosen.equity_plus_debt_parts, chosen.total_assets) as equity_plus_debt,
        case
            when chosen.equity_plus_debt_parts is not null then 'equity_plus_debt'
            when chosen.total_assets is not null then 'total_assets'
            else chosen.equity_plus_debt_gap
        end as equity_plus_debt_basis,
        chosen.source_file_id,
        chosen.source_row
    from chosen
    where chosen.preference = 1
)

select
    as_of_date,
    issuer_id,
    fiscal_year,
    period_end,
    cast(revenue / units_per_eur as decimal(24, 6)) as revenue_eur,
    case
        when not is_stale and evic > 0 then cast(evic / units_per_eur as decimal(24, 6))
    end as evic_eur, -- parts, else as reported, else balance sheet total; never minus cash
    case
        when is_stale then 'stale_financials'
        when evic is not null and units_per_eur is null then 'missing_fx_rate'
        when evic <= 0 then 'negative_evic'
        else evic_basis
    end as evic_basis,
    case
        when not is_stale and equity_plus_debt > 0 then cast(equity_plus_debt / units_per_eur as decimal(24, 6))
    end as equity_plus_debt_eur, -- max(book equity, 0) + debt, else balance sheet total
    case
        when is_stale then 'stale_financials'
        when equity_plus_debt is not null and units_per_eur is null then 'missing_fx_rate'
        when equity_plus_debt <= 0 then 'missing_equity_and_debt'
        else equity_plus_debt_basis
    end as equity_plus_debt_basis,
    -- what a property is divided by for as long as it is held, so no age limit (PCAF 5.4, 5.5)
    case when first_total_assets_eur > 0 then first_total_assets_eur end as first_total_assets_eur,
    source_file_id,
    source_row
from priced
