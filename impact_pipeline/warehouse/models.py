"""The files of ``dbt_like_sql/``: one plain ``select`` each, with a header for what a parser cannot know."""

import difflib
import functools
import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from impact_pipeline.errors import ModelHeaderError
from impact_pipeline.schemas import TABLES, Table
from impact_pipeline.warehouse.header import Header, read_header, short_name
from impact_pipeline.warehouse.lineage import Origin, column_lineage, qualified_scope, tables_read

MODEL_LAYERS = ("staging", "core", "marts")
GROUPS = ("inputs", "holdings", "issuers", "screening", "carbon", "shares", "publication")
KINDS = ("table", "view")
SEVERITIES = ("error", "warn")


@dataclass(frozen=True)
class _SqlFile:
    """What models and tests share: a file with one query."""

    name: str
    path: Path
    sql: str
    description: str
    table: Table
    tree: exp.Query = field(repr=False, compare=False)

    @property
    def depends_on(self) -> list[str]:
        """Stored tables the query reads, ``layer.table``."""
        return tables_read(self.tree)

    @property
    def query(self) -> str:
        """The file without its final semicolon, ready to stand in brackets."""
        return self.sql.strip().rstrip(";")

    @functools.cached_property
    def code_version(self) -> str:
        """Changes when the query changes, not when only comments or layout do."""
        return hashlib.sha256(self.tree.sql(dialect="duckdb", comments=False).encode()).hexdigest()[:12]

    def to_spark(self) -> str:
        """The query in Spark SQL.

        Raises:
            ModelHeaderError: a construct that Spark does not have, or that sqlglot warns about.
        """
        with _logged_warnings() as problems:
            try:
                spark = self.tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE, pretty=True, comments=False)
            except SqlglotError as error:
                problems.append(str(error))
        problems += _silently_kept(self.tree)
        if problems:
            raise ModelHeaderError(f"{short_name(self.path)}: not portable to Spark SQL: {'; '.join(problems)}")
        return spark


@dataclass(frozen=True)
class SqlModel(_SqlFile):
    """A model: the query that makes one table or view."""

    grain: tuple[str, ...] = ()
    partition: str = "as_of_date"
    kind: str = "table"
    owner: str = ""
    group: str = ""
    column_comments: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def lineage(self) -> dict[str, list[Origin]]:
        """Upstream columns of each column."""
        return _lineage(self)


@dataclass(frozen=True)
class SqlTest(_SqlFile):
    """A check: the query returns the bad rows of ``table``; no row = the claim holds."""

    claim: str = ""
    severity: str = "error"

    @property
    def model(self) -> str:
        """Name of the table the check is about."""
        return self.table.name


def load_models(folder: Path) -> dict[str, SqlModel]:
    """Read every model below ``folder`` (``staging/``, ``core/``, ``marts/``), by name.

    Raises:
        ModelHeaderError: a header or final select list that does not agree with its schema.
    """
    files = (path for layer in MODEL_LAYERS for path in sorted((folder / layer).glob("*.sql")))
    return {model.name: model for model in map(_load_model, files)}


def load_tests(folder: Path) -> list[SqlTest]:
    """Read every check in ``folder`` (``dbt_like_sql/tests``)."""
    return [_load_test(path) for path in sorted(folder.glob("*.sql"))]


