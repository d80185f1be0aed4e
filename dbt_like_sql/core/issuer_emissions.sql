-- model:       core.issuer_emissions
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Latest fiscal year closed by the month end with scopes 1 and 2, and, apart, with scope 3. A source's last
--              word replaces its earlier ones; between sources the better basis wins (PCAF options 1a to 3), then the
--              most recent, then the name. The score is derived from the basis, never typed in.

with latest as (
    select
        emissions.as_of_date,
        emissions.issuer_id,
        emissions.fiscal_year,
        emissions.scope,
        emissions.source,
        emissions.tco2e,
        emissions.known_from,
        case
            when emissions.basis = 'reported_verified' then '1a'
            when emissions.basis = 'reported' then '1b'
            -- energy bought and burnt says nothing about scope 3 (PCAF 5.1, footnote 53)
            when emissions.basis = 'energy' and emissions.scope in ('1', '2_location', '2_market') then '2a'
            when emissions.basis = 'production' then '2b'
            when emissions.basis = 'revenue_estimate' then '3a'
            when emissions.basis = 'asset_estimate' then '3b'
            -- a word that sorts behind the others: the weaker of two options is the greater one
            else 'unknown'
        end as option,
        emissions.source_file_id,
        emissions.source_row,
        row_number() over (
            partition by
                emissions.as_of_date, emissions.issuer_id, emissions.fiscal_year, emissions.scope, emissions.source
            order by emissions.known_from desc, emissions.source_file_id, emissions.source_row
        ) as recency
    from staging.issuer_emissions as emissions
),

scored as (
    select
        latest.*,
        case latest.option
            when '1a' then 1
            when '1b' then 2
            when '2a' then 2
            when '2b' then 3
            when '3a' then 4
            -- a figure of unknown making is scored as the weakest
            else 5
        end as score
    from latest
    where latest.recency = 1
        -- a source whose last word is empty has taken its figure back
        and latest.tco2e is not null
),

best as (
    select
        scored.as_of_date,
        scored.issuer_id,
        scored.fiscal_year,
        scored.scope,
        scored.tco2e,
        scored.score,
        scored.option,
        scored.source_file_id,
        scored.source_row,
        row_number() over (
            partition by scored.as_of_date, scored.issuer_id, scored.fiscal_year, scored.scope
            -- of equal scores the company's own report (1b) before an estimate from its energy (2a)
            order by scored.score, scored.option, scored.known_from desc, scored.source
        ) as preference
    from scored
),

-- the closing day as it was last told
told_closings as (
    select
        as_of_date,
        issuer_id,
        fiscal_year,
        period_end,
        row_number() over (
            partition by as_of_date, issuer_id, fiscal_year
            order by known_from desc, source_file_id, source_row
        ) as recency
    from staging.issuer_financials
    where period_end is not null
),

closings as (
    select as_of_date, issuer_id, fiscal_year, period_end
    from told_closings
    where recency = 1
),

years as (
    select
        best.as_of_date,
        best.issuer_id,
        best.fiscal_year,
        max(case when best.scope = '1' then best.tco2e end) as scope_1,
        max(case when best.scope = '1' then best.score end) as score_1,
        max(case when best.scope = '1' then best.option end) as option_1,
        max(case when best.scope = '2_market' then best.tco2e end) as scope_2_market,
        max(case when best.scope = '2_market' then best.score end) as score_2_market,
        max(case when best.scope = '2_market' then best.option end) as option_2_market,
        max(case when best.scope = '2_location' then best.tco2e end) as scope_2_location,
        max(case when best.scope = '2_location' then best.score end) as score_2_location,
        max(case when best.scope = '2_location' then best.option end) as option_2_location,
        max(case when best.scope = '3' then best.tco2e end) as scope_3_total,
        max(case when best.scope = '3' then best.score end) as score_3_total,
        max(case when best.scope = '3' then best.option end) as option_3_total,
        max(case when best.scope = '3_upstream' then best.tco2e end) as scope_3_upstream,
        max(case when best.scope = '3_upstream' then best.score end) as score_3_upstream,
        max(case when best.scope = '3_upstream' then best.option end) as option_3_upstream,
        max(case when best.scope = '3_downstream' then best.tco2e end) as scope_3_downstream,
        max(case when best.scope = '3_downstream' then best.score end) as score_3_downstream,
        max(case when best.scope = '3_downstream' then best.option end) as option_3_downstream,
        max(case when best.scope = '1' then best.source_file_id end) as file_1,
        max(case when best.scope = '1' then best.source_row end) as row_1,
        max(case when best.scope = '2_market' then best.source_file_id end) as file_2_market,
        max(case when best.scope = '2_market' then best.source_row end) as row_2_market,
        max(case when best.scope = '2_location' then best.source_file_id end) as file_2_location,
        max(case when best.scope = '2_location' then best.source_row end) as row_2_location,
        max(case when best.scope = '3' then best.source_file_id end) as file_3_total,
        max(case when best.scope = '3' then best.source_row end) as row_3_total,
        max(case when best.scope = '3_upstream' then best.source_file_id end) as file_3_upstream,
        max(case when best.scope = '3_upstream' then best.source_row end) as row_3_upstream,
        max(case when best.scope = '3_downstream' then best.source_file_id end) as file_3_downstream,
        max(case when best.scope = '3_downstream' then best.source_row end) as row_3_downstream
    from best
    left join closings
        on best.as_of_date = closings.as_of_date
        and best.issuer_id = closings.issuer_id
        and best.fiscal_year = closings.fiscal_year
    where best.preference = 1
        and coalesce(closings.period_end, make_date(best.fiscal_year, 12, 31)) <= best.as_of_date
    group by best.as_of_date, best.issuer_id, best.fiscal_year
),

