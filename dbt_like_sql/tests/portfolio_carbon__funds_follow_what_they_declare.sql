-- check:       funds_follow_what_they_declare
-- model:       marts.portfolio_carbon
-- severity:    warn
-- description: A fund that is looked through and declares its own footprint (European ESG Template) says about the same
--              of itself: scopes 1+2 per million EUR, over the covered or over all of its assets, within a factor of 2
--              where both sides cover at least half. A share class declares for the fund that its line names. Look at the
--              fund's lines, its issuers' figures and the unit of the declaration. The lines count.

with share_classes as (
    select as_of_date, fund_id as portfolio_id, instrument_id
    from core.holdings
    where fund_id is not null
        and instrument_id is not null
    union distinct
    select as_of_date, portfolio_id, portfolio_id as instrument_id
    from core.portfolios
)

select
    computed.as_of_date,
    computed.portfolio_id,
    share_classes.instrument_id,
    computed.economic_intensity_tco2e_per_meur,
    declared.carbon_footprint_scope_1_2_tco2e_per_meur
from marts.portfolio_carbon as computed
inner join share_classes
    on computed.as_of_date = share_classes.as_of_date
    and computed.portfolio_id = share_classes.portfolio_id
inner join core.fund_declarations as declared
    on share_classes.as_of_date = declared.as_of_date
    and share_classes.instrument_id = declared.instrument_id
where computed.perimeter = 'corporate'
    and computed.scopes = '1_2'
    and declared.declared_status = 'covered'
    and declared.carbon_footprint_scope_1_2_coverage_ratio >= 0.5
    and computed.coverage_ratio >= 0.5
    and (
        (
            declared.carbon_footprint_scope_1_2_tco2e_per_meur > 2 * computed.economic_intensity_tco2e_per_meur
            and declared.carbon_footprint_scope_1_2_tco2e_per_meur > 2 * computed.pai_2_footprint_tco2e_per_meur
        )
        or (
            2 * declared.carbon_footprint_scope_1_2_tco2e_per_meur < computed.economic_intensity_tco2e_per_meur
            and 2 * declared.carbon_footprint_scope_1_2_tco2e_per_meur < computed.pai_2_footprint_tco2e_per_meur
        )
    )
