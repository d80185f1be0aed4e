"""Row-level faults: refused values and repairs are listed, the lines stay; rules across files."""

from decimal import Decimal
from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import HEADER, ISIN, LEI, OTHER_ISIN, OTHER_LEI, Folder, rules

WIDE = "as_of_date,portfolio_id,line_id,asset_class,cic,instrument_id,issuer_id,market_value_eur,fund_id"


def lines(*rows: str) -> str:
    """Lines of December 2024 from ``portfolio,line,class,cic,instrument,issuer,value,fund``."""
    return "\n".join([WIDE, *(f"2024-12-31,{row}" for row in rows), ""])


@pytest.mark.parametrize(
    ("code", "kept", "rule"),
    [
        (ISIN, ISIN, None),
        ("fr0000120271", ISIN, "identifier_repaired"),
        ("FR00 0012 0271", ISIN, "identifier_repaired"),
        ("FR0000120272", None, "isin_check_digit"),
        ("FR00 0012 0272", None, "isin_check_digit"),
        ("FR00001202O1", None, "isin_check_digit"),  # letter O for zero
        ("ZZ0000000000", None, "isin_check_digit"),
        ("XS0203871652", None, "isin_check_digit"),
        ("EZ99S9FBYFN8", "EZ99S9FBYFN8", None),  # derivatives have a prefix of their own
        ("LOAN-0001", "LOAN-0001", None),
        ("LOAN PARIS 01", "LOAN PARIS 01", None),
        (" LOAN-1", "LOAN-1", "identifier_repaired"),
    ],
)
def test_instrument_identifiers(tmp_path: Path, code: str, kept: str | None, rule: str | None) -> None:
    delivery = Folder(tmp_path, lines(f"P,L1,cash,,{code},,5,")).read()
    assert delivery.frames["raw.holdings"]["instrument_id"].to_list() == [kept]
    expected = [("holdings/2024-12.csv", 2, "instrument_id", code, rule)] if rule else []
    assert rules(delivery) == expected


@pytest.mark.parametrize(
    ("code", "kept", "rule", "severity"),
    [
        (LEI, LEI, None, None),
        (LEI.lower(), LEI, "identifier_repaired", "warn"),
        ("529900S21EQ1BO4ESM69", "529900S21EQ1BO4ESM69", "lei_check_digit", "warn"),
        ("ETAT-FR", "ETAT-FR", None, None),
    ],
)
def test_issuer_identifiers(tmp_path: Path, code: str, kept: str, rule: str | None, severity: str | None) -> None:
    delivery = Folder(tmp_path, lines(f"P,L1,cash,,,{code},5,")).read()
    assert delivery.frames["raw.holdings"]["issuer_id"].to_list() == [kept]
    assert delivery.rejected_rows.select("column", "rule", "severity").rows() == (
        [("issuer_id", rule, severity)] if rule else []
    )


def test_a_lei_is_checked_in_every_column_and_dataset_that_holds_issuers(tmp_path: Path) -> None:
    wrong = "529900S21EQ1BO4ESM69"
    folder = Folder(tmp_path).write("ownership/o.csv", f"child_id,parent_id,valid_from\n{wrong},A,2020-01-01\n")
    folder.write("evidence/e.csv", f"evidence_id,issuer_id,measure\nE,{wrong},m\n")
    folder.write("classifications/c.csv", f"subject_id,kind,code,valid_from\n{wrong},real_economy,c,2020-01-01\n")
    assert {(file, column, rule) for file, _, column, _, rule in rules(folder.read())} == {
        ("ownership/o.csv", "child_id", "lei_check_digit"),
        ("evidence/e.csv", "issuer_id", "lei_check_digit"),
        ("classifications/c.csv", "subject_id", "lei_check_digit"),
    }


def test_a_classified_isin_is_spelled_as_the_line_spells_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path, lines("P,L1,cash,,fr0000120271,,5,"))
    folder.write("classifications/c.csv", "subject_id,kind,code,valid_from\nfr0000120271,real_economy,c,2020-01-01\n")
    frames = folder.read().frames
    assert frames["raw.classifications"]["subject_id"][0] == frames["raw.holdings"]["instrument_id"][0] == ISIN


