"""The first step of every explanation: what the earlier month would be with what is known and decided today."""

import math

import pytest

from impact_pipeline.wiring import restatement
from impact_pipeline_tests.builders import emissions, financials, policy_with
from impact_pipeline_tests.carbon.changes import AFTER, BEFORE, Months, held, issuer

MILLION = 1_000_000
THEN, NOW = "2024-06-30", "2025-06-30"


def near(value):
    return pytest.approx(value, abs=1e-6)


@pytest.fixture
def months(tmp_path):
    return Months(tmp_path)


@pytest.fixture
def computed_again(monkeypatch):
    """Months that were computed again, as they are."""
    days = []
    really = restatement._computed

    def counted(connection, frames, day):
        days.append(f"{day:%Y-%m}")
        return really(connection, frames, day)

    monkeypatch.setattr(restatement, "_computed", counted)
    return days


def lines(before=1, after=1):
    """1 unit = 1 M EUR of X, which has an EVIC of 1,000 M EUR: 1 t for each 1,000 t of X."""
    held_in = {BEFORE: before, AFTER: after}
    return {m: [held(m, "A", issuer_id="X", quantity=n, market_value=n * MILLION)] for m, n in held_in.items()}


def balance(month, tonnes):
    return issuer("X", month, tonnes, evic=1_000 * MILLION)


def correction(tonnes, known_from="2024-09-01"):
    """Another figure for 2023 of the same source, received later."""
    return {
        "issuer_financials": [],
        "issuer_emissions": emissions("X", tonnes, fiscal_year=2023, known_from=known_from),
    }


def test_nothing_new_is_not_computed_again(months, computed_again):
    # what came in between is about 2024 only
    months.write(lines(), [balance(BEFORE, 10_000), balance(AFTER, 15_000)])
    months.run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)
    assert computed_again == []
    assert months.totals()["is_recomputed"] is False
    assert months.effects() == near({"emissions": 5})


def test_a_figure_corrected_since_is_a_restatement(months, computed_again):
    months.write(lines(1, 2), [balance(BEFORE, 10_000), correction(12_000), balance(AFTER, 12_000)])
    months.run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)
    assert computed_again == ["2023-12"]
    # 10 t were published; 12 t are known now, and doubled by trading since
    assert months.effects() == near({"restatement": 2, "quantity": 12})
    # 10 -> 12 t per M EUR; the only line weighs 1 all along: what doubling it adds (12 x ln 2), the total takes back
    bought = 12 * math.log(2)
    assert months.effects("economic_intensity") == near({"restatement": 2, "quantity": bought, "price": -bought})
    totals = months.totals()
    assert [float(totals[name]) for name in ("from_value", "restated_value", "to_value")] == [10, 12, 24]
    assert totals["is_recomputed"] is True
    stored = months.done.one("""
        select financed_emissions_tco2e as t
        from marts.portfolio_carbon
        where as_of_date = date '2023-12-31' and portfolio_id = 'ALL' and perimeter = 'corporate' and scopes = '1_2'
    """)
    assert stored["t"] == 10, "the month itself stays as it was published"


def test_a_correction_received_after_the_later_month_is_not_known_yet(months, computed_again):
    months.write(lines(), [balance(BEFORE, 10_000), correction(12_000, "2025-09-01"), balance(AFTER, 10_000)])
    months.run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)
    assert computed_again == []
    assert months.effects() == {}


def test_a_first_figure_received_since_is_a_restatement_too(months, computed_again):
    first = {
        "issuer_financials": [],
        "issuer_emissions": emissions("X", 8_000, fiscal_year=2023, known_from="2024-09-01"),
    }
    months.write(lines(), [balance(BEFORE, None), first, balance(AFTER, 8_000)])
    months.run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)
    assert computed_again == ["2023-12"]
    assert months.totals()["from_value"] is None
    # not a switch of coverage between the dates: it was covered all along, we know now
    assert months.effects() == near({"restatement": 8})


def test_a_file_that_says_something_else_of_the_same_fact_wins(months, computed_again):
    months.write(lines(), [balance(BEFORE, 10_000), balance(AFTER, 10_000)]).run(BEFORE, known_as_of=THEN)
    # the same fiscal year, source and day of receipt, in a file delivered anew
    months.write(lines(), [balance(BEFORE, 7_000), balance(AFTER, 7_000)]).run(AFTER, known_as_of=NOW)
    assert computed_again == ["2023-12"]
    assert months.effects() == near({"restatement": -3})


