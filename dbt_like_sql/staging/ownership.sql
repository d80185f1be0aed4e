-- model:       staging.ownership
-- kind:        view
-- grain:       as_of_date, source_file_id, source_row
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know. Both ends are the issuers that
--              the stated ids stand for at the month end (audit.identifier_map): a link is a state, not an event.

select
    files.as_of_date,
    coalesce(children.issuer_id, facts.child_id) as child_id,
    coalesce(parents.issuer_id, facts.parent_id) as parent_id,
    facts.pct_capital,
    facts.is_controlled,
    facts.valid_from,
    facts.valid_to,
    facts.known_from,
    facts.source,
    facts.source_file_id,
    facts.source_row
from raw.ownership as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
left join audit.identifier_map as children
    on files.as_of_date = children.as_of_date
    and children.used_as = 'issuer'
    and facts.child_id = children.identifier
    and files.as_of_date >= children.stated_from
    and files.as_of_date < children.stated_to
    and files.as_of_date >= children.about_from
    and files.as_of_date < children.about_to
left join audit.identifier_map as parents
    on files.as_of_date = parents.as_of_date
    and parents.used_as = 'issuer'
    and facts.parent_id = parents.identifier
    and files.as_of_date >= parents.stated_from
    and files.as_of_date < parents.stated_to
    and files.as_of_date >= parents.about_from
    and files.as_of_date < parents.about_to
where (facts.known_from is null or facts.known_from <= months.known_as_of)
    -- a subsidiary that was merged into its parent is no subsidiary any more
    and not (
        coalesce(children.issuer_id, facts.child_id) = coalesce(parents.issuer_id, facts.parent_id)
        and facts.child_id <> facts.parent_id
    )
