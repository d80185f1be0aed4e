-- model:       core.positions
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       holdings
-- description: Lines of every portfolio with funds looked through to any depth. A fund line is replaced by the fund's
--              lines times (line value / fund value); what the fund's lines leave unexplained stays as one line. A fund
--              without lines of its own stays one opaque line. Cycles are refused at the door.

with recursive
-- units of a fund, and lines inside one
lines as (
    select
        holdings.as_of_date,
        holdings.portfolio_id,
        holdings.line_id,
        holdings.instrument_id,
        holdings.instrument_name,
        holdings.asset_class,
        holdings.pocket,
        holdings.issuer_id,
        holdings.underlying_issuer_id,
        holdings.guarantor_id,
        holdings.use_of_proceeds,
        holdings.nominal_eur,
        holdings.book_value_eur,
        holdings.market_value_eur,
        holdings.value_status,
        holdings.source_file_id,
        holdings.source_row,
        funds.portfolio_id as fund_id,
        funds.net_asset_value_eur as fund_value_eur,
        coalesce(holders.kind = 'open_fund', false) as is_in_open_fund
    from core.holdings as holdings
    inner join core.portfolios as holders
        on holdings.as_of_date = holders.as_of_date
        and holdings.portfolio_id = holders.portfolio_id
    left join core.portfolios as funds
        on holdings.as_of_date = funds.as_of_date
        and holdings.fund_id = funds.portfolio_id
        and funds.net_asset_value_eur <> 0
    where funds.portfolio_id is not null
        or not holders.is_root
),

-- most lines are no units of a fund: they go straight through
direct as (
    select holdings.*, coalesce(holders.kind = 'open_fund', false) as is_in_open_fund
    from core.holdings as holdings
    inner join core.portfolios as holders
        on holdings.as_of_date = holders.as_of_date
        and holdings.portfolio_id = holders.portfolio_id
    left join core.portfolios as funds
        on holdings.as_of_date = funds.as_of_date
        and holdings.fund_id = funds.portfolio_id
        and funds.net_asset_value_eur <> 0
    where funds.portfolio_id is null
),

walked as (
    select
        as_of_date,
        portfolio_id,
        line_id as root_line_id,
        portfolio_id as holder_portfolio_id,
        line_id,
        '' as lookthrough_path,
        0 as depth,
        cast(1 as double) as scale_ratio,
        is_in_open_fund,
        pocket,
        fund_id,
        cast(market_value_eur as double) / cast(fund_value_eur as double) as fund_share
    from lines
    where fund_id is not null
    union all
    select
        walked.as_of_date,
        walked.portfolio_id,
        walked.root_line_id,
        lines.portfolio_id as holder_portfolio_id,
        lines.line_id,
        case
            when walked.lookthrough_path = '' then walked.line_id || '>' || walked.fund_id
            else walked.lookthrough_path || '>' || walked.line_id || '>' || walked.fund_id
        end as lookthrough_path,
        walked.depth + 1 as depth,
        walked.scale_ratio * walked.fund_share as scale_ratio,
        walked.is_in_open_fund or lines.is_in_open_fund as is_in_open_fund,
        walked.pocket,
        lines.fund_id,
        case
            when lines.fund_id is not null
                then cast(lines.market_value_eur as double) / cast(lines.fund_value_eur as double)
        end as fund_share
    from walked
    inner join lines
        on walked.as_of_date = lines.as_of_date
        and walked.fund_id = lines.portfolio_id
    -- funds that hold each other are refused at the door; this only keeps a fault there from running for ever
    where walked.depth < 1000
),

