"""What must hold for any portfolio (methodology.md, last line of 6.2), through the public tables.

One computation serves all: random worlds stand side by side with changed copies of themselves.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from impact_pipeline_tests.builders import Computed, Rows, compute, emissions, financials, line
from impact_pipeline_tests.carbon.second_opinion.worlds import KNOWN_AS_OF, Maker, write_worlds

Row = dict[str, Any]
Change = Callable[[Row], Iterable[Row]]
IDS = ("portfolio_id", "line_id", "issuer_id", "fund_id")
DATASETS = ("holdings", "portfolios", "issuers", "issuer_financials", "issuer_emissions")
AMOUNTS = (
    "market_value", "nominal_amount", "book_value", "revenue", "market_cap", "total_debt", "minority_interest",
    "deposits", "total_equity", "total_assets", "evic",
)  # fmt: skip
WORLDS = 40
#: Half a step of 1e-6 for the rounding of each position, and as much in the amount attributed.
ROUNDING = (
    "sum(1e-6 + 1e-6 * coalesce((scope_1_tco2e + scope_2_tco2e + coalesce(scope_3_tco2e, 0)) / denominator_eur, 0))"
)


def copy_of(data: dict[str, Rows], name: str, **changes: Change) -> dict[str, list[Row]]:
    """The worlds once more under ids of their own (``NAME`` before ``W``), their rows changed by dataset."""
    copied: dict[str, list[Row]] = {}
    for dataset in DATASETS:
        rows = [
            {**row, **{key: f"{name}{row[key]}" for key in IDS if str(row.get(key) or "").startswith("W")}}
            for row in data[dataset]
        ]
        change = changes.get(dataset)
        copied[dataset] = [new for row in rows for new in change(row)] if change else rows
    return copied


def in_dollars(rate: Decimal) -> Change:
    """Rows in EUR written in USD at the month's rate."""

    def change(row: Row) -> list[Row]:
        if row.get("currency") != "EUR":
            return [row]
        dollars = {key: Decimal(row[key]) * rate for key in AMOUNTS if row.get(key) is not None}
        return [{**row, **dollars, "currency": "USD"}]

    return change


def in_parts(random: Random) -> Change:
    """A line cut into one to three lines, to the cent."""

    def change(row: Row) -> list[Row]:
        parts = random.randint(1, 3)
        names = [key for key in ("market_value", "market_value_eur", "nominal_amount", "book_value") if row.get(key)]
        each = {key: (Decimal(row[key]) / parts).quantize(Decimal("0.01")) for key in names}
        rest = {key: Decimal(row[key]) - each[key] * (parts - 1) for key in names}
        return [
            {**row, **(rest if part == 0 else each), "line_id": f"{row['line_id']}/{part}"} for part in range(parts)
        ]

    return change


def without_first_company(row: Row) -> list[Row]:
    return [] if row["issuer_id"].endswith("-C0") else [row]


def without_its_scope_2(row: Row) -> list[Row]:
    return [] if row["issuer_id"].endswith("-C0") and row["scope"].startswith("2") else [row]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    data = Maker(62).inputs(WORLDS)
    (rate,) = (
        Decimal(row["units_per_eur"])
        for row in data["fx_rates"]
        if (row["currency"], row["rate_date"]) == ("USD", "2024-12-30")
    )
    changed = [
        copy_of(data, "DOLLARS-", holdings=in_dollars(rate), issuer_financials=in_dollars(rate)),
        copy_of(data, "PARTS-", holdings=in_parts(Random(3))),
        copy_of(data, "WITHOUT-", issuer_emissions=without_first_company),
        copy_of(data, "HALF-", issuer_emissions=without_its_scope_2),
    ]
    together = {**data, **{name: [*data[name], *(row for each in changed for row in each[name])] for name in DATASETS}}
    folder = tmp_path_factory.mktemp("properties")
    return compute(write_worlds(folder / "inputs", together), folder / "home", known_as_of=KNOWN_AS_OF.isoformat())


