-- model:       core.pai_positions
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: What the SFDR indicators need of every position: its value by each convention, the company's enterprise
--              value, emissions and revenue where core.attribution could use them, and the yes/no questions with
--              unknown as an answer of its own. A company line stays eligible when it cannot be covered; short lines
--              offset nothing. Denominator of a listed company: EVIC, else equity + debt, as in core.attribution.

with claims as (
    select
        evidence.as_of_date,
        evidence.issuer_id,
        evidence.measure,
        case
            when evidence.lo is null and evidence.coverage_status = 'researched_not_involved' then 0
            else evidence.lo
        end as lo,
        case
            when evidence.hi is null and evidence.coverage_status = 'researched_not_involved' then 0
            else evidence.hi
        end as hi,
        -- a claim about a site or a subsidiary proves involvement, never the absence of it
        coalesce(evidence.basis, 'group') = 'group' as is_whole,
        coalesce(evidence.fiscal_year, year(evidence.published_on), year(evidence.known_from)) as claim_year
    from staging.evidence as evidence
    where evidence.superseded_by is null
        and evidence.measure in (
            'revenue_share.coal_chain', 'revenue_share.oil_chain', 'revenue_share.gas_chain',
            'involvement.coal_chain', 'involvement.oil_chain', 'involvement.gas_chain', 'project.new_fossil'
        )
        and coalesce(evidence.coverage_status, 'researched_involved') in (
            'researched_involved', 'researched_not_involved'
        )
),

fresh as (
    select
        claims.as_of_date,
        claims.issuer_id,
        case
            when claims.measure like '%.coal_chain' then 'coal'
            when claims.measure like '%.oil_chain' then 'oil'
            when claims.measure like '%.gas_chain' then 'gas'
            else 'project'
        end as chain,
        claims.lo,
        claims.hi,
        claims.is_whole,
        claims.claim_year,
        max(claims.claim_year) over (
            partition by claims.as_of_date, claims.issuer_id, claims.measure
        ) as latest_year
    from claims
    inner join policy.methodology as methodology on claims.as_of_date = methodology.as_of_date
    where year(claims.as_of_date) - claims.claim_year <= methodology.max_emissions_age_years
),

chains as (
    select
        as_of_date,
        issuer_id,
        chain,
        max(case when lo > 0 then 1 else 0 end) as is_proven,
        -- one source that leaves room for more than nothing keeps the question open
        min(case when is_whole and hi = 0 then 1 else 0 end) as is_ruled_out
    from fresh
    where claim_year = latest_year
    group by as_of_date, issuer_id, chain
),

fossil as (
    select
        as_of_date,
        issuer_id,
        max(is_proven) as is_proven,
        sum(case when chain <> 'project' then is_ruled_out else 0 end) as n_ruled_out
    from chains
    group by as_of_date, issuer_id
),

verdicts as (
    select
        as_of_date,
        issuer_id,
        rule_id,
        case
            when outcome = 'NOT_APPLICABLE' then 'no'
            when truth = 'T' then 'yes'
            when truth = 'F' then 'no'
            else 'unknown'
        end as state
    from core.issuer_verdicts
    where rule_id in ('DEF-W1', 'WAT-W1')
),

lines as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.asset_class,
        positions.instrument_id,
        positions.market_value_eur,
        declared.fund_declared_eur,
        declared.declared_scope_1_2_tco2e_per_meur + declared.declared_scope_3_tco2e_per_meur as declared_total,
        declared.waci_declared_eur,
        declared.intensity_scope_1_2_tco2e_per_meur + declared.intensity_scope_3_tco2e_per_meur as declared_intensity,
        positions.nominal_eur,
        positions.scale_ratio,
        positions.issuer_id,
        attribution.outstanding_eur,
        attribution.denominator_eur,
        attribution.carbon_status,
        attribution.scope_3_status,
        attribution.scope_1_tco2e,
        attribution.scope_2_tco2e,
        attribution.scope_3_tco2e,
        attribution.revenue_eur,
        holdings.currency,
        holdings.quantity,
        case
            when attribution.is_corporate then 'company'
            when positions.asset_class = 'sovereign_bond' and attribution.carbon_status <> 'short_position' then 'country'
            else 'other'
        end as counterparty
    from core.positions as positions
    inner join core.attribution as attribution
        on positions.as_of_date = attribution.as_of_date
        and positions.portfolio_id = attribution.portfolio_id
        and positions.line_id = attribution.line_id
        and positions.lookthrough_path = attribution.lookthrough_path
    left join core.fund_declared_positions as declared
        on positions.as_of_date = declared.as_of_date
        and positions.portfolio_id = declared.portfolio_id
        and positions.line_id = declared.line_id
        and positions.lookthrough_path = declared.lookthrough_path
    left join core.holdings as holdings
        on positions.as_of_date = holdings.as_of_date
        and positions.holder_portfolio_id = holdings.portfolio_id
        and positions.line_id = holdings.line_id
)