leaves as (
    select
        as_of_date, portfolio_id, line_id, '' as lookthrough_path, line_id as root_line_id,
        portfolio_id as holder_portfolio_id, 0 as depth, cast(1 as double) as scale_ratio, is_in_open_fund,
        instrument_id, instrument_name, asset_class, pocket, issuer_id, underlying_issuer_id, guarantor_id,
        use_of_proceeds, nominal_eur, book_value_eur, market_value_eur, value_status, source_file_id, source_row
    from direct
    union all
    select
        walked.as_of_date, walked.portfolio_id, walked.line_id, walked.lookthrough_path, walked.root_line_id,
        walked.holder_portfolio_id, walked.depth, walked.scale_ratio, walked.is_in_open_fund,
        lines.instrument_id, lines.instrument_name, lines.asset_class, walked.pocket, lines.issuer_id,
        lines.underlying_issuer_id, lines.guarantor_id, lines.use_of_proceeds,
        cast(cast(lines.nominal_eur as double) * walked.scale_ratio as decimal(24, 6)) as nominal_eur,
        cast(cast(lines.book_value_eur as double) * walked.scale_ratio as decimal(24, 6)) as book_value_eur,
        cast(cast(lines.market_value_eur as double) * walked.scale_ratio as decimal(24, 6)) as market_value_eur,
        case
            when walked.scale_ratio is null then 'missing_value'
            else lines.value_status
        end as value_status,
        lines.source_file_id, lines.source_row
    from walked
    inner join lines
        on walked.as_of_date = lines.as_of_date
        and walked.holder_portfolio_id = lines.portfolio_id
        and walked.line_id = lines.line_id
    where walked.fund_id is null
),

-- what a fund's lines leave unexplained of its delivered value
unexplained as (
    select
        funds.as_of_date,
        funds.portfolio_id as fund_id,
        coalesce(funds.kind = 'open_fund', false) as is_open_fund,
        cast(
            funds.net_asset_value_eur - sum(holdings.market_value_eur) as decimal(24, 6)
        ) as residual_eur
    from core.portfolios as funds
    inner join core.holdings as holdings
        on funds.as_of_date = holdings.as_of_date
        and funds.portfolio_id = holdings.portfolio_id
    where not funds.is_root
    group by funds.as_of_date, funds.portfolio_id, funds.kind, funds.net_asset_value_eur
    having abs(funds.net_asset_value_eur - sum(holdings.market_value_eur)) >= 0.01
),

residuals as (
    select
        walked.as_of_date,
        walked.portfolio_id,
        walked.line_id || ':residual' as line_id,
        case
            when walked.lookthrough_path = '' then walked.line_id || '>' || walked.fund_id
            else walked.lookthrough_path || '>' || walked.line_id || '>' || walked.fund_id
        end as lookthrough_path,
        walked.root_line_id,
        walked.holder_portfolio_id,
        walked.depth + 1 as depth,
        walked.scale_ratio * walked.fund_share as scale_ratio,
        walked.is_in_open_fund or unexplained.is_open_fund as is_in_open_fund,
        walked.pocket,
        cast(
            cast(unexplained.residual_eur as double) * walked.scale_ratio * walked.fund_share as decimal(24, 6)
        ) as market_value_eur,
        lines.source_file_id,
        lines.source_row
    from walked
    inner join unexplained
        on walked.as_of_date = unexplained.as_of_date
        and walked.fund_id = unexplained.fund_id
    inner join lines
        on walked.as_of_date = lines.as_of_date
        and walked.holder_portfolio_id = lines.portfolio_id
        and walked.line_id = lines.line_id
)

select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    root_line_id,
    holder_portfolio_id,
    cast(depth as bigint) as depth,
    scale_ratio, -- product of (line value / fund value) along the path
    instrument_id,
    instrument_name,
    asset_class,
    pocket, -- of the portfolio's own line, also for what its funds hold
    issuer_id,
    underlying_issuer_id,
    guarantor_id,
    use_of_proceeds,
    asset_class in (
        'listed_equity', 'corporate_bond', 'covered_bond', 'unlisted_equity', 'private_debt', 'loan',
        'project_finance', 'fund', 'securitisation'
    ) as is_screened,
    is_in_open_fund,
    nominal_eur,
    book_value_eur,
    market_value_eur, -- value of the fund's line times scale_ratio
    value_status,
    source_file_id,
    source_row
from leaves
union all
select
    as_of_date,
    portfolio_id,
    line_id,
    lookthrough_path,
    root_line_id,
    holder_portfolio_id,
    cast(depth as bigint) as depth,
    scale_ratio,
    cast(null as varchar) as instrument_id,
    'Unexplained by the lines of the fund' as instrument_name,
    'other' as asset_class,
    pocket,
    cast(null as varchar) as issuer_id,
    cast(null as varchar) as underlying_issuer_id,
    cast(null as varchar) as guarantor_id,
    cast(null as varchar) as use_of_proceeds,
    false as is_screened,
    is_in_open_fund,
    cast(null as decimal(24, 6)) as nominal_eur,
    cast(null as decimal(24, 6)) as book_value_eur,
    market_value_eur,
    'unallocated_fund_value' as value_status,
    source_file_id,
    source_row
from residuals
