"""Small datasets: ownership, country statistics, the mutual's own emissions."""

from generator.base import Row
from generator.cases import ALL, Link
from generator.issuers import roster

YEARS = tuple(range(2017, 2025))
# Rounded public statistics (million tonnes, billions); orders of magnitude for a demo, not a reference.
# country: (emissions without land use, net land use, GDP in PPP international dollars, nominal GDP in EUR)
COUNTRIES: dict[str, tuple[tuple[int, ...], int, tuple[int, ...], tuple[int, ...]]] = {
    "FR": ((455, 437, 427, 385, 405, 393, 369, 366), -24, (2976, 3115, 3445, 3345, 3563, 3824, 3982, 4202),
           (2297, 2363, 2438, 2318, 2508, 2655, 2827, 2922)),
    "DE": ((871, 834, 786, 718, 747, 743, 668, 649), 6, (4473, 4665, 4925, 4880, 5202, 5664, 5763, 6038),
           (3267, 3366, 3474, 3404, 3617, 3877, 4186, 4305)),
    "IT": ((432, 429, 418, 382, 413, 412, 385, 370), -34, (2529, 2610, 2787, 2641, 2946, 3319, 3415, 3589),
           (1739, 1771, 1797, 1661, 1842, 1962, 2128, 2192)),
    "ES": ((338, 332, 313, 269, 285, 290, 270, 267), -46, (1855, 1919, 2075, 1863, 2099, 2412, 2574, 2778),
           (1170, 1204, 1245, 1118, 1222, 1346, 1498, 1591)),
    "BE": ((120, 122, 121, 112, 116, 109, 101, 100), -1, (572, 600, 652, 648, 703, 796, 814, 857),
           (445, 460, 479, 460, 508, 563, 596, 614)),
    "NL": ((193, 188, 181, 166, 168, 155, 144, 143), 4, (960, 1014, 1081, 1092, 1202, 1366, 1400, 1515),
           (738, 774, 813, 797, 871, 959, 1068, 1134)),
    "AT": ((82, 79, 80, 74, 77, 73, 69, 67), -5, (474, 501, 536, 522, 564, 640, 644, 657),
           (369, 385, 397, 380, 406, 448, 473, 482)),
    "US": ((6560, 6750, 6610, 6030, 6340, 6340, 6200, 6180), -820,
           (19612, 20656, 21540, 21354, 23681, 26007, 27721, 29185),
           (17300, 17500, 19200, 18700, 20000, 24700, 25600, 27000)),
}  # fmt: skip
PERSONS = {2019: 4905000, 2020: 4922000, 2021: 4938000, 2022: 4951000, 2023: 4963000, 2024: 4978000}
CATEGORIES = {
    "prestations_sante_remboursees": 0.66, "achats_services": 0.15, "numerique": 0.07, "batiments": 0.05,
    "deplacements_domicile_travail": 0.04, "deplacements_professionnels": 0.03,
}  # fmt: skip
MORE_LINKS = (
    Link("sme-14", "large-09", "70", True),
    Link("sme-22", "small-02", "100", True, "2021-07-01", "", "2021-10-15"),
    Link("small-21", "large-15", "28", False),
)


def ownership_rows() -> list[Row]:
    """Return the `ownership` dataset."""
    links = [*(link for case in ALL for link in case.links), *MORE_LINKS]
    return [
        {
            "child_id": roster()[link.child].issuer_id, "parent_id": roster()[link.parent].issuer_id,
            "pct_capital": link.pct, "is_controlled": str(link.controlled).lower(), "valid_from": link.since,
            "valid_to": link.until, "known_from": link.known, "source": "rapport_annuel",
        }
        for link in links
    ]  # fmt: skip


def sovereign_rows() -> list[Row]:
    """Return the `sovereigns` dataset: Austria lacks 2024, the Netherlands lack land use in 2024."""
    rows = []
    for country, (emissions, land, parity, nominal) in COUNTRIES.items():
        for index, year in enumerate(YEARS):
            if country == "AT" and year == 2024:
                continue
            without = emissions[index]
            incl = "" if country == "NL" and year == 2024 else f"{(without + land) * 10**6}"
            rows.append({
                "country": country, "year": str(year), "ghg_excl_lulucf_tco2e": f"{without * 10**6}",
                "ghg_incl_lulucf_tco2e": incl, "gdp_ppp_intl_usd": f"{parity[index] * 10**9}",
                "gdp_nominal_eur": f"{nominal[index] * 10**9}", "source": "statistiques_publiques_arrondies",
                "known_from": f"{year + 1}-11-15",
            })  # fmt: skip
    return rows


def organisation_rows(own_tonnes: dict[int, float]) -> list[Row]:
    """Return the `organisation` dataset; the last category takes the rounding."""
    rows = []
    for year, persons in PERSONS.items():
        left = round(own_tonnes[year], 1)
        for category, share in CATEGORIES.items():
            last = category == list(CATEGORIES)[-1]
            tonnes = left if last else round(own_tonnes[year] * share, 1)
            left = round(left - tonnes, 1)
            rows.append({
                "year": str(year), "protected_persons": str(persons), "category": category,
                "tco2e": f"{tonnes:.1f}",
            })  # fmt: skip
    return rows
