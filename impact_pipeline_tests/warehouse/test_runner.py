"""Models and checks run for a window: exact types, only those months, the file named when it fails."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from polars.testing import assert_frame_equal

from impact_pipeline.errors import ImpactPipelineError, SchemaViolationError
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import SqlModel, SqlTest, load_models, load_tests, topological_order
from impact_pipeline.warehouse.runner import RunResult, run_model, run_test
from impact_pipeline.warehouse.store import Store

Write = Callable[..., Path]
Put = Callable[..., int]

FROM_EMISSIONS = """
select as_of_date, issuer_id as currency, as_of_date as rate_date,
    cast(tco2e as decimal(24, 12)) as units_per_eur
from (
    select as_of_date, issuer_id, scope_1_tco2e + 1 as tco2e,
        row_number() over (partition by issuer_id order by as_of_date) as place
    from core.issuer_emissions
)
"""


@pytest.fixture
def model(fx_model: Write) -> Callable[[str], SqlModel]:
    return lambda query: load_models(fx_model(query))["core.fx_rates"]


def test_a_model_fills_the_months_asked_for(
    store: Store, put: Put, kit: SimpleNamespace, model: Callable[[str], SqlModel]
) -> None:
    put("core.issuer_emissions", "2024-01", 4, rows=5)
    with store.write() as connection:
        result = run_model(connection, model(FROM_EMISSIONS + "-- the end;"), *kit.window("2024-02", 2))
    assert result == RunResult(10, dict.fromkeys(kit.months("2024-02", 2), 5))
    found = kit.rows(store, "core.fx_rates")
    assert found["as_of_date"].unique().sort().to_list() == kit.months("2024-02", 2)
    stamp = kit.stamp(store.path)
    with store.write() as connection:
        run_model(connection, model(FROM_EMISSIONS), *kit.window("2024-02", 2))
    assert kit.stamp(store.path) == stamp


def test_one_run_of_many_months_equals_many_runs(
    store: Store, put: Put, kit: SimpleNamespace, model: Callable[[str], SqlModel]
) -> None:
    """A window function looks at earlier months: the month filter must not cut them off."""
    place = FROM_EMISSIONS.replace("cast(tco2e as", "cast(place as")
    put("core.issuer_emissions", "2024-01", 4, rows=5)
    with store.write() as connection:
        run_model(connection, model(place), *kit.window("2024-01", 4))
    at_once = kit.rows(store, "core.fx_rates")
    assert at_once["units_per_eur"].max() == 4
    for month in ("2024-03", "2024-01", "2024-04", "2024-02"):
        with store.write() as connection:
            connection.execute("delete from core.fx_rates where as_of_date = ?", [kit.months(month)[0]])
            run_model(connection, model(place), *kit.window(month))
    assert_frame_equal(kit.rows(store, "core.fx_rates"), at_once)


def test_a_wrong_type_is_named_with_what_to_write(
    store: Store, kit: SimpleNamespace, model: Callable[[str], SqlModel]
) -> None:
    query = "select as_of_date, 1 as currency, as_of_date as rate_date, 1.5 as units_per_eur from audit.months"
    with pytest.raises(SchemaViolationError) as caught, store.write() as connection:
        run_model(connection, model(query), *kit.window("2024-01"))
    message = str(caught.value)
    assert "core.fx_rates (dbt_like_sql/core/fx_rates.sql)" in message
    assert "currency is Int32, expected varchar (write: cast(... as varchar) as currency)" in message
    assert "units_per_eur is Decimal(precision=2, scale=1), expected decimal(24, 12)" in message


def test_rows_that_break_the_schema_are_refused_and_the_old_month_stays(
    store: Store, put: Put, kit: SimpleNamespace, model: Callable[[str], SqlModel]
) -> None:
    put("core.fx_rates", "2024-01")
    put("core.issuer_emissions", "2024-01")
    before = kit.rows(store, "core.fx_rates")
    negative = FROM_EMISSIONS.replace("cast(tco2e as", "cast(-tco2e as")
    with pytest.raises(SchemaViolationError, match="units_per_eur"), store.write() as connection:
        run_model(connection, model(negative), *kit.window("2024-01"))
    assert_frame_equal(kit.rows(store, "core.fx_rates"), before)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (FROM_EMISSIONS.replace("tco2e as decimal", "issuer_id as decimal"), "Conversion Error"),
        (FROM_EMISSIONS.replace("scope_1_tco2e", "scope_9_tco2e"), "scope_9_tco2e"),
    ],
)
def test_a_query_that_fails_names_its_file(
    store: Store, put: Put, kit: SimpleNamespace, model: Callable[[str], SqlModel], query: str, message: str
) -> None:
    put("core.issuer_emissions", "2024-01")
    expected = rf"^dbt_like_sql/core/fx_rates\.sql: the query failed: (?s:.*){re.escape(message)}"
    with pytest.raises(ImpactPipelineError, match=expected), store.write() as connection:
        run_model(connection, model(query), *kit.window("2024-01"))


VIEW = """\
-- model: staging.fx_rates
-- kind: view
-- grain: as_of_date, source_file_id, rate_date, currency
-- partition: as_of_date, monthly
-- owner: team:impact-data
-- group: holdings
-- description: The month's rates, "as delivered"; it's a view.

