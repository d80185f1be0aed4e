"""Figures walked back: hand arithmetic on small worlds, parts that add up, cells that hold what is shown."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from impact_pipeline.errors import NotFoundError, SettingsError
from impact_pipeline.publishing.explain.answer import explain
from impact_pipeline.publishing.explain.names import FIGURES, WHOLE_ENTITY
from impact_pipeline.publishing.explain.page import page
from impact_pipeline.publishing.explain.parts import PartsDoNotAddUpError, gathered
from impact_pipeline_tests.builders import claim, compute, emissions, financials, line, soda, write_inputs

MONTH = dt.date(2024, 12, 31)
RATE = [{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": 2}]
#: 100 of shares over 600 + 400; a bond of nominal 160 USD = 80 EUR over (500 + 300) USD = 400 EUR; Z has no figures.
COMPANIES = {
    "holdings": [
        line("A", asset_class="listed_equity", issuer_id="X", market_value=100),
        line("B", asset_class="corporate_bond", issuer_id="Y", market_value=150, nominal_amount=160, currency="USD"),
        line("C", asset_class="listed_equity", issuer_id="Z", market_value=50),
        line("D", asset_class="cash", market_value=25),
    ],
    "issuers": [
        {"issuer_id": "X", "name": "Alpha SA", "is_listed": "true"},
        {"issuer_id": "Y", "name": "Beta Inc", "is_listed": "true"},
        {"issuer_id": "Z", "name": "Gamma SA", "is_listed": "true"},
    ],
    "issuer_financials": [
        financials("X", market_cap=600, total_debt=400, revenue=200),
        financials("Y", market_cap=500, total_debt=300, revenue=400) | {"currency": "USD"},
    ],
    "issuer_emissions": [*emissions("X", 20, 10, 5), *emissions("Y", 25, 15, basis="production")],
    "fx_rates": RATE,
}


@pytest.fixture
def world(tmp_path):
    """Compute a small world; answers come from its working file, which has the snapshot's tables."""

    def of(months=("2024-12",), **datasets):
        inputs = write_inputs(tmp_path / "inputs", **datasets)
        done = [compute(inputs, tmp_path / "home", month) for month in months][-1]
        return lambda figure, portfolio="ALL", top=10: explain(done.store.path, MONTH, figure, portfolio, top)

    return of


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """Questions about ``COMPANIES``, computed once."""
    folder = tmp_path_factory.mktemp("companies")
    done = compute(write_inputs(folder / "inputs", **COMPANIES), folder / "home")
    return lambda figure, portfolio="ALL", top=10: explain(done.store.path, MONTH, figure, portfolio, top)


def cells(part):
    return {(cell["file"], cell["row"], cell["column"]): cell["value"] for cell in part["inputs"]}


def reasons(answer):
    return {row["reason"]: (float(row["value_eur"]), row["lines"]) for row in answer["coverage"]["reasons"]}


def test_a_footprint_is_its_lines_to_the_cell(companies):
    found = companies("portfolio_footprint")
    # A: 100 / 1,000 x 30 = 3; B: 80 / 400 x 40 = 8; covered 100 + 80 of 230
    assert found["numbers"]["numerator"] == Decimal(11)
    assert found["numbers"]["denominator"] == Decimal(180)
    assert found["value"] == pytest.approx(11 / 180 * 1e6)
    assert found["status"] == "no_baseline", "the change is not known, the figure is"
    assert found["method"]["method_id"] == "PCAF-A-EEI"
    assert found["perimeter"] == {"perimeter": "corporate", "scopes": "1_2"}
    assert found["coverage"]["ratio"] == pytest.approx(180 / 230)
    assert reasons(found) == {"covered": (180, 2), "missing_financials": (50, 1)}
    (missing,) = found["uncovered"]["top"]
    assert (missing["line_id"], missing["issuer_name"], missing["contribution"]) == ("C", "Gamma SA", 50)
    assert (missing["reason"], missing["share_ratio"]) == ("missing_financials", 1)
    second, first = found["contributors"]["top"][1], found["contributors"]["top"][0]
    assert (first["line_id"], first["contribution"], first["share_ratio"]) == ("B", 8, pytest.approx(8 / 11))
    assert (first["outstanding_eur"], first["denominator_eur"], first["denominator_basis"]) == (80, 400, "evic_parts")
    assert (first["attribution_factor"], first["data_quality_score"]) == (0.2, 3)
    assert (first["emissions_fiscal_year"], first["financials_fiscal_year"]) == (2024, 2024)
    assert cells(first) == {
        ("holdings/holdings.csv", 3, "nominal_amount"): 160,
        ("fx_rates/fx_rates.csv", 2, "units_per_eur"): 2,
        ("issuer_financials/issuer_financials.csv", 3, "market_cap"): 500,
        ("issuer_financials/issuer_financials.csv", 3, "total_debt"): 300,
        ("issuer_emissions/issuer_emissions.csv", 5, "tco2e"): 25,
        ("issuer_emissions/issuer_emissions.csv", 6, "tco2e"): 15,
    }
    assert (second["line_id"], second["issuer_name"], second["contribution"]) == ("A", "Alpha SA", 3)
    assert ("holdings/holdings.csv", 2, "market_value") in cells(second)


