"""The vendor's file becomes canonical rows, values as published; identity is what people reviewed."""

import csv
import json

import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline_tests.ingest.test_row_rules import LEI
from impact_pipeline_tests.realdata.klimatkollen import (
    NO_BASIS,
    NO_YEAR,
    Link,
    read_companies,
    read_links,
    same_issuers,
    write_vendor_files,
)

TOLD = {
    "companyName": "Held",
    "wikidataId": "Q1",
    "timestamp": "2024-07-30T12:11:08.274Z",
    "emissions": {
        "2022": {"scope1": {"emissions": 85.5}, "scope2": {"emissions": 28, "mb": None}, "scope3": None},
        "2023": {"scope1": {"emissions": None}, "scope2": {"emissions": 9, "lb": 7, "mb": 9},
                 "scope3": {"emissions": 0}},
        "totalUnit": "",
    },
    "baseFacts": {
        "2021": {"turnover": None, "unit": "SEK"},
        "2022": {"turnover": 254, "unit": "SEK"},
        "2023": {"turnover": 11680, "unit": "MEUR"},
    },
}  # fmt: skip
OTHER = {"companyName": "Other", "wikidataId": "Q2", "timestamp": "2024-06-17T00:00:00Z",
         "industryNace": {"division": {"code": "24"}}}  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def of(*companies, same):
        (tmp_path / "companies.json").write_text(json.dumps(companies), encoding="utf-8")
        left_out = write_vendor_files(tmp_path / "inputs", read_companies(tmp_path / "companies.json"), same)
        tables = {}
        for path in (tmp_path / "inputs").glob("*/*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                tables[path.stem] = [tuple(row.values()) for row in csv.DictReader(file)]
        return tables, left_out

    return of


def test_figures_keep_their_value_and_nulls_give_no_row(written):
    tables, left_out = written(TOLD, OTHER, same={"Q1": LEI})
    assert tables["issuer_emissions"] == [
        (LEI, "2022", "1", "85.5", "reported", "klimatkollen", "2024-07-30"),
        (LEI, "2023", "2_location", "7", "reported", "klimatkollen", "2024-07-30"),
        (LEI, "2023", "2_market", "9", "reported", "klimatkollen", "2024-07-30"),
        (LEI, "2023", "3", "0", "reported", "klimatkollen", "2024-07-30"),
    ]
    assert tables["issuer_financials"] == [
        (LEI, "2022", "SEK", "254", "klimatkollen", "2024-07-30"),
        (LEI, "2023", "EUR", "11680000000", "klimatkollen", "2024-07-30"),
    ]
    assert tables["issuers"] == [("Q2", "Other", "nace_2_1", "24")], "the fund's file names the issuers held"
    assert [(each.year, each.value, each.reason) for each in left_out] == [
        ("2022", "28", NO_BASIS),
        ("totalUnit", "", NO_YEAR),
    ]


@pytest.mark.parametrize("unit", [None, "kr", "TSEK", "MSEKS"])
def test_a_unit_that_says_no_scale_we_know_is_refused(written, unit):
    company = TOLD | {"baseFacts": {"2023": {"turnover": 1, "unit": unit}}}
    with pytest.raises(SourceFileError, match=r"companies\.json.*Held 2023.*unit"):
        written(company, same={})


@pytest.mark.parametrize(
    ("companies", "issuers", "column"),
    [
        ({"Q1": {"companyName": "Renamed"}}, {LEI: "Issuer"}, "vendor_name"),
        ({}, {LEI: "Issuer"}, "vendor_name"),
        ({"Q1": {"companyName": "Held"}}, {LEI: "Renamed"}, "issuer_name"),
        ({"Q1": {"companyName": "Held"}}, {}, "issuer_name"),
    ],
)
def test_a_pair_that_is_not_as_reviewed_stops_the_run(companies, issuers, column):
    link = Link("Q1", "Held", LEI, "Issuer", "same", "group", "R", "2026-11-27", "")
    with pytest.raises(SourceFileError) as caught:
        same_issuers([link], companies, issuers)
    assert (caught.value.row, caught.value.column) == (2, column)


def test_the_map_says_who_reviewed_what_and_why():
    links = read_links()
    assert all(all(vars(link).values()) for link in links), "no empty cell"
    assert {link.decision for link in links} == {"same", "other"}
    assert {link.figures_of for link in links} == {"group", "entity"}
    same = [link for link in links if link.decision == "same"]
    assert len({link.wikidata_id for link in same}) == len({link.issuer_id for link in same}) == len(same)
