"""What the verdict code may not say: the ways in which nothing known quietly becomes zero, "no" or "clear"."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

import impact_pipeline.domain.screening as engine
from impact_pipeline.settings import REPOSITORY

SOURCES = sorted(Path(engine.__path__[0]).glob("*.py"))
SQL = sorted((REPOSITORY / "dbt_like_sql").rglob("*.sql"))
#: Reading one of these makes a query a screening query.
SCREENING = {
    "issuer_verdicts", "verdict_explanations", "position_outcomes", "issuer_headlines", "breaches", "breach_changes",
    "fund_screens", "screening_exposures", "screening_worklist", "screening_expiries",
}  # fmt: skip
CLEAR_WORDS = {"CLEARED", "NOT_APPLICABLE", "COMPLIANT", "F"}

#: (file, function, hazard) -> why it is harmless there. Nothing else is.
ALLOWED = {
    ("applicability.py", "applicability", "drop_nulls"): "names of places for a note; no truth looks at them",
    (
        "claims.py",
        "_with_interval",
        "otherwise 0",
    ): "the lower end of what nobody stated: the widest value",
    ("resolution.py", "_strongest", "otherwise 0"): "a penalty on a rank: no penalty",
    (
        "resolution.py",
        "_statements",
        "drop_nulls",
    ): "roles that were named; an open one is kept apart",
    ("resolution.py", "_with_sources", "drop_nulls"): "names of sources for a sentence",
}
ALLOWED_SQL = {("position_outcomes.sql", "coalesce 2"): "2 is UNKNOWN: a party without a verdict is not decided"}


def hazards(source: str) -> Iterator[tuple[str, str, int]]:
    """Function, hazard and line of everything forbidden in some Python."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, str, int]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef) else function
            if found := _hazard(child):
                yield function, found, getattr(child, "lineno", 0)
            yield from walk(child, inside)

    return walk(ast.parse(source), "")


def _hazard(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return "float"
    if isinstance(node, ast.Attribute) and node.attr in ("Float32", "Float64"):
        return "float"
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    name = node.func.attr
    if name in ("fill_null", "fill_nan", "drop_nulls", "drop_nans", "mean"):
        return name
    if name == "coalesce" and any(_plain(each) is not None for each in node.args if not _is_column(each)):
        return "coalesce with a value"
    if name == "otherwise" and (value := _plain(node.args[0])) in ("True", "0", *CLEAR_WORDS):
        return f"otherwise {value}"
    return None


def _is_column(node: ast.AST) -> bool:
    """``pl.coalesce("a", "b")`` names columns."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _plain(node: ast.AST) -> str | None:
    """The value an expression always has, under the names the engine gives to some; ``None`` when it varies."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return {"FALSE": "F", "TRUE": "True", "UNKNOWN": "U", "ZERO": "0", "ONE": "1", "WHOLE": "100"}.get(node.id)
    if isinstance(node, ast.Call) and node.args:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return _plain(node.args[0]) if called in ("lit", "rank", "Decimal") else None
    return None


def sql_hazards(query: exp.Expression) -> set[str]:
    """Gaps filled with a number, with true, or with a word that frees; ``else`` that frees."""
    defaults = [("coalesce", each) for found in query.find_all(exp.Coalesce) for each in found.expressions]
    defaults += [("else", case.args["default"]) for case in query.find_all(exp.Case) if case.args.get("default")]
    found = set()
    for where, value in defaults:
        plain = value.this if isinstance(value, exp.Literal) else None
        is_number = isinstance(value, exp.Literal) and not value.is_string
        is_true = isinstance(value, exp.Boolean) and value.this
        if plain in CLEAR_WORDS or (where == "coalesce" and (is_number or is_true)):
            found.add(f"{where} {value.sql()}")
    return found


def test_verdict_code_invents_no_values() -> None:
    found = {
        (path.name, function, hazard): line
        for path in SOURCES
        for function, hazard, line in hazards(path.read_text(encoding="utf-8"))
    }
    new = {key: line for key, line in found.items() if key not in ALLOWED}
    assert not new
    assert set(ALLOWED) <= set(found), "no longer needed: take it off the list"


def test_screening_sql_fills_no_gaps() -> None:
    found = set()
    for path in SQL:
        query = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
        if path.stem in SCREENING or {table.name for table in query.find_all(exp.Table)} & SCREENING:
            found |= {(path.name, hazard) for hazard in sql_hazards(query)}
    assert found == set(ALLOWED_SQL)


@pytest.mark.parametrize(
    ("line", "hazard"),
    [
        ("x.fill_null(0)", "fill_null"),
        ("x.fill_nan(None)", "fill_nan"),
        ("frame.drop_nulls('lo')", "drop_nulls"),
        ("pl.coalesce('hi', pl.lit(0))", "coalesce with a value"),
        ("pl.coalesce(pl.col('hi'), ZERO)", "coalesce with a value"),
        ("pl.coalesce('hi', 0)", "coalesce with a value"),
        ("pl.when(a).then(b).otherwise(True)", "otherwise True"),
        ("pl.when(a).then(b).otherwise(rank(FALSE))", "otherwise F"),
        ("pl.when(a).then(b).otherwise(pl.lit(FALSE, dtype=pl.UInt8))", "otherwise F"),
        ("pl.when(a).then(b).otherwise(pl.lit('CLEARED'))", "otherwise CLEARED"),
        ("pl.when(a).then(b).otherwise(Decimal(0))", "otherwise 0"),
        ("pl.col('lo') > 5.0", "float"),
        ("pl.col('lo').cast(pl.Float64)", "float"),
        ("pl.col('lo').mean()", "mean"),
    ],
)
def test_each_hazard_is_seen(line: str, hazard: str) -> None:
    assert [found for _, found, _ in hazards(f"def f():\n    return {line}")] == [hazard]


@pytest.mark.parametrize(
    "line",
    [
        "pl.coalesce('published_on', 'known_from')",
        "pl.coalesce(pl.col('published_on'), pl.col('known_from'))",
        "pl.when(a).then(b).otherwise(rank(UNKNOWN))",
        "pl.when(a).then(b).otherwise(pl.col('plain'))",
        "pl.when(a).then(True).otherwise(False)",
    ],
)
def test_what_is_harmless_is_left_alone(line: str) -> None:
    assert not list(hazards(f"def f():\n    return {line}"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select coalesce(weight, 0) from t", {"coalesce 0"}),
        ("select ifnull(weight, 0) from t", {"coalesce 0"}),
        ("select coalesce(is_clean, true) from t", {"coalesce TRUE"}),
        ("select coalesce(outcome, 'CLEARED') from t", {"coalesce 'CLEARED'"}),
        ("select case when a then b else 'COMPLIANT' end from t", {"else 'COMPLIANT'"}),
        ("select coalesce(outcome, 'UNKNOWN'), case when a then 1 else 0 end from t", set()),
    ],
)
def test_each_sql_hazard_is_seen(query: str, found: set[str]) -> None:
    assert sql_hazards(sqlglot.parse_one(query, read="duckdb")) == found
