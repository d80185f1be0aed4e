"""The tables of docs/first_real_run.md, read from the readers' snapshot of the run."""

import re
from collections import Counter
from decimal import Decimal

import duckdb

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests

#: A table of the page stands between these two comments.
BLOCK = re.compile(r"(<!-- table: (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)

LINES = """
    select
        positions.asset_class,
        count(*) as lines,
        sum(positions.market_value_eur) as value,
        sum(positions.market_value_eur) / sum(sum(positions.market_value_eur)) over () as share,
        count(emissions.issuer_id) as told_lines
    from marts.positions as positions
    left join core.issuer_emissions as emissions using (as_of_date, issuer_id)
    group by positions.asset_class
    order by value desc, positions.asset_class
"""
COVERAGE = """
    select perimeter, market_value_eur, eligible_value_eur, covered_value_eur, coverage_ratio,
        financed_emissions_tco2e, waci_tco2e_per_meur, data_quality_score
    from marts.portfolio_carbon
    where portfolio_id = 'ALL' and scopes = '1_2'
    order by eligible_value_eur desc, perimeter
"""
SUMMARY = """
    select
        count(*) as lines,
        count(distinct positions.issuer_id) as issuers,
        sum(positions.market_value_eur) as value,
        count(distinct emissions.issuer_id) as told,
        coalesce(sum(positions.market_value_eur) filter (is_told), 0) as told_value,
        coalesce(sum(attribution.outstanding_eur) filter (is_told), 0)
            / sum(attribution.outstanding_eur) filter (attribution.is_corporate) as told_share,
        count(*) filter (attribution.carbon_status = 'covered') as covered
    from marts.positions as positions
    inner join core.attribution as attribution using (as_of_date, portfolio_id, line_id, lookthrough_path)
    left join core.issuer_emissions as emissions using (as_of_date, issuer_id)
    cross join lateral (select emissions.issuer_id is not null and attribution.is_corporate as is_told)
"""
REASONS = """
    select
        positions.carbon_status,
        count(*) as lines,
        sum(positions.market_value_eur) as value,
        sum(positions.market_value_eur) / sum(sum(positions.market_value_eur)) over () as share,
        count(*) filter (emissions.issuer_id is not null) as told_lines,
        coalesce(sum(positions.market_value_eur) filter (emissions.issuer_id is not null), 0) as told_value
    from marts.positions as positions
    left join core.issuer_emissions as emissions using (as_of_date, issuer_id)
    group by positions.carbon_status
    order by value desc, positions.carbon_status
"""
HELD = """
    select
        positions.issuer_name,
        sum(positions.market_value_eur) as value,
        emissions.fiscal_year,
        emissions.scope_1_tco2e,
        emissions.scope_2_tco2e,
        emissions.scope_2_basis,
        emissions.scope_3_tco2e,
        emissions.score_1_2,
        financials.fiscal_year as revenue_year,
        financials.revenue_eur,
        any_value(positions.carbon_status) as carbon_status
    from marts.positions as positions
    inner join core.issuer_emissions as emissions using (as_of_date, issuer_id)
    left join core.issuer_financials as financials using (as_of_date, issuer_id)
    where positions.asset_class not in ('cash', 'derivative')
    group by all
    order by value desc
"""
REVENUE = """
    select
        issuers.issuer_name,
        exists(select 1 from marts.positions as held where held.issuer_id = flagged.issuer_id) as is_held,
        financials.fiscal_year,
        stated.revenue,
        stated.currency,
        emissions.scope_1_tco2e,
        emissions.scope_2_tco2e,
        cast(coalesce(emissions.scope_1_tco2e, 0) + coalesce(emissions.scope_2_tco2e, 0) as double)
            / (cast(financials.revenue_eur as double) / 1000000) as intensity
    from ({query}) as flagged
    inner join core.issuer_financials as financials using (as_of_date, issuer_id)
    inner join core.issuer_emissions as emissions using (as_of_date, issuer_id)
    inner join core.issuers as issuers using (as_of_date, issuer_id)
    inner join staging.issuer_financials as stated
        on financials.source_file_id = stated.source_file_id and financials.source_row = stated.source_row
    order by is_held desc, stated.revenue, issuers.issuer_name
"""
REJECTED = """
    select rule, severity, dataset, "column", count(*) as n, min(reason) as reason,
        string_agg(distinct cast(value as varchar), ', ' order by cast(value as varchar)) as listed
    from audit.rejected_rows
    group by rule, severity, dataset, "column"
    order by rule, dataset
"""
SENTENCE = (
    "{0} lines of {1} issuers and counterparties, {2:,.0f} EUR. Klimatkollen knows {3} of the issuers: {4:,.0f} EUR of"
    " shares and bonds, {5:.2%} of the eligible amount. Lines covered: {6}."
)
INDICATORS = "select indicator_id, value, coverage_ratio, status from marts.mission_indicators order by indicator_id"


def of_run(snapshot, answer, links, left_out):
    """Markdown tables by name. ``answer`` is what ``impact run --json`` said."""
    with duckdb.connect(str(snapshot), read_only=True) as connection:

        def rows(sql):
            return connection.execute(sql).fetchall()

        checks = {f"{test.model}: {test.claim}": test for test in load_tests(SQL_MODELS / "tests")}
        held = {issuer for (issuer,) in rows("select distinct issuer_id from marts.positions")}
        names = dict(rows("select issuer_id, issuer_name from core.issuers"))
        revenue = checks["core.attribution: revenue_fits_emissions"].query
        return {
            "summary": SENTENCE.format(*rows(SUMMARY)[0]),
            "matches": _matches(links),
            "lines": markdown(
                ["asset class", "lines", "EUR", "share of value", "lines whose issuer has emissions"],
                [(name, n, euros(v), percent(s), told) for name, n, v, s, told in rows(LINES)],
            ),
            "coverage": markdown(
                ["perimeter", "EUR", "eligible EUR", "covered EUR", "coverage", "financed tCO2e", "WACI", "score"],
                [(name, *map(euros, money), percent(ratio), *map(unknown, (financed, waci, score)))
                 for name, *money, ratio, financed, waci, score in rows(COVERAGE)],
            ),
            "reasons": markdown(
                ["carbon_status", "lines", "EUR", "share of value", "lines with emissions", "EUR with emissions"],
                [(s, n, euros(v), percent(share), told, euros(w)) for s, n, v, share, told, w in rows(REASONS)],
            ),
            "held": _held(rows(HELD)),
            "checks": _checks(answer, checks, rows, held, names),
            "revenue": _revenue(rows(REVENUE.format(query=revenue))),
            "rejected": markdown(
                ["rule", "severity", "dataset: column", "rows", "values", "what it says"],
                [(rule, severity, f"{dataset}: {column}", n, shortened(listed), reason)
                 for rule, severity, dataset, column, n, reason, listed in rows(REJECTED)],
            ),
            "left out": _left_out(left_out, links),
            "indicators": markdown(
                ["indicator", "value", "coverage", "status"],
                [(name, unknown(value), percent(ratio), status) for name, value, ratio, status in rows(INDICATORS)],
            ),
        }  # fmt: skip


def renewed(page, found):
    """The page with its tables as computed now."""
    return BLOCK.sub(lambda block: f"{block[1]}{found[block['name']]}\n{block[3]}", page)


def _matches(links):
    pairs = [
        (
            link.vendor_name,
            link.wikidata_id,
            link.issuer_name,
            link.issuer_id,
            link.decision,
            link.figures_of,
            link.note,
        )
        for link in links
    ]
    return markdown(["vendor", "Wikidata", "issuer of the fund", "LEI", "decision", "figures of", "why"], pairs)


def _held(rows):
    header = [
        "issuer",
        "EUR",
        "fiscal year",
        "scope 1",
        "scope 2",
        "scope 3",
        "score",
        "revenue, M EUR",
        "carbon_status",
    ]
    return markdown(
        header,
        [
            (
                name, euros(value), year, tonnes(first), f"{tonnes(second)} ({basis})", tonnes(third), unknown(score),
                "unknown" if revenue is None else f"{revenue / 10**6:,.4f} ({revenue_year})", status,
            )
            for name, value, year, first, second, basis, third, score, revenue_year, revenue, status in rows
        ],
    )  # fmt: skip


def _checks(answer, checks, rows, held, names):
    """One row for each check that the command says did not pass, with every issuer it lists."""
    found = []
    for failed in answer["failed_checks"]:
        test = checks[f"{failed['asset']}: {failed['name']}"]
        key = next(name for name in ("issuer_id", "line_id", "rule") if name in test.tree.named_selects)
        listed = [each for (each,) in rows(f"select {key} from (\n{test.query}\n) order by {key}")]
        ours = sorted(names.get(each, each) for each in listed if each in held or key == "line_id")
        if key == "rule":
            ours = [f"{rule} ({count})" for rule, count in sorted(Counter(listed).items())]
        others = sorted(names[each] for each in listed if each not in held and key == "issuer_id")
        severity = "blocks" if failed["blocking"] else "warning"
        title = f"{failed['asset']}: {failed['name']}"
        short = ", ".join(others) if len(others) <= 10 else f"{len(others)} companies (listed below)"
        found.append((title, severity, len(listed), ", ".join(ours) or "none", short or "none"))
    passed = answer["n_checks"] - len(found)
    table = markdown(["check", "severity", "issuers, lines or cells", "held by the fund", "not held"], found)
    return f"{table}\n\n{passed} of {answer['n_checks']} checks passed."


def _revenue(rows):
    return markdown(
        ["company", "held", "fiscal year", "revenue as stated", "scope 1 t", "scope 2 t", "t per M EUR of revenue"],
        [
            (name, "yes" if is_held else "", year, f"{revenue.normalize():,f} {currency}", tonnes(first),
             tonnes(second), "no revenue" if not revenue else significant(intensity))
            for name, is_held, year, revenue, currency, first, second, intensity in rows
        ],
    )  # fmt: skip


def _left_out(left_out, links):
    held = {link.wikidata_id for link in links if link.decision == "same"}
    counts = Counter(each.reason for each in left_out)
    ours = {
        reason: ", ".join(f"{each.company} {each.year}" for each in left_out
                          if each.reason == reason and each.wikidata_id in held)
        for reason in counts
    }  # fmt: skip
    return markdown(
        ["reason", "figures", "of issuers held"], [(reason, n, ours[reason] or "none") for reason, n in counts.items()]
    )


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def unknown(value):
    return "unknown" if value is None else str(value) if isinstance(value, int) else f"{value:,.4g}"


def euros(value):
    return "unknown" if value is None else f"{value.quantize(Decimal(1)):,}"


def tonnes(value):
    return "unknown" if value is None else f"{value.normalize():,f}"


def percent(ratio):
    return "unknown" if ratio is None else f"{ratio:.2%}"


def significant(value):
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.4g}"


def shortened(listed):
    values = [each.removesuffix(".000000") for each in (listed or "").split(", ")]
    return ", ".join(values) if listed else "empty"