def test_what_is_not_named_is_one_line(companies):
    found = companies("financed_emissions", top=1)["contributors"]
    assert [part["line_id"] for part in found["top"]] == ["B"]
    assert found["rest"] == {"contribution": Decimal(3), "lines": 1, "share_ratio": pytest.approx(3 / 11)}
    assert (found["total"], found["lines"]) == (Decimal(11), 2)


@pytest.mark.parametrize(
    ("figure", "value", "numerator", "denominator"),
    [
        ("portfolio_carbon.market_value_eur", 225, 225, None),  # 100 + 75 + 50, the bond at its market value
        ("portfolio_carbon.market_value_eur:treasury", None, None, None),
        ("portfolio_carbon.eligible_value_eur", 230, 230, None),
        ("portfolio_carbon.coverage_ratio", 180 / 230, 180, 230),
        # all investments: 100 + 75 + 50 + 25
        ("portfolio_carbon.pai_2_footprint_tco2e_per_meur", 11 / 250 * 1e6, 11, 250),
        # A: 100 x 30 / 200; B: 75 x 40 / 200 EUR of revenue; per million, over 175
        ("portfolio_carbon.waci_tco2e_per_meur", 30e6 / 175, 30e6, 175),
        ("portfolio_carbon.waci_coverage_ratio", 175 / 225, 175, 225),
        # reported 2, production 3: (2 x 100 + 3 x 80) / 180
        ("portfolio_carbon.data_quality_score", 440 / 180, 440, 180),
        # scope 3 of X only: 100 / 1,000 x 5
        ("portfolio_carbon.financed_emissions_tco2e:corporate:3", 0.5, 0.5, None),
        ("portfolio_carbon.economic_intensity_tco2e_per_meur:listed_equity:1_2", 3 / 100 * 1e6, 3, 100),
    ],
)
def test_columns_of_the_carbon_mart(companies, figure, value, numerator, denominator):
    found = companies(figure)
    numbers = found["numbers"]
    for shown, expected in (
        (found["value"], value), (numbers["numerator"], numerator), (numbers["denominator"], denominator),
    ):  # fmt: skip
        assert (None if shown is None else float(shown)) == (None if expected is None else pytest.approx(expected))
    if value is None:
        assert found["reason_fr"] == "aucune ligne dans ce périmètre"


def test_scope_3_has_its_own_reasons_and_its_two_parts(world):
    parts = [{**emissions("X", 1)[0], "scope": scope, "tco2e": tonnes} for scope, tonnes in
             (("3_upstream", 40), ("3_downstream", 60))]  # fmt: skip
    datasets = COMPANIES | {"issuer_emissions": [*emissions("X", 20, 10), *parts]}
    found = world(**datasets)("portfolio_carbon.financed_emissions_tco2e:corporate:3")
    # 100 / 1,000 x (40 + 60)
    assert found["value"] == Decimal(10)
    assert reasons(found) == {"covered": (100, 1), "missing_emissions": (80, 1), "missing_financials": (50, 1)}
    shown = cells(found["contributors"]["top"][0])
    assert shown["issuer_emissions/issuer_emissions.csv", 4, "tco2e"] == 40
    assert shown["issuer_emissions/issuer_emissions.csv", 5, "tco2e"] == 60


