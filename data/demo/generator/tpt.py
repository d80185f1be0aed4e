"""The two dedicated funds as their manager delivers them: one TPT file a month each.

Assumptions: version 6 texts until 2024-12 and version 7 from 2025-01 (economic sector then in field 148, in
NACE Rev. 2.1); valuation on the last weekday of the month at the month-end exchange rates; field 5 is the
exact sum of field 24; states have no LEI (type 9).
"""

from dataclasses import dataclass
from datetime import timedelta

from generator.base import Row, last_business_day, money, month, month_end, plain, stream
from generator.book import FUND_1, FUND_2, PORTFOLIOS
from generator.cases import ALL
from generator.fx import rate
from generator.ids import make_isin, make_lei
from generator.issuers import Issuer, roster
from generator.lines import Line, valuation
from generator.market import base_yield, equity_index
from generator.sectors import nace_text

V7_START = month(2025, 1)
VERSIONS = ("V6.0 (official) dated 10 January 2022", "V7.0 (official) dated 25 November 2024")
MANAGER, MANAGER_ID = "Orvane Gestion (fictive)", make_lei("manager")
SHARES = {FUND_1: 1_250_000.0, FUND_2: 640_000.0}
FUND_CIC = {FUND_1: "XL42", FUND_2: "XL41"}
WORLD = {"US": "2", "JP": "2", "CH": "2", "GB": "2"}
CATEGORY = {"11": "1", "21": "2", "26": "2", "22": "2", "31": "3L", "42": "4"}
HEADERS = [
    "1_Portfolio_identifying_data",
    "2_Type_of_identification_code_for_the_fund_share_or_portfolio",
    "3_Portfolio_name",
    "4_Portfolio_currency_(B)",
    "5_Net_asset_valuation_of_the_portfolio_or_the_share_class_in_portfolio_currency",
    "6_Valuation_date",
    "7_Reporting_date",
    "8_Share_price",
    "8b_Total_number_of_shares",
    "9_Cash_ratio",
    "11_Complete_SCR_delivery",
    "12_CIC_code_of_the_instrument",
    "13_Economic_zone_of_the_quotation_place",
    "14_Identification_code_of_the_instrument",
    "15_Type_of_identification_code_for_the_instrument",
    "16_Grouping_code_for_multiple_leg_instruments",
    "17_Instrument_name",
    "17b_Asset_liability",
    "18_Quantity",
    "19_Nominal_amount",
    "20_Contract_size_for_derivatives",
    "21_Quotation_currency_(A)",
    "22_Market_valuation_in_quotation_currency_(A)",
    "23_Clean_market_valuation_in_quotation_currency_(A)",
    "24_Market_valuation_in_portfolio_currency_(B)",
    "25_Clean_market_valuation_in_portfolio_currency_(B)",
    "26_Valuation_weight",
    "27_Market_exposure_amount_in_quotation_currency_(A)",
    "28_Market_exposure_amount_in_portfolio_currency_(B)",
    "30_Market_exposure_in_weight",
    "32_Interest_rate_type",
    "33_Coupon_rate",
    "39_Maturity_date",
    "46_Issuer_name",
    "47_Issuer_identification_code",
    "48_Type_of_identification_code_for_issuer",
    "49_Name_of_the_group_of_the_issuer",
    "50_Identification_of_the_group",
    "51_Type_of_identification_code_for_issuer_group",
    "52_Issuer_country",
    "53_Issuer_economic_area",
    "54_Economic_sector",
    "67_CIC_of_the_underlying_asset",
    "68_Identification_code_of_the_underlying_asset",
    "69_Type_of_identification_code_for_the_underlying_asset",
    "70_Name_of_the_underlying_asset",
    "80_Issuer_name_of_the_underlying_asset",
    "81_Issuer_identification_code_of_the_underlying_asset",
    "82_Type_of_issuer_identification_code_of_the_underlying_asset",
    "95_Identification_of_the_original_portfolio_for_positions_embedded_in_a_fund",
    "115_Fund_issuer_code",
    "116_Fund_issuer_code_type",
    "117_Fund_issuer_name",
    "118_Fund_issuer_sector",
    "122_Fund_issuer_country",
    "123_Fund_CIC",
    "123a_Fund_custodian_country",
    "131_Underlying_asset_category",
    "133_custodian_name",
    "148_Economic_sector_NACE2.1",
    "1000_TPT_Version",
]
BY_NUMBER = {header.split("_", 1)[0]: header for header in HEADERS}
CLEARING, CLEARING_ID = "Chambre de compensation Ostrel (fictive)", make_lei("clearing")


