"""What the sender says the files hold is compared with what was read."""

import hashlib
from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import AUGUST, DECEMBER, HEADER, Folder

LINES = f"{HEADER}\n2024-12-31,P,L1,listed_equity,EUR,100.5,return\n2024-12-31,P,L2,listed_equity,EUR,-0.25,return\n"
OTHER_MONTH = f"{HEADER}\n2025-08-31,P,L1,listed_equity,EUR,7,return\n"
ISSUERS = "issuer_id,name\nA,Fictive A\nB,Fictive B\n"
DIGEST = hashlib.sha256(LINES.encode()).hexdigest()
GOOD = f"file,row_count,control_total,sha256\nholdings/2024-12.csv,2,100.25,{DIGEST}\nissuers/issuers.csv,2,,\n"


def folder(tmp_path: Path, manifest: str) -> Folder:
    made = Folder(tmp_path, LINES).write("issuers/issuers.csv", ISSUERS)
    return made.write("manifest.csv", manifest)


def test_a_delivery_as_its_manifest_says_is_read(tmp_path: Path) -> None:
    assert folder(tmp_path, GOOD).read(DECEMBER).frames["raw.holdings"].height == 2


def test_files_of_other_months_need_no_line(tmp_path: Path) -> None:
    delivery = folder(tmp_path, GOOD).write("holdings/2025-08.csv", OTHER_MONTH).read(DECEMBER)
    assert delivery.frames["raw.holdings"].height == 2
    assert "does not list" in folder(tmp_path, GOOD).refusal(AUGUST).found


def test_a_file_cut_between_two_rows_is_found(tmp_path: Path) -> None:
    cut = folder(tmp_path, GOOD.replace(DIGEST, "")).write("holdings/2024-12.csv", LINES.rsplit("2024", 1)[0])
    refusal = cut.refusal()
    assert (refusal.file, refusal.found) == ("holdings/2024-12.csv", "row_count 1")
    assert refusal.expected == "2 as manifest.csv says in row 2"


@pytest.mark.parametrize(
    ("old", "new", "file", "found"),
    [
        ("100.25", "100.26", "holdings/2024-12.csv", "control_total 100.250000"),
        (DIGEST, "0" * 64, "holdings/2024-12.csv", f"sha256 {DIGEST}"),
        ("issuers.csv,2", "issuers.csv,3", "issuers/issuers.csv", "row_count 2"),
        ("issuers/issuers.csv,2,,\n", "", "issuers/issuers.csv", "a file that manifest.csv does not list"),
        ("issuers/issuers.csv", "issuers/isuers.csv", "manifest.csv", "issuers/isuers.csv, which is not in the inputs"),
        ("100.25", "a lot", "manifest.csv", "'a lot'"),
        (",2,100", ",two,100", "manifest.csv", "'two'"),
        ("row_count", "rows", "manifest.csv", "an unknown column"),
        ("issuers/issuers.csv", "holdings/2024-12.csv", "manifest.csv", "holdings/2024-12.csv again"),
    ],
)
def test_what_differs_is_refused(tmp_path: Path, old: str, new: str, file: str, found: str) -> None:
    assert old in GOOD
    refusal = folder(tmp_path, GOOD.replace(old, new)).refusal()
    assert (refusal.file, refusal.found) == (file, found)


def test_a_manifest_with_other_delimiters_is_told_so(tmp_path: Path) -> None:
    refusal = folder(tmp_path, GOOD.replace(",", ";")).refusal()
    assert (refusal.file, refusal.found) == ("manifest.csv", "cells separated by ';'")
