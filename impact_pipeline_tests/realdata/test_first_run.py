"""The first run on a real fund, and the figures written about it; skips, visibly, where the real files are not."""

import json
import re
import unicodedata
from decimal import Decimal

import duckdb
import pytest

from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.ingest.deliveries import REAL_DATA
from impact_pipeline_tests.realdata import tables
from impact_pipeline_tests.realdata.first_run import COMPANIES, FUND, first_run
from impact_pipeline_tests.realdata.klimatkollen import read_companies, read_links

PAGE = REPOSITORY / "docs" / "first_real_run.md"
#: ECB reference rate of 29/08/2025, SEK per EUR.
SEK = Decimal("11.055")
#: Words in many names, which say nothing about identity.
COMMON = {
    "and", "asa", "bank", "company", "corp", "group", "holding", "international", "ltd", "new", "plc", "publ", "the",
}  # fmt: skip

pytestmark = [
    pytest.mark.dagster,
    pytest.mark.skipif(
        not all((REAL_DATA / name).exists() for name in (FUND, COMPANIES)),
        reason=f"{FUND} and {COMPANIES} not found in {REAL_DATA}",
    ),
]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("first_run")
    return out, first_run(REAL_DATA, out)


@pytest.fixture(scope="module")
def ask(done):
    def rows(sql):
        with duckdb.connect(str(done[0] / "home" / "readers.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return rows


def fund_lines():
    return json.loads((REAL_DATA / FUND).read_text(encoding="utf-8"), parse_float=Decimal)


def test_the_page_says_what_the_pipeline_computes_now(done):
    page = PAGE.read_text(encoding="utf-8")
    written = {block["name"]: block[0] for block in tables.BLOCK.finditer(page)}
    computed = {block["name"]: block[0] for block in tables.BLOCK.finditer(tables.renewed(page, done[1]))}
    assert set(written) == set(done[1]), "a table of the run is missing on the page, or the other way round"
    stale = [name for name in written if written[name] != computed[name]]
    assert not stale, f"run impact_pipeline_tests.realdata.first_run with --docs {PAGE.name}: {stale}"


def test_what_the_vendor_knows_of_the_fund_is_counted_from_the_files_alone(done):
    # 11 shares and a covered bond; bank accounts of one of the banks are no investment in it
    same = {link.issuer_id for link in read_links() if link.decision == "same"}
    mine = [
        line
        for line in fund_lines()
        if line["47_Issuer_identification_code"] in same and line["12_CIC_code_of_the_instrument"][2] in "23"
    ]
    value = sum(Decimal(line["24_Market_valuation_in_portfolio_currency_(B)"]) for line in mine) / SEK
    assert len(mine) == len(same) == 12
    assert f"knows {len(mine)} of the issuers: {value:,.0f} EUR" in done[1]["summary"]


def test_nothing_is_covered_and_nothing_is_called_zero(ask):
    assert ask("select count(*) from marts.positions where carbon_status = 'covered'") == [(0,)]
    assert ask("select distinct financed_scope_1_2_tco2e from marts.positions") == [(None,)]


@pytest.mark.parametrize(
    "company", ["SSAB", "Mips", "Tele2 Ab", "Swedbank AB", "Hufvudstaden", "Volvo Cars", "Akademiska Hus"]
)
def test_a_slip_that_a_person_sees_in_the_vendor_s_file_is_listed(done, company):
    assert re.search(rf"^\| {company} \|", done[1]["revenue"], re.MULTILINE)


@pytest.mark.parametrize("company", ["Essity Aktiebolag (publ)", "Securitas AB", "Ericsson", "Volvo AB", "H&M"])
def test_turnovers_in_units_are_not(done, company):
    assert f"| {company} |" not in done[1]["revenue"]


def test_the_placeholders_are_those_a_person_counts(ask):
    # 12345 for Hufvudstaden (3 years), Industrivärden (5) and Samhällsbyggnadsbolaget (3); 123456789 for Lantmännen and
    # the second Better Collective; the four turnovers and six tonnages of the first one count up or down
    found = ask("select dataset, count(*) from audit.rejected_rows where rule = 'placeholder_figure' group by dataset")
    assert dict(found) == {"issuer_financials": 3 + 5 + 3 + 2 + 4, "issuer_emissions": 6}


def words(name):
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z0-9]{3,}", plain)) - COMMON


def test_every_pair_of_names_that_share_a_word_was_reviewed():
    reviewed = {(link.wikidata_id, link.issuer_id) for link in read_links()}
    issuers = {(line["47_Issuer_identification_code"], line["46_Issuer_name"]) for line in fund_lines()}
    open_pairs = [
        (company["companyName"], name)
        for company in read_companies(REAL_DATA / COMPANIES).values()
        for lei, name in issuers
        if (company["wikidataId"], lei) not in reviewed
        and words(name) & words(f"{company['companyName']} {(company.get('wikidata') or {}).get('label') or ''}")
    ]
    assert open_pairs == []