resolved as (
    select
        years.as_of_date,
        years.issuer_id,
        years.fiscal_year,
        years.scope_1,
        years.score_1,
        years.option_1,
        case
            when methodology.scope_2_preferred = 'market' then coalesce(years.scope_2_market, years.scope_2_location)
            else coalesce(years.scope_2_location, years.scope_2_market)
        end as scope_2,
        case
            when methodology.scope_2_preferred = 'market' then coalesce(years.score_2_market, years.score_2_location)
            else coalesce(years.score_2_location, years.score_2_market)
        end as score_2,
        case
            when methodology.scope_2_preferred = 'market' then coalesce(years.option_2_market, years.option_2_location)
            else coalesce(years.option_2_location, years.option_2_market)
        end as option_2,
        case
            when methodology.scope_2_preferred = 'market' and years.scope_2_market is not null then 'market'
            when methodology.scope_2_preferred = 'location' and years.scope_2_location is not null then 'location'
            when years.scope_2_market is not null then 'market'
            when years.scope_2_location is not null then 'location'
        end as scope_2_basis,
        years.file_1,
        years.row_1,
        years.file_2_market,
        years.row_2_market,
        years.file_2_location,
        years.row_2_location,
        coalesce(years.file_3_total, years.file_3_upstream) as file_3,
        coalesce(years.row_3_total, years.row_3_upstream) as row_3,
        case when years.scope_3_total is null then years.file_3_downstream end as file_3_downstream,
        case when years.scope_3_total is null then years.row_3_downstream end as row_3_downstream,
        -- upstream and downstream make a scope 3 only together
        cast(
            coalesce(years.scope_3_total, years.scope_3_upstream + years.scope_3_downstream) as decimal(24, 6)
        ) as scope_3,
        case
            when years.scope_3_total is not null then years.score_3_total
            else greatest(years.score_3_upstream, years.score_3_downstream)
        end as score_3,
        case
            when years.scope_3_total is not null then years.option_3_total
            else greatest(years.option_3_upstream, years.option_3_downstream)
        end as option_3,
        year(years.as_of_date) - years.fiscal_year > methodology.max_emissions_age_years as is_stale
    from years
    inner join policy.methodology as methodology on years.as_of_date = methodology.as_of_date
),

scopes_1_2 as (
    select
        resolved.*,
        row_number() over (
            partition by as_of_date, issuer_id
            order by
                case when scope_1 is not null and scope_2 is not null then 0 else 1 end,
                fiscal_year desc
        ) as preference
    from resolved
    where scope_1 is not null or scope_2 is not null
),

scopes_3 as (
    select
        resolved.*,
        row_number() over (partition by as_of_date, issuer_id order by fiscal_year desc) as preference
    from resolved
    where scope_3 is not null
),

issuers as (
    select distinct as_of_date, issuer_id
    from resolved
)

select
    issuers.as_of_date,
    issuers.issuer_id,
    first.fiscal_year,
    first.scope_1 as scope_1_tco2e,
    first.scope_2 as scope_2_tco2e, -- preferred basis, else the other one
    first.scope_2_basis,
    third.scope_3 as scope_3_tco2e,
    third.fiscal_year as scope_3_fiscal_year,
    cast(
        case
            when first.scope_1 is not null and first.scope_2 is not null then greatest(first.score_1, first.score_2)
        end as bigint
    ) as score_1_2,
    cast(third.score_3 as bigint) as score_3,
    case
        when first.scope_1 is not null and first.scope_2 is not null then greatest(first.option_1, first.option_2)
    end as option_1_2, -- of the weaker scope
    third.option_3,
    case
        when first.issuer_id is null then 'missing_emissions'
        when first.scope_1 is null then 'missing_scope_1'
        when first.scope_2 is null then 'missing_scope_2'
        when first.is_stale then 'stale_emissions'
        else 'covered'
    end as emissions_status,
    case
        when third.issuer_id is null then 'missing_emissions'
        when third.is_stale then 'stale_emissions'
        else 'covered'
    end as scope_3_status,
    -- the rows the figures above were read from
    first.file_1 as scope_1_source_file_id,
    first.row_1 as scope_1_source_row,
    case first.scope_2_basis
        when 'market' then first.file_2_market
        when 'location' then first.file_2_location
    end as scope_2_source_file_id,
    case first.scope_2_basis
        when 'market' then first.row_2_market
        when 'location' then first.row_2_location
    end as scope_2_source_row,
    third.file_3 as scope_3_source_file_id, -- the row of the total, else of the upstream part
    third.row_3 as scope_3_source_row,
    third.file_3_downstream as scope_3_downstream_source_file_id, -- only when scope 3 was added up from its two parts
    third.row_3_downstream as scope_3_downstream_source_row
from issuers
left join scopes_1_2 as first
    on issuers.as_of_date = first.as_of_date
    and issuers.issuer_id = first.issuer_id
    and first.preference = 1
left join scopes_3 as third
    on issuers.as_of_date = third.as_of_date
    and issuers.issuer_id = third.issuer_id
    and third.preference = 1
