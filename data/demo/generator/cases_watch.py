"""Watch stories: PFAS-W1 (two of three, unless a dated phase-out), DEF-W1, WAT-W1, PLA-W1."""

from generator.cases import Case, Claim, Link, Member, flag

MAKER, RELEASE, CLAIMS, EXIT = (
    "pfas.producer",
    "pfas.release_kg_y",
    "pfas.litigation_material",
    "pfas.phase_out",
)
FOREST = "deforestation_policy.score"
STRESS, WATER_POLICY = "withdrawal_m3.high_stress_share", "water_policy.sites_in_stress"
POLYMER, PACKAGING, PLASTIC_TARGET = (
    "virgin_polymer_t",
    "plastic_packaging_t_per_meur",
    "plastic_target.dated",
)
BEFORE_SPIN = (2018, 2019, 2020, 2021, 2022)
AFTER_SPIN = (2023, 2024)

CASES = (
    Case(
        "12", "PFAS-W1", {"pfas-parent": "UNKNOWN|WATCHLIST", "pfas-spin": "UNKNOWN|WATCHLIST"},
        "PFAS unit spun off on 2023-12-15 to a new LEI: on 2024-01-20 the source withdraws what it said of "
        "the parent, the new company has nothing of its own; as known before, the parent is under ENGAGEMENT",
        (Member("pfas-parent", "Fluorane Industries SA", "chemicals", size=11000),
         Member("pfas-spin", "Valfluor SA", "polymers", size=3800)),
        (flag("pfas-parent", MAKER, "1", model="OECD2021", years=BEFORE_SPIN),
         flag("pfas-parent", CLAIMS, "1", years=BEFORE_SPIN),
         *(flag("pfas-parent", measure, "", coverage="withdrawn", years=BEFORE_SPIN, known="2024-01-20",
                locator="périmètre cédé le 2023-12-15") for measure in (MAKER, CLAIMS)),
         *(flag("pfas-spin", measure, "", coverage="not_researched", years=AFTER_SPIN, source="indicea",
                grade="C")
           for measure in (MAKER, CLAIMS))),
        (Link("pfas-spin", "pfas-parent", "100", True, "2015-01-01", "2023-12-15"),),
    ),
    Case(
        "13", "PFAS-W1", {"pfas-operator": "UNKNOWN|WATCHLIST", "pfas-origin": "UNKNOWN|WATCHLIST"},
        "a site operator declares 87 kg a day which come from a neighbour's effluent: unknown for both until "
        "split",
        (Member("pfas-operator", "Synthélys Pharma SA", "pharma", size=2100),
         Member("pfas-origin", "Rhénalor Chimie AG", "chemicals", "DE", 26000)),
        (Claim("pfas-operator", RELEASE, "0", "31755", unit="kg_y", basis="site", source="registre_rejets",
               grade="A", locator="effluent de tiers"),
         flag("pfas-operator", MAKER, "0", source="indicea", grade="C", coverage="researched_not_involved"),
         flag("pfas-operator", CLAIMS, "1"),
         Claim("pfas-origin", RELEASE, "0", "31755", unit="kg_y", basis="site", source="registre_rejets",
               grade="E", method="estimated", locator="part inconnue du rejet du voisin"),
         flag("pfas-origin", MAKER, "1", model="OECD2021"),
         flag("pfas-origin", CLAIMS, "0", source="indicea", grade="C")),
    ),
    Case(
        "14", "PFAS-W1", {"pfas-drug": "UNKNOWN|WATCHLIST"},
        "CF3 drug: producer under OECD2021, not under excl_API_PPP; releases unknown, no litigation",
        (Member("pfas-drug", "Trévéline Pharma SA", "pharma", size=9000),),
        (flag("pfas-drug", MAKER, "1", model="OECD2021"),
         flag("pfas-drug", MAKER, "0", model="excl_API_PPP"),
         flag("pfas-drug", CLAIMS, "0", source="indicea", grade="C"),
         Claim("pfas-drug", RELEASE, unit="kg_y", source="indicea", grade="C")),
    ),
    Case(
        "37", "PFAS-W1", {"pfas-maker": "ENGAGEMENT", "pfas-emitter": "ENGAGEMENT"},
        "producer with material litigation; and a non-producer with measured releases and litigation",
        (Member("pfas-maker", "Perfluval NV", "chemicals", "NL", 15000),
         Member("pfas-emitter", "Papeteries Ostrevan SA", "paper", size=3200)),
        (flag("pfas-maker", MAKER, "1", model="OECD2021"),
         flag("pfas-maker", CLAIMS, "1", locator="provisions"),
         Claim("pfas-maker", RELEASE, "420", unit="kg_y", basis="site", source="registre_rejets", grade="A"),
         flag("pfas-emitter", MAKER, "0", source="indicea", grade="C", coverage="researched_not_involved"),
         Claim("pfas-emitter", RELEASE, "3.2", unit="kg_y", basis="site", source="registre_rejets",
               grade="A"),
         flag("pfas-emitter", CLAIMS, "1")),
    ),
    Case(
        "38", "PFAS-W1", {"pfas-leaver": "CLEARED"},
        "producer with releases but a dated phase-out (end of 2028): a proven mitigation",
        (Member("pfas-leaver", "Télénor Surfaces SE", "chemicals", "DE", 7000),),
        (flag("pfas-leaver", MAKER, "1", model="OECD2021"),
         Claim("pfas-leaver", RELEASE, "12", unit="kg_y", basis="site", source="registre_rejets", grade="A"),
         flag("pfas-leaver", CLAIMS, "0"),
         flag("pfas-leaver", EXIT, "1", model="2028", locator="sortie datée du 31/12/2028")),
    ),
    Case(
        "39", "DEF-W1",
        {"forest-good": "CLEARED", "forest-poor": "ENGAGEMENT", "forest-half": "ENGAGEMENT",
         "forest-silent": "WATCHLIST"},
        "policy score 5, 1, 3, and an exposed retailer without score",
        (Member("forest-good", "Caféiers Alvarenne SA", "foods_maker", size=5200),
         Member("forest-poor", "Chocolats Guérignon SA", "foods_maker", size=4100),
         Member("forest-half", "Silos Marquenterre SA", "trading", size=3600),
         Member("forest-silent", "Supermarchés Bellorgue SA", "retail", size=5600)),
        (Claim("forest-good", FOREST, "5", role="trader", substances="cocoa", unit="score"),
         Claim("forest-poor", FOREST, "1", role="manufacturer", substances="cocoa", unit="score"),
         Claim("forest-half", FOREST, "3", role="trader", substances="soy", unit="score", source="indicea",
               grade="C"),
         Claim("forest-silent", FOREST, role="retailer", substances="soy", unit="score", source="indicea",
               grade="C")),
    ),
    Case(
        "40", "WAT-W1", {"water-poor": "ENGAGEMENT", "water-good": "CLEARED",
                         "water-open": "UNKNOWN|WATCHLIST"},
        "46 % of withdrawals in stressed basins without policy; 34 % with policy; an interval 10 to 40 %",
        (Member("water-poor", "Micronellec SpA", "chips", "IT", 6800),
         Member("water-good", "Agrumes Valdéras SA", "food", "ES", 2900),
         Member("water-open", "Teintures Lisemont SA", "textile", size=1300)),
        (Claim("water-poor", STRESS, "46"), flag("water-poor", WATER_POLICY, "0"),
         Claim("water-good", STRESS, "34"), flag("water-good", WATER_POLICY, "1"),
         Claim("water-open", STRESS, "10", "40", method="estimated", source="sylvora", grade="C"),
         flag("water-open", WATER_POLICY, "0")),
    ),
    Case(
        "41", "PLA-W1",
        {"plastic-maker": "ENGAGEMENT", "plastic-user": "ENGAGEMENT", "plastic-target": "CLEARED"},
        "virgin polymer maker; heavy packaging without target; heavy packaging with a dated target",
        (Member("plastic-maker", "Polyrhône SA", "polymers", size=8200),
         Member("plastic-user", "Laiteries Ombrelac SA", "food", size=3300),
         Member("plastic-target", "Conserves Hautbrac SA", "food", size=2700)),
        (Claim("plastic-maker", POLYMER, "1200000", unit="t", role="polymer_maker"),
         Claim("plastic-user", POLYMER, "0", unit="t", source="indicea", grade="C",
               coverage="researched_not_involved"),
         Claim("plastic-user", PACKAGING, "22", unit="t_per_meur"), flag("plastic-user", PLASTIC_TARGET, "0"),
         Claim("plastic-target", POLYMER, "0", unit="t", source="indicea", grade="C",
               coverage="researched_not_involved"),
         Claim("plastic-target", PACKAGING, "18", unit="t_per_meur"),
         flag("plastic-target", PLASTIC_TARGET, "1")),
    ),
)  # fmt: skip
