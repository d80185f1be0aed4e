-- What a good engineer writes by hand for marts.portfolio_carbon of 2024-12, from the same Parquet files and by the same
-- rules (data/demo/policy/methodology.yaml). No archive, provenance, refusals, checks, look-through or look-back: only
-- the figures. It reads the positions once, sums them by cell in decimals, and spreads the few cells over the perimeters.

create table portfolio_carbon as
with rates as (
    select currency, arg_max(units_per_eur, rate_date) as units_per_eur
    from read_parquet('{inputs}/fx_rates/*.parquet')
    where rate_date between date '2024-12-31' - interval 31 day and date '2024-12-31'
    group by currency
    union all
    select 'EUR', 1::decimal(24, 12)
),

issuers as materialized (
    select issuer_id, is_listed, coalesce(is_financial, sector_code[1:2] in ('64', '65', '66')) as is_financial
    from read_parquet('{inputs}/issuers/*.parquet')
),

statements as (
    select
        facts.*,
        case when total_equity < 0 then 0 else total_equity end as book_equity,
        coalesce(issuers.is_financial, deposits > 0) as is_financial,
        is_listed,
        units_per_eur
    from read_parquet('{inputs}/issuer_financials/*.parquet') as facts
    left join issuers using (issuer_id)
    left join rates using (currency)
    where coalesce(period_end, make_date(fiscal_year, 12, 31)) <= date '2024-12-31'
    qualify row_number() over (partition by issuer_id, fiscal_year order by known_from desc) = 1
),

denominators as (
    select
        issuer_id,
        fiscal_year,
        is_listed,
        revenue,
        units_per_eur,
        total_assets,
        2024 - fiscal_year > 3 as is_stale,
        case
            when is_financial and deposits is null then null
            when is_financial then market_cap + total_debt + deposits + coalesce(minority_interest, 0)
            else market_cap + total_debt + coalesce(minority_interest, 0)
        end as evic_parts,
        case
            when is_financial and deposits is null
                and evic <= market_cap + total_debt + coalesce(minority_interest, 0) then null
            else evic
        end as evic_reported,
        case
            when is_financial and deposits is null then null
            when is_financial then book_equity + total_debt + deposits
            else book_equity + total_debt
        end as equity_and_debt
    from statements
),

financials as (
    select
        issuer_id,
        (revenue / units_per_eur)::decimal(24, 6) as revenue_eur,
        coalesce(evic_parts, evic_reported) is not null as has_evic,
        case when not is_stale and evic > 0 then (evic / units_per_eur)::decimal(24, 6) end as evic_eur,
        case when not is_stale and equity_plus_debt > 0 then (equity_plus_debt / units_per_eur)::decimal(24, 6) end
            as equity_plus_debt_eur
    from (
        select
            *,
            coalesce(evic_parts, evic_reported, total_assets) as evic,
            coalesce(equity_and_debt, total_assets) as equity_plus_debt
        from denominators
    )
    qualify row_number() over (
        partition by issuer_id
        order by
            case
                when is_stale then 3
                when case
                    when is_listed then coalesce(evic_parts, evic_reported)
                    when not is_listed then equity_and_debt
                    else coalesce(evic_parts, evic_reported, equity_and_debt)
                end is not null then 0
                when total_assets is not null then 1
                else 2
            end,
            fiscal_year desc
    ) = 1
),

best_emissions as (
    select
        issuer_id, fiscal_year, scope, tco2e,
        case basis
            when 'reported_verified' then 1 when 'reported' then 2 when 'energy' then 2 when 'production' then 3
            when 'revenue_estimate' then 4 else 5
        end as score
    from read_parquet('{inputs}/issuer_emissions/*.parquet')
    where fiscal_year <= 2024 and tco2e is not null
    qualify row_number() over (
        partition by issuer_id, fiscal_year, scope order by score, basis = 'energy', known_from desc, source
    ) = 1
),

emission_years as (
    select
        best_emissions.issuer_id,
        best_emissions.fiscal_year,
        max(tco2e) filter (scope = '1') as scope_1,
        max(score) filter (scope = '1') as score_1,
        coalesce(max(tco2e) filter (scope = '2_market'), max(tco2e) filter (scope = '2_location')) as scope_2,
        coalesce(max(score) filter (scope = '2_market'), max(score) filter (scope = '2_location')) as score_2,
        coalesce(
            max(tco2e) filter (scope = '3'),
            max(tco2e) filter (scope = '3_upstream') + max(tco2e) filter (scope = '3_downstream')
        ) as scope_3,
        coalesce(
            max(score) filter (scope = '3'),
            greatest(max(score) filter (scope = '3_upstream'), max(score) filter (scope = '3_downstream'))
        ) as score_3
    from best_emissions
    left join (
        select issuer_id, fiscal_year, arg_max(period_end, known_from) as period_end
        from read_parquet('{inputs}/issuer_financials/*.parquet')
        group by issuer_id, fiscal_year
    ) as closings using (issuer_id, fiscal_year)
    where coalesce(closings.period_end, make_date(fiscal_year, 12, 31)) <= date '2024-12-31'
    group by best_emissions.issuer_id, best_emissions.fiscal_year
),

