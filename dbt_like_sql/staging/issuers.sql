-- model:       staging.issuers
-- kind:        view
-- grain:       as_of_date, source_file_id, source_row
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month. An id that stands for another one (audit.identifier_map)
--              describes the issuer where nothing else does.

with translated as (
    select
        files.as_of_date,
        files.dataset,
        coalesce(ids.issuer_id, facts.issuer_id) as issuer_id,
        facts.name,
        facts.country,
        facts.sector_scheme,
        facts.sector_code,
        facts.is_financial,
        facts.is_listed,
        facts.siren,
        facts.enterprise_size,
        facts.source_file_id,
        facts.source_row,
        ids.issuer_id is null as is_own
    from raw.issuers as facts
    inner join audit.source_files as files on facts.source_file_id = files.source_file_id
    left join audit.identifier_map as ids
        on files.as_of_date = ids.as_of_date
        and ids.used_as = 'issuer'
        and facts.issuer_id = ids.identifier
        -- a description bears no date: it never goes over in a merger, whose rows begin later than this
        and ids.stated_from = cast('1800-01-01' as date)
        and files.as_of_date >= ids.about_from
        and files.as_of_date < ids.about_to
),

told as (
    select
        translated.*,
        max(case when is_own then 1 else 0 end) over (
            partition by as_of_date, issuer_id, dataset = 'holdings'
        ) as is_told_of_itself
    from translated
)

select
    as_of_date,
    issuer_id,
    name,
    country,
    sector_scheme,
    sector_code,
    is_financial,
    is_listed,
    siren,
    enterprise_size,
    source_file_id,
    source_row
from told
-- what is said of the issuer itself stands before what is said of another of its ids
where is_own or is_told_of_itself = 0
