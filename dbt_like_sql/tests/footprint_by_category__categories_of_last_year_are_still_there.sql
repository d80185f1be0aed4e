-- check:       categories_of_last_year_are_still_there
-- model:       marts.footprint_by_category
-- severity:    warn
-- description: A category that the organisation file has for the year before is there for the year that counts: one that is
--              left out would make the footprint per person smaller without a word (one without a figure makes it unknown).

with counted as (
    select distinct as_of_date, year
    from marts.footprint_by_category
    where year is not null
)

select counted.as_of_date, before.category
from counted
inner join staging.organisation as before
    on counted.as_of_date = before.as_of_date
    and counted.year - 1 = before.year
left join marts.footprint_by_category as found
    on counted.as_of_date = found.as_of_date
    and before.category = found.category
where found.category is null
group by counted.as_of_date, before.category
