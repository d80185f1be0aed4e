"""Why the figure moved, through input files and the public tables."""

import datetime as dt

import pytest

from impact_pipeline.warehouse.snapshot import publish_window, query_readers
from impact_pipeline_tests.carbon.changes import AFTER, BEFORE, DAYS, Months, held, issuer

MILLION = 1_000_000
#: E in t, EVIC in M USD, quantity, price in USD (Bouchet 2025, exhibits 4 to 7), at the two dates.
P11 = {
    "BS-HI": ((100_000_000, 150_000, 10_000, 1_000), (87_500_000, 170_000, 0, 1_200)),
    "BS-LI": ((37_500_000, 150_000, 30_000, 1_000), (56_250_000, 180_000, 19_384, 1_300)),
    "GS-HI": ((20_000_000, 150_000, 30_000, 1_000), (17_500_000, 180_000, 63_000, 1_000)),
    "GS-LI": ((7_500_000, 150_000, 30_000, 1_000), (6_250_000, 250_000, 25_200, 1_500)),
}
#: M USD, at the two dates.
REVENUES = {name: (100_000, 150_000 if name == "BS-LI" else 100_000) for name in P11}
RATES = [
    {"rate_date": "2023-12-31", "currency": "USD", "units_per_eur": "1.25"},
    {"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.25"},
]


def near(value, abs=0.005):
    return pytest.approx(value, abs=abs)


@pytest.fixture
def months(tmp_path):
    return Months(tmp_path)


@pytest.fixture(scope="module")
def p11(tmp_path_factory):
    lines, facts = {}, []
    for place, month in enumerate((BEFORE, AFTER)):
        companies = {name: dates[place] for name, dates in P11.items()}
        lines[month] = [
            held(month, name, issuer_id=name, currency="USD", quantity=units, market_value=units * price)
            for name, (_, _, units, price) in companies.items()
        ]
        facts += [
            issuer(name, month, tonnes, currency="USD", evic=evic * MILLION, revenue=REVENUES[name][place] * MILLION)
            for name, (tonnes, evic, _, _) in companies.items()
        ]
    return Months(tmp_path_factory.mktemp("p11")).write(lines, facts, fx_rates=RATES).run()


def test_p11_and_d11_financed_emissions(p11):
    # one rate for everything: the dollars of the exhibit cancel
    printed = {"quantity": 134.02, "price": 2_503.54, "enterprise_value": -2_924.19, "emissions": 2_231.38}
    assert p11.effects() == near({"leavers": -6_666.67, **printed})
    shapley = {"quantity": 79.63, "price": 2_607.35, "enterprise_value": -3_044.57, "emissions": 2_302.33}
    assert p11.effects(value="shapley_value") == near({"leavers": -6_666.67, **shapley})
    assert sum(p11.effects().values()) == near(-4_721.92)
    assert p11.effects(portfolio="P") == p11.effects()
    totals = p11.totals()
    assert (float(totals["from_value"]), float(totals["to_value"])) == (near(19_666.67), near(14_944.75))


def test_d13_economic_intensity(p11):
    # printed per M USD; a M EUR is 1.25 M USD. weight = quantity + price (with the total of the weights)
    found = {effect: value / 1.25 for effect, value in p11.effects("economic_intensity").items()}
    weight = found.pop("quantity") + found.pop("price")
    assert weight == near(-5.239)
    assert found == near({"leavers": -66.667, "enterprise_value": -26.079, "emissions": 19.928})


def test_p10_and_p13_waci(p11):
    # 295.0 -> 181.2 per M USD: divestment -100.0, allocation +10.1, price -10.4, intensity -13.5
    found = {effect: value / 1.25 for effect, value in p11.effects("waci").items()}
    assert found == near({"leavers": -100.0, "quantity": 10.099, "price": -10.367, "emissions": -13.483})
    totals = p11.totals("waci")
    assert (float(totals["from_value"]) / 1.25, float(totals["to_value"]) / 1.25) == (near(295.0), near(181.2488))


def test_p10_weights(p11):
    # exhibit 4: .10 / .30 / .30 / .30, then 0 / .20 / .50 / .30 (19,384 x 1,300 is .199993 of the whole)
    weights = {
        month: [
            float(row["weight"])
            for row in p11.done.rows(
                "select market_value_eur / sum(market_value_eur) over () as weight from marts.positions"
                " where as_of_date = ? order by line_id",
                DAYS[month],
            )
        ]
        for month in (BEFORE, AFTER)
    }
    assert weights == {BEFORE: near([0.1, 0.3, 0.3, 0.3], 5e-6), AFTER: near([0, 0.2, 0.5, 0.3], 5e-5)}


