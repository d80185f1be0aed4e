-- model:       core.own_entities
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Entities of the mutual itself (methodology.yaml, own_entities) and the companies they control, to any
--              depth. Their emissions are scopes 1 to 3 of the group (PCAF Part A, control approach, pp. 26-28): lines
--              on them are consolidated, not financed. The share is summed over all controlled chains.

with recursive links as (
    select
        as_of_date,
        child_id,
        parent_id,
        pct_capital,
        is_controlled,
        row_number() over (
            partition by as_of_date, child_id, parent_id
            order by valid_from desc, coalesce(known_from, valid_from) desc, source_file_id, source_row
        ) as recency
    from staging.ownership
    where valid_from <= as_of_date
        and (valid_to is null or valid_to > as_of_date)
),

chains as (
    select as_of_date, issuer_id, cast(100 as double) as pct_of_chain, 0 as depth
    from policy.own_entities
    union all
    select
        chains.as_of_date,
        links.child_id as issuer_id,
        chains.pct_of_chain * cast(links.pct_capital as double) / 100 as pct_of_chain,
        chains.depth + 1 as depth
    from chains
    inner join links
        on chains.as_of_date = links.as_of_date
        and chains.issuer_id = links.parent_id
    -- companies that control each other go round in a circle: twenty steps are more than any group has
    where links.recency = 1
        and links.is_controlled
        and chains.depth < 20
)

select
    as_of_date,
    issuer_id,
    -- a link without its share adds nothing: the sum is what is known to be owned
    cast(
        case
            when sum(cast(pct_of_chain as decimal(24, 12))) > 100 then 100
            else sum(cast(pct_of_chain as decimal(24, 12)))
        end as decimal(24, 12)
    ) as pct_capital
from chains
group by as_of_date, issuer_id
