"""Corrections of delivered cells: what is read instead, what is listed, and what is refused."""

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline.errors import PolicyFileError, SourceFileError
from impact_pipeline.ingest import Delivery, read_delivery
from impact_pipeline.ingest.policy.corrections import read_corrections
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.ingest.deliveries import (
    DECEMBER,
    HEADER,
    ISIN,
    LINE,
    TODAY,
    Folder,
    fund,
    position,
    tpt_csv,
    tpt_json,
)
from impact_pipeline_tests.ingest.test_supplier_profiles import CUSTODIAN

DOCUMENTATION = REPOSITORY / "docs" / "policy.md"
NOVEMBER, JANUARY = dt.date(2024, 11, 30), dt.date(2025, 1, 31)
#: A value a thousand times too small: the supplier sent thousands.
CORRECTION = """\
- id: COR-1
  dataset: holdings
  file: "2024-12.csv"
  row: 2
  column: market_value
  old: "100.5"
  new: "100500"
  reason: "sent in thousands; custodian's letter of 2025-01-08"
  author: a.martin
  approver: c.durand
  approved_on: 2025-01-10
  expires_on: 2026-01-09
"""
BY_KEY = CORRECTION.replace(
    '  file: "2024-12.csv"\n  row: 2\n', "  key: {as_of_date: 2024-12-31, portfolio_id: P, line_id: L1}\n"
)
EMISSIONS = (
    "issuer_id,fiscal_year,scope,tco2e,source,known_from\nX,2023,1,12,report,2024-06-01\nY,2023,1,7,report,2024-06-01\n"
)
OF_EMISSIONS = """\
- id: COR-2
  dataset: issuer_emissions
  key: {issuer_id: X, fiscal_year: 2023, scope: "1", source: report, known_from: 2024-06-01}
  column: tco2e
  old: 12
  new: "12000"
  reason: "kilotonnes"
  author: a.martin
  approver: c.durand
  approved_on: 2024-02-01
  expires_on: 2024-12-31
"""


class World(Folder):
    """An inputs folder with the corrections of a policy."""

    def correct(self, text: str) -> "World":
        """Write the corrections."""
        place = self.policy / "corrections" / "2025.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return self

    @property
    def names(self) -> list[str]:
        """Names of the input files."""
        return [path.relative_to(self.path).as_posix() for path in self.path.rglob("*.csv")]

    @property
    def policy(self) -> Path:
        return self.path.parent / "policy"

    def read(self, *months: dt.date, profiles: Path | None = None) -> Delivery:
        """Read the inputs with the corrections."""
        files = ["corrections/2025.yaml"] if self.policy.exists() else []
        corrections = read_corrections(self.policy, files)
        return read_delivery(self.path, profiles, list(months) or [DECEMBER], TODAY, corrections)

    def policy_refusal(self, *months: dt.date) -> PolicyFileError:
        """The error the corrections are refused with: one line, in the policy, exit 2."""
        with pytest.raises(PolicyFileError) as caught:
            self.read(*months)
        assert caught.value.file == "corrections/2025.yaml"
        assert caught.value.exit_code == 2
        assert "\n" not in str(caught.value)
        return caught.value


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "inputs")


def value_of(delivery: Delivery, column: str = "market_value") -> object:
    return delivery.frames["raw.holdings"].item(0, column)


def statuses(delivery: Delivery) -> list[tuple[dt.date, str, str, int, str]]:
    names = ["as_of_date", "correction_id", "file", "row", "status"]
    return delivery.corrections.select(names).sort(names).rows()


@pytest.mark.parametrize("text", [CORRECTION, BY_KEY], ids=["by row", "by key"])
def test_the_corrected_value_is_read_and_listed(world: World, text: str) -> None:
    delivery = world.correct(text).read()
    assert value_of(delivery) == Decimal(100500)
    [row] = delivery.corrections.to_dicts()
    bytes_of_file = (world.path / "holdings/2024-12.csv").read_bytes()
    assert row == {
        "as_of_date": DECEMBER,
        "correction_id": "COR-1",
        "dataset": "holdings",
        "file": "holdings/2024-12.csv",
        "row": 2,
        "column": "market_value",
        "old_value": "100.5",
        "new_value": "100500",
        "status": "applied",
        "reason": "sent in thousands; custodian's letter of 2025-01-08",
        "author": "a.martin",
        "approver": "c.durand",
        "approved_on": dt.date(2025, 1, 10),
        "expires_on": dt.date(2026, 1, 9),
        "policy_file": "corrections/2025.yaml",
        "file_sha256": hashlib.sha256(bytes_of_file).hexdigest(),
        "source_file_id": hashlib.sha256(bytes_of_file).hexdigest(),
    }
    assert delivery.source_files.item(0, "control_total") == Decimal(100500)