@pytest.mark.parametrize(
    ("cic", "asset_class"),
    [
        ("FR11", "sovereign_bond"),
        ("XA12", "supranational_bond"),
        ("DE13", "sub_sovereign_bond"),
        ("DE14", "sub_sovereign_bond"),
        ("US15", "sovereign_bond"),
        ("FR16", "covered_bond"),
        ("FR19", "sovereign_bond"),
        ("FR21", "corporate_bond"),
        ("FR28", "corporate_bond"),
        ("FR26", "covered_bond"),
        ("SE27", "covered_bond"),
        ("FR31", "listed_equity"),
        ("FR34", "listed_equity"),
        ("XL31", "unlisted_equity"),
        ("XT39", "unlisted_equity"),
        ("XV31", "listed_equity"),
        ("LU41", "fund"),
        ("XL49", "fund"),
        ("FR51", "other"),
        ("IE64", "securitisation"),
        ("XL71", "cash"),
        ("XL79", "cash"),
        ("XT72", "cash"),
        ("XL82", "loan"),
        ("XL84", "mortgage"),
        ("XL91", "real_estate"),
        ("XL09", "other"),
        ("DEA1", "derivative"),
        ("XLD1", "derivative"),
        ("xle2", "derivative"),
        ("XLF1", "derivative"),
    ],
)
def test_the_asset_class_follows_from_the_cic(tmp_path: Path, cic: str, asset_class: str) -> None:
    assert Folder(tmp_path, lines(f"P,L1,,{cic},,,5,")).read().frames["raw.holdings"]["asset_class"][0] == asset_class


def test_a_given_asset_class_wins_and_an_unknown_cic_alone_is_refused(tmp_path: Path) -> None:
    given = Folder(tmp_path, lines("P,L1,private_debt,FR31,,,5,")).read().frames["raw.holdings"]
    assert given["asset_class"].to_list() == ["private_debt"]
    refusal = Folder(tmp_path, lines("P,L1,,31,,,5,")).refusal()
    assert (refusal.row, refusal.column, refusal.found) == (2, "cic", "'31'")


def test_negative_emissions_and_enterprise_values_are_taken_as_unknown(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(
        "issuer_emissions/e.csv",
        "issuer_id,fiscal_year,scope,source,known_from,tco2e\nI,2024,1,r,2025-01-01,-5\n",
    )
    folder.write(
        "issuer_financials/f.csv",
        "issuer_id,fiscal_year,known_from,currency,evic,market_cap,total_debt,total_equity\n"
        "I,2024,2025-01-01,EUR,-1,-2,-3,-4\n",
    )
    delivery = folder.read()
    assert delivery.frames["raw.issuer_emissions"]["tco2e"].to_list() == [None]
    money = delivery.frames["raw.issuer_financials"].select("evic", "market_cap", "total_debt", "total_equity")
    assert money.row(0) == (None, None, None, Decimal(-4))
    found = delivery.rejected_rows.select("file", "row", "column", "value", "rule", "severity").rows()
    assert found == [
        ("issuer_emissions/e.csv", 2, "tco2e", "-5.000000", "negative_emissions", "error"),
        ("issuer_financials/f.csv", 2, "evic", "-1.000000", "negative_evic", "error"),
        ("issuer_financials/f.csv", 2, "market_cap", "-2.000000", "negative_market_cap", "error"),
        ("issuer_financials/f.csv", 2, "total_debt", "-3.000000", "negative_total_debt", "error"),
    ]


def test_an_issuer_nobody_describes_is_listed_only_where_issuers_are_described(tmp_path: Path) -> None:
    folder = Folder(tmp_path, lines(f"P,L1,cash,,,{LEI},5,", "P,L2,cash,,,GHOST,5,", "P,L3,cash,,,,5,"))
    assert rules(folder.read()) == []
    folder.write("issuers/i.csv", f"issuer_id,name\n{LEI},A\n")
    assert rules(folder.read()) == [("holdings/2024-12.csv", 3, "issuer_id", "GHOST", "unknown_issuer")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("L,real_economy,a,2020-01-01,,0.6\nL,real_economy,b,2020-01-01,,0.4\n", None),
        ("L,real_economy,a,2020-01-01,,0.6\nL,real_economy,b,2020-01-01,,0.400001\n", 3),
        ("L,real_economy,a,2020-01-01,2021-01-01,0.6\nL,real_economy,b,2021-01-01,,0.6\n", None),
        ("L,real_economy,a,2020-01-01,2021-01-02,0.6\nL,real_economy,b,2021-01-01,,0.6\n", 3),
        ("L,real_economy,a,2020-01-01,,0.6\nL,strategic_purpose,b,2020-01-01,,0.6\n", None),
        ("L,real_economy,a,2020-01-01,,0.6\nM,real_economy,b,2020-01-01,,0.6\n", None),
        ("L,real_economy,a,2020-01-01,,1\nL,real_economy,b,2020-01-01,,\n", None),
    ],
)
def test_shares_valid_on_the_same_day_add_to_at_most_one(tmp_path: Path, rows: str, expected: int | None) -> None:
    folder = Folder(tmp_path)
    folder.write("classifications/c.csv", "subject_id,kind,code,valid_from,valid_to,share\n" + rows)
    if expected is None:
        assert folder.read().frames["raw.classifications"].height == 2
        return
    refusal = folder.refusal()
    assert (refusal.file, refusal.row, refusal.column) == ("classifications/c.csv", expected, "share")
    assert "real_economy shares of L that add up to 1." in refusal.found


