"""Asset classes of PCAF Part A (table 1.3): which amount, divided by what, and what stays out with its reason."""

import pytest

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs
from impact_pipeline_tests.carbon.factor_sets import method

OWN = ("own_entities: []", "own_entities: [MUTUAL]")
LINK = {"is_controlled": "true", "valid_from": "2020-01-01", "known_from": "2020-01-01", "source": "register"}


@pytest.fixture
def run(tmp_path):
    def of(*edits, **datasets):
        policy = method(tmp_path / "policy", *edits)
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", policy=policy)

    return of


def attributed(done, line_id="A"):
    return done.one("select * from core.attribution where line_id = ?", line_id)


def statuses(done):
    return {row["line_id"]: row["carbon_status"] for row in done.rows("select * from marts.positions")}


@pytest.mark.parametrize(
    ("wanted", "given", "amount", "basis"),
    [
        ("market_value", {"book_value": 40}, 50, "market_value"),
        ("book_value", {"book_value": 40}, 40, "book_value"),
        ("book_value", {"book_value": 0}, 50, "market_value"),  # an empty column written as 0
        # a nominal says nothing about shares
        ("book_value", {"nominal_amount": 1}, 50, "market_value"),
    ],
)
def test_unlisted_shares_say_which_amount_was_used(run, wanted, given, amount, basis):
    done = run(
        ("unlisted_equity_outstanding: market_value", f"unlisted_equity_outstanding: {wanted}"),
        holdings=[line("A", asset_class="unlisted_equity", issuer_id="X", market_value=50, **given)],
        issuer_financials=[financials("X", total_equity=120, total_debt=80)],
        issuer_emissions=emissions("X", 1_000),
    )
    row = attributed(done)
    assert (row["outstanding_eur"], row["outstanding_basis"]) == (amount, basis)
    # over equity + debt of 200
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(amount * 5)


@pytest.mark.parametrize(
    ("wanted", "tonnes", "basis"),
    [("nominal", 500, "nominal"), ("market_value", 400, "market_value"), ("book_value", 450, "book_value")],
)
def test_d2_a_bond_at_80_under_each_method(run, wanted, tonnes, basis):
    # 10 M nominal, book 9 M, market 8 M; / 1,000 M x 50,000 t
    done = run(
        ("debt_outstanding: nominal", f"debt_outstanding: {wanted}"),
        holdings=[
            line(
                "A", asset_class="corporate_bond", issuer_id="X", market_value=8_000_000, nominal_amount=10_000_000,
                book_value=9_000_000,
            )
        ],
        issuer_financials=[financials("X", market_cap=600_000_000, total_debt=400_000_000)],
        issuer_emissions=emissions("X", 50_000),
    )  # fmt: skip
    assert float(attributed(done)["financed_scope_1_2_tco2e"]) == pytest.approx(tonnes)
    assert attributed(done)["outstanding_basis"] == basis