@pytest.mark.parametrize("name", ["2024-1?.csv", "holdings/2024-12.csv", "sha256"])
def test_a_file_is_named_by_pattern_or_by_its_bytes(world: World, name: str) -> None:
    if name == "sha256":
        name = hashlib.sha256((world.path / "holdings/2024-12.csv").read_bytes()).hexdigest()
    delivery = world.correct(CORRECTION.replace("2024-12.csv", name)).read()
    assert value_of(delivery) == Decimal(100500)


def test_a_file_of_typed_columns_is_corrected_like_a_text(world: World) -> None:
    (world.path / "holdings" / "2024-12.csv").unlink()
    line = dict(zip(HEADER.split(","), LINE.split(","), strict=True))
    frame = pl.DataFrame([line]).with_columns(
        pl.col("as_of_date").str.to_date(), pl.col("market_value").cast(pl.Decimal(20, 2))
    )
    frame.write_parquet(world.path / "holdings" / "2024-12.parquet")
    text = CORRECTION.replace("2024-12.csv", "2024-12.parquet").replace("row: 2", "row: 1").replace("100.5", "100.50")
    delivery = world.correct(text).read()
    assert value_of(delivery) == Decimal(100_500)
    assert [status for *_, status in statuses(delivery)] == ["applied"]


def test_a_cell_that_would_refuse_the_file_is_mended(world: World) -> None:
    world.write("holdings/2024-12.csv", f"{HEADER}\n{LINE.replace('100.5', 'cent')}\n")
    assert "'cent'" in world.refusal().found
    delivery = world.correct(CORRECTION.replace('"100.5"', "cent")).read()
    assert value_of(delivery) == Decimal(100500)


def test_the_rules_of_the_row_see_the_corrected_value(world: World) -> None:
    world.write("issuer_emissions/e.csv", EMISSIONS.replace(",12,", ",-12,"))
    text = OF_EMISSIONS.replace("old: 12\n", 'old: "-12"\n')
    assert "negative_emissions" in world.read().rejected_rows["rule"].to_list()
    delivery = world.correct(text).read()
    assert delivery.rejected_rows.is_empty()
    assert delivery.frames["raw.issuer_emissions"].sort("issuer_id")["tco2e"].to_list() == [12000, 7]


def test_unknown_may_become_known_and_known_unknown(world: World) -> None:
    made_unknown = CORRECTION.replace("market_value", "pocket").replace('"100.5"', "return").replace('"100500"', "null")
    # the file has no column of that name: every cell of it is unknown
    made_known = CORRECTION.replace("COR-1", "COR-3").replace("column: market_value", "column: book_value")
    delivery = world.correct(made_unknown + made_known.replace('"100.5"', "null")).read()
    assert value_of(delivery, "pocket") is None
    assert value_of(delivery, "book_value") == Decimal(100500)
    listed = delivery.corrections.sort("correction_id").select("old_value", "new_value").rows()
    assert listed == [("return", None), (None, "100500")]


def test_what_the_supplier_has_mended_is_not_needed(world: World) -> None:
    world.write("holdings/2024-12.csv", f"{HEADER}\n{LINE.replace('100.5', '100500.00')}\n")
    delivery = world.correct(CORRECTION).read()
    assert value_of(delivery) == Decimal(100500)
    assert statuses(delivery) == [(DECEMBER, "COR-1", "holdings/2024-12.csv", 2, "not_needed")]


def test_the_old_value_must_be_there(world: World) -> None:
    world.write("holdings/2024-12.csv", f"{HEADER}\n{LINE.replace('100.5', '101')}\n")
    refused = world.correct(CORRECTION).policy_refusal()
    assert (refused.row, refused.column) == (6, "old")
    assert refused.found == "'101' in holdings/2024-12.csv, row 2, column market_value"
    assert refused.expected.startswith("'100.5'")


