"""Small mistakes put into the rule engine, one at a time: a wrong operator, constant, fold, branch or threshold.

Written for this engine because its logic is Polars expressions and rule files. The general tools know neither folds nor
``when`` branches, leave module constants such as the table of proofs alone or edit files in place, and know no rules.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import impact_pipeline.domain.screening as engine

MODULES = (
    *("compiler", "truth", "judging", "verdicts", "resolution", "claims", "deliveries", "applicability"),
    *("ownership", "inheritance", "proxies"),
)
#: Where the words and the shape of the tables are made: no decision is taken there.
WORDS = {"_leaf_count", "_place", "_counterfactual", "_require_exact_numbers", "_parts"}

_COMPARE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BINARY: dict[type, type] = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Sub: ast.Add, ast.Mult: ast.Add}
_NAMES = {
    "TRUE": ["UNKNOWN"], "FALSE": ["UNKNOWN"], "UNKNOWN": ["FALSE", "TRUE"],
    "ZERO": ["ONE"], "ONE": ["ZERO"], "WHOLE": ["ONE"], "NOTHING": ["ZERO"],
    "max": ["min"], "min": ["max"], "OUTDATED": ["UNUSABLE"],
}  # fmt: skip
_ATTRIBUTES = {
    "min_horizontal": "max_horizontal", "max_horizontal": "min_horizontal", "any_horizontal": "all_horizontal",
    "min": "max", "max": "min", "any": "all", "all": "any", "is_null": "is_not_null", "is_not_null": "is_null",
}  # fmt: skip
#: Arguments that decide how polars works, not what comes out.
_SETTINGS = ("maintain_order", "strict", "rechunk", "return_dtype", "dtype")
#: Top-level assignments without logic: types of columns, and the constants themselves.
_NO_LOGIC = (
    "_LEAF_TYPES",
    "_RULE_TYPES",
    "FALSE",
    "TRUTH_TEXT",
    "FOREVER",
    "ONE",
    "ZERO",
    "NOTHING",
    "ISSUERS_AT_ONCE",
    "NO_SETS",
    "UNKNOWN_PARENTS",
    "_LINK_TYPES",
    "_OVERRIDE_TYPES",
    "_RISEN_TYPES",
)
_WORDS = {"anti": "semi", "left": "inner", "last": "first", "first": "last"}


@dataclass(frozen=True)
class Mutant:
    """One mistake: the place by content, not by line, so that it keeps its name when the file grows."""

    name: str
    source: str


def mutants_of(module: str) -> Iterator[Mutant]:
    """Every mistake of one module of the engine, with the whole source that contains it."""
    text = (Path(engine.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")
    seen: Counter[str] = Counter()
    for number in range(len(list(_changes(ast.parse(text))))):
        tree = ast.parse(text)
        function, statement, change = list(_changes(tree))[number]
        before = ast.unparse(statement)
        change()
        told = _difference(before, ast.unparse(statement))
        seen[f"{function}: {told}"] += 1
        place = seen[f"{function}: {told}"]
        suffix = f" ({place})" if place > 1 else ""
        yield Mutant(f"{module}.{function}: {told}{suffix}", ast.unparse(ast.fix_missing_locations(tree)))


def _difference(before: str, after: str) -> str:
    """The words around what changed."""
    start = next(place for place in range(len(before) + 1) if before[:place] != after[:place]) - 1
    end = next(back for back in range(len(before) + 1) if before[-back - 1 :] != after[-back - 1 :])
    left = max(0, start - 40)
    one, other = before[left : len(before) - end + 20], after[left : len(after) - end + 20]
    return " ".join(f"{one} -> {other}".split())


Change = tuple[str, ast.AST, Callable[[], None]]


def _changes(tree: ast.Module) -> Iterator[Change]:
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef):
                    yield from _in_function(inner)
        elif isinstance(statement, ast.FunctionDef):
            yield from _in_function(statement)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if not ast.unparse(target).strip("(").startswith(_NO_LOGIC):
                yield from ((ast.unparse(target), statement, change) for change in _in_expression(statement.value))


def _in_function(function: ast.FunctionDef) -> Iterator[Change]:
    if function.name in WORDS:
        return
    for statement in function.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        yield from ((function.name, statement, change) for change in _in_expression(statement))


def _in_expression(root: ast.AST) -> Iterator[Callable[[], None]]:
    keywords = [node for node in ast.walk(root) if isinstance(node, ast.keyword) and node.arg in _SETTINGS]
    settings = {id(part) for keyword in keywords for part in ast.walk(keyword)}
    for node in ast.walk(root):
        if id(node) not in settings:
            yield from _of_node(node)


def _of_node(node: ast.AST) -> Iterator[Callable[[], None]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARE:
            yield _setter(node, "ops", [_COMPARE[type(operator)]()])
        case ast.BinOp(op=operator) if type(operator) in _BINARY:
            yield _setter(node, "op", _BINARY[type(operator)]())
        case ast.BoolOp(op=operator):
            yield _setter(node, "op", ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            # twice inverted is not inverted
            yield _setter(node, "operand", ast.UnaryOp(ast.Invert(), operand))
        case ast.Constant(value=bool() as value):
            yield _setter(node, "value", not value)
        case ast.Constant(value=int() as value):
            yield _setter(node, "value", value + 1)
        case ast.Constant(value=str() as value) if value in _WORDS:
            yield _setter(node, "value", _WORDS[value])
        case ast.Name(id=name, ctx=ast.Load()) if name in _NAMES:
            yield from (_setter(node, "id", other) for other in _NAMES[name])
        case ast.Call(func=ast.Attribute(attr="when")):
            yield _never(node)
        case ast.Call(func=ast.Attribute(attr="filter")) if node.args:
            yield _setter(node, "args", [_literal(True)])
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield _setter(node, "attr", _ATTRIBUTES[name])


def _setter(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _literal(value: bool) -> ast.expr:
    return ast.parse(f"pl.lit({value})", mode="eval").body


def _never(node: ast.Call) -> Callable[[], None]:
    def change() -> None:
        node.args, node.keywords = [_literal(False)], []

    return change
