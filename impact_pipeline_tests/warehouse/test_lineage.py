"""Column lineage on queries that parsers find hard; compared with sqlglot's own where that one is right."""

from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage as sqlglot_lineage

from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.lineage import column_lineage, qualified_scope, tables_read, warehouse_schema
from impact_pipeline.warehouse.models import load_models


def trace(sql: str) -> dict[str, list[str]]:
    tree: Any = sqlglot.parse_one(sql, dialect="duckdb")
    return {
        name: [f"{table}.{column}" for table, column in origins]
        for name, origins in column_lineage(qualified_scope(tree)).items()
    }


def reads(sql: str) -> list[str]:
    tree: Any = sqlglot.parse_one(sql, dialect="duckdb")
    return tables_read(tree)


def test_renames_and_expressions_through_steps() -> None:
    found = trace("""
        with steps as (
            select h.line_id as id, h.market_value_eur + h.book_value_eur as total, 1 as one
            from core.holdings as h
        )
        select id, total / 2 as half, one, 'x' as label from steps
    """)
    assert found == {
        "id": ["core.holdings.line_id"],
        "half": ["core.holdings.book_value_eur", "core.holdings.market_value_eur"],
        "one": [],
        "label": [],
    }


def test_unions_follow_positions_and_all_branches() -> None:
    found = trace("""
        select portfolio_id as a, line_id as b from core.holdings
        union all
        select line_id, portfolio_id from core.positions
        union all
        select issuer_id, 'x' from core.issuers
    """)
    assert found["a"] == ["core.holdings.portfolio_id", "core.issuers.issuer_id", "core.positions.line_id"]
    assert found["b"] == ["core.holdings.line_id", "core.positions.portfolio_id"]


def test_unions_by_name_follow_names() -> None:
    found = trace("""
        select portfolio_id as a, line_id as b from core.holdings
        union all by name
        select line_id as b, portfolio_id as a from core.positions
    """)
    assert found["a"] == ["core.holdings.portfolio_id", "core.positions.portfolio_id"]


def test_recursion_follows_both_branches_and_the_way_round() -> None:
    """``carried`` takes the value of ``fund`` one round later: only the recursive branch tells that."""
    found = trace("""
        with recursive walk as (
            select portfolio_id, fund_id as fund, line_id as carried, 0 as depth from core.holdings
            union all
            select w.portfolio_id, p.issuer_id, w.fund, w.depth + 1
            from walk as w inner join core.positions as p on w.fund = p.portfolio_id
        )
        select portfolio_id, fund, carried, depth from walk
    """)
    assert found == {
        "portfolio_id": ["core.holdings.portfolio_id"],
        "fund": ["core.holdings.fund_id", "core.positions.issuer_id"],
        "carried": ["core.holdings.fund_id", "core.holdings.line_id", "core.positions.issuer_id"],
        "depth": [],
    }


def test_windows_count_what_they_order_and_partition_by() -> None:
    found = trace("""
        select line_id, row_number() over (partition by portfolio_id order by market_value_eur desc) as n,
            sum(book_value_eur) over (partition by as_of_date) as total
        from core.holdings
        qualify row_number() over (partition by issuer_id order by line_id) = 1
    """)
    assert found["n"] == ["core.holdings.market_value_eur", "core.holdings.portfolio_id"]
    assert found["total"] == ["core.holdings.as_of_date", "core.holdings.book_value_eur"]
    assert found["line_id"] == ["core.holdings.line_id"]


def test_scalar_and_correlated_subqueries() -> None:
    found = trace("""
        select h.line_id,
            (select max(f.units_per_eur) from core.fx_rates as f where f.currency = h.currency) as rate,
            h.issuer_id in (select issuer_id from core.issuers) as is_known,
            case
                when exists (select 1 from core.portfolios as p where p.portfolio_id = h.fund_id)
                    then h.pocket
            end as p
        from core.holdings as h
    """)
    assert found["rate"] == ["core.fx_rates.units_per_eur"]
    assert found["is_known"] == ["core.holdings.issuer_id", "core.issuers.issuer_id"]
    assert found["p"] == ["core.holdings.pocket"]


def test_derived_tables_values_and_unnest() -> None:
    found = trace("""
        select d.line_id, v.code, u.word
        from (select line_id, rules from (select line_id, issuer_name as rules from marts.positions)) as d
        cross join (values ('a'), ('b')) as v(code)
        cross join unnest(string_split(d.rules, ',')) as u(word)
    """)
    assert found["line_id"] == ["marts.positions.line_id"]
    assert found["code"] == []
    assert found["word"] == ["marts.positions.issuer_name"]


def test_a_name_used_for_a_step_and_a_table_is_not_mixed_up() -> None:
    sql = """
        with holdings as (select portfolio_id, issuer_id as line_id from core.positions)
        select holdings.line_id, h.line_id as other
        from holdings inner join core.holdings as h using (portfolio_id)
    """
    assert trace(sql) == {"line_id": ["core.positions.issuer_id"], "other": ["core.holdings.line_id"]}
    assert reads(sql) == ["core.holdings", "core.positions"]


def test_a_star_inside_is_expanded() -> None:
    found = trace("with everything as (select * from core.fx_rates) select currency from everything")
    assert found == {"currency": ["core.fx_rates.currency"]}


def test_where_the_tree_does_not_tell_every_column_read_is_named() -> None:
    """A column whose way is lost is said to come from everything the query reads, never from nothing."""
    tree: Any = sqlglot.parse_one("select line_id, line_id || pocket as x from core.holdings", dialect="duckdb")
    scope = qualified_scope(tree)
    for column in list(scope.find_all(exp.Column)):
        if column.name == "pocket":
            column.set("table", exp.to_identifier("nowhere"))
    assert column_lineage(scope) == {
        "line_id": [("core.holdings", "line_id")],
        "x": [("core.holdings", "line_id")],
    }
    scope.sources["nowhere"] = scope.sources["holdings"]
    assert column_lineage(scope)["x"] == [("core.holdings", "line_id"), ("core.holdings", "pocket")]


def test_dependencies_inside_recursion_and_subqueries() -> None:
    assert reads("""
        with recursive walk as (
            select portfolio_id from core.holdings
            union all
            select w.portfolio_id from walk as w
            where w.portfolio_id in (select portfolio_id from core.portfolios where is_root)
        )
        select (select count(*) from audit.months) as n from walk
    """) == ["audit.months", "core.holdings", "core.portfolios"]


def test_nothing_that_sqlglot_finds_is_missed() -> None:
    """On every model: ours finds at least the stored columns that sqlglot's own lineage finds."""
    for model in list(load_models(SQL_MODELS).values()):
        scope = qualified_scope(model.tree)
        ours = column_lineage(scope)
        for column in list(ours)[::9]:
            node = sqlglot_lineage(
                column,
                model.sql,
                schema=warehouse_schema(),
                scope=scope,
                dialect="duckdb",
                trim_selects=False,
            )
            theirs = {
                (f"{leaf.source.db}.{leaf.source.name}", leaf.name.split(".")[-1])
                for leaf in node.walk()
                if isinstance(leaf.source, exp.Table) and leaf.source.db
            }
            assert theirs <= set(ours[column]), f"{model.name}.{column}"