def test_the_row_the_key_and_the_file_must_be_there(world: World) -> None:
    refused = world.correct(CORRECTION.replace("row: 2", "row: 9")).policy_refusal()
    assert (refused.row, refused.column, refused.found) == (4, "row", "no row 9 in holdings/2024-12.csv")
    refused = world.correct(BY_KEY.replace("L1", "L9")).policy_refusal()
    assert (refused.row, refused.column) == (3, "key")
    assert "line_id L9" in refused.found
    refused = world.correct(CORRECTION.replace("2024-12.csv", "2024-12.cvs")).policy_refusal()
    assert (refused.row, refused.column, refused.hint) == (3, "file", "Did you mean '2024-12.csv'?")
    refused = world.correct(OF_EMISSIONS).policy_refusal()
    assert refused.column == "key"


def test_a_month_that_is_not_run_is_not_concerned(world: World) -> None:
    world.write("holdings/2024-11.csv", f"{HEADER}\n{LINE.replace('12-31', '11-30')}\n")
    for text in (
        CORRECTION,
        BY_KEY,
        CORRECTION.replace('"100.5"', "7"),  # would not fit, but nobody asks
        CORRECTION.replace("row: 2", "row: 9"),
        CORRECTION.replace("2024-12.csv", "2024-10.csv"),  # a month whose file was moved away
    ):
        delivery = world.correct(text).read(NOVEMBER)
        assert value_of(delivery) == Decimal("100.5")
        assert delivery.corrections.is_empty()


def test_one_file_of_two_months_is_corrected_in_its_own_month(world: World) -> None:
    both = f"{HEADER}\n{LINE}\n{LINE.replace('2024-12-31', '2025-01-31')}\n"
    (world.path / "holdings/2024-12.csv").unlink()
    world.write("holdings/all.csv", both).correct(CORRECTION.replace("2024-12.csv", "all.csv"))
    assert value_of(world.read(JANUARY)) == Decimal("100.5")
    assert world.read(JANUARY).corrections.is_empty()
    delivery = world.read(DECEMBER, JANUARY)
    assert delivery.frames["raw.holdings"].sort("as_of_date")["market_value"].to_list() == [100500, Decimal("100.5")]
    assert statuses(delivery) == [(DECEMBER, "COR-1", "holdings/all.csv", 2, "applied")]


def test_a_wrong_date_can_be_mended(world: World) -> None:
    """The line says November in a file that is named after December: refused, unless corrected."""
    world.write("holdings/2024-12.csv", f"{HEADER}\n{LINE.replace('12-31', '11-30')}\n")
    assert world.refusal().column == "as_of_date"
    text = CORRECTION.replace("market_value", "as_of_date").replace('"100.5"', "2024-11-30")
    delivery = world.correct(text.replace('"100500"', "2024-12-31")).read()
    assert delivery.frames["raw.holdings"].height == 1
    assert statuses(delivery) == [(DECEMBER, "COR-1", "holdings/2024-12.csv", 2, "applied")]


def test_two_corrections_of_one_cell_are_refused(world: World) -> None:
    refused = world.correct(CORRECTION + BY_KEY.replace("COR-1", "COR-9")).policy_refusal()
    assert refused.row == 13
    assert "COR-1 and COR-9" in refused.found


@pytest.mark.parametrize("text", [CORRECTION, BY_KEY], ids=["by row", "by key"])
def test_an_unknown_column_is_refused_with_the_nearest(world: World, text: str) -> None:
    refused = world.correct(text.replace("column: market_value", "column: market_valeu")).policy_refusal()
    assert refused.column == "column"
    assert "market_value" in refused.hint


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("c.durand", "A.Martin", None, "four eyes"),
        ('"100500"', '"100.5"', None, "'old' and 'new' that differ"),
        ("2026-01-09", "2026-01-11", None, "twelve months"),
        ("2026-01-09", "2025-01-10", None, "after 'approved_on'"),
        ("  row: 2\n", "", None, "'file' and 'row', or 'key'"),
        ('"100500"', "cent", "new", "a number with a decimal point"),
        ('"100500"', "100.25", "new", "between quotes"),
        ("dataset: holdings", "dataset: holding", "dataset", "Did you mean 'holdings'?"),
        ("  old:", "  odl:", "odl", "Did you mean old?"),
        ("market_value", "as_of_date", "new", "a date YYYY-MM-DD"),
        ("COR-1", "cor 1", "id", "pattern"),
    ],
)
def test_a_correction_that_is_not_valid_is_refused(
    world: World, old: str, new: str, key: str | None, said: str
) -> None:
    assert old in CORRECTION
    refused = world.correct(CORRECTION.replace(old, new)).policy_refusal()
    assert said in str(refused)
    assert key is None or refused.column == key
    assert refused.row is not None