scopes_1_2 as (
    select issuer_id, fiscal_year, scope_1 + scope_2 as tonnes, greatest(score_1, score_2) as score
    from emission_years
    where scope_1 is not null or scope_2 is not null
    qualify row_number() over (
        partition by issuer_id
        order by case when scope_1 is not null and scope_2 is not null then 0 else 1 end, fiscal_year desc
    ) = 1
),

scopes_3 as (
    select issuer_id, fiscal_year, scope_3 as tonnes, score_3 as score
    from emission_years
    where scope_3 is not null
    qualify row_number() over (partition by issuer_id order by fiscal_year desc) = 1
),

by_issuer as (
    select
        coalesce(issuers.issuer_id, financials.issuer_id) as issuer_id,
        issuers.is_listed,
        has_evic,
        evic_eur,
        equity_plus_debt_eur,
        revenue_eur::double as revenue,
        case when 2024 - scopes_1_2.fiscal_year <= 3 then scopes_1_2.tonnes end as tonnes_1_2,
        case when 2024 - scopes_1_2.fiscal_year <= 3 then scopes_1_2.score end as score_1_2,
        case when 2024 - scopes_3.fiscal_year <= 3 then scopes_3.tonnes end as tonnes_3,
        case when 2024 - scopes_3.fiscal_year <= 3 then scopes_3.score end as score_3
    from issuers
    full join financials using (issuer_id)
    left join scopes_1_2 on coalesce(issuers.issuer_id, financials.issuer_id) = scopes_1_2.issuer_id
    left join scopes_3 on coalesce(issuers.issuer_id, financials.issuer_id) = scopes_3.issuer_id
),

lines as (
    select
        portfolio_id,
        coalesce(holdings.pocket, portfolios.pocket, 'other') as pocket,
        asset_class,
        case when currency = 'EUR' then market_value else market_value / units_per_eur end::decimal(24, 6) as value_eur,
        case
            when asset_class like '%equity' then value_eur
            else coalesce(
                case when currency = 'EUR' then nominal_amount else nominal_amount / units_per_eur end::decimal(24, 6),
                case when currency = 'EUR' then book_value else book_value / units_per_eur end::decimal(24, 6),
                value_eur
            )
        end as amount_eur,
        asset_class not in ('cash', 'sovereign_bond') and value_eur >= 0 as is_eligible,
        case
            when asset_class = 'listed_equity' then true
            when asset_class = 'unlisted_equity' then false
            else coalesce(is_listed, has_evic)
        end as counts_as_listed,
        amount_eur::double
        / case when counts_as_listed then evic_eur else equity_plus_debt_eur end::double as factor,
        is_eligible and factor <= 1 as is_attributed,
        case when is_attributed then (factor * tonnes_1_2::double)::decimal(24, 6) end as financed_1_2,
        case when is_attributed then (factor * tonnes_3::double)::decimal(24, 6) end as financed_3,
        tonnes_1_2,
        tonnes_3,
        score_1_2,
        score_3,
        revenue
    from read_parquet('{inputs}/holdings/*.parquet') as holdings
    left join rates using (currency)
    left join read_parquet('{inputs}/portfolios/*.parquet') as portfolios using (portfolio_id)
    left join by_issuer using (issuer_id)
),

