"""Headers, names and select lists of SQL files: what is read from them and what is refused."""

import logging
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from impact_pipeline.errors import ModelHeaderError
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_models, load_tests, topological_order

Write = Callable[..., Path]

QUERY = """\
with ranked as (
    select
        as_of_date, -- not of the final list
        currency,
        rate_date,
        units_per_eur,
        row_number() over (partition by as_of_date, currency order by rate_date desc) as recency
    from staging.fx_rates
)

select
    as_of_date,
    currency, -- ISO 4217, as delivered
    max(
        rate_date -- inside the brackets
    ) as rate_date,
    -- on a line of its own: about the code, not about the column
    max(case when recency = 1 then units_per_eur end) as units_per_eur -- last one, with a comma
from ranked -- not a column
group by as_of_date, currency
"""


def test_header_query_and_comments_are_read(fx_model: Write) -> None:
    root = fx_model(QUERY, description="-- description: Last rate,\n--              as of the month end.\n--")
    model = load_models(root)["core.fx_rates"]
    assert model.table is TABLES["core.fx_rates"]
    assert (model.kind, model.owner, model.group) == ("table", "team:impact-data", "holdings")
    assert model.grain == ("as_of_date", "currency")
    assert model.description == "Last rate, as of the month end."
    assert model.depends_on == ["staging.fx_rates"]
    assert model.column_comments == {
        "currency": "ISO 4217, as delivered",
        "rate_date": "inside the brackets",
        "units_per_eur": "last one, with a comma",
    }


def test_the_code_version_follows_the_query_only(fx_model: Write) -> None:
    def version(query: str, **changes: str) -> str:
        return load_models(fx_model(query, **changes))["core.fx_rates"].code_version

    first = version(QUERY)
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert version(re.sub(r"--.*", "", QUERY).replace("\n", "  ") + ";", description="Other words.") == first
    assert version(QUERY.replace("recency = 1", "recency = 2")) != first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"owner": None}, "line 1: the header lacks owner"),
        ({"grain": None, "group": None}, "lacks grain, group"),
        ({"model": "core.fx"}, "line 1: model is 'core.fx'; folder and file name say 'core.fx_rates'"),
        ({"grain": "currency"}, "line 2: grain is 'currency'; the schema says as_of_date, currency"),
        ({"partition": "source_file_id"}, "line 3: partition is 'source_file_id'; expected as_of_date"),
        ({"group": "weather"}, "line 5: group is 'weather'; expected one of inputs, holdings"),
        ({"kind": "dynamic"}, "line 7: kind is 'dynamic'; expected one of table, view"),
        ({"kind": "view"}, "line 7: kind is 'view'; the schema says 'table'"),
        ({"colour": "red"}, "line 7: unknown key 'colour'; expected once each: model, grain"),
        (
            {"schema": "core.fx_rate"},
            "line 7: no table 'core.fx_rate' in the schemas; did you mean core.fx_rates?",
        ),
        ({"owner": "-- owner: a\n-- owner: b"}, "line 5: twice the key 'owner'"),
        ({"owner": "-- the team"}, "line 4: found '-- the team'; expected '-- key: value'"),
    ],
)
def test_a_wrong_header_is_named_with_file_and_line(
    fx_model: Write, changes: dict[str, str | None], message: str
) -> None:
    with pytest.raises(ModelHeaderError) as caught:
        load_models(fx_model(QUERY, **changes))
    assert "dbt_like_sql/core/fx_rates.sql" in str(caught.value)
    assert message in str(caught.value)


SELECT = "select as_of_date, currency, rate_date, units_per_eur from staging.fx_rates"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (SELECT.replace(", units_per_eur", ""), "missing units_per_eur"),
        (SELECT.replace("currency,", "currency, source_row,"), "not in the schema: source_row"),
        (
            SELECT.replace("currency, rate_date", "rate_date, currency"),
            "other order or repeated; expected as_of_date",
        ),
        ("select * from staging.fx_rates", "must list every column by name"),
        (f"{SELECT}; {SELECT}", "found 2 statements; expected one select"),
        ("", "found 0 statements"),
        ("drop table core.fx_rates", "expected one select"),
        (f"{SELECT} where as_of_date = ?", "takes no parameters"),
        (f"{SELECT} where as_of_date = $month", "takes no parameters"),
        (SELECT.replace("staging.fx_rates", "staging.fx_rate"), "did you mean staging.fx_rates?"),
        (SELECT.replace("staging.fx_rates", "fx_rates"), "reads 'fx_rates', which is no table"),
        ("select as_of_date, from where", "not valid SQL"),
    ],
)
def test_a_query_that_does_not_fit_is_refused(fx_model: Write, query: str, message: str) -> None:
    with pytest.raises(ModelHeaderError, match=re.escape(message)):
        load_models(fx_model(query))


def test_a_column_that_does_not_exist_is_found_without_running(fx_model: Write) -> None:
    model = load_models(fx_model(SELECT.replace("units_per_eur from", "price as units_per_eur from")))["core.fx_rates"]
    with pytest.raises(ModelHeaderError, match=r"core/fx_rates\.sql: cannot resolve its columns: .*price"):
        _ = model.lineage