@pytest.mark.parametrize(
    ("rows", "chain", "row"),
    [
        (["A,L1,fund,,,,5,A"], "A > A", 2),
        (["A,L1,fund,,,,5,B", "B,L1,fund,,,,5,A"], "A > B > A", 2),
        (["Z,L1,fund,,,,5,A", "A,L1,fund,,,,5,B", "B,L1,fund,,,,5,C", "C,L1,fund,,,,5,B"], "B > C > B", 4),
    ],
)
def test_funds_that_hold_each_other_are_refused(tmp_path: Path, rows: list[str], chain: str, row: int) -> None:
    refusal = Folder(tmp_path, lines(*rows)).refusal()
    assert refusal.found == f"funds that hold each other: {chain}"
    assert (refusal.file, refusal.row, refusal.column) == ("holdings/2024-12.csv", row, "fund_id")


def test_many_ways_to_the_same_fund_take_no_time(tmp_path: Path) -> None:
    rows = [f"F{n:02},{leg},fund,,,,5,F{n + 1:02}" for n in range(60) for leg in ("L1", "L2")]
    rows += [f"F{n:02},L3,fund,,,,5,F{n + 2:02}" for n in range(59)]
    assert Folder(tmp_path, lines(*rows)).read().frames["raw.holdings"].height == 179
    refusal = Folder(tmp_path, lines(*rows, "F60,L1,fund,,,,5,F59")).refusal()
    assert refusal.found == "funds that hold each other: F59 > F60 > F59"


def test_a_fund_held_twice_over_two_ways_is_no_circle(tmp_path: Path) -> None:
    rows = ["P,L1,fund,,,,5,A", "P,L2,fund,,,,5,B", "A,L1,fund,,,,5,C", "B,L1,fund,,,,5,C", "C,L1,cash,,,,5,"]
    assert Folder(tmp_path, lines(*rows)).read().frames["raw.holdings"].height == 5


