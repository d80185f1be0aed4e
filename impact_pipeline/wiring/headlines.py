"""Numbers an analyst follows from month to month: shown as plain metadata, so the UI plots them per partition."""

import datetime as dt

import duckdb

from impact_pipeline.partitions import Window
from impact_pipeline.schemas import Table

#: One query per table: as_of_date, name of the number, the number.
_QUERIES = {
    "marts.portfolio_carbon": """
        select as_of_date, 'corporate economic_intensity_tco2e_per_meur', economic_intensity_tco2e_per_meur
        from marts.portfolio_carbon
        where portfolio_id = 'ALL' and perimeter = 'corporate' and scopes = '1_2'
        union all
        select as_of_date, 'corporate coverage_ratio', coverage_ratio
        from marts.portfolio_carbon
        where portfolio_id = 'ALL' and perimeter = 'corporate' and scopes = '1_2'
        union all
        select as_of_date, 'corporate financed_emissions_tco2e', financed_emissions_tco2e
        from marts.portfolio_carbon
        where portfolio_id = 'ALL' and perimeter = 'corporate' and scopes = '1_2'
    """,
    "core.carbon_change_totals": """
        select as_of_date, metric || ' since ' || strftime(from_date, '%Y-%m'), to_value - from_value
        from core.carbon_change_totals
        where portfolio_id = 'ALL'
    """,
    "marts.sovereign_carbon": """
        select as_of_date, 'financed_emissions_tco2e ' || lulucf, financed_emissions_tco2e
        from marts.sovereign_carbon
        where portfolio_id = 'ALL'
    """,
    "marts.investment_shares": """
        select as_of_date, indicator || ' share_ratio', share_ratio
        from marts.investment_shares
        where portfolio_id = 'ALL' and code = 'TOTAL'
    """,
    "marts.mission_indicators": """
        select as_of_date, indicator_id, value
        from marts.mission_indicators
    """,
    "marts.issuer_headlines": """
        select as_of_date, headline_outcome || ' issuers', count(*)
        from marts.issuer_headlines
        group by as_of_date, headline_outcome
    """,
    "core.position_outcomes": """
        select as_of_date, tested_as || ' decides', count(*)
        from core.position_outcomes
        group by as_of_date, tested_as
    """,
    "marts.breaches": """
        select as_of_date, 'breaching lines', count(*)
        from marts.breaches
        group by as_of_date
        union all
        select as_of_date, position_status || ' lines', count(*)
        from marts.breaches
        group by as_of_date, position_status
    """,
    "marts.breach_changes": """
        select as_of_date, change || ' breaches', count(*)
        from marts.breach_changes
        group by as_of_date, change
    """,
    "marts.fund_screens": """
        select as_of_date, result || ' screens', count(*)
        from marts.fund_screens
        group by as_of_date, result
    """,
    "marts.screening_worklist": """
        select as_of_date, work || ' verdicts', count(*)
        from marts.screening_worklist
        group by as_of_date, work
        union all
        select as_of_date, work || ' verdicts on issuers held', count(*)
        from marts.screening_worklist
        where exposure_eur is not null
        group by as_of_date, work
    """,
    "marts.screening_expiries": """
        select as_of_date, expiry_kind || case when days_left < 0 then ' overdue' else ' due in 90 days' end, count(*)
        from marts.screening_expiries
        group by as_of_date, expiry_kind, days_left < 0
    """,
    "marts.positions": """
        select as_of_date, carbon_status || ' lines', count(*)
        from marts.positions
        group by as_of_date, carbon_status
    """,
    "core.positions": """
        select positions.as_of_date, 'root portfolios market_value_eur', sum(positions.market_value_eur)
        from core.positions as positions
        inner join core.portfolios as portfolios using (as_of_date, portfolio_id)
        where portfolios.is_root
        group by positions.as_of_date
    """,
    "audit.issuer_resolutions": """
        select as_of_date, step || ' lines', sum(line_count)
        from audit.issuer_resolutions
        where dataset = 'holdings'
        group by as_of_date, step
    """,
    "audit.rejected_rows": """
        select as_of_date, rule || ' (' || severity || ')', count(*)
        from audit.rejected_rows
        group by as_of_date, rule, severity
    """,
    "audit.corrections": """
        select as_of_date, 'corrections ' || status, count(*)
        from audit.corrections
        group by as_of_date, status
    """,
}

Numbers = dict[str, dict[str, float]]


def monthly_numbers(connection: duckdb.DuckDBPyConnection, table: Table, covered: Window) -> Numbers:
    """Row count and headline numbers of each month of the window, by partition key."""
    bounds = [covered.start, covered.end]
    numbers: Numbers = {f"{day:%Y-%m}": {"row_count": 0} for day in covered.month_ends}
    if table.partition == "as_of_date":
        counted = connection.execute(
            f"select as_of_date, count(*) from {table.name} where as_of_date >= ? and as_of_date < ? group by all",
            bounds,
        ).fetchall()
        for day, count in counted:
            numbers[f"{day:%Y-%m}"]["row_count"] = count
    else:
        _count_files(connection, table, bounds, numbers)
    query = _QUERIES.get(table.name)
    if query:
        named = f"select * from ({query}) as numbers(as_of_date, name, number)"
        found = connection.execute(f"{named} where as_of_date >= ? and as_of_date < ? order by all", bounds).fetchall()
        for day, name, number in found:
            if number is not None:
                numbers[f"{day:%Y-%m}"][name] = float(number)
    return numbers


def _count_files(connection: duckdb.DuckDBPyConnection, table: Table, bounds: list[dt.date], numbers: Numbers) -> None:
    counted = connection.execute(
        f"""
        select files.as_of_date, count(*)
        from {table.name} as facts
        inner join audit.source_files as files on facts.source_file_id = files.source_file_id
        where files.as_of_date >= ? and files.as_of_date < ?
        group by files.as_of_date
        """,
        bounds,
    ).fetchall()
    for day, count in counted:
        numbers[f"{day:%Y-%m}"]["row_count"] = count
