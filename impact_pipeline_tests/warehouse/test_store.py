"""The working file: one transaction per write, closed and unlocked whatever happens."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from polars.testing import assert_frame_equal

from impact_pipeline.errors import NotFoundError, SettingsError, WarehouseBusyError
from impact_pipeline.schemas import TABLES
from impact_pipeline.warehouse import connections
from impact_pipeline.warehouse.store import Store, WarehouseFailedError, ensure_layout, replace_window

FX = TABLES["core.fx_rates"]


def test_a_write_is_seen_by_the_next_read(store: Store, put: Callable[..., int]) -> None:
    put(FX.name, "2024-01")
    found = store.query("select count(*) as n from core.fx_rates where currency = ?", ["currency-000001"])
    assert found["n"].to_list() == [1]


def test_before_the_first_run_the_message_says_what_to_do(tmp_path: Path) -> None:
    absent = Store(tmp_path / "nothing" / "warehouse.duckdb")
    with pytest.raises(NotFoundError, match="run `impact run` first"):
        absent.query("select 1")
    assert not absent.path.parent.exists(), "looking must not create anything"


def test_the_folder_is_made_by_the_first_write(tmp_path: Path) -> None:
    new = Store(tmp_path / "new home" / "it's here" / "warehouse.duckdb")
    with new.write() as connection:
        ensure_layout(connection)
    assert new.query("select count(*) as n from core.positions")["n"].to_list() == [0]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, duckdb.ConversionException])
def test_an_error_takes_back_everything_and_frees_the_lock(
    store: Store, put: Callable[..., int], kit: SimpleNamespace, error: type[BaseException]
) -> None:
    put(FX.name, "2024-01")
    before = kit.rows(store, FX.name)
    with pytest.raises(error), store.write() as connection:  # noqa: PT012 - the block is what is tested
        frame = kit.fake(FX.name, kit.months("2024-01"), seed=1)
        replace_window(connection, FX, frame, *kit.window("2024-01"))
        connection.execute("delete from core.fx_rates")
        if error is duckdb.ConversionException:
            connection.execute("select cast('x' as integer)").fetchall()
        raise error
    assert_frame_equal(kit.rows(store, FX.name), before)
    put(FX.name, "2024-02")


def test_the_connection_is_closed_even_when_somebody_keeps_it(store: Store, put: Callable[..., int]) -> None:
    with store.write() as connection:
        kept = connection.sql("select 1")
    with store.read() as reader:
        also_kept = reader.sql("select 1")
    put(FX.name, "2024-01")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")
    del kept, also_kept


def test_a_reader_cannot_write(store: Store) -> None:
    with store.read() as connection, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        connection.execute("delete from core.fx_rates")


def test_one_thread_cannot_wait_for_itself(store: Store) -> None:
    with store.read(), pytest.raises(RuntimeError, match="already holds"), store.write():
        pass
    with store.write(), pytest.raises(RuntimeError, match="already holds"):
        store.query("select 1")
    store.query("select 1")


def test_readers_in_several_threads_read_together(store: Store, put: Callable[..., int]) -> None:
    put(FX.name, "2024-01")
    together, found = threading.Barrier(4), []

    def read() -> None:
        with store.read() as connection:
            together.wait(10)
            found.append(connection.execute("select count(*) from core.fx_rates").fetchall())

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(3,)]] * 4


def test_a_dead_engine_gives_one_clear_line_and_the_next_write_works(
    store: Store, put: Callable[..., int], kit: SimpleNamespace
) -> None:
    put(FX.name, "2024-01")
    before = kit.rows(store, FX.name)
    with pytest.raises(WarehouseFailedError, match=r"engine stopped .*free disk space") as caught:  # noqa: SIM117, PT012
        with store.write() as connection:
            connection.execute("delete from core.fx_rates")
            raise duckdb.FatalException("FATAL Error: no space left on device")
    assert caught.value.exit_code == 1
    assert_frame_equal(kit.rows(store, FX.name), before)
    put(FX.name, "2024-02")


FORBIDDEN = [
    "select * from read_csv('/etc/hostname')",
    "select * from read_text('/etc/hostname')",
    "select * from glob('/*')",
    "select * from sniff_csv('/etc/hostname')",
    "select * from 'http://127.0.0.1/x.parquet'",
    "copy core.fx_rates to '/tmp/stolen.csv'",
    "attach '/tmp/other.duckdb'",
    "export database '/tmp/all'",
    "install excel",
    "load httpfs",
    "select * from secret_of_the_caller",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set memory_limit = '1TB'",
]


@pytest.mark.parametrize("way", ["read", "write"])
def test_sql_cannot_leave_the_file(store: Store, way: str) -> None:
    secret_of_the_caller = FX.frame()
    with getattr(store, way)() as connection:
        for statement in FORBIDDEN:
            with pytest.raises(duckdb.Error):
                connection.execute(statement).fetchall()
            connection.execute("rollback" if way == "write" else "select 1")
            if way == "write":
                connection.execute("begin transaction")
    assert secret_of_the_caller.height == 0


@pytest.mark.parametrize("way", ["read", "write"])
def test_the_limits_are_set(store: Store, way: str) -> None:
    names = ["threads", "memory_limit", "max_temp_directory_size", "temp_directory", "lock_configuration"]
    with getattr(store, way)() as connection:
        values = {name: connection.execute(f"select current_setting('{name}')").fetchall()[0][0] for name in names}
    assert values["threads"] >= 1
    assert values["temp_directory"] == f"{store.path}.tmp"
    assert values["lock_configuration"] is True
    assert values["memory_limit"] != "0 bytes"


def test_memory_stays_below_the_machine_or_its_control_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = tmp_path / "memory.max"
    small.write_text("1073741824\n", encoding="ascii")
    unlimited = tmp_path / "unlimited"
    unlimited.write_text("max\n", encoding="ascii")
    monkeypatch.setattr(connections, "_memory_files", lambda: [unlimited, tmp_path / "absent", small])
    assert connections.memory_bytes.__wrapped__() == 2**30


def test_older_tools_can_open_the_file(store: Store) -> None:
    found = store.query("select tags from duckdb_databases() where not internal")
    assert "v1.4.0" in str(found["tags"].to_list())


def test_a_program_that_does_not_queue_is_named(store: Store, kit: SimpleNamespace) -> None:
    intruder = kit.start("open_directly", store.path)
    kit.wait_for(intruder, "open")
    with pytest.raises(WarehouseBusyError, match=rf"does not wait its turn.*{intruder.pid}"), store.write():
        pass
    intruder.communicate("\n", timeout=20)
    store.query("select 1")


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    broken = Store(tmp_path / "warehouse.duckdb")
    broken.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(SettingsError, match=r"cannot open .*move it away"):
        broken.query("select 1")


def test_a_full_disk_loses_nothing(store: Store, put: Callable[..., int], kit: SimpleNamespace) -> None:
    """A file-size limit stands for the full disk: the engine meets a write that fails."""
    put("core.positions", "2024-01", rows=200)
    before = kit.rows(store, "core.positions")
    worker = kit.start("write_beyond_limit", store.path, store.path.stat().st_size + 400_000)
    kit.wait_for(worker, "failed clearly")
    assert worker.wait(20) == 0
    assert_frame_equal(kit.rows(store, "core.positions"), before)
    put("core.positions", "2024-02", rows=200)


def test_a_store_whose_first_run_was_killed_before_it_wrote_holds_no_month(tmp_path: Path) -> None:
    killed = Store(tmp_path / "warehouse.duckdb")
    assert killed.months() == []
    duckdb.connect(str(killed.path)).close()  # what is left: a file without tables
    assert killed.months() == []
    with killed.write() as connection:
        ensure_layout(connection)
        connection.execute("insert into audit.months values ('2024-01-31', '2024-02-01', 'p', 1)")
    assert [str(day) for day in killed.months()] == ["2024-01-31"]