def test_countries_that_are_no_codes_are_kept_and_listed(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("issuers/i.csv", "issuer_id,country\nA,FRA\nB,NA\nC,XA\nD,France\n")
    delivery = folder.read()
    assert delivery.frames["raw.issuers"]["country"].to_list() == ["FRA", "NA", "XA", "France"]
    assert delivery.rejected_rows.select("row", "value", "reason").rows() == [
        (2, "FRA", "not an ISO 3166 alpha-2 code; kept as it is (probably FR)"),
        (5, "France", "not an ISO 3166 alpha-2 code; kept as it is"),
    ]


def test_sovereign_figures_without_a_day_of_receipt_are_always_known(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write("sovereigns/s.csv", "country,year,gdp_nominal_eur\nFR,2023,2800000000000\n")
    delivery = folder.read()
    assert str(delivery.frames["raw.sovereigns"]["known_from"][0]) == "1900-01-01"
    assert delivery.known_as_of is None


def test_reference_rates_stand_beside_the_delivery_s_own_and_both_keep_their_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    rates = folder.read().frames["raw.fx_rates"]
    dollar = rates.filter((rates["currency"] == "USD") & (rates["rate_date"].cast(str) == "2024-12-31"))
    assert dollar["units_per_eur"].to_list() == [Decimal("1.0389")]
    assert set(folder.read().source_files.filter(dataset="fx_rates")["file"]) == {"reference/fx_ecb_month_end.csv"}
    folder.write("fx_rates/mine.csv", "rate_date,currency,units_per_eur\n2024-12-31,USD,1.04\n")
    delivery = folder.read()
    rates = delivery.frames["raw.fx_rates"]
    own, reference = delivery.source_files.filter(dataset="fx_rates")["source_file_id"].to_list()
    dollar = rates.filter((rates["currency"] == "USD") & (rates["rate_date"].cast(str) == "2024-12-31"))
    assert dict(dollar.select("source_file_id", "units_per_eur").iter_rows()) == {
        own: Decimal("1.04"),
        reference: Decimal("1.0389"),
    }
    assert delivery.source_files.filter(dataset="fx_rates").select("file", "profile_id").rows() == [
        ("fx_rates/mine.csv", "canonical"),
        ("reference/fx_ecb_month_end.csv", "reference"),
    ]


def test_booleans_and_whole_numbers_in_the_forms_people_write(tmp_path: Path) -> None:
    text = "issuer_id,is_listed,is_financial\nA,true,FALSE\nB,1,0\nC,,True\n"
    folder = Folder(tmp_path).write("issuers/i.csv", text)
    folder.write("issuer_financials/f.csv", "issuer_id,fiscal_year,known_from\nA,2024.0,2025-01-01\n")
    frames = folder.read().frames
    assert frames["raw.issuers"].select("is_listed", "is_financial").rows() == [
        (True, False),
        (True, False),
        (None, True),
    ]
    assert frames["raw.issuer_financials"]["fiscal_year"].to_list() == [2024]


def test_the_source_file_says_how_much_was_read(tmp_path: Path) -> None:
    text = f"{HEADER}\n2024-12-30,P,L1,cash,EUR,100.5,\n2024-12-30,P,L2,cash,USD,-0.25,\n"
    row = Folder(tmp_path, text).read().source_files.row(0, named=True)
    assert (row["file"], row["row_count"], row["control_total"]) == (
        "holdings/2024-12.csv",
        2,
        Decimal("100.25"),
    )
    assert (str(row["valuation_date"]), row["size_bytes"], row["profile_id"]) == (
        "2024-12-30",
        len(text),
        "canonical",
    )


def test_identifiers_of_the_tests_are_valid() -> None:
    from stdnum import isin, lei

    assert isin.is_valid(ISIN)
    assert isin.is_valid(OTHER_ISIN)
    assert lei.is_valid(LEI)
    assert lei.is_valid(OTHER_LEI)


@pytest.mark.parametrize(
    ("name", "content", "column"),
    [
        (
            "ownership/o.csv",
            "child_id,parent_id,valid_from,valid_to\nA,B,2024-01-31,2024-01-31\n",
            "valid_to",
        ),
        (
            "classifications/c.csv",
            "subject_id,kind,code,share,valid_from,valid_to\nL1,real_economy,pme,1,2024-02-01,2024-01-01\n",
            "valid_to",
        ),
        (
            "organisation/o.csv",
            "year,protected_persons,category,tco2e\n2024,500,achats,1\n2024,,bureaux,1\n2024,1000,energie,1\n",
            "protected_persons",
        ),
    ],
)
def test_rows_that_contradict_themselves_stop_the_file(tmp_path: Path, name: str, content: str, column: str) -> None:
    error = Folder(tmp_path).write(name, content).refusal()
    assert (error.row, error.column) == (2, column)


def test_a_balance_sheet_without_a_currency_is_listed(tmp_path: Path) -> None:
    text = "issuer_id,fiscal_year,currency,market_cap,evic,known_from\n"
    text += "A,2023,EUR,1,,2024-04-01\nB,2023,,5,,2024-04-01\nC,2023,,,,2024-04-01\n"
    delivery = Folder(tmp_path).write("issuer_financials/sheets.csv", text).read()
    assert rules(delivery) == [("issuer_financials/sheets.csv", 3, "currency", None, "missing_currency")]


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("c,0.3,2019-01-01,", "c,0.4,2024-01-01,", True),
        ("c,0.3,2019-01-01,2024-01-02", "c,0.4,2024-01-01,", True),
        ("c,0.3,2019-01-01,2024-01-01", "c,0.4,2024-01-01,", False),
        ("c,0.3,2019-01-01,", "d,0.4,2024-01-01,", False),  # two codes share a subject
    ],
)
def test_two_shares_of_one_code_at_a_time_are_refused(tmp_path: Path, first: str, second: str, refused: bool) -> None:
    """They would be added up, where the second was meant to replace the first."""
    header = "subject_id,kind,code,share,valid_from,valid_to,classified_by\n"
    rows = "".join(f"A,strategic_purpose,{row},x\n" for row in (first, second))
    folder = Folder(tmp_path).write("classifications/c.csv", header + rows)
    if not refused:
        assert folder.read().frames["raw.classifications"].height == 2
        return
    refusal = folder.refusal()
    assert (refusal.row, refusal.column) == (3, "valid_from")
    assert refusal.found == "a second share of A for c from 2024-01-01"
    assert refusal.hint == "Close the older row with a valid_to"
