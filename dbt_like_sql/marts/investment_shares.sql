-- model:       marts.investment_shares
-- grain:       as_of_date, portfolio_id, indicator, code
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       shares
-- description: Share of strategic investments with a health purpose (over the strategic pocket) and of return-seeking
--              assets in the real economy (over the return pocket), funds looked through. The line's own classification
--              counts first, then its instrument's, its issuer's, then those of the fund lines it comes through, the
--              nearest first. What nobody classified stays in the denominator and gives the upper bound; when that is
--              everything the share is unknown. Sovereigns, cash and derivatives are outside the real economy; an
--              excluded line (issuer, guarantor or underlying) is never part of it. Both sides count assets: a line of negative value (a derivative, an
--              overdraft) is a liability.

with excluded as (
    select as_of_date, portfolio_id, line_id, lookthrough_path, count(*) as n_rules
    from core.position_outcomes
    where outcome = 'EXCLUDED'
    group by as_of_date, portfolio_id, line_id, lookthrough_path
),

positions as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        portfolios.is_root,
        positions.line_id,
        positions.lookthrough_path,
        positions.root_line_id,
        roots.instrument_id as root_instrument_id,
        roots.issuer_id as root_issuer_id,
        positions.instrument_id,
        positions.issuer_id,
        positions.asset_class,
        positions.pocket,
        positions.market_value_eur,
        coalesce(excluded.n_rules > 0, false) as is_excluded
    from core.positions as positions
    inner join core.portfolios as portfolios
        on positions.as_of_date = portfolios.as_of_date
        and positions.portfolio_id = portfolios.portfolio_id
    inner join core.holdings as roots
        on positions.as_of_date = roots.as_of_date
        and positions.portfolio_id = roots.portfolio_id
        and positions.root_line_id = roots.line_id
    left join excluded
        on positions.as_of_date = excluded.as_of_date
        and positions.portfolio_id = excluded.portfolio_id
        and positions.line_id = excluded.line_id
        and positions.lookthrough_path = excluded.lookthrough_path
    where positions.pocket in ('strategic', 'return')
        and positions.market_value_eur >= 0
),

by_indicator as (
    select positions.*, 'strategic_purpose' as indicator
    from positions
    where pocket = 'strategic'
    union all
    select positions.*, 'real_economy' as indicator
    from positions
    where pocket = 'return'
),

classified as (
    select as_of_date, subject_id, kind as indicator, code, share, source_file_id, source_row
    from staging.classifications
    where valid_from <= as_of_date
        and (valid_to is null or as_of_date < valid_to)
        -- a class without its share says nothing yet
        and share is not null
),

subjects as (
    select distinct as_of_date, subject_id, indicator
    from classified
),

-- lines of funds that hold funds, under the first of their names that is classified
inner_fund_lines as (
    select
        holdings.as_of_date,
        holdings.portfolio_id,
        holdings.line_id,
        subjects.indicator,
        subjects.subject_id,
        row_number() over (
            partition by holdings.as_of_date, holdings.portfolio_id, holdings.line_id, subjects.indicator
            order by
                case
                    when subjects.subject_id = holdings.line_id then 1
                    when subjects.subject_id = holdings.instrument_id then 2
                    else 3
                end,
                subjects.subject_id
        ) as preference
    from core.holdings as holdings
    inner join subjects
        on holdings.as_of_date = subjects.as_of_date
        and subjects.subject_id in (holdings.line_id, holdings.instrument_id, holdings.issuer_id)
    where holdings.fund_id is not null
),

-- of the fund lines a position comes through below its root, the nearest that is classified
through as (
    select
        by_indicator.as_of_date,
        by_indicator.portfolio_id,
        by_indicator.line_id,
        by_indicator.lookthrough_path,
        by_indicator.indicator,
        inner_fund_lines.subject_id,
        row_number() over (
            partition by
                by_indicator.as_of_date, by_indicator.portfolio_id, by_indicator.line_id,
                by_indicator.lookthrough_path, by_indicator.indicator
            order by
                instr(
                    by_indicator.lookthrough_path || '>',
                    '>' || inner_fund_lines.portfolio_id || '>' || inner_fund_lines.line_id || '>'
                ) desc,
                inner_fund_lines.subject_id
        ) as nearness
    from by_indicator
    inner join inner_fund_lines
        on by_indicator.as_of_date = inner_fund_lines.as_of_date
        and by_indicator.indicator = inner_fund_lines.indicator
        and instr(
            by_indicator.lookthrough_path || '>',
            '>' || inner_fund_lines.portfolio_id || '>' || inner_fund_lines.line_id || '>'
        ) > 0
    where inner_fund_lines.preference = 1
),

