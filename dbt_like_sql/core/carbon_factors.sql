-- model:       core.carbon_factors
-- kind:        view
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: What the carbon of a position is a product of: units held, amounts and rates of the line, enterprise value,
--              revenue, rate and emissions of its issuer. Input of the explanation of changes (core.carbon_change_lines),
--              which compares them between two months. What a fund declares of itself is such a product too: the part it
--              covers, over a million EUR, times its tonnes per million EUR invested (or of revenue). A view, because it only puts stored figures side by side.

select
    positions.as_of_date,
    positions.portfolio_id,
    positions.line_id,
    positions.lookthrough_path,
    portfolios.is_root,
    positions.instrument_id,
    positions.issuer_id,
    issuers.sector_code,
    positions.asset_class,
    positions.pocket,
    attribution.is_corporate,
    attribution.is_listed,
    -- units of the fund's line that belong to the portfolio
    cast(holdings.quantity as double) * positions.scale_ratio as units,
    case
        when positions.asset_class in ('corporate_bond', 'covered_bond', 'private_debt', 'loan', 'project_finance')
            then positions.nominal_eur
    end as nominal_eur, -- debt only: what debt is counted in
    coalesce(attribution.fund_declared_eur, attribution.outstanding_eur) as outstanding_eur,
    coalesce(declared.waci_declared_eur, positions.market_value_eur) as market_value_eur,
    holdings.currency as line_currency,
    line_rates.units_per_eur as line_units_per_eur,
    case when attribution.fund_declared_eur is not null then 1000000 else attribution.denominator_eur end
        as denominator_eur,
    case
        when attribution.fund_declared_eur is null then attribution.revenue_eur
        when declared.waci_declared_eur is not null then 1000000
    end as revenue_eur,
    -- of the balance sheet that gave the denominator
    case when attribution.fund_declared_eur is not null then 'EUR' else reports.currency end as issuer_currency,
    case when attribution.fund_declared_eur is not null then 1 else issuer_rates.units_per_eur end
        as issuer_units_per_eur,
    -- never those of whoever runs the fund
    case
        when attribution.fund_declared_eur is null then attribution.scope_1_2_tco2e
        else declared.intensity_scope_1_2_tco2e_per_meur
    end as scope_1_2_tco2e,
    case
        when attribution.fund_declared_eur is null then attribution.attributed_scope_1_2_tco2e
        else declared.declared_scope_1_2_tco2e_per_meur
    end as attributed_scope_1_2_tco2e,
    case
        when attribution.fund_declared_eur is null then attribution.scope_3_tco2e
        else declared.intensity_scope_3_tco2e_per_meur
    end as scope_3_tco2e,
    case
        when attribution.fund_declared_eur is null then attribution.scope_3_tco2e
        else declared.declared_scope_3_tco2e_per_meur
    end as attributed_scope_3_tco2e,
    attribution.financed_scope_1_2_tco2e,
    attribution.financed_scope_3_tco2e
from core.positions as positions
inner join core.portfolios as portfolios
    on positions.as_of_date = portfolios.as_of_date
    and positions.portfolio_id = portfolios.portfolio_id
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
-- what a fund's lines leave unexplained is no line of any file
left join core.holdings as holdings
    on positions.as_of_date = holdings.as_of_date
    and positions.holder_portfolio_id = holdings.portfolio_id
    and positions.line_id = holdings.line_id
left join core.fx_rates as line_rates
    on holdings.as_of_date = line_rates.as_of_date
    and holdings.currency = line_rates.currency
left join core.issuers as issuers
    on positions.as_of_date = issuers.as_of_date
    and positions.issuer_id = issuers.issuer_id
left join core.issuer_financials as financials
    on positions.as_of_date = financials.as_of_date
    and positions.issuer_id = financials.issuer_id
left join raw.issuer_financials as reports
    on financials.source_file_id = reports.source_file_id
    and financials.source_row = reports.source_row
    and financials.issuer_id = reports.issuer_id
left join core.fx_rates as issuer_rates
    on financials.as_of_date = issuer_rates.as_of_date
    and reports.currency = issuer_rates.currency