def test_facts_that_are_only_not_delivered_again_are_not_withdrawn(months, computed_again):
    months.write(lines(), [balance(BEFORE, 10_000)]).run(BEFORE, known_as_of=THEN)
    months.write(lines(), [balance(AFTER, 15_000)]).run(AFTER, known_as_of=NOW)
    assert computed_again == [], "2024 says nothing about 2023"
    assert months.effects() == near({"emissions": 5})


def test_rates_and_master_data_stay_those_of_the_month(months, computed_again):
    # 1.25 USD per EUR at the end of 2023 is not delivered again; a rate of 2024 must not be used for 2023
    def dollars(rate_date, rate):
        return [{"rate_date": rate_date, "currency": "USD", "units_per_eur": rate}]

    usd = {
        m: [held(m, "A", issuer_id="X", currency="USD", quantity=1, market_value=1_250_000)] for m in (BEFORE, AFTER)
    }
    months.write(usd, [balance(BEFORE, 10_000)], fx_rates=dollars("2023-12-31", "1.25")).run(BEFORE, known_as_of=THEN)
    months.write(usd, [correction(12_000), balance(AFTER, 12_000)], fx_rates=dollars("2024-12-31", "1.00"))
    months.run(AFTER, known_as_of=NOW)
    assert computed_again == ["2023-12"]
    # 1,250,000 USD: 1 M EUR, then 1.25 M EUR of a company in EUR: 10 -> 12 restated, 12 -> 15 by the rate
    assert months.effects() == near({"restatement": 2, "fx": 3})


def test_a_method_choice_is_a_restatement(months, computed_again, tmp_path):
    # scope 2: 4,000 t by contracts (market), 9,000 t by the grid (location)
    facts = balance(BEFORE, 10_000)
    year = {"fiscal_year": 2023, "known_from": "2024-04-01"}
    scope_2 = [{**row, "scope": "2_location"} for row in emissions("X", 0, 9_000, **year) if row["scope"] == "2_market"]
    facts["issuer_emissions"] = [*emissions("X", 10_000, 4_000, **year), *scope_2]
    location = policy_with(
        tmp_path / "location", ("methodology.yaml", "scope_2_preferred: market", "scope_2_preferred: location")
    )
    months.write(lines(), [facts]).run(BEFORE).run(AFTER, policy=location)
    assert computed_again == ["2023-12"]
    assert months.effects() == near({"restatement": 5})


def test_a_policy_that_changes_other_things_restates_nothing(months, computed_again, tmp_path):
    other = policy_with(tmp_path / "other", ("targets.yaml", 'target_value: "49"', 'target_value: "48"'))
    months.write(lines(), [balance(BEFORE, 10_000)]).run(BEFORE).run(AFTER, policy=other)
    assert computed_again == []


def test_the_scratch_database_gives_what_the_store_has(months):
    """The way there and back: computed again with the same knowledge, every position is the same to the last digit."""
    months.write(lines(1, 2), [balance(BEFORE, 10_000), balance(AFTER, 12_000)]).run()
    store, day = months.done.store, months.totals()["from_date"]
    with store.read() as connection:
        frames = restatement._inputs(connection, day, day)
        stored = restatement.read_factors(connection, [day])
    with restatement.scratch(store.path.parent) as connection:
        again = restatement._computed(connection, frames, day)
    assert again.height == 1
    assert again.equals(stored)


def test_an_issuer_that_was_financed_by_parts_keeps_its_own_balance_sheet(months, computed_again):
    # the EVIC of 2023 is corrected from 1,000 to 800 M EUR: 1 / 1,000 x 10,000 = 10; 1 / 800 x 10,000 = 12.5
    corrected = financials("X", fiscal_year=2023, period_end="2023-12-31", known_from="2024-09-01", evic=800 * MILLION)
    fix = {"issuer_financials": [corrected], "issuer_emissions": []}
    months.write(lines(), [balance(BEFORE, 10_000), fix, balance(AFTER, 10_000)])
    months.run(BEFORE, known_as_of=THEN).run(AFTER, known_as_of=NOW)
    assert computed_again == ["2023-12"]
    # back to 1,000 M EUR in 2024
    assert months.effects() == near({"restatement": 2.5, "enterprise_value": -2.5})