def test_a_key_is_whole_and_of_the_dataset(world: World) -> None:
    refused = world.correct(BY_KEY.replace(", line_id: L1", "")).policy_refusal()
    assert (refused.column, refused.found) == ("key", "no line_id")
    refused = world.correct(BY_KEY.replace("line_id", "line_ids")).policy_refusal()
    assert (refused.row, refused.hint) == (3, "Did you mean 'line_id'?")


def test_an_id_is_used_once(world: World) -> None:
    refused = world.correct(CORRECTION + CORRECTION.replace("row: 2", "row: 3")).policy_refusal()
    assert (refused.row, refused.column) == (13, "id")


def emissions_of(delivery: Delivery, month: dt.date) -> list[object]:
    """What a month's own files say of X."""
    ids = delivery.source_files.filter(as_of_date=month).select("source_file_id")
    rows = delivery.frames["raw.issuer_emissions"].join(ids, on="source_file_id", how="semi")
    return rows.filter(issuer_id="X")["tco2e"].to_list()


def test_a_correction_ends_by_itself(world: World) -> None:
    """It expires on 2024-12-31: December reads 12,000, January 12 again, alone or in one run."""
    world.write("issuer_emissions/e.csv", EMISSIONS).correct(OF_EMISSIONS)
    world.write("holdings/2025-01.csv", f"{HEADER}\n{LINE.replace('2024-12-31', '2025-01-31')}\n")
    both = world.read(DECEMBER, JANUARY)
    assert emissions_of(both, DECEMBER) == [12000]
    assert emissions_of(both, JANUARY) == [12]
    assert statuses(both) == [
        (DECEMBER, "COR-2", "issuer_emissions/e.csv", 2, "applied"),
        (JANUARY, "COR-2", "issuer_emissions/e.csv", 2, "expired"),
    ]
    assert both.frames["raw.issuer_emissions"].height == 4  # two readings of two rows
    assert both.frames["raw.holdings"].height == 2
    for month in (DECEMBER, JANUARY):
        alone = world.read(month)
        ids = alone.source_files.select("source_file_id")
        for name, frame in alone.frames.items():
            same = both.frames[name].join(ids, on="source_file_id", how="semi", maintain_order="left")
            same = same.filter(as_of_date=month) if name == "raw.holdings" else same
            assert same.sort(pl.all()).equals(frame.sort(pl.all())), name


def test_a_corrected_file_of_every_month_goes_by_an_id_of_its_own(world: World) -> None:
    """Rows of months that were computed before the correction stay behind those months."""
    world.write("issuer_emissions/e.csv", EMISSIONS)
    before = world.read().source_files.filter(dataset="issuer_emissions").item(0, "source_file_id")
    delivery = world.correct(OF_EMISSIONS).read()
    after = delivery.source_files.filter(dataset="issuer_emissions").item(0, "source_file_id")
    delivered = hashlib.sha256(EMISSIONS.encode()).hexdigest()
    assert before == delivered != after
    archived = {blob.sha256: blob.data for blob in delivery.blobs}
    assert archived[delivered] == EMISSIONS.encode()
    assert hashlib.sha256(archived[after]).hexdigest() == after
    assert json.loads(archived[after]) == {
        "file_sha256": delivered,
        "corrections": [{"id": "COR-2", "row": 2, "column": "tco2e", "new": "12000"}],
    }
    assert delivery.corrections.select("file_sha256", "source_file_id").row(0) == (delivered, after)


def test_templates_are_corrected_by_header_or_by_our_name(world: World) -> None:
    (world.path / "holdings/2024-12.csv").unlink()
    world.write("holdings/fund.csv", tpt_csv([position(f5=100, f24="100,0")]))
    assert isinstance(world.refusal(), SourceFileError)
    header = "24_Market_valuation_in_portfolio_currency_(B)"
    for column in (header, "market_value"):
        text = CORRECTION.replace("2024-12.csv", "fund.csv").replace("column: market_value", f'column: "{column}"')
        delivery = world.correct(text.replace('"100.5"', '"100,0"').replace('"100500"', '"100"')).read()
        assert value_of(delivery) == Decimal(100)
        assert delivery.corrections.select("column", "status").row(0) == (header, "applied")