CHECK = """\
-- check:       {check}
-- severity:    {severity}
-- model:       core.fx_rates
-- description: Rates are positive.

select as_of_date, currency from core.fx_rates where units_per_eur <= 0
"""


@pytest.mark.parametrize("check", ["rates_are_positive", "fx_rates__rates_are_positive"])
def test_a_check_is_read(folder: Write, check: str) -> None:
    root = folder("tests/fx_rates__rates_are_positive.sql", CHECK.format(check=check, severity="warn"))
    (test,) = load_tests(root / "tests")
    assert (test.name, test.claim) == ("fx_rates__rates_are_positive", "rates_are_positive")
    assert (test.model, test.severity, test.description) == ("core.fx_rates", "warn", "Rates are positive.")
    assert test.depends_on == ["core.fx_rates"]


@pytest.mark.parametrize(
    ("file", "changes", "message"),
    [
        ("fx_rates__positive", ("", ""), "check is 'rates_are_positive'; the file name says 'positive'"),
        ("rates_are_positive", ("", ""), "the file must be named fx_rates__<claim>.sql"),
        ("holdings__rates_are_positive", ("", ""), "the file must be named fx_rates__<claim>.sql"),
        (
            "fx_rates__rates_are_positive",
            ("warn", "fatal"),
            "severity is 'fatal'; expected one of error, warn",
        ),
        (
            "fx_rates__rates_are_positive",
            ("select as_of_date,", "select"),
            "the bad rows must carry as_of_date",
        ),
        ("fx_rates__rates_are_positive", ("-- severity:    warn\n", ""), "the header lacks severity"),
    ],
)
def test_a_wrong_check_is_refused(folder: Write, file: str, changes: tuple[str, str], message: str) -> None:
    text = CHECK.format(check="rates_are_positive", severity="warn").replace(*changes)
    root = folder(f"tests/{file}.sql", text)
    with pytest.raises(ModelHeaderError, match=re.escape(message)):
        load_tests(root / "tests")


FRAME = "rows between 1 preceding and current row exclude current row"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            SELECT.replace("units_per_eur", f"sum(units_per_eur) over (order by rate_date {FRAME}) as units_per_eur"),
            "EXCLUDE clause",
        ),
        (
            SELECT.replace("rate_date,", "next_working_day(rate_date) as rate_date,"),
            "function next_working_day",
        ),
        (f"{SELECT} as f asof join audit.months as m on f.rate_date >= m.known_as_of", "asof join"),
    ],
)
def test_what_spark_does_not_have_is_refused(fx_model: Write, query: str, message: str) -> None:
    model = load_models(fx_model(query))["core.fx_rates"]
    with pytest.raises(ModelHeaderError, match=rf"fx_rates\.sql: not portable to Spark SQL: .*{message}"):
        model.to_spark()


def test_an_approximation_that_sqlglot_only_logs_is_refused(fx_model: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_models(fx_model(SELECT))["core.fx_rates"]
    assert "FROM staging.fx_rates" in model.to_spark()

    def warn(*_: object, **__: object) -> str:
        logging.getLogger("sqlglot").warning("an approximation")
        return ""

    monkeypatch.setattr(type(model.tree), "sql", warn)
    with pytest.raises(ModelHeaderError, match="an approximation"):
        model.to_spark()


def test_models_come_after_what_they_read(folder: Write, fx_model: Write) -> None:
    fx_model(SELECT)
    header = "-- model: {0}\n-- grain: {1}\n-- partition: as_of_date\n-- owner: a\n-- group: holdings\n"
    header += "-- description: x\n-- kind: {2}\n\n"
    staging, sovereigns = TABLES["staging.fx_rates"], TABLES["core.sovereign_emissions"]

    def add(table: str, kind: str, source: str) -> None:
        columns = ", ".join(f"cast(null as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
        text = header.format(table, ", ".join(TABLES[table].grain), kind) + f"select {columns} from {source}"
        folder(f"{table.replace('.', '/')}.sql", text)

    add(staging.name, "view", "raw.fx_rates")
    add(sovereigns.name, "table", "core.fx_rates")
    models = load_models(folder("tests/readme.txt", ""))
    names = [model.name for model in topological_order(models)]
    assert names == ["staging.fx_rates", "core.fx_rates", "core.sovereign_emissions"]
    add(staging.name, "view", "core.sovereign_emissions")
    with pytest.raises(ModelHeaderError, match=r"in a circle: .*core\.fx_rates"):
        topological_order(load_models(folder("tests/readme.txt", "")))


def test_every_file_of_the_repository_loads_is_traced_and_is_portable() -> None:
    started = time.process_time()
    models, tests = load_models(SQL_MODELS), load_tests(SQL_MODELS / "tests")
    lineages = {name: model.lineage for name, model in models.items()}
    seconds = time.process_time() - started
    assert models
    assert len(topological_order(models)) == len(models)
    for name, lineage in lineages.items():
        assert list(lineage) == TABLES[name].column_names
        assert lineage["as_of_date"], f"{name}: the month must come from somewhere"
        for upstream, column in (origin for origins in lineage.values() for origin in origins):
            assert upstream in models[name].depends_on
            assert column in TABLES[upstream].column_names
    for file in (*models.values(), *tests):
        file.to_spark()
    assert seconds < 3, "the code location imports all this; it took 0.5 s when it was written"