def test_project_finance_is_divided_by_the_project(run):
    # 30 outstanding / (equity 40 + debt 60) x 200 t, also when a market capitalisation strays in
    done = run(
        holdings=[line("A", asset_class="project_finance", issuer_id="X", market_value=33, nominal_amount=30)],
        issuer_financials=[financials("X", total_equity=40, total_debt=60, market_cap=900)],
        issuer_emissions=emissions("X", 200),
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(60)
    assert (row["denominator_basis"], row["outstanding_basis"]) == ("equity_plus_debt", "nominal")


PROPERTY = {"asset_class": "mortgage", "issuer_id": "HOUSE", "nominal_amount": 50, "market_value": 55}
FIRST = {"fiscal_year": 2016, "period_end": "2016-12-31", "known_from": "2017-04-01"}


def test_a_mortgage_is_divided_by_the_value_at_origination(run):
    # 50 owed / 200 of 2016, whatever the property is worth today: 0.25 x 40 t
    done = run(
        holdings=[line("A", **PROPERTY), line("B", asset_class="cash", market_value=45)],
        issuer_financials=[financials("HOUSE", total_assets=200, **FIRST), financials("HOUSE", total_assets=400)],
        issuer_emissions=emissions("HOUSE", 30, 10),
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(10)
    assert (row["denominator_basis"], float(row["denominator_eur"])) == ("value_at_origination", 200)
    carbon = done.carbon("mortgage")
    assert (float(carbon["eligible_value_eur"]), carbon["coverage_ratio"]) == (50, 1)
    assert float(carbon["financed_emissions_tco2e"]) == pytest.approx(10)
    # companies and buildings are two perimeters; both are in the pocket
    assert not done.rows("select * from marts.portfolio_carbon where perimeter = 'corporate'")
    assert float(done.carbon("return")["financed_emissions_tco2e"]) == pytest.approx(10)
    assert done.carbon("return")["pai_2_footprint_tco2e_per_meur"] == pytest.approx(10 / 0.0001)


@pytest.mark.parametrize(
    ("datasets", "status"),
    [
        ({}, "missing_property_data"),
        ({"issuer_emissions": emissions("HOUSE", 40)}, "missing_property_value"),
        ({"issuer_financials": [financials("HOUSE", total_assets=200)]}, "missing_emissions"),
        (
            {
                "issuer_financials": [financials("HOUSE", total_assets=40)],
                "issuer_emissions": emissions("HOUSE", 40),
            },
            "attribution_above_1",
        ),
    ],
)
def test_a_property_without_its_data_is_eligible_and_keeps_its_reason(run, datasets, status):
    done = run(holdings=[line("A", **PROPERTY)], **datasets)
    assert statuses(done) == {"A": status}
    carbon = done.carbon("mortgage")
    assert (carbon["coverage_ratio"], carbon["financed_emissions_tco2e"]) == (0, None)


def test_a_building_owned_alone_counts_whole(run):
    # 100 % through a company that is controlled: 60 t, whatever was paid; 60 % or nobody knows: its value is needed
    building = {"asset_class": "real_estate", "market_value": 90, "book_value": 70, "pocket": "investment_property"}
    done = run(
        OWN,
        holdings=[
            line(name, issuer_id=issuer, **building)
            for name, issuer in {"A": "SCI-1", "B": "SCI-2", "C": "SCI-3"}.items()
        ],
        ownership=[
            {"parent_id": "MUTUAL", "child_id": "HOLDING", "pct_capital": 100, **LINK},
            {"parent_id": "HOLDING", "child_id": "SCI-1", "pct_capital": 100, **LINK},
            {"parent_id": "HOLDING", "child_id": "SCI-2", "pct_capital": 60, **LINK},
            {"parent_id": "HOLDING", "child_id": "SCI-3", "pct_capital": None, **LINK},
        ],
        issuer_emissions=[row for name in ("SCI-1", "SCI-2", "SCI-3") for row in emissions(name, 40, 20)],
    )
    row = attributed(done)
    assert float(row["financed_scope_1_2_tco2e"]) == pytest.approx(60)
    assert (row["attribution_factor"], row["denominator_basis"]) == (1, "full_ownership")
    assert (row["outstanding_basis"], float(row["outstanding_eur"])) == ("book_value", 70)
    assert statuses(done) == {"A": "covered", "B": "missing_property_value", "C": "missing_property_value"}
    assert done.flagged("attribution__above_25_percent_is_reviewed") == []


def test_buildings_the_mutual_uses_are_never_financed(run):
    own_use = {"issuer_id": "HOUSE", "market_value": 50, "pocket": "own_use_property"}
    done = run(
        holdings=[
            line("DIRECT", asset_class="real_estate", **own_use),
            line("SHARES", asset_class="unlisted_equity", **own_use),
            line("ACCOUNT", asset_class="loan", **own_use),
            line("LET", asset_class="real_estate", **{**own_use, "pocket": "investment_property"}),
        ],
        issuer_financials=[financials("HOUSE", total_equity=100, total_debt=100, total_assets=200)],
        issuer_emissions=emissions("HOUSE", 40),
    )
    found = statuses(done)
    assert found.pop("LET") == "covered"
    assert set(found.values()) == {"out_of_scope_own_use"}
    carbon = done.carbon("own_use_property")
    assert (float(carbon["market_value_eur"]), float(carbon["eligible_value_eur"])) == (150, 0)
    assert (carbon["coverage_ratio"], carbon["financed_emissions_tco2e"]) == (None, None)


def participations(**link):
    return {
        "holdings": [
            line("SHARES", asset_class="unlisted_equity", issuer_id="CLINIC", market_value=50),
            line("LOAN", asset_class="loan", issuer_id="CLINIC", market_value=10, nominal_amount=10),
            line("OTHER", asset_class="unlisted_equity", issuer_id="X", market_value=20),
        ],
        "ownership": [{"parent_id": "MUTUAL", "child_id": "CLINIC", "pct_capital": 60, **LINK, **link}],
        "issuer_financials": [financials(name, total_equity=100, total_debt=100) for name in ("CLINIC", "X")],
        "issuer_emissions": [*emissions("CLINIC", 1_000), *emissions("X", 1_000)],
    }


def test_a_participation_the_mutual_controls_is_consolidated_and_not_financed_again(run):
    done = run(OWN, **participations())
    assert statuses(done) == {"SHARES": "consolidated", "LOAN": "consolidated", "OTHER": "covered"}
    carbon = done.carbon()
    # 20 / 200 x 1,000 t; the consolidated 60 are neither financed nor missing
    assert float(carbon["financed_emissions_tco2e"]) == pytest.approx(100)
    assert (float(carbon["eligible_value_eur"]), carbon["coverage_ratio"]) == (20, 1)


@pytest.mark.parametrize(
    ("edits", "link"),
    [
        ((), {}),
        ((OWN,), {"is_controlled": "false"}),
        ((OWN,), {"valid_to": "2024-06-30"}),
        ((OWN,), {"valid_from": "2025-01-01"}),
    ],
    ids=["no own entity", "no control", "sold", "not yet bought"],
)
def test_without_control_on_the_day_it_is_financed(run, edits, link):
    # (50 + 10 + 20) / 200 x 1,000 t
    done = run(*edits, **participations(**link))
    assert float(done.carbon()["financed_emissions_tco2e"]) == pytest.approx(400)


def test_what_no_input_describes_keeps_a_precise_reason(run):
    done = run(
        holdings=[
            line("ABS", asset_class="securitisation", issuer_id="SPV", market_value=10),
            line("EIB", asset_class="supranational_bond", issuer_id="EIB", market_value=10),
            line("SHORT", asset_class="real_estate", issuer_id="HOUSE", market_value=-10),
        ],
    )
    assert statuses(done) == {
        "ABS": "missing_collateral_data", "EIB": "out_of_scope_supranational", "SHORT": "short_position",
    }  # fmt: skip
    # required and not covered: it weighs on the coverage of its pocket
    assert done.carbon("securitisation")["coverage_ratio"] == 0
    assert (float(done.carbon("return")["eligible_value_eur"]), done.carbon("return")["coverage_ratio"]) == (10, 0)


def test_large_shares_and_two_classes_of_one_issuer_are_listed(run):
    # 30 % and 20 % of X; 60 % as shares and 50 % as a bond of Y: 110 % together
    holdings = [
        line("A", asset_class="listed_equity", issuer_id="X", market_value=300),
        line("B", asset_class="corporate_bond", issuer_id="X", market_value=200),
        line("C", asset_class="listed_equity", issuer_id="Y", market_value=600),
        line("D", asset_class="corporate_bond", issuer_id="Y", market_value=500) | {"portfolio_id": "Q"},
    ]
    done = run(
        holdings=holdings,
        issuer_financials=[financials(name, market_cap=600, total_debt=400) for name in ("X", "Y")],
        issuer_emissions=[*emissions("X", 10), *emissions("Y", 10)],
    )
    assert done.flagged("attribution__above_25_percent_is_reviewed") == ["A", "C", "D"]
    assert done.flagged("attribution__an_issuer_is_attributed_at_most_once") == ["C", "D"]
    assert done.flagged("attribution__no_factor_above_1") == []


@pytest.mark.parametrize(("entity", "listed"), [("MUTUAL", []), ("MUTUEL", ["MUTUEL"])])
def test_an_entity_nobody_knows_is_listed(run, entity, listed):
    done = run(
        (OWN[0], f"own_entities: [{entity}]"),
        holdings=[line("A", asset_class="unlisted_equity", issuer_id="CHILD", market_value=50)],
        ownership=[{"child_id": "CHILD", "parent_id": "MUTUAL", "pct_capital": 100, **LINK}],
    )
    assert done.flagged("attribution__own_entities_are_known", "issuer_id") == listed


def test_a_category_that_a_new_balance_leaves_out_is_listed(run):
    balance = [
        {"year": year, "protected_persons": 10, "category": category, "tco2e": tonnes}
        for year, category, tonnes in ((2023, "energie", 100), (2023, "achats", 50), (2024, "energie", 90))
    ]
    done = run(holdings=[line("A", asset_class="listed_equity", market_value=50)], organisation=balance)
    check = "footprint_by_category__categories_of_last_year_are_still_there"
    assert done.flagged(check, "category") == ["achats"]