def test_p12_blocks_of_the_exhibit(p11):
    # exhibit 7: brown shares -6,292, GS-HI +2,125, GS-LI -555: by the lines of both dates, and by their effects
    blocks = "case when line_id like 'BS-%' then 'brown' else line_id end as block"
    printed = {"brown": near(-6_292, 0.5), "GS-HI": near(2_125, 0.5), "GS-LI": near(-555, 0.5)}
    for sql in (
        f"select {blocks}, sum(case when as_of_date = ? then -1 else 1 end * financed_scope_1_2_tco2e) as value"
        " from marts.positions where portfolio_id = 'P' group by block",
        f"select {blocks}, sum(value) as value from core.carbon_change_lines"
        " where from_date = ? and portfolio_id = 'P' and metric = 'financed_emissions' group by block",
    ):
        rows = p11.done.rows(sql, DAYS[BEFORE])
        assert {row["block"]: float(row["value"]) for row in rows} == printed


def test_lines_add_up_to_the_effects(p11):
    rows = p11.done.rows("""
        select metric, effect, sum(value) as value, max(method) as method, count(*) as n
        from core.carbon_change_lines where portfolio_id = 'ALL' group by all
    """)
    for metric in ("financed_emissions", "economic_intensity", "waci"):
        found = {row["effect"]: float(row["value"]) for row in rows if row["metric"] == metric}
        assert found == p11.effects(metric)
    assert {(row["effect"], row["method"], row["n"]) for row in rows if row["metric"] == "financed_emissions"} == {
        ("leavers", "whole", 1), ("quantity", "LMDI", 3), ("price", "LMDI", 2), ("enterprise_value", "LMDI", 3),
        ("emissions", "LMDI", 3),
    }  # fmt: skip


@pytest.mark.parametrize("rates", [("1.00", "1.00"), ("1.08", "1.25")], ids=["one_rate", "the_rate_moves"])
def test_d12_a_rate_that_moves_both_legs_moves_nothing(months, rates):
    # holding 10 -> 12 M USD, EVIC 20,000 -> 25,000 M USD, E 3.0 -> 2.7 Mt: 1,500 -> 1,296
    days = ("2023-12-31", "2024-12-31")
    months.write(
        {
            month: [held(month, "A", issuer_id="X", currency="USD", quantity=units, market_value=units * MILLION)]
            for month, units in ((BEFORE, 10), (AFTER, 12))
        },
        [
            issuer("X", BEFORE, 3_000_000, currency="USD", evic=20_000 * MILLION),
            issuer("X", AFTER, 2_700_000, currency="USD", evic=25_000 * MILLION),
        ],
        fx_rates=[
            {"rate_date": day, "currency": "USD", "units_per_eur": rate} for day, rate in zip(days, rates, strict=True)
        ],
    ).run()
    nothing = dict.fromkeys(("restatement", "entrants", "leavers", "coverage", "price", "fx"), 0)
    printed = {"quantity": 254.4326, "enterprise_value": -311.4003, "emissions": -147.0323}
    # amounts are stored to the millionth of a euro, so the price in dollars is not quite 1,000,000 twice
    assert nothing | months.effects() == near(nothing | printed, abs=1e-4)
    assert "fx" not in months.effects(), "0 to the last digit"
    shapley = {"quantity": 257, "enterprise_value": -313, "emissions": -148}
    assert nothing | months.effects(value="shapley_value") == near(nothing | shapley, abs=1e-4)


def test_a_line_in_euro_of_a_company_in_dollars_feels_the_rate(months):
    # 10 M EUR of an EVIC of 1,250 M USD: 10 / 1,000 x 1 Mt = 10,000 t at 1.25; 10 / 1,250 x 1 Mt = 8,000 t at 1.00
    months.write(
        {m: [held(m, "A", issuer_id="X", quantity=10, market_value=10 * MILLION)] for m in (BEFORE, AFTER)},
        [issuer("X", month, MILLION, currency="USD", evic=1_250 * MILLION) for month in (BEFORE, AFTER)],
        fx_rates=[RATES[0], {"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.00"}],
    ).run()
    assert months.effects() == near({"fx": -2_000}, abs=1e-5)