select
    lines.as_of_date,
    lines.portfolio_id,
    lines.line_id,
    lines.lookthrough_path,
    lines.counterparty, -- company: eligible for PAI 1 to 4; country: PAI 15; other: in the denominator only
    lines.instrument_id,
    lines.currency,
    lines.market_value_eur,
    lines.outstanding_eur,
    case
        when lines.counterparty <> 'company' then null
        when lines.quantity is not null then cast(lines.quantity as double) * lines.scale_ratio
        else cast(lines.nominal_eur as double)
    end as price_units, -- shares times scale_ratio, else nominal in EUR
    case
        when lines.counterparty <> 'company' then null
        when lines.quantity is not null then 'quantity'
        when lines.nominal_eur is not null then 'nominal'
    end as price_basis,
    case when lines.counterparty = 'company' then last_day(financials.period_end) end as price_date,
    rates.units_per_eur,
    case when lines.carbon_status = 'covered' then lines.denominator_eur end as denominator_eur,
    case when lines.carbon_status = 'covered' then lines.scope_1_tco2e end as scope_1_tco2e,
    case when lines.carbon_status = 'covered' then lines.scope_2_tco2e end as scope_2_tco2e,
    case when lines.carbon_status = 'covered' and lines.scope_3_status = 'covered' then lines.scope_3_tco2e end
        as scope_3_tco2e,
    case when lines.revenue_eur > 0 then lines.revenue_eur end as revenue_eur,
    case when lines.counterparty = 'company' and lines.declared_total is not null then lines.fund_declared_eur end
        as fund_declared_eur, -- part of a fund of which it declares the footprint in all scopes
    case when lines.counterparty = 'company' then cast(lines.declared_total as decimal(24, 6)) end
        as declared_total_tco2e_per_meur,
    case when lines.counterparty = 'company' and lines.declared_intensity is not null then lines.waci_declared_eur end
        as waci_declared_eur,
    case when lines.counterparty = 'company' then cast(lines.declared_intensity as decimal(24, 6)) end
        as declared_intensity_tco2e_per_meur,
    case
        when lines.counterparty = 'country' and sovereigns.gdp_nominal_eur > 0
            -- without land use, as countries' inventories are compared; production-based
            then cast(sovereigns.ghg_excl_lulucf_tco2e as double)
                / (cast(sovereigns.gdp_nominal_eur as double) / 1000000)
    end as country_intensity_tco2e_per_meur_gdp,
    case
        when lines.counterparty <> 'company' then null
        -- who runs a fund says nothing about what is in it
        when lines.asset_class = 'fund' then 'unknown'
        when fossil.is_proven = 1 then 'yes'
        -- companies whose main activity is coal, oil or gas: mining, extraction and its support, refining, gas supply
        when issuers.sector_scheme in ('nace_2', 'nace_2_1')
            and (
                substr(issuers.sector_code, 1, 2) in ('05', '06', '19')
                or substr(issuers.sector_code, 1, 4) in ('09.1', '35.2')
            ) then 'yes'
        when issuers.sector_scheme = 'gics' and substr(issuers.sector_code, 1, 4) = '1010' then 'yes'
        when fossil.n_ruled_out = 3 then 'no'
        else 'unknown'
    end as fossil_state, -- any revenue or new project counts (Q&A July 2024); no = coal, oil and gas each ruled out
    case
        when lines.counterparty <> 'company' then null
        when lines.asset_class = 'fund' or issuers.sector_code is null then 'unknown'
        when issuers.sector_scheme in ('nace_2', 'nace_2_1') and substr(issuers.sector_code, 1, 4) = '20.2' then 'yes'
        when issuers.sector_scheme in ('nace_2', 'nace_2_1') and issuers.sector_code in ('C', '20', '20.')
            then 'unknown'
        when issuers.sector_scheme in ('nace_2', 'nace_2_1') then 'no'
        -- GICS keeps fertilisers and agrochemicals together, and its coarser codes chemicals as a whole
        when issuers.sector_code = '15101030' or '15101030' like issuers.sector_code || '%' then 'unknown'
        when issuers.sector_scheme = 'gics' then 'no'
        else 'unknown'
    end as agrochemicals_state, -- by main activity, Division 20.2 of NACE
    case
        when lines.counterparty <> 'company' then null
        when lines.asset_class = 'fund' then 'unknown'
        else coalesce(deforestation.state, 'unknown')
    end as deforestation_state, -- truth of DEF-W1; a company the rule does not apply to is no
    case when lines.counterparty = 'company' then coalesce(water.state, 'unknown') end
        as water_state -- truth of WAT-W1
from lines
left join core.fx_rates as rates
    on lines.as_of_date = rates.as_of_date
    and lines.currency = rates.currency
left join core.issuers as issuers
    on lines.as_of_date = issuers.as_of_date
    and lines.issuer_id = issuers.issuer_id
left join core.issuer_financials as financials
    on lines.as_of_date = financials.as_of_date
    and lines.issuer_id = financials.issuer_id
left join core.sovereign_emissions as sovereigns
    on lines.as_of_date = sovereigns.as_of_date
    and coalesce(issuers.country, lines.issuer_id) = sovereigns.country
left join fossil
    on lines.as_of_date = fossil.as_of_date
    and lines.issuer_id = fossil.issuer_id
left join verdicts as deforestation
    on lines.as_of_date = deforestation.as_of_date
    and lines.issuer_id = deforestation.issuer_id
    and deforestation.rule_id = 'DEF-W1'
left join verdicts as water
    on lines.as_of_date = water.as_of_date
    and lines.issuer_id = water.issuer_id
    and water.rule_id = 'WAT-W1'