cells as materialized (
    select
        portfolio_id,
        pocket,
        asset_class,
        is_eligible,
        case when is_eligible then counts_as_listed end as is_listed,
        sum(value_eur) as value_eur,
        sum(amount_eur) filter (is_eligible) as eligible_eur,
        sum(value_eur) filter (is_eligible) as held_eur,
        sum(amount_eur) filter (financed_1_2 is not null) as covered_1_2,
        sum(amount_eur) filter (financed_3 is not null) as covered_3,
        sum(amount_eur) filter (financed_1_2 + financed_3 is not null) as covered_1_2_3,
        sum(financed_1_2) as financed_1_2,
        sum(financed_3) as financed_3,
        sum(financed_1_2 + financed_3) as financed_1_2_3,
        sum(amount_eur * score_1_2) filter (financed_1_2 is not null) as scored_1_2,
        sum(amount_eur * score_3) filter (financed_3 is not null) as scored_3,
        sum(amount_eur * greatest(score_1_2, score_3)) filter (financed_1_2 + financed_3 is not null) as scored_1_2_3,
        min(score_1_2) filter (financed_1_2 is not null) as best_1_2,
        max(score_1_2) filter (financed_1_2 is not null) as weakest_1_2,
        min(score_3) filter (financed_3 is not null) as best_3,
        max(score_3) filter (financed_3 is not null) as weakest_3,
        min(greatest(score_1_2, score_3)) filter (financed_1_2 + financed_3 is not null) as best_1_2_3,
        max(greatest(score_1_2, score_3)) filter (financed_1_2 + financed_3 is not null) as weakest_1_2_3,
        sum(value_eur) filter (financed_1_2 is not null and revenue > 0) as weight_1_2,
        sum(value_eur) filter (financed_3 is not null and revenue > 0) as weight_3,
        sum(value_eur) filter (financed_1_2 + financed_3 is not null and revenue > 0) as weight_1_2_3,
        sum((value_eur::double * (tonnes_1_2::double / (revenue / 1000000)))::decimal(38, 6))
            filter (financed_1_2 is not null and revenue > 0) as waci_1_2,
        sum((value_eur::double * (tonnes_3::double / (revenue / 1000000)))::decimal(38, 6))
            filter (financed_3 is not null and revenue > 0) as waci_3,
        sum((value_eur::double * ((tonnes_1_2 + tonnes_3)::double / (revenue / 1000000)))::decimal(38, 6))
            filter (financed_1_2 + financed_3 is not null and revenue > 0) as waci_1_2_3
    from lines
    group by all
),

by_scopes as (
    select portfolio_id, pocket, asset_class, is_eligible, is_listed, value_eur, eligible_eur, held_eur, '1_2' as scopes, covered_1_2 as covered, financed_1_2 as financed,
        scored_1_2 as scored, best_1_2 as best, weakest_1_2 as weakest, weight_1_2 as weight, waci_1_2 as waci
    from cells
    union all
    select portfolio_id, pocket, asset_class, is_eligible, is_listed, value_eur, eligible_eur, held_eur, '3', covered_3, financed_3, scored_3, best_3, weakest_3, weight_3, waci_3
    from cells
    union all
    select portfolio_id, pocket, asset_class, is_eligible, is_listed, value_eur, eligible_eur, held_eur, '1_2_3', covered_1_2_3, financed_1_2_3, scored_1_2_3, best_1_2_3, weakest_1_2_3,
        weight_1_2_3, waci_1_2_3
    from cells
),

by_perimeter as (
    select
        *,
        unnest(
            [pocket, asset_class] || case
                when not is_eligible then []
                when is_listed then ['corporate', 'corporate_listed']
                when not is_listed then ['corporate', 'corporate_unlisted']
                else ['corporate']
            end
        ) as perimeter
    from by_scopes
),

by_holder as (
    select *, unnest([portfolio_id, 'ALL']) as holder
    from by_perimeter
),

investments as (
    select holder, sum(value_eur) as all_eur
    from by_holder
    where perimeter = pocket and scopes = '1_2'
    group by holder
)

select
    date '2024-12-31' as as_of_date,
    holder as portfolio_id,
    perimeter,
    scopes,
    sum(value_eur)::decimal(24, 6) as market_value_eur,
    coalesce(sum(eligible_eur), 0)::decimal(24, 6) as eligible_value_eur,
    coalesce(sum(covered), 0)::decimal(24, 6) as covered_value_eur,
    covered_value_eur::double / nullif(eligible_value_eur::double, 0) as coverage_ratio,
    sum(financed)::decimal(24, 6) as financed_emissions_tco2e,
    financed_emissions_tco2e::double / (nullif(covered_value_eur::double, 0) / 1000000)
        as economic_intensity_tco2e_per_meur,
    financed_emissions_tco2e::double / (any_value(all_eur)::double / 1000000) as pai_2_footprint_tco2e_per_meur,
    sum(waci)::double / nullif(coalesce(sum(weight), 0)::double, 0) as waci_tco2e_per_meur,
    coalesce(sum(weight), 0)::double / nullif(coalesce(sum(held_eur), 0)::double, 0) as waci_coverage_ratio,
    least(greatest(sum(scored)::double / nullif(covered_value_eur::double, 0), min(best)), max(weakest))
        as data_quality_score,
    -- no fund of this world declares anything
    cast(0 as decimal(24, 6)) as fund_declared_value_eur
from by_holder
inner join investments using (holder)
group by holder, perimeter, scopes
order by all;