def test_the_largest_uncovered_lines_come_first_with_their_reason(world):
    # 30 of N, whom nobody knows, 20 of Z without a balance sheet, 5 of M likewise; the cash should not be covered
    missing = {"N": 30, "Z": 20, "M": 5}
    ask = world(
        **COMPANIES
        | {
            "holdings": [
                *(row for row in COMPANIES["holdings"] if row["line_id"] != "C"),
                *(
                    line(name, asset_class="listed_equity", issuer_id=name, market_value=missing[name])
                    for name in missing
                ),
            ],
            "issuers": [*COMPANIES["issuers"], {"issuer_id": "M", "name": "Mu SA"}],
        }
    )
    found = ask("carbon_coverage", top=2)
    named = [(part["line_id"], part["contribution"], part["reason"]) for part in found["uncovered"]["top"]]
    assert named == [("N", 30, "unknown_issuer"), ("Z", 20, "missing_financials")]
    rest = found["uncovered"]["rest"]
    assert (rest["contribution"], rest["lines"], rest["share_ratio"]) == (5, 1, pytest.approx(5 / 55))
    shown = page(found)
    title = shown.index("  Plus grandes lignes non couvertes (EUR)")
    assert shown[title + 2].strip() == "émetteur inconnu"
    # of Y the revenue is known, of A too: what the WACI lacks are the same three lines
    assert [part["line_id"] for part in ask("portfolio_carbon.waci_tco2e_per_meur")["uncovered"]["top"]] == [
        "N",
        "Z",
        "M",
    ]


def test_the_row_shown_is_the_one_that_was_chosen(world):
    """Restated, estimated and older figures stand in the same file; only the cell that counted is named."""
    facts = [
        *emissions("X", 99, 99, fiscal_year=2022),
        *emissions("X", 50, 50),
        *emissions("X", 70, 70, basis="revenue_estimate", source="vendor"),
        *emissions("X", 20, 10, known_from="2025-09-01"),
    ]
    found = world(**COMPANIES | {"issuer_emissions": facts})("financed_emissions")
    shown = [cell for cell in found["contributors"]["top"][0]["inputs"] if cell["column"] == "tco2e"]
    assert [(cell["row"], cell["value"]) for cell in shown] == [(8, 20), (9, 10)]


SHEETS = {
    # negative equity counts as 0: 12 / 120
    "NEGATIVE": ("private_debt", None, {"total_equity": -30, "total_debt": 120}),
    "BANK": ("private_debt", "true", {"total_equity": 800, "total_debt": 400, "deposits": 5000}),
    "VENDOR": ("listed_equity", None, {"evic": 5000}),
    "TOTAL": ("listed_equity", None, {"total_assets": 5000}),
    "QUOTED": (
        "listed_equity", "true", {"market_cap": 800, "total_debt": 400, "deposits": 5000, "minority_interest": 7},
    ),
    # deposits of a company that is no bank are not part of its enterprise value
    "SHOP": ("listed_equity", "false", {"market_cap": 800, "total_debt": 400}),
}  # fmt: skip


def test_the_denominator_is_shown_by_its_parts(world):
    extra = {"SHOP": {"deposits": 50}}
    found = world(
        holdings=[
            line(name, asset_class=kind, issuer_id=name, market_value=12) for name, (kind, _, _) in SHEETS.items()
        ],
        issuers=[
            {"issuer_id": name, "is_listed": str(kind == "listed_equity").lower(), "is_financial": is_financial}
            for name, (kind, is_financial, _) in SHEETS.items()
        ],
        issuer_financials=[financials(name, **parts, **extra.get(name, {})) for name, (_, _, parts) in SHEETS.items()],
        issuer_emissions=[row for name in SHEETS for row in emissions(name, 1000)],
    )("financed_emissions")
    shown = {}
    for part in found["contributors"]["top"]:
        sheet = [cell for cell in part["inputs"] if cell["what_fr"] == "bilan"]
        shown[part["line_id"]] = {cell["column"]: cell["value"] for cell in sheet}
        assert part["denominator_eur"] == sum(max(cell["value"], 0) for cell in sheet)
    assert shown == {name: parts for name, (_, _, parts) in SHEETS.items()}