def pairs(done: Computed, name: str) -> list[Row]:
    """Rows of portfolios' corporate perimeter beside those of their changed copy (``new_...``)."""
    found = done.rows(
        f"""
        with slack as (
            select portfolio_id, {ROUNDING} as rounding,
                coalesce(bool_or(carbon_status = 'attribution_above_1'), false) as has_blocked_line
            from marts.positions group by portfolio_id
        )
        select base.*, slack.rounding + own.rounding as rounding, own.has_blocked_line,
            changed.eligible_value_eur as new_eligible, changed.covered_value_eur as new_covered,
            changed.financed_emissions_tco2e as new_financed, changed.market_value_eur as new_market_value
        from marts.portfolio_carbon as base
        inner join slack as own on base.portfolio_id = own.portfolio_id
        inner join slack on slack.portfolio_id = ? || base.portfolio_id
        inner join marts.portfolio_carbon as changed
            on changed.portfolio_id = ? || base.portfolio_id
            and changed.perimeter = base.perimeter and changed.scopes = base.scopes
        where base.perimeter = 'corporate'
        order by base.portfolio_id, base.scopes
        """,
        name, name,
    )  # fmt: skip
    assert len(found) > 3 * WORLDS
    return found


def test_an_attribution_factor_is_between_0_and_1(done: Computed) -> None:
    factors = done.one(
        "select min(attribution_factor) as low, max(attribution_factor) as high, count(*) as n from marts.positions "
        "where financed_scope_1_2_tco2e is not null or financed_scope_3_tco2e is not null"
    )
    assert factors["n"] > 500
    assert 0 <= factors["low"] <= factors["high"] <= 1
    blocked = done.rows("select * from marts.positions where attribution_factor > 1")
    assert blocked
    for row in blocked:
        assert row["financed_scope_1_2_tco2e"] is None, "a factor above 1 blocks the line"
        assert row["carbon_status"] == "attribution_above_1"


def test_scores_and_coverages_stay_in_their_bounds(done: Computed) -> None:
    rows = done.rows("select * from marts.portfolio_carbon")
    scores = [row["data_quality_score"] for row in rows if row["data_quality_score"] is not None]
    assert 1 <= min(scores) < max(scores) <= 5
    coverages = [row["coverage_ratio"] for row in rows if row["coverage_ratio"] is not None]
    assert 0 == min(coverages) < max(coverages) <= 1
    for row in rows:
        # what funds declare of themselves has no score
        scored = row["covered_value_eur"] > row["fund_declared_value_eur"]
        assert scored == (row["data_quality_score"] is not None)
        assert (row["financed_emissions_tco2e"] is None) == (row["covered_value_eur"] == 0)
        assert (row["coverage_ratio"] is None) == (row["eligible_value_eur"] == 0)
        assert row["waci_coverage_ratio"] is None or 0 <= row["waci_coverage_ratio"] <= 1
    sovereign = done.rows("select * from marts.sovereign_carbon")
    assert sovereign
    for row in sovereign:
        assert 0 <= row["covered_exposure_eur"] <= row["exposure_eur"]
        assert row["intensity_coverage_ratio"] is None or 0 <= row["intensity_coverage_ratio"] <= 1


def test_the_whole_is_the_sum_of_its_portfolios_and_intensities_add_up_only_through_weights(done: Computed) -> None:
    roots = done.rows(
        "select carbon.* from marts.portfolio_carbon as carbon "
        "inner join core.portfolios as portfolios on carbon.portfolio_id = portfolios.portfolio_id "
        "where portfolios.is_root and perimeter = 'corporate' and scopes = '1_2' "
        "and financed_emissions_tco2e is not null"
    )
    whole = done.carbon()
    assert sum(row["financed_emissions_tco2e"] for row in roots) == whole["financed_emissions_tco2e"]
    weighted = sum(float(row["covered_value_eur"]) * row["economic_intensity_tco2e_per_meur"] for row in roots)
    expected = weighted / sum(float(row["covered_value_eur"]) for row in roots)
    assert whole["economic_intensity_tco2e_per_meur"] == pytest.approx(expected, rel=1e-9)
    assert sum(row["economic_intensity_tco2e_per_meur"] for row in roots) != pytest.approx(expected, rel=0.01)


def test_financed_emissions_add_up_over_any_partition_of_the_lines(done: Computed) -> None:
    compared = 0
    for row in pairs(done, "PARTS-"):
        # the parts of a line that is blocked because it is more than its company are less than it
        if row["has_blocked_line"]:
            continue
        assert float(row["new_eligible"]) == pytest.approx(float(row["eligible_value_eur"]), abs=1e-3)
        if row["financed_emissions_tco2e"] is None:
            assert row["new_financed"] is None
            continue
        compared += 1
        assert float(row["new_financed"]) == pytest.approx(
            float(row["financed_emissions_tco2e"]), rel=1e-12, abs=float(row["rounding"])
        ), row
    assert compared > WORLDS