@dataclass(frozen=True)
class Delivery:
    """One TPT file."""

    name: str
    fund: str
    month: int
    rows: list[Row]  # by field number
    nav: str


def headers(k: int) -> list[str]:
    """Return the header line of a month: field 148 exists from version 7 on."""
    return [header for header in HEADERS if k >= V7_START or not header.startswith("148_")]


def _parents() -> dict[str, str]:
    """Return the controlling parent by issuer key, where a case tells one."""
    return {link.child: link.parent for case in ALL for link in case.links if link.controlled and not link.until}


def _issuer_fields(issuer: Issuer, k: int) -> Row:
    """Return fields 46 to 54 (and 148) of an issuer; the manager writes names in capitals."""
    group = roster()[_parents().get(issuer.key, issuer.key)]
    state = issuer.issuer_id.startswith("ETAT-")
    sector = {"148": nace_text(issuer.activity, "2.1")} if k >= V7_START else {"54": nace_text(issuer.activity, "2")}
    return {
        "46": issuer.name.upper(), "47": "" if state else issuer.issuer_id, "48": "9" if state else "1",
        "49": group.name.upper(), "50": "" if state else group.issuer_id, "51": "9" if state else "1",
        "52": issuer.country, "53": WORLD.get(issuer.country, "1"),
    } | sector  # fmt: skip


def _amounts(value: float, currency: str, k: int) -> Row:
    """Return fields 21 to 25 and 27, 28: exposure equals value except for derivatives."""
    local, euro = money(value), money(value / rate(k, currency))
    return {"21": currency, "22": local, "23": local, "24": euro, "25": euro, "27": local, "28": euro}


def _security(line: Line, k: int, scale: float, inner: dict[str, float]) -> Row:
    """Return the position fields of a security or fund unit."""
    if line.kind == "lookthrough":
        value = round(inner[line.fund_id] * line.fund_share, 2)
        owner = {"46": MANAGER.upper(), "47": MANAGER_ID, "48": "1", "52": "FR", "53": "1"}
        return {"12": line.cic, "14": line.instrument, "15": "1", "17": line.name, "17b": "A",
                "18": plain(value / 100, 4), "131": "4"} | _amounts(value, "EUR", k) | owner  # fmt: skip
    figures = valuation(line, k, scale)
    row = {
        "12": line.cic, "13": WORLD.get(line.cic[:2], "1"), "14": line.instrument, "15": "1",
        "17": line.name.upper(),
        "17b": "A", "18": figures.get("quantity", ""), "19": figures.get("nominal_amount", ""),
        "95": line.original_fund, "131": CATEGORY[line.cic[2:]],
    } | _amounts(float(figures["market_value"]), line.currency, k)  # fmt: skip
    if line.kind == "bond":
        row |= {"32": "Fixed", "33": plain(line.coupon, 3), "39": month_end(line.maturity).isoformat()}
    return row | _issuer_fields(roster()[line.issuer], k)


def _cash(code: str, name: str, value: float, currency: str, bank: str, k: int, cic: str = "XL71") -> Row:
    """Return a bank account; a provision for fees is a liability."""
    side = "A" if value >= 0 else "L"
    row = {"12": cic, "14": code, "15": "99", "17": name, "17b": side, "19": money(value), "131": "7"}
    return row | _amounts(value, currency, k) | _issuer_fields(roster()[bank], k)


def _forward(dollars: float, k: int) -> list[Row]:
    """Return the two legs of the currency hedge: EUR bought at last month's rate, USD sold."""
    euros = dollars / rate(max(k - 1, month(2019, 12)), "USD")
    common = {"12": "XLE2", "15": "99", "16": "FXF01", "39": month_end(k + 3).isoformat(), "131": "E",
              "67": "XLE2", "69": "99"} | _issuer_fields(roster()["bank-07"], k)  # fmt: skip
    legs = []
    for currency, value in (("EUR", euros), ("USD", -dollars)):
        code = f"FXF01{currency}"
        legs.append(common | {"14": code, "17": f"CHANGE A TERME EUR USD {currency}", "19": money(value),
                              "17b": "A" if value > 0 else "L", "68": code, "70": currency}
                    | _amounts(value, currency, k))  # fmt: skip
    return legs


