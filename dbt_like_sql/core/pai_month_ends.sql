-- model:       core.pai_month_ends
-- kind:        view
-- grain:       as_of_date, portfolio_id, indicator, valuation_convention
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: SFDR indicators at one month end (Delegated Regulation (EU) 2022/1288, Annex I). The value of an
--              investment is its market value (RTS_LITERAL), the amount PCAF attributes (PCAF_YEAR_END), or price at
--              the company's fiscal year end x quantity held (ESA_FYE_PRICE, ESAs' clarification of 2022). PAI 1, 2 and
--              3 come in all three, the others at market value. A view, because the price of ESA_FYE_PRICE is another
--              month's: of the store's month that ends the fiscal year; an instrument nobody held then is not covered.
--              The denominator is the market value of all investments in every convention, cash and sovereigns
--              included. A line counts for scopes 1 and 2 when core.attribution covers it, for scope 3 and for the
--              total when scope 3 is known too: with equal coverage the total is the sum of the scopes.
--              What a fund without look-through declares counts in the totals (PAI 1, 2 and 3) for the part it covers;
--              the template's footprints do not tell scopes 1 and 2 apart. It has no price of a fiscal year end.

with lines as (
    select
        positions.*,
        portfolios.is_root,
        positions.counterparty = 'company' as is_company
    from core.pai_positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
),

valued as (
    select lines.*, 'RTS_LITERAL' as valuation_convention, cast(market_value_eur as double) as value_eur
    from lines
    union all
    select lines.*, 'PCAF_YEAR_END' as valuation_convention, cast(outstanding_eur as double) as value_eur
    from lines
    union all
    select
        lines.*,
        'ESA_FYE_PRICE' as valuation_convention,
        -- both legs at the month end's rate, as the enterprise value is: exchange rates cancel (PCAF p. 41)
        case
            when lines.price_basis = 'quantity'
                then lines.price_units * prices.price / cast(lines.units_per_eur as double)
            else lines.price_units * prices.price
        end as value_eur
    from lines
    left join core.instrument_prices as prices
        on lines.price_date = prices.as_of_date
        and lines.instrument_id = prices.instrument_id
        and lines.currency = prices.currency
        and lines.price_basis = prices.price_basis
),

factored as (
    select
        valued.*,
        case
            -- more than the whole company is an input error, as in core.attribution
            when is_company and value_eur >= 0 and value_eur <= denominator_eur
                then value_eur / cast(denominator_eur as double)
        end as factor,
        scope_1_tco2e + scope_2_tco2e + scope_3_tco2e as total_tco2e
    from valued
),

measured as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        is_company,
        counterparty,
        valuation_convention,
        market_value_eur,
        case when is_company then market_value_eur end as company_eur,
        cast(factor * cast(scope_1_tco2e as double) as decimal(38, 6)) as scope_1_t,
        cast(factor * cast(scope_2_tco2e as double) as decimal(38, 6)) as scope_2_t,
        cast(factor * cast(scope_3_tco2e as double) as decimal(38, 6)) as scope_3_t,
        case
            when declared_total_tco2e_per_meur is null
                then cast(factor * cast(total_tco2e as double) as decimal(38, 6))
            when valuation_convention <> 'ESA_FYE_PRICE'
                then cast(
                    cast(fund_declared_eur as double) / 1000000 * cast(declared_total_tco2e_per_meur as double)
                    as decimal(38, 6)
                )
        end as total_t,
        coalesce(fund_declared_eur, market_value_eur) as coverable_eur,
        fund_declared_eur,
        waci_declared_eur,
        coalesce(waci_declared_eur, market_value_eur) as revenue_coverable_eur,
        -- million EUR times tonnes per million EUR of revenue
        case
            when declared_intensity_tco2e_per_meur is not null and valuation_convention <> 'ESA_FYE_PRICE'
                then cast(
                    cast(waci_declared_eur as double) / 1000000 * cast(declared_intensity_tco2e_per_meur as double)
                    as decimal(38, 6)
                )
            when factor is not null
                then cast(
                    value_eur / 1000000 * (cast(total_tco2e as double) / (cast(revenue_eur as double) / 1000000))
                    as decimal(38, 6)
                )
        end as revenue_term,
        case when counterparty = 'country' then market_value_eur end as country_eur,
        case when country_intensity_tco2e_per_meur_gdp is not null then market_value_eur end as country_covered_eur,
        cast(
            cast(market_value_eur as double) / 1000000 * country_intensity_tco2e_per_meur_gdp as decimal(38, 6)
        ) as country_term,
        fossil_state,
        agrochemicals_state,
        deforestation_state,
        water_state
    from factored
),

