"""The readers' file: whole months only, never a failed or torn read, whoever is killed."""

import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from polars.testing import assert_frame_equal

from impact_pipeline.errors import NotFoundError, SettingsError
from impact_pipeline.schemas import TABLES
from impact_pipeline.warehouse import snapshot
from impact_pipeline.warehouse.snapshot import open_readers, publish_window, query_readers
from impact_pipeline.warehouse.store import Store, replace_files

Put = Callable[..., int]
FX, EMISSIONS = "core.fx_rates", "core.issuer_emissions"


@pytest.fixture
def readers(tmp_path: Path) -> Path:
    return tmp_path / "readers.duckdb"


@pytest.fixture
def publish(store: Store, readers: Path, kit: SimpleNamespace) -> Callable[..., snapshot.PublishResult]:
    return lambda first, count=1: publish_window(store, readers, *kit.window(first, count))


Publish = Callable[..., snapshot.PublishResult]


def months_of(readers: Path, table: str) -> dict[str, int]:
    rows = query_readers(readers, f"select as_of_date, count(*) as n from {table} group by 1 order by 1")
    return {f"{month:%Y-%m}": n for month, n in rows.iter_rows()}


def leftovers(readers: Path) -> list[str]:
    return [file.name for file in readers.parent.iterdir() if "draft" in file.name or file.suffix == ".wal"]