def test_a_line_in_a_fund_names_every_fund_line_it_comes_through(world):
    facts = {name: COMPANIES[name] for name in ("issuer_financials", "issuer_emissions", "fx_rates")}
    found = world(
        holdings=[
            line("F", asset_class="fund", fund_id="OUTER", market_value=50),
            line("G", portfolio_id="OUTER", asset_class="fund", fund_id="INNER>1", market_value=100),
            line("A", portfolio_id="INNER>1", asset_class="listed_equity", issuer_id="X", market_value=200),
        ],
        **facts,
    )("financed_emissions")
    part = found["contributors"]["top"][0]
    # half of OUTER, which holds half of INNER: 200 x 1/2 x 1/2 = 50... of 100 / 200 of the inner fund: 50 EUR
    assert part["outstanding_eur"] == 50
    assert part["contribution"] == Decimal("1.5")
    # 50 / 1,000 x 30
    assert [(cell["row"], cell["value"], cell.get("fund_value_eur")) for cell in part["inputs"][:3]] == [
        (4, 200, None), (2, 50, 100), (3, 100, 200),
    ]  # fmt: skip


def test_a_share_names_classified_and_unclassified_lines(world):
    made = {"kind": "real_economy", "valid_from": "2020-01-01"}
    ask = world(
        holdings=[
            line("A", asset_class="private_debt", market_value=14),
            line("B", asset_class="listed_equity", market_value=6),
            line("C", asset_class="sovereign_bond", issuer_id="FR", market_value=80),
        ],
        classifications=[
            {**made, "subject_id": "A", "code": "dette", "share": "0.25"},
            {**made, "subject_id": "A", "code": "capital", "share": "0.5"},
        ],
    )
    found = ask("real_economy_share")
    # (0.25 + 0.5) x 14 of 100; 6 more if the shares counted
    assert (found["value"], found["upper_value"]) == (pytest.approx(0.105), pytest.approx(0.165))
    assert [(part["code"], part["contribution"]) for part in found["contributors"]["top"]] == [
        ("capital", 7), ("dette", Decimal("3.5")),
    ]  # fmt: skip
    assert reasons(found) == {"classified": (14, 1), "outside": (80, 1), "unknown": (6, 1)}
    assert [part["line_id"] for part in found["unknown"]["top"]] == ["B"]
    assert cells(found["contributors"]["top"][0])["classifications/classifications.csv", 3, "share"] == Decimal("0.5")
    by_code = ask("investment_shares.real_economy:dette")
    assert by_code["value"] == pytest.approx(0.035)
    assert by_code["contributors"]["lines"] == 1
    with pytest.raises(NotFoundError, match="TOTAL, capital, dette"):
        ask("investment_shares.real_economy:dett")
    nobody = ask("strategic_share")
    assert (nobody["value"], nobody["reason_fr"]) == (None, "aucune ligne dans cette poche")


def test_nothing_classified_is_unknown_not_0(world):
    found = world(holdings=[line("A", asset_class="listed_equity", market_value=14)])("real_economy_share")
    assert (found["value"], found["numbers"]["numerator"]) == (None, None)
    assert found["reason_fr"] == "personne n'a classé ces lignes"
    assert "inconnu au 31/12/2024" in page(found)[1]


def test_an_excluded_line_comes_with_rule_verdict_and_evidence(world):
    shares = {"asset_class": "listed_equity"}
    ask = world(
        holdings=[
            line("A", issuer_id="SODA", market_value=20, **shares),
            line("B", issuer_id="OTHER", market_value=80, **shares),
        ],
        evidence=[
            soda("SODA", 62, locator="p. 4"),
            claim("OTHER", "revenue_share.palm", 0, coverage_status="researched_not_involved"),
        ],
    )
    found = ask("excluded_exposure")
    assert found["value"] == pytest.approx(0.2)
    assert reasons(found) == {"excluded": (20, 1), "undecided": (80, 1)}
    part = found["contributors"]["top"][0]
    assert [(rule["rule_id"], rule["outcome"]) for rule in part["rules"]] == [("SODA-01", "EXCLUDED")]
    assert "EXCLU" in part["rules"][0]["text_fr"]
    evidence = [cell for cell in part["inputs"] if cell["file"] == "evidence/evidence.csv"]
    assert [(cell["row"], cell["value"], cell["source"], cell["locator"]) for cell in evidence] == [
        (2, 62, "report", "p. 4"),
    ]  # fmt: skip
    nothing = ask("pfas_exposure")
    assert (nothing["value"], nothing["reason_fr"]) == (None, "rien n'est tranché, faute de preuves")


