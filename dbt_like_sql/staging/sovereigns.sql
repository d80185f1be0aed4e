-- model:       staging.sovereigns
-- kind:        view
-- grain:       as_of_date, source_file_id, country, year, known_from
-- partition:   as_of_date, monthly
-- owner:       team:impact-data
-- group:       carbon
-- description: Rows of the files that belong to the month, cut to what its run may know.

select
    files.as_of_date,
    facts.country,
    facts.year,
    facts.ghg_excl_lulucf_tco2e,
    facts.ghg_incl_lulucf_tco2e,
    facts.gdp_ppp_intl_usd,
    facts.gdp_nominal_eur,
    facts.source,
    facts.known_from,
    facts.source_file_id,
    facts.source_row
from raw.sovereigns as facts
inner join audit.source_files as files on facts.source_file_id = files.source_file_id
inner join audit.months as months on files.as_of_date = months.as_of_date
where facts.known_from <= months.known_as_of