-- which of its names a position is classified under: the most specific one
named as (
    select
        by_indicator.as_of_date,
        by_indicator.portfolio_id,
        by_indicator.is_root,
        by_indicator.line_id,
        by_indicator.lookthrough_path,
        by_indicator.indicator,
        by_indicator.asset_class,
        by_indicator.market_value_eur,
        by_indicator.is_excluded,
        coalesce(
            by_line.subject_id,
            by_instrument.subject_id,
            by_issuer.subject_id,
            through.subject_id,
            by_root_line.subject_id,
            by_root_instrument.subject_id,
            by_root_issuer.subject_id
        ) as subject_id
    from by_indicator
    left join subjects as by_line
        on by_indicator.as_of_date = by_line.as_of_date
        and by_indicator.indicator = by_line.indicator
        and by_indicator.line_id = by_line.subject_id
    left join subjects as by_instrument
        on by_indicator.as_of_date = by_instrument.as_of_date
        and by_indicator.indicator = by_instrument.indicator
        and by_indicator.instrument_id = by_instrument.subject_id
    left join subjects as by_issuer
        on by_indicator.as_of_date = by_issuer.as_of_date
        and by_indicator.indicator = by_issuer.indicator
        and by_indicator.issuer_id = by_issuer.subject_id
    left join through
        on by_indicator.as_of_date = through.as_of_date
        and by_indicator.portfolio_id = through.portfolio_id
        and by_indicator.line_id = through.line_id
        and by_indicator.lookthrough_path = through.lookthrough_path
        and by_indicator.indicator = through.indicator
        and through.nearness = 1
    left join subjects as by_root_line
        on by_indicator.as_of_date = by_root_line.as_of_date
        and by_indicator.indicator = by_root_line.indicator
        and by_indicator.root_line_id = by_root_line.subject_id
    left join subjects as by_root_instrument
        on by_indicator.as_of_date = by_root_instrument.as_of_date
        and by_indicator.indicator = by_root_instrument.indicator
        and by_indicator.root_instrument_id = by_root_instrument.subject_id
    left join subjects as by_root_issuer
        on by_indicator.as_of_date = by_root_issuer.as_of_date
        and by_indicator.indicator = by_root_issuer.indicator
        and by_indicator.root_issuer_id = by_root_issuer.subject_id
),

judged as (
    select
        as_of_date,
        portfolio_id,
        is_root,
        line_id,
        lookthrough_path,
        indicator,
        market_value_eur,
        subject_id,
        case
            when indicator = 'real_economy' and is_excluded then 'outside'
            when subject_id is not null then 'classified'
            when indicator = 'real_economy'
                and asset_class in (
                    'sovereign_bond', 'sub_sovereign_bond', 'supranational_bond', 'cash', 'derivative'
                ) then 'outside'
            else 'unknown'
        end as standing
    from named
),

by_portfolio as (
    select
        as_of_date, portfolio_id, line_id, lookthrough_path, indicator, market_value_eur, subject_id, standing
    from judged
    union all
    select
        as_of_date, 'ALL' as portfolio_id, line_id, lookthrough_path, indicator, market_value_eur, subject_id, standing
    from judged
    where is_root
),

denominators as (
    select
        as_of_date,
        portfolio_id,
        indicator,
        sum(market_value_eur) as denominator_eur,
        sum(case when standing = 'unknown' then market_value_eur else 0 end) as unknown_eur
    from by_portfolio
    group by as_of_date, portfolio_id, indicator
),

counted as (
    select
        by_portfolio.as_of_date,
        by_portfolio.portfolio_id,
        by_portfolio.indicator,
        classified.code,
        cast(cast(by_portfolio.market_value_eur as double) * cast(classified.share as double) as decimal(24, 6))
            as counted_eur
    from by_portfolio
    inner join classified
        on by_portfolio.as_of_date = classified.as_of_date
        and by_portfolio.indicator = classified.indicator
        and by_portfolio.subject_id = classified.subject_id
    where by_portfolio.standing = 'classified'
),

numerators as (
    select as_of_date, portfolio_id, indicator, code, sum(counted_eur) as numerator_eur
    from counted
    group by as_of_date, portfolio_id, indicator, code
    union all
    select
        denominators.as_of_date,
        denominators.portfolio_id,
        denominators.indicator,
        'TOTAL' as code,
        -- nothing classified is a known 0 over a known denominator
        sum(case when counted.counted_eur is null then 0 else counted.counted_eur end) as numerator_eur
    from denominators
    left join counted
        on denominators.as_of_date = counted.as_of_date
        and denominators.portfolio_id = counted.portfolio_id
        and denominators.indicator = counted.indicator
    group by denominators.as_of_date, denominators.portfolio_id, denominators.indicator
)

select
    numerators.as_of_date,
    numerators.portfolio_id,
    numerators.indicator,
    numerators.code,
    -- market value x share of each classification; empty, like the share, when nobody said anything about any of it
    case
        when denominators.unknown_eur < denominators.denominator_eur
            then cast(numerators.numerator_eur as decimal(24, 6))
    end as numerator_eur,
    cast(denominators.denominator_eur as decimal(24, 6)) as denominator_eur, -- whole strategic or return pocket
    cast(denominators.unknown_eur as decimal(24, 6)) as unknown_eur,
    case
        when denominators.unknown_eur < denominators.denominator_eur
            then cast(numerators.numerator_eur as double) / nullif(cast(denominators.denominator_eur as double), 0)
    end as share_ratio,
    cast(numerators.numerator_eur + denominators.unknown_eur as double)
        / nullif(cast(denominators.denominator_eur as double), 0) as share_upper_ratio
from numerators
inner join denominators
    on numerators.as_of_date = denominators.as_of_date
    and numerators.portfolio_id = denominators.portfolio_id
    and numerators.indicator = denominators.indicator
