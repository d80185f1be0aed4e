-- check:       own_entities_are_known
-- model:       core.attribution
-- severity:    warn
-- description: Entities of the mutual in methodology.yaml (own_entities) are issuers somebody describes or owns something:
--              a slip in an id consolidates nothing, and lines on the right one stay financed.

select entities.as_of_date, entities.issuer_id
from policy.own_entities as entities
left join core.issuers as issuers
    on entities.as_of_date = issuers.as_of_date
    and entities.issuer_id = issuers.issuer_id
left join staging.ownership as links
    on entities.as_of_date = links.as_of_date
    and (entities.issuer_id = links.parent_id or entities.issuer_id = links.child_id)
where issuers.issuer_id is null
    and links.parent_id is null