def test_a_template_line_is_found_by_its_key(world: World) -> None:
    (world.path / "holdings/2024-12.csv").unlink()
    two = fund({"f14": "BOND-1", "f24": 100}, {"f14": "BOND-2", "f24": 100})
    world.write("holdings/fund.json", tpt_json(*two))
    key = "  key: {as_of_date: 2024-12-31, portfolio_id: FUND-A, line_id: BOND-2}\n"
    text = BY_KEY.replace("  key: {as_of_date: 2024-12-31, portfolio_id: P, line_id: L1}\n", key)
    text = text.replace("column: market_value", "column: instrument_name")
    delivery = world.correct(text.replace('"100.5"', '"A share"').replace('"100500"', '"B bond"')).read()
    assert delivery.frames["raw.holdings"].sort("line_id")["instrument_name"].to_list() == ["A share", "B bond"]
    world.write("holdings/fund.json", tpt_json(two[1], two[1]))
    assert "rows 1 and 2" in world.policy_refusal().found


def test_the_examples_of_the_documentation_hold(tmp_path: Path) -> None:
    """The corrections of docs/policy.md fit cells of the demo, and nothing else changes."""
    [example] = re.findall(
        r"```yaml\n(# yaml-language-server[^`]*corrections.schema[^`]*)```", DOCUMENTATION.read_text()
    )
    world = World(tmp_path / "inputs").correct(example)
    corrections = read_corrections(world.policy, ["corrections/2025.yaml"])
    demo = REPOSITORY / "data" / "demo" / "inputs"
    delivery = read_delivery(demo, None, [DECEMBER], TODAY, corrections)
    assert [row[1:2] + row[3:] for row in statuses(delivery)] == [
        ("COR-2025-001", 2, "applied"),
        ("COR-2025-002", 2, "applied"),
    ]
    as_delivered = read_delivery(demo, None, [DECEMBER], TODAY)
    plain, mended = as_delivered.frames["raw.holdings"], delivery.frames["raw.holdings"]
    moved = mended["market_value"].sum() - plain["market_value"].sum()
    assert moved == Decimal("3131344.71") - Decimal("3131334.71")
    assert mended.drop("market_value").equals(plain.drop("market_value"))


def test_a_suppliers_file_is_corrected_under_its_own_heading(world: World) -> None:
    """In the supplier's spelling, before the profile reads it; of another month it is not concerned."""
    (world.path / "holdings/2024-12.csv").unlink()
    text = CUSTODIAN.replace(f"{ISIN};Alpha action;Actions;EUR;1\u00a0000", f"{ISIN};T;Actions;EUR;mille")
    world.write("holdings/inventaire.csv", text.encode("cp1252"))
    assert "'mille'" in world.refusal().found
    mended = CORRECTION.replace("2024-12.csv", "inventaire.csv").replace("row: 2", "row: 6")
    mended = mended.replace("market_value", "Quantité").replace('"100.5"', "mille").replace('"100500"', '"1000,0"')
    delivery = world.correct(mended).read()
    assert delivery.frames["raw.holdings"].sort("line_id")["quantity"].to_list() == [1000, 10, None]
    assert statuses(delivery) == [(DECEMBER, "COR-1", "holdings/inventaire.csv", 6, "applied")]
    assert delivery.corrections.item(0, "column") == "Quantité"
    refused = world.correct(mended.replace("old: mille", 'old: "7"')).policy_refusal()
    assert refused.found == "'mille' in holdings/inventaire.csv, row 6, column Quantité"
    good = CUSTODIAN.replace("31/12/2024", "31/01/2025").encode("cp1252")
    world.write("holdings/inventaire.csv", good).write("holdings/2024-12.csv", f"{HEADER}\n{LINE}\n")
    assert world.read(DECEMBER).corrections.is_empty()


def test_a_manifest_speaks_of_the_bytes_delivered(world: World) -> None:
    """Bytes and rows are still compared; the total of a corrected file is no longer the sender's."""
    world.write("issuer_emissions/e.csv", EMISSIONS).correct(CORRECTION + OF_EMISSIONS)
    sha256 = {name: hashlib.sha256((world.path / name).read_bytes()).hexdigest() for name in world.names}
    rows = [
        f"holdings/2024-12.csv,1,100.5,{sha256['holdings/2024-12.csv']}",
        f"issuer_emissions/e.csv,2,,{sha256['issuer_emissions/e.csv']}",
    ]
    world.write("manifest.csv", "\n".join(["file,row_count,control_total,sha256", *rows]) + "\n")
    assert value_of(world.read()) == Decimal(100500)
    world.write(
        "manifest.csv", "\n".join(["file,row_count,control_total,sha256", rows[0], rows[1].replace(",2,", ",3,")])
    )
    assert "row_count 2" in str(world.refusal())