def test_another_common_currency_leaves_financed_emissions_unchanged(done: Computed) -> None:
    compared = 0
    for row in pairs(done, "DOLLARS-"):
        if row["financed_emissions_tco2e"] is None:
            assert row["new_financed"] is None
            continue
        compared += 1
        assert float(row["new_financed"]) == pytest.approx(
            float(row["financed_emissions_tco2e"]), rel=1e-12, abs=float(row["rounding"])
        ), row
    assert compared > WORLDS
    in_euro = done.one("select count(*) as n from core.holdings where currency = 'EUR' and line_id like 'DOLLARS-%'")
    assert in_euro["n"] == 0, "the copies are in USD, GBP and CHF only"


@pytest.mark.parametrize("name", ["WITHOUT-", "HALF-"], ids=["no figure at all", "no scope 2"])
def test_emissions_nobody_states_are_never_0(done: Computed, name: str) -> None:
    lowered = 0
    for row in pairs(done, name):
        assert row["new_eligible"] == row["eligible_value_eur"], "still in the denominator of the coverage"
        assert row["new_market_value"] == row["market_value_eur"]
        assert row["new_covered"] <= row["covered_value_eur"], "removing emissions never lowers the uncovered value"
        assert (row["new_financed"] is None) == (row["new_covered"] == 0), "nothing covered is unknown, not 0 tonnes"
        if row["new_financed"] is not None:
            assert row["new_financed"] <= row["financed_emissions_tco2e"]
        if row["scopes"] == "3" and name == "HALF-":
            assert row["new_financed"] == row["financed_emissions_tco2e"], "scope 3 is not concerned"
        lowered += row["new_covered"] < row["covered_value_eur"]
    assert lowered > WORLDS / 4
    silent = done.one(
        "select count(*) as n, count(financed_scope_1_2_tco2e) as direct, count(financed_scope_3_tco2e) as indirect "
        "from marts.positions where issuer_id like ? || '%-C0' and denominator_basis is distinct from 'fund_declared'",
        name,
    )
    assert silent["n"] > WORLDS
    assert silent["direct"] == 0
    assert (silent["indirect"] == 0) == (name == "WITHOUT-")


@pytest.mark.parametrize("is_listed", ["true", "false"])
def test_all_providers_of_capital_together_finance_the_company_once(tmp_path: Any, is_listed: str) -> None:
    """Whoever holds all shares and all debt of a company holds its emissions; minorities' part is not theirs."""
    random = Random(17)
    holdings, sheets, tonnes, issuers = [], [], [], []
    parts: dict[str, float] = {}
    for number in range(60):
        name, equity, debt = f"C{number}", random.randint(1, 10**9), random.randint(1, 10**9)
        minorities = random.choice([None, random.randint(1, 10**9)]) if is_listed == "true" else None
        equity_name = "market_cap" if is_listed == "true" else "total_equity"
        sheets.append(financials(name, total_debt=debt, minority_interest=minorities, **{equity_name: equity}))
        tonnes += emissions(name, random.randint(0, 10**7), random.randint(0, 10**6))
        issuers.append({"issuer_id": name, "name": name, "is_listed": is_listed})
        parts[name] = (equity + debt) / (equity + debt + (minorities or 0))
        share, bond = ("listed_equity", "corporate_bond") if is_listed == "true" else ("unlisted_equity", "loan")
        for kind, amount in ((share, equity), (bond, debt)):
            cuts = sorted(random.randint(0, amount) for _ in range(3))
            for place, (low, high) in enumerate(zip([0, *cuts], [*cuts, amount], strict=True)):
                # a bond below par: its holder owns what is owed to him, whatever its price
                price = random.uniform(0.5, 1.2) if kind == bond else 1
                holdings.append(
                    line(
                        f"{name}-{kind}-{place}", asset_class=kind, issuer_id=name, nominal_amount=high - low,
                        market_value=round((high - low) * price, 2),
                    )
                )  # fmt: skip
    inputs = write_worlds(
        tmp_path / "inputs",
        {"holdings": holdings, "issuers": issuers, "issuer_financials": sheets, "issuer_emissions": tonnes},
    )
    done = compute(inputs, tmp_path / "home")
    found = done.rows(
        "select issuer_id, sum(attribution_factor) as factor, sum(financed_scope_1_2_tco2e) as financed, "
        "any_value(scope_1_tco2e + scope_2_tco2e) as emitted, count(*) as n from marts.positions group by issuer_id"
    )
    assert len(found) == 60
    for row in found:
        assert row["factor"] <= 1 + 1e-12
        assert row["factor"] == pytest.approx(parts[row["issuer_id"]], rel=1e-12)
        assert float(row["financed"]) == pytest.approx(parts[row["issuer_id"]] * float(row["emitted"]), abs=1e-5)