select m.as_of_date, r.rate_date, r.currency, r.units_per_eur, r.source_file_id, r.source_row
from raw.fx_rates as r cross join audit.months as m
where cast(r.units_per_eur as double) >= 0
"""


def test_a_view_is_made_once_and_again_when_its_file_changes(
    store: Store, put: Put, kit: SimpleNamespace, folder: Write
) -> None:
    put("audit.months", "2024-01", 2, rows=1)

    def run(text: str) -> RunResult:
        view = load_models(folder("staging/fx_rates.sql", text))["staging.fx_rates"]
        with store.write() as connection:
            return run_model(connection, view, *kit.window("2024-02"))

    assert run(VIEW) == RunResult(0, {})
    stamp = kit.stamp(store.path)
    assert run(VIEW.replace("\nfrom", "\n   from")) == RunResult(0, {})
    assert kit.stamp(store.path) == stamp
    run(VIEW.replace(">= 0", ">= 1"))
    comment = store.query("select sql, comment from duckdb_views() where view_name = 'fx_rates'")
    assert ">= 1" in comment["sql"][0]
    assert comment["comment"][0].startswith("The month's rates, \"as delivered\"; it's a view. [version ")


def test_a_check_counts_bad_rows_by_month_and_shows_keys_only(
    store: Store, put: Put, kit: SimpleNamespace, folder: Write
) -> None:
    text = """\
-- check: rates_are_positive
-- severity: error
-- model: core.fx_rates
-- description: Rates are positive.

select as_of_date, currency, units_per_eur from core.fx_rates {}
"""
    put("core.fx_rates", "2024-01", 3, rows=7)

    def check(condition: str) -> SqlTest:
        root = folder("tests/fx_rates__rates_are_positive.sql", text.format(condition))
        return load_tests(root / "tests")[0]

    with store.read() as connection:
        bad = run_test(connection, check("order by units_per_eur"), *kit.window("2024-02", 2))
        assert bad.bad_rows == {dt.date(2024, 2, 29): 7, dt.date(2024, 3, 31): 7}
        assert bad.sample == [{"as_of_date": dt.date(2024, 2, 29), "currency": f"currency-{n:06}"} for n in range(5)]
        good = run_test(connection, check("where units_per_eur < 0"), *kit.window("2024-02", 2))
        assert (good.bad_rows, good.sample) == ({}, [])


def test_every_model_and_check_of_the_repository_runs_on_empty_tables(store: Store, kit: SimpleNamespace) -> None:
    models = topological_order(load_models(SQL_MODELS))
    with store.write() as connection:
        for model in models:
            assert run_model(connection, model, *kit.window("2024-01", 12)).rows == 0, model.name
        for test in load_tests(SQL_MODELS / "tests"):
            assert run_test(connection, test, *kit.window("2024-01", 12)).bad_rows == {}, test.name
        views = {
            row[0] for row in connection.execute("select view_name from duckdb_views() where not internal").fetchall()
        }
    assert views == {model.name.split(".")[1] for model in models if TABLES[model.name].is_view}


def test_a_filter_on_a_row_number_over_a_row_number_does_not_stop_the_engine(
    store: Store, put: Put, kit: SimpleNamespace
) -> None:
    """DuckDB 1.5.6 fails on this model unless one optimizer is off (see ``connections.FAULTY_OPTIMIZER``)."""
    models = load_models(SQL_MODELS)
    with store.write() as connection:
        for name in ("staging.issuer_emissions", "staging.issuer_financials", "core.issuer_emissions"):
            run_model(connection, models[name], *kit.window("2024-01"))