def _swap(k: int) -> list[Row]:
    """Return the two legs of an interest swap (fixed payer); the whole value sits on the fixed leg."""
    value = 6e6 * (base_yield(k) - 0.9) / 100 * 4.5
    base = make_isin("swap", "EZ")
    legs = []
    for suffix, amount, kind in (("FIXED", value, "Fixed"), ("FLOAT", 0.0, "Floating")):
        legs.append({
            "12": "XLD1", "14": base + suffix, "15": "1", "16": base, "17": "SWAP DE TAUX 2031",
            "19": "6000000.00",
            "17b": "A" if amount >= 0 else "L", "32": kind, "39": "2031-03-31", "46": CLEARING,
            "47": CLEARING_ID,
            "48": "1", "52": "FR", "53": "1", "67": "XL72", "68": "EUR006M Index", "69": "5",
            "70": "EUR006M Index", "131": "D",
        } | _amounts(amount, "EUR", k))  # fmt: skip
    return legs


def _future(k: int) -> Row:
    """Return a short equity index future: no value, a negative exposure."""
    exposure = money(-12 * 10 * 40 * equity_index(k))
    row = {
        "12": "DEA1", "13": "1", "14": "FUTIDX50", "15": "99", "17": "FUTURE INDICE 50 GRANDES VALEURS",
        "17b": "A",
        "18": "-12", "20": "10", "39": month_end(k + 2).isoformat(), "46": CLEARING, "47": CLEARING_ID,
        "48": "1",
        "52": "FR", "53": "1", "67": "DE39", "68": "INDICE-50", "69": "99", "70": "INDICE 50 GRANDES VALEURS",
        "80": "index", "82": "9", "131": "A",
    } | _amounts(0.0, "EUR", k)  # fmt: skip
    return row | {"27": exposure, "28": exposure}


def _extras(fund: str, k: int, rows: list[Row]) -> list[Row]:
    """Return the accounts of a fund, and the derivatives of the credit fund."""
    gross = sum(float(row["24"]) for row in rows)
    draw = stream("tpt-cash", fund, k)
    accounts = [
        _cash("CPT-EUR", "COMPTE EUR", gross * draw.uniform(0.008, 0.02), "EUR", "bank-02", k),
        _cash("FRAIS", "PROVISION POUR FRAIS", -gross * 0.0004, "EUR", "bank-02", k, cic="XL79"),
    ]
    if fund == FUND_2:
        accounts.append(_cash("CPT-USD", "COMPTE USD", gross * draw.uniform(0.001, 0.004), "USD", "bank-02", k))
        return accounts
    dollars = sum(float(row["22"]) for row in rows if row["21"] == "USD")
    accounts.append(_cash("MARGE-EUR", "DEPOT DE MARGE EUR", 350_000.0, "EUR", "bank-11", k, cic="XL79"))
    return [*accounts, *_forward(round(0.95 * dollars, -4), k), *_swap(k), _future(k)]


def deliver(fund: str, held: list[Line], k: int, scale: float, inner: dict[str, float]) -> Delivery:
    """Build the file of a fund and a month."""
    rows = [_security(line, k, scale, inner) for line in held]
    rows += _extras(fund, k, rows)
    cents = sum(round(float(row["24"]) * 100) for row in rows)
    nav = cents / 100
    valued = last_business_day(k)
    delivered = valued + timedelta(days=8)
    while delivered.weekday() >= 5:
        delivered += timedelta(days=1)
    name = next(item.name for item in PORTFOLIOS if item.portfolio_id == fund)
    cash = sum(float(row["24"]) for row in rows if row["12"][2] == "7")
    version = k >= V7_START
    head = {
        "1": fund, "2": "1", "3": name, "4": "EUR", "5": money(nav), "6": valued.isoformat(),
        "7": month_end(k).isoformat(), "8": f"{nav / SHARES[fund]:.6f}", "8b": plain(SHARES[fund], 0),
        "9": f"{cash / nav:.6f}", "11": "N", "115": MANAGER_ID, "116": "1", "117": MANAGER, "118": "K6630",
        "122": "FR", "123": FUND_CIC[fund], "123a": "FR", "133": roster()["bank-02"].name,
        "1000": VERSIONS[version],
    }  # fmt: skip
    full = []
    for row in rows:
        weights = {"26": f"{float(row['24']) / nav:.12f}", "30": f"{float(row['28']) / nav:.8f}"}
        full.append(head | row | weights)
    file_name = f"{valued:%Y%m%d}_TPTV{6 + version}_{fund}_{delivered:%Y%m%d}.csv"
    return Delivery(file_name, fund, k, full, head["5"])
