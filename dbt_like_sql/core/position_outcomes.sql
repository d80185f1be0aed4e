-- model:       core.position_outcomes
-- grain:       as_of_date, portfolio_id, line_id, lookthrough_path, rule_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       screening
-- description: What each rule says of each position: the worst outcome of its issuer, its guarantor and, when the rule
--              says so, the company whose shares it can be exchanged for. Derivatives are tested by their underlying
--              alone, never by the counterparty; cash is not tested. Whoever has no verdict is UNKNOWN; so is a line
--              whose issuer nobody knows. A line outside the rule's scope (pocket, asset class) is NOT_APPLICABLE. One
--              row per position: nothing is netted against shorts or hedges.

with verdicts as (
    select
        verdicts.as_of_date,
        verdicts.issuer_id,
        verdicts.rule_id,
        verdicts.override_id,
        verdicts.outcome_rank,
        case when overrides.from_outcome = 'EXCLUDED' then verdicts.override_id end as derogation_id
    from core.issuer_verdicts as verdicts
    left join policy.overrides as overrides
        on verdicts.as_of_date = overrides.as_of_date
        and verdicts.override_id = overrides.override_id
        and overrides.is_in_force
),

-- every screened line beside every rule, and whether the rule is about such a line
scoped as (
    select
        positions.as_of_date,
        positions.portfolio_id,
        positions.line_id,
        positions.lookthrough_path,
        positions.asset_class,
        positions.use_of_proceeds,
        positions.is_screened,
        positions.issuer_id,
        positions.guarantor_id,
        positions.underlying_issuer_id,
        positions.market_value_eur,
        rules.rule_id,
        rules.eu_green_bond,
        rules.other_uop,
        rules.exchangeable,
        (rules.scope_pockets is null or ',' || rules.scope_pockets || ',' like '%,' || positions.pocket || ',%')
        and (
            rules.scope_asset_classes is null
            or ',' || rules.scope_asset_classes || ',' like '%,' || positions.asset_class || ',%'
        ) as is_in_scope
    from core.positions as positions
    inner join policy.rules as rules on positions.as_of_date = rules.as_of_date
    where positions.asset_class <> 'cash'
),

parties as (
    select
        scoped.*,
        case when is_in_scope and asset_class <> 'derivative' then issuer_id end as tested_issuer_id,
        case when is_in_scope and asset_class <> 'derivative' then guarantor_id end as tested_guarantor_id,
        case
            when is_in_scope and (asset_class = 'derivative' or exchangeable = 'issuer_and_underlying')
                then underlying_issuer_id
        end as tested_underlying_id
    from scoped
),

-- rank 2 is UNKNOWN: a party without a verdict, and the issuer nobody knows; -1: no such party
asked as (
    select
        parties.*,
        issuers.override_id as issuer_override_id,
        guarantors.override_id as guarantor_override_id,
        underlyings.override_id as underlying_override_id,
        coalesce(issuers.derogation_id, guarantors.derogation_id, underlyings.derogation_id) as derogation_id,
        case
            when issuers.derogation_id is not null then parties.tested_issuer_id
            when guarantors.derogation_id is not null then parties.tested_guarantor_id
            when underlyings.derogation_id is not null then parties.tested_underlying_id
        end as derogated_issuer_id,
        case
            when parties.tested_issuer_id is null then -1
            else coalesce(issuers.outcome_rank, 2)
        end as issuer_rank,
        case
            when parties.tested_guarantor_id is null then -1
            else coalesce(guarantors.outcome_rank, 2)
        end as guarantor_rank,
        case
            when parties.tested_underlying_id is null then -1
            else coalesce(underlyings.outcome_rank, 2)
        end as underlying_rank,
        case
            when not parties.is_in_scope then 0
            when parties.is_screened and parties.tested_issuer_id is null then 2
            else -1
        end as nobody_rank
    from parties
    left join verdicts as issuers
        on parties.as_of_date = issuers.as_of_date
        and parties.tested_issuer_id = issuers.issuer_id
        and parties.rule_id = issuers.rule_id
    left join verdicts as guarantors
        on parties.as_of_date = guarantors.as_of_date
        and parties.tested_guarantor_id = guarantors.issuer_id
        and parties.rule_id = guarantors.rule_id
    left join verdicts as underlyings
        on parties.as_of_date = underlyings.as_of_date
        and parties.tested_underlying_id = underlyings.issuer_id
        and parties.rule_id = underlyings.rule_id
    where parties.is_screened
        or parties.tested_issuer_id is not null
        or parties.tested_guarantor_id is not null
        or parties.tested_underlying_id is not null
),

worst as (
    select
        asked.*,
        greatest(issuer_rank, guarantor_rank, underlying_rank, nobody_rank) as outcome_rank
    from asked
),

decided as (
    select
        worst.*,
        case
            when issuer_rank = outcome_rank then 'issuer'
            when guarantor_rank = outcome_rank then 'guarantor'
            when underlying_rank = outcome_rank then 'underlying'
            when is_in_scope then 'none'
            else 'out_of_scope'
        end as tested_as,
        case
            when issuer_rank = outcome_rank then tested_issuer_id
            when guarantor_rank = outcome_rank then tested_guarantor_id
            when underlying_rank = outcome_rank then tested_underlying_id
        end as deciding_issuer_id,
        case
            when issuer_rank = outcome_rank then issuer_override_id
            when guarantor_rank = outcome_rank then guarantor_override_id
            when underlying_rank = outcome_rank then underlying_override_id
        end as override_id,
        -- bonds that are exempt by their use of proceeds, unless what they can be exchanged for is excluded
        case
            when outcome_rank <> 5 or underlying_rank = 5 then null
            when asset_class not in ('corporate_bond', 'covered_bond', 'private_debt', 'loan') then null
            when use_of_proceeds = 'eu_green_bond' and eu_green_bond = 'exempt' then 'eu_green_bond'
            when use_of_proceeds in ('green', 'social', 'sustainability') and other_uop = 'exempt'
                then 'use_of_proceeds'
        end as claimed_exemption
    from worst
),

-- issuers excluded by a rule that takes the exemption of another rule back
barred as (
    select distinct rules.as_of_date, rules.rule_id, verdicts.issuer_id
    from policy.rules as rules
    inner join verdicts
        on rules.as_of_date = verdicts.as_of_date
        and ',' || rules.exempt_unless || ',' like '%,' || verdicts.rule_id || ',%'
    where verdicts.outcome_rank = 5
)

select
    decided.as_of_date,
    decided.portfolio_id,
    decided.line_id,
    decided.lookthrough_path,
    decided.rule_id,
    decided.issuer_id,
    decided.deciding_issuer_id as tested_issuer_id, -- the worst; of equals issuer, guarantor, underlying
    decided.tested_as,
    case decided.outcome_rank
        when 0 then 'NOT_APPLICABLE'
        when 1 then 'CLEARED'
        when 2 then 'UNKNOWN'
        when 3 then 'ENGAGEMENT'
        when 4 then 'WATCHLIST'
        when 5 then 'EXCLUDED'
    end as outcome,
    decided.outcome_rank,
    case when barred.issuer_id is null then decided.claimed_exemption end as exemption, -- as the rule allows
    decided.override_id,
    case when decided.outcome_rank < 5 then decided.derogation_id end as derogation_id,
    case when decided.outcome_rank < 5 then decided.derogated_issuer_id end as derogated_issuer_id,
    decided.market_value_eur
from decided
left join barred
    on decided.as_of_date = barred.as_of_date
    and decided.rule_id = barred.rule_id
    and decided.deciding_issuer_id = barred.issuer_id