def test_readers_see_the_published_months_and_no_others(put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01", 3)
    result = publish("2024-01")
    assert result.replaced
    assert result.changed == [FX]
    assert months_of(readers, FX) == {"2024-01": 3}
    put(FX, "2024-02", rows=5)
    publish("2024-02", 2)
    assert months_of(readers, FX) == {"2024-01": 3, "2024-02": 5, "2024-03": 3}
    assert leftovers(readers) == []


def test_the_first_publication_of_everything_is_the_working_file_itself(
    store: Store, put: Put, publish: Publish, readers: Path, kit: SimpleNamespace
) -> None:
    put(FX, "2024-01", 3, rows=40)
    put(EMISSIONS, "2024-01", 3, rows=40)
    assert publish("2024-01", 12).replaced
    for table in (FX, EMISSIONS):
        found = query_readers(readers, f"select * from {table}").sort(TABLES[table].grain)
        assert_frame_equal(found, kit.rows(store, table))


def test_a_month_released_does_not_release_another_that_is_half_written(
    put: Put, publish: Publish, readers: Path
) -> None:
    put(FX, "2024-01", 2)
    put(EMISSIONS, "2024-01", 2)
    publish("2024-01", 2)
    put(FX, "2024-02", rows=9)  # February is being run again: one table is new, the other still old
    put(FX, "2024-01", rows=7)
    publish("2024-01")
    assert months_of(readers, FX) == {"2024-01": 7, "2024-02": 3}
    publish("2024-02")
    assert months_of(readers, FX) == {"2024-01": 7, "2024-02": 9}


def test_publishing_again_leaves_the_file_alone(
    put: Put, publish: Publish, readers: Path, kit: SimpleNamespace
) -> None:
    put(FX, "2024-01", 2)
    publish("2024-01", 2)
    before = kit.stamp(readers)
    assert publish("2024-01", 2) == snapshot.PublishResult(replaced=False, changed=[])
    assert kit.stamp(readers) == before


def test_a_month_that_became_empty_is_emptied(put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01", 2)
    publish("2024-01", 2)
    put(FX, "2024-01", rows=0)
    publish("2024-01")
    assert months_of(readers, FX) == {"2024-02": 3}


def test_files_follow_the_months_that_name_them(
    store: Store, put: Put, publish: Publish, readers: Path, kit: SimpleNamespace
) -> None:
    table = TABLES["raw.issuers"]

    def file(name: str, rows: int, seed: int = 0) -> None:
        with store.write() as connection:
            frame = kit.fake(table.name, kit.months("2024-01"), rows=rows, seed=seed, source_file_id=name)
            replace_files(connection, table, frame, [name])

    def files() -> dict[str, int]:
        rows = query_readers(readers, "select source_file_id, count(*) as n from raw.issuers group by 1")
        return dict(rows.iter_rows())

    for name in ("january", "february", "unused"):
        file(name, 4)
    for month, name in (("2024-01", "january"), ("2024-02", "february")):
        put("audit.source_files", month, rows=1, source_file_id=name)
    publish("2024-01")
    assert files() == {"january": 4}
    publish("2024-02")
    assert files() == {"january": 4, "february": 4}
    file("january", 4, seed=1)  # read again with another profile
    file("corrected", 3)
    put("audit.source_files", "2024-02", rows=1, source_file_id="corrected")
    assert publish("2024-01").changed == ["raw.issuers"]
    publish("2024-02")
    assert files() == {"january": 4, "corrected": 3}
    assert query_readers(readers, "select distinct country as c from raw.issuers order by 1")["c"].to_list() == [
        "country 0",
        "country 1",
    ]


def test_views_come_along_and_follow_their_changes(store: Store, put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01")
    # made in an order in which the first one cannot be made alone
    with store.write() as connection:
        connection.execute("create view staging.fx_rates as select currency from core.fx_rates")
        connection.execute("comment on view staging.fx_rates is 'it''s [version 1]'")
        connection.execute("create view staging.evidence as select currency, 1.0 as v from staging.fx_rates")
    publish("2024-01")
    assert query_readers(readers, "select count(*) as n from staging.evidence")["n"].to_list() == [3]
    with store.write() as connection:
        connection.execute("create or replace view staging.fx_rates as select currency from core.fx_rates limit 1")
        connection.execute("comment on view staging.fx_rates is '[version 2]'")
        connection.execute("drop view staging.evidence")
    assert publish("2024-01").changed == ["staging.fx_rates"]
    assert query_readers(readers, "select count(*) as n from staging.fx_rates")["n"].to_list() == [1]
    with pytest.raises(duckdb.CatalogException):
        query_readers(readers, "select * from staging.evidence")


def test_whoever_holds_the_old_file_goes_on_reading_it(put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01")
    publish("2024-01")
    plain = duckdb.connect(str(readers), read_only=True)
    with open_readers(readers) as held:
        put(FX, "2024-01", rows=8)
        publish("2024-01")
        assert held.execute("select count(*) from core.fx_rates").fetchall() == [(3,)]
        assert plain.execute("select count(*) from core.fx_rates").fetchall() == [(3,)]
        assert months_of(readers, FX) == {"2024-01": 8}
    plain.close()


def test_nobody_can_open_the_snapshot_for_writing_by_mistake(put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01")
    publish("2024-01")
    assert stat.S_IMODE(readers.stat().st_mode) == 0o444
    with open_readers(readers) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("delete from core.fx_rates")
    with open_readers(readers) as connection, pytest.raises(duckdb.PermissionException):
        connection.execute("select * from read_text('/etc/hostname')").fetchall()


def test_before_the_first_publication_the_message_says_what_to_do(tmp_path: Path, kit: SimpleNamespace) -> None:
    with pytest.raises(NotFoundError, match="run `impact run` first"):
        query_readers(tmp_path / "readers.duckdb", "select 1")
    with pytest.raises(NotFoundError, match="run `impact run` first"):
        publish_window(Store(tmp_path / "warehouse.duckdb"), tmp_path / "readers.duckdb", *kit.window("2024-01"))


def test_a_snapshot_of_another_version_is_refused(store: Store, put: Put, publish: Publish, readers: Path) -> None:
    put(FX, "2024-01")
    publish("2024-01")
    with store.write() as connection:
        connection.execute("alter table core.fx_rates add column extra integer")
    with pytest.raises(SettingsError, match=r"core\.fx_rates in the readers' file has other columns"):
        publish("2024-01")
    assert months_of(readers, FX) == {"2024-01": 3}
    assert leftovers(readers) == []


def test_a_publisher_killed_just_before_the_rename_leaves_the_old_file(
    store: Store, put: Put, publish: Publish, readers: Path, kit: SimpleNamespace
) -> None:
    put(FX, "2024-01")
    publish("2024-01")
    before = readers.read_bytes()
    put(FX, "2024-01", rows=8)
    publisher = kit.start("publish_slowly", store.path, readers, "2024-01")
    kit.wait_for(publisher, "drafted")
    os.kill(publisher.pid, signal.SIGKILL)
    publisher.wait()
    assert readers.read_bytes() == before
    assert len(leftovers(readers)) == 1
    publish("2024-01")
    assert months_of(readers, FX) == {"2024-01": 8}
    assert leftovers(readers) == [], "drafts of the dead are removed"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("insert into core.fx_rates values ('2024-01-31', 'XXX', '2024-01-31', 1)", {"2024-01": 4}),
        ("delete from core.fx_rates where as_of_date > '2024-01-31'", {"2024-01": 3}),
    ],
)
def test_a_warehouse_whose_writer_was_killed_can_be_published(
    store: Store,
    put: Put,
    publish: Publish,
    readers: Path,
    kit: SimpleNamespace,
    statement: str,
    expected: dict[str, int],
) -> None:
    """What was committed may stand in the write-ahead log only; it holds all the same."""
    put(FX, "2024-01", 2)
    writer = kit.start("commit_and_wait", store.path, statement)
    kit.wait_for(writer, "committed")
    writer.kill()
    writer.wait()
    assert store.path.with_name("warehouse.duckdb.wal").exists()
    publish("2024-01")
    assert months_of(readers, FX) == expected


def test_a_full_disk_leaves_readers_what_they_had(
    store: Store, put: Put, publish: Publish, readers: Path, kit: SimpleNamespace
) -> None:
    put(FX, "2024-01")
    publish("2024-01")
    before = kit.stamp(readers)
    put(FX, "2024-01", rows=30_000)
    # room for the copy but not for the new rows; then not even for the copy
    for limit in (readers.stat().st_size + 20_000, 50_000):
        publisher = kit.start("publish_beyond_limit", store.path, readers, "2024-01", limit)
        kit.wait_for(publisher, "failed clearly")
        assert kit.stamp(readers) == before
        assert leftovers(readers) == []
    publish("2024-01")
    assert months_of(readers, FX) == {"2024-01": 30_000}


def test_two_publishers_do_not_lose_each_others_month(
    store: Store, put: Put, readers: Path, kit: SimpleNamespace
) -> None:
    put(FX, "2024-01", 2)
    publishers = [kit.start("publish", store.path, readers, month) for month in ("2024-01", "2024-02")]
    for publisher in publishers:
        kit.wait_for(publisher, "done")
    assert months_of(readers, FX) == {"2024-01": 3, "2024-02": 3}


def publish_rounds(store: Store, readers: Path, kit: SimpleNamespace, put: Put, rounds: int) -> None:
    """Rewrite and publish two months again and again while another process reads."""
    months = ("2024-01", "2024-02")
    for month in months:
        put(EMISSIONS, month, rows=200)
        publish_window(store, readers, *kit.window(month))
    reader = kit.start("read_readers", readers, EMISSIONS)
    kit.wait_for(reader, "ready")
    for seed in range(1, rounds):
        for month in months:
            put(EMISSIONS, month, rows=200, seed=seed)
            publish_window(store, readers, *kit.window(month))
    said, _ = reader.communicate("stop\n", timeout=60)
    assert said.strip().startswith("whole"), said
    assert reader.returncode == 0


def test_a_reader_never_fails_and_never_sees_half_a_month(
    store: Store, readers: Path, kit: SimpleNamespace, put: Put
) -> None:
    publish_rounds(store, readers, kit, put, rounds=4)


@pytest.mark.slow
def test_a_reader_never_fails_during_hundreds_of_publications(
    store: Store, readers: Path, kit: SimpleNamespace, put: Put
) -> None:
    publish_rounds(store, readers, kit, put, rounds=150)


@pytest.mark.slow
def test_publishers_killed_at_any_moment_leave_a_whole_snapshot(
    store: Store, readers: Path, kit: SimpleNamespace, put: Put
) -> None:
    put(EMISSIONS, "2024-01", rows=200)
    publish_window(store, readers, *kit.window("2024-01"))
    for seed in range(1, 31):
        put(EMISSIONS, "2024-01", rows=200, seed=seed)
        publisher = kit.start("publish_often", store.path, readers, "2024-01")
        kit.wait_for(publisher, "ready")
        threading.Event().wait(0.01 * (seed % 10))
        publisher.kill()
        publisher.wait()
        found = query_readers(readers, f"select count(*) as n, count(distinct scope_2_basis) as k from {EMISSIONS}")
        assert found.rows() == [(200, 1)]