by_portfolio as (
    select measured.*, portfolio_id as holder
    from measured
    union all
    select measured.*, 'ALL' as holder
    from measured
    where is_root
),

summed as (
    select
        as_of_date,
        holder as portfolio_id,
        valuation_convention,
        cast(sum(market_value_eur) as double) / 1000000 as all_meur,
        count(case when is_company then 1 end) as n_companies,
        count(case when counterparty = 'country' then 1 end) as n_countries,
        cast(sum(company_eur) as double) as company_eur,
        cast(sum(country_eur) as double) as country_eur,
        cast(sum(scope_1_t) as double) as scope_1_t,
        cast(sum(case when scope_1_t is not null then market_value_eur end) as double) as scope_1_eur,
        cast(sum(scope_2_t) as double) as scope_2_t,
        cast(sum(case when scope_2_t is not null then market_value_eur end) as double) as scope_2_eur,
        cast(sum(scope_3_t) as double) as scope_3_t,
        cast(sum(case when scope_3_t is not null then market_value_eur end) as double) as scope_3_eur,
        cast(sum(total_t) as double) as total_t,
        cast(sum(case when total_t is not null then coverable_eur end) as double) as total_eur,
        cast(sum(revenue_term) as double) as revenue_term,
        cast(sum(case when revenue_term is not null then revenue_coverable_eur end) as double) as revenue_eur,
        cast(sum(case when total_t is not null then fund_declared_eur end) as double) as total_declared_eur,
        cast(sum(case when revenue_term is not null then waci_declared_eur end) as double) as revenue_declared_eur,
        cast(sum(country_term) as double) as country_term,
        cast(sum(country_covered_eur) as double) as country_covered_eur,
        cast(sum(case when fossil_state = 'yes' then market_value_eur end) as double) as fossil_yes_eur,
        cast(sum(case when fossil_state = 'unknown' then market_value_eur end) as double) as fossil_unknown_eur,
        cast(sum(case when agrochemicals_state = 'yes' then market_value_eur end) as double) as agrochemicals_yes_eur,
        cast(sum(case when agrochemicals_state = 'unknown' then market_value_eur end) as double)
            as agrochemicals_unknown_eur,
        cast(sum(case when deforestation_state = 'yes' then market_value_eur end) as double) as deforestation_yes_eur,
        cast(sum(case when deforestation_state = 'unknown' then market_value_eur end) as double)
            as deforestation_unknown_eur,
        cast(sum(case when water_state = 'yes' then market_value_eur end) as double) as water_yes_eur,
        cast(sum(case when water_state = 'unknown' then market_value_eur end) as double) as water_unknown_eur
    from by_portfolio
    group by as_of_date, holder, valuation_convention
),

