"""Green, social and sustainability bonds (PCAF Part A, 5.7): a pool told apart from its issuer, or not at all; D10."""

import datetime as dt

import pytest

from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline.publishing.explain.page import page
from impact_pipeline_tests.builders import compute, emissions, financials, line, write_inputs
from impact_pipeline_tests.carbon.changes import AFTER, BEFORE, Months, held, issuer
from impact_pipeline_tests.carbon.factor_sets import method

#: D10: 100 of an EVIC of 1,000 allocated to assets with 2,000 of the 50,000 t.
POOL = {"issuer_id": "X", "fiscal_year": "2024", "allocated_eur": '"100"', "allocated_scope_1_2_tco2e": '"2000"'}
CHECK = "attribution__use_of_proceeds_fit_the_issuer"


def told(*pools):
    """Edit of methodology.yaml that lists these allocations; what is None is left out."""
    entries = [
        ", ".join(f"{key}: {value}" for key, value in (pool | {"source": "report"}).items() if value is not None)
        for pool in pools
    ]
    listed = "".join(f"\n- {{{entry}}}" for entry in entries)
    return "use_of_proceeds_allocations: []", f"use_of_proceeds_allocations:{listed}"


def bond(line_id, amount=10, label="none", **given):
    # at a price of 80: debt counts at nominal
    return line(
        line_id, asset_class="corporate_bond", issuer_id="X", nominal_amount=amount, market_value=amount * 0.8,
        use_of_proceeds=label, **given,
    )  # fmt: skip


SHARES = line("SHARES", asset_class="listed_equity", issuer_id="X", market_value=10)
COMPANY = {
    "issuer_financials": [financials("X", market_cap=600, total_debt=400, revenue=25_000_000)],
    "issuer_emissions": emissions("X", 30_000, 20_000, 7_000),
}


@pytest.fixture
def run(tmp_path):
    def of(*pools, holdings, **datasets):
        policy = method(tmp_path / "policy", *([told(*pools)] if pools else []))
        inputs = write_inputs(tmp_path / "inputs", holdings=holdings, **{**COMPANY, **datasets})
        return compute(inputs, tmp_path / "home", policy=policy)

    return of


def tonnes(done):
    rows = done.rows("select line_id, financed_scope_1_2_tco2e as tonnes from marts.positions")
    return {row["line_id"]: float(row["tonnes"]) for row in rows}


def bases(done):
    return {
        row["line_id"]: row["use_of_proceeds_basis"]
        for row in done.rows("select line_id, use_of_proceeds_basis from marts.positions")
    }


def test_d10_a_green_bond_counts_its_pool_and_all_others_the_rest(run):
    # 10 / (1,000 - 100) x (50,000 - 2,000) = 533.33 t for the plain bond and the share, 10 / 100 x 2,000 = 200 t for
    # the green one; unadjusted each would be 10 / 1,000 x 50,000 = 500 t
    done = run(POOL, holdings=[bond("PLAIN"), bond("GREEN", label="green"), SHARES])
    assert tonnes(done) == {
        "PLAIN": pytest.approx(533.333333, abs=1e-6), "GREEN": pytest.approx(200),
        "SHARES": pytest.approx(533.333333, abs=1e-6),
    }  # fmt: skip
    assert bases(done) == {"PLAIN": "beside_pool", "GREEN": "allocated_pool", "SHARES": "beside_pool"}
    assert float(done.carbon()["financed_emissions_tco2e"]) == pytest.approx(1_266.666667, abs=1e-5)
    # what multiplies 10 / 1,000: 48,000 over 900, or 2,000 over 100, each for the whole 1,000
    rows = done.rows("select * from core.attribution")
    attributed = {row["line_id"]: float(row["attributed_scope_1_2_tco2e"]) for row in rows}
    assert attributed == {
        "PLAIN": pytest.approx(53_333.333333), "GREEN": 20_000, "SHARES": pytest.approx(53_333.333333),
    }  # fmt: skip
    assert {(row["attribution_factor"], float(row["denominator_eur"])) for row in rows} == {(0.01, 1_000)}
    assert done.flagged(CHECK) == []


def test_a_pool_leaves_scope_3_the_waci_and_sfdr_as_they_are(run):
    # scope 3: 10 / 1,000 x 7,000 = 70 t a line; WACI 50,000 t / 25 M EUR; PAI 1 of the bond 8 / 1,000 x 57,000 = 456 t
    done = run(POOL, holdings=[bond("PLAIN"), bond("GREEN", label="green")])
    assert {float(row["t"]) for row in done.rows("select financed_scope_3_tco2e as t from marts.positions")} == {70}
    assert done.carbon()["waci_tco2e_per_meur"] == pytest.approx(2_000)
    total = done.one("""
        select value from marts.pai_indicators
        where portfolio_id = 'ALL' and indicator = 'pai_1_total' and valuation_convention = 'RTS_LITERAL'
            and period = 'month_end'
    """)
    assert total["value"] == pytest.approx(2 * 456)


def test_all_holders_together_finance_the_issuer_once(run):
    # 600 of shares + 300 plain + 100 green: 32,000 + 16,000 + 2,000 = 50,000 t; factors .6 + .3 + .1
    done = run(POOL, holdings=[SHARES | {"market_value": 600}, bond("PLAIN", 300), bond("GREEN", 100, "green")])
    assert tonnes(done) == {
        "SHARES": pytest.approx(32_000), "PLAIN": pytest.approx(16_000), "GREEN": pytest.approx(2_000),
    }  # fmt: skip
    assert done.flagged("attribution__an_issuer_is_attributed_at_most_once") == []