def topological_order(models: Mapping[str, SqlModel]) -> list[SqlModel]:
    """Models after everything they read; same order on every call.

    Raises:
        ModelHeaderError: models that read each other in a circle.
    """
    graph = {name: [other for other in models[name].depends_on if other in models] for name in sorted(models)}
    try:
        return [models[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ModelHeaderError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from error


def _load_model(path: Path) -> SqlModel:
    text = path.read_text(encoding="utf-8")
    header = read_header(
        path, text, ("model", "grain", "partition", "owner", "group", "description"), ("kind", "schema")
    )
    name = f"{path.parent.name}.{path.stem}"
    if header.values["model"] != name:
        raise header.error("model", f"model is {header.values['model']!r}; folder and file name say {name!r}")
    table = _table(header, "schema" if "schema" in header.values else "model")
    if header.words("grain") != table.grain:
        raise header.error("grain", f"grain is {header.values['grain']!r}; the schema says {', '.join(table.grain)}")
    if header.words("partition")[0] != table.partition:
        raise header.error("partition", f"partition is {header.values['partition']!r}; expected {table.partition}")
    kind = header.choice("kind", KINDS, "table")
    if (kind == "view") != table.is_view:
        raise header.error("kind", f"kind is {kind!r}; the schema says {KINDS[table.is_view]!r}")
    tokens, tree = _parse(header, text)
    if tree.named_selects != table.column_names:
        raise header.error("model", _columns_problem(tree.named_selects, table))
    return SqlModel(
        name=name,
        path=path,
        sql=text,
        description=header.values["description"],
        table=table,
        tree=tree,
        grain=table.grain,
        partition=table.partition,
        kind=kind,
        owner=header.values["owner"],
        group=header.choice("group", GROUPS),
        column_comments=_trailing_comments(tokens, text, tree.named_selects),
    )


def _load_test(path: Path) -> SqlTest:
    text = path.read_text(encoding="utf-8")
    header = read_header(path, text, ("check", "severity", "description", "model"))
    table = _table(header, "model")
    about, separator, claim = path.stem.partition("__")
    if not separator or about != table.name.split(".")[1]:
        raise header.error("model", f"the file must be named {table.name.split('.')[1]}__<claim>.sql")
    if header.values["check"] not in (claim, path.stem, f"{table.name}__{claim}"):
        raise header.error("check", f"check is {header.values['check']!r}; the file name says {claim!r}")
    _, tree = _parse(header, text)
    if table.partition not in tree.named_selects:
        raise header.error("check", f"the bad rows must carry {table.partition}, so that they belong to a month")
    return SqlTest(
        name=path.stem,
        path=path,
        sql=text,
        description=header.values["description"],
        table=table,
        tree=tree,
        claim=claim,
        severity=header.choice("severity", SEVERITIES),
    )


def _table(header: Header, key: str) -> Table:
    name = header.values[key]
    if name not in TABLES:
        near = difflib.get_close_matches(name, TABLES, 1)
        raise header.error(key, f"no table {name!r} in the schemas{f'; did you mean {near[0]}?' if near else ''}")
    return TABLES[name]


def _parse(header: Header, text: str) -> tuple[list[Token], exp.Query]:
    dialect = sqlglot.Dialect.get_or_raise("duckdb")
    try:
        tokens = dialect.tokenize(text)
        statements = [tree for tree in dialect.parser().parse(tokens, text) if tree is not None]
    except SqlglotError as error:
        raise ModelHeaderError(f"{header.file}: not valid SQL: {error}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelHeaderError(f"{header.file}: found {len(statements)} statements; expected one select")
    tree = statements[0]
    if tree.find(exp.Placeholder, exp.Parameter):
        raise ModelHeaderError(f"{header.file}: a model takes no parameters; the runner adds the months")
    steps = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        written = f"{table.db}.{table.name}" if table.db else table.name
        if isinstance(table.this, exp.Identifier) and written not in (TABLES if table.db else steps):
            near = difflib.get_close_matches(written, [*TABLES, *steps], 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ModelHeaderError(f"{header.file}: reads {written!r}, which is no table of the schemas{hint}")
    return tokens, tree


def _columns_problem(found: list[str], table: Table) -> str:
    if "*" in found or not all(found):
        return "the final select must list every column by name (no *, no unnamed expression)"
    wanted = table.column_names
    missing, extra = [c for c in wanted if c not in found], [c for c in found if c not in wanted]
    parts = [f"missing {', '.join(missing)}"] if missing else []
    parts += [f"not in the schema: {', '.join(extra)}"] if extra else []
    parts = parts or [f"other order or repeated; expected {', '.join(wanted)}"]
    return f"the final columns differ from the schema of {table.name}: {'; '.join(parts)}"


def _trailing_comments(tokens: list[Token], text: str, names: list[str]) -> dict[str, str]:
    """Comments that end the lines of the final select list, by column; of a union the first branch wins.

    Read from the tokens: the parse tree moves comments about, tokens keep them with the line they stand on.
    """
    found: dict[str, str] = {}
    depth, column, listing = 0, 0, False
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and token.token_type == TokenType.SELECT:
            column, listing = 0, True
        elif depth == 0 and token.token_type == TokenType.FROM:
            listing = False
        elif listing and column < len(names):
            rest_of_line = text[token.end + 1 :].split("\n", 1)[0]
            if token.comments and rest_of_line.lstrip().startswith("--"):
                found.setdefault(names[column], " ".join(comment.strip() for comment in token.comments))
            column += depth == 0 and token.token_type == TokenType.COMMA
    return found


def _lineage(model: SqlModel) -> dict[str, list[Origin]]:
    try:
        return column_lineage(qualified_scope(model.tree))
    except SqlglotError as error:
        raise ModelHeaderError(f"{short_name(model.path)}: cannot resolve its columns: {error}") from error


def _silently_kept(tree: exp.Query) -> list[str]:
    """What sqlglot hands through to Spark as it is, without a warning, though Spark does not know it."""
    functions = {f"function {call.name}" for call in tree.find_all(exp.Anonymous)}
    joins = {f"{join.method.lower()} join" for join in tree.find_all(exp.Join)} & {
        "asof join",
        "positional join",
    }
    return sorted(functions | joins)


@contextmanager
def _logged_warnings() -> Iterator[list[str]]:
    """What sqlglot logs in the block: it warns about approximations instead of raising."""
    messages: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    logger, handler = logging.getLogger("sqlglot"), Collect(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)