def test_a_bond_at_nominal_has_no_price_effect(months):
    # nominal 10 M all along, price 100 -> 80: 10 / 1,000 x 50,000 t = 500 t twice. WACI weighs by market value
    months.write(
        {
            month: [
                held(month, "B", asset_class="corporate_bond", issuer_id="X", nominal_amount=10 * MILLION,
                     market_value=worth * MILLION),
                held(month, "S", issuer_id="Y", quantity=1, market_value=10 * MILLION),
            ]
            for month, worth in ((BEFORE, 10), (AFTER, 8))
        },
        [
            fact
            for month in (BEFORE, AFTER)
            for fact in (
                issuer("X", month, 50_000, market_cap=500 * MILLION, total_debt=500 * MILLION, revenue=100 * MILLION),
                issuer("Y", month, 10_000, market_cap=500 * MILLION, total_debt=500 * MILLION, revenue=100 * MILLION),
            )
        ],
    ).run()  # fmt: skip
    assert months.effects() == {}
    assert months.effects("economic_intensity") == {}
    # 500 and 100 t per M EUR, weights 10 / 20 and then 8 / 18: 300 -> 277.78
    assert months.effects("waci") == near({"price": 500 * 8 / 18 + 100 * 10 / 18 - 300}, abs=1e-9)


def test_who_came_who_went_and_whose_data_came(months):
    evic = {"evic": 1_000 * MILLION}
    everywhere = ("DATA-CAME", "STAYS", "NEVER")
    months.write(
        {
            BEFORE: [held(BEFORE, n, issuer_id=n, quantity=1, market_value=MILLION) for n in ("GOES", *everywhere)],
            AFTER: [held(AFTER, n, issuer_id=n, quantity=1, market_value=2 * MILLION) for n in ("COMES", *everywhere)],
        },
        [
            issuer("GOES", BEFORE, 10_000, **evic),
            issuer("COMES", AFTER, 30_000, **evic),
            issuer("DATA-CAME", AFTER, 50_000, **evic),
            issuer("STAYS", BEFORE, 70_000, **evic),
            # the balance sheet is there, the emissions are not
            issuer("DATA-CAME", BEFORE, None, **evic),
            issuer("NEVER", AFTER, None, **evic),
        ],
    ).run()
    found = months.effects()
    # entrant 2 / 1,000 x 30,000 = 60; leaver 1 / 1,000 x 10,000 = 10; came 2 / 1,000 x 50,000 = 100
    assert found["entrants"] == near(60)
    assert found["leavers"] == near(-10)
    assert found["coverage"] == near(100)
    # 1 / 1,000 x 70,000 = 70, and 140 when the price has doubled
    assert found["price"] == near(70)


def test_emissions_that_become_too_old_are_lost_coverage(months):
    # figures of 2020 are three years old at the end of 2023 and four at the end of 2024: the limit is three
    facts = issuer("X", BEFORE, 10_000, evic=1_000 * MILLION)
    facts["issuer_emissions"] = [
        {**row, "fiscal_year": 2020, "known_from": "2021-04-01"} for row in facts["issuer_emissions"]
    ]
    lines = {m: [held(m, "A", issuer_id="X", quantity=1, market_value=MILLION)] for m in (BEFORE, AFTER)}
    months.write(lines, [facts]).run()
    assert months.effects() == near({"coverage": -10})
    # nothing is covered any more: the intensity is unknown, what it lost is not
    assert months.effects("economic_intensity") == near({"coverage": -10})
    assert months.totals("economic_intensity")["to_value"] is None


def test_what_was_never_covered_has_empty_effects(months):
    months.write({m: [held(m, "A", issuer_id="X", market_value=5)] for m in (BEFORE, AFTER)}, []).run()
    rows = months.done.rows("select effect, value from marts.carbon_changes where portfolio_id = 'ALL'")
    assert len(rows) == 3 * 9
    assert {row["value"] for row in rows} == {None}


def test_an_amount_without_units_moves_as_quantity(months):
    # 1 -> 2 M EUR without a number of shares: trading and prices cannot be told apart
    months.write(
        {m: [held(m, "A", issuer_id="X", market_value=v * MILLION)] for m, v in ((BEFORE, 1), (AFTER, 2))},
        [issuer("X", BEFORE, 10_000, evic=1_000 * MILLION)],
    ).run()
    assert months.effects() == near({"quantity": 10})


