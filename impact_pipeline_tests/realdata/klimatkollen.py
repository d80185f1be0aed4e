"""Klimatkollen's ``companies.json`` as canonical input files: values as published, errors included.

The file is machine-extracted from annual reports and is treated as that of an untrusted vendor: nothing is repaired, so
that the pipeline's own rules have to notice. What the contract has no place for is left out and listed.
"""

import csv
import dataclasses
import json
import re
from decimal import Decimal
from pathlib import Path

from impact_pipeline.errors import SourceFileError
from impact_pipeline_tests.builders import write_inputs

SOURCE = "klimatkollen"
IDENTIFIER_MAP = Path(__file__).with_name("identifier_map.csv")


@dataclasses.dataclass(frozen=True)
class Link:
    """One reviewed pair: a company of the vendor, an issuer of the fund, and whether they are the same."""

    wikidata_id: str
    vendor_name: str
    issuer_id: str
    issuer_name: str
    decision: str
    figures_of: str
    reviewed_by: str
    reviewed_on: str
    note: str


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A figure of the vendor that no column of the contract can hold."""

    wikidata_id: str
    company: str
    year: str
    figure: str
    value: str
    reason: str


NO_BASIS = "scope 2 that says neither location nor market"
NO_YEAR = "an entry that is no fiscal year"


def read_links(path=IDENTIFIER_MAP):
    with path.open(encoding="utf-8", newline="") as file:
        return [Link(**row) for row in csv.DictReader(file)]


def read_companies(path):
    """Companies by Wikidata id; decimals stay exact."""
    companies = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return {company["wikidataId"]: company for company in companies}


def same_issuers(links, companies, issuers, map_name=IDENTIFIER_MAP.name):
    """LEI by Wikidata id of the pairs that are the same; a name that changed since the review stops the run."""
    for row, link in enumerate(links, start=2):
        for column, now, reviewed in (
            ("vendor_name", companies.get(link.wikidata_id, {}).get("companyName"), link.vendor_name),
            ("issuer_name", issuers.get(link.issuer_id), link.issuer_name),
        ):
            if now != reviewed:
                found = "no such company" if now is None else repr(now)
                hint = "Review the pair again"
                raise SourceFileError(map_name, found, f"{reviewed!r}, as reviewed", row=row, column=column, hint=hint)
    return {link.wikidata_id: link.issuer_id for link in links if link.decision == "same"}


def write_vendor_files(folder, companies, same):
    """The vendor's files in an inputs folder; returns what was left out.

    A company that is not held keeps its Wikidata id and comes with its name and sector; those of an issuer that is held
    are in the fund's file.
    """
    issuers, emissions, financials, left_out = [], [], [], []
    for wikidata_id, company in companies.items():
        issuer = {"issuer_id": same.get(wikidata_id, wikidata_id)}
        known = {"source": SOURCE, "known_from": company["timestamp"][:10]}
        if wikidata_id not in same:
            issuers.append(issuer | _names(company))
        for year, entry in (company.get("emissions") or {}).items():
            if not re.fullmatch(r"\d{4}", year):
                left_out.append(LeftOut(wikidata_id, company["companyName"], year, "emissions", str(entry), NO_YEAR))
                continue
            rows, homeless = _emissions(entry)
            emissions += [issuer | {"fiscal_year": year} | row | known for row in rows]
            left_out += [LeftOut(wikidata_id, company["companyName"], year, *each) for each in homeless]
        for year, facts in (company.get("baseFacts") or {}).items():
            if facts.get("turnover") is not None:
                financials.append(issuer | {"fiscal_year": year} | _turnover(company, year, facts) | known)
    write_inputs(folder, issuers=issuers, issuer_emissions=emissions, issuer_financials=financials)
    return left_out


def _names(company):
    division = ((company.get("industryNace") or {}).get("division") or {}).get("code")
    return {
        "name": company["companyName"],
        "sector_scheme": "nace_2_1" if division else None,
        "sector_code": division or None,
    }


def _emissions(entry):
    """Rows of one year, and figures without a column: a null says nothing and gives no row.

    ``reported``: taken from the companies' reports. The vendor's ``verified`` is a link to Wikidata, not an assurance.
    """
    first, second, third = (entry.get(name) or {} for name in ("scope1", "scope2", "scope3"))
    found = {
        "1": first.get("emissions"),
        "2_location": second.get("lb"),
        "2_market": second.get("mb"),
        "3": third.get("emissions"),
    }
    rows = [
        {"scope": scope, "tco2e": tonnes, "basis": "reported"} for scope, tonnes in found.items() if tonnes is not None
    ]
    undeclared = second.get("emissions") if found["2_location"] is None and found["2_market"] is None else None
    return rows, [] if undeclared is None else [("scope 2", str(undeclared), NO_BASIS)]


def _turnover(company, year, facts):
    """Turnover in its declared unit: MSEK and MEUR say millions, everything else is taken at its word."""
    unit = re.fullmatch(r"(M?)([A-Z]{3})", facts.get("unit") or "")
    if not unit:
        name, given = company["companyName"], facts.get("unit")
        expected = "a currency, or M and a currency"
        raise SourceFileError("companies.json", f"{name} {year}: unit {given!r}", expected, column="unit")
    return {"currency": unit[2], "revenue": facts["turnover"] * (10**6 if unit[1] else 1)}