@pytest.mark.parametrize("label", ["green", "eu_green_bond", "social", "sustainability"])
def test_every_label_is_part_of_the_pool_and_a_share_never_is(run, label):
    done = run(POOL, holdings=[bond("BOND", label=label), SHARES | {"use_of_proceeds": label}])
    assert bases(done) == {"BOND": "allocated_pool", "SHARES": "beside_pool"}


def test_the_pool_of_an_unlisted_company_is_taken_off_equity_and_debt(run):
    # 10 / (500 - 100) x (50,000 - 2,000) = 1,200 t
    done = run(
        POOL,
        holdings=[bond("PLAIN")],
        issuers=[{"issuer_id": "X", "name": "X", "is_listed": "false"}],
        issuer_financials=[financials("X", total_equity=200, total_debt=300)],
    )
    assert tonnes(done) == {"PLAIN": pytest.approx(1_200)}


@pytest.mark.parametrize(
    ("pool", "is_listed"),
    [
        (None, False),
        (POOL | {"allocated_scope_1_2_tco2e": None}, False),
        (POOL | {"allocated_eur": None}, False),
        (POOL | {"fiscal_year": "2023"}, False),
        (POOL | {"issuer_id": "Y"}, False),
        (POOL | {"allocated_eur": '"1000"'}, True),
        (POOL | {"allocated_scope_1_2_tco2e": '"50000.1"'}, True),
    ],
    ids=["nothing", "no tonnes", "no amount", "another year", "another issuer", "all of the EVIC", "too many tonnes"],
)
def test_d10_without_both_figures_that_fit_every_line_is_at_the_issuer_s_level(run, pool, is_listed):
    # 10 / 1,000 x 50,000 = 500 t; what does not fit the issuer is listed
    done = run(*([pool] if pool else []), holdings=[bond("PLAIN"), bond("GREEN", label="green")])
    assert tonnes(done) == {"PLAIN": pytest.approx(500), "GREEN": pytest.approx(500)}
    assert bases(done) == {"PLAIN": None, "GREEN": "issuer_level"}
    assert done.flagged(CHECK) == (["GREEN", "PLAIN"] if is_listed else [])


def test_more_labelled_bonds_than_were_allocated_are_listed(run):
    # a line of 120 of the 100 allocated cannot be a part of it: 120 / 1,000 x 50,000 = 6,000 t, at the issuer's level
    done = run(POOL, holdings=[bond("PLAIN"), bond("GREEN", 120, "green")])
    assert tonnes(done)["GREEN"] == pytest.approx(6_000)
    assert bases(done) == {"PLAIN": "beside_pool", "GREEN": "issuer_level"}
    assert done.flagged(CHECK) == ["GREEN"]


def test_two_lines_that_together_are_more_than_was_allocated_are_listed(run):
    done = run(POOL, holdings=[bond("A", 60, "green"), bond("B", 60, "social", portfolio_id="Q")])
    assert set(bases(done).values()) == {"allocated_pool"}
    assert done.flagged(CHECK) == ["A", "B"]


def test_emissions_nobody_states_stay_unknown_beside_a_pool(run):
    done = run(POOL, holdings=[bond("PLAIN"), bond("GREEN", label="green")], issuer_emissions=emissions("X", 10, None))
    rows = done.rows("select carbon_status, financed_scope_1_2_tco2e as tonnes from marts.positions")
    assert {(row["carbon_status"], row["tonnes"]) for row in rows} == {("missing_scope_2", None)}


def test_the_explanation_of_a_line_says_what_its_factor_multiplies(run):
    done = run(POOL, holdings=[bond("PLAIN"), bond("GREEN", 10, "green"), bond("LARGE", 120, "green")])
    answer = explain(done.store.path, dt.date(2024, 12, 31), "financed_emissions", "ALL", 10)
    parts = {part["line_id"]: part for part in answer["contributors"]["top"]}
    assert float(parts["PLAIN"]["attributed_scope_1_2_tco2e"]) == pytest.approx(53_333.333333)
    text = "".join(page(answer)).replace("\u202f", " ").replace("\xa0", " ")
    assert "20 000,00 t attribuées en scopes 1+2, actifs financés par l'emprunt" in text
    assert "53 333,33 t attribuées en scopes 1+2, émetteur sans les actifs" in text
    assert "compté comme l'émetteur, faute de rapport d'allocation utilisable" in text


def test_a_pool_that_is_told_for_the_later_year_moves_emissions(tmp_path):
    # 500 t without a pool in 2023, 533.33 t beside it in 2024: the tonnes its holders share changed
    policy = method(tmp_path / "policy", told(POOL))
    lines = {
        month: [held(month, "A", asset_class="corporate_bond", issuer_id="X", nominal_amount=10, market_value=8)]
        for month in (BEFORE, AFTER)
    }
    facts = [
        issuer("X", month, 50_000, market_cap=600, total_debt=400, revenue=25_000_000) for month in (BEFORE, AFTER)
    ]
    months = Months(tmp_path, policy=policy).write(lines, facts).run()
    assert months.effects() == {"emissions": pytest.approx(33.333333, abs=1e-6)}
    assert months.effects("waci") == {}


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ([POOL, POOL], "each issuer_id and fiscal_year once"),
        ([POOL | {"allocated_eur": '"0"'}], "greater than 0"),
        ([POOL | {"allocated_scope_1_2_tco2e": '"-1"'}], "greater than or equal to 0"),
        ([POOL | {"fiscal_year": "24"}], "greater than or equal to 1990"),
        ([POOL | {"allocated_tonnes": '"1"'}], "allocated_tonnes"),
    ],
)
def test_a_wrong_allocation_is_refused(tmp_path, pools, said):
    with pytest.raises(PolicyFileError, match=said):
        load_policy(method(tmp_path / "policy", told(*pools)))
