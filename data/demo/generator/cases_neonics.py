"""Neonicotinoid stories (rule NEO-01: first euro, makers and formulators of the set neonic_IRAC4A); links."""

from generator.cases import Case, Claim, Link, Member, flag

USE = "involvement.neonic"
SHARE = "revenue_share.neonic"
SET_4A = "neonic_IRAC4A"

CASES = (
    Case(
        "08", "NEO-01", {"neo-group": "EXCLUDED", "neo-vehicle": "EXCLUDED"},
        "Luxembourg finance vehicle (NACE 64.20), 100 % owned by an excluded agrochemical group: inherits",
        (Member("neo-group", "Phytéor Group SE", "pesticides", "DE", 14000),
         Member("neo-vehicle", "Phytéor Finance SA", "holding", "LU", 900, listed=False, financial=True)),
        (flag("neo-group", USE, "1", role="active_maker", substances=SET_4A, grade="A",
              locator="liste des AMM"),
         Claim("neo-group", SHARE, "14", role="active_maker", substances=SET_4A)),
        (Link("neo-vehicle", "neo-group", "100", True),),
    ),
    Case(
        "09", "NEO-01",
        {"neo-chemist": "EXCLUDED", "neo-child": "EXCLUDED",
         "neo-associate": "CLEARED|NOT_APPLICABLE|UNKNOWN"},
        "0.3 % of revenue through a consolidated child: child and group; the 35 % holder only gets a "
        "minority flag",
        (Member("neo-chemist", "Chimavel SA", "chemicals", size=9000),
         Member("neo-child", "Chimavel Agro SAS", "pesticides", size=250, listed=False,
                enterprise_size="eti"),
         Member("neo-associate", "Holdis Nord NV", "holding", "BE", 2600, financial=True)),
        (flag("neo-child", USE, "1", role="active_maker", substances=SET_4A, basis="entity",
              locator="registre des substances"),
         Claim("neo-chemist", SHARE, "0.3", role="active_maker", substances=SET_4A,
               locator="note sectorielle")),
        (Link("neo-child", "neo-chemist", "65", True), Link("neo-child", "neo-associate", "35", False)),
    ),
    Case(
        "05", "NEO-01", {"neo-band": "WATCHLIST"},
        "vendor-involved, band 0 to 4.9 % (it includes 0) against a first-euro rule",
        (Member("neo-band", "Serénox Biocides SA", "pesticides", size=1100),),
        (Claim("neo-band", SHARE, "0", "5", role="formulator", source="indicea", grade="C",
               method="estimated", hi_open=True),),
    ),
    Case(
        "15", "NEO-01", {"neo-sulfoxaflor": "CLEARED"},
        "sulfoxaflor maker: absent from IRAC 4A, present in nAChR_FR (would exclude); PFAS under OECD 2021",
        (Member("neo-sulfoxaflor", "Sulforia Crop Inc", "pesticides", "US", 22000),),
        (flag("neo-sulfoxaflor", USE, "0", role="active_maker", substances=SET_4A,
              coverage="researched_not_involved"),
         flag("neo-sulfoxaflor", USE, "1", role="active_maker", substances="nAChR_FR"),
         Claim("neo-sulfoxaflor", SHARE, "0", substances=SET_4A, coverage="researched_not_involved"),
         flag("neo-sulfoxaflor", "pfas.producer", "1", model="OECD2021"),
         flag("neo-sulfoxaflor", "pfas.litigation_material", "0", source="indicea", grade="C"),
         Claim("neo-sulfoxaflor", "pfas.release_kg_y", unit="kg_y", source="indicea", grade="C")),
        also={"PFAS-W1": {"neo-sulfoxaflor": "UNKNOWN|WATCHLIST"}},
    ),
    Case(
        "30", "NEO-01", {"neo-formulator": "EXCLUDED"},
        "formulator of a 4A product, label evidence (grade B), no revenue figure needed",
        (Member("neo-formulator", "Jardévis Protection SA", "pesticides", size=700),),
        (flag("neo-formulator", USE, "1", role="formulator", substances=SET_4A,
              locator="étiquettes 2018-2024"),),
    ),
    Case(
        "31", "NEO-01", {"neo-weak-proof": "WATCHLIST"},
        "involvement said by a vendor only (grade C) while the rule asks for grade B",
        (Member("neo-weak-proof", "Semailles Ormelin SA", "pesticides", size=800),),
        (flag("neo-weak-proof", USE, "1", role="formulator", substances=SET_4A, source="sylvora", grade="C"),
         ),
    ),
    Case(
        "32", "NEO-01", {"neo-joint": "EXCLUDED"},
        "50/50 joint venture that makes a 4A active substance: both parents flagged, neither excluded by it",
        (Member("neo-joint", "NéoTerra Coentreprise SAS", "pesticides", size=120, listed=False,
                enterprise_size="eti"),),
        (flag("neo-joint", USE, "1", role="active_maker", substances=SET_4A, basis="entity"),),
        (Link("neo-joint", "large-06", "50", False), Link("neo-joint", "large-21", "50", False)),
    ),
)  # fmt: skip
