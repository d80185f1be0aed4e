"""Sectors of the fictional companies: codes and orders of magnitude.

Intensities are tonnes per million EUR of enterprise value around 2019; they are rounded guesses that put each
sector in its usual rank, later scaled by one factor a year so that the portfolio follows the target path.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sector:
    """One activity: NACE Rev. 2 class, GICS sub-industry, intensities and balance-sheet shape."""

    nace: str
    section: str
    gics: str
    trade_name: str
    scope_1: float
    scope_2: float
    scope_3: float
    revenue_ratio: float
    debt_ratio: float


SECTORS: dict[str, Sector] = {
    "power": Sector("35.11", "D", "55101010", "Energies", 520, 22, 600, 0.45, 0.45),
    "refining": Sector("19.20", "C", "10102030", "Raffinage", 300, 28, 2400, 0.9, 0.3),
    "cement": Sector("23.51", "C", "15102010", "Ciments", 1100, 80, 330, 0.6, 0.4),
    "steel": Sector("24.10", "C", "15104050", "Aciers", 900, 120, 400, 0.9, 0.35),
    "chemicals": Sector("20.14", "C", "15101020", "Chimie", 190, 75, 480, 0.7, 0.3),
    "gases": Sector("20.11", "C", "15101040", "Gaz", 210, 170, 160, 0.4, 0.25),
    "paper": Sector("17.12", "C", "15105020", "Papiers", 160, 70, 150, 0.7, 0.35),
    "airline": Sector("51.10", "H", "20302010", "Lignes", 650, 6, 220, 0.9, 0.6),
    "shipping": Sector("50.20", "H", "20303010", "Armement", 480, 4, 90, 0.7, 0.4),
    "cars": Sector("29.10", "C", "25102010", "Automobiles", 10, 18, 1400, 1.1, 0.5),
    "parts": Sector("29.32", "C", "25101010", "Equipements", 16, 34, 380, 1.0, 0.4),
    "aerospace": Sector("30.30", "C", "20101010", "Aero", 4, 5, 190, 0.6, 0.25),
    "electrical": Sector("27.12", "C", "20104010", "Electric", 7, 11, 560, 0.6, 0.25),
    "machines": Sector("28.29", "C", "20106020", "Machines", 9, 12, 480, 0.7, 0.25),
    "chips": Sector("26.11", "C", "45301020", "Micro", 6, 19, 60, 0.35, 0.15),
    "software": Sector("62.01", "J", "45103010", "Logiciels", 0.4, 2.5, 18, 0.3, 0.15),
    "telecom": Sector("61.10", "J", "50101020", "Telecom", 2.5, 13, 60, 0.5, 0.55),
    "pharma": Sector("21.20", "C", "35202010", "Pharma", 3.5, 6, 35, 0.3, 0.2),
    "medtech": Sector("32.50", "C", "35101010", "Medical", 2.5, 5, 40, 0.35, 0.2),
    "food": Sector("10.51", "C", "30202030", "Aliments", 26, 18, 340, 0.7, 0.3),
    "cosmetics": Sector("20.42", "C", "30302010", "Beaute", 2, 3, 110, 0.3, 0.15),
    "retail": Sector("47.11", "G", "30101030", "Distribution", 22, 22, 480, 2.0, 0.5),
    "luxury": Sector("14.13", "C", "25203010", "Maison", 1.5, 3, 60, 0.25, 0.15),
    "property": Sector("68.20", "L", "60101010", "Foncière", 2.5, 6, 15, 0.06, 0.45),
    "building": Sector("42.11", "F", "20103010", "Travaux", 26, 7, 200, 1.0, 0.35),
    "motorway": Sector("52.21", "H", "20305020", "Autoroutes", 5, 5, 90, 0.25, 0.5),
    "environment": Sector("38.11", "E", "20201050", "Environnement", 150, 18, 90, 0.6, 0.45),
    "media": Sector("59.11", "J", "50201010", "Medias", 0.8, 3, 30, 0.6, 0.3),
    "hospital": Sector("86.10", "Q", "35102015", "Cliniques", 9, 12, 70, 0.6, 0.4),
    "laboratory": Sector("86.90", "Q", "35102010", "Analyses", 5, 9, 60, 0.6, 0.35),
    "packaging": Sector("22.22", "C", "15103010", "Emballages", 32, 62, 240, 0.7, 0.4),
    "polymers": Sector("20.16", "C", "15101010", "Polymères", 330, 100, 850, 0.8, 0.35),
    "pesticides": Sector("20.20", "C", "15101030", "Agro", 40, 32, 300, 0.6, 0.3),
    "oils": Sector("10.41", "C", "30202010", "Huiles", 60, 25, 700, 1.2, 0.35),
    "plantation": Sector("01.26", "A", "30202010", "Plantations", 80, 6, 90, 0.5, 0.35),
    "trading": Sector("46.33", "G", "30202010", "Négoce", 6, 6, 900, 3.0, 0.5),
    "drinks": Sector("11.07", "C", "30201030", "Boissons", 14, 16, 190, 0.5, 0.3),
    "brewery": Sector("11.05", "C", "30201010", "Brasseries", 13, 13, 170, 0.5, 0.35),
    "textile": Sector("13.30", "C", "25203010", "Textiles", 14, 22, 130, 0.8, 0.3),
    "foods_maker": Sector("10.82", "C", "30202030", "Chocolats", 12, 14, 420, 0.6, 0.3),
    "services": Sector("82.99", "N", "20202010", "Services", 3, 4, 40, 0.9, 0.3),
    "bank": Sector("64.19", "K", "40101010", "Banque", 0.012, 0.12, 0.9, 0.03, 1.4),
    "insurance": Sector("65.12", "K", "40301040", "Assurances", 0.06, 0.3, 2.0, 0.5, 0.25),
    "holding": Sector("64.20", "K", "40201020", "Participations", 0.05, 0.2, 1.5, 0.1, 0.4),
    "state": Sector("84.11", "O", "", "", 0, 0, 0, 0, 0),
}

LARGE_SECTORS = [
    "power",
    "power",
    "power",
    "refining",
    "refining",
    "cement",
    "steel",
    "chemicals",
    "gases",
    "paper",
    "airline",
    "cars",
    "cars",
    "parts",
    "aerospace",
    "electrical",
    "electrical",
    "machines",
    "machines",
    "chips",
    "chips",
    "software",
    "software",
    "software",
    "telecom",
    "telecom",
    "pharma",
    "pharma",
    "pharma",
    "medtech",
    "food",
    "food",
    "cosmetics",
    "retail",
    "luxury",
    "luxury",
    "property",
    "property",
    "building",
    "motorway",
    "environment",
    "media",
    "hospital",
    "laboratory",
    "packaging",
]
SMALL_SECTORS = [
    "machines",
    "software",
    "medtech",
    "parts",
    "food",
    "building",
    "services",
    "retail",
    "laboratory",
    "electrical",
    "packaging",
    "media",
    "environment",
    "textile",
    "services",
    "hospital",
]

# Sections that NACE Rev. 2.1 renamed; divisions 58 to 60 stay in J.
NEXT_SECTION = {"K": "L", "L": "M", "M": "N", "N": "O", "O": "P", "P": "Q", "Q": "R", "R": "S", "S": "T"}


def nace_text(sector: Sector, revision: str) -> str:
    """Write the code as TPT does: section letter and digits, without dots."""
    digits = sector.nace.replace(".", "")
    letter = sector.section
    if revision == "2.1":
        letter = "K" if digits[:2] in {"61", "62", "63"} else NEXT_SECTION.get(letter, letter)
    return letter + digits