def test_kilograms_per_person_are_the_own_balance_and_the_financed_part(world):
    own = {"year": 2024, "protected_persons": 1000}
    found = world(
        **COMPANIES,
        organisation=[{**own, "category": "offices", "tco2e": 9}, {**own, "category": "travel", "tco2e": 2}],
    )("footprint_per_person", top=2)
    # (9 + 2 + 11) t x 1,000 kg / 1,000 persons
    assert found["value"] == pytest.approx(22)
    assert [(part["category"], part["contribution"]) for part in found["contributors"]["top"]] == [
        ("emissions_financees", 11_000), ("offices", 9_000),
    ]  # fmt: skip
    assert found["contributors"]["rest"]["contribution"] == 2_000
    assert cells(found["contributors"]["top"][1]) == {("organisation/organisation.csv", 2, "tco2e"): 9}
    assert found["denominator_inputs"][0]["value"] == 1000
    assert found["nested"][0]["figure"] == "financed_emissions"


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ([], "aucun bilan propre"),
        ([{"year": 2024, "protected_persons": 10, "category": "offices"}], "bilan propre incomplet : offices"),
        ([{"year": 2024, "category": "offices", "tco2e": 1}], "nombre de personnes protégées inconnu"),
    ],
)
def test_kilograms_per_person_are_unknown_for_a_reason(world, own, reason):
    found = world(**COMPANIES, organisation=own)("footprint_per_person")
    assert found["value"] is None
    assert reason in found["reason_fr"]


def test_a_sovereign_line_shows_country_and_dollar(world):
    # D15: 10 M EUR at 1.10, 400 Mt, PPP GDP 3.7 tn: 1,189.2 t; 400 Mt / 2,600,000 M EUR = 153.85
    ask = world(
        holdings=[line("A", asset_class="sovereign_bond", issuer_id="FR", market_value=10_000_000)],
        sovereigns=[
            {
                "country": "FR", "year": 2023, "ghg_excl_lulucf_tco2e": 400_000_000,
                "gdp_ppp_intl_usd": 3_700_000_000_000, "gdp_nominal_eur": 2_600_000_000_000, "known_from": "2024-06-01",
            }
        ],
        fx_rates=[{"rate_date": "2024-12-31", "currency": "USD", "units_per_eur": "1.10"}],
    )  # fmt: skip
    found = ask("sovereign_carbon.financed_emissions_tco2e")
    assert float(found["value"]) == pytest.approx(1189.2, abs=0.05)
    assert cells(found["contributors"]["top"][0]) == {
        ("holdings/holdings.csv", 2, "market_value"): 10_000_000,
        ("sovereigns/sovereigns.csv", 2, "ghg_excl_lulucf_tco2e"): 400_000_000,
        ("sovereigns/sovereigns.csv", 2, "gdp_ppp_intl_usd"): 3_700_000_000_000,
        ("fx_rates/fx_rates.csv", 2, "units_per_eur"): Decimal("1.1"),
    }
    assert float(ask("sovereign_carbon.intensity_tco2e_per_meur_gdp")["value"]) == pytest.approx(153.85, abs=0.005)
    without = ask("sovereign_carbon.financed_emissions_tco2e:incl")
    assert (without["value"], reasons(without)) == (None, {"missing_sovereign_data": (10_000_000, 1)})


def test_a_change_shows_the_parts_of_both_months(world):
    before = {**COMPANIES["holdings"][0], "as_of_date": "2019-12-31", "market_value": 50}
    old = [*emissions("X", 60, 0, fiscal_year=2019, known_from="2020-04-01")]
    sheet = financials("X", market_cap=600, total_debt=400) | {"fiscal_year": 2019, "period_end": "2019-12-31"}
    found = world(
        months=("2019-12", "2024-12"),
        **COMPANIES
        | {
            "holdings": [*COMPANIES["holdings"], before],
            "issuer_emissions": [*COMPANIES["issuer_emissions"], *old],
            "issuer_financials": [*COMPANIES["issuer_financials"], sheet],
        },
    )("portfolio_footprint_change")
    # 2019: 50 / 1,000 x 60 = 3 over 50; 2024: 11 over 180
    assert found["value"] == pytest.approx((11 / 180) / (3 / 50) - 1)
    assert [(str(answer["as_of_date"]), answer["numbers"]["numerator"]) for answer in found["nested"]] == [
        ("2019-12-31", 3), ("2024-12-31", 11),
    ]  # fmt: skip


