"""Palm oil stories (rule PALM-01: any of revenue > 5, certified < 50, strictly certified < 30)."""

from generator.cases import Case, Claim, Member, rspo

PALM = "revenue_share.palm"
UNTIL_2021 = (2018, 2019, 2020, 2021)
SINCE_2018 = {2018: "9.1", 2019: "8.8", 2020: "8.4", 2021: "8.2", 2022: "7.9", 2023: "7.6", 2024: "7.4"}

CASES = (
    Case(
        "01", "PALM-01", {"palm-certified": "EXCLUDED"},
        "7.4 % of revenue although 92 % certified: `any` excludes, `all` would clear",
        (Member("palm-certified", "Oléoval Tropiques SA", "oils"),),
        (Claim("palm-certified", PALM, SINCE_2018.__getitem__, role="refiner", locator="p. 112"),
         *rspo("palm-certified", "30", "42", "20", role="refiner")),
    ),
    Case(
        "02", "PALM-01", {"palm-limit": "CLEARED"},
        "exactly 5.000 % with operator `>`: cleared and near; an older wrong figure of FY2022 is superseded",
        (Member("palm-limit", "Grandes Huileries Marvoise SA", "oils"),),
        (Claim("palm-limit", PALM, "5.000", role="refiner", locator="note 4"),
         *rspo("palm-limit", "35", "25", "20", role="refiner")),
    ),
    Case(
        "03a", "PALM-01", {"palm-segments": "CLEARED"},
        "segments 0.4 + 3.7 + 0.9 are exactly 5 (binary floats give 5.000000000000001 and would exclude)",
        (Member("palm-segments", "Sylvalor Aliments SA", "food"),),
        (*(Claim("palm-segments", PALM, share, role="trader", locator=f"segment {name}")
           for name, share in (("biscuits", "0.4"), ("margarines", "3.7"), ("traiteur", "0.9"))),
         *rspo("palm-segments", "40", "20", "30", role="trader")),
    ),
    Case(
        "19", "PALM-01", {"palm-conflict": "WATCHLIST"},
        "two vendors, same grade and year, 4.2 % and 6.1 %: conflict, not an average",
        (Member("palm-conflict", "Brévanne Distribution SA", "retail"),),
        (Claim("palm-conflict", PALM, "4.2", role="distributor", source="indicea", grade="C"),
         Claim("palm-conflict", PALM, "6.1", role="distributor", source="sylvora", grade="C"),
         *rspo("palm-conflict", "35", "25", "30", role="distributor")),
    ),
    Case(
        "24", "PALM-01", {"palm-strict": "EXCLUDED"},
        "3 % of revenue, 70 % physical but only 20 % strictly certified: excluded by the third criterion",
        (Member("palm-strict", "Négoce Tamarel SA", "trading", size=2500),),
        (Claim("palm-strict", PALM, "3.0", role="trader"),
         *rspo("palm-strict", "5", "15", "50", role="trader")),
    ),
    Case(
        "25", "PALM-01", {"palm-grower": "EXCLUDED"},
        "plantation group, 62 % of revenue, 12 % certified",
        (Member("palm-grower", "Plantations Quelorne SA", "plantation", "LU", 1800),),
        (Claim("palm-grower", PALM, "62", role="grower"), *rspo("palm-grower", "0", "4", "8", role="grower")),
    ),
    Case(
        "26", "PALM-01", {"palm-silent": "WATCHLIST"},
        "trader known to be exposed, share never disclosed: exposed and unknown",
        (Member("palm-silent", "Comptoirs Ostrel NV", "trading", "NL", 4000),),
        (Claim("palm-silent", PALM, role="trader", source="indicea", grade="C", locator="non publié"),),
    ),
    Case(
        "27", "PALM-01", {"palm-weak-proof": "WATCHLIST"},
        "8 % but vendor-estimated (grade D): too weak to exclude",
        (Member("palm-weak-proof", "Savonneries Daurac SA", "cosmetics", size=3000),),
        (Claim("palm-weak-proof", PALM, "8", role="refiner", method="estimated", source="sylvora", grade="D"),
         *rspo("palm-weak-proof", "40", "30", "20", role="refiner")),
    ),
    Case(
        "28", "PALM-01", {"palm-stale-out": "EXCLUDED"},
        "11 %, last evidence FY2021: stale evidence keeps an exclusion",
        (Member("palm-stale-out", "Margarines Peltonne SA", "oils", size=1500),),
        (Claim("palm-stale-out", PALM, "11", role="refiner", grade="A", years=UNTIL_2021),
         *rspo("palm-stale-out", "20", "20", "20", role="refiner", grade="A", years=UNTIL_2021)),
    ),
    Case(
        "29", "PALM-01", {"palm-stale-in": "UNKNOWN|WATCHLIST"},
        "1 % and well certified, last evidence FY2021: stale evidence never clears",
        (Member("palm-stale-in", "Biscuiteries Clunoise SA", "food", size=1500),),
        (Claim("palm-stale-in", PALM, "1", role="refiner", source="indicea", grade="C", years=UNTIL_2021),
         *rspo("palm-stale-in", "50", "30", "10", role="refiner", years=UNTIL_2021)),
    ),
    Case(
        "23", "PALM-01", {"palm-volume": "UNKNOWN|WATCHLIST"},
        "net against gross: the vendor's share is over traded volume, not over revenue, so it proves nothing",
        (Member("palm-volume", "Tradaval Négoce SA", "trading", size=1200),),
        (Claim("palm-volume", PALM, "3.5", role="trader", source="sylvora", grade="C", unit="pct_volume",
               years=(2023, 2024)),),
    ),
    Case(
        "06a", "PALM-01", {"palm-not-covered": "UNKNOWN"},
        "the vendor does not cover this issuer: a blank is unknown, not clear",
        (Member("palm-not-covered", "Anvoriel Cosmétique SA", "cosmetics", size=2000),),
        (Claim("palm-not-covered", PALM, source="indicea", grade="C", coverage="not_covered"),),
    ),
    Case(
        "06b", "PALM-01", {"palm-researched": "CLEARED|NOT_APPLICABLE"},
        "same blank, but researched and found not involved",
        (Member("palm-researched", "Florémont Beauté SA", "cosmetics", size=2000),),
        (Claim("palm-researched", PALM, "0", source="indicea", grade="C", coverage="researched_not_involved"),
         ),
    ),
)  # fmt: skip
