"""Published figures that are wrong, P20 to P22 of the methodology sheet: each must make the control it names fail."""

import datetime as dt

import duckdb
import pytest

from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.warehouse.runner import run_test
from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs
from impact_pipeline_tests.ingest.deliveries import NAME, Folder, fund, tpt_json

MILLION = 10**6
DECEMBER = dt.date(2024, 12, 31)
UTILITY = {"name": "Utility", "sector_scheme": "nace_2", "sector_code": "35.11", "is_listed": "false"}


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture
def run(tmp_path):
    def of(**datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home")

    return of


@pytest.fixture(scope="module")
def checks():
    return {test.name: test for test in load_tests(SQL_MODELS / "tests")}


@pytest.fixture
def found(checks):
    """Keys of the bad rows a check finds in December 2024."""

    def of(done, name):
        with done.store.read() as connection:
            return run_test(connection, checks[name], DECEMBER, DECEMBER + dt.timedelta(days=1)).sample

    return of


@pytest.fixture
def verdict(checks):
    """Bad rows a check finds in tables written by hand: what no input of ours can produce, but a fault could."""

    def of(name, **tables):
        with duckdb.connect() as connection:
            for full_name, rows in tables.items():
                layer, _, table = full_name.partition("__")
                frame = TABLES[f"{layer}.{table}"].frame({"as_of_date": DECEMBER, **row} for row in rows)
                connection.execute(f"create schema if not exists {layer}")
                connection.register("given", frame.to_arrow())
                connection.execute(f"create table {layer}.{table} as select * from given")
                connection.unregister("given")
            return run_test(connection, checks[name], DECEMBER, DECEMBER + dt.timedelta(days=1)).sample

    return of


def p20(tonnes):
    """Three lenders of 20, 30 and 50 M to a utility without equity (negative: PCAF counts 0), revenue 4,000 M."""
    return {
        "holdings": [
            line(f"L{amount}", asset_class="loan", issuer_id="U", market_value=amount * MILLION)
            for amount in (20, 30, 50)
        ],
        "issuers": [{"issuer_id": "U", **UTILITY}],
        "issuer_financials": [
            financials("U", total_equity=-1, total_debt=100 * MILLION, revenue=4_000 * MILLION)
        ],
        "issuer_emissions": emissions("U", tonnes),
    }  # fmt: skip


def test_p20_the_right_figures_of_the_utility(run):
    # 20 / 100 x 10 Mt = 2 Mt, 3 Mt, 5 Mt: 100,000 t per M of debt
    done = run(**p20(10_000_000))
    tonnes = [float(done.position(f"L{amount}")["financed_scope_1_2_tco2e"]) for amount in (20, 30, 50)]
    assert tonnes == [near(2_000_000), near(3_000_000), near(5_000_000)]
    assert done.carbon()["economic_intensity_tco2e_per_meur"] == near(100_000)


@pytest.mark.parametrize("tonnes", [10_000, 10_000_000_000], ids=["kilotonnes", "kilograms"])
def test_p20_a_unit_slip_of_a_thousand_is_outside_the_sector_s_band(run, found, tonnes):
    # 10,000 t give the blog's "100 t per 1 M of debt": 2.5 t per M of revenue, no utility has so little
    done = run(**p20(tonnes))
    assert [row["issuer_id"] for row in found(done, "attribution__revenue_fits_emissions")] == ["U"]


@pytest.mark.parametrize(("tonnes", "listed"), [(1_999_999, []), (2_000_001, ["L20", "L30", "L50"])])
def test_tonnes_per_million_of_the_denominator_have_a_limit(run, found, tonnes, listed):
    # 20,000 t per M x 100 M of debt = 2 Mt
    done = run(**p20(tonnes))
    rows = found(done, "attribution__emissions_have_a_plausible_magnitude")
    assert sorted(row["line_id"] for row in rows) == listed


def pai(name, value, numerator=None, denominator=None):
    return {
        "portfolio_id": "ALL", "indicator": name, "valuation_convention": "RTS_LITERAL", "period": "month_end",
        "value": value, "unit": "", "numerator": numerator, "denominator": denominator, "coverage_ratio": 0.9,
        "n_quarters": 1,
    }  # fmt: skip


P21 = [pai("pai_1_scope_1", 19_131.25), pai("pai_1_scope_2", 7_616.36), pai("pai_1_scope_3", 892_203.31)]


def test_p21_scopes_that_do_not_add_up(verdict):
    # 19,131.25 + 7,616.36 + 892,203.31 = 918,950.92; published 921,441.17
    wrong = verdict("pai_indicators__scopes_add_up", marts__pai_indicators=[*P21, pai("pai_1_total", 921_441.17)])
    assert [row["indicator"] for row in wrong] == ["pai_1_total"]
    right = verdict("pai_indicators__scopes_add_up", marts__pai_indicators=[*P21, pai("pai_1_total", 918_950.92)])
    assert right == []
    # less than the sum is wrong too when all four cover the same companies
    low = verdict("pai_indicators__scopes_add_up", marts__pai_indicators=[*P21, pai("pai_1_total", 918_000)])
    assert [row["indicator"] for row in low] == ["pai_1_total"]


def test_p21_a_footprint_with_the_unit_of_the_tonnes(verdict):
    # the statement's "carbon footprint 921,441.17 tCO2e" over, say, 10,000 M EUR would be 92.1
    total = pai("pai_1_total", 921_441.17, 921_441.17)
    name = "pai_indicators__ratios_follow_from_their_parts"
    for wrong in (pai("pai_2", 921_441.17, 921_441.17, 10_000), pai("pai_2", 921_441.17, 921_441.17)):
        assert [row["indicator"] for row in verdict(name, marts__pai_indicators=[total, wrong])] == ["pai_2"]
    assert verdict(name, marts__pai_indicators=[total, pai("pai_2", 92.144117, 921_441.17, 10_000)]) == []
    carbon = {"portfolio_id": "ALL", "perimeter": "corporate", "scopes": "1_2_3", "covered_value_eur": 10**10,
              "financed_emissions_tco2e": 921_441, "economic_intensity_tco2e_per_meur": 921_441.0}  # fmt: skip
    name = "portfolio_carbon__ratios_follow_from_their_parts"
    assert len(verdict(name, marts__portfolio_carbon=[carbon])) == 1
    right = carbon | {"economic_intensity_tco2e_per_meur": 92.1441}
    assert verdict(name, marts__portfolio_carbon=[right]) == []


def test_p21_the_bank_s_scopes_through_files(run, found, verdict):
    # a tenth of a company of 191,312.5, 76,163.6 and 8,922,033.1 t: the statement's three scopes. Their sum comes out;
    # the statement's total, or its footprint "in tCO2e", put in its place is found
    done = run(
        holdings=[
            line("A", asset_class="listed_equity", issuer_id="X", market_value=100 * MILLION),
            line("B", asset_class="cash", market_value=900 * MILLION),
        ],
        issuer_financials=[financials("X", market_cap=600 * MILLION, total_debt=400 * MILLION)],
        issuer_emissions=emissions("X", "191312.5", "76163.6", "8922033.1"),
    )
    rows = done.rows("""
        select * from marts.pai_indicators
        where portfolio_id = 'ALL' and valuation_convention = 'RTS_LITERAL' and period = 'month_end'
    """)
    values = {row["indicator"]: row["value"] for row in rows}
    scopes = [values[f"pai_1_scope_{scope}"] for scope in (1, 2, 3)]
    assert scopes == [near(19_131.25), near(7_616.36), near(892_203.31)]
    # over 1,000 M EUR of all investments
    assert (values["pai_1_total"], values["pai_2"]) == (near(918_950.92), near(918.95092))
    for check, indicator in (("scopes_add_up", "pai_1_total"), ("ratios_follow_from_their_parts", "pai_2")):
        name = f"pai_indicators__{check}"
        assert found(done, name) == []
        published = [row | {"value": 921_441.17} if row["indicator"] == indicator else row for row in rows]
        assert [row["indicator"] for row in verdict(name, marts__pai_indicators=published)] == [indicator]


def test_p21_a_delivered_scope_3_that_is_not_its_parts_is_listed(run, found):
    # the one total of parts a file can give: 892,203.31 t of parts beside a total 2,490.25 t too high (0.28 %).
    # Rounded figures, parts of another source or year, and a part alone below the total are no contradiction
    def scopes(issuer_id, total, upstream, downstream, **given):
        parts = {"3": total, "3_upstream": upstream, "3_downstream": downstream}
        return [
            row
            for scope, tonnes in parts.items()
            for row in emissions(issuer_id, None, None, tonnes, **given)
            if row.update(scope=scope) is None
        ]

    issuers = "STATEMENT", "RIGHT", "ROUNDED", "SOURCES", "ONE-PART", "PART-ABOVE"
    done = run(
        holdings=[line(name, asset_class="listed_equity", issuer_id=name, market_value=1) for name in issuers],
        issuer_emissions=[
            *scopes("STATEMENT", "894693.56", "492203.31", 400_000),
            *scopes("RIGHT", "892203.31", "492203.31", 400_000),
            *scopes("ROUNDED", 892_000, "492203.31", 400_000),
            *scopes("SOURCES", 700, None, None, source="vendor"),
            *scopes("SOURCES", None, 300, 600, source="report"),
            *scopes("ONE-PART", 700, 300, None),
            *scopes("PART-ABOVE", 700, None, 800),
        ],
    )
    listed = found(done, "issuer_emissions__scope_3_parts_make_the_total")
    assert {row["issuer_id"] for row in listed} == {"STATEMENT", "PART-ABOVE"}


def test_p22_a_share_that_is_not_its_parts(verdict):
    # France Assureurs 2024: 1,671.0 of 2,619.0 is 63.8 %, not 65.6 %; the parts 24.5 + 34.0 + 6.4 give 64.9 %
    def shares(total_ratio, codes):
        common = {"portfolio_id": "ALL", "indicator": "real_economy", "denominator_eur": 2_619, "unknown_eur": 0}
        return [
            common | {"code": code, "numerator_eur": amount, "share_ratio": ratio, "share_upper_ratio": ratio}
            for code, amount, ratio in [*codes, ("TOTAL", 1_671, total_ratio)]
        ]

    parts = [("A", 641.655, 0.245), ("B", 890.46, 0.34), ("C", 167.616, 0.064)]
    name = "investment_shares__follow_from_their_parts"
    assert {row["code"] for row in verdict(name, marts__investment_shares=shares(0.656, parts))} == {"TOTAL"}
    sums = "investment_shares__stay_between_0_and_their_upper_bound"
    assert {row["code"] for row in verdict(sums, marts__investment_shares=shares(1_671 / 2_619, parts))} == {"TOTAL"}
    exact = [("A", 1_000, 1_000 / 2_619), ("B", 671, 671 / 2_619)]
    for check in (name, sums):
        assert verdict(check, marts__investment_shares=shares(1_671 / 2_619, exact)) == []


def test_p22_a_share_through_files(run, found):
    # 1,671.0 of 2,619.0 comes out as 63.8 %; the published 65.6 % put in its place is found
    done = run(
        holdings=[
            line("CORPORATE", asset_class="corporate_bond", market_value=1_671),
            line("REST", asset_class="sovereign_bond", issuer_id="FR", market_value=948),
        ],
        classifications=[
            {"subject_id": "CORPORATE", "kind": "real_economy", "code": "A", "share": 1, "valid_from": "2020-01-01"}
        ],
    )
    total = "portfolio_id = 'ALL' and indicator = 'real_economy' and code = 'TOTAL'"
    share = done.one(f"select share_ratio from marts.investment_shares where {total}")["share_ratio"]
    assert share == near(1_671 / 2_619)
    assert round(100 * share, 1) == 63.8
    name = "investment_shares__follow_from_their_parts"
    assert found(done, name) == []
    with done.store.write() as connection:
        connection.execute(f"update marts.investment_shares set share_ratio = 0.656 where {total}")
    assert [row["code"] for row in found(done, name)] == ["TOTAL"]


def test_p22_parts_that_do_not_make_a_delivered_total_are_refused(tmp_path):
    # 24.5, 34.0 and 6.4 % of 2,619.0 are 641.655 + 890.46 + 167.616 = 1,699.731, declared 1,671.0: 1.7 % away
    parts = [{"f14": f"PART{place}", "f15": 99, "f24": value} for place, value in enumerate((641.655, 890.46, 167.616))]
    inputs = Folder(tmp_path, None)
    refusal = inputs.write(NAME, tpt_json(*fund(*parts, f5=1_671.0))).refusal()
    assert "add up to 1,699.73" in refusal.found
    assert "the declared net asset value 1,671.00" in refusal.expected
    # the parts as the numbers have them, 63.8 % of the whole: 1,671.0
    assert inputs.write(NAME, tpt_json(*fund(*parts[:2], {**parts[2], "f24": 138.885}, f5=1_671.0))).read()
