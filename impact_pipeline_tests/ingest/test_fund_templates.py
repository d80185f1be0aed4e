"""European ESG Template files: the fund's own figures, from CSV and XLSX, with the row they stand in."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import ISIN, OTHER_ISIN, Folder, rules
from impact_pipeline_tests.ingest.xlsx_files import workbook

#: Field numbers and names of EET V1.1.2 (FinDatEx, 2023-12-05); V1.1.3 has the same. Some of its about 616 fields.
HEADER = (
    "00010_EET_Version",
    "00050_EET_File_Generation_Date_And_Time",
    "10000_Manufacturer_Name",
    "20000_Financial_Instrument_Identifying_Data",
    "20010_Financial_Instrument_Type_Of_Identification_Code",
    "20020_Financial_Instrument_Name",
    "20100_Does_This_Product_Consider_Principle_Adverse_Impact_In_Their_Investment",
    "30010_PAI_Reference_Date",
    "30220_Carbon_Footprint_Scope12_Value",
    "30230_Carbon_Footprint_Scope12_Considered_In_The_Investment_Strategy",
    "30240_Carbon_Footprint_Scope12_Coverage",
    "30250_Carbon_Footprint_Scope12_Eligible_Assets",
    "30260_Carbon_Footprint_Scope123_Value",
    "30280_Carbon_Footprint_Scope123_Coverage",
    "30300_GHG_Intensity_Of_Investee_Companies_Scope12_Value",
    "30320_GHG_Intensity_Of_Investee_Companies_Scope12_Coverage",
    "30340_GHG_Intensity_Of_Investee_Companies_Scope123_Value",
    "30360_GHG_Intensity_Of_Investee_Companies_Scope123_Coverage",
)
MADE = "2025-01-20 08:30:00"
#: The specification's example of a coverage: half in governments, half in credit of which 60 % report.
FULL = (
    "V1.1.2", MADE, "Talverne AM", ISIN, "1", "Talverne Monde, part A", "Y", "2024-12-31",
    "42.5", "Y", "0.3", "0.5", "310", "0.3", "96.25", "0.28", "800", "0.28",
)  # fmt: skip
#: A fund of Article 6 that says nothing of its impacts.
SILENT = ("V1.1.2", MADE, "Talverne AM", OTHER_ISIN, "1", "Talverne Or", "N", *[""] * 11)


def delivered(tmp_path, *rows, name="eet.csv"):
    lines = (HEADER, *rows)
    content = workbook({"EET": lines}) if name.endswith("xlsx") else "\n".join(";".join(line) for line in lines) + "\n"
    return Folder(tmp_path).write(f"fund_declarations/{name}", content)


@pytest.mark.parametrize("name", ["eet.csv", "20250120_EETV112.xlsx"])
def test_a_fund_says_its_own_footprint_and_intensity(tmp_path, name):
    delivery = delivered(tmp_path, SILENT, FULL, name=name).read()
    [row] = delivery.frames["raw.fund_declarations"].to_dicts()
    assert (row["instrument_id"], row["reference_date"]) == (ISIN, dt.date(2024, 12, 31))
    assert row["known_from"] == dt.date(2025, 1, 20)
    assert row["carbon_footprint_scope_1_2_tco2e_per_meur"] == Decimal("42.5")
    assert row["carbon_footprint_scope_1_2_coverage_ratio"] == Decimal("0.3")
    assert row["eligible_assets_ratio"] == Decimal("0.5")
    assert row["carbon_footprint_scope_1_2_3_tco2e_per_meur"] == 310
    assert row["ghg_intensity_scope_1_2_tco2e_per_meur"] == Decimal("96.25")
    assert row["ghg_intensity_scope_1_2_3_coverage_ratio"] == Decimal("0.28")
    assert row["is_pai_considered"] is True
    assert row["source"] == "EET Talverne AM"
    assert row["source_row"] == 3, "row 1 is the header, row 2 the silent fund"


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (10, "30", "expected at most 1"),
        (8, "-42.5", "expected at least 0"),
        (8, "n.c.", "n.c."),
        (7, "", "reference_date"),
        (6, "yes", "yes"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, place, text, said):
    row = [*FULL[:place], text, *FULL[place + 1 :]]
    error = str(delivered(tmp_path, row).refusal())
    assert "eet.csv, row 2" in error
    assert said in error


def test_a_wrong_code_is_listed_and_meets_no_line(tmp_path):
    wrong = ISIN[:-1] + str((int(ISIN[-1]) + 1) % 10)
    delivery = delivered(tmp_path, [wrong if cell == ISIN else cell for cell in FULL]).read()
    assert delivery.frames["raw.fund_declarations"]["instrument_id"].to_list() == [wrong]
    assert ("eet.csv", 2, "instrument_id", wrong) in [(Path(name).name, *cell) for name, *cell, _ in rules(delivery)]