def test_a_change_is_from_the_baseline_in_force_and_says_so(tmp_path):
    # 50 / 1,000 x 60 = 3 t first computed; 66 t are known since: 3.3 over 50, 10 % more; 2024: 11 over 180
    before = {**COMPANIES["holdings"][0], "as_of_date": "2019-12-31", "market_value": 50}
    year = {"fiscal_year": 2019}
    sheet = financials("X", market_cap=600, total_debt=400) | {"period_end": "2019-12-31", "known_from": "2020-04-01"}
    datasets = COMPANIES | {
        "holdings": [*COMPANIES["holdings"], before],
        "issuer_emissions": [
            *COMPANIES["issuer_emissions"],
            *emissions("X", 60, 0, **year, known_from="2020-04-01"),
            *emissions("X", 66, 0, **year, known_from="2021-04-01"),
        ],
        "issuer_financials": [*COMPANIES["issuer_financials"], sheet | year],
    }
    inputs = write_inputs(tmp_path / "inputs", **datasets)
    compute(inputs, tmp_path / "home", "2019-12", known_as_of="2020-06-30")
    done = compute(inputs, tmp_path / "home")
    found = explain(done.store.path, MONTH, "portfolio_footprint_change")
    assert found["value"] == pytest.approx((11 / 180) / (3.3 / 50) - 1)
    assert found["numbers"]["denominator"] == pytest.approx(66_000)
    assert "référence recalculée" in found["reason_fr"]
    assert "10,00 %" in found["reason_fr"]
    assert "60 000,00 tCO2e/MEUR à l'origine" in found["reason_fr"]


def test_a_change_without_its_baseline_month_says_what_to_run(companies):
    found = companies("portfolio_footprint_change")
    assert (found["value"], found["status"]) == (None, "no_baseline")
    assert "impact run --month 2019-12" in found["reason_fr"]
    assert [answer["figure"] for answer in found["nested"]] == ["portfolio_footprint"]


def test_a_portfolio_has_its_own_figures(world):
    other = [line("E", portfolio_id="Q", asset_class="cash", market_value=5)]
    ask = world(**COMPANIES | {"holdings": [*COMPANIES["holdings"], *other]})
    assert ask("portfolio_footprint", "P")["numbers"]["numerator"] == Decimal(11)
    nothing = ask("portfolio_footprint", "Q")
    assert (nothing["value"], nothing["status"]) == (None, "no_data")
    assert nothing["reason_fr"] == "aucune ligne dans ce périmètre"
    assert nothing["contributors"]["top"] == []
    for figure in FIGURES:
        if figure in WHOLE_ENTITY:
            with pytest.raises(SettingsError, match="whole entity only"):
                ask(figure, "Q")
        else:
            assert page(ask(figure, "Q"))
    with pytest.raises(NotFoundError, match="2024-12 has P, Q"):
        ask("portfolio_footprint", "R")


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("portfolio_footprnt", "'portfolio_footprint'"),
        ("portfolio_carbon.waci", "'portfolio_carbon.waci_tco2e_per_meur'"),
        ("portfolio_carbon.coverage_ratio:corporat", "'corporate'"),
        ("portfolio_carbon.coverage_ratio:corporate:12", "1_2, 3, 1_2_3"),
        ("portfolio_carbon.coverage_ratio:a:b:c", "[:perimeter[:scopes]]"),
        ("sovereign_carbon.exposure_eur:with", "excl, incl"),
        ("", "Known: portfolio_footprint"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(tmp_path, figure, said):
    with pytest.raises(SettingsError) as refused:
        explain(tmp_path / "nothing", MONTH, figure)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("table", "change", "figure"),
    [
        ("core.attribution", "financed_scope_1_2_tco2e = financed_scope_1_2_tco2e + 0.000001", "financed_emissions"),
        ("marts.portfolio_carbon", "covered_value_eur = covered_value_eur + 0.01", "carbon_coverage"),
        ("marts.portfolio_carbon", "data_quality_score = data_quality_score + 0.001", "data_quality"),
    ],
)
def test_parts_that_do_not_make_the_figure_are_refused(tmp_path, table, change, figure):
    done = compute(write_inputs(tmp_path / "inputs", **COMPANIES), tmp_path / "home")
    explain(done.store.path, MONTH, figure)
    with duckdb.connect(str(done.store.path)) as connection:
        connection.execute(f"update {table} set {change}")
    with pytest.raises(PartsDoNotAddUpError, match="impact run --month"):
        explain(done.store.path, MONTH, figure)


def test_a_lost_part_is_noticed():
    with pytest.raises(PartsDoNotAddUpError):
        gathered([{"contribution": Decimal(3)}], Decimal("1.000001"), 1, Decimal(4))