def test_lines_that_a_supplier_renumbers_stay_the_same(months):
    months.write(
        {
            BEFORE: [held(BEFORE, "1", issuer_id="X", instrument_id="ISIN-X", quantity=1, market_value=MILLION)],
            AFTER: [
                held(AFTER, "1", issuer_id="Y", instrument_id="ISIN-Y", quantity=1, market_value=MILLION),
                held(AFTER, "2", issuer_id="X", instrument_id="ISIN-X", quantity=3, market_value=3 * MILLION),
            ],
        },
        [issuer(name, BEFORE, 10_000, evic=1_000 * MILLION) for name in ("X", "Y")],
    ).run()
    # X: 10 -> 30 t under another number; Y came under the old number of X
    assert months.effects() == near({"quantity": 20, "entrants": 10})
    lines = months.done.rows("""
        select line_id, issuer_id, effect
        from core.carbon_change_lines
        where portfolio_id = 'P' and metric = 'financed_emissions'
    """)
    assert {tuple(row.values()) for row in lines} == {("2", "X", "quantity"), ("1", "Y", "entrants")}


def test_a_fund_counts_once_in_the_whole_entity(months):
    # P holds 50 of a fund of 100 whose only line has 100 t, then 200 t: 50 -> 100 for P and for the entity
    def month_of(month):
        inside = held(month, "S", issuer_id="X", quantity=1, market_value=100, portfolio_id="F")
        return [held(month, "U", asset_class="fund", fund_id="F", market_value=50), inside]

    months.write(
        {month: month_of(month) for month in (BEFORE, AFTER)},
        [issuer("X", BEFORE, 1_000, evic=1_000), issuer("X", AFTER, 2_000, evic=1_000)],
    ).run()
    assert months.effects(portfolio="F") == near({"emissions": 100})
    assert months.effects(portfolio="P") == near({"emissions": 50})
    assert months.effects() == near({"emissions": 50})


def test_which_months_are_compared(months):
    # the baseline of the demo policy is 2019-12
    days = {
        "2019-12": dt.date(2019, 12, 31),
        BEFORE: DAYS[BEFORE],
        "2024-11": dt.date(2024, 11, 30),
        AFTER: DAYS[AFTER],
    }
    lines = {
        month: [{**held(BEFORE, "A", issuer_id="X", quantity=1, market_value=MILLION), "as_of_date": str(day)}]
        for month, day in days.items()
    }
    months.write(lines, [issuer("X", BEFORE, 10_000, evic=1_000 * MILLION)]).run(*days)
    pairs = months.done.rows("select distinct to_date, from_date from marts.carbon_changes order by all")
    assert [(str(row["to_date"])[:7], str(row["from_date"])[:7]) for row in pairs] == [
        ("2023-12", "2019-12"), ("2024-11", "2019-12"),
        ("2024-12", "2019-12"), ("2024-12", "2023-12"), ("2024-12", "2024-11"),
    ]  # fmt: skip


def test_a_month_run_again_renews_what_later_months_say_of_it(months):
    def write(units):
        lines = {m: [held(m, "A", issuer_id="X", quantity=u, market_value=u * MILLION)] for m, u in units.items()}
        months.write(lines, [issuer("X", BEFORE, 10_000, evic=1_000 * MILLION)])

    write({BEFORE: 1, AFTER: 3})
    assert months.run().effects() == near({"quantity": 20})
    write({BEFORE: 2})
    assert months.run(BEFORE).effects() == near({"quantity": 10}), "only the earlier month was run again"


def test_readers_see_the_renewed_comparison_of_a_month_they_had(months):
    def publish(month, units):
        lines = {m: [held(m, "A", issuer_id="X", quantity=u, market_value=u * MILLION)] for m, u in units.items()}
        months.write(lines, [issuer("X", BEFORE, 10_000, evic=1_000 * MILLION)]).run(month)
        readers, day = months.home / "readers.duckdb", DAYS[month]
        publish_window(months.done.store, readers, day.replace(day=1), day + dt.timedelta(days=1))
        return (
            query_readers(
                readers,
                "select value from marts.carbon_changes where effect = 'quantity' and metric = 'financed_emissions'"
                " and portfolio_id = 'ALL'",
            )["value"]
            .cast(float)
            .to_list()
        )

    assert publish(BEFORE, {BEFORE: 1, AFTER: 3}) == []
    assert publish(AFTER, {BEFORE: 1, AFTER: 3}) == pytest.approx([20])
    # only the earlier month is run and published again, with 2 units: 20 -> 30 t
    assert publish(BEFORE, {BEFORE: 2, AFTER: 3}) == pytest.approx([10])
