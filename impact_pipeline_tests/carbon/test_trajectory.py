"""Carbon metrics against the baseline: adjusted figures, the 7 % path and the policy's targets, by hand arithmetic."""

import pytest

from impact_pipeline.schemas.table import month_end
from impact_pipeline_tests.builders import DEMO_POLICY, compute, emissions, financials, line, policy_with, write_inputs

MILLION = 10**6


def near(value):
    return pytest.approx(value, rel=1e-9)


def months_from(first, last):
    """Month ends from ``first`` to ``last`` (year, month): a range of months needs lines in each."""
    places = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return [month_end(place // 12, place % 12 + 1) for place in places]


@pytest.fixture
def run(tmp_path):
    def of(months, policy=DEMO_POLICY, **datasets):
        return compute(write_inputs(tmp_path / "inputs", **datasets), tmp_path / "home", months, policy=policy)

    return of


def step(done, metric, day, portfolio="ALL"):
    return done.one(
        "select * from marts.carbon_trajectory where metric = ? and as_of_date = cast(? as date) and portfolio_id = ?",
        metric, day, portfolio,
    )  # fmt: skip


def year_facts(issuer_id, year, tonnes, **balance):
    """Emissions and balance sheet of a calendar year, known in the last days of it."""
    when = {"fiscal_year": year, "known_from": f"{year}-12-31"}
    return (
        financials(issuer_id, **balance) | when | {"period_end": f"{year}-12-31"},
        emissions(issuer_id, tonnes, **when),
    )


def book(years, companies, portfolio="P"):
    """Lines and facts: ``companies`` gives by name ``(value in M, E, market cap, debt)`` for each of the years."""
    months = months_from((years[0], 12), (years[-1], 12))
    holdings = [
        line("CASH", asset_class="cash", market_value=1) | {"as_of_date": day, "portfolio_id": portfolio}
        for day in months
    ]
    sheets, tonnes = [], []
    for name, by_year in companies.items():
        for year, (value, emitted, cap, debt) in zip(years, by_year, strict=True):
            sheet, emitted_rows = year_facts(name, year, emitted, market_cap=cap * MILLION, total_debt=debt * MILLION)
            sheets.append(sheet)
            tonnes += emitted_rows
            holdings.append(
                line(name, asset_class="listed_equity", issuer_id=name, market_value=value * MILLION)
                | {"as_of_date": f"{year}-12-31", "portfolio_id": portfolio}
            )
    return {"holdings": holdings, "issuer_financials": sheets, "issuer_emissions": tonnes}


def joined(*books):
    return {key: [row for each in books for row in each[key]] for key in books[0]}


def test_p3_pcaf_box_5_1_3_adjusts_for_the_move_of_enterprise_values(run):
    # AuM 1,000; weights .4 .3 .2 .1; market caps up by 20 %, debt, emissions and weights as before.
    # base .4 x 60000/1200 + .3 x 100000/1000 + .2 x 120000/800 + .1 x 120000/600 = 100; now 90.4555
    # ADJ .4 x 1200/1360 + .3 x 1000/1120 + .2 x 800/880 + .1 x 600/640 = 0.8963665
    companies = {
        "W": ((400, 60_000, 800, 400), (400, 60_000, 960, 400)),
        "X": ((300, 100_000, 600, 400), (300, 100_000, 720, 400)),
        "Y": ((200, 120_000, 400, 400), (200, 120_000, 480, 400)),
        "Z": ((100, 120_000, 200, 400), (100, 120_000, 240, 400)),
    }
    done = run("2019-12:2020-12", **book((2019, 2020), companies))
    raw = step(done, "economic_intensity", "2020-12-31")
    assert (raw["baseline_value"], raw["value"]) == (near(100), pytest.approx(90.4555, abs=5e-5))
    assert raw["change_ratio"] == pytest.approx(-0.095445, abs=5e-7)
    adjusted = step(done, "economic_intensity_pcaf_adjusted", "2020-12-31")
    assert adjusted["adjustment_factor"] == pytest.approx(0.8963665, abs=5e-8)
    assert adjusted["raw_baseline_value"] == near(100)
    assert adjusted["baseline_value"] == pytest.approx(89.6367, abs=5e-5)
    assert adjusted["value"] == adjusted["raw_value"] == raw["value"]
    assert adjusted["value_at_baseline_prices"] == pytest.approx(100.9135, abs=5e-5)
    # an increase, by either restatement
    assert adjusted["change_ratio"] == pytest.approx(0.0091352, abs=5e-8)
    assert adjusted["value_at_baseline_prices"] / adjusted["raw_baseline_value"] - 1 == near(adjusted["change_ratio"])
    assert adjusted["adjustment_coverage_ratio"] == 1
    # the 7 % path from the restated baseline: 0.93 x 89.6367 = 83.362 is missed
    assert adjusted["target_value"] == pytest.approx(83.3621, abs=5e-5)
    assert adjusted["on_track"] is False


def test_d9_art_7_3_divides_each_evic_by_the_inflation_of_the_average(run):
    # average EVIC (50,000 + 30,000) / 2 = 40,000 -> (55,000 + 33,000) / 2 = 44,000: factor 1.10;
    # line EVIC 55,000 / 1.10 = 50,000: 500,000 / 50,000 = 10.0 instead of 9.0909, and the same for the other company
    companies = {
        "X": ((100, 500_000, 40_000, 10_000), (100, 500_000, 45_000, 10_000)),
        "Y": ((50, 300_000, 20_000, 10_000), (50, 300_000, 23_000, 10_000)),
    }
    done = run("2019-12:2020-12", **book((2019, 2020), companies))
    row = step(done, "economic_intensity_art_7_3", "2020-12-31", "P")
    assert row["adjustment_factor"] == near(1.10)
    assert row["raw_value"] == pytest.approx(9.0909, abs=5e-5)
    assert row["value"] == near(10)
    # not the PCAF factor: sum of weight x EVIC then / EVIC now = 1 / 1.10 here, 0.909090...
    assert step(done, "economic_intensity_pcaf_adjusted", "2020-12-31", "P")["adjustment_factor"] == near(1 / 1.1)


def test_a_company_without_a_value_at_the_baseline_is_left_out_of_the_factor(run):
    # X doubles (factor 1/2); N was not known in 2019: the factor is X's, three quarters of the amount is behind it
    facts = book((2019, 2020), {"X": ((30, 100, 50, 50), (30, 100, 150, 50))})
    new = book((2020,), {"N": ((10, 100, 100, 0),)})
    new["holdings"] = [row for row in new["holdings"] if row["line_id"] != "CASH"]
    done = run("2019-12:2020-12", **joined(facts, new))
    row = step(done, "economic_intensity_pcaf_adjusted", "2020-12-31")
    assert (row["adjustment_factor"], row["adjustment_coverage_ratio"]) == (near(0.5), near(0.75))


def test_p15_a_fund_and_its_index_over_three_years(run):
    # FRR: portfolio 403.87 -> 232.56, index 473.57 -> 324.61 t per M: -42.4 %, -31.5 %; portfolio against index -28.4 %
    portfolio = book((2019, 2022), {"X": ((1, 403_870, 600, 400), (1, 232_560, 600, 400))}, portfolio="P")
    index = book((2019, 2022), {"I": ((1, 473_570, 600, 400), (1, 324_610, 600, 400))}, portfolio="INDEX")
    done = run("2019-12:2022-12", **joined(portfolio, index))
    ours = step(done, "economic_intensity", "2022-12-31", "P")
    theirs = step(done, "economic_intensity", "2022-12-31", "INDEX")
    assert (ours["baseline_value"], ours["value"]) == (near(403.87), near(232.56))
    assert ours["change_ratio"] == pytest.approx(-0.4242, abs=5e-5)
    assert theirs["change_ratio"] == pytest.approx(-0.3145, abs=5e-5)
    assert ours["value"] / theirs["value"] - 1 == pytest.approx(-0.2836, abs=5e-5)
    # art. 7(2): 403.87 x 0.93 ^ 3 = 324.86; 473.57 x 0.804357 = 380.92
    assert (ours["target_value"], ours["on_track"]) == (pytest.approx(324.8557, abs=5e-4), True)
    assert (theirs["target_value"], theirs["on_track"]) == (pytest.approx(380.9193, abs=5e-4), True)


def test_d8_the_seven_percent_path_is_geometric_in_whole_years(run, tmp_path):
    # 100 x 0.93 ^ n: 93, 86.49, 80.4357, 69.5688 (n = 5), 48.3982 (n = 10); linear would be 30 at n = 10
    years = tuple(range(2014, 2025))
    policy = policy_with(
        tmp_path / "policy", ("targets.yaml", "baseline_date: 2019-12-31", "baseline_date: 2014-12-31")
    )
    facts = book(years, {"X": ((1, 100_000, 600, 400),) * len(years)})
    facts["holdings"].append(
        line("X", asset_class="listed_equity", issuer_id="X", market_value=MILLION) | {"as_of_date": "2015-11-30"}
    )
    done = run("2014-12:2024-12", policy, **facts)
    path = {n: step(done, "economic_intensity", f"{2014 + n}-12-31")["target_value"] for n in (0, 1, 2, 3, 5, 10)}
    assert path[0] == near(100)
    assert [path[n] for n in (1, 2, 3, 5, 10)] == [
        near(93), near(86.49), near(80.4357), pytest.approx(69.5688, abs=5e-5), pytest.approx(48.3982, abs=5e-5),
    ]  # fmt: skip
    # eleven months after the baseline no year is over
    assert step(done, "economic_intensity", "2015-11-30")["target_value"] == near(100)
    last = step(done, "economic_intensity", "2024-12-31")
    assert (last["target_rule"], last["on_track"], last["change_ratio"]) == ("minus_7_pct_a_year", False, 0)


def aim(unit, value):
    """Edit of the demo's targets: the first indicator of this unit with a baseline gets one for the end of 2021."""
    old = f"{unit}\n  baseline_date: 2019-12-31"
    return "targets.yaml", old, f'{old}\n  target_value: "{value}"\n  target_date: 2021-12-31'


def test_a_target_of_the_policy_is_reached_geometrically(run, tmp_path):
    # 100 in 2019, 25 wanted at the end of 2021: half way 100 x (25/100) ^ (1/2) = 50; after the date 25 stays
    policy = policy_with(tmp_path / "policy", aim("unit: tCO2e/MEUR", "25"))
    falling = ((1, 100_000, 600, 400), (1, 50_000, 600, 400), (1, 25_001, 600, 400), (1, 25_000, 600, 400))
    facts = book((2019, 2020, 2021, 2022), {"X": falling})
    facts["holdings"].append(
        line("X", asset_class="listed_equity", issuer_id="X", market_value=MILLION) | {"as_of_date": "2020-06-30"}
    )
    done = run("2019-12:2022-12", policy, **facts)
    found = [step(done, "economic_intensity", f"{year}-12-31") for year in (2020, 2021, 2022)]
    assert [row["target_value"] for row in found] == [near(50), near(25), near(25)]
    assert {row["target_rule"] for row in found} == {"policy_geometric"}
    assert [row["on_track"] for row in found] == [True, False, True]
    # the committee's target is the entity's: a portfolio is held against the benchmark path
    assert step(done, "economic_intensity", "2020-12-31", "P")["target_rule"] == "minus_7_pct_a_year"
    # between two year ends: 100 x 0.25 ^ (6/24) after six months, whatever the value
    assert step(done, "economic_intensity", "2020-06-30")["target_value"] == near(100 * 0.25**0.25)


def test_a_target_on_the_change_is_one_on_the_footprint(run, tmp_path):
    # -75 % by the end of 2021 from 100: 25 at the date
    policy = policy_with(tmp_path / "policy", aim("unit: ratio", "-0.75"))
    done = run("2019-12:2020-12", policy, **book((2019, 2020), {"X": ((1, 100_000, 600, 400), (1, 49_000, 600, 400))}))
    row = step(done, "economic_intensity", "2020-12-31")
    assert (row["target_value"], row["target_rule"], row["on_track"]) == (near(50), "policy_geometric", True)


def test_without_the_baseline_month_nothing_is_said_of_the_track(run):
    done = run("2020-12", **book((2020,), {"X": ((1, 100, 600, 400),)}))
    for metric in ("economic_intensity", "economic_intensity_pcaf_adjusted", "financed_emissions"):
        row = step(done, metric, "2020-12-31")
        assert row["raw_value"] is not None
        assert (row["status"], row["baseline_value"], row["target_value"]) == ("no_baseline", None, None)
        assert row["on_track"] is None
