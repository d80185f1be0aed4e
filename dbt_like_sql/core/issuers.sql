-- model:       core.issuers
-- grain:       as_of_date, issuer_id
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       issuers
-- description: One row per issuer. The issuers file wins over what fund files say; its empty cells stay unknown. Of
--              fund files that differ, those with a sector come first, then the first by file name and row.

with ranked as (
    select
        issuers.as_of_date,
        issuers.issuer_id,
        issuers.name as issuer_name,
        issuers.country,
        issuers.sector_scheme,
        issuers.sector_code,
        issuers.is_financial,
        issuers.is_listed,
        issuers.siren,
        issuers.enterprise_size,
        issuers.source_file_id,
        issuers.source_row,
        row_number() over (
            partition by issuers.as_of_date, issuers.issuer_id
            order by
                case when files.dataset = 'holdings' then 1 else 0 end,
                issuers.sector_code is null,
                -- by name, not by digest: a file sent again with another line changed must not change the choice
                files.file,
                issuers.source_row
        ) as preference
    from staging.issuers as issuers
    inner join audit.source_files as files
        on issuers.as_of_date = files.as_of_date
        and issuers.source_file_id = files.source_file_id
)

select
    as_of_date,
    issuer_id,
    issuer_name,
    country,
    sector_scheme,
    sector_code,
    -- financial when said so, else by sector: NACE 64 to 66, GICS sector 40
    coalesce(
        is_financial,
        case
            when sector_scheme = 'gics' then substr(sector_code, 1, 2) = '40'
            when substr(sector_code, 1, 1) between '0' and '9' then substr(sector_code, 1, 2) in ('64', '65', '66')
            -- the letter of finance moved: K in Rev. 2, L in Rev. 2.1, where K is telecommunications
            when sector_scheme = 'nace_2' then substr(sector_code, 1, 1) = 'K'
            when sector_scheme = 'nace_2_1' then substr(sector_code, 1, 1) = 'L'
        end
    ) as is_financial, -- as delivered, else NACE 64-66 or GICS 40
    is_listed,
    siren,
    enterprise_size,
    source_file_id,
    source_row
from ranked
where preference = 1
