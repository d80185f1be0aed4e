-- model:       staging.classifications
-- kind:        view
-- grain:       as_of_date, source_file_id, source_row
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       shares
-- description: Rows of the files that belong to the month. A subject that is another id of an issuer stands for the
--              issuer (audit.identifier_map) where nothing is said of the issuer itself.

with translated as (
    select
        files.as_of_date,
        coalesce(ids.issuer_id, facts.subject_id) as subject_id,
        facts.kind,
        facts.code,
        facts.share,
        facts.valid_from,
        facts.valid_to,
        facts.classified_by,
        facts.rationale,
        facts.evidence_ref,
        facts.source_file_id,
        facts.source_row,
        coalesce(ids.identifier, '') as stated_id
    from raw.classifications as facts
    inner join audit.source_files as files on facts.source_file_id = files.source_file_id
    left join audit.identifier_map as ids
        on files.as_of_date = ids.as_of_date
        and ids.used_as = 'issuer'
        -- the code of a security classifies the security
        and ids.scheme in ('lei', 'siren', 'vendor', 'name')
        and facts.subject_id = ids.identifier
        and facts.valid_from >= ids.stated_from
        and facts.valid_from < ids.stated_to
        and files.as_of_date >= ids.about_from
        and files.as_of_date < ids.about_to
),

told as (
    select
        translated.*,
        min(stated_id) over (partition by as_of_date, subject_id, kind) as first_id
    from translated
)

select
    as_of_date,
    subject_id,
    kind,
    code,
    share,
    valid_from,
    valid_to,
    classified_by,
    rationale,
    evidence_ref,
    source_file_id,
    source_row
from told
-- what is said of the issuer itself, else of the first of its ids: shares of several ids would add up to more than all
where stated_id = first_id