-- tonnes (PAI 1), and tonnes or weighted intensities over all investments (PAI 2, 3, 15)
impacts as (
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_1_scope_1' as indicator, 'tCO2e' as unit,
        scope_1_t as amount, cast(null as double) as declared_eur, cast(null as double) as divisor, scope_1_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_1_scope_2' as indicator, 'tCO2e' as unit,
        scope_2_t as amount, cast(null as double) as declared_eur, cast(null as double) as divisor, scope_2_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_1_scope_3' as indicator, 'tCO2e' as unit,
        scope_3_t as amount, cast(null as double) as declared_eur, cast(null as double) as divisor, scope_3_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_1_total' as indicator, 'tCO2e' as unit,
        total_t as amount, total_declared_eur as declared_eur, cast(null as double) as divisor, total_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_2' as indicator, 'tCO2e per million EUR' as unit,
        total_t as amount, total_declared_eur as declared_eur, all_meur as divisor, total_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_3' as indicator,
        'tCO2e per million EUR of revenue' as unit,
        revenue_term as amount, revenue_declared_eur as declared_eur, all_meur as divisor, revenue_eur as covered_eur, company_eur as eligible_eur,
        n_companies as n_eligible
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, 'pai_15' as indicator, 'tCO2e per million EUR of GDP' as unit,
        country_term as amount, cast(null as double) as declared_eur, all_meur as divisor, country_covered_eur as covered_eur, country_eur as eligible_eur,
        n_countries as n_eligible
    from summed
    where valuation_convention = 'RTS_LITERAL'
),

known as (
    select
        as_of_date,
        portfolio_id,
        indicator,
        valuation_convention,
        unit,
        -- nothing that could emit is a known 0, nothing covered is unknown
        case when n_eligible = 0 then 0 else amount end as amount,
        divisor,
        case when covered_eur is null then 0 else covered_eur end as covered_eur,
        case when declared_eur is null then 0 else declared_eur end as declared_eur,
        eligible_eur,
        n_eligible
    from impacts
),

answers as (
    select
        as_of_date, portfolio_id, valuation_convention, all_meur, company_eur, n_companies, 'pai_4' as indicator,
        fossil_yes_eur as yes_eur, fossil_unknown_eur as unknown_eur
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, all_meur, company_eur, n_companies, 't2_8' as indicator,
        water_yes_eur as yes_eur, water_unknown_eur as unknown_eur
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, all_meur, company_eur, n_companies, 't2_9' as indicator,
        agrochemicals_yes_eur as yes_eur, agrochemicals_unknown_eur as unknown_eur
    from summed
    union all
    select
        as_of_date, portfolio_id, valuation_convention, all_meur, company_eur, n_companies, 't2_15' as indicator,
        deforestation_yes_eur as yes_eur, deforestation_unknown_eur as unknown_eur
    from summed
),

-- what nobody answered is null here and 0 there: an empty sum of euros is a known 0
answered as (
    select
        as_of_date,
        portfolio_id,
        valuation_convention,
        indicator,
        all_meur,
        company_eur,
        n_companies,
        case when yes_eur is null then 0 else yes_eur end as yes_eur,
        case when unknown_eur is null then 0 else unknown_eur end as unknown_eur
    from answers
    where valuation_convention = 'RTS_LITERAL'
)

select
    as_of_date,
    portfolio_id,
    indicator,
    valuation_convention,
    case when indicator in ('pai_2', 'pai_3', 'pai_15') then amount / nullif(divisor, 0) else amount end as value,
    unit,
    amount as numerator, -- tonnes; million EUR x intensity; million EUR
    divisor as denominator, -- million EUR of all investments; empty for tonnes
    -- market value covered / market value of the companies (PAI 15: of the sovereigns)
    case when n_eligible > 0 then covered_eur / nullif(eligible_eur, 0) end as coverage_ratio,
    cast(null as double) as unknown_ratio,
    case when n_eligible > 0 then declared_eur / nullif(eligible_eur, 0) end as fund_declared_ratio
from known
union all
select
    as_of_date,
    portfolio_id,
    indicator,
    valuation_convention,
    -- no answer at all is unknown, not "none"
    case
        when n_companies = 0 or unknown_eur < company_eur then yes_eur / 1000000 / nullif(all_meur, 0)
    end as value,
    'ratio' as unit,
    case when n_companies = 0 or unknown_eur < company_eur then yes_eur / 1000000 end as numerator,
    all_meur as denominator,
    case when n_companies > 0 then 1 - unknown_eur / nullif(company_eur, 0) end as coverage_ratio,
    unknown_eur / 1000000 / nullif(all_meur, 0) as unknown_ratio, -- companies without an answer / all investments
    case when n_companies > 0 then cast(0 as double) end as fund_declared_ratio
from answered
