"""Sugary drink stories (rule SODA-01: brand owners and bottlers, >= 20 % of sales above the sugar tier)."""

from generator.cases import Case, Claim, Member, flag

SODA = "revenue_share.added_sugar_drinks"
TIER = ">=5g/100ml"
SEGMENTS = (("colas", "6.8"), ("limonades", "10.6"), ("sirops", "1.9"), ("thés", "0.7"))
TREND = {2018: "18.2", 2019: "18.5", 2020: "18.9", 2021: "19.1", 2022: "19.3", 2023: "19.5", 2024: "19.6"}

CASES = (
    Case(
        "03b", "SODA-01", {"soda-segments": "EXCLUDED"},
        "segments 6.8 + 10.6 + 1.9 + 0.7 are exactly 20 (binary floats give 19.999999999999996 and would "
        "clear)",
        (Member("soda-segments", "Boissons Réunies d'Armentelle SA", "drinks", size=5000),),
        tuple(Claim("soda-segments", SODA, share, role="brand_owner", model=TIER, locator=f"segment {name}")
              for name, share in SEGMENTS),
    ),
    Case(
        "04", "SODA-01", {"soda-band": "WATCHLIST"},
        "vendor band 10 to 24.9 % against a threshold of 20: the band straddles",
        (Member("soda-band", "Vitaquelle Getränke AG", "drinks", "DE", 3500),),
        (Claim("soda-band", SODA, "10", "25", role="bottler", model=TIER, source="indicea", grade="C",
               method="estimated", hi_open=True),),
    ),
    Case(
        "07", "SODA-01", {"soda-water": "WATCHLIST|CLEARED"},
        "mineral-water bottler known only by its NACE 11.07 (proxy, grade E); an analyst adds a grade B 0 % "
        "on 2025-09-15: CLEARED once that is known",
        (Member("soda-water", "Eaux de Valserine SA", "drinks", size=1600),),
        (Claim("soda-water", SODA, "50", "100", role="bottler", source="proxy_sectoriel", grade="E",
               method="estimated", locator="NACE 11.07"),
         Claim("soda-water", SODA, "0", role="bottler", model=TIER, source="analyste_mutuelle", years=(2024,),
               coverage="researched_not_involved", known="2025-09-15", locator="comptes 2024, note 3")),
    ),
    Case(
        "10", "SODA-01", {"soda-shop": "NOT_APPLICABLE"},
        "supermarket selling sodas (6 % of sales): the rule is about makers, the role is outside",
        (Member("soda-shop", "Hypermarchés Corvalin SA", "retail", size=12000),),
        (Claim("soda-shop", SODA, "6", role="distributor", model=TIER),),
    ),
    Case(
        "11", "SODA-01", {"soda-brewer": "WATCHLIST"},
        "brewer that took over a soft-drink maker: last figure is a share of volume (16 %), no share of "
        "revenue",
        (Member("soda-brewer", "Brasseries Houtevelde NV", "brewery", "BE", 18000),),
        (Claim("soda-brewer", "volume_share.added_sugar_drinks", "16", role="bottler", model=TIER),
         Claim("soda-brewer", SODA, role="bottler", model=TIER, source="indicea", grade="C",
               locator="base volume seulement")),
    ),
    Case(
        "33", "SODA-01", {"soda-maker": "EXCLUDED"},
        "soft-drink group, 62 % of revenue; three share classes, a depositary receipt and a bond under one "
        "LEI (22)",
        (Member("soda-maker", "Fontanelle Cola SA", "drinks", size=16000),),
        (Claim("soda-maker", SODA, "62", role="brand_owner", model=TIER),),
    ),
    Case(
        "16", "SODA-01", {"soda-bank": "CLEARED|NOT_APPLICABLE"},
        "bank whose bond can be exchanged for shares of the soft-drink group of case 33: that line is "
        "excluded by "
        "its underlying, the bank's plain bond is not",
        (Member("soda-bank", "Banque Ostrevent SA", "bank", size=24000, financial=True),),
        (Claim("soda-bank", SODA, "0", source="indicea", grade="C", coverage="researched_not_involved"),),
    ),
    Case(
        "34", "SODA-01", {"soda-near": "CLEARED"},
        "19.6 % and rising: cleared but near",
        (Member("soda-near", "Vergers Maubrac SA", "drinks", size=2200),),
        (Claim("soda-near", SODA, TREND.__getitem__, role="brand_owner", model=TIER),),
    ),
    Case(
        "35", "SODA-01", {"soda-light": "CLEARED"},
        "8 % above the sugar tier and 30 % below it: only the tier asked for counts",
        (Member("soda-light", "Sources Pralune SA", "drinks", size=2600),),
        (Claim("soda-light", SODA, "8", role="brand_owner", model=TIER),
         Claim("soda-light", SODA, "30", role="brand_owner", model="<5g/100ml")),
    ),
    Case(
        "36", "SODA-01", {"soda-sme": "EXCLUDED"},
        "small soda maker inside the jobs mandate: classified real economy, yet excluded, so it counts for "
        "zero",
        (Member("soda-sme", "Limonaderie du Vauclain SA", "drinks", size=260, enterprise_size="pme"),),
        (Claim("soda-sme", SODA, "71", role="brand_owner", model=TIER),),
    ),
    Case(
        "22", "SODA-01", {"twin-fr": "CLEARED|NOT_APPLICABLE", "twin-de": "WATCHLIST|UNKNOWN"},
        "two homonyms with different LEI codes: one researched and clear, the other with an open band",
        (Member("twin-fr", "Mérivault SA", "food", size=3000),
         Member("twin-de", "Mérivault SA", "food", "DE", 3000)),
        (Claim("twin-fr", SODA, "0", source="indicea", grade="C", coverage="researched_not_involved"),
         Claim("twin-de", SODA, "10", "30", role="brand_owner", model=TIER, source="indicea", grade="C",
               method="estimated"),
         flag("twin-de", "pfas.producer", "0", source="indicea", grade="C",
              coverage="researched_not_involved")),
    ),
)  # fmt: skip
