-- model:       staging.issuer_emissions
-- kind:        view
-- grain:       as_of_date, source_file_id, source_row
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: Rows of the files that belong to the month, cut to what its run may know. The issuer is the one that the
--              stated id stands for (audit.identifier_map) on the day of receipt and on the last day of the year.

with translated as (
    select
        files.as_of_date,
        coalesce(ids.issuer_id, facts.issuer_id) as issuer_id,
        facts.fiscal_year,
        facts.scope,
        facts.tco2e,
        facts.basis,
        facts.source,
        facts.published_on,
        facts.known_from,
        facts.source_file_id,
        facts.source_row,
        coalesce(ids.is_successor, false) as is_of_predecessor
    from raw.issuer_emissions as facts
    inner join audit.source_files as files on facts.source_file_id = files.source_file_id
    inner join audit.months as months on files.as_of_date = months.as_of_date
    left join audit.identifier_map as ids
        on files.as_of_date = ids.as_of_date
        and ids.used_as = 'issuer'
        and facts.issuer_id = ids.identifier
        and facts.known_from >= ids.stated_from
        and facts.known_from < ids.stated_to
        and make_date(facts.fiscal_year, 12, 31) >= ids.about_from
        and make_date(facts.fiscal_year, 12, 31) < ids.about_to
    where facts.known_from <= months.known_as_of
),

told as (
    select
        translated.*,
        max(case when is_of_predecessor then 0 else 1 end) over (partition by as_of_date, issuer_id) as is_told_of_itself
    from translated
)

select
    as_of_date,
    issuer_id,
    fiscal_year,
    scope,
    tco2e,
    basis,
    source,
    published_on,
    known_from,
    source_file_id,
    source_row
from told
-- what was stated under the id of a company it took over stands in only where nothing was stated of the issuer itself
where not is_of_predecessor or is_told_of_itself = 0
